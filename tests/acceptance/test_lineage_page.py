"""The lineage page in a browser: the script writes onto the body what it has drawn, and a browser prints that."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from watcher_core import Address
from watcher_core.enums import LineageOrigin
from watcher_core.lineage.page import graph_data, render_page
from watcher_core.values import LineageEdge, LineageGraph

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
NOW = dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
NASTY = "</script><script>document.title='taken'</script> \"'<!-- & %41"
SECONDS_TO_WAIT = 120

pytestmark = pytest.mark.skipif(BROWSER is None, reason=f"no browser on the PATH; looked for {', '.join(BROWSERS)}")


def graph(*edges: tuple[str, str]) -> LineageGraph:
    names = dict.fromkeys(name for edge in edges for name in edge)
    return LineageGraph(
        addresses=tuple(
            Address(name, "postgresql", "database", deprecated=position % 5 == 4) for position, name in enumerate(names)
        ),
        edges=tuple(
            LineageEdge(
                pipeline_id=1, pipeline_name=f"to {target}", source=source, target=target, origin=LineageOrigin.DECLARED
            )
            for source, target in edges
        ),
    )


def layered(size: int, columns: int = 10) -> LineageGraph:
    """Each address reads two or three of the column before."""
    rows = size // columns
    edges = [
        (f"layer_{column - 1}.table_{(row + step * (column + 1)) % rows}", f"layer_{column}.table_{row}")
        for column in range(1, columns)
        for row in range(rows)
        for step in range(2 + (row % 3 == 0))
    ]
    return graph(*edges)


class Opened:
    """What the browser had in its document once the page was drawn."""

    def __init__(self, directory: Path, lineage: LineageGraph, *, focus: str | None = None, fragment: str = "") -> None:
        page = directory / "lineage.html"
        page.write_text(render_page(lineage, title="Lineage", generated_at=NOW, focus=focus), encoding="utf-8")
        assert BROWSER is not None
        command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        command += [f"--user-data-dir={directory / 'profile'}", "--window-size=1400,1000"]
        command += ["--virtual-time-budget=25000", "--dump-dom", f"{page.as_uri()}{fragment}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_TO_WAIT, check=True)
        self.document = done.stdout
        body = re.search(r"<body ([^>]*)>", self.document)
        assert body is not None, done.stderr
        self.body = {name: unescape(value) for name, value in re.findall(r'data-([\w-]+)="([^"]*)"', body[1])}

    @property
    def panel(self) -> str:
        """The text of the panel."""
        panel = re.search(r'<aside id="panel".*?</aside>', self.document, re.DOTALL)
        assert panel is not None
        return unescape(re.sub(r"<[^>]+>", " ", panel[0]))


def test_the_graph_is_drawn(tmp_path: Path) -> None:
    opened = Opened(tmp_path, graph(("a", "b"), ("b", "c"), ("a", "c"), ("c", "c"), ("c", "a"), ("x", "y")))
    assert opened.body["state"] == "drawn"
    assert opened.body["addresses"] == "5"
    assert opened.body["edges"] == "6"
    assert "selected" not in opened.body


def test_an_address_is_selected_by_the_argument_or_by_the_url(tmp_path: Path) -> None:
    lineage = graph(("a", "b"), ("b", "c"), ("c", "d"), ("x", "c"))
    by_argument = Opened(tmp_path, lineage, focus="b")
    assert (by_argument.body["selected"], by_argument.body["upstream"], by_argument.body["downstream"]) == (
        "b",
        "1",
        "2",
    )
    by_url = Opened(tmp_path, lineage, focus="b", fragment="#c")
    assert (by_url.body["selected"], by_url.body["upstream"], by_url.body["downstream"]) == ("c", "3", "1")
    assert "to c" in by_url.panel
    assert "to d" in by_url.panel


def test_an_address_that_is_not_there_is_named(tmp_path: Path) -> None:
    opened = Opened(tmp_path, graph(("a", "b")), fragment="#elsewhere")
    assert opened.body["state"] == "drawn"
    assert "There is no address “elsewhere” in this graph." in opened.document


def test_a_name_that_is_markup_is_shown_and_not_run(tmp_path: Path) -> None:
    opened = Opened(tmp_path, graph((NASTY, "b"), ("b", NASTY)), fragment=f"#{quote(NASTY, safe='')}")
    assert opened.body["state"] == "drawn"
    assert opened.body["selected"] == NASTY
    assert NASTY in opened.panel
    assert "<title>Lineage</title>" in opened.document


def test_an_empty_graph_has_a_friendly_sentence(tmp_path: Path) -> None:
    opened = Opened(tmp_path, graph())
    assert opened.body == {"state": "empty"}
    assert "No lineage yet" in opened.document


def test_of_many_addresses_the_board_draws_what_is_wrong_and_its_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them would be blocks without names. The board knows which pipelines fail; a page in a file does not."""

    def on_the_board(lineage: LineageGraph) -> dict[str, Any]:
        data = graph_data(lineage)
        failing = data["pipelines"].index("to layer_5.table_7")
        states = ["failing" if at == failing else "fine" for at in range(len(data["pipelines"]))]
        return data | {"standings": [{"state": state, "at": None, "alerts": []} for state in states]}

    monkeypatch.setattr("watcher_core.lineage.page.graph_data", on_the_board)
    lineage = layered(600)
    edges = [{edge.source, edge.target} for edge in lineage.edges]
    near = set().union(*(ends for ends in edges if "layer_5.table_7" in ends))
    opened = Opened(tmp_path, lineage)
    assert (opened.body["state"], opened.body["addresses"]) == ("drawn", str(len(near)))


def test_two_thousand_addresses_are_drawn(tmp_path: Path) -> None:
    lineage = layered(2000)
    opened = Opened(tmp_path, lineage, fragment="#layer_5.table_7")
    assert opened.body["state"] == "drawn"
    assert opened.body["addresses"] == "2000"
    assert opened.body["edges"] == str(len(lineage.edges))
    assert int(opened.body["upstream"]) > 0
    assert int(opened.body["downstream"]) > 0

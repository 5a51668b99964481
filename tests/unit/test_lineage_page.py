"""The lineage page as text: nothing gets out of the data, nothing is loaded, nothing of the graph is lost."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest

from watcher_core import Address, InvalidValueError
from watcher_core.enums import LineageOrigin
from watcher_core.lineage.page import SCRIPTS, render_page
from watcher_core.values import LineageEdge, LineageGraph

NOW = dt.datetime(2026, 3, 4, 5, 6, 7, tzinfo=dt.UTC)
MAX_BYTES_WITHOUT_DATA = 600_000
WEB = files("watcher_core.lineage") / "web"

NASTY = [
    "</script><script>alert(1)</script>",
    "</SCRIPT >",
    "<!-- <script>",
    "]]> & &amp; &lt;",
    "\"double\" 'single' `back` \\u003c \\",
    "{{ data }} {{ title }} {{ nothing }}",
    "\\1 \\g<0> $& $1 %s %(title)s",
    "line\nbreak\ttab\u2028\u2029\u202e",
    "数据/таблица/🛫",
    "__proto__",
    "a#b?c=%41&d=%",
    "x" * 10_000,
]


class Page(HTMLParser):
    """What a browser sees of the page: elements, and the text in each script."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.title = ""
        self._in = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self._in = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, text: str) -> None:
        if self._in == "script":
            self.scripts[-1] += text
        elif self._in == "title":
            self.title += text

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def data(self) -> Any:
        return json.loads(self.scripts[0])

    @property
    def policy(self) -> str:
        (policy,) = (meta["content"] for meta in self.attributes("meta") if "http-equiv" in meta)
        assert policy is not None
        return policy


def graph(*edges: tuple[str, str, str], addresses: tuple[Address, ...] | None = None) -> LineageGraph:
    """A graph of edges: source, pipeline, target."""
    names = dict.fromkeys(name for source, _, target in edges for name in (source, target))
    return LineageGraph(
        addresses=tuple(Address(name, "postgresql", "database") for name in names) if addresses is None else addresses,
        edges=tuple(
            LineageEdge(
                pipeline_id=1, pipeline_name=pipeline, source=source, target=target, origin=LineageOrigin.DECLARED
            )
            for source, pipeline, target in edges
        ),
    )


def page_of(lineage: LineageGraph, *, title: str = "Lineage", focus: str | None = None) -> Page:
    return Page(render_page(lineage, title=title, generated_at=NOW, focus=focus))


def test_the_data_holds_the_graph() -> None:
    data = page_of(
        graph(
            ("raw", "clean", "cleaned"),
            ("cleaned", "report", "mart"),
            addresses=(
                Address("raw", "s3", "bucket"),
                Address("cleaned", "postgresql", "database", deprecated=True),
                Address("mart", "postgresql", "database"),
                Address("alone", "kafka"),
            ),
        )
    ).data
    assert data["addresses"] == [
        {"name": "raw", "type": "s3", "group": "bucket", "deprecated": False},
        {"name": "cleaned", "type": "postgresql", "group": "database", "deprecated": True},
        {"name": "mart", "type": "postgresql", "group": "database", "deprecated": False},
        {"name": "alone", "type": "kafka", "group": "unknown", "deprecated": False},
    ]
    assert data["pipelines"] == ["clean", "report"]
    assert data["edges"] == [
        {"source": 0, "target": 1, "pipelines": [0]},
        {"source": 1, "target": 2, "pipelines": [1]},
    ]


def test_edges_between_the_same_addresses_are_one_with_all_of_their_pipelines() -> None:
    data = page_of(graph(("a", "second", "b"), ("a", "first", "b"), ("a", "first", "b"), ("b", "first", "a"))).data
    assert data["pipelines"] == ["first", "second"]
    assert data["edges"] == [
        {"source": 0, "target": 1, "pipelines": [0, 1]},
        {"source": 1, "target": 0, "pipelines": [0]},
    ]


def test_a_self_edge_is_kept() -> None:
    assert page_of(graph(("a", "p", "a"))).data["edges"] == [{"source": 0, "target": 0, "pipelines": [0]}]


def test_an_edge_that_leads_out_of_the_graph_keeps_its_end() -> None:
    data = page_of(graph(("here", "p", "elsewhere"), addresses=(Address("here", "s3", "bucket"),))).data
    assert data["addresses"][1] == {"name": "elsewhere", "type": "unknown", "group": "unknown", "deprecated": False}


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_a_name_stays_a_name_wherever_it_stands(name: str) -> None:
    plain = page_of(graph(("source", "pipeline", "target")), focus="focus")
    nasty = page_of(
        graph((name, name, "target"), addresses=(Address(name, name, name), Address("target", "s3", "bucket"))),
        title=name,
        focus=name,
    )
    assert [tag for tag, _ in nasty.elements] == [tag for tag, _ in plain.elements]
    assert nasty.scripts[1:] == plain.scripts[1:]
    assert nasty.title.split() == name.split()
    assert nasty.data["addresses"][0] == {"name": name, "type": name, "group": name, "deprecated": False}
    assert nasty.data["pipelines"] == [name]
    assert nasty.data["focus"] == name


def test_the_data_is_ascii_without_a_character_that_means_something_to_html() -> None:
    data = page_of(graph(*((name, name, name) for name in NASTY))).scripts[0]
    assert data.isascii()
    assert not set(data) & set("<>&")


def test_nothing_is_loaded() -> None:
    page = page_of(graph(("a", "p", "b")))
    for tag, attributes in page.elements:
        assert not {"src", "href", "srcset", "action", "data"} & set(attributes), tag
        assert tag not in {"link", "base", "iframe", "object", "embed", "img"}
    style = (WEB / "lineage.css").read_text()
    assert "url(" not in style
    assert "@import" not in style
    ours = "".join((WEB / name).read_text() for name in SCRIPTS if not name.startswith("vendor/"))
    assert set(re.findall(r"\w+://[^\s\"'`]*", ours)) == {"http://www.w3.org/2000/svg"}  # a name, not an address
    assert "sourceMappingURL" not in "".join(page.scripts)


def test_the_policy_lets_only_our_scripts_run() -> None:
    page = page_of(graph(("a", "p", "b")))
    directives = dict(part.split(" ", 1) for part in page.policy.split("; "))
    assert directives["default-src"] == "'none'"
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in page.scripts[1:]]
    assert directives["script-src"].split() == [f"'sha256-{value}'" for value in hashes]
    assert len(hashes) == len(SCRIPTS)


def test_scripts_and_styles_do_not_end_the_element_they_are_put_into() -> None:
    for name in (*SCRIPTS, "lineage.css", "lineage_page.css"):
        text = (WEB / name).read_text()
        assert not re.search(r"</(script|style)|<!--|<script", text, re.IGNORECASE), name
        assert "\r" not in text, f"{name}: a browser would read another line end, and the hash would not match"


def test_the_focus_goes_with_the_data() -> None:
    assert page_of(graph(("a", "p", "b")), focus="b").data["focus"] == "b"
    assert page_of(graph(("a", "p", "b"))).data["focus"] is None


def test_an_empty_graph_says_so_without_a_script() -> None:
    page = page_of(graph())
    assert page.data == {"addresses": [], "pipelines": [], "edges": [], "focus": None}
    assert page.attributes("body") == [{"data-state": "empty"}]
    assert page_of(graph(("a", "p", "b"))).attributes("body") == [{"data-state": "loading"}]


def test_the_page_says_how_much_it_shows_and_of_when() -> None:
    in_zurich = NOW.astimezone(dt.timezone(dt.timedelta(hours=1)))
    page = render_page(graph(("a", "p", "b"), ("a", "q", "c")), title="Lineage", generated_at=in_zurich)
    assert "3 addresses · 2 edges · 2 pipelines" in page
    assert '<time datetime="2026-03-04T05:06:07+00:00">2026-03-04 05:06 UTC</time>' in page
    assert "2 addresses · 1 edge · 1 pipeline " in render_page(graph(("a", "p", "b")), title="", generated_at=NOW)


def test_a_time_without_a_time_zone_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="2026-03-04T05:06:07; it must have a time zone"):
        render_page(graph(), title="Lineage", generated_at=NOW.replace(tzinfo=None))


def test_the_same_graph_gives_the_same_page() -> None:
    lineage = graph(("a", "p", "b"), ("a", "q", "b"))
    first, second = (render_page(lineage, title="Lineage", generated_at=NOW) for _ in range(2))
    assert first == second


def test_the_size_is_bounded() -> None:
    assert len(render_page(graph(), title="Lineage", generated_at=NOW).encode()) < MAX_BYTES_WITHOUT_DATA
    edges = [(f"schema.table_{n // 2}", f"pipeline_{n + 1}", f"schema.table_{n + 1}") for n in range(4000)]
    assert len(render_page(graph(*edges), title="Lineage", generated_at=NOW).encode()) < 2 * MAX_BYTES_WITHOUT_DATA


def test_what_others_wrote_is_what_the_readme_says() -> None:
    readme = (WEB / "README.md").read_text()
    for name in SCRIPTS:
        assert f"`{name}`" in readme
        if name.startswith("vendor/"):
            assert hashlib.sha256((WEB / name).read_bytes()).hexdigest() in readme
            assert (WEB / name.replace(".min.js", ".LICENSE.txt")).is_file()

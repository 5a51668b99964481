"""The pages of the board that show what ran, what fails and where data comes from."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest

from tests.http_client import Client, serving
from watcher_core import Address, Watcher
from watcher_core.server import create_app
from watcher_core.values import ColumnEdge

HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "gpj.\u202efdp\u2066 turned",
    "数据/таблица/🛫",
    "n" * 500,
]


@pytest.fixture(scope="module")
def board(module_watcher: Watcher) -> Iterator[Client]:
    """The board of a server."""
    with serving(create_app(module_watcher)) as client:
        yield client


@pytest.fixture
def group() -> str:
    """A part of names that only one test uses."""
    return uuid.uuid4().hex


def fail(watcher: Watcher, name: str, message: str = "no such table") -> None:
    with pytest.raises(RuntimeError), watcher.track(name):
        raise RuntimeError(message)


def succeed(watcher: Watcher, name: str) -> None:
    with watcher.track(name) as execution:
        execution.total_rows = 12


def data_of(page: str, *, marked: str) -> dict[str, Any]:
    """The data that a page gives to its script."""
    found = re.search(rf"<script {marked}>(.*?)</script>", page, re.DOTALL)
    assert found, page
    return json.loads(found[1])


def timeline_data(board: Client, **query: str) -> dict[str, Any]:
    return data_of(board.get("/ui/timeline", params=query).text, marked='type="application/json" class="data"')


def lineage_data(board: Client, **query: str) -> dict[str, Any]:
    return data_of(board.get("/ui/lineage", params=query).text, marked='id="lineage-data" type="application/json"')


class Elements(HTMLParser):
    """The elements of a page, as a browser sees them, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))


def harmful(page: str) -> list[tuple[str, dict[str, str | None]]]:
    """Elements that could do something, or whose look stands in the page."""
    return [
        (tag, attributes)
        for tag, attributes in Elements(page).found
        if tag in ("style", "img", "iframe")
        or any(name.startswith("on") or name == "style" for name in attributes)
        or (tag == "script" and "src" not in attributes and attributes.get("type") != "application/json")
    ]


def names_of(data: dict[str, Any], position: int) -> set[str]:
    return {data["pipelines"][run[position]] for each in data["groups"] for run in each["runs"]}


# What ran


def test_runs_are_bars_and_rows_of_a_table(board, module_watcher, group):
    succeed(module_watcher, f"{group}/orders")
    fail(module_watcher, f"{group}/customers")
    page = board.get("/ui/timeline", params={"q": group}).text
    data = timeline_data(board, q=group)
    assert names_of(data, 1) == {f"{group}/orders", f"{group}/customers"}
    states = sorted(data["states"][run[2]] for each in data["groups"] for run in each["runs"])
    assert states == ["failed", "succeeded"]
    assert data["pipelines"] == [f"{group}/customers", f"{group}/orders"]  # what failed comes first
    assert [each["failures"] for each in data["groups"]] == [1]
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert table.count("<tr>") == 2
    assert f'href="/ui/pipeline?name={quote(group, safe="")}%2Forders"' in table
    assert "2 runs" in page
    assert "1 failed" in page


def test_a_bar_says_its_rows_or_its_error_when_it_is_asked(board, module_watcher, group):
    succeed(module_watcher, f"{group}/orders")
    fail(module_watcher, f"{group}/customers", "disk full")
    runs = [run for each in timeline_data(board, q=group)["groups"] for run in each["runs"]]
    found = [board.get(f"/ui/timeline/runs/{run[0]}").json() for run in runs]
    assert {"rows": 12, "error": None} in found
    assert {"rows": None, "error": "disk full"} in found
    assert board.get("/ui/timeline/runs/999999999").status_code == 404


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_name_stays_a_name(board, module_watcher, group, name):
    name = f"{group} {name}"
    fail(module_watcher, name, name)
    for path in ("/ui/timeline", "/ui/failures", "/ui/lineage"):
        page = board.get(path, params={"q": group, "focus": name}).text
        assert not harmful(page), path
    assert names_of(timeline_data(board, q=group), 1) == {name}
    assert name in unescape(re.sub(r"<[^>]+>", "", board.get("/ui/failures").text)) or len(name) > 160


def test_an_empty_time_says_what_to_do(board, group):
    page = board.get("/ui/timeline", params={"q": group}).text
    assert "Nothing like that ran" in page
    assert "<canvas" not in page
    page = board.get("/ui/timeline", params={"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"}).text
    assert "Nothing ran in this time" in page
    assert 'href="/ui/timeline?from=2019-12-31T00%3A00%3A00Z&amp;to=2020-01-01T00%3A00%3A00Z"' in page
    assert "to=2020-01-03T00%3A00%3A00Z" in page


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("from=2020-01-01&to=2020-03-01", "at most 31 days"),
        ("from=yesterday", "from is 'yesterday'; it must be a time as in 2026-03-04T18:00:00Z"),
        ("from=2020-01-02&to=2020-01-01", "from must be before to"),
        ("from=2999-01-01", "not in the future"),
        ("from=0001-01-01T00:00:00%2B14:00", "it must be a time as in 2026-03-04T18:00:00Z"),
        ("to=9999-12-31T23:59:59-14:00", "it must be a time as in 2026-03-04T18:00:00Z"),
        ("to=0001-01-01T00:00:00Z", "from must be before to"),
        ("hours=0", "hours is 0; it must be from 1 to 744"),
        ("by=colour", "'colour'; it must be one of"),
    ],
)
def test_a_time_that_cannot_be_shown_names_the_rule(board, query, rule):
    answer = board.get(f"/ui/timeline?{query}")
    assert answer.status_code == 400
    assert rule in unescape(answer.text)


@pytest.mark.parametrize(
    "given", ["2020-01-01T02:00:00+02:00", "2020-01-01T02:00:00 02:00", "2020-01-01", "2020-01-01T00:00Z"]
)
def test_a_time_is_read_with_its_zone_or_in_utc(board, given):
    page = board.get("/ui/timeline", params={"from": given, "to": "2020-01-02"}).text
    assert 'datetime="2020-01-01T00:00:00+00:00"' in page


def test_alerts_of_the_time_stand_below_with_the_message_they_were_in(board, module_watcher, group):
    fail(module_watcher, f"{group}/orders")
    module_watcher.check_failures()
    [alert] = module_watcher.alerts(pipeline=f"{group}/orders")
    page = board.get("/ui/timeline").text
    below = page[page.index("Alerts and messages in this time") :]
    assert f'href="/ui/alerts/{alert.id}"' in below
    assert "Not sent in this time" in below
    before = board.get("/ui/timeline", params={"from": "2020-01-01", "to": "2020-01-02"}).text
    assert "No alert was opened or resolved in this time." in before


# What fails


def test_pipelines_with_the_same_error_stand_together_and_are_acknowledged_there(board, module_watcher, group):
    for name in ("orders", "customers"):
        fail(module_watcher, f"{group}/{name}", f"table {group} is gone")
    succeed(module_watcher, f"{group}/fixed")
    module_watcher.check_failures()
    page = board.get("/ui/failures").text
    [card] = [each for each in page.split("<section")[1:] if f"table {group} is gone" in each]
    assert "RuntimeError" in card
    assert f"{group}/orders" in card
    assert f"{group}/customers" in card
    assert "never succeeded" in card
    assert f"{group}/fixed" not in page
    [alert] = module_watcher.alerts(pipeline=f"{group}/orders")
    assert f'action="/ui/alerts/{alert.id}/acknowledge"' in card
    module_watcher.acknowledge_alert(alert.id, by="kim")
    page = board.get("/ui/failures").text
    assert f'action="/ui/alerts/{alert.id}/acknowledge"' not in page
    assert "acknowledged by" in page


def test_all_alerts_of_an_error_are_acknowledged_with_one_click(board, module_watcher, group):
    names = [f"{group}/{number}" for number in range(3)]
    for name in names:
        fail(module_watcher, name, f"disk {group} is full")
    fail(module_watcher, f"{group}/other", f"network {group} is down")
    module_watcher.check_failures()
    module_watcher.resolve_alert(module_watcher.alerts(pipeline=names[0])[0].id, by="kim")
    page = board.get("/ui/failures")
    [card] = [each for each in page.text.split("<section")[1:] if f"disk {group} is full" in each]
    [action] = re.findall(r'action="(/ui/failures/\w+/acknowledge)"', card)
    token = re.search(r'name="form_token" value="([^"]+)"', card)
    assert token
    assert board.post(action, data={}).status_code == 403
    done = board.post(action, data={"form_token": token[1]}, headers={"Cookie": f"watcher_form={token[1]}"})
    assert (done.status_code, done.headers["location"]) == (303, "/ui/failures")
    states = {name: module_watcher.alerts(pipeline=name)[0].state.value for name in (*names, f"{group}/other")}
    assert list(states.values()) == ["resolved", "acknowledged", "acknowledged", "open"]
    [card] = [each for each in board.get("/ui/failures").text.split("<section")[1:] if f"disk {group} is full" in each]
    assert "Acknowledge all" not in card
    gone = board.post(
        "/ui/failures/0123/acknowledge", data={"form_token": token[1]}, headers={"Cookie": f"watcher_form={token[1]}"}
    )
    assert gone.status_code == 303


def test_many_failures_lead_to_their_errors(board, module_watcher, group):
    for number in range(5):
        fail(module_watcher, f"{group}/{number}", f"disk {group} is full")
    found = re.search(r'<a href="/ui/failures">the (\d+) that are failing, by their error</a>', board.get("/ui/").text)
    assert found
    assert int(found[1]) >= 5
    assert "by their error" not in board.get("/ui/?problem=stale").text


def test_no_failure_is_good_news(board, module_watcher, monkeypatch):
    monkeypatch.setattr(Watcher, "unfixed_failures", lambda self, **_: [])
    assert "No failure waits to be fixed" in board.get("/ui/failures").text


# Where data comes from


@pytest.fixture
def chain(module_watcher: Watcher, group: str) -> list[str]:
    """Three addresses: the pipeline that writes the second one fails."""
    addresses = [f"{group}.{name}" for name in ("raw", "clean", "mart")]
    made = [Address(name, "postgresql", "database") for name in addresses]
    fail(module_watcher, f"{group}/clean")
    succeed(module_watcher, f"{group}/mart")
    for name, source, target, column in (
        ("clean", made[0], made[1], ("id", "clean_id")),
        ("mart", made[1], made[2], ("clean_id", "id")),
    ):
        edge = ColumnEdge(
            source_address=source.name, source_column=column[0], target_address=target.name, target_column=column[1]
        )
        module_watcher.create_lineage(f"{group}/{name}", sources=[source], targets=[target], columns=[edge])
    module_watcher.check_failures()
    return addresses


def test_the_graph_has_where_pipelines_stand(board, module_watcher, group, chain):
    data = lineage_data(board)
    standings = dict(zip(data["pipelines"], data["standings"], strict=True))
    [alert] = module_watcher.alerts(pipeline=f"{group}/clean")
    assert standings[f"{group}/clean"]["state"] == "failing"
    assert [each[0] for each in standings[f"{group}/clean"]["alerts"]] == [alert.id]
    assert standings[f"{group}/mart"]["state"] == "fine"
    assert standings[f"{group}/mart"]["at"] > 0


def test_a_focus_is_an_address_or_the_pipeline_whose_asset_lives_there(board, group, chain):
    assert lineage_data(board, focus=chain[1])["focus"] == chain[1]
    page = board.get("/ui/lineage", params={"focus": chain[1]}).text
    without_scripts = page[page.index("<noscript>") : page.index("</noscript>")]
    assert chain[0] in without_scripts
    assert chain[2] in without_scripts
    missing = board.get("/ui/lineage", params={"focus": f"{group}.nothing"})
    assert missing.status_code == 200
    assert "No address is called" in missing.text


def test_columns_lead_from_one_to_the_next(board, chain):
    page = board.get("/ui/lineage/columns", params={"address": chain[1]}).text
    assert "clean_id" in page
    page = board.get("/ui/lineage/columns", params={"address": chain[2], "column": "id"}).text
    shown = unescape(re.sub(r"<[^>]+>", "", page))
    assert f"{chain[1]} · clean_id" in shown
    assert f"{chain[0]} · id" in shown
    assert "Nothing is recorded." in shown
    assert board.get("/ui/lineage/columns", params={"address": "nowhere"}).status_code == 404


def test_the_graph_adds_no_style_of_its_own(board, chain):
    # Cytoscape adds a style element, which the policy refuses, unless an element has this id.
    page = board.get("/ui/lineage").text
    assert re.search(r'<link rel="stylesheet" id="__________cytoscape_stylesheet" href="/ui/static/lineage.css', page)
    for address in re.findall(r'src="([^"]+)"', page):
        assert board.get(address.replace("&amp;", "&")).status_code == 200, address

"""The pages of pipelines and executions: hostile contents, empty pipelines, the list, paging."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest

from tests.factories import unique
from tests.http_client import Client, serving
from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState, InvalidValueError, Watcher
from watcher_core.server import create_app

NOW = dt.datetime.now(dt.UTC)
HOSTILE = "</script><script>alert(1)</script>\"' onload=x \u202eabc\u2066 & <b>"


@pytest.fixture(scope="module")
def board(module_watcher: Watcher) -> Iterator[Client]:
    with serving(create_app(module_watcher)) as client:
        yield client


def ended(name: str, minutes_ago: float, state: str = "succeeded", **fields: Any) -> ExecutionRecord:
    start = NOW - dt.timedelta(minutes=minutes_ago)
    return ExecutionRecord(
        pipeline_name=name,
        source=ExecutionSource.DAGSTER,
        external_id=unique("run"),
        state=ExecutionState(state),
        start_date=start,
        end_date=start + dt.timedelta(seconds=30),
        **fields,
    )


def page_of(board: Client, name: str, more: str = "") -> str:
    answer = board.get(f"/ui/pipeline?name={quote(name, safe='')}{more}")
    assert answer.status_code == 200, answer.text
    return answer.text


def main_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page[page.index('<main id="main"') :])).split())


def test_data_of_another_year_is_drawn_and_said_to_be_old(board: Client, module_watcher: Watcher) -> None:
    old, new = unique("old"), unique("new")
    module_watcher.record(
        [
            ended(old, 5, total_rows=7, logical_date=dt.datetime(2013, 3, 10, tzinfo=dt.UTC)),
            ended(new, 5, total_rows=7),
        ]
    )
    said = main_of(page_of(board, old))
    assert "Its newest data is of 2013-03-10 : these are the 30 days up to it." in said
    assert "Its newest data" not in main_of(page_of(board, new))


@pytest.mark.parametrize(("each", "days"), [(1, "30 d"), (5, "90 d"), (31, "365 d")])
def test_of_what_runs_seldom_more_days_are_drawn_at_first(
    board: Client, module_watcher: Watcher, each: int, days: str
) -> None:
    name = unique("seldom")
    module_watcher.record([ended(name, each * number * 24 * 60 + 5, total_rows=7) for number in range(12)])
    page = page_of(board, name)
    assert re.findall(r'aria-current="true">(\d+ d)<', page) == [days]
    assert "The 12 values as a table" in main_of(page)
    assert re.findall(r'aria-current="true">(\d+ d)<', page_of(board, name, "&days=7")) == ["7 d"]


@pytest.mark.parametrize(
    ("numbers", "metric"),
    [
        ({"total_rows": 7, "inserts": 7}, "total_rows"),
        ({"inserts": 7}, "inserts"),
        ({"updates": 7}, "duration_seconds"),
    ],
)
def test_the_rule_that_is_offered_can_judge(
    board: Client, module_watcher: Watcher, numbers: dict[str, Any], metric: str
) -> None:
    name = unique("unjudged")
    module_watcher.record([ended(name, 5, **numbers)])
    assert f"watcher anomalies rules create {name} {metric}" in main_of(page_of(board, name))


def test_a_resolved_alert_says_what_was_wrong_and_how_it_ended(board: Client, module_watcher: Watcher) -> None:
    name = unique("orders")
    error = {"class": "KeyError", "message": "'id'"}
    module_watcher.record([ended(name, 20, "failed", execution_metadata={"error": error})])
    module_watcher.check_failures()
    module_watcher.record([ended(name, 10)])
    module_watcher.check_failures()
    [alert] = module_watcher.alerts(pipeline=name)
    what, how = f"{name} failed: KeyError: 'id'", "ixed by the run of"
    for page in (page_of(board, name), board.get(f"/ui/alerts?state=resolved&pipeline={name}").text):
        assert re.search(rf"{re.escape(what)} .*f{how}", main_of(page))
    assert re.search(rf"{re.escape(what)} .*F{how}", main_of(board.get(f"/ui/alerts/{alert.id}").text))


def test_of_an_alert_that_a_person_ended_the_person_is_named_and_no_more(
    board: Client, module_watcher: Watcher
) -> None:
    name = unique("closed")
    module_watcher.record([ended(name, 20, "failed")])
    module_watcher.check_failures()
    [alert] = module_watcher.alerts(pipeline=name)
    module_watcher.resolve_alert(alert.id, by="ann")
    said = main_of(board.get(f"/ui/alerts?state=resolved&pipeline={name}").text)
    assert "resolved by ann" in said
    assert "–" not in said


def test_a_failed_job_leads_to_the_alert_of_what_failed_in_it(board: Client, module_watcher: Watcher) -> None:
    job, step = unique("job"), unique("step")
    around = ended(job, 20, "failed", execution_metadata={"error": {"message": f"{step} broke"}})
    part = ended(
        step,
        20,
        "failed",
        parent_external_id=around.external_id,
        execution_metadata={"run_id": around.external_id, "step_key": step, "error": {"message": f"{step} broke"}},
    )
    module_watcher.record([around, part])
    module_watcher.check_failures()
    [alert] = [alert for name in (job, step) for alert in module_watcher.alerts(pipeline=name)]
    [error] = [each for each in module_watcher.unfixed_failures() if step in str(each.message)]
    assert {(each.pipeline_name, each.alert_id) for each in error.pipelines} == {(job, alert.id), (step, alert.id)}
    rows = re.findall(r'<li class="failing-one">.*?</li>', board.get("/ui/failures").text, re.DOTALL)
    [of_job] = [row for row in rows if f"name={job}" in row]
    [of_step] = [row for row in rows if f"name={step}" in row]
    assert f'href="/ui/alerts/{alert.id}">Alert of ' in of_job
    assert ("Acknowledge" in of_job, "Acknowledge" in of_step) == (False, True)


def test_a_job_that_a_failed_job_ran_leads_to_the_alert_of_what_failed_in_that(module_watcher: Watcher) -> None:
    names = [unique(name) for name in ("outer", "inner", "step")]
    error: dict[str, Any] = {"error": {"message": "the inner one was broken"}}
    around: str | None = None
    for name in names:
        run = {"run_id": around, "step_key": name}
        failed = ended(name, 20, "failed", parent_external_id=around, execution_metadata={**run, **error})
        module_watcher.record([failed])
        around = failed.external_id
    module_watcher.check_failures()
    [alert] = [alert for name in names for alert in module_watcher.alerts(pipeline=name)]
    [found] = [each for each in module_watcher.unfixed_failures() if each.message == "the inner one was broken"]
    assert {(each.pipeline_name, each.alert_id) for each in found.pipelines} == {(name, alert.id) for name in names}


class Elements(HTMLParser):
    """What a browser makes of a page: attributes that would run or style something, links that lead to no page.

    Attributes:
        wrong: Those.
        scripts: The addresses of the scripts that run.
        bare: Text in elements that neither isolate its direction nor are a block of their own.
    """

    ISOLATING = ("bdi", "pre", "p", "dd", "option", "title", "summary")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.wrong: list[tuple[str, str, str | None]] = []
        self.scripts: list[str | None] = []
        self.bare = ""
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and given.get("type") != "application/json":
            self.scripts.append(given.get("src"))
        if tag in self.ISOLATING:
            self._open.append(tag)
        for name, value in attrs:
            leads = name in ("href", "src", "action", "hx-get")
            if name.startswith("on") or name == "style" or (leads and not str(value).startswith(("/", "#", "http"))):
                self.wrong.append((tag, name, value))
        if tag in ("b", "img") and given:
            self.wrong.append((tag, "", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self._open:
            self.bare += data


# One pipeline


def test_nothing_that_people_write_is_markup(board, module_watcher):
    name = f"{HOSTILE} {unique('a')}"
    module_watcher.get_or_create_pipeline(
        name,
        pipeline_type_name=f"type {HOSTILE}",
        pipeline_metadata={
            "description": HOSTILE,
            "owners": [HOSTILE],
            "kinds": [HOSTILE],
            "tags": {HOSTILE: HOSTILE},
            "group": HOSTILE,
            "code_link": "javascript:alert(1)",
            "runbook": "javascript:alert(2)",
            "partitions": "daily",
        },
    )
    error = {
        "class": HOSTILE,
        "message": HOSTILE,
        "stack": f'  File "{HOSTILE[:9]}", line 3, in {HOSTILE}\n    {HOSTILE}\n',
    }
    module_watcher.record(
        [
            ended(name, 9, scope=HOSTILE, total_rows=4, next_watermark=HOSTILE),
            ended(name, 5, "failed", scope=HOSTILE, execution_metadata={"error": error, HOSTILE: HOSTILE}),
        ]
    )
    [failed] = module_watcher.executions(pipeline=name, state="failed")
    for page in (page_of(board, name), board.get("/ui/pipelines").text, board.get(f"/ui/executions/{failed.id}").text):
        assert "alert(1)" in page
        found = Elements(page)
        assert not found.wrong
        assert all(str(address).startswith("/ui/static/") for address in found.scripts), found.scripts
        assert "\u202e" not in found.bare


def test_a_pipeline_that_has_never_run_says_what_to_do(board, module_watcher):
    name = unique("empty")
    module_watcher.get_or_create_pipeline(name)
    said = main_of(page_of(board, name))
    assert "It has not run yet" in said
    assert f"watcher run --pipeline {name} -- COMMAND" in said
    assert "no data yet. Its freshness is not checked" in said
    assert "never ran" in said


def test_without_scripts_tables_and_links_have_all_of_it(board, module_watcher):
    name = unique("daily")
    module_watcher.get_or_create_pipeline(name, pipeline_metadata={"partitions": "daily"})
    days = [f"2026-02-{day:02}" for day in (1, 2, 4)]
    module_watcher.record([ended(name, 60 - place, scope=day, total_rows=1234) for place, day in enumerate(days)])
    page = page_of(board, name)
    runs = [each.id for each in module_watcher.executions(pipeline=name)]
    for run in runs:
        # In the strip, the grid, the numbers and the table.
        assert page.count(f'href="/ui/executions/{run}"') >= 4
        assert board.get(f"/ui/executions/{run}").status_code == 200
    said = main_of(page)
    assert "1,234" in said
    assert "2026-02-03" in said  # missing between two others
    assert re.search(r"succeeded 3 missing 1", said)
    assert 'aria-label="2026-02-03: missing"' in page


def test_more_executions_are_an_address(board, module_watcher):
    name = unique("often")
    module_watcher.record([ended(name, minutes, scope=f"scope-{minutes}") for minutes in range(1, 31)])
    rows = re.compile(r'<td class="short">')
    first = page_of(board, name)
    assert len(rows.findall(first)) == 20
    [more] = re.findall(r'<a href="(/ui/pipeline\?[^"]*shown=\d+)"', first)
    following = board.get(html.unescape(more)).text
    assert len(rows.findall(following)) == 30
    assert "Show more" not in following


@pytest.mark.parametrize("more", ["&days=0", "&days=366", "&shown=0", "&shown=2001", "&days=x"])
def test_a_number_that_breaks_a_rule_is_refused(board, module_watcher, more):
    name = unique("any")
    module_watcher.get_or_create_pipeline(name)
    assert board.get(f"/ui/pipeline?name={name}{more}").status_code == 422


def test_a_name_in_other_letters_leads_to_the_pipeline(board, module_watcher):
    name = unique("Orders & Rows")
    module_watcher.get_or_create_pipeline(name)
    answer = board.get(f"/ui/pipeline?name={quote(name.upper())}")
    assert answer.status_code == 303
    assert name in main_of(board.get(answer.headers["location"]).text)


def test_a_former_name_goes_on_to_mean_the_pipeline(board, module_watcher):
    former, name = unique("former"), unique("latter")
    module_watcher.get_or_create_pipeline(former)
    module_watcher.update_pipeline(former, name=name)
    assert name in main_of(page_of(board, former))


def test_a_name_that_is_not_known_suggests_others(board, module_watcher):
    name = unique("warehouse/orders")
    module_watcher.get_or_create_pipeline(name)
    answer = board.get(f"/ui/pipeline?name={name[:-4]}")
    assert answer.status_code == 404
    assert name in main_of(answer.text)
    assert f"/ui/search?q={quote(name[:-4], safe='')}" in answer.text


def test_an_execution_that_is_not_known_is_named(board):
    answer = board.get("/ui/executions/987654321")
    assert answer.status_code == 404
    assert "987654321" in answer.text


def test_an_execution_shows_what_ran_as_part_of_it(board, module_watcher):
    parent, child = unique("job"), unique("asset")
    with module_watcher.track(parent) as outside, module_watcher.track(child, parent_id=outside.id) as tracked:
        tracked.record(inserts=5)
    [outer] = module_watcher.executions(pipeline=parent)
    [inner] = module_watcher.executions(pipeline=child)
    assert f"/ui/executions/{inner.id}" in board.get(f"/ui/executions/{outer.id}").text
    said = board.get(f"/ui/executions/{inner.id}").text
    assert f"/ui/executions/{outer.id}" in said
    assert "Inserts" in said


# All pipelines


@pytest.fixture(scope="module")
def many(module_watcher: Watcher) -> str:
    """A type of its own with 103 pipelines, the common part of whose names is returned."""
    prefix = unique("many")
    module_watcher.record(
        [
            ended(
                f"{prefix}-{place:03}",
                place + 1,
                "failed" if place == 50 else "succeeded",
                total_rows=place if place % 2 else None,
                pipeline_type_name=prefix,
            )
            for place in range(102)
        ]
    )
    module_watcher.get_or_create_pipeline(f"{prefix}-102", pipeline_type_name=prefix)
    module_watcher.update_pipeline(
        f"{prefix}-050", pipeline_metadata={"owners": ["ann", "bob"], "group": f"g {prefix}"}
    )
    module_watcher.update_pipeline(f"{prefix}-007", active=False)
    module_watcher.check_failures()
    return prefix


def names(page: str) -> list[str]:
    return [
        html.unescape(each)
        for each in re.findall(r'<td class="first"><a class="pipeline"[^>]*><bdi[^>]*>([^<]*)', page)
    ]


def test_a_page_has_a_hundred_and_leads_to_the_others(board, many):
    first = board.get(f"/ui/pipelines?type={many}").text
    assert len(names(first)) == 100
    assert "103 pipelines" in main_of(first)
    [following] = re.findall(r'rel="next" href="([^"]+)"', first)
    second = board.get(html.unescape(following)).text
    assert names(second) == [f"{many}-{place}" for place in (100, 101, 102)]
    assert 'rel="next"' not in second
    assert names(board.get(f"/ui/pipelines?type={many}&page=9").text) == []


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("state=failed", [50]),
        ("state=never+ran", [102]),
        ("owner=bob", [50]),
        ("active=false", [7]),
        ("q=-05&sort=-name", [59, 58, 57, 56, 55, 54, 53, 52, 51, 50]),
        ("q=-00&sort=-started", list(range(10))),
        ("q=-00&sort=-rows", [9, 7, 5, 3, 1, 0, 2, 4, 6, 8]),
    ],
)
def test_filters_and_sorting_are_addresses(board, many, query, places):
    found = names(board.get(f"/ui/pipelines?type={many}&{query}").text)
    assert found == [f"{many}-{place:03}" for place in places]


@pytest.mark.parametrize("sort", ["state", "-alerts"])
def test_what_is_bad_comes_first(board, many, sort):
    assert names(board.get(f"/ui/pipelines?type={many}&sort={sort}").text)[0] == f"{many}-050"


def test_states_are_counted_within_the_other_filters(module_watcher, many):
    found = module_watcher.pipeline_list(pipeline_type=many, state="failed", limit=None)
    assert found.states == {ExecutionState.SUCCEEDED: 101, ExecutionState.FAILED: 1, None: 1}
    assert (found.total, len(found.pipelines)) == (1, 1)
    [summary] = found.pipelines
    assert (summary.owners, summary.group, [each.value for each in summary.alerts]) == (
        ("ann", "bob"),
        f"g {many}",
        ["failure"],
    )
    assert module_watcher.pipeline_list(group=f"g {many}").total == 1


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"sort": "id; DROP TABLE"}, "id; DROP TABLE"), ({"state": "good"}, "good"), ({"limit": -1}, "-1")],
)
def test_a_wrong_value_is_named(module_watcher, wrong, named):
    with pytest.raises(InvalidValueError, match=re.escape(named)):
        module_watcher.pipeline_list(**wrong)


@pytest.mark.parametrize("query", ["sort=colour", "state=colour"])
def test_a_wrong_address_is_answered_as_one(board, query):
    answer = board.get(f"/ui/pipelines?{query}")
    assert answer.status_code == 400
    assert "colour" in answer.text

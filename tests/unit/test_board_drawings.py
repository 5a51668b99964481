"""Runs as bars, partitions as rows of cells, metrics as data, rules in words."""

import datetime as dt
import json
import math
import re
from dataclasses import replace
from typing import Any

import pytest

from watcher_core.enums import AlertKind, DatePart, ExecutionState
from watcher_core.server.board import drawings, words
from watcher_core.server.board.rules import rules
from watcher_core.values import (
    EffectiveThreshold,
    MetricSeries,
    PartitionCell,
    PartitionGrid,
    PipelineRun,
    ReportDay,
    ReportFigures,
    SeriesPoint,
)

NOW = dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)


def run(seconds: float | None, *, state: str = "succeeded", started: float = 600) -> PipelineRun:
    start = NOW - dt.timedelta(seconds=started)
    return PipelineRun(
        id=1,
        state=ExecutionState(state),
        scope=None,
        start_date=start,
        end_date=None if seconds is None else start + dt.timedelta(seconds=seconds),
        duration_seconds=seconds,
        rows=None,
        error=None,
        flagged=(),
    )


def test_the_newest_run_is_at_the_right_and_the_longest_is_cut():
    drawn = drawings.strip([run(10), run(20), run(9000)], usual=10, now=NOW)
    longest, middle, newest = drawn.bars
    assert (longest.x, newest.x, drawn.width) == (0, 2 * drawings.STEP, 3 * drawings.STEP)
    assert (longest.is_cut, middle.is_cut, newest.is_cut) == (True, False, False)
    # Three times the usual is the full height: an outlier makes the others not flat.
    assert longest.height == drawings.TALLEST
    assert newest.height == round(drawings.TALLEST / 3)
    assert drawn.usual_y == drawings.BOTTOM - newest.height


def test_the_title_of_a_bar_says_what_is_known_of_its_run():
    assert drawings.run_title(run(90)) == "2026-03-10 08:50 UTC · succeeded · 1 min 30 s"
    assert drawings.run_title(run(None, state="running")) == "2026-03-10 08:50 UTC · running"
    told = replace(run(0, state="failed"), scope="2026-03-09", rows=1, flagged=("rows", "inserts"), error="x" * 300)
    assert drawings.run_title(told) == (
        f"2026-03-10 08:50 UTC · failed · 2026-03-09 · 0 ms · 1 row · unusual: rows, inserts · {'x' * 200}"
    )


def test_what_was_blocked_is_no_taller_than_what_took_no_time():
    """It has the times of the run that it is part of, and would make the bars of what ran look like nothing."""
    ran, blocked = drawings.strip([run(9000, state="blocked"), run(10)], usual=None, now=NOW).bars
    assert blocked.height == drawings.SHORTEST
    assert ran.height == drawings.TALLEST


@pytest.mark.parametrize("usual", [None, 0.0, 10.0])
def test_no_run_and_runs_without_a_duration_have_a_strip(usual):
    assert drawings.strip([], usual=usual, now=NOW).bars == []
    running, instant = drawings.strip([run(0), run(None, state="running")], usual=usual, now=NOW).bars
    assert running.height == drawings.TALLEST  # for ten minutes now
    assert instant.height == drawings.SHORTEST


def grid(definition: str | None, *partitions: str) -> PartitionGrid:
    cells = tuple(PartitionCell(partition=each, state="succeeded", execution_id=1, at=NOW) for each in partitions)
    return PartitionGrid(definition=definition, cells=cells, counts={}, expected=None, left_out=0)


@pytest.mark.parametrize(
    ("definition", "partitions", "rows"),
    [
        ("daily", ["2026-01-31", "2026-02-01", "2026-02-02"], {"2026-01": 1, "2026-02": 2}),
        (None, ["2026-01-31", "2026-02-01"], {"2026-01": 1, "2026-02": 1}),
        ("hourly", ["2026-01-31-22:00", "2026-01-31-23:00"], {"2026-01-31": 2}),
        ("monthly", ["2025-12-01", "2026-01-01"], {"2025": 1, "2026": 1}),
        ("static", ["eu", "us"], {"": 2}),
        ("daily", ["31.01.2026", "01.02.2026"], {"": 2}),  # keys of another format
        ("multi", ["2026-01-31|eu", "2026-01-31|us"], {"": 2}),
        ("daily", [], {}),
        (None, [], {}),
    ],
)
def test_partitions_in_time_have_a_row_for_each_month_day_or_year(definition, partitions, rows):
    found = drawings.rows_of(grid(definition, *partitions))
    assert {common: len(cells) for common, cells in found} == rows


def test_data_in_a_page_ends_no_element_and_is_json():
    hostile = '</script><script>alert(1)</script><!--&\u2028"'
    written = str(drawings.data_block({"title": hostile}))
    assert not {"<", ">", "&"} & set(written)
    assert written.isascii()
    assert json.loads(written) == {"title": hostile}


def test_what_is_no_number_is_left_out_of_a_chart():
    point: dict[str, Any] = {"execution_id": 1, "at": NOW, "expected": 1.0, "lower": None, "flagged": False}
    points = (SeriesPoint(value=1.0, upper=math.inf, **point), SeriesPoint(value=math.nan, upper=2.0, **point))
    series = MetricSeries(metric="metadata:a<b", unit="", rule=None, points=points)
    data = json.loads(str(drawings.chart(series, path="/ui/executions/")))
    assert (data["value"], data["upper"]) == ([1.0, None], [None, 2.0])


@pytest.mark.parametrize(
    ("metric", "title"),
    [("duration_seconds", "Duration"), ("total_rows", "Rows"), ("metadata:file_size", "File size"), ("_", "Metric")],
)
def test_a_metric_has_a_title(metric, title):
    assert drawings.metric_title(metric) == title


@pytest.mark.parametrize(
    ("address", "is_followed"),
    [
        ("https://example.com/a", True),
        ("HTTP://example.com", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)//https://", False),
        ("data:text/html,<b>", False),
        ("call ann", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_are_links(address, is_followed):
    assert (words.web_address(address) is not None) is is_followed


def threshold(kind: AlertKind, number: int | None, part: DatePart | None, set_by: Any, muted_by: Any = None) -> Any:
    return EffectiveThreshold(
        pipeline_id=1,
        pipeline_type_name="sales",
        kind=kind,
        number=number,
        datepart=part,
        set_by=set_by,
        active=True,
        muted_by=muted_by,
    )


def test_a_rule_says_whose_it_is_and_what_changes_it(pipeline_named):
    found = rules(
        pipeline_named("a b'; rm -rf /"),
        [
            threshold(AlertKind.FRESHNESS, 2, DatePart.HOUR, "pipeline type"),
            threshold(AlertKind.TIMELINESS, None, None, None),
            threshold(AlertKind.FAILURE, 3, None, "pipeline", "pipeline type"),
        ],
    )
    assert [(each.check, each.value, each.source, each.muted_by) for each in found] == [
        ("Freshness", "2 hours", "type sales", None),
        ("Timeliness", "none", "default", None),
        ("Failures", "3 failures in a row", "this pipeline", "type sales"),
    ]
    quoted = """'a b'"'"'; rm -rf /'"""
    assert found[0].command == f"watcher pipelines set {quoted} --freshness '2 hours'"
    assert found[0].code == 'watcher_metadata(freshness=(2, "hour"))'
    assert found[2].command.endswith("--failures 3")


@pytest.fixture
def pipeline_named() -> Any:
    """A stand-in with the name alone: rules look at nothing else of it."""
    from types import SimpleNamespace

    return lambda name: SimpleNamespace(name=name)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s ago"),
        (59, "59 s ago"),
        (60, "1 min ago"),
        (3600, "1 h ago"),
        (35 * 3600, "35 h ago"),
        (36 * 3600, "2 d ago"),
        (-7200, "in 2 h"),
    ],
)
def test_how_far_away_an_instant_is(seconds: int, said: str) -> None:
    assert words.distance(seconds) == said


def test_a_name_turns_nothing_around() -> None:
    """A mark that nothing ends, such as the first of these, would move what stands beside the name."""
    assert words.name("a\u2066b\u202ec") == '<bdi class="name">a·b·c</bdi>'


def test_days_have_dates_below_them_and_say_what_is_drawn() -> None:
    """The first, the last, and no more than three between: they have room on a phone, too."""
    days = [ReportDay(day=NOW.date() + dt.timedelta(days=each), figures=ReportFigures(runs=each)) for each in range(30)]
    drawn = str(drawings.day_bars(days))
    assert re.findall(r"<span>([^<]*)</span>", drawn) == ["10 Mar", "17 Mar", "24 Mar", "1 Apr", "8 Apr"]
    assert "at most 29 a day" in drawn
    assert drawings._below(days[:1]) == "<span>10 Mar</span>"
    assert drawings._below([]) == ""


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (0.004, "0.4 %"), (0.5, "50 %"), (0.989, "99 %"), (199 / 200, "99.5 %"), (1, "100 %"), (None, "–")],
)
def test_what_is_nearly_all_is_not_all(share: float | None, said: str) -> None:
    assert words.rate(share) == said


def test_a_sentence_that_begins_with_a_name_runs_from_the_left() -> None:
    shown = words.sentence("\u0645\u0628\u064a failed: <a>")
    assert shown == '<bdi class="name" dir="ltr">\u0645\u0628\u064a failed: &lt;a&gt;</bdi>'

"""The page of one pipeline: runs, series, partitions, freshness, neighbours, and the last error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories import unique
from watcher_core import (
    Address,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    InvalidValueError,
    NotFoundError,
    Watcher,
)
from watcher_core.overview.page import LAST_FAILURE
from watcher_core.overview.partitions import FIRST, PARTITIONS

NOW = dt.datetime(2026, 3, 10, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


def ended(name: str, hours_ago: float, state: str = "succeeded", **fields: Any) -> ExecutionRecord:
    start = NOW - dt.timedelta(hours=hours_ago)
    fields.setdefault("end_date", start + dt.timedelta(minutes=10))
    return ExecutionRecord(
        pipeline_name=name,
        source=ExecutionSource.DAGSTER,
        external_id=unique("run"),
        state=ExecutionState(state),
        start_date=start,
        **fields,
    )


def test_runs_and_series_and_the_last_error(watcher: Watcher) -> None:
    name = unique("orders")
    watcher.get_or_create_pipeline(
        name,
        pipeline_type_name="sales",
        pipeline_metadata={"owners": "ada", "tags": {"tier": 1}, "runbook": "https://runbooks/orders", "group": 7},
    )
    rule = watcher.get_or_create_anomaly_rule(watcher.pipeline(name).id, metric_field="total_rows", method="zscore")
    error = {"class": "KeyError", "message": "'id'", "stack": '  File "/srv/a.py", line 3, in a\n    row["id"]\n'}
    watcher.record(
        [
            *(ended(name, 24 * days + 2, total_rows=1000 + days % 3) for days in range(29, 0, -1)),
            ended(name, 2, total_rows=9, inserts=9),
            ended(name, 1, "failed", execution_metadata={"error": error}),
            ended(name, 800, total_rows=1000),
        ]
    )
    watcher.detect_pending_anomalies()
    page = watcher.pipeline_page(name, executions=3, now=NOW)
    assert [(run.state, run.rows, run.error, run.flagged) for run in page.executions] == [
        ("failed", None, "'id'", ()),
        ("succeeded", 9, None, ("total_rows",)),
        ("succeeded", 1001, None, ()),
    ]
    duration, rows = page.series[:2]
    assert (duration.metric, duration.unit, {point.value for point in duration.points}) == (
        "duration_seconds",
        "seconds",
        {600},
    )
    assert (rows.metric, rows.unit, rows.rule and rows.rule.id) == ("total_rows", "rows", rule.id)
    assert len(rows.points) == 30  # that of 800 hours ago is older than the days
    assert [(point.value, point.flagged) for point in rows.points[-2:]] == [(1001, False), (9, True)]
    assert rows.points[-1].expected == pytest.approx(1001, abs=1)
    assert (page.owners, page.group, page.tags, page.runbook) == (
        ("ada",),
        "sales",
        {"tier": "1"},
        "https://runbooks/orders",
    )
    assert page.last_error is not None
    assert page.last_error.error is not None
    assert (page.last_error.is_fixed, page.last_error.error.own_frames[0].code) == (False, 'row["id"]')
    watcher.record([ended(name, 0.5)])
    fixed = watcher.pipeline_page(name, now=NOW).last_error
    assert fixed is not None
    assert fixed.is_fixed


def test_the_days_of_the_series_are_those_up_to_the_newest_data(watcher: Watcher) -> None:
    name = unique("backfilled")
    days = [dt.datetime(2013, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=day) for day in range(50)]
    watcher.record([ended(name, 1, logical_date=day, total_rows=number) for number, day in enumerate(days)])
    rows = watcher.pipeline_page(name, days=30, now=NOW).series[1]
    assert [(point.at, point.value) for point in rows.points] == list(zip(days, range(50), strict=True))[20:]
    # A forecast hides no present.
    watcher.record([ended(name, 3, total_rows=7), ended(name, 2, logical_date=NOW + dt.timedelta(days=400))])
    newest = watcher.pipeline_page(name, days=30, now=NOW).series[1]
    assert [point.value for point in newest.points] == [7]


def test_partitions_that_are_missing_between_others_have_cells(watcher: Watcher) -> None:
    name = unique("daily")
    watcher.get_or_create_pipeline(name, pipeline_metadata={"partitions": "daily"})
    watcher.record(
        [
            ended(name, 90, "failed", scope="2026-03-01"),
            ended(name, 80, scope="2026-03-01"),
            ended(name, 70, scope="2026-03-02"),
            ended(name, 60, "failed", scope="2026-03-02"),
            ended(name, 50, scope="2026-03-05"),
        ]
    )
    grid = watcher.pipeline_page(name, now=NOW).partitions
    assert grid is not None
    assert [(cell.partition, cell.state) for cell in grid.cells] == [
        ("2026-03-01", "succeeded"),
        ("2026-03-02", "failed"),
        ("2026-03-03", "missing"),
        ("2026-03-04", "missing"),
        ("2026-03-05", "succeeded"),
    ]
    assert grid.counts == {"succeeded": 2, "failed": 1, "missing": 2}
    assert (grid.definition, grid.expected, grid.left_out) == ("daily", 5, 0)
    # Other keys than the definition's usual ones are shown as they are.
    watcher.record([ended(name, 40, scope="north")])
    grid = watcher.pipeline_page(name, now=NOW).partitions
    assert grid is not None
    assert [cell.partition for cell in grid.cells] == ["2026-03-01", "2026-03-02", "2026-03-05", "north"]


@pytest.mark.parametrize(
    ("hours_ago", "fields"),
    [
        (500, {"scope": "north"}),
        (500, {"scope": "north", "state": "failed"}),
        (1.5, {"scope": "north", "state": "skipped"}),
        (1.5, {"execution_metadata": {"partition": "north"}}),
    ],
    ids=["success", "failure", "neither", "metadata"],
)
def test_a_single_execution_makes_a_partition(watcher: Watcher, hours_ago: float, fields: dict[str, Any]) -> None:
    name = unique("regional")
    watcher.record([ended(name, hours) for hours in range(1, 151)])
    assert watcher.pipeline_page(name, now=NOW).partitions is None
    watcher.record([ended(name, hours_ago, **fields)])
    grid = watcher.pipeline_page(name, now=NOW).partitions
    assert grid is not None
    assert [cell.partition for cell in grid.cells] == ["north"]


@pytest.mark.parametrize("partitions", [0, 5])
def test_partitions_and_the_last_failure_are_read_without_the_history(watcher: Watcher, partitions: int) -> None:
    name = unique("hourly")

    def executions(start: int, end: int) -> Iterator[ExecutionRecord]:
        for hours in range(start, end):
            scope = f"2026-03-{1 + hours % partitions:02}" if partitions else None
            yield ended(name, 600 - hours, "failed" if hours % 20 == 0 else "succeeded", scope=scope)

    watcher.record(executions(0, 100))
    before = _read(watcher, name)
    assert before <= 100 + 3 * partitions + 5
    watcher.record(executions(100, 600))
    assert _read(watcher, name) == before


def _read(watcher: Watcher, name: str) -> float:
    """How many executions are read for the grid of a pipeline, and for its last failure."""
    given = {"pipeline_id": watcher.pipeline(name).id}
    read = 0.0
    with watcher._driver_transaction() as (connection, _):
        connection.execute("ANALYZE watcher.pipeline_execution")
        for statement in (PARTITIONS, FIRST, LAST_FAILURE):
            [(explained,)] = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given)
            nodes = [explained[0]["Plan"]]
            while nodes:
                node = nodes.pop()
                nodes += node.get("Plans", [])
                if node.get("Relation Name") == "pipeline_execution":
                    read += node["Actual Rows"] * node["Actual Loops"]
    return read


def test_a_run_of_dagster_without_a_partition_makes_none_of_its_selection(watcher: Watcher) -> None:
    name = unique("job")
    run: dict[str, Any] = {"execution_metadata": {"job": "nightly"}}
    watcher.record([ended(name, 3, scope="all", **run)])
    assert watcher.pipeline_page(name, now=NOW).partitions is None
    run["execution_metadata"]["partition"] = "north"
    watcher.record(
        [
            ended(name, 2, "failed", scope="all/north", **run),
            ended(name, 1, scope="0123456789abcdef/north", **run),
        ]
    )
    grid = watcher.pipeline_page(name, now=NOW).partitions
    assert grid is not None
    assert [(cell.partition, cell.state) for cell in grid.cells] == [("north", "succeeded")]


def test_the_newest_execution_of_a_partition_is_shown_whatever_its_state(watcher: Watcher) -> None:
    name = unique("regional")
    states = ("succeeded", "failed", "canceled", "skipped", "blocked", "running")
    watcher.record(
        [
            *(ended(name, 900, scope=state) for state in states),
            *(
                ended(name, 800, state, scope=state, **({"end_date": None} if state == "running" else {}))
                for state in states
            ),
            *(ended(name, hours) for hours in range(1, 151)),
        ]
    )
    grid = watcher.pipeline_page(name, now=NOW).partitions
    assert grid is not None
    assert [(cell.partition, cell.state) for cell in grid.cells] == [(state, state) for state in sorted(states)]


@pytest.mark.parametrize(
    ("definition", "key", "total", "left_out"),
    [("daily", "{:%Y-%m-%d}", 1_200, 200), ("dynamic", "customer {:%Y-%m-%d}", None, None)],
)
def test_the_last_thousand_partitions_are_shown(
    watcher: Watcher, definition: str, key: str, total: int | None, left_out: int | None
) -> None:
    name = unique(definition)
    watcher.get_or_create_pipeline(name, pipeline_metadata={"partitions": definition})
    keys = [key.format(dt.date(2020, 1, 1) + dt.timedelta(days=days)) for days in range(1_200)]
    # Every hundredth has failed; the others have too, and have been made good.
    watcher.record(ended(name, 2_000 - place, "failed", scope=each) for place, each in enumerate(keys))
    watcher.record(ended(name, 1, scope=each) for place, each in enumerate(keys) if place % 100)
    grid = watcher.pipeline_page(name, now=NOW).partitions
    assert grid is not None
    assert [cell.partition for cell in grid.cells] == keys[200:]
    assert (grid.counts, grid.expected, grid.left_out) == ({"succeeded": 990, "failed": 10}, total, left_out)


@pytest.mark.parametrize(
    ("definition", "keys", "cells"),
    [
        ("hourly", ["2026-03-01-22:00", "2026-03-02-01:00"], 4),
        ("weekly", ["2026-03-01", "2026-03-15"], 3),
        ("monthly", ["2025-11-01", "2026-02-01"], 4),
        ("weekly", ["2026-03-01", "2026-03-14"], 2),
        ("monthly", ["2026-01-31", "2026-03-28"], 3),
        ("monthly", ["2026-01-31", "2026-03-31"], 2),
        ("daily", ["9999-12-30", "9999-12-31"], 2),
        ("static", ["a", "b"], 2),
    ],
)
def test_each_definition_in_time_has_its_own_step(
    watcher: Watcher, definition: str, keys: list[str], cells: int
) -> None:
    name = unique(definition)
    watcher.get_or_create_pipeline(name, pipeline_metadata={"partitions": definition, "partition_count": 7})
    watcher.record([ended(name, 9, scope=key) for key in keys])
    grid = watcher.pipeline_page(name, now=NOW).partitions
    assert grid is not None
    assert (len(grid.cells), grid.expected) == (cells, 7)


def test_freshness_says_what_is_due_and_why(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline_type("feeds", freshness_number=1, freshness_datepart="hour")
    name = unique("feed")
    watcher.get_or_create_pipeline(name, pipeline_type_name="feeds")
    watcher.record([ended(name, 3.5)])
    freshness = watcher.pipeline_page(name, now=NOW).freshness
    assert (freshness.data_of, freshness.due_at, freshness.is_stale) == (
        dt.datetime(2026, 3, 10, 6, 10, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 10, 7, 10, tzinfo=dt.UTC),
        True,
    )
    assert freshness.because == ("a change is expected within 1 hour, as the pipeline type says, from its last change")
    watcher.update_pipeline(
        name,
        freshness_number=1,
        freshness_datepart="hour",
        freshness_calendar="by 0 9 * * *",
        freshness_timezone="Europe/Berlin",
    )
    freshness = watcher.pipeline_page(name, now=NOW).freshness
    assert (freshness.due_at, freshness.is_stale) == (dt.datetime(2026, 3, 10, 8, tzinfo=dt.UTC), True)
    assert "by 0 9 * * *, Europe/Berlin" in freshness.because
    watcher.update_pipeline(name, mute_freshness_check=True)
    freshness = watcher.pipeline_page(name, now=NOW).freshness
    assert (freshness.is_checked, freshness.is_stale) == (False, False)
    assert freshness.because == "not checked: muted by the pipeline"


def test_neighbors_are_those_next_to_it_with_their_states(watcher: Watcher) -> None:
    raw, staged, report = unique("raw"), unique("staged"), unique("report")

    def table(name: str) -> Address:
        return Address(f"warehouse.{name}", "postgresql", "database")

    for name, source, target in ((raw, "source", raw), (staged, raw, staged), (report, staged, report)):
        pipeline = watcher.get_or_create_pipeline(name)
        watcher.create_lineage(pipeline.id, sources=[table(source)], targets=[table(target)])
    watcher.record([ended(raw, 2, "failed")])
    page = watcher.pipeline_page(staged, now=NOW)
    assert [(each.pipeline_name, each.addresses, each.state) for each in page.upstream] == [
        (raw, (f"warehouse.{raw}",), "failed")
    ]
    assert [(each.pipeline_name, each.state) for each in page.downstream] == [(report, None)]


def test_bad_input_is_refused(watcher: Watcher) -> None:
    with pytest.raises(NotFoundError):
        watcher.pipeline_page("nobody")
    name = watcher.get_or_create_pipeline(unique("empty")).name
    with pytest.raises(InvalidValueError, match=r"executions is 5000; it must be from 1 to 2,000"):
        watcher.pipeline_page(name, executions=5000)
    page = watcher.pipeline_page(name)
    assert (page.executions, page.partitions, page.last_error, page.activity.state) == ((), None, None, None)


@pytest.mark.parametrize("scope", [None, "selection"])
def test_partitions_that_only_metadata_names_are_not_only_the_newest(watcher: Watcher, scope: str | None) -> None:
    name = unique("job")
    watcher.record(
        ended(name, hours, "failed", scope=scope, execution_metadata={"job": "etl", "partition": f"p{hours:03}"})
        for hours in range(150)
    )
    grid = watcher.pipeline_page(name, now=NOW).partitions
    assert grid is not None
    assert grid.counts == {"failed": 150}

"""Hot queries use their indexes: what the services really send is explained on thousands of rows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg
import pytest

from tests.factories import record
from tests.plans import Plans, explain
from watcher_core import ExecutionState, Settings, Watcher

PIPELINES = 2_000
EXECUTIONS = 100_000
LATE = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
LAST_HOURS = dt.datetime(2026, 3, 11, tzinfo=dt.UTC)

# Each pipeline has 50 executions, the tenth one of as many partitions. Every 10th carries a logical date, every 20th is
# a child, every 400th still runs. One in twenty failed, as did the newest of every tenth pipeline, half of which have
# an alert that is open. One pipeline in four has a rule, which has judged every execution; one result in 200 is
# flagged. One pipeline in a hundred has a check, with a result of each execution.
SEED = f"""
SET session_replication_role = replica; -- foreign keys hold by construction, and take long to check one by one
INSERT INTO watcher.pipeline_type (name) VALUES ('seeded');
INSERT INTO watcher.pipeline (name, pipeline_type_id)
SELECT 'pipeline ' || number, 1 FROM generate_series(0, {PIPELINES - 1}) AS number;
INSERT INTO watcher.pipeline_execution
       (pipeline_id, parent_id, source, external_id, scope, state, start_date, end_date, logical_date, next_watermark,
        created_at)
SELECT 1 + number % {PIPELINES},
       CASE WHEN number % 20 = 0 AND number > 0 THEN number / 20 END,
       'dagster', 'execution ' || number,
       CASE WHEN number % {PIPELINES} = 9 THEN CAST(number AS text) END,
       CAST(CASE WHEN number % 400 = 1 THEN 'running'
                 WHEN number % CASE WHEN number < {EXECUTIONS - PIPELINES} THEN 20 ELSE 10 END = 7
                 THEN 'failed' ELSE 'succeeded' END AS watcher.execution_state),
       '2026-01-01Z'::timestamptz + number * interval '1 minute',
       CASE WHEN number % 400 <> 1 THEN '2026-01-01Z'::timestamptz + (number + 1) * interval '1 minute' END,
       CASE WHEN number % 10 = 0 THEN '2026-01-01Z'::timestamptz + number * interval '1 hour' END,
       number,
       statement_timestamp() - ({EXECUTIONS} - number) * interval '1 minute'
  FROM generate_series(0, {EXECUTIONS - 1}) AS number;
INSERT INTO watcher.failure_pending (pipeline_execution_id)
SELECT id FROM watcher.pipeline_execution WHERE state = 'failed' AND id > {EXECUTIONS - PIPELINES};
INSERT INTO watcher.alert
       (kind, level, deduplication_key, pipeline_id, pipeline_execution_id, facts, opened_at, state, resolved_at,
        is_settled)
SELECT 'failure', 'error', 'failure/' || id, pipeline_id, id, '{{}}', end_date,
       CAST(CASE WHEN is_open THEN 'open' ELSE 'resolved' END AS watcher.alert_state),
       CASE WHEN NOT is_open THEN end_date END, true
  FROM (SELECT *, id > {EXECUTIONS - PIPELINES} AND pipeline_id % 20 = 8 AS is_open
          FROM watcher.pipeline_execution
         WHERE state = 'failed') AS failed;
INSERT INTO watcher.anomaly_detection_rule (pipeline_id, metric_field)
SELECT id, 'total_rows' FROM watcher.pipeline WHERE id % 4 = 0;
INSERT INTO watcher.anomaly_detection_result (rule_id, pipeline_execution_id, flagged, value, flagged_start_date)
SELECT rule.id, execution.id, is_flagged, 1, CASE WHEN is_flagged THEN execution.start_date END
  FROM watcher.pipeline_execution AS execution
  JOIN watcher.anomaly_detection_rule AS rule USING (pipeline_id)
 CROSS JOIN LATERAL (SELECT execution.id % 200 = 4) AS verdict (is_flagged);
INSERT INTO watcher.asset_check (pipeline_id, name, status)
SELECT id, 'sound', 'passed' FROM watcher.pipeline WHERE id % 100 = 9;
INSERT INTO watcher.asset_check_result (asset_check_id, external_id, pipeline_execution_id, status, evaluated_at)
SELECT asset_check.id, execution.external_id, execution.id, 'passed', end_date
  FROM watcher.pipeline_execution AS execution
  JOIN watcher.asset_check USING (pipeline_id)
 WHERE state = 'succeeded';
ANALYZE;
"""


@pytest.fixture(scope="module")
def watcher(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watcher]:
    with psycopg.connect(module_database_url, autocommit=True) as connection:
        connection.execute(SEED)
    with Watcher(module_database_url, settings=Settings(home=tmp_path_factory.mktemp("home"))) as watcher:
        watcher.clock()  # the first contact has statements of its own
        yield watcher


@pytest.fixture
def plans(watcher: Watcher) -> Callable[[Callable[[], object]], Plans]:
    return partial(explain, watcher)


@pytest.mark.parametrize(
    ("call", "index"),
    [
        (lambda w: w.executions(pipeline=7), "ix_pipeline_execution_pipeline_id_start_date"),
        (lambda w: w.executions(pipeline=7, limit=3), "ix_pipeline_execution_pipeline_id_start_date"),
        (lambda w: w.executions(), "ix_pipeline_execution_start_date"),
        (lambda w: w.executions(limit=10), "ix_pipeline_execution_start_date"),
        (lambda w: w.executions(since=w.execution(EXECUTIONS - 50).start_date), "ix_pipeline_execution_start_date"),
        (lambda w: w.executions(state="running"), "ix_pipeline_execution_running"),
        (lambda w: w.executions(state="failed", limit=20), "ix_pipeline_execution_state"),
        (lambda w: w.executions(state="blocked"), "ix_pipeline_execution_state"),
        (lambda w: w.executions(pipeline=8, state="failed"), "ix_pipeline_execution_(failed|pipeline_id_state)"),
        (lambda w: w.executions(pipeline=9, state="canceled"), "ix_pipeline_execution_(pipeline_id_)?state"),
        (lambda w: w.executions(pipeline=10, scope="2009"), "ix_pipeline_execution_good"),
        (lambda w: w.execution(7), "pk_pipeline_execution"),
        (lambda w: w.execution_tree(7), "ix_pipeline_execution_parent_id"),
        (lambda w: w.pipeline("pipeline 7"), "uq_pipeline_name"),
        (lambda w: w.record([record("pipeline 7", "execution 7")]), "uq_pipeline_execution_identity"),
        (
            lambda w: w.record([record("pipeline 7", "by date", start=999_999, next_watermark=1)]),
            "ix_pipeline_execution_pipeline_id_start_date",
        ),
        (
            lambda w: w.record(
                [record("pipeline 7", "partition", logical_date=w.execution(7).start_date, next_watermark=1)]
            ),
            "ix_pipeline_execution_pipeline_id_logical_date",
        ),
    ],
    ids=[
        "executions of a pipeline, newest first",
        "the newest three of a pipeline",
        "all executions, newest first",
        "the newest ten",
        "executions since a time",
        "what runs now",
        "the newest failures",
        "a state that nothing is in",
        "the failures of a pipeline",
        "a state that nothing of a pipeline is in",
        "a partition of a pipeline",
        "an execution by id",
        "the children of an execution",
        "a pipeline by name",
        "an execution by its identity",
        "whether a later start has succeeded",
        "whether a later logical date has succeeded",
    ],
)
def test_a_hot_query_uses_its_index(
    watcher: Watcher,
    plans: Callable[[Callable[[], object]], Plans],
    call: Callable[[Watcher], object],
    index: str,
) -> None:
    plan = plans(lambda: call(watcher))
    assert any(re.fullmatch(index, name) for name in plan.indexes)
    assert "pipeline_execution" not in plan.scanned
    assert plan.read("pipeline_execution") <= 200


def test_what_is_flagged_is_found_without_the_results_around_it(
    watcher: Watcher, plans: Callable[[Callable[[], object]], Plans]
) -> None:
    plan = plans(lambda: watcher.anomaly_results(flagged=True, limit=5))
    assert "ix_anomaly_detection_result_newest" in plan.indexes
    assert plan.scanned.isdisjoint({"anomaly_detection_result", "pipeline_execution"})
    assert plan.read("pipeline_execution") <= 50


def test_the_results_of_a_pipeline_are_found_without_its_history(
    watcher: Watcher, plans: Callable[[Callable[[], object]], Plans]
) -> None:
    assert len(watcher.anomaly_results(pipeline=8, limit=3)) == 3
    plan = plans(lambda: watcher.anomaly_results(pipeline=8, limit=3))
    assert "ix_anomaly_detection_result_pipeline_execution_id" in plan.indexes
    assert plan.read("pipeline_execution") <= 10
    assert plans(lambda: watcher.anomaly_results(pipeline=8, flagged=True)).indexes >= {
        "ix_anomaly_detection_result_flagged"
    }


@pytest.mark.parametrize("pipeline", [9, None])
def test_the_newest_results_of_checks_are_found_without_their_history(
    watcher: Watcher, plans: Callable[[Callable[[], object]], Plans], pipeline: int | None
) -> None:
    assert len(watcher.asset_check_results(pipeline=pipeline, limit=2)) == 2
    plan = plans(lambda: watcher.asset_check_results(pipeline=pipeline, limit=2))
    assert "ix_asset_check_result_newest" in plan.indexes
    assert "asset_check_result" not in plan.scanned


def test_starting_and_ending_reads_a_handful_of_rows(
    watcher: Watcher, plans: Callable[[Callable[[], object]], Plans]
) -> None:
    def pair() -> None:
        execution = watcher.start_execution(pipeline_id="pipeline 7", next_watermark=1)
        watcher.end_execution(execution.id, inserts=1)

    plan = plans(pair)
    assert plan.scanned.isdisjoint({"pipeline", "pipeline_execution"})
    assert plan.read("pipeline_execution") < 30


def test_tracking_reads_a_handful_of_rows(watcher: Watcher, plans: Callable[[Callable[[], object]], Plans]) -> None:
    def block() -> None:
        with watcher.track("pipeline 7", next_watermark=1, parent=record("pipeline 8", "execution 8")) as execution:
            execution.record(inserts=1)

    plan = plans(block)
    assert plan.scanned.isdisjoint({"pipeline_execution"})
    assert plan.read("pipeline_execution") < 30


def test_recording_a_batch_reads_what_it_writes(
    watcher: Watcher, plans: Callable[[Callable[[], object]], Plans]
) -> None:
    batch = [
        record(f"pipeline {number}", f"batch {number}", parent_external_id="execution 8", next_watermark=number)
        for number in range(100)
    ]
    plan = plans(lambda: watcher.record(batch))
    assert plan.scanned.isdisjoint({"pipeline_execution"})
    assert plan.read("pipeline_execution") < 20 * len(batch)


def test_recording_runs_that_failed_reads_what_ran_in_them(
    watcher: Watcher, plans: Callable[[Callable[[], object]], Plans]
) -> None:
    batch = [record(f"pipeline {number}", f"broken {number}", state=ExecutionState.FAILED) for number in range(100)]
    with watcher.recorder("an instance") as session:
        assert session is not None
        plan = plans(partial(session.record, batch, cursor={}))
    assert plan.scanned.isdisjoint({"pipeline_execution"})
    assert plan.read("pipeline_execution") < 20 * len(batch)


def test_a_ping_reads_a_handful_of_rows(watcher: Watcher, plans: Callable[[Callable[[], object]], Plans]) -> None:
    def pings() -> None:
        for state in ("running", "succeeded", "failed"):
            watcher.ping("pipeline 7", state)

    plan = plans(pings)
    assert plan.scanned.isdisjoint({"pipeline", "pipeline_execution"})
    assert plan.read("pipeline_execution") < 30


@pytest.mark.parametrize(("after", "known"), [(0, []), (EXECUTIONS - 200, []), (EXECUTIONS - 200, [8, 9])])
def test_news_for_the_graph_of_dagster_reads_what_is_new(
    watcher: Watcher, plans: Callable[[Callable[[], object]], Plans], after: int, known: list[int]
) -> None:
    names = ["pipeline 7", "pipeline 8"]
    plan = plans(lambda: watcher.executions_since(names, after=after, also=[7, 8, 9], known=known))
    assert plan.scanned.isdisjoint({"pipeline", "pipeline_execution"})
    # What is new of all pipelines, what runs of these, and their newest.
    assert plan.read("pipeline_execution") < 1_000


@pytest.mark.parametrize(
    ("call", "most"),
    [
        (lambda w: w.now(), 5 * PIPELINES),
        (lambda w: w.pipeline_page("pipeline 7"), 500),
        (lambda w: w.pipeline_list(limit=100), 5 * PIPELINES),
        (lambda w: w.timeline(LATE, LATE + dt.timedelta(hours=12)), 30_000),
        (lambda w: w.unfixed_failures(), 5 * PIPELINES),
        (lambda w: w.alerts(state=("open", "acknowledged", "snoozed")), 0),
        (lambda w: w.search("pipeline 7"), 0),
        (lambda w: w.report(), 0),
        (lambda w: w.board_version(), 1_000),
        (lambda w: w.diagnostics(), 1_000),
    ],
    ids=[
        "now",
        "a pipeline",
        "the list of pipelines",
        "what ran in twelve hours",
        "failures that nobody has fixed",
        "alerts",
        "search",
        "the report",
        "the version",
        "diagnostics",
    ],
)
def test_no_page_of_the_board_reads_executions_of_all_time(
    watcher: Watcher, plans: Callable[[Callable[[], object]], Plans], call: Callable[[Watcher], object], most: int
) -> None:
    found = plans(lambda: call(watcher))
    assert "pipeline_execution" not in found.scanned
    assert found.read("pipeline_execution") <= most


def test_the_page_of_a_pipeline_looks_into_indexes(
    watcher: Watcher, plans: Callable[[Callable[[], object]], Plans]
) -> None:
    page = watcher.pipeline_page("pipeline 3", days=365)
    assert any(point.expected is not None or point.value for series in page.series for point in series.points)
    found = plans(lambda: watcher.pipeline_page("pipeline 3", days=365))
    assert found.indexes >= {
        "ix_anomaly_detection_result_pipeline_execution_id",
        "ix_pipeline_execution_history",
        "ix_pipeline_execution_pipeline_id_start_date",
    }
    assert found.scanned.isdisjoint({"alert", "anomaly_detection_result", "pipeline", "pipeline_execution"})


@pytest.mark.parametrize("states", [None, ("open", "acknowledged", "snoozed")])
def test_the_newest_alerts_are_found_without_the_others(
    watcher: Watcher, plans: Callable[[Callable[[], object]], Plans], states: tuple[str, ...] | None
) -> None:
    assert "alert" not in plans(lambda: watcher.alerts(state=states, limit=400)).scanned


@pytest.mark.parametrize(
    ("given", "index"),
    [
        ({"kind": "missed"}, "ix_alert_kind_opened_at"),
        ({"kind": "failure", "limit": 10}, "ix_alert_(kind_)?opened_at"),
        ({"pipeline": 8, "limit": 3}, "ix_alert_pipeline_id_opened_at"),
        ({"changed_since": LAST_HOURS}, "ix_alert_changed_at"),
        ({"changed_since": LAST_HOURS, "state": "resolved"}, "ix_alert_changed_at"),
        ({"changed_since": LAST_HOURS, "kind": "failure"}, "ix_alert_changed_at"),
    ],
    ids=lambda value: " and ".join(value) if isinstance(value, dict) else "",
)
def test_listed_alerts_are_found_without_those_of_all_time(
    watcher: Watcher, plans: Callable[[Callable[[], object]], Plans], given: dict[str, Any], index: str
) -> None:
    plan = plans(lambda: watcher.alerts(**given))
    assert any(re.fullmatch(index, name) for name in plan.indexes)
    assert "alert" not in plan.scanned


def test_what_the_board_reads_is_there(watcher: Watcher) -> None:
    """Else the plans above would be those of empty tables."""
    now = watcher.now()
    assert now.total > PIPELINES // 12
    assert sum(each.alert_id is None for each in now.incidents)
    assert sum(each.alert_id is not None for each in now.incidents)
    assert sum(each.count for each in watcher.unfixed_failures()) > PIPELINES // 12
    assert len(watcher.alerts(state="open", limit=1_000)) == PIPELINES // 20

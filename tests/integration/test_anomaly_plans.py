"""Detection reads what it judges and no more: its statements are explained on a hundred thousand executions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from watcher_core import AnomalyMetric
from watcher_core.anomalies import detect, findings, history, queue, results
from watcher_core.anomalies.queue import BEGINNING
from watcher_core.recording import expired

PIPELINES = 1_000
EXECUTIONS = 100_000
BUSY = 1  # this one has a third of all

SEED = f"""
SET session_replication_role = replica; -- foreign keys hold by construction, and take long to check one by one
INSERT INTO watcher.pipeline_type (name) VALUES ('seeded');
INSERT INTO watcher.pipeline (name, pipeline_type_id)
SELECT 'pipeline ' || number, 1 FROM generate_series(1, {PIPELINES}) AS number;
INSERT INTO watcher.anomaly_detection_rule (pipeline_id, metric_field)
SELECT id, metric
  FROM watcher.pipeline, unnest(ARRAY['{"', '".join(AnomalyMetric)}']) AS metric;
INSERT INTO watcher.pipeline_execution
       (pipeline_id, source, external_id, state, start_date, end_date, logical_date, total_rows)
SELECT CASE WHEN number % 3 = 0 THEN {BUSY} ELSE 1 + number % {PIPELINES} END, 'dagster', 'execution ' || number,
       CAST(CASE WHEN number % 49 = 1 THEN 'failed' ELSE 'succeeded' END AS watcher.execution_state),
       start_date, start_date + interval '1 minute', CASE WHEN number % 2 = 0 THEN start_date END, number % 100
  FROM generate_series(1, {EXECUTIONS}) AS number
 CROSS JOIN LATERAL (SELECT '2026-01-01Z'::timestamptz + number * interval '40 seconds') AS made (start_date);
INSERT INTO watcher.anomaly_detection_result (rule_id, pipeline_execution_id, flagged, value)
SELECT rule.id, execution.id, execution.id % 100 = 0, 1
  FROM watcher.pipeline_execution AS execution
  JOIN watcher.anomaly_detection_rule AS rule USING (pipeline_id)
 WHERE execution.id % 2 = 0 AND rule.metric_field IN ('total_rows', 'throughput');
INSERT INTO watcher.anomaly_pending (pipeline_id, pipeline_execution_id)
SELECT pipeline_id, id FROM watcher.pipeline_execution WHERE id % 2 = 1;
INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, pipeline_execution_id, state, resolved_at)
SELECT 'anomaly', 'warning', 'anomaly/' || id, pipeline_id, id, 'resolved', start_date
  FROM watcher.pipeline_execution WHERE id % 100 = 0;
RESET session_replication_role;
ANALYZE;
"""


@pytest.fixture(scope="module")
def connection(module_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(module_database_url) as connection:
        connection.execute(SEED)
        connection.commit()
        connection.execute("SET jit = off")
        yield connection


class Plan:
    """What a statement does: the indexes it uses, the tables it sorts or reads whole, the rows it reads, by table."""

    def __init__(self, connection: psycopg.Connection[Any], statement: str, given: Any) -> None:
        row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given).fetchone()
        connection.rollback()
        assert row is not None
        nodes = list(_nodes(row[0][0]["Plan"]))
        self.sorted = {
            below.get("Relation Name") for node in nodes if node["Node Type"] == "Sort" for below in _nodes(node)
        }
        self.indexes = {node["Index Name"] for node in nodes if "Index Name" in node}
        self.scanned = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
        self.read: dict[str, float] = {}
        for node in nodes:
            if "Scan" in node["Node Type"] and "Relation Name" in node:
                rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
                self.read[node["Relation Name"]] = self.read.get(node["Relation Name"], 0) + rows


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def newest(connection: psycopg.Connection[Any], pipeline_id: int) -> tuple[int, dt.datetime]:
    row = connection.execute(
        "SELECT id, start_date FROM watcher.pipeline_execution WHERE pipeline_id = %s AND state = 'succeeded'"
        " ORDER BY start_date DESC LIMIT 1",
        (pipeline_id,),
    ).fetchone()
    assert row is not None
    return row[0], row[1]


@pytest.mark.parametrize("pipelines", [[BUSY], [2, 3, 4, BUSY], list(range(1, 101))])
def test_a_history_is_the_newest_runs_by_one_index(connection: psycopg.Connection[Any], pipelines: list[int]) -> None:
    last = [newest(connection, pipeline_id)[1] for pipeline_id in pipelines]
    given = {"pipeline_ids": pipelines, "firsts": last, "lasts": last, "days": [60] * len(pipelines)}
    given["keys"] = ["[]"] * len(pipelines)
    plan = Plan(connection, history.load_statement(0), given)
    assert plan.indexes == {"ix_pipeline_execution_history"}
    assert plan.scanned == set()
    others = len(set(pipelines) - {BUSY})
    assert plan.read["pipeline_execution"] <= history.MOST_RUNS + 1 + others * 120


def test_the_runs_after_an_old_one_are_as_few(connection: psycopg.Connection[Any]) -> None:
    oldest = [dt.datetime(2026, 1, 2, tzinfo=dt.UTC)]
    given = {"pipeline_ids": [BUSY], "firsts": oldest, "lasts": oldest, "days": [365], "keys": ["[]"]}
    plan = Plan(connection, history.load_statement(0), given)
    assert plan.indexes == {"ix_pipeline_execution_history"}
    assert plan.read["pipeline_execution"] <= 2 * history.MOST_RUNS + 1


def test_what_is_due_is_looked_up(connection: psycopg.Connection[Any]) -> None:
    ids = [newest(connection, pipeline_id)[0] for pipeline_id in (BUSY, 2, 3)]
    plan = Plan(connection, detect.DUE, {"ids": ids})
    assert "pk_pipeline_execution" in plan.indexes
    assert plan.scanned == set()
    assert plan.read["pipeline_execution"] == 3
    assert plan.read["anomaly_detection_rule"] <= 18
    assert plan.read["anomaly_detection_result"] <= 30  # averages of loops, rounded


def test_what_was_flagged_is_in_an_index_of_its_own(connection: psycopg.Connection[Any]) -> None:
    rules = [
        row[0] for row in connection.execute("SELECT id FROM watcher.anomaly_detection_rule WHERE pipeline_id = 1")
    ]
    plan = Plan(connection, history.FLAGGED, {"rule_ids": rules, "oldest": EXECUTIONS - 6_000})
    assert plan.indexes == {"ix_anomaly_detection_result_flagged"}
    assert plan.read["anomaly_detection_result"] <= 200


def test_the_queue_is_read_as_far_as_it_is_taken(connection: psycopg.Connection[Any]) -> None:
    given = {**BEGINNING._asdict(), "limit": 100}
    plan = Plan(connection, queue.CLAIM, given)
    assert plan.indexes == {"pk_anomaly_pending"}
    assert plan.scanned == set()
    pipelines = queue.MOST_PIPELINES
    assert plan.read["anomaly_pending"] <= pipelines + 1 + 100 * pipelines
    plan = Plan(connection, queue.TAKE, {**given, "pipeline_ids": [BUSY, 2, 3]})
    assert plan.indexes == {"pk_anomaly_pending"}
    assert plan.scanned == set()


def test_whose_alert_is_over_is_looked_up(connection: psycopg.Connection[Any]) -> None:
    execution_id, _ = newest(connection, 2)
    connection.execute(
        "INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, pipeline_execution_id)"
        " VALUES ('anomaly', 'warning', 'x', 2, %s)",
        (execution_id - 20 * PIPELINES,),
    )
    connection.commit()
    plan = Plan(connection, findings.OVER, {"pipeline_ids": [2, 3, 4]})
    assert "pipeline_execution" not in plan.scanned
    assert "anomaly_detection_result" not in plan.scanned
    assert plan.read["pipeline_execution"] <= 200


@pytest.mark.parametrize("condition", ["execution_id", "pipeline_id"])
def test_results_are_listed_by_index(connection: psycopg.Connection[Any], condition: str) -> None:
    conditions = {
        "execution_id": "result.pipeline_execution_id = %(execution_id)s",
        "pipeline_id": "rule.pipeline_id = %(pipeline_id)s AND execution.pipeline_id = %(pipeline_id)s",
    }
    newest_first = {"date": "execution.start_date", "execution_id": "execution.id"}
    statement = results.NEWEST.format(conditions=conditions[condition], **newest_first)
    given = {"execution_id": 200, "pipeline_id": 2, "limit": 100}
    plan = Plan(connection, statement, given)
    assert "anomaly_detection_result" not in plan.scanned
    assert "pipeline_execution" not in plan.scanned


def test_a_dry_run_of_a_cleanup_sorts_no_results(connection: psycopg.Connection[Any]) -> None:
    given = {"until": dt.datetime(2026, 1, 20, tzinfo=dt.UTC), "most": expired.MOST_LOOKED_AT}
    plan = Plan(connection, expired.COUNT, given)
    assert "anomaly_detection_result" not in plan.sorted
    assert "ix_anomaly_detection_result_pipeline_execution_id" in plan.indexes

"""The checks and cleanup use their indexes: what they really send is explained on a hundred thousand executions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from watcher_core import alerts
from watcher_core.alerts import composer
from watcher_core.checks import Opening, asset_checks, failures, freshness, retries, timeliness
from watcher_core.enums import AlertKind
from watcher_core.overview import pipeline_check
from watcher_core.recording import asset_checks as recorded_checks
from watcher_core.recording import retention

PIPELINES = 2_000
EXECUTIONS = 100_000
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
END = START + dt.timedelta(minutes=EXECUTIONS)

# A pipeline has 50 executions, one a day and a half. Every 500th still runs; every 200th failed; of every tenth
# pipeline the last three did. Each has a check, with 20 results; that of every hundredth does not pass.
SEED = f"""
SET session_replication_role = replica; -- foreign keys hold by construction, and take long to check one by one
INSERT INTO watcher.pipeline_type (name) VALUES ('seeded');
INSERT INTO watcher.pipeline (name, pipeline_type_id, created_at, last_target_insert, freshness_number,
                              freshness_datepart, timeliness_number, timeliness_datepart)
SELECT 'pipeline ' || number, 1, '2026-01-01Z', '2026-01-01Z', 1, 'day', 30, 'minute'
  FROM generate_series(0, {PIPELINES - 1}) AS number;
INSERT INTO watcher.freshness_pipeline_log
       (pipeline_id, last_dml_timestamp, evaluation_timestamp, freshness_number, freshness_datepart, used_child_config)
SELECT id, '2025-01-01Z'::timestamptz + day * interval '1 day', '2026-01-01Z', 1, 'day', true
  FROM watcher.pipeline, generate_series(1, 20) AS day;
INSERT INTO watcher.pipeline_execution
       (pipeline_id, source, external_id, state, start_date, end_date, execution_metadata)
SELECT 1 + number % {PIPELINES}, 'dagster', 'execution ' || number, state, start_date,
       CASE WHEN state <> 'running' THEN start_date + interval '1 minute' END, '{{"run_id": "a"}}'
  FROM generate_series(0, {EXECUTIONS - 1}) AS number
 CROSS JOIN LATERAL (SELECT '2026-01-01Z'::timestamptz + number * interval '1 minute',
                            CAST(CASE WHEN number % 500 = 1 THEN 'running'
                                      WHEN number % 200 = 3
                                        OR number % 10 = 0 AND number >= {EXECUTIONS - 3 * PIPELINES} THEN 'failed'
                                      ELSE 'succeeded' END AS watcher.execution_state)) AS made (start_date, state);
INSERT INTO watcher.failure_pending (pipeline_execution_id)
SELECT id FROM watcher.pipeline_execution WHERE state = 'failed' AND id > {EXECUTIONS - 4 * PIPELINES};
INSERT INTO watcher.timeliness_pipeline_execution_log
       (pipeline_execution_id, pipeline_id, duration_seconds, execution_state, evaluation_timestamp, timeliness_number,
        timeliness_datepart, used_child_config)
SELECT id, pipeline_id, 1, state, start_date, 1, 'minute', true FROM watcher.pipeline_execution WHERE id % 10 = 0;
INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, pipeline_execution_id, state, resolved_at)
SELECT 'timeliness', 'warning', 'timeliness/' || id, pipeline_id, id, 'resolved', start_date
  FROM watcher.pipeline_execution WHERE id % 10 = 0;
INSERT INTO watcher.asset_check (pipeline_id, name, status, evaluated_at)
SELECT id, 'sound', 'passed', '2025-12-31Z' FROM watcher.pipeline;
INSERT INTO watcher.asset_check_result (asset_check_id, external_id, pipeline_execution_id, status, evaluated_at, open)
SELECT id, 'run ' || day, id, CASE WHEN id % 100 + day = 0 THEN 'failed' ELSE 'passed' END::watcher.asset_check_status,
       evaluated_at - day * interval '1 day', id % 100 + day = 0
  FROM watcher.asset_check, generate_series(0, 19) AS day;
RESET session_replication_role;
ANALYZE;
"""

# What one pipeline did before, of which statistics know nothing.
OLDER = """
INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, state, start_date, end_date)
SELECT 7, 'dagster', 'older ' || number, 'succeeded', made.start_date, made.start_date
  FROM generate_series(1, %(number)s) AS number
 CROSS JOIN LATERAL (SELECT '2025-12-31Z'::timestamptz - number * interval '1 hour') AS made (start_date)
"""

# What one pipeline did after all else; a trigger queues it.
FAILURES_IN_A_ROW = f"""
INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, state, start_date, end_date)
SELECT 7, 'python', 'failure ' || number, 'failed', made.start_date, made.start_date
  FROM generate_series(1, 500) AS number
 CROSS JOIN LATERAL (SELECT '{END}'::timestamptz + number * interval '1 second') AS made (start_date)
"""

OPENING = Opening(alerts.OPENING, alerts.OPENING_GIVEN)


@pytest.fixture(scope="module")
def connection(module_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(module_database_url) as connection:
        connection.execute(SEED)
        connection.commit()
        connection.execute("SET jit = off")
        yield connection


class Plan:
    """What a statement does: the indexes it uses, the tables it reads whole, the executions it reads in all."""

    def __init__(self, connection: psycopg.Connection[Any], statement: str, **given: object) -> None:
        row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given).fetchone()
        connection.rollback()
        assert row is not None
        nodes = list(_nodes(row[0][0]["Plan"]))
        self.indexes = {node["Index Name"] for node in nodes if "Index Name" in node}
        self.scanned = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
        self.read = sum(
            (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            for node in nodes
            if node.get("Relation Name") == "pipeline_execution" and "Scan" in node["Node Type"]
        )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


@pytest.mark.parametrize("opening", [OPENING, None], ids=["check", "dry run"])
def test_freshness_reads_pipelines_and_no_executions(
    connection: psycopg.Connection[Any], opening: Opening | None
) -> None:
    statement = freshness.statement(opening, one=False)
    plan = Plan(connection, statement, now=END, **freshness.NONE_JUDGED, **OPENING.given)
    assert plan.read == 0
    assert "pipeline_execution" not in plan.scanned


@pytest.mark.parametrize("opening", [OPENING, None], ids=["check", "dry run"])
def test_timeliness_reads_what_runs_and_what_ended_within_the_lookback(
    connection: psycopg.Connection[Any], opening: Opening | None
) -> None:
    statement = timeliness.statement(opening, one=False)
    plan = Plan(connection, statement, now=END, since=END - dt.timedelta(minutes=60), **OPENING.given)
    assert {"ix_pipeline_execution_running", "ix_pipeline_execution_end_date"} <= plan.indexes
    assert "pipeline_execution" not in plan.scanned
    assert plan.read <= EXECUTIONS / 500 + 60 + 1


@pytest.mark.parametrize("opening", [OPENING, None], ids=["check", "dry run"])
def test_freshness_of_one_pipeline_reads_that_pipeline(
    connection: psycopg.Connection[Any], opening: Opening | None
) -> None:
    statement = freshness.statement(opening, one=True)
    plan = Plan(connection, statement, now=END, pipeline_id=7, **freshness.NONE_JUDGED, **OPENING.given)
    assert "pk_pipeline" in plan.indexes
    assert plan.scanned.isdisjoint({"pipeline", "pipeline_execution", "freshness_pipeline_log"})


@pytest.mark.parametrize("opening", [OPENING, None], ids=["check", "dry run"])
def test_timeliness_of_one_pipeline_reads_its_executions(
    connection: psycopg.Connection[Any], opening: Opening | None
) -> None:
    statement = timeliness.statement(opening, one=True)
    since = END - dt.timedelta(days=7)
    plan = Plan(connection, statement, now=END, since=since, pipeline_id=7, **OPENING.given)
    assert plan.scanned.isdisjoint({"pipeline", "pipeline_execution", "timeliness_pipeline_execution_log"})
    assert plan.read <= EXECUTIONS / 500 + 50


@pytest.mark.parametrize("executions", [0, 5_000], ids=["as many as others", "many more than others"])
@pytest.mark.parametrize("kind", [AlertKind.FRESHNESS, AlertKind.TIMELINESS])
def test_an_asset_check_reads_what_started_last_though_its_plan_is_kept(
    connection: psycopg.Connection[Any], kind: AlertKind, executions: int
) -> None:
    places = {"now": "$1", "pipeline_id": "$2", "judged": "$3", "judged_from": "$4", "due_at": "$5"}
    types = "timestamptz, bigint, bigint[], timestamptz[], timestamptz[]"
    connection.execute(OLDER, {"number": executions})
    connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    connection.execute(f"PREPARE verdict ({types}) AS {pipeline_check.STATEMENTS[kind] % places}")
    plan = Plan(connection, f"EXECUTE verdict ('{END}', 7, '{{}}', '{{}}', '{{}}')")
    connection.execute("DEALLOCATE verdict")
    assert plan.scanned.isdisjoint(
        {"pipeline", "pipeline_execution", "freshness_pipeline_log", "timeliness_pipeline_execution_log"}
    )
    assert plan.indexes.isdisjoint({"ix_pipeline_execution_end_date", "ix_pipeline_execution_running"})
    assert plan.read <= 100 + 5


@pytest.mark.parametrize("statement", [failures.CHECK, failures.DRY_RUN])
def test_failures_read_what_is_queued_and_no_other_failures(
    connection: psycopg.Connection[Any], statement: str
) -> None:
    row = connection.execute("SELECT count(*) FROM watcher.failure_pending").fetchone()
    assert row is not None
    plan = Plan(connection, statement, now=END, retry_starts_within=retries.RETRY_STARTS_WITHIN)
    assert {"ix_pipeline_execution_good", "pk_pipeline_execution"} <= plan.indexes
    assert plan.indexes.isdisjoint({"ix_pipeline_execution_failed", "ix_pipeline_execution_state"})
    assert "pipeline_execution" not in plan.scanned
    assert plan.read <= 10 * row[0]


def test_failures_in_a_row_are_not_read_for_each_other(connection: psycopg.Connection[Any]) -> None:
    connection.execute(FAILURES_IN_A_ROW)
    (queued,) = connection.execute("SELECT count(*) FROM watcher.failure_pending").fetchone() or (0,)
    plan = Plan(connection, failures.DRY_RUN, now=END, retry_starts_within=retries.RETRY_STARTS_WITHIN)
    assert plan.read <= 10 * queued


@pytest.mark.parametrize("statement", [asset_checks.CHECK, asset_checks.DRY_RUN])
def test_asset_checks_read_what_does_not_pass(connection: psycopg.Connection[Any], statement: str) -> None:
    plan = Plan(connection, statement, now=END, retry_starts_within=retries.RETRY_STARTS_WITHIN)
    assert plan.scanned.isdisjoint({"asset_check_result", "pipeline_execution"})
    assert plan.read <= EXECUTIONS / 500 + 3 * PIPELINES / 100


def test_checks_that_have_not_run_are_found_by_one_execution_each(connection: psycopg.Connection[Any]) -> None:
    plan = Plan(connection, asset_checks.NOT_RUN, now=END)
    assert plan.scanned.isdisjoint({"asset_check_result", "pipeline_execution"})
    assert plan.read <= 2 * PIPELINES


def test_a_later_result_is_found_without_the_history(connection: psycopg.Connection[Any]) -> None:
    plan = Plan(connection, str(recorded_checks.SETTLE.text).replace(":ids", "%(ids)s"), ids=list(range(1, 500)))
    assert plan.scanned.isdisjoint({"asset_check_result"})


def test_a_message_reads_the_newest_of_its_pipeline(connection: psycopg.Connection[Any]) -> None:
    written = connection.execute(
        "SELECT array_agg(id) FROM (SELECT id FROM watcher.alert ORDER BY id LIMIT 50) AS alert"
    )
    (ids,) = written.fetchone() or ([],)
    plan = Plan(connection, composer.NOTICES, ids=ids, now=END)
    assert "ix_pipeline_execution_pipeline_id_start_date" in plan.indexes
    assert "pipeline_execution" not in plan.scanned
    assert plan.read <= (1 + 1 + 25) * len(ids)  # its own, the newest, and 20 successes


def test_a_batch_of_cleanup_reads_what_it_deletes(connection: psycopg.Connection[Any]) -> None:
    locking = Plan(connection, retention.LOCK_EXECUTIONS, until=END, since="-infinity", batch_size=100)
    assert "ix_pipeline_execution_start_date" in locking.indexes
    assert locking.scanned.isdisjoint({"pipeline_execution", "alert"})
    assert locking.read <= 500 + 30 * PIPELINES  # and the successes that each pipeline keeps
    oldest = "SELECT array_agg(id) FROM (SELECT id FROM watcher.pipeline_execution ORDER BY id LIMIT 100) AS past"
    (ids,) = connection.execute(oldest).fetchone() or ([],)
    deleting = Plan(connection, retention.DELETE_EXECUTIONS, until=END, ids=ids)
    assert "pk_pipeline_execution" in deleting.indexes
    assert deleting.scanned.isdisjoint({"pipeline_execution", "timeliness_pipeline_execution_log", "alert"})
    assert deleting.read <= 500


def test_a_batch_goes_on_where_the_one_before_ended(connection: psycopg.Connection[Any]) -> None:
    late = END - dt.timedelta(minutes=200)
    plan = Plan(connection, retention.LOCK_EXECUTIONS, until=END, since=late, batch_size=1000)
    assert plan.read <= 1000 + 30 * PIPELINES

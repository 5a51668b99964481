"""The calls that `benchmarks.scale` asks in turns: all that answer about the present, and a few that read history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from benchmarks import year
from watcher_core import Address, ExecutionRecord, ExecutionSource, ExecutionState, PipelineLineage, Watcher
from watcher_core.server import metrics

# An asset of the deployment; one with a check, one whose executions are judged, one with partitions; and a job.
ASSET = 4_321
CHECKED = year.JOBS + 1 + 16 * 9
JUDGED = year.JOBS + 2 * year.ASSETS_OF_A_JOB
PARTITIONED = year.JOBS + 1
JOB = "location/job_7"

# So many executions are judged, and so many recorded, by one call.
JUDGED_AT_ONCE = 20
RECORDED_AT_ONCE = 100

HISTORY = "it reads history"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call, and what it needs.

    Attributes:
        name: As tables show it.
        call: What is measured.
        before: What is done before each of them, and not measured.
        exempt: Why it may grow with history; empty where it may not.
    """

    name: str
    call: Callable[[Watcher], object]
    before: Callable[[psycopg.Connection], object] | None = None
    exempt: str = ""


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def prepare(watcher: Watcher) -> None:
    """Open the alerts of the present, and declare some lineage: twice does no harm."""
    watcher.check_freshness()
    watcher.check_timeliness()
    watcher.check_failures()
    watcher.check_stuck()
    watcher.check_missed()
    watcher.check_asset_checks()
    watcher.set_lineage(map(_lineage, range(1_000)), origin="asset_graph")


def _lineage(number: int) -> PipelineLineage:
    """Ten layers of a hundred assets, each made from two of the layer before."""
    layer, place = divmod(number, 100)
    sources = tuple(_address(100 * (layer - 1) + near % 100) for near in (place, place + 1)) if layer else ()
    return PipelineLineage(pipeline_name=_name(year.JOBS + 1 + number), sources=sources, targets=(_address(number),))


def _address(number: int) -> Address:
    return Address(f"warehouse.table_{number}", "postgresql", "database")


def _name(pipeline_id: int) -> str:
    return f"warehouse/layer_{pipeline_id % 7}/table_{pipeline_id:05}"


def _start_and_end(watcher: Watcher) -> None:
    execution = watcher.start_execution(pipeline_id=JOB, next_watermark="2026-11-27")
    watcher.end_execution(execution.id, completed_successfully=True, inserts=1)


def _track(watcher: Watcher) -> None:
    with watcher.track(JOB, next_watermark="2026-11-27") as execution:
        execution.record(inserts=1)


def _record(watcher: Watcher) -> None:
    began = now()
    watcher.record(
        ExecutionRecord(
            pipeline_name=_name(ASSET + number),
            external_id=f"{began.isoformat()} {number}",
            source=ExecutionSource.PYTHON,
            state=ExecutionState.SUCCEEDED,
            start_date=began - dt.timedelta(minutes=1),
            end_date=began,
            inserts=1,
        )
        for number in range(RECORDED_AT_ONCE)
    )


NOT_YET_JUDGED = """
    WITH newest AS MATERIALIZED (
        SELECT each.*
          FROM generate_series(%(first)s, %(first)s + 4 * (%(executions)s - 1), 4) AS pipeline (id)
         CROSS JOIN LATERAL (SELECT id, pipeline_id
                               FROM watcher.pipeline_execution
                              WHERE pipeline_id = pipeline.id
                                AND state = 'succeeded'
                              ORDER BY coalesce(logical_date, start_date) DESC
                              LIMIT 1) AS each
    ), forgotten AS (
        DELETE FROM watcher.anomaly_detection_result
         USING newest
         WHERE pipeline_execution_id = newest.id
    )
    INSERT INTO watcher.anomaly_pending (pipeline_id, pipeline_execution_id)
    SELECT pipeline_id, id FROM newest
"""


def _queue(connection: psycopg.Connection) -> None:
    connection.execute(NOT_YET_JUDGED, {"first": JUDGED, "executions": JUDGED_AT_ONCE})


def _scrape(watcher: Watcher) -> None:
    metrics.Metrics(watcher).text("", packed=False)


UNRESOLVED = ("open", "acknowledged", "snoozed")
HOURS = dt.timedelta(hours=12)

CALLS = (
    # Writing
    Call(name="start and end of an execution", call=_start_and_end),
    Call(name="track around an empty block", call=_track),
    Call(name="ping", call=lambda w: w.ping(JOB)),
    Call(name="record, 100 executions", call=_record),
    Call(name="rewind_pipeline: watermark set", call=lambda w: w.rewind_pipeline(JOB, watermark="2026-11-26")),
    Call(name="pipeline: its watermark read", call=lambda w: w.pipeline(JOB)),
    # Executions
    Call(name="executions, newest 100", call=lambda w: w.executions()),
    Call(name="executions(pipeline)", call=lambda w: w.executions(pipeline=ASSET)),
    Call(name="executions(pipeline, limit=10)", call=lambda w: w.executions(pipeline=ASSET, limit=10)),
    Call(name="executions(state='running')", call=lambda w: w.executions(state="running")),
    Call(name="executions(state='failed')", call=lambda w: w.executions(state="failed")),
    Call(name="executions(state='succeeded')", call=lambda w: w.executions(state="succeeded")),
    Call(name="executions(state='blocked'), none", call=lambda w: w.executions(state="blocked")),
    Call(
        name="executions(pipeline, state='failed', limit=3)",
        call=lambda w: w.executions(pipeline=ASSET, state="failed", limit=3),
    ),
    Call(
        name="executions(pipeline, state='blocked'), none",
        call=lambda w: w.executions(pipeline=ASSET, state="blocked"),
    ),
    Call(
        name="executions(pipeline, scope)", call=lambda w: w.executions(pipeline=PARTITIONED, scope=f"{now():%Y-%m-%d}")
    ),
    Call(
        name="executions(since=an hour ago)",
        call=lambda w: w.executions(since=now() - dt.timedelta(hours=2), limit=1_000),
    ),
    Call(name="pipeline_activity", call=lambda w: w.pipeline_activity()),
    Call(
        name="executions_since, the news for Dagster's graph",
        call=lambda w: w.executions_since([_name(ASSET)], after=w.executions(limit=1)[0].id - 100),
    ),
    # Checks
    Call(name="check_freshness, again", call=lambda w: w.check_freshness()),
    Call(name="check_timeliness, again", call=lambda w: w.check_timeliness()),
    Call(name="check_failures, again", call=lambda w: w.check_failures()),
    Call(name="check_stuck, again", call=lambda w: w.check_stuck()),
    Call(name="check_missed, again", call=lambda w: w.check_missed()),
    Call(name="check_asset_checks, again", call=lambda w: w.check_asset_checks()),
    Call(name="freshness of one asset", call=lambda w: w.check_pipeline(ASSET, "freshness")),
    Call(name="timeliness of one asset", call=lambda w: w.check_pipeline(ASSET, "timeliness")),
    Call(
        name="timeliness of one, newest execution 30 days old",
        call=lambda w: w.check_pipeline(year.QUIET, "timeliness"),
    ),
    # Anomalies
    Call(name="detect_pending_anomalies, none waits", call=lambda w: w.detect_pending_anomalies()),
    Call(
        name=f"detect_pending_anomalies, {JUDGED_AT_ONCE} wait",
        call=lambda w: w.detect_pending_anomalies(),
        before=_queue,
        exempt="by up to 2,000 runs of 60 days",
    ),
    Call(name="unjudged_executions", call=lambda w: w.unjudged_executions()),
    Call(name="anomaly_results(flagged=True)", call=lambda w: w.anomaly_results(flagged=True)),
    Call(name="anomaly_results(pipeline, limit=10)", call=lambda w: w.anomaly_results(pipeline=JUDGED, limit=10)),
    Call(
        name="anomaly_results(pipeline, flagged=True, limit=3)",
        call=lambda w: w.anomaly_results(pipeline=JUDGED, flagged=True, limit=3),
    ),
    # Alerts, health, metrics
    Call(name="alerts, newest 100", call=lambda w: w.alerts()),
    Call(name="alerts(state='open')", call=lambda w: w.alerts(state="open")),
    Call(name="alerts(pipeline, limit=3)", call=lambda w: w.alerts(pipeline=ASSET, limit=3)),
    Call(name="alerts(kind='missed'), none", call=lambda w: w.alerts(kind="missed")),
    Call(
        name="alerts(changed_since=an hour ago)", call=lambda w: w.alerts(changed_since=now() - dt.timedelta(hours=1))
    ),
    Call(name="undelivered_alerts", call=lambda w: w.undelivered_alerts()),
    Call(name="preview_alerts", call=lambda w: w.preview_alerts()),
    Call(name="health", call=lambda w: w.health()),
    Call(name="diagnostics", call=lambda w: w.diagnostics()),
    Call(name="scrape of metrics", call=_scrape),
    Call(name="asset_checks", call=lambda w: w.asset_checks()),
    Call(name="asset_check_results(pipeline)", call=lambda w: w.asset_check_results(pipeline=CHECKED)),
    Call(name="asset_check_results, newest 100", call=lambda w: w.asset_check_results()),
    Call(name="suggest_rules", call=lambda w: w.suggest_rules()),
    # The board
    Call(name="board: now", call=lambda w: w.now()),
    Call(name="board: a pipeline, 30 days", call=lambda w: w.pipeline_page(ASSET), exempt=HISTORY),
    Call(name="board: a pipeline, 1 day", call=lambda w: w.pipeline_page(ASSET, days=1, executions=24)),
    Call(
        name="board: a pipeline with partitions, 1 day",
        call=lambda w: w.pipeline_page(PARTITIONED, days=1, executions=24),
    ),
    Call(name="board: alerts", call=lambda w: w.alerts(state=UNRESOLVED, limit=51)),
    Call(name="board: timeline, 12 hours", call=lambda w: w.timeline(now() - HOURS, now())),
    Call(name="board: list of pipelines", call=lambda w: w.pipeline_list()),
    Call(name="board: search", call=lambda w: w.search("_0077")),
    Call(name="board: failures", call=lambda w: w.unfixed_failures()),
    Call(name="board: version", call=lambda w: w.board_version()),
    Call(name="board: report of 30 days", call=lambda w: w.report(), exempt=HISTORY),
    Call(name="board: report of a day", call=lambda w: w.report(days=1)),
    # Lineage
    Call(name="address_lineage", call=lambda w: w.address_lineage("warehouse.table_950")),
    Call(name="lineage_summary", call=lambda w: w.lineage_summary()),
    # What counts history
    Call(name="cleanup(dry_run=True)", call=lambda w: w.cleanup(dry_run=True), exempt="it counts what has expired"),
)

"""`watcher_anomaly_job` in shares: steps in processes of their own, which Dagster starts, judge each execution once."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

from tests.factories import at, record
from watcher_core import AlertKind, Watcher
from watcher_dagster import WatcherResource, build_watcher_definitions
from watcher_dagster.automation import jobs

SHARES = 2
PIPELINES = [f"p{number}" for number in range(8)]
DAYS = 30
DAY = 24 * 60


class Meeting(WatcherResource):
    """Watcher in each process; it begins to judge when all shares have arrived, so that they do it at once."""

    place: str

    def get_client(self) -> Watcher:
        client = super().get_client()
        judge = client.detect_pending_anomalies

        def judge_together(**options: Any) -> Any:
            place = Path(self.place)
            (place / str(os.getpid())).touch()
            until = time.monotonic() + 120
            while len(list(place.iterdir())) < SHARES:
                assert time.monotonic() < until, "the other share has not arrived"
            return judge(**{**options, "now": at(40 * DAY)})

        client.detect_pending_anomalies = judge_together  # type: ignore[method-assign] # it waits for the other share, and then judges
        return client


def shared_job() -> dg.JobDefinition:
    """The job as a code location has it that names no executor."""
    jobs.EXECUTIONS_A_SHARE = 1  # type: ignore[misc] # final elsewhere; here two executions are two shares
    resource = Meeting(database_url=os.environ["TEST_SHARES_DATABASE"], place=os.environ["TEST_SHARES_PLACE"])
    return build_watcher_definitions(resource=resource, anomaly_shares=SHARES).resolve_job_def(jobs.ANOMALY_JOB)


def test_processes_of_a_run_judge_each_execution_once(
    dagster_instance: dg.DagsterInstance,
    watcher: Watcher,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in PIPELINES:
        watcher.get_or_create_pipeline(name)
        watcher.get_or_create_anomaly_rule(name, metric_field="total_rows")
    watcher.record(
        record(name, f"{name}/{day}", start=day * DAY, total_rows=1000 + day % 7)
        for name in PIPELINES
        for day in range(DAYS)
    )
    watcher.record(record(name, f"{name}/half", start=37 * DAY, total_rows=500) for name in PIPELINES)
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.setenv("TEST_SHARES_DATABASE", database_url)
    monkeypatch.setenv("TEST_SHARES_PLACE", str(place))
    monkeypatch.setattr(jobs, "EXECUTIONS_A_SHARE", jobs.EXECUTIONS_A_SHARE)  # the job sets it in this process, too
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE judged (rule_id bigint, execution_id bigint)")
        connection.execute(
            """CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN INSERT INTO judged VALUES (new.rule_id, new.pipeline_execution_id); RETURN new; END $$"""
        )
        connection.execute(
            """CREATE TRIGGER noted AFTER INSERT OR UPDATE ON watcher.anomaly_detection_result
               FOR EACH ROW EXECUTE FUNCTION note()"""
        )
    with dg.execute_job(dg.reconstructable(shared_job), instance=dagster_instance, raise_on_error=True) as result:
        assert result.success
        outputs = [
            event.step_output_data.metadata
            for event in result.all_events
            if event.event_type_value == "STEP_OUTPUT" and event.node_name == "detect_anomalies"
        ]
    assert len(list(place.iterdir())) == SHARES  # processes
    assert sum(int(str(metadata["executions"].value)) for metadata in outputs) == len(PIPELINES) * (DAYS + 1)
    assert watcher.unjudged_executions().count == 0
    with psycopg.connect(database_url) as connection:
        judged = connection.execute("SELECT rule_id, execution_id FROM judged").fetchall()
    assert len(judged) == len(set(judged)) > len(PIPELINES) * (DAYS - 10)
    found = watcher.alerts()
    assert sorted(str(alert.pipeline_name) for alert in found) == PIPELINES
    assert {(alert.kind, alert.reopenings) for alert in found} == {(AlertKind.ANOMALY, 0)}

"""The jobs of Watcher, executed in a real Dagster instance: what their runs show, and what they report to assets."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

from watcher_core import AlertKind, AlertState, ExecutionSource, ExecutionState, InvalidValueError, Watcher
from watcher_core.database.engine import normalize_url
from watcher_dagster import WatcherResource, build_watcher_asset_checks, build_watcher_definitions
from watcher_dagster.automation.jobs import last_success
from watcher_dagster.checks.reporter import report_changes
from watcher_dagster.identity import WATCHER_RUN_TAG
from watcher_dagster.recorder.tick import record_tick

HOURS = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


@dg.asset(group_name="sales")
def orders() -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(metadata={"watcher/inserts": 3})


class Platform:
    """A Dagster instance with Watcher's jobs."""

    def __init__(self, instance: dg.DagsterInstance, watcher: Watcher, url: str) -> None:
        self.instance = instance
        self.watcher = watcher
        self.engine = sa.create_engine(normalize_url(url))
        self.resource = WatcherResource(database_url=url)
        self.client = self.resource.get_client()
        self.definitions = build_watcher_definitions(resource=self.resource)

    def run(self, job: str, **config: Any) -> dict[str, Any]:
        """Execute a job, and give the metadata of its step, with its run id."""
        definition = self.definitions.resolve_job_def(job)
        (op,) = definition.graph.node_defs
        run_config = {"ops": {op.name: {"config": config}}} if config else None
        result = definition.execute_in_process(instance=self.instance, run_config=run_config)
        (output,) = [event for event in result.all_events if event.event_type_value == "STEP_OUTPUT"]
        metadata = output.step_output_data.metadata
        return {"run_id": result.run_id, **{name: value.value for name, value in metadata.items()}}

    def materialize(self, *assets: Any) -> None:
        assert dg.materialize(assets, instance=self.instance).success
        record_tick(self.instance, self.watcher)

    def age(self, pipeline: str, *, hours: float) -> None:
        """Have the last change of a pipeline be longer ago."""
        with self.engine.begin() as connection:
            connection.execute(
                sa.text("""UPDATE watcher.pipeline SET last_target_insert = now() - make_interval(secs => :seconds),
                                  last_target_update = NULL, last_target_soft_delete = NULL WHERE name = :name"""),
                {"seconds": hours * 3600, "name": pipeline},
            )

    def observations(self, asset: str) -> list[dict[str, Any]]:
        """What was observed of an asset, the newest first."""
        records = self.instance.fetch_observations(dg.AssetKey(asset), limit=50).records
        found = [record.event_log_entry.asset_observation for record in records]
        return [
            {"description": one.description, **{key: value.value for key, value in one.metadata.items()}}
            for one in found
            if one is not None
        ]


@pytest.fixture
def platform(dagster_instance: dg.DagsterInstance, watcher: Watcher, database_url: str) -> Iterator[Platform]:
    made = Platform(dagster_instance, watcher, database_url)
    yield made
    made.engine.dispose()
    made.client.close()


# What a run shows


def test_freshness_shows_what_is_stale(platform: Platform) -> None:
    platform.materialize(orders)
    platform.watcher.update_pipeline("orders", freshness_number=2, freshness_datepart="hour")
    assert platform.run("watcher_freshness_job")["findings"] == "Nothing is stale."
    platform.age("orders", hours=5)
    before = dt.datetime.now(dt.UTC)
    shown = platform.run("watcher_freshness_job")
    assert (shown["found"], shown["new"]) == (1, 1)
    assert before <= dt.datetime.fromtimestamp(shown["checked_at"], dt.UTC) <= dt.datetime.now(dt.UTC)
    head, _, row = shown["findings"].splitlines()
    assert head == "| Pipeline | Type | Last change | Expected within | Overdue | New |"
    assert row.startswith("| [orders](/assets/orders) | asset | 20")
    assert re.search(r" \| 2 hours \| 3 h( \d+ min)? \| yes \|$", row)  # the clock goes on
    assert platform.run("watcher_freshness_job")["new"] == 0
    run = platform.instance.get_run_by_id(shown["run_id"])
    assert run is not None
    assert run.tags[WATCHER_RUN_TAG] == "true"


def test_a_name_breaks_out_of_no_table_and_strangers_have_no_page(platform: Platform) -> None:
    platform.watcher.get_or_create_pipeline(
        "evil|name](https://x.example) <b>*", pipeline_type_name="a|b", freshness_number=1, freshness_datepart="minute"
    )
    platform.age("evil|name](https://x.example) <b>*", hours=1)
    row = platform.run("watcher_freshness_job")["findings"].splitlines()[2]
    assert row.startswith(r"| evil\|name\]\(https:\//x.example\) \<b\>\* | a\|b | ")


def test_links_lead_below_where_the_ui_is_reached(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_DAGSTER_URL", "https://data.example.com/dagster/")
    monkeypatch.setattr("watcher_dagster.resource._clients", {})
    platform.materialize(orders)
    platform.watcher.update_pipeline("orders", freshness_number=2, freshness_datepart="hour")
    platform.age("orders", hours=5)
    assert "[orders](/dagster/assets/orders)" in platform.run("watcher_freshness_job")["findings"]
    platform.resource.get_client().close()


def test_timeliness_shows_what_is_late(platform: Platform) -> None:
    platform.materialize(orders)
    (execution,) = platform.watcher.executions(pipeline="orders")
    run_id = execution.execution_metadata["run_id"]
    platform.watcher.update_pipeline("orders", timeliness_number=1, timeliness_datepart="minute")
    with platform.engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE watcher.pipeline_execution SET start_date = end_date - interval '5 minutes' WHERE id = :id"
            ),
            {"id": execution.id},
        )
    shown = platform.run("watcher_timeliness_job", lookback_minutes=30)
    assert (shown["found"], shown["new"], shown["lookback_minutes"]) == (1, 1, 30)
    row = shown["findings"].splitlines()[2]
    assert f"| [{execution.id}](/runs/{run_id}) | succeeded | " in row
    assert row.endswith(" | 5 min | 1 minute | yes |")


def test_the_lookback_reaches_back_to_the_last_check_that_succeeded(platform: Platform) -> None:
    platform.run("watcher_timeliness_job", lookback_minutes=30)
    with platform.engine.begin() as connection:
        connection.execute(sa.text("UPDATE watcher.check_state SET checked_at = checked_at - interval '1 day'"))
    platform.run("watcher_timeliness_job", lookback_minutes=30, dry_run=True)
    now = dt.datetime.now(dt.UTC)
    late = platform.watcher.get_or_create_pipeline("late", timeliness_number=1, timeliness_datepart="minute")
    told = platform.watcher.start_execution(pipeline_id=late.id, start_date=now - 20 * HOURS)
    platform.watcher.end_execution(told.id, end_date=now - 19 * HOURS, completed_successfully=True)
    shown = platform.run("watcher_timeliness_job", lookback_minutes=30)
    assert (shown["found"], shown["lookback_minutes"]) == (1, 30)


def test_what_is_configured_reaches_runs_that_say_nothing(platform: Platform) -> None:
    """As those of the schedules."""
    definitions = build_watcher_definitions(
        resource=platform.resource, timeliness_lookback_minutes=30, retention_days=120, cleanup_batch_size=7
    )
    timeliness = definitions.resolve_job_def("watcher_timeliness_job")
    result = timeliness.execute_in_process(instance=platform.instance, run_config={})
    (output,) = [event for event in result.all_events if event.event_type_value == "STEP_OUTPUT"]
    assert output.step_output_data.metadata["lookback_minutes"].value == 30
    cleanup = definitions.resolve_job_def("watcher_cleanup_job")
    result = cleanup.execute_in_process(instance=platform.instance, run_config={})
    (output,) = [event for event in result.all_events if event.event_type_value == "STEP_OUTPUT"]
    until: Any = output.step_output_data.metadata["retention_date"].value
    assert abs(until - (dt.datetime.now(dt.UTC) - dt.timedelta(days=120)).timestamp()) < 60


def test_cleanup_shows_what_it_deletes(platform: Platform) -> None:
    old = platform.watcher.get_or_create_pipeline("old")
    for days in (100, 200, 1):
        began = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
        execution = platform.watcher.start_execution(pipeline_id=old.id, start_date=began)
        platform.watcher.end_execution(execution.id, end_date=began + HOURS, completed_successfully=False)
    counted = platform.run("watcher_cleanup_job", dry_run=True)
    assert (counted["rows"], counted["dry_run"]) == (2, True)
    shown = platform.run("watcher_cleanup_job")
    assert (shown["rows"], shown["dry_run"]) == (2, False)
    assert r"| pipeline\_execution | 2 |" in shown["deleted"]
    assert len(platform.watcher.executions()) == 1
    with pytest.raises(InvalidValueError, match="90"):
        platform.run("watcher_cleanup_job", retention_days=30)


def test_the_cleanup_of_runs_shows_what_stays(platform: Platform) -> None:
    for _ in range(3):
        platform.materialize(orders)
    with platform.engine.begin() as connection:
        connection.execute(
            sa.text("""UPDATE runs SET create_timestamp = create_timestamp - interval '50 days',
                              start_time = start_time - 50 * 86400, end_time = end_time - 50 * 86400""")
        )
    assert platform.run("watcher_run_cleanup_job")["old_runs"] == 0, "90 days are kept unless somebody says otherwise"
    counted = platform.run("watcher_run_cleanup_job", retention_days=30)
    assert (counted["old_runs"], counted["deleted"], counted["dry_run"]) == (3, 2, True)
    definitions = build_watcher_definitions(resource=platform.resource, dagster_run_retention_days=30)
    job = definitions.resolve_job_def("watcher_run_cleanup_job")
    assert job.execute_in_process(instance=platform.instance, run_config={}).success
    after = platform.run("watcher_run_cleanup_job", retention_days=30)
    assert (after["old_runs"], after["deleted"], after["rows"], after["bytes"]) == (1, 0, 0, 0)
    reason = "it made the newest materialization of an asset or partition"
    assert re.search(rf"\| {reason} \| 1 \| \[[0-9a-f]{{8}}\]\(/runs/[0-9a-f-]{{36}}\) \|", after["kept"])
    assert len(platform.watcher.executions(pipeline="orders")) == 3


def test_a_dry_run_opens_and_reports_nothing(platform: Platform) -> None:
    platform.materialize(orders)
    platform.watcher.update_pipeline("orders", freshness_number=2, freshness_datepart="hour")
    platform.age("orders", hours=5)
    shown = platform.run("watcher_freshness_job", dry_run=True)
    assert (shown["found"], shown["new"]) == (1, 1)
    assert platform.watcher.alerts() == []
    assert platform.observations("orders") == []
    assert last_success(platform.instance, "watcher_freshness_job") is None


def test_the_recorder_passes_over_the_jobs_and_what_they_report(platform: Platform) -> None:
    platform.materialize(orders)
    platform.watcher.update_pipeline("orders", freshness_number=2, freshness_datepart="hour")
    platform.age("orders", hours=5)
    before = platform.watcher.executions()
    platform.run("watcher_freshness_job")
    assert len(platform.observations("orders")) == 1
    record_tick(platform.instance, platform.watcher)
    assert platform.watcher.executions() == before


def test_the_jobs_have_nothing_to_do_with_the_io_manager_of_the_code_location(platform: Platform) -> None:
    @dg.io_manager
    def needs_credentials(_: Any) -> dg.IOManager:
        raise RuntimeError("no credentials here")

    mine = dg.Definitions(assets=[orders], resources={"io_manager": needs_credentials})
    job = dg.Definitions.merge(mine, platform.definitions).resolve_job_def("watcher_freshness_job")
    assert job.execute_in_process(instance=platform.instance).success


# Verdicts outside of runs


def test_an_asset_without_our_check_is_observed_when_its_verdict_changes(platform: Platform) -> None:
    platform.materialize(orders)
    platform.watcher.update_pipeline("orders", freshness_number=2, freshness_datepart="hour")
    platform.run("watcher_freshness_job")
    assert platform.observations("orders") == []  # that all is well is no news
    platform.age("orders", hours=5)
    for _ in range(3):
        platform.run("watcher_freshness_job")
    (stale,) = platform.observations("orders")
    assert (stale["watcher/check"], stale["watcher/passed"]) == ("freshness", False)
    assert stale["description"].startswith("Stale: last change 20")
    assert stale["watcher/expected_within"] == "2 hours"
    assert 3 * 3600 <= stale["watcher/overdue_seconds"] < 3 * 3600 + 60
    platform.materialize(orders)
    for _ in range(3):
        platform.run("watcher_freshness_job")
    recovered, _ = platform.observations("orders")
    assert (recovered["watcher/passed"], recovered["watcher/overdue_seconds"]) == (True, 0.0)
    platform.age("orders", hours=6)
    platform.run("watcher_freshness_job")
    assert [one["watcher/passed"] for one in platform.observations("orders")] == [False, True, False]


def test_what_a_job_that_died_could_not_report_is_made_up_for(platform: Platform) -> None:
    platform.materialize(orders)
    platform.run("watcher_freshness_job")
    platform.watcher.update_pipeline("orders", freshness_number=2, freshness_datepart="hour")
    platform.age("orders", hours=5)
    assert [finding.new for finding in platform.watcher.check_freshness()] == [True]  # and then it died
    platform.run("watcher_freshness_job")
    assert len(platform.observations("orders")) == 1


def test_what_is_no_asset_of_this_dagster_is_left_alone(platform: Platform) -> None:
    platform.watcher.get_or_create_pipeline("cron/job", freshness_number=1, freshness_datepart="minute")
    platform.age("cron/job", hours=1)
    assert platform.run("watcher_freshness_job")["found"] == 1
    assert not platform.instance.has_asset_key(dg.AssetKey(["cron", "job"]))


def test_an_asset_that_something_else_observes_is_left_alone(platform: Platform) -> None:
    """Dagster reads the data version of such an asset off its latest observation."""
    platform.instance.report_runless_asset_event(dg.AssetObservation("orders", tags={"dagster/data_version": "7"}))
    platform.watcher.get_or_create_pipeline("orders", freshness_number=1, freshness_datepart="minute")
    platform.age("orders", hours=1)
    assert platform.run("watcher_freshness_job")["found"] == 1
    assert len(platform.observations("orders")) == 1


def test_an_asset_with_our_check_gets_evaluations_of_it(platform: Platform) -> None:
    """Its definition tells, where it is at hand; of other code locations, that the check ran there once."""
    checks = build_watcher_asset_checks([orders], checks=["freshness"])
    mine = dg.Definitions(assets=[orders], asset_checks=checks)
    repository = dg.Definitions.merge(mine, platform.definitions).get_repository_def()
    platform.watcher.get_or_create_pipeline("orders", freshness_number=2, freshness_datepart="hour")
    platform.age("orders", hours=5)

    def report(repository: dg.RepositoryDefinition | None) -> int:
        found = platform.watcher.check_freshness()
        return report_changes(
            platform.instance,
            platform.watcher,
            kind=AlertKind.FRESHNESS,
            found=found,
            since=dt.datetime.now(dt.UTC) - HOURS,
            repository=repository,
        )

    assert report(repository) == 1  # although it was never materialized
    assert report(repository) == 0
    platform.materialize(orders)
    assert report(None) == 1
    key = dg.AssetCheckKey(dg.AssetKey("orders"), "watcher_freshness")
    latest = platform.instance.get_latest_asset_check_evaluation_record(key)
    assert latest is not None
    assert latest.evaluation is not None
    assert (latest.evaluation.passed, latest.evaluation.severity) == (True, dg.AssetCheckSeverity.WARN)
    assert platform.observations("orders") == []


def test_a_late_execution_is_reported_once_and_taken_back(platform: Platform) -> None:
    platform.materialize(orders)
    platform.watcher.update_pipeline("orders", timeliness_number=1, timeliness_datepart="minute")
    began = dt.datetime.now(dt.UTC) - HOURS
    pipeline = platform.watcher.pipeline("orders")
    running = platform.watcher.start_execution(pipeline_id=pipeline.id, start_date=began)
    for _ in range(2):
        platform.run("watcher_timeliness_job")
    (late,) = platform.observations("orders")
    assert re.match(f"Late: execution {running.id} has been running for 1 h", late["description"])
    assert late["watcher/execution"] == str(running.id)
    with platform.engine.begin() as connection:
        connection.execute(sa.text("UPDATE watcher.pipeline_execution SET start_date = now() WHERE state = 'running'"))
    for _ in range(2):
        platform.run("watcher_timeliness_job")
    assert [one["watcher/passed"] for one in platform.observations("orders")] == [True, False]
    (alert,) = platform.watcher.alerts(kind=AlertKind.TIMELINESS)
    assert alert.state is AlertState.RESOLVED
    assert running.source is ExecutionSource.PYTHON
    assert running.state is ExecutionState.RUNNING

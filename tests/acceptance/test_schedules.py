"""The schedules, through the code of Dagster's own scheduler daemon."""

import datetime as dt
import logging
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import PythonFileTarget
from dagster._daemon.controller import create_daemon_grpc_server_registry
from dagster._scheduler.scheduler import launch_scheduled_runs

from watcher_core.database.engine import normalize_url
from watcher_dagster import build_watcher_definitions
from watcher_dagster.identity import WATCHER_RUN_TAG

NOON = dt.datetime(2026, 3, 2, 12, 5, tzinfo=dt.UTC)  # a Monday
DAY = dt.timedelta(days=1)

Scheduler = Callable[[dt.datetime], None]

CODE = """
    from watcher_dagster import build_watcher_definitions

    defs = build_watcher_definitions(database_url={url!r}, retention_days=120)
"""


@pytest.fixture
def scheduler(dagster_instance: dg.DagsterInstance, database_url: str, tmp_path: Path) -> Iterator[Scheduler]:
    """A turn of the daemon's scheduler at a time. Runs are queued, and nobody takes them up."""
    (tmp_path / "location.py").write_text(textwrap.dedent(CODE).format(url=database_url))
    target = PythonFileTarget(str(tmp_path / "location.py"), None, None, None)
    with (
        create_daemon_grpc_server_registry(dagster_instance) as servers,
        WorkspaceProcessContext(dagster_instance, target, grpc_server_registry=servers) as context,
    ):

        def turn(now: dt.datetime) -> None:
            for error in launch_scheduled_runs(context, logging.getLogger("dagster"), now, iteration_times={}):
                assert error is None, error

        yield turn
    servers.wait_for_processes()


def runs(instance: dg.DagsterInstance, job: str) -> list[Any]:
    return [record.dagster_run for record in instance.get_run_records(dg.RunsFilter(job_name=job))]


@pytest.mark.filterwarnings("ignore")  # of Dagster's daemon, and of the code server that it starts
def test_after_a_day_without_a_daemon_one_run_follows(
    scheduler: Scheduler, dagster_instance: dg.DagsterInstance
) -> None:
    jobs = ("watcher_freshness_job", "watcher_timeliness_job")
    scheduler(NOON)
    assert [len(runs(dagster_instance, job)) for job in jobs] == [0, 0]
    scheduler(NOON + DAY)
    assert [len(runs(dagster_instance, job)) for job in jobs] == [1, 1]
    for job in jobs:
        (run,) = runs(dagster_instance, job)
        assert run.status is dg.DagsterRunStatus.QUEUED
        assert run.tags[WATCHER_RUN_TAG] == "true"
        assert run.tags["dagster/schedule_name"] == job.replace("_job", "_schedule")
    # The same turn again, the next tick while that run is queued, and the next one after it.
    scheduler(NOON + DAY)
    scheduler(NOON + DAY + dt.timedelta(hours=1))
    assert [len(runs(dagster_instance, job)) for job in jobs] == [1, 1]
    for job in jobs:
        (run,) = runs(dagster_instance, job)
        dagster_instance.report_run_canceled(run)
    scheduler(NOON + DAY + dt.timedelta(hours=2))
    assert [len(runs(dagster_instance, job)) for job in jobs] == [2, 2]
    assert runs(dagster_instance, "watcher_cleanup_job") == []


@pytest.mark.filterwarnings("ignore")
def test_cleanup_runs_on_sundays(scheduler: Scheduler, dagster_instance: dg.DagsterInstance) -> None:
    sunday = dt.datetime(2026, 3, 8, 2, 59, tzinfo=dt.UTC)
    scheduler(sunday)
    scheduler(sunday + dt.timedelta(minutes=2))
    assert len(runs(dagster_instance, "watcher_cleanup_job")) == 1


def test_a_run_whose_process_was_killed_holds_nothing_up_for_ever(
    dagster_instance: dg.DagsterInstance, database_url: str
) -> None:
    definitions = build_watcher_definitions(database_url=database_url)
    schedule = definitions.resolve_schedule_def("watcher_freshness_schedule")
    repository = definitions.get_repository_def()

    def evaluate() -> str | None:
        with dg.build_schedule_context(instance=dagster_instance, repository_def=repository) as context:
            return schedule.evaluate_tick(context).skip_message

    assert evaluate() is None
    run = dagster_instance.create_run_for_job(
        definitions.resolve_job_def("watcher_freshness_job"),
        status=dg.DagsterRunStatus.STARTED,
        tags={WATCHER_RUN_TAG: "true"},
    )
    assert evaluate() == f"run {run.run_id} of watcher_freshness_job is still under way"
    engine = sa.create_engine(normalize_url(database_url))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE runs SET create_timestamp = create_timestamp - interval '7 hours'"))
    engine.dispose()
    assert evaluate() is None

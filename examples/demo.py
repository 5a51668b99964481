"""What `watcher demo` shows: Dagster runs, Watcher reads back what happened, and a job outside Dagster adds to it."""

import sys

from dagster import DagsterInstance

from watcher_core import NotFoundError, Watcher
from watcher_dagster.assets import pipeline_configurations
from watcher_dagster.recorder.tick import record_tick

from . import external_job
from .flights.definitions import defs
from .flights.replay import Replay, Run, replay

# The data are as they are: a day of impossible weather, and flights to where the list of airports has none.
FAILING = [Run("daily_flights", "2013-02-12"), Run("traffic_report")]
TICK_SECONDS = 600  # in the daemon a tick is short; here, one reads everything


def main(*first_and_last_day: str) -> None:
    """Replay the flights, record them, run the external job, and check everything."""
    with DagsterInstance.get() as instance, Watcher() as watcher:
        print(f"Dagster    {outcome(replay(instance, *first_and_last_day))}")
        # What the recorder's sensor does at each of its ticks.
        watcher.configure_pipelines(pipeline_configurations(defs.get_repository_def()))
        print(f"Recorder   {record_tick(instance, watcher, tick_seconds=TICK_SECONDS)}")
        is_new = not has_run(watcher, external_job.PIPELINE)
    if is_new:
        print("Cron job   ", end="", flush=True)
        external_job.main()
    with Watcher() as watcher:
        print(f"Checks     {checked(watcher)}")


def has_run(watcher: Watcher, pipeline: str) -> bool:
    """Whether the pipeline is known: the demo can be run again, and adds nothing twice."""
    try:
        watcher.pipeline(pipeline)
    except NotFoundError:
        return False
    return True


def outcome(result: Replay) -> str:
    """Say what ran, and what failed."""
    if not result.ran:
        return f"nothing left to run; {result.skipped} runs were there"
    if not result.failed:
        return f"{result.ran} runs"
    failed = " and ".join(f"{run.job} of {run.day}" if run.day else run.job for run in result.failed)
    return f"{result.ran} runs; {failed} failed{', as they should' if result.failed == FAILING else ''}"


def checked(watcher: Watcher) -> str:
    """Do what the check sensor does at each of its ticks, and say what was found."""
    stale, late, failing = watcher.check_freshness(), watcher.check_timeliness(), watcher.check_failures()
    return f"{len(stale)} stale, {len(late)} late, {len(failing)} failing"


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)

"""What `watcher demo` shows: Dagster runs, Watcher reads back what happened, and a job outside Dagster adds to it."""

import sys

from dagster import DagsterInstance

from watcher_core import NotFoundError, Watcher
from watcher_dagster.assets import pipeline_configurations
from watcher_dagster.recorder import record_tick

from . import external_job
from .flights.definitions import defs
from .flights.replay import Replay, Run, replay

STORM = Run("daily_flights", "2013-02-12")
TICK_SECONDS = 600  # in the daemon a tick is short; here, one reads everything


def main(*first_and_last_day: str) -> None:
    """Replay the flights, record them, and run the external job."""
    with DagsterInstance.get() as instance, Watcher() as watcher:
        print(f"Dagster    {told(replay(instance, *first_and_last_day))}")
        # What the recorder's sensor does at each of its ticks.
        watcher.configure_pipelines(pipeline_configurations(defs.get_repository_def()))
        print(f"Recorder   {record_tick(instance, watcher, tick_seconds=TICK_SECONDS)}")
        is_new = not has_run(watcher, external_job.PIPELINE)
    if is_new:
        print("Cron job   ", end="", flush=True)
        external_job.main()


def has_run(watcher: Watcher, pipeline: str) -> bool:
    """Whether the pipeline is known: the demo can be run again, and adds nothing twice."""
    try:
        watcher.pipeline(pipeline)
    except NotFoundError:
        return False
    return True


def told(result: Replay) -> str:
    """Say what came of the replay."""
    if not result.ran:
        return f"nothing left to run; {result.skipped} runs were there"
    if result.failed == [STORM]:
        return f"{result.ran} runs; {STORM.job} of {STORM.day} failed, as it should"
    failed = ", ".join(f"{run.job} {run.day or ''}".strip() for run in result.failed)
    return f"{result.ran} runs{f'; of these failed: {failed}' if failed else ''}"


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)

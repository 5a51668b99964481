"""Lets the first ten weeks of 2013 happen again, in this process and fast; Dagster sees each run as any other.

What has run is not run again, so a replay that was interrupted goes on where it stopped.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr
from dataclasses import dataclass
from os import devnull
from pathlib import Path
from typing import NamedTuple

import dagster as dg
from rich.console import Console
from rich.progress import track

from .definitions import defs
from .source import days

FIRST_DAY, LAST_DAY = "2013-01-01", "2013-03-10"

# Runs that Dagster launches itself carry this tag; with it, the UI shows ours as runs of the code location `flights`.
CODE_LOCATION = {".dagster/repository": "__repository__@flights"}


class Run(NamedTuple):
    """A job, and the day that it runs for."""

    job: str
    day: str | None = None


@dataclass(frozen=True)
class Replay:
    """What came of it: how many runs there were now, how many before, and which of today's failed."""

    ran: int
    skipped: int
    failed: list[Run]


def replay(
    instance: dg.DagsterInstance, start: str = FIRST_DAY, end: str = LAST_DAY, *, console: Console | None = None
) -> Replay:
    """Run the reference data, then day after day, then the report over all of them."""
    # As in Dagster's webserver, connections are kept; else each of a run's hundred writes opens one of its own.
    instance.optimize_for_webserver(statement_timeout=60_000, pool_recycle=3_600, max_overflow=20)
    wanted = days.get_partition_keys_in_range(dg.PartitionKeyRange(start, end))
    plan = [Run("reference_data"), *(Run("daily_flights", day) for day in wanted), Run("traffic_report")]
    due = _due(plan, _finished_runs(instance))
    # In a thread, so that Ctrl-C ends the replay after the run that is going on, not in the middle of it.
    with ThreadPoolExecutor(max_workers=1) as thread:
        progress = track(due, "Replaying 2013", console=console, disable=not due)
        failed = [run for run in progress if not thread.submit(_execute, run, instance).result()]
    return Replay(ran=len(due), skipped=len(plan) - len(due), failed=failed)


def _due(plan: list[Run], finished: set[Run]) -> list[Run]:
    """Leave out what has run; the report at the end is due again when anything before it is."""
    *before, report = plan
    due = [run for run in before if run not in finished]
    return [*due, report] if due or report not in finished else []


def _finished_runs(instance: dg.DagsterInstance) -> set[Run]:
    finished = dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE], tags=CODE_LOCATION)
    runs = (record.dagster_run for record in instance.get_run_records(finished))
    return {Run(run.job_name, run.tags.get("dagster/partition")) for run in runs}


def _execute(run: Run, instance: dg.DagsterInstance) -> bool:
    # Dagster prints every event of a run that is in this process; what failed can be read in the UI.
    with Path(devnull).open("w") as nowhere, redirect_stderr(nowhere):
        job = defs.resolve_job_def(run.job)
        result = job.execute_in_process(
            instance=instance, partition_key=run.day, tags=CODE_LOCATION, raise_on_error=False
        )
    return result.success


if __name__ == "__main__":
    with dg.DagsterInstance.get() as dagster_instance:
        print(replay(dagster_instance, *sys.argv[1:]))

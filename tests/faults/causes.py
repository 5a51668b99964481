"""How faults are caused with real parts, and made good again.

Where a fault takes hours, times are set back in the database in place of waiting; such a cause has `set_back` in it.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import dagster as dg

from tests.faults.stack import START_SECONDS, Stack, now

# When a fault was there for Dagster, or the clock, to see; `None` before that.
Sign = Callable[[], float | None]
Cause = Callable[[Stack], Sign]
Mend = Callable[[Stack], object]


@dataclass(frozen=True)
class Fault:
    """How a fault is caused, and how it is made good again; with the case before it, where that one causes it."""

    cause: Cause
    mend: Mend
    comes_with_the_one_before: bool = False


# After so long, ticks that do not come are missing for sure; see `watcher_core.health.dagster.ticks`.
LOADED_SECONDS: Final = 400


def at_once() -> Sign:
    """The sign of what can be seen from now on."""
    since = now()
    return lambda: since


# Runs


def run_of(
    switch: str,
    job: str = "__ASSET_JOB",
    *,
    location: str = "sales",
    assets: Sequence[str] = (),
    checks: Sequence[tuple[str, str]] = (),
    tags: dict[str, str] | None = None,
) -> Fault:
    """A run that fails while the switch is on; it is good again by the same run while it is off."""

    def launch(stack: Stack) -> str:
        return stack.launch(job, location=location, assets=assets, checks=checks, tags=tags)

    def cause(stack: Stack) -> Sign:
        stack.on(switch)
        run_id = launch(stack)
        return lambda: stack.ended(run_id)

    def mend(stack: Stack) -> None:
        stack.off(switch)
        launch(stack)

    return Fault(cause, mend)


def killed(switch: str) -> Fault:
    """The process that waits for the switch is killed."""

    def cause(stack: Stack) -> Sign:
        stack.on(switch)
        run_id = stack.launch(switch)
        killed: list[int] = []

        def sign() -> float | None:
            if not killed and (worker := stack.worker(switch)):
                os.kill(worker, signal.SIGKILL)
                killed.append(worker)
            return stack.ended(run_id)

        return sign

    return replace(run_of(switch, switch), cause=cause)


def starts_forever(switch: str) -> Fault:
    """A worker that does not get as far as to run anything; its run was created 20 minutes ago."""

    def cause(stack: Stack) -> Sign:
        stack.on(switch)
        run_id = stack.launch(switch, location="finance")
        set_back: list[float] = []

        def sign() -> float | None:
            if not set_back and stack.worker(switch):
                stack.set_back("runs", "create_timestamp", "update_timestamp", where="run_id = :id", id=run_id)
                set_back.append(now())
            return set_back[0] if set_back else None

        return sign

    return Fault(cause, lambda stack: stack.off(switch))


def given_up(switch: str, location: str) -> Fault:
    """The same, and its launch was 20 minutes ago: Dagster's monitor gives the run up."""

    def cause(stack: Stack) -> Sign:
        stack.on(switch)
        run_id = stack.launch(switch, location=location)
        set_back: list[float] = []

        def sign() -> float | None:
            if not set_back and stack.worker(switch):
                stack.set_back("event_logs", "timestamp", where="run_id = :id", id=run_id)
                set_back.append(now())
            return stack.ended(run_id)

        return sign

    return replace(run_of(switch, switch, location=location), cause=cause)


def queued(job: str) -> Fault:
    """A run that waits in a queue that is closed, since 20 minutes ago."""
    launched: list[str] = []

    def cause(stack: Stack) -> Sign:
        launched.append(stack.launch(job))
        stack.set_back("runs", "create_timestamp", where="run_id = :id", id=launched[-1])
        return at_once()

    return Fault(cause, lambda stack: stack.instance.add_run_tags(launched[-1], {"queue": "open"}))


# Backfills


def backfill(asset: str, *, failing: str) -> Fault:
    """A backfill one of whose partitions fails; that partition is run again."""
    switch = f"{asset} {failing}"

    def cause(stack: Stack) -> Sign:
        stack.on(switch)
        backfill_id = stack.launch_backfill(asset)
        return lambda: stack.failed_in_backfill(backfill_id)

    return replace(run_of(switch, assets=[asset], tags={"dagster/partition": failing}), cause=cause)


def backfill_stops(asset: str) -> Fault:
    """A backfill whose runs wait in a queue that is closed, since two hours ago."""
    backfills: list[str] = []

    def cause(stack: Stack) -> Sign:
        backfill_id = stack.launch_backfill(asset, queue="closed")
        backfills.append(backfill_id)
        set_back: list[float] = []

        def sign() -> float | None:
            waiting = stack.runs_of_backfill(backfill_id)
            if not set_back and len(waiting) == 2 and all(run.status is dg.DagsterRunStatus.QUEUED for run in waiting):
                stack.set_back_backfill(backfill_id, minutes=120)
                set_back.append(now())
            return set_back[0] if set_back else None

        return sign

    def mend(stack: Stack) -> None:
        for run in stack.runs_of_backfill(backfills[-1]):
            stack.instance.add_run_tags(run.run_id, {"queue": "open"})

    return Fault(cause, mend)


# Time and numbers


def stale(asset: str) -> Fault:
    """An asset that is not materialized again within its two minutes."""

    def cause(stack: Stack) -> Sign:
        run_id = stack.launch(assets=[asset])
        return lambda: (ended := stack.ended(run_id)) and ended + 120

    return Fault(cause, lambda stack: stack.launch(assets=[asset]))


def takes_long(asset: str) -> Fault:
    """A run of an asset that goes on for more than a minute."""

    def cause(stack: Stack) -> Sign:
        stack.on(asset)
        run_id = stack.launch(assets=[asset])

        def sign() -> float | None:
            record = stack.instance.get_run_record_by_id(run_id)
            return record.start_time + 60 if record is not None and record.start_time else None

        return sign

    return Fault(cause, lambda stack: stack.off(asset))


def a_month_of(stack: Stack, pipeline_name: str, *, until: dt.timedelta) -> None:
    """Thirty daily executions of about a thousand rows, the last of them so long ago."""
    pipeline = stack.watcher.get_or_create_pipeline(pipeline_name)
    last = dt.datetime.now(dt.UTC) - until
    for day in range(30):
        began = last - dt.timedelta(days=29 - day)
        execution = stack.watcher.start_execution(pipeline_id=pipeline.id, start_date=began)
        stack.watcher.end_execution(
            execution.id, end_date=began + dt.timedelta(seconds=2), total_rows=990 + 7 * day % 20
        )


def collapses(asset: str) -> Fault:
    """Thirty days of a thousand rows, and then twelve."""
    found = run_of(asset, assets=[asset])

    def cause(stack: Stack) -> Sign:
        a_month_of(stack, asset, until=dt.timedelta(hours=24))
        return found.cause(stack)

    return replace(found, cause=cause)


def does_not_come(pipeline_name: str) -> Fault:
    """A job outside Dagster that ran each day for a month, and did not today."""

    def cause(stack: Stack) -> Sign:
        a_month_of(stack, pipeline_name, until=dt.timedelta(hours=26))
        return at_once()

    return Fault(cause, lambda stack: stack.track(pipeline_name))


# Jobs outside Dagster


def outside_killed(pipeline_name: str) -> Fault:
    """A job and all of its processes are killed; another job of the host runs after it."""

    def cause(stack: Stack) -> Sign:
        job = stack.start_job(pipeline_name)
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()
        stack.track("another job")
        return at_once()

    return Fault(cause, lambda stack: stack.track(pipeline_name))


def outside_silent(pipeline_name: str) -> Fault:
    """A job that is halted, and whose last heartbeat was four minutes ago."""
    jobs: list[int] = []

    def cause(stack: Stack) -> Sign:
        job = stack.start_job(pipeline_name)
        jobs.append(job.pid)
        os.killpg(job.pid, signal.SIGSTOP)
        stack.set_back_heartbeats(job.pid, minutes=4)
        return at_once()

    return Fault(cause, lambda _: os.killpg(jobs[-1], signal.SIGCONT))


# Incidents


def held_up(upstream: str, downstream: str) -> Fault:
    """An asset fails; what is downstream of it, and last changed a day ago, is stale with it.

    A round of checks may find the one and not yet the other. So both are in maintenance until both are found: what is
    said of the first does not depend on where in a round it fell.
    """
    found = run_of(upstream, assets=[upstream, downstream])

    def cause(stack: Stack) -> Sign:
        stack.launch(assets=[upstream, downstream])
        failing: list[Sign] = []
        set_back: list[float] = []
        windows: list[int] = []

        def sign() -> float | None:
            if not failing and stack.has_run(downstream, "succeeded"):
                length = dt.timedelta(hours=1)
                both = (upstream, downstream)
                windows.extend(stack.watcher.add_maintenance(pipeline=name, duration=length).id for name in both)
                failing.append(found.cause(stack))
            if not set_back and stack.has_run(upstream, "failed"):
                stack.set_back(
                    "watcher.pipeline", "last_target_update", where="name = :id", minutes=1440, id=downstream
                )
                set_back.append(now())
            if not set_back or not stack.is_behind(downstream, upstream):
                return None
            while windows:
                stack.watcher.end_maintenance(windows.pop())
            return failing[0]()

        return sign

    return replace(found, cause=cause)


def behind(upstream: str) -> Fault:
    """What is caused by `held_up`, and made good with it."""
    return Fault(
        lambda stack: lambda: now() if stack.has_run(upstream, "failed") else None,
        lambda _: None,
        comes_with_the_one_before=True,
    )


# The parts of Dagster


def ticks(name: str) -> Fault:
    """A schedule or sensor whose ticks fail while its switch is on."""

    def cause(stack: Stack) -> Sign:
        since = now()
        stack.on(name)
        return lambda: stack.newest_tick_failed(name, since=since)

    return Fault(cause, lambda stack: stack.off(name))


def broken(location: str) -> Fault:
    """A code location that does not load while its switch is on."""

    def cause(stack: Stack) -> Sign:
        stack.on(location)
        stack.reload(location)
        return at_once()

    def mend(stack: Stack) -> None:
        stack.off(location)
        stack.reload(location)

    return Fault(cause, mend)


def switched_off(schedule: str) -> Fault:
    """A schedule that has ticked, and is switched off."""

    def cause(stack: Stack) -> Sign:
        off: list[float] = []

        def sign() -> float | None:
            if not off and stack.has_ticked(schedule):
                stack.switch_schedule(schedule, on=False)
                off.append(now())
            return off[0] if off else None

        return sign

    return Fault(cause, lambda stack: stack.switch_schedule(schedule, on=True))


def away(process: str) -> Fault:
    """A process that is ended."""

    def cause(stack: Stack) -> Sign:
        stack.stop(process)
        return at_once()

    return Fault(cause, lambda stack: stack.start(process))


def without_daemon(set_back: Callable[[Stack], object]) -> Fault:
    """The daemon is ended, and times are set back as if that was long ago."""

    def cause(stack: Stack) -> Sign:
        # What is due is waited for where the code location was loaded lately.
        stack.wait("sales was loaded long ago", lambda: stack.loaded_for("sales") > LOADED_SECONDS, LOADED_SECONDS)
        if "daemon" in stack.processes:
            stack.stop("daemon")
        set_back(stack)
        return at_once()

    def mend(stack: Stack) -> None:
        if "daemon" not in stack.processes:
            stack.start("daemon")

    return Fault(cause, mend)


def check_stops() -> Fault:
    """Checks do not succeed any more, of which it is known how often they do."""
    stopped = without_daemon(
        lambda stack: stack.set_back("watcher.check_state", "checked_at", where="kind <> 'health'")
    )

    def cause(stack: Stack) -> Sign:
        known = "SELECT interval_seconds FROM watcher.check_state WHERE kind = 'freshness'"
        stack.wait("the check has succeeded twice", lambda: stack.ask(known), START_SECONDS)
        return stopped.cause(stack)

    return replace(stopped, cause=cause)


def event_log_away() -> Fault:
    """The events of runs cannot be read: a column is missing, since a table that is, Dagster makes anew and empty."""

    def cause(stack: Stack) -> Sign:
        if not stack.ask("SELECT count(*) FROM runs"):  # events are asked for by their run
            stack.launch("archive")
        stack.change("ALTER TABLE event_logs RENAME COLUMN event TO event_away")
        return at_once()

    return Fault(cause, lambda stack: stack.change("ALTER TABLE event_logs RENAME COLUMN event_away TO event"))


# The alarm itself


def not_delivered(asset: str) -> Fault:
    """An asset fails whose place does not answer, and its alert waits since 15 minutes ago."""
    found = run_of(asset, assets=[asset])

    def cause(stack: Stack) -> Sign:
        stack.arrived.refused.add(asset)
        found.cause(stack)
        set_back: list[float] = []

        def sign() -> float | None:
            if not set_back and stack.waits_after_a_failure(asset):
                where = "pipeline_id = (SELECT id FROM watcher.pipeline WHERE name = :id)"
                stack.set_back("watcher.alert", "opened_at", where=where, minutes=15, id=asset)
                set_back.append(now())
            return set_back[0] if set_back else None

        return sign

    def mend(stack: Stack) -> None:
        stack.arrived.refused.discard(asset)
        found.mend(stack)
        stack.command("watcher", "alerts", "deliver", "--retry-now")

    return Fault(cause, mend)

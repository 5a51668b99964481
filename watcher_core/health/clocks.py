"""Whether clocks agree. Shown only: what a clock dates in the future counts as now, and ages go by the database's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from watcher_core import text as words
from watcher_core.values import ClockReport, HealthFact

# A clock that is further off than this is not kept in time.
CLOCK_SECONDS: Final = 60


def clock_facts(report: ClockReport) -> Iterator[HealthFact]:
    """Judge the clocks of this host, and of those that have recorded executions."""
    if abs(report.seconds_ahead) > CLOCK_SECONDS:
        yield HealthFact(
            "warning",
            "clock",
            f"this host's is {_off(report.seconds_ahead)} the database's",
            "set the clock of this host or of the database's, as by NTP",
        )
    for found in report.hosts:
        is_ahead = found.seconds_ahead > 0
        host = found.host or ("a host of Dagster's" if is_ahead else "the host that recorded it")
        least = "" if is_ahead else "at least "
        effect = "what it dates in the future counts as now" if is_ahead else "what it records looks older than it is"
        yield HealthFact(
            "warning",
            "clock",
            f"that of {host} was {least}{_off(found.seconds_ahead)} the database's: execution {found.execution_id} of "
            f"{found.pipeline_name}",
            f"set that host's clock, as by NTP; until then, {effect}",
        )
    if abs(report.seconds_ahead) <= CLOCK_SECONDS and not report.hosts:
        yield HealthFact("ok", "clock", "no host is ahead of the database's, or behind it")


def _off(seconds_ahead: float) -> str:
    return f"{words.duration(abs(seconds_ahead))} {'ahead of' if seconds_ahead > 0 else 'behind'}"

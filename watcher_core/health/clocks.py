"""Whether clocks agree. Shown only: what a clock dates in the future counts as now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from watcher_core import text as words
from watcher_core.values import ClockReport, HealthFact

# A clock that is further off than this is not kept in time.
CLOCK_SECONDS: Final = 60


def clock_facts(report: ClockReport) -> Iterator[HealthFact]:
    """Judge the clocks of this host, and of those whose executions were dated in the future."""
    advice = "set that host's clock, as by NTP; until then, what it dates in the future counts as now"
    if abs(report.seconds_ahead) > CLOCK_SECONDS:
        side = "ahead of" if report.seconds_ahead > 0 else "behind"
        yield HealthFact(
            "warning",
            "clock",
            f"this host's is {words.duration(abs(report.seconds_ahead))} {side} the database's",
            "set the clock of this host or of the database's, as by NTP",
        )
    for found in report.hosts_ahead:
        host = found.host or "a host of Dagster's"
        yield HealthFact(
            "warning",
            "clock",
            f"that of {host} was {words.duration(found.seconds_ahead)} ahead of the database's: execution "
            f"{found.execution_id} of {found.pipeline_name}",
            advice,
        )
    if abs(report.seconds_ahead) <= CLOCK_SECONDS and not report.hosts_ahead:
        yield HealthFact("ok", "clock", "no host is ahead of the database's")

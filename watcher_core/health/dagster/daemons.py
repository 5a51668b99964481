"""Daemons without a heartbeat, by Dagster's own tolerance: half an hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from watcher_core import text as words
from watcher_core.health.dagster.graphql import Answer, first_line
from watcher_core.values import HealthFact

FAMILY: Final = "daemons"
PAGE: Final = ("deployment", "daemons")

QUERY: Final = """
{
  instance {
    daemonHealth {
      allDaemonStatuses { daemonType required healthy lastHeartbeatTime lastHeartbeatErrors { message } }
    }
  }
}
"""


def judge(data: Answer, *, key: str, now: dt.datetime) -> Iterator[HealthFact]:
    """Name the daemons that Dagster needs and that are not well.

    One fact for those without a heartbeat, which run in one process, and one for each that has errors.
    """
    needed = [status for status in data["instance"]["daemonHealth"]["allDaemonStatuses"] if status["required"]]
    silent = [each for each in needed if not each["healthy"] and not each["lastHeartbeatErrors"]]
    if silent:
        last = max((each["lastHeartbeatTime"] or 0 for each in silent), default=0)
        when = words.ago(dt.datetime.fromtimestamp(last, dt.UTC), now=now) if last else "never"
        yield HealthFact(
            "problem",
            "daemon",
            f"no heartbeat of {', '.join(_name(each['daemonType']) for each in silent)}; the last was {when}",
            "start dagster-daemon, or look at its log; until then nothing of that runs",
            key=f"{key}{FAMILY}/silent",
            subject="Dagster's daemon",
            failing=len(silent),
            page=PAGE,
        )
    for each in needed:
        if not each["healthy"] and each["lastHeartbeatErrors"]:
            yield HealthFact(
                "problem",
                "daemon",
                f"fails: {first_line(each['lastHeartbeatErrors'][0]['message'])}",
                "see its error in Dagster, and the daemon's log",
                key=f"{key}{FAMILY}/{each['daemonType']}",
                subject=f"daemon {_name(each['daemonType'])}",
                page=PAGE,
            )
    if all(each["healthy"] for each in needed):
        yield HealthFact("ok", "daemon", f"{words.plural(len(needed), 'daemon')} with a heartbeat")


def _name(daemon_type: str) -> str:
    return daemon_type.lower().replace("_", " ")

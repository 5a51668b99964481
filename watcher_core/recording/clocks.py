"""Clocks that disagree: the database's is the one that counts.

A date that a host reports may lie ahead, because the host's clock does. Kept as it is, it would make later executions
look older than it, and data fresh, until that date has come. So it counts as now, and what was reported stays in the
execution's metadata, with the host's name where it is known.
"""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import values

# Clocks that are kept in time differ by far less, and a minute more or less of age makes no difference to a check.
TOLERANCE = dt.timedelta(minutes=1)

# A clock that has been set right is no news.
LOOKED_BACK = dt.timedelta(days=1)

REPORTED_BY = "reported_by"

NOW = "statement_timestamp()"

AHEAD_HOSTS = sa.text(f"""
    WITH ahead AS (
        SELECT execution_metadata ->> '{REPORTED_BY}' AS host, execution.id, pipeline.name AS pipeline_name, start_date,
               greatest(CAST(execution_metadata ->> 'reported_start_date' AS timestamptz) - start_date,
                        CAST(execution_metadata ->> 'reported_end_date' AS timestamptz) - end_date) AS difference
          FROM watcher.pipeline_execution AS execution
          JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
         WHERE start_date > {NOW} - :looked_back
           AND execution_metadata ?| ARRAY['reported_start_date', 'reported_end_date']
    )
    SELECT DISTINCT ON (host) host, id AS execution_id, pipeline_name,
           CAST(extract(epoch FROM difference) AS double precision) AS seconds_ahead
      FROM ahead
     WHERE difference > interval '0'
     ORDER BY host, start_date DESC
""")


def this_host() -> str:
    """Return the name of the host whose clock is read here."""
    return socket.gethostname()


def is_ahead(date: str) -> str:
    """SQL: whether a date lies ahead of the database's clock."""
    return f"{date} > {NOW} + interval '{TOLERANCE.total_seconds():.0f} seconds'"


def counted(date: str) -> str:
    """SQL: a date as it counts."""
    return f"CASE WHEN {is_ahead(date)} THEN {NOW} ELSE {date} END"


def reported(host: str, **dates: str) -> str:
    """SQL: the metadata that keeps the dates that were reported and do not count; empty where all of them do.

    Args:
        host: The name of the host that reported them, which may be NULL.
        **dates: The dates, by their columns.
    """
    kept = ", ".join(f"'reported_{name}', CASE WHEN {is_ahead(date)} THEN {date} END" for name, date in dates.items())
    any_ahead = " OR ".join(is_ahead(date) for date in dates.values())
    return f"""CASE WHEN {any_ahead}
               THEN jsonb_strip_nulls(jsonb_build_object({kept}, '{REPORTED_BY}', CAST({host} AS text)))
               ELSE '{{}}' END"""


def reported_end(end_date: dt.datetime | None, metadata: Mapping[str, Any]) -> dt.datetime | None:
    """Return the end of an execution as it was reported."""
    kept = metadata.get("reported_end_date")
    try:
        return end_date if kept is None else dt.datetime.fromisoformat(str(kept))
    except ValueError:  # a caller's own metadata
        return end_date


def clock_report(session: Session) -> values.ClockReport:
    """Compare this host's clock, and those of the last day's executions, with the database's."""
    before = dt.datetime.now(dt.UTC)
    now: dt.datetime = session.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    after = dt.datetime.now(dt.UTC)
    rows = session.execute(AHEAD_HOSTS, {"looked_back": LOOKED_BACK})
    return values.ClockReport(
        # What the round trip took is no difference.
        seconds_ahead=min(0.0, (after - now).total_seconds()) + max(0.0, (before - now).total_seconds()),
        hosts_ahead=tuple(values.HostAhead(**row._mapping) for row in rows),
    )

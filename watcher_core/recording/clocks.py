"""Clocks that disagree: the database's is the one that counts.

A date that a host reports may lie ahead, because the host's clock does. Kept as it is, it would make later executions
look older than it, and data fresh, until that date has come. So it counts as now, and what was reported stays in the
execution's metadata, with the host's name where it is known.
"""

from __future__ import annotations

import datetime as dt
import functools
import socket
from collections.abc import Mapping
from typing import Any

from watcher_core import text

# Clocks that are kept in time differ by far less, and a minute more or less of age makes no difference to a check.
TOLERANCE = dt.timedelta(minutes=1)

REPORTED_BY = "reported_by"

NOW = "statement_timestamp()"


@functools.cache  # a system call in each statement of each execution
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


def when_reported(name: str) -> str:
    """SQL: the date of an execution, `start_date` or `end_date`, that was reported; NULL where a caller wrote none."""
    path = f'$.reported_{name}.datetime() ? (@.type() == "timestamp with time zone")'
    return f"CAST(jsonb_path_query_first_tz(execution_metadata, '{path}', silent => true) #>> '{{}}' AS timestamptz)"


def as_reported(name: str, date: dt.datetime | None, metadata: Mapping[str, Any]) -> dt.datetime | None:
    """Return the date of an execution, `start_date` or `end_date`, as it was reported."""
    kept = metadata.get(f"reported_{name}")
    return text.as_moment(kept) or date  # which it is for a caller's own metadata

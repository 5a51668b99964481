"""How Watcher and its database work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from watcher_core.values.alerts import UndeliveredAlerts
from watcher_core.values.health import CheckState, HealthFact, HeartbeatState
from watcher_core.values.upkeep import RecorderState


@dataclass(frozen=True, kw_only=True)
class TableSize:
    """A table of Watcher.

    Attributes:
        name: Its name, without the schema.
        rows: About how many rows it has, as PostgreSQL's statistics say.
        dead_rows: About how many of its rows wait to be vacuumed.
        table_bytes: Its size on disk, with what is stored out of line.
        index_bytes: The size of its indexes.
        vacuumed_at, analyzed_at: When it last was, by hand or by itself; `None`: not since the statistics began.
    """

    name: str
    rows: int
    dead_rows: int
    table_bytes: int
    index_bytes: int
    vacuumed_at: dt.datetime | None
    analyzed_at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class UnusedIndex:
    """An index that no query has used since the statistics began, and that no constraint needs."""

    name: str
    table: str
    index_bytes: int


@dataclass(frozen=True, kw_only=True)
class LockWait:
    """A session that waits for another one.

    Attributes:
        process_id: The backend that waits.
        blocked_by: The backends that it waits for.
        waiting_seconds: For how long.
        statement: What it wants to do, cut short; secrets are masked.
        blocking_statement: What the first of those does, or did last.
    """

    process_id: int
    blocked_by: tuple[int, ...]
    waiting_seconds: float
    statement: str
    blocking_statement: str | None


@dataclass(frozen=True, kw_only=True)
class SlowStatement:
    """A statement of Watcher that takes much time, from `pg_stat_statements`."""

    statement: str
    calls: int
    mean_milliseconds: float
    total_seconds: float


@dataclass(frozen=True, kw_only=True)
class Diagnostics:
    """How Watcher and its database work.

    Attributes:
        at: When it was read.
        facts: What `Watcher.health` and `Watcher.spool_health` found.
        recorders: How far the event logs of Dagster are recorded.
        checks: When each check last succeeded.
        heartbeats: The heartbeats that go to an address outside.
        undelivered: What waits to be delivered.
        failing_deliveries: Deliveries whose last try failed, by destination.
        spooled, set_aside: Executions on this host that wait for the database, and that could not be recorded.
        schema_version: The schema's version, which is this version's.
        postgres_version: As in `17.2`.
        database_bytes: The size of the database, with what others keep in it.
        connections, most_connections: Connections to the server, and how many it allows.
        statistics_since: Since when PostgreSQL counts the use of indexes; `None`: always.
        tables: The tables, the largest first.
        unused_indexes: The largest first.
        lock_waits: Who waits now, the longest first.
        slow_statements: The slowest in total; `None` where `pg_stat_statements` is not there or may not be read.
    """

    at: dt.datetime
    facts: tuple[HealthFact, ...]
    recorders: tuple[RecorderState, ...]
    checks: tuple[CheckState, ...]
    heartbeats: tuple[HeartbeatState, ...]
    undelivered: UndeliveredAlerts
    failing_deliveries: Mapping[str, int]
    spooled: int
    set_aside: int
    schema_version: str
    postgres_version: str
    database_bytes: int
    connections: int
    most_connections: int
    statistics_since: dt.datetime | None
    tables: tuple[TableSize, ...]
    unused_indexes: tuple[UnusedIndex, ...]
    lock_waits: tuple[LockWait, ...]
    slow_statements: tuple[SlowStatement, ...] | None

"""How Watcher's database works, as PostgreSQL's own statistics say: sizes, indexes, locks, slow statements."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import psycopg

from watcher_core import masking
from watcher_core.database import Driver
from watcher_core.values import LockWait, SlowStatement, TableSize, UnusedIndex

STATEMENT_CHARACTERS = 500
MOST_WAITS = 20
MOST_STATEMENTS = 10

SERVER = """
    SELECT split_part(current_setting('server_version'), ' ', 1), pg_database_size(current_database()),
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
           CAST(current_setting('max_connections') AS integer),
           (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database())
"""

TABLES = """
    SELECT relname, greatest(reltuples, n_live_tup, 0), n_dead_tup, pg_table_size(relid), pg_indexes_size(relid),
           greatest(last_vacuum, last_autovacuum), greatest(last_analyze, last_autoanalyze)
      FROM pg_stat_user_tables
      JOIN (SELECT oid, reltuples FROM pg_class) AS class ON class.oid = relid
     WHERE schemaname = 'watcher'
     ORDER BY pg_total_relation_size(relid) DESC, relname
"""

# A unique one is needed whether or not a query uses it.
UNUSED = """
    SELECT indexrelname, relname, pg_relation_size(indexrelid)
      FROM pg_stat_user_indexes
      JOIN pg_index USING (indexrelid)
     WHERE schemaname = 'watcher'
       AND idx_scan = 0
       AND NOT indisunique
     ORDER BY 3 DESC, 1
"""

WAITS = f"""
    SELECT waiting.pid, blocked.by,
           greatest(0, extract(epoch FROM clock_timestamp() - coalesce(waiting.state_change, waiting.query_start))),
           left(waiting.query, 2000), left(blocking.query, 2000)
      FROM pg_stat_activity AS waiting
     CROSS JOIN LATERAL (SELECT pg_blocking_pids(waiting.pid) AS by) AS blocked
      LEFT JOIN pg_stat_activity AS blocking ON blocking.pid = blocked.by[1]
     WHERE waiting.wait_event_type = 'Lock'
       AND waiting.datname = current_database()
       AND cardinality(blocked.by) > 0
     ORDER BY 3 DESC
     LIMIT {MOST_WAITS}
"""

EXTENSION = """
    SELECT quote_ident(nspname)
      FROM pg_extension
      JOIN pg_namespace ON pg_namespace.oid = extnamespace
     WHERE extname = 'pg_stat_statements'
"""
STATEMENTS = f"""
    SELECT left(query, 4000), calls, mean_exec_time, total_exec_time / 1000
      FROM {{schema}}.pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND position('watcher.' IN query) > 0
     ORDER BY total_exec_time DESC
     LIMIT {MOST_STATEMENTS}
"""


@dataclass(frozen=True, kw_only=True)
class DatabaseFacts:
    """What PostgreSQL says of the database; the fields are those of `values.Diagnostics`."""

    postgres_version: str
    database_bytes: int
    connections: int
    most_connections: int
    statistics_since: dt.datetime | None
    tables: tuple[TableSize, ...]
    unused_indexes: tuple[UnusedIndex, ...]
    lock_waits: tuple[LockWait, ...]
    slow_statements: tuple[SlowStatement, ...] | None


def read_database_facts(connection: Driver) -> DatabaseFacts:
    """Return what PostgreSQL's statistics say of the database."""
    [(version, size, connections, most, since)] = connection.execute(SERVER).fetchall()
    return DatabaseFacts(
        postgres_version=version,
        database_bytes=size,
        connections=connections,
        most_connections=most,
        statistics_since=since,
        tables=tuple(
            TableSize(
                name=name,
                rows=int(rows),
                dead_rows=dead,
                table_bytes=table,
                index_bytes=indexes,
                vacuumed_at=vacuumed,
                analyzed_at=analyzed,
            )
            for name, rows, dead, table, indexes, vacuumed, analyzed in connection.execute(TABLES)
        ),
        unused_indexes=tuple(
            UnusedIndex(name=name, table=table, index_bytes=index_bytes)
            for name, table, index_bytes in connection.execute(UNUSED)
        ),
        lock_waits=tuple(
            LockWait(
                process_id=process_id,
                blocked_by=tuple(blocked_by),
                waiting_seconds=float(seconds),
                statement=_shown(statement) or "",
                blocking_statement=_shown(blocking),
            )
            for process_id, blocked_by, seconds, statement, blocking in connection.execute(WAITS)
        ),
        slow_statements=_slow_statements(connection),
    )


def _slow_statements(connection: Driver) -> tuple[SlowStatement, ...] | None:
    row = connection.execute(EXTENSION).fetchone()
    if row is None:
        return None
    try:
        with connection.transaction():  # a savepoint: the library may not be loaded, or may not be read by this role
            found = connection.execute(STATEMENTS.format(schema=row[0])).fetchall()
    except psycopg.Error:
        return None
    return tuple(
        SlowStatement(
            statement=_shown(statement) or "",
            calls=calls,
            mean_milliseconds=mean,
            total_seconds=total,
        )
        for statement, calls, mean, total in found
    )


def _shown(statement: str | None) -> str | None:
    """A statement on one line, cut short. Values that somebody wrote into it may be secrets."""
    return None if statement is None else masking.mask_text(" ".join(statement.split()))[:STATEMENT_CHARACTERS]

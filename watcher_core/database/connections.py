"""Connections of psycopg, as the pool and those who do without SQLAlchemy open them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

import psycopg
from psycopg.abc import Buffer, PQGen
from psycopg.adapt import Loader
from psycopg.rows import RowFactory, tuple_row
from psycopg.waiting import Ready, Wait

from watcher_core.database.timed import TimedConnection, connect_within
from watcher_core.waiting import LOCK_SECONDS, remaining_seconds

# A connection of psycopg. Statements that run for each execution go to the driver directly: SQLAlchemy takes longer
# over them than PostgreSQL does.
Driver = psycopg.Connection[tuple[Any, ...]]

T = TypeVar("T")

CONNECT_TIMEOUT_SECONDS = 10

# All that a connection asks for when it starts. No `options`: PgBouncer refuses them. TCP's limits end what hangs on a
# network that is gone; without them that takes a quarter of an hour, or for ever.
PARAMETERS = {
    "application_name": "watcher",
    "client_encoding": "utf8",  # whatever the database's own encoding
    "connect_timeout": CONNECT_TIMEOUT_SECONDS,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}

# Times are read in UTC, whatever the server, database or role says. PgBouncer keeps both for each of its clients. It
# does not keep how long locks are waited for, and that floating point numbers are not rounded: these are set for a
# session that is ours alone.
SESSION = """
    SET timezone = 'UTC';
    SET datestyle = 'ISO, MDY';
    SELECT pg_backend_pid(), current_setting('default_transaction_isolation'),
           CASE WHEN current_setting('lock_timeout') <> '0' THEN current_setting('lock_timeout')
                WHEN pg_backend_pid() = {backend} THEN set_config('lock_timeout', '{lock}ms', false) END,
           CASE WHEN pg_backend_pid() = {backend} THEN set_config('extra_float_digits', '1', false) END
"""

# Each statement sees what others have committed: who waits for another's row goes on with it. A server, database or
# role may say otherwise: each wait would end in an error, and what is read after a lock would be older than the lock.
READ_COMMITTED = psycopg.IsolationLevel.READ_COMMITTED
STAY_READ_COMMITTED = "SET default_transaction_isolation = 'read committed'"

# After so many times, psycopg prepares a statement, where that is possible.
PREPARE_THRESHOLD = 5

# This host, as people write it. A socket is none of them: another server may listen there.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


_read_json = json.JSONDecoder().raw_decode


class JsonbLoader(Loader):
    """Reads `jsonb`: UTF-8 that begins with the value, which `json.loads` takes longer to find out than to read it."""

    def load(self, data: Buffer) -> Any:
        """Return what stands in a column."""
        return _read_json(str(data, "utf-8"))[0]


@contextmanager
def together(connection: Driver) -> Iterator[None]:
    """Send statements one after the other, without waiting for the answers: all take one way to PostgreSQL and back.

    Their rows are read afterwards. An error of one is raised at the end, and none after it is executed.
    """
    if not psycopg.Pipeline.is_supported():  # libpq before 14, which psycopg's own wheels do not have
        yield
        return
    with connection.pipeline():
        yield


# Rows of a part: enough that a statement for each costs nothing, and few enough that PostgreSQL begins soon.
ROWS_OF_PART = 1_250


def in_parts(items: Sequence[T]) -> list[Sequence[T]]:
    """Divide what is written into parts, in its order; no part where there is nothing."""
    return [items[start : start + ROWS_OF_PART] for start in range(0, len(items), ROWS_OF_PART)]


def execute_in_parts(
    connection: Driver,
    statement: str,
    parts: Sequence[Sequence[T]],
    parameters: Callable[[Sequence[T]], Mapping[str, Any]],
    *,
    row_factory: RowFactory[Any] = tuple_row,
) -> list[Any]:
    """Execute a statement once for each part; PostgreSQL works on one while the next one is made.

    An error is raised at the end, or before, and no part after it is executed.

    Args:
        connection: The transaction.
        statement: The statement.
        parts: From `in_parts`.
        parameters: Makes what is sent for a part, when it is its turn.
        row_factory: What a row is returned as.

    Returns:
        The rows of all parts, in their order.
    """
    cursors = []
    with together(connection) if len(parts) > 1 else nullcontext():
        for part in parts:
            cursor = connection.cursor(row_factory=row_factory)
            cursors.append(cursor.execute(statement, parameters(part)))
            if len(parts) > 1:
                connection.wait(_sent(connection))
    return [row for cursor in cursors for row in cursor]


def _sent(connection: Driver) -> PQGen[None]:
    """Send what the driver has kept because the network took no more: PostgreSQL needs all of it to begin."""
    while connection.pgconn.flush():
        if (yield Wait.RW) & Ready.R:
            connection.pgconn.consume_input()


def names_of_target(
    host: str | None, port: object, database: str | None, user: str | None, service: str | None = None
) -> list[str]:
    """Name a database in a way that is the same for all who use it, by whatever user, parameters or spelling.

    What is not given is what libpq takes in its place: a service of `pg_service.conf`, or a variable.

    Returns:
        The name, and others that the same database has in other spellings of its URL.
    """
    service = service or os.environ.get("PGSERVICE")
    if service and not host:
        return [f"service {service}/{database or ''}"]
    host = (host or os.environ.get("PGHOST") or "local").lower().rstrip(".")
    user = user or os.environ.get("PGUSER") or ""
    rest = f"{port or os.environ.get('PGPORT') or 5432}/{database or os.environ.get('PGDATABASE') or user}"
    return [f"{each}/{rest}" for each in (LOOPBACK if host in LOOPBACK else (host,))]


def connect(*arguments: Any, lock_seconds: float = LOCK_SECONDS, **parameters: Any) -> TimedConnection:
    """Open a connection, within the time limit where there is one.

    Args:
        *arguments, **parameters: Those of psycopg.
        lock_seconds: How long to wait for a lock, unless the role, the database or the URL says so itself.
    """
    left = remaining_seconds()
    parameters = _among_hosts(parameters, left)

    def opened() -> TimedConnection:
        connection = TimedConnection.connect(*arguments, **parameters)
        try:
            _prepare_session(connection, lock_milliseconds=int(lock_seconds * 1000))
        except BaseException:
            connection.close()
            raise
        return connection

    return opened() if left is None else connect_within(left, opened)


def _among_hosts(parameters: dict[str, Any], left: float | None) -> dict[str, Any]:
    """Return parameters that find, of several hosts, the one that can be written, and soon.

    Else the first host would be taken that answers, be it a standby by now, and one that does not answer would be
    waited for until nothing is left of the time limit.
    """
    hosts = str(parameters.get("host") or os.environ.get("PGHOST", "")).split(",")
    if len(hosts) == 1:
        return parameters
    found = dict(parameters)
    if "PGTARGETSESSIONATTRS" not in os.environ:
        found.setdefault("target_session_attrs", "read-write")
    if left is not None:
        share = max(1, int(left / len(hosts)))
        given = str(found.get("connect_timeout") or share)
        if given.isdecimal():  # else the driver refuses it
            found["connect_timeout"] = min(share, int(given) or share)
    return found


def _prepare_session(connection: TimedConnection, *, lock_milliseconds: int) -> None:
    connection.adapters.register_loader("jsonb", JsonbLoader)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(SESSION.format(backend=connection.info.backend_pid, lock=lock_milliseconds).encode())
        while cursor.nextset():
            pass
        backend, isolation, lock_timeout, _ = cursor.fetchone() or (None, None, None, None)
        # A pooler has keys of its own to cancel statements with. Behind it the next transaction may be another
        # session's, in which a statement that was prepared is not known, or is another client's.
        connection.is_direct = backend == connection.info.backend_pid
        connection.prepare_threshold = PREPARE_THRESHOLD if connection.is_direct else None
        connection.lock_timeout = lock_timeout or f"{lock_milliseconds}ms"
        connection.needs_lock_timeout = lock_timeout is None
        if isolation != "read committed":
            if connection.is_direct:
                cursor.execute(STAY_READ_COMMITTED)
            else:
                connection.needs_begin = True
    connection.autocommit = False
    if connection.needs_begin:
        connection.isolation_level = READ_COMMITTED

"""The connection to PostgreSQL: engine, pool and transactions."""

from __future__ import annotations

import datetime as dt
import os
import selectors
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.util.queue import Empty

from watcher_core.arguments import json_text
from watcher_core.database.connections import PARAMETERS, Driver, connect
from watcher_core.database.failures import is_of_stale_session, translated_errors
from watcher_core.database.timed import (
    TimedConnection,
    limit_session,
    limit_statements,
)
from watcher_core.database.urls import read_url
from watcher_core.errors import ConfigurationError
from watcher_core.waiting import LOCK_SECONDS, remaining_seconds

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DRIVER = "postgresql+psycopg"
SPELLINGS = ("postgresql", "postgres", DRIVER, "postgresql+psycopg2")

# One system call where the default takes four.
Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)

# How long a call without a time limit waits for a connection of the pool.
POOL_TIMEOUT_SECONDS = 30.0

# How long a thread that gets no further connection waits for another's before it looks whether there is any.
SECONDS_BETWEEN_LOOKS = 0.1

# How long a connection may be idle in the pool before it is looked at, and before it is pinged, at checkout.
SECONDS_BEFORE_LOOK = 0.005
SECONDS_BEFORE_PING = 5.0

# The engines of this process: a forked child must not use their connections.
_engines: weakref.WeakSet[sa.Engine] = weakref.WeakSet()


class TimedPool(sa.QueuePool):
    """A pool in which the time limit bounds the wait for a free connection too.

    Where PostgreSQL gives no further connection, as it has as many as it may have, those that there are come in turn.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._busy: set[object] = set()  # connections that are in use or being made, of which one will be free

    # The names are SQLAlchemy's own: it has no public way to this, nor to a limit of a single call.

    def _do_get(self) -> sa.pool.ConnectionPoolEntry:
        try:
            entry = super()._do_get()
        except psycopg.OperationalError:
            found = self._next_free()
            if found is None:
                raise
            entry = found
        self._busy.add(entry)
        return entry

    def _next_free(self) -> sa.pool.ConnectionPoolEntry | None:
        deadline = time.monotonic() + self._timeout
        while True:
            is_waited_for = bool(self._busy) and time.monotonic() < deadline
            try:
                return self._pool.get(is_waited_for, SECONDS_BETWEEN_LOOKS)
            except Empty:
                if not is_waited_for:
                    return None

    def sessions_in_use(self) -> dict[int, TimedConnection]:
        """Return the connections in use by the ids of their processes; a pooler in front gives ids of its own."""
        # A copy, in one step: other threads go on.
        opened = [getattr(entry, "dbapi_connection", None) for entry in list(self._busy)]
        return {each.info.backend_pid: each for each in opened if each is not None and not each.closed}

    def _create_connection(self) -> sa.pool.ConnectionPoolEntry:
        being_made = object()
        self._busy.add(being_made)
        try:
            return super()._create_connection()
        finally:
            self._busy.discard(being_made)

    def _do_return_conn(self, record: sa.pool.ConnectionPoolEntry) -> None:
        self._busy.discard(record)
        super()._do_return_conn(record)

    @property
    def _timeout(self) -> float:
        left = remaining_seconds()
        return POOL_TIMEOUT_SECONDS if left is None else min(left, POOL_TIMEOUT_SECONDS)

    @_timeout.setter
    def _timeout(self, _: float) -> None:
        pass


def normalize_url(url: str) -> sa.URL:
    """Return the URL with our driver, from any of the usual spellings.

    Raises:
        ConfigurationError: It is no URL of a PostgreSQL database.
    """
    try:
        parsed = read_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # The text is not shown: it may hold a password.
        raise ConfigurationError(
            "the database URL cannot be read; it looks like postgresql://user:password@host:5432/database, "
            "with %40 for an @ in the password"
        ) from None
    if parsed.drivername not in SPELLINGS:
        raise ConfigurationError(
            f"the database URL starts with {parsed.drivername}://; Watcher needs PostgreSQL, as in "
            "postgresql://user:password@host:5432/database"
        )
    return parsed.set(drivername=DRIVER)


def create_engine(
    url: sa.URL, *, pool_size: int = 5, pool_overflow: int = 20, lock_seconds: float = LOCK_SECONDS
) -> sa.Engine:
    """Return a new engine, which connects on first use and may be used after a fork.

    Args:
        url: Where the database is.
        pool_size: Connections that stay open where nothing goes on.
        pool_overflow: Connections at most beside those.
        lock_seconds: How long to wait for a lock that others hold, where no time limit says less.
    """
    engine = sa.create_engine(
        url,
        poolclass=TimedPool,
        pool_size=pool_size,
        max_overflow=pool_overflow,
        pool_use_lifo=True,  # the one that was used last is the least likely to have died
        pool_reset_on_return=None,  # each user of a connection ends its transaction
        json_serializer=json_text,
        # Of these, the URL may say all but the encoding: what comes is read as UTF-8.
        connect_args={
            name: value for name, value in PARAMETERS.items() if name == "client_encoding" or name not in url.query
        },
    )

    def open_connection(_dialect: Any, _record: Any, arguments: Any, parameters: dict[str, Any]) -> TimedConnection:
        return connect(*arguments, lock_seconds=lock_seconds, **parameters)

    sa.event.listen(engine, "do_connect", open_connection)
    sa.event.listen(engine, "begin", _begin)
    _replace_dead_connections(engine)
    _engines.add(engine)
    return engine


def sessions_in_use(engine: sa.Engine) -> dict[int, TimedConnection]:
    """Return the connections that an engine uses now, by the ids of their processes."""
    return cast("TimedPool", engine.pool).sessions_in_use()


def _begin(connection: sa.Connection) -> None:
    """Let psycopg begin the transactions of SQLAlchemy, whatever the connection was used for before."""
    opened = cast("TimedConnection", connection.connection.driver_connection)
    _set_autocommit(opened, on=False)
    if opened.needs_lock_timeout and remaining_seconds() is None:
        limit_statements(opened)


def _set_autocommit(connection: TimedConnection, *, on: bool) -> None:
    """Say whether each statement is a transaction of its own; who asks for a connection says so, and leaves it so."""
    if connection.autocommit is not on:  # it takes a lock, and goes the way of a statement
        connection.autocommit = on


def _replace_dead_connections(engine: sa.Engine) -> None:
    """Replace connections that died in the pool, without a ping at each checkout.

    A server that ends a connection sends a message or closes the socket, so there is something to read. Where that is
    lost (a firewall that drops the connection, a host that is gone), a ping finds out; it is sent on a connection that
    was idle for a while.
    """

    def remember(_: Any, record: Any) -> None:
        record.info["returned"] = time.monotonic()

    def look(connection: Any, record: Any, _: Any) -> None:
        rested = time.monotonic() - record.info.get("returned", time.monotonic())
        is_alive = rested < SECONDS_BEFORE_LOOK or (
            rested < SECONDS_BEFORE_PING and not _has_something_to_read(connection)
        )
        is_limited = connection.session_limit and remaining_seconds() is None
        if is_alive and not is_limited:
            return
        try:
            if not is_alive:
                engine.dialect.do_ping(connection)
            if is_limited:
                _set_autocommit(connection, on=True)
                limit_session(connection)
        except psycopg.Error as exc:
            raise sa.exc.DisconnectionError from exc  # the pool opens another one

    sa.event.listen(engine, "checkin", remember)
    sa.event.listen(engine, "checkout", look)


def _has_something_to_read(connection: Any) -> bool:
    with Selector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        return bool(selector.select(0))


def _forget_inherited_connections() -> None:
    """Drop, in a forked child, the connections of its parent without closing them; it opens its own."""
    for engine in list(_engines):
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_inherited_connections)


# The commit of a transaction does not wait for the disk; for what is done again where it is lost. A crash of PostgreSQL
# takes back what was committed so less than a second before.
UNFLUSHED = "SET LOCAL synchronous_commit = off"

# As psycopg begins the others, where that is not the default.
BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED; "

# For a transaction that needs little of large tables: a plan made from statistics of a table that was empty, or full of
# what is found no more, would read all of it. Compiling such a plan takes longer than running it.
BY_INDEX = "SET LOCAL enable_seqscan = off; SET LOCAL jit = off"


def read_by_index(session: Session) -> None:
    """Let the rest of a transaction read tables by their indexes, whatever statistics say."""
    driver(session).execute(BY_INDEX)


@contextmanager
def transaction(engine: sa.Engine) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any error; the only place that commits."""
    from sqlalchemy.orm import Session  # what tracks and lists does without

    with _translated_errors_of(engine), Session(engine, expire_on_commit=False) as session:
        try:
            if remaining_seconds() is not None:
                limit_statements(driver(session))
            yield session
        except BaseException:
            with suppress(sa.exc.DBAPIError):  # what has ended the connection is said by the error that came first
                session.rollback()
            raise
        session.commit()


@contextmanager
def driver_transaction(engine: sa.Engine) -> Iterator[Driver]:
    """One transaction, as `transaction`, without SQLAlchemy; psycopg begins it with the first statement."""
    with _pooled(engine) as connection:
        # `BEGIN` goes with the limits, where there are any.
        _set_autocommit(connection, on=remaining_seconds() is not None or connection.needs_lock_timeout)
        limit_statements(connection, begin=BEGIN)
        yield connection
        connection.commit()


@contextmanager
def driver_statements(engine: sa.Engine) -> Iterator[Driver]:
    """Statements that are each a transaction of their own, which saves the round trips of `BEGIN` and `COMMIT`.

    That needs a session whose limits can stay; behind a pooler they are one transaction instead.
    """
    with _pooled(engine) as connection:
        is_limited = remaining_seconds() is not None or connection.needs_lock_timeout
        _set_autocommit(connection, on=not connection.needs_begin or is_limited)
        if connection.is_direct:
            limit_session(connection)
        else:
            limit_statements(connection, begin=BEGIN)
        yield connection
        if not _is_idle(connection):
            connection.commit()


@contextmanager
def _pooled(engine: sa.Engine) -> Iterator[TimedConnection]:
    with _translated_errors_of(engine):
        pooled = engine.raw_connection()
        connection = cast("TimedConnection", pooled.driver_connection)
        try:
            yield connection
        finally:
            try:
                if not _is_idle(connection) and not connection.closed:
                    connection.rollback()
            finally:
                if connection.closed:
                    pooled.invalidate()
                pooled.close()


def _is_idle(connection: Driver) -> bool:
    """Whether no transaction is going on, so that none is to be ended."""
    return connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE


def read_one_snapshot(connection: Driver) -> None:
    """Let all statements of a transaction see the same state. Call it before the first one."""
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def clock(connection: Driver) -> dt.datetime:
    """Return the time by the database's clock, which all hosts share; each one's own may be hours off."""
    return cast("tuple[dt.datetime]", connection.execute("SELECT clock_timestamp()").fetchone())[0]


def driver(session: Session) -> Driver:
    """Return the connection of a session; its statements are part of the session's transaction."""
    return cast("Driver", session.connection().connection.driver_connection)


@contextmanager
def _translated_errors_of(engine: sa.Engine) -> Iterator[None]:
    """Translate errors, and give up the connections that have become useless."""
    with translated_errors(engine.url):
        try:
            yield
        except (sa.exc.DBAPIError, psycopg.Error) as exc:
            if is_of_stale_session(getattr(exc, "orig", exc)):
                engine.dispose()
            raise

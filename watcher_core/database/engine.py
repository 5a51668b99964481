"""The connection to PostgreSQL: engine, transactions, and the driver's errors in our own words."""

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

from watcher_core.arguments import json_text
from watcher_core.database.connections import PARAMETERS, Driver, connect, names_of_target
from watcher_core.database.timed import (
    TimedConnection,
    TimeLimitError,
    limit_session,
    limit_statements,
    remaining_seconds,
)
from watcher_core.errors import (
    AccessDeniedError,
    ConfigurationError,
    DatabaseError,
    DatabaseUnavailableError,
    InvalidValueError,
    WatcherError,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DRIVER = "postgresql+psycopg"
SPELLINGS = ("postgresql", "postgres", DRIVER, "postgresql+psycopg2")

# One system call where the default takes four.
Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)

# How long a call without a time limit waits for a connection of the pool.
POOL_TIMEOUT_SECONDS = 30.0

# How long a connection may be idle in the pool before it is looked at, and before it is pinged, at checkout.
SECONDS_BEFORE_LOOK = 0.005
SECONDS_BEFORE_PING = 5.0

# A session that was writing can only read: the server was the primary before a fail-over.
READ_ONLY_SQLSTATE = "25006"
# PostgreSQL is shutting down, starting up, or a standby: the call may be tried again.
UNAVAILABLE_SQLSTATES = ("08", "57P", READ_ONLY_SQLSTATE)
# So it may when PostgreSQL is full, on a deadlock or lock timeout, and when a statement or a transaction took too long.
BUSY_SQLSTATES = ("25P03", "25P04", "40", "53", "55P03", "57014")
# The user of the connection may not do that.
REFUSED_SQLSTATE = "42501"
# The value is right, but the database's encoding has no such character.
NOT_IN_ENCODING_SQLSTATE = "22P05"

# The engines of this process: a forked child must not use their connections.
_engines: weakref.WeakSet[sa.Engine] = weakref.WeakSet()


class TimedPool(sa.QueuePool):
    """A pool in which the time limit bounds the wait for a free connection too."""

    @property
    def _timeout(self) -> float:  # SQLAlchemy's own name: it has no public way to a limit of a single call
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
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # The text is not shown: it may hold a password.
        raise ConfigurationError(
            "the database URL cannot be read; it looks like postgresql://user:password@host:5432/database"
        ) from None
    if parsed.drivername not in SPELLINGS:
        raise ConfigurationError(
            f"the database URL starts with {parsed.drivername}://; Watcher needs PostgreSQL, as in "
            "postgresql://user:password@host:5432/database"
        )
    return parsed.set(drivername=DRIVER)


def create_engine(url: sa.URL, *, pool_size: int = 5, pool_overflow: int = 20) -> sa.Engine:
    """Return a new engine, which connects on first use and may be used after a fork."""
    engine = sa.create_engine(
        url,
        poolclass=TimedPool,
        pool_size=pool_size,
        max_overflow=pool_overflow,
        pool_use_lifo=True,  # the one that was used last is the least likely to have died
        pool_reset_on_return=None,  # each user of a connection ends its transaction
        json_serializer=json_text,
        connect_args={name: value for name, value in PARAMETERS.items() if name not in url.query},
    )
    sa.event.listen(engine, "do_connect", _connect)
    sa.event.listen(engine, "begin", _begin)
    _replace_dead_connections(engine)
    _engines.add(engine)
    return engine


def _connect(_dialect: Any, _record: Any, arguments: Any, parameters: dict[str, Any]) -> TimedConnection:
    return connect(*arguments, **parameters)


def _begin(connection: sa.Connection) -> None:
    """Let psycopg begin the transactions of SQLAlchemy, whatever the connection was used for before."""
    _set_autocommit(cast("TimedConnection", connection.connection.driver_connection), on=False)


def _set_autocommit(connection: TimedConnection, *, on: bool) -> None:
    """Say whether each statement is a transaction of its own; who asks for a connection says so, and leaves it so."""
    if connection.autocommit is not on:  # it takes a lock, and goes the way of a statement
        connection.autocommit = on


def _parameter(url: sa.URL, name: str) -> str | None:
    value = url.query.get(name)
    return value if value is None or isinstance(value, str) else ",".join(value)


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
        _set_autocommit(connection, on=remaining_seconds() is not None)  # `BEGIN` goes with the limits
        limit_statements(connection, begin=BEGIN)
        yield connection
        connection.commit()


@contextmanager
def driver_statements(engine: sa.Engine) -> Iterator[Driver]:
    """Statements that are each a transaction of their own, which saves the round trips of `BEGIN` and `COMMIT`.

    Within a time limit, that needs a session whose limits can stay; behind a pooler they are one transaction instead.
    So they are there where transactions have another isolation level by default.
    """
    with _pooled(engine) as connection:
        _set_autocommit(connection, on=not connection.needs_begin or remaining_seconds() is not None)
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
    """Translate errors, and give up the connections of a server that has become a standby."""
    with translated_errors(engine.url):
        try:
            yield
        except (sa.exc.DBAPIError, psycopg.Error) as exc:
            if getattr(getattr(exc, "orig", exc), "sqlstate", None) == READ_ONLY_SQLSTATE:
                engine.dispose()
            raise


@contextmanager
def translated_errors(url: sa.URL) -> Iterator[None]:
    """Translate the driver's errors into Watcher's, which name the broken rule, or the host that does not answer."""
    try:
        yield
    except sa.exc.TimeoutError as exc:
        message = f"all connections of this process to {describe(url)} are in use"
        raise DatabaseUnavailableError(message, is_reached=True) from exc
    except sa.exc.DBAPIError as exc:
        raise _translated(_first_cause(exc, exc.orig or exc), url) from exc
    except psycopg.Error as exc:
        raise _translated(_first_cause(exc, exc), url) from exc


def _first_cause(error: BaseException, found: BaseException) -> BaseException:
    """Return the end of the time limit, where that is what closed the connection; else what was found."""
    before = error.__context__
    while before is not None and not isinstance(before, TimeLimitError):
        before = before.__context__
    return before or found


def _translated(error: BaseException, url: sa.URL) -> WatcherError:
    where = describe(url)
    reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
    if getattr(error, "sqlstate", None) == READ_ONLY_SQLSTATE:
        return DatabaseUnavailableError(
            f"{where} can only be read now: {reason}; it is a standby, or default_transaction_read_only is on"
        )
    if is_unavailable(error):
        return DatabaseUnavailableError(f"{where} cannot be reached: {reason}")
    if str(getattr(error, "sqlstate", None)).startswith(BUSY_SQLSTATES):
        return DatabaseUnavailableError(f"{where} cannot do that now: {reason}", is_reached=True)
    if getattr(error, "sqlstate", None) == NOT_IN_ENCODING_SQLSTATE:
        return DatabaseError(f"{where} cannot hold a character: {reason}; its encoding should be UTF8")
    if getattr(error, "sqlstate", None) == REFUSED_SQLSTATE:
        return AccessDeniedError(
            f"{where} does not let {url.username!r} do that: {reason}; the schema's owner or a superuser gives "
            "rights with: watcher db grant"
        )
    rule = broken_rule(error)
    if rule is not None:
        return InvalidValueError(rule)
    if isinstance(error, psycopg.DataError):
        return InvalidValueError(f"{where} refuses a value: {reason}")
    return DatabaseError(f"{where} cannot do that: {reason}")


def describe(url: sa.URL) -> str:
    """Name the database without its secrets."""
    host = url.host or _parameter(url, "host") or "the local socket"
    return f"the database {url.database!r} at {host}:{url.port or _parameter(url, 'port') or 5432}"


def target_names(url: sa.URL) -> list[str]:
    """Return the names of the database; see `names_of_target`."""
    return names_of_target(
        url.host or _parameter(url, "host"), url.port or _parameter(url, "port"), url.database, url.username
    )


def without_secrets(url: sa.URL) -> str:
    """Return the URL with its passwords masked, before the host and among the parameters."""
    masked = {name: "hidden" for name in url.query if "password" in name.lower()}
    return url.update_query_dict(masked).render_as_string(hide_password=True)


def is_unavailable(error: BaseException) -> bool:
    """Whether the server could not be reached or went away, so that the same call may succeed later."""
    sqlstate = getattr(error, "sqlstate", None)
    if sqlstate is None:
        # The latter where a connection ends in the middle of an answer, as a pooler's does that is restarted; what was
        # asked may be done, which a second time does not change.
        return isinstance(error, psycopg.OperationalError | psycopg.InternalError)
    return str(sqlstate).startswith(UNAVAILABLE_SQLSTATES)


# The rule behind each constraint, as the error message names it; keys follow the models' naming convention.
RULES = {
    "name": "a name has 1 to 2048 bytes and no blanks around it",
    "external_id": "an external id has 1 to 2560 bytes",
    "freshness": "freshness_number is a positive number and comes with a freshness_datepart",
    "timeliness": "timeliness_number is a positive number and comes with a timeliness_datepart",
    "failure": "failure_number is from 1 to 100",
    "metric_field": "metric_field is a metric, or metadata: and a key",
    "lookback_days": "lookback_days is from 1 to 365",
    "minimum_executions": "minimum_executions is from 2 to 10,000",
    "multiplier": "std_deviation_threshold_multiplier is from 0.5 to 10",
    "ended": "all but running executions have an end",
    "end_after_start": "an execution ends at or after its start",
    "inserts": "inserts is not negative",
    "updates": "updates is not negative",
    "soft_deletes": "soft_deletes is not negative",
    "total_rows": "total_rows is not negative",
    "parent": "an execution is not its own parent",
}


def broken_rule(error: BaseException) -> str | None:
    """Return the rule behind a violated constraint; `None` for any other error."""
    diagnosis: Any = getattr(error, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None)
    if not constraint:
        return None
    table = diagnosis.table_name
    if constraint == f"uq_{table}_name":
        return f"another {table.replace('_', ' ')} has that name"
    rule = RULES.get(constraint.removeprefix(f"ck_{table}_"))
    return rule or f"constraint {constraint} is violated: {diagnosis.message_primary}"

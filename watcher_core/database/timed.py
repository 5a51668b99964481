"""The limit on how long calls wait, as PostgreSQL is held to it, whatever the server or the network does.

PostgreSQL's own limits need a server that answers, and those of TCP a network that says when a packet is lost. Behind a
proxy or a firewall that only swallows packets, nothing but the client's clock ends the wait.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg

from watcher_core.waiting import current_deadline, remaining_seconds, wait_within

T = TypeVar("T")


class TimedConnection(psycopg.Connection[Any]):
    """A connection that is given up when the time limit is over.

    Attributes:
        is_direct: Whether its session is this process's alone; behind a pooler it is not.
        needs_begin: Whether each transaction has to say its isolation level, and so none begins by itself.
        session_limit: The milliseconds that PostgreSQL lets a statement of this session take; 0 for no limit.
        lock_timeout: How long this session waits for a lock where no time limit says less, as PostgreSQL writes it.
        needs_lock_timeout: Whether each transaction has to say that, as the session is not this process's alone.
    """

    _gave_way_at = -math.inf

    is_direct = False
    needs_begin = False
    session_limit = 0
    lock_timeout = "0"
    needs_lock_timeout = False

    def wait(self, gen: Generator[Any, Any, T], *arguments: Any, **options: Any) -> T:
        """Wait as psycopg does, which asks the generator several times a second whether it goes on."""
        deadline = current_deadline()
        try:
            if deadline is None:
                return super().wait(gen, *arguments, **options)
            return super().wait(_until(deadline, gen), *arguments, **options)
        except TimeLimitError:
            self.close()  # a late answer must not be taken for that of the next statement
            raise
        except psycopg.errors.QueryCanceled as exc:
            if time.monotonic() - self._gave_way_at < SECONDS_TO_GIVE_WAY:
                raise GaveWayError(*exc.args) from exc
            raise

    def let_others_go_first(self) -> None:
        """Note that the statement under way, which waits for a lock, is canceled for want of a connection."""
        self._gave_way_at = time.monotonic()


# A statement that is canceled ends at once; the next one may end by its time limit.
SECONDS_TO_GIVE_WAY = 1.0


class GaveWayError(psycopg.errors.QueryCanceled):
    """A wait for a lock of another session was ended, as others wait for a connection."""

    sqlstate = "55P03"


class TimeLimitError(psycopg.OperationalError):
    """The time limit is over."""

    def __init__(self) -> None:
        super().__init__("no answer within the time limit (WATCHER_TIMEOUT)")


def _until(deadline: float, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
    try:
        state = next(gen)
        while True:
            ready = yield state
            if not ready and time.monotonic() >= deadline:
                gen.close()
                raise TimeLimitError
            state = gen.send(ready)
    except StopIteration as done:
        result: T = done.value
        return result


def connect_within(seconds: float, connect: Callable[[], TimedConnection]) -> TimedConnection:
    """Connect, or raise `TimeLimitError`."""
    try:
        return wait_within(seconds, connect, discard=TimedConnection.close)
    except TimeoutError:
        raise TimeLimitError from None


# PostgreSQL itself is to end what would take longer than the limit: a backend that waits for a lock outlives its
# client.


def limit_statements(connection: Any, *, begin: str = "") -> None:
    """Limit the statements of one transaction, which may begin with this very command.

    Without a time limit, only its waits for locks are limited.

    Raises:
        TimeLimitError: The time limit is over, and no transaction is to begin: a thousand short ones would each fit.
    """
    left = _time_left()
    if left is not None:
        connection.execute(begin + _limits("SET LOCAL", max(10, int(left * 1000))))
    elif connection.needs_lock_timeout:
        connection.execute(f"{begin}SET LOCAL lock_timeout = '{connection.lock_timeout}'")


# Who does something that nobody has asked for waits no longer for a lock.
MILLISECONDS_IN_PASSING = 500


def limit_locks_in_passing(connection: Any) -> None:
    """Let the rest of a transaction wait for locks for a moment only, whatever is left of the time limit."""
    left = _time_left()
    most = MILLISECONDS_IN_PASSING if left is None else min(MILLISECONDS_IN_PASSING, max(10, int(left * 200)))
    connection.execute(f"SET LOCAL lock_timeout = {most}")


# The limit of a session is somewhat below that of the call that sets it, so that it is right for the next ones too.
SHARE_OF_LIMIT = 0.95
LEAST_SHARE_OF_LIMIT = 0.5


def limit_session(connection: TimedConnection) -> None:
    """Limit the statements of a session, which must be this process's alone, or take its limit away.

    Raises:
        TimeLimitError: The time limit is over.
    """
    left = _time_left()
    if left is None:
        if connection.session_limit:
            connection.execute(f"SET lock_timeout = '{connection.lock_timeout}'; RESET statement_timeout")
            connection.session_limit = 0
        return
    milliseconds = left * 1000
    if not LEAST_SHARE_OF_LIMIT * milliseconds <= connection.session_limit <= milliseconds:
        limit = max(10, int(SHARE_OF_LIMIT * milliseconds))
        connection.execute(_limits("SET", limit))
        connection.session_limit = limit


def _time_left() -> float | None:
    left = remaining_seconds()
    if left == 0:
        raise TimeLimitError
    return left


def _limits(command: str, milliseconds: int) -> str:
    # A lock that is not to be had is reported as such, before the client hangs up.
    lock = milliseconds * 9 // 10
    return f"{command} lock_timeout = {lock}; {command} statement_timeout = {milliseconds}"

"""The driver's errors in Watcher's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
import sqlalchemy as sa

from watcher_core.database.timed import TimeLimitError
from watcher_core.database.urls import describe
from watcher_core.errors import (
    AccessDeniedError,
    DatabaseError,
    DatabaseUnavailableError,
    InvalidValueError,
    WatcherError,
)

# A session that was writing can only read: the server was the primary before a fail-over.
READ_ONLY_SQLSTATE = "25006"
READ_ONLY = (
    "it is a standby, or default_transaction_read_only is on; name the primary, or all hosts of which one is, as in "
    "postgresql://user:password@host1,host2/database"
)
# PostgreSQL is shutting down, starting up, or a standby: the call may be tried again.
UNAVAILABLE_SQLSTATES = ("08", "57P", READ_ONLY_SQLSTATE)
# So it may when PostgreSQL is full, on a deadlock or lock timeout, and when a statement or a transaction took too long.
BUSY_SQLSTATES = ("25P03", "25P04", "40", "53", "55P03", "57014")
# Another session holds the lock.
LOCKED_SQLSTATE = "55P03"
WHO_LOCKS = (
    "another session holds a lock and does not end its transaction; see which with: SELECT pid, usename, state, "
    "xact_start, query FROM pg_stat_activity WHERE xact_start < now() - interval '1 minute'"
)
# The function of PostgreSQL that finds a table changed since a statement was prepared: its state says nothing of it.
STALE_PLAN = "RevalidateCachedQuery"
# The user of the connection may not do that.
REFUSED_SQLSTATE = "42501"
# What finds that a policy of row-level security forbids it: of what is written, and of what is read.
ROW_SECURITY = ("ExecWithCheckOptions", "check_enable_rls")
LIFTING = (
    "somebody has switched on row-level security, which keeps rows from this role; the table's owner switches it off "
    "with ALTER TABLE … DISABLE ROW LEVEL SECURITY, or a superuser lets the role pass with ALTER ROLE … BYPASSRLS"
)
# PgBouncer's answer to what it does not know.
STARTUP_PARAMETER = re.compile(r"unsupported startup parameter(?: in options)?: (\w+)")
# The server's answer to a setting that a connection begins with, and where that may come from, beside the URL. Zones
# are those of its host: Debian has the former names, as US/Pacific is one, in a package of their own.
REFUSED_SETTING = re.compile(r'FATAL: +(?:invalid value for|unrecognized configuration) parameter "([^"]+)"')
VARIABLES = {"TimeZone": "PGTZ", "DateStyle": "PGDATESTYLE"}
OF_ZONES = "; or install tzdata-legacy on its host, where that is Debian and the name a former one"
# The value is right, but the database's encoding has no such character.
NOT_IN_ENCODING_SQLSTATE = "22P05"


# What to do where the user of the connection may not do something.
GRANTING = "the schema's owner or a superuser gives rights with: watcher db grant"
# It gives no right to these.
TOKENS_TABLE = "api_token"
OF_OWNER_ALONE = "but for tokens, which the owner alone makes: use its WATCHER_DATABASE_URL"


@contextmanager
def translated_errors(url: sa.URL, *, granting: str = GRANTING) -> Iterator[None]:
    """Translate the driver's errors into Watcher's, which name the broken rule, or the host that does not answer.

    Args:
        url: Where the database is.
        granting: How the user gets the right to what is done.
    """
    try:
        yield
    except sa.exc.TimeoutError as exc:
        message = f"all connections of this process to {describe(url)} are in use"
        raise DatabaseUnavailableError(message, is_reached=True) from exc
    except sa.exc.DBAPIError as exc:
        raise _translated(_first_cause(exc, exc.orig or exc), url, granting) from exc
    except psycopg.Error as exc:
        raise _translated(_first_cause(exc, exc), url, granting) from exc


def _first_cause(error: BaseException, found: BaseException) -> BaseException:
    """Return the end of the time limit, where that is what closed the connection; else what was found."""
    before = error.__context__
    while before is not None and not isinstance(before, TimeLimitError):
        before = before.__context__
    return before or found


def _translated(error: BaseException, url: sa.URL, granting: str) -> WatcherError:
    where = describe(url)
    reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
    if getattr(error, "sqlstate", None) == READ_ONLY_SQLSTATE:
        return DatabaseUnavailableError(f"{where} can only be read now: {reason}; {READ_ONLY}", is_reached=True)
    if is_unavailable(error):
        return DatabaseUnavailableError(f"{where} cannot be reached: {reason}{_of_start(error)}")
    if getattr(error, "sqlstate", None) == LOCKED_SQLSTATE:
        message = f"{where} cannot do that now: {reason}; {WHO_LOCKS}"
        return DatabaseUnavailableError(message, is_reached=True, is_locked=True)
    if is_of_stale_session(error):
        return DatabaseUnavailableError(
            f"{where} cannot do that now: {reason}; somebody has changed a table: try again", is_reached=True
        )
    if str(getattr(error, "sqlstate", None)).startswith(BUSY_SQLSTATES):
        return DatabaseUnavailableError(f"{where} cannot do that now: {reason}{_hint_of(error)}", is_reached=True)
    if getattr(error, "sqlstate", None) == NOT_IN_ENCODING_SQLSTATE:
        return DatabaseError(f"{where} cannot hold a character: {reason}; its encoding should be UTF8")
    raised_by = _function_of(error)
    if raised_by is not None:
        return DatabaseError(f"{where} cannot do that: {reason}; raised by {raised_by}")
    if getattr(error, "sqlstate", None) == REFUSED_SQLSTATE:
        if getattr(getattr(error, "diag", None), "source_function", None) in ROW_SECURITY:
            granting = LIFTING
        how = f"{granting}, {OF_OWNER_ALONE}" if TOKENS_TABLE in reason else granting
        return AccessDeniedError(f"{where} does not let {url.username!r} do that: {reason}; {how}")
    rule = broken_rule(error)
    if rule is not None:
        return InvalidValueError(rule)
    if isinstance(error, psycopg.DataError):
        return InvalidValueError(f"{where} refuses a value: {reason}")
    return DatabaseError(f"{where} cannot do that: {reason}{_hint_of(error)}")


def _of_start(error: BaseException) -> str:
    """Return what to do where what a connection begins with is refused, to be put behind the error."""
    found = STARTUP_PARAMETER.search(str(error))
    if found is not None:
        return (
            f"; take {found[1]} out of the database's URL, or let PgBouncer pass over it with "
            f"ignore_startup_parameters = {found[1]}"
        )
    found = REFUSED_SETTING.search(str(error))
    if found is None:
        return ""
    variables = " and ".join(filter(None, (VARIABLES.get(found[1]), "PGOPTIONS")))
    return (
        f"; take it out of the environment ({variables}), or out of the database's URL: Watcher needs none"
        f"{OF_ZONES if found[1] == 'TimeZone' else ''}"
    )


def _hint_of(error: BaseException) -> str:
    """Return what PostgreSQL says about what to do, if anything, to be put behind the error."""
    hint = getattr(getattr(error, "diag", None), "message_hint", None)
    return f"; {hint}" if hint else ""


def is_of_stale_session(error: BaseException) -> bool:
    """Whether the same statement succeeds in a new session only, here or elsewhere.

    So it is where the server was the primary before, and where what was prepared returns other types than before.
    """
    if getattr(error, "sqlstate", None) == READ_ONLY_SQLSTATE:
        return True
    return getattr(getattr(error, "diag", None), "source_function", None) == STALE_PLAN


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
    """Return the rule behind a violated constraint; `None` for any other error, and for a constraint of others.

    What somebody has added to our tables is no rule that a caller could know: jobs go on, and what they recorded waits.
    """
    diagnosis: Any = getattr(error, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None)
    if not constraint or constraint not in _own_constraints():
        return None
    table = diagnosis.table_name
    if constraint == f"uq_{table}_name":
        return f"another {table.replace('_', ' ')} has that name"
    rule = RULES.get(constraint.removeprefix(f"ck_{table}_"))
    return rule or f"constraint {constraint} is violated: {diagnosis.message_primary}"


@cache
def _own_constraints() -> frozenset[str]:
    """The names of the constraints and unique indexes that Watcher makes."""
    from watcher_core.database.models import Base  # few errors need them

    tables = Base.metadata.tables.values()
    constraints = {str(each.name) for table in tables for each in table.constraints}
    return frozenset(constraints | {str(each.name) for table in tables for each in table.indexes})


def _function_of(error: BaseException) -> str | None:
    """Return the function of a trigger that raised an error, as PostgreSQL names it with its line."""
    context = getattr(getattr(error, "diag", None), "context", None) or ""
    return next((line for line in context.splitlines() if re.search(r"\bPL/\w+", line)), None)

"""The start and the end of an execution with psycopg alone, where all is as usual."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from watcher_core import catalog, database, recording
from watcher_core.enclosing import PartOf
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.environment import variable
from watcher_core.errors import PipelineInactiveError, WatcherError
from watcher_core.shell.failure import CommandCanceledError, CommandFailedError

logger = logging.getLogger("watcher.run")

DEFAULT_TIMEOUT: Final = 5.0
URL_VARIABLES: Final = ("WATCHER_DATABASE_URL", "DATABASE_URL")

# URLs that libpq and SQLAlchemy read alike; others are left to SQLAlchemy.
USUAL_URL: Final = re.compile(
    r"postgres(?:ql)?(?:\+psycopg2?)?://(?P<rest>(?:[\w.~%-]+(?::[\w.~%-]*)?@)?[\w.:\[\]-]*/[\w.~%-]*(?:\?[^+\s#]*)?)"
)


@dataclass(frozen=True, kw_only=True)
class Start:
    """The start of an execution, checked."""

    pipeline: str
    pipeline_type: str | None
    next_watermark: str | None
    full_load: bool
    external_id: str
    start_date: dt.datetime
    execution_metadata: Mapping[str, Any]
    part_of: PartOf | None


@dataclass(kw_only=True)
class Started:
    """What is known of an execution that has started.

    Attributes:
        id: Its id; `None` where its start could not be written.
        watermark, next_watermark: Its own.
        external_id: Its identity; `None` as the id.
        missing_parent: The source and the external id of what it is part of, where that was not known at the start.
        connection: How `quick.end` connects; `None` where `thorough` has started it.
        tracking: What `thorough.start` has begun.
        beat: How `thorough` sends a heartbeat.
    """

    id: int | None
    watermark: str | None
    next_watermark: str | None
    external_id: str | None = None
    missing_parent: tuple[str, str] | None = None
    connection: Connection | None = None
    tracking: Any = None
    beat: Callable[[], object] | None = None


@dataclass(frozen=True)
class Connection:
    """How to connect."""

    parameters: Mapping[str, Any]
    timeout: float

    def open(self) -> database.Driver:
        """Open a connection, within the time limit."""
        # A lock that is not to be had is reported as such, and by PostgreSQL: its wait would outlive this process.
        return database.connect(lock_seconds=0.9 * self.timeout, **self.parameters)


def start(start: Start) -> Started | None:
    """Write the start; `None` where that is not for these few lines to do.

    Raises:
        PipelineInactiveError: The pipeline is switched off.
    """
    try:
        connection = _connection()
        return None if connection is None else _start(connection, start)
    except psycopg.OperationalError as exc:
        # To ask again would let the command wait once more.
        logger.warning("pipeline %r goes on, and is recorded later: %s", start.pipeline, _in_words(exc))
        return Started(id=None, watermark=None, next_watermark=start.next_watermark)
    except PipelineInactiveError:
        raise
    except (psycopg.Error, WatcherError, ValueError, OSError):
        return None


def _start(connection: Connection, start: Start) -> Started | None:
    with database.time_limit(connection.timeout), connection.open() as opened:
        opened.autocommit = True
        recorded = database.recorded_version(opened)
        if recorded is None or not recorded.fits:
            return None
        pipeline = catalog.find_pipeline(opened, start.pipeline)
        if pipeline is None or start.pipeline_type not in (None, pipeline.type_name):
            return None
        if not pipeline.active:
            raise PipelineInactiveError(pipeline.name)
        execution = recording.start_execution(
            opened,
            pipeline_id=pipeline.id,
            source=ExecutionSource.CLI,
            external_id=start.external_id,
            start_date=start.start_date,
            parent_id=recording.find_enclosing_id(opened, start.part_of),
            full_load=start.full_load,
            next_watermark=start.next_watermark,
            execution_metadata=start.execution_metadata,
            process=recording.Process.own(),
            now=dt.datetime.now(dt.UTC),
        )
    return Started(
        id=execution.id,
        watermark=execution.watermark,
        next_watermark=execution.next_watermark,
        external_id=start.external_id,
        missing_parent=None if start.part_of is None or execution.parent_id is not None else start.part_of.identity,
        connection=connection,
    )


def begin_heartbeat(started: Started) -> object:
    """Send heartbeats while the command runs: so one that is killed with this process is known."""
    connection, execution_id = started.connection, started.id
    if execution_id is None:
        return None
    process = recording.Process.own()

    def send() -> None:
        if connection is None:
            if started.beat is not None:
                started.beat()
            return
        with database.time_limit(connection.timeout), connection.open() as opened:
            recording.beat(opened, execution_id=execution_id, process=process)

    return recording.pulse.begin(send)


def end(started: Started, error: CommandFailedError | CommandCanceledError | None, facts: Mapping[str, Any]) -> bool:
    """Write the end; whether that was done."""
    if started.connection is None or started.id is None:
        return False
    metadata = {**facts["execution_metadata"], **({} if error is None else {"error": error.execution_error})}
    now = dt.datetime.now(dt.UTC)
    try:
        with database.time_limit(started.connection.timeout), started.connection.open() as opened:
            recording.end_execution(
                opened,
                execution_id=started.id,
                state=state_after(error),
                counts=facts,
                **({"next_watermark": facts["next_watermark"]} if "next_watermark" in facts else {}),
                execution_metadata=metadata,
                external_id=started.external_id,
                now=now,
            )
            if started.missing_parent is not None:
                recording.link(opened, started.id, started.missing_parent)
    except (psycopg.Error, WatcherError) as exc:
        logger.debug("the end is left to the client: %s", exc)
        return False
    return True


def state_after(error: CommandFailedError | CommandCanceledError | None) -> ExecutionState:
    """Return the state that an execution ends in."""
    if error is None:
        return ExecutionState.SUCCEEDED
    return ExecutionState.CANCELED if isinstance(error, CommandCanceledError) else ExecutionState.FAILED


def _connection() -> Connection | None:
    found = USUAL_URL.fullmatch(variable(*URL_VARIABLES) or "")
    timeout = float(variable("WATCHER_TIMEOUT") or DEFAULT_TIMEOUT)
    if found is None or not 0 < timeout <= 3600:
        return None
    try:
        given = conninfo_to_dict(f"postgresql://{found['rest']}")
    except psycopg.ProgrammingError:
        return None
    parameters = {**database.PARAMETERS, **given, "client_encoding": database.PARAMETERS["client_encoding"]}
    if _anything_waits(given):
        return None
    return Connection(parameters, timeout)


def _anything_waits(given: Mapping[str, Any]) -> bool:
    """Whether executions of this host wait for the database: they come before this one."""
    names = database.names_of_target(*(given.get(name) for name in ("host", "port", "dbname", "user", "service")))
    home = Path(variable("WATCHER_HOME") or ".watcher")
    return bool(recording.spooled_executions(recording.spool_directories(*names, home=home)))


def _in_words(error: psycopg.Error) -> str:
    """What happened as `Watcher` says it. That takes SQLAlchemy, which is loaded only now."""
    url = database.normalize_url(variable(*URL_VARIABLES) or "")
    try:
        with database.translated_errors(url):
            raise error
    except WatcherError as said:
        return str(said)

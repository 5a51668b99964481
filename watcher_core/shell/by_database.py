"""The start and the end of an execution with psycopg alone."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from watcher_core import catalog, database, recording
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.environment import variable
from watcher_core.errors import PipelineInactiveError, WatcherError
from watcher_core.shell.failure import CommandCanceledError
from watcher_core.shell.quick import CommandError, Start, Started
from watcher_core.waiting import time_limit

logger = logging.getLogger("watcher.run")

# URLs that libpq and SQLAlchemy read alike; others are left to SQLAlchemy.
USUAL_URL: Final = re.compile(
    r"postgres(?:ql)?(?:\+psycopg2?)?://(?P<rest>(?:[\w.~%-]+(?::[\w.~%-]*)?@)?[\w.:\[\]-]*/[\w.~%-]*(?:\?[^+\s#]*)?)"
)


@dataclass(frozen=True)
class Connection:
    """How to connect."""

    parameters: Mapping[str, Any]
    timeout: float

    def open(self) -> database.Driver:
        """Open a connection, within the time limit."""
        # A lock that is not to be had is reported as such, and by PostgreSQL: its wait would outlive this process.
        return database.connect(lock_seconds=0.9 * self.timeout, **self.parameters)


def start(start: Start, url: str, timeout: float) -> Started | None:
    """Write the start; `None` where that takes more than these few lines.

    Raises:
        PipelineInactiveError: The pipeline is switched off.
    """
    try:
        connection = _connection(url, timeout)
        return None if connection is None else _start(connection, start)
    except psycopg.OperationalError as exc:
        # To ask again would let the command wait once more.
        logger.warning("pipeline %r goes on, and is recorded later: %s", start.pipeline, _in_words(exc, url))
        return Started(id=None, watermark=None, next_watermark=start.next_watermark)
    except psycopg.Error:
        return None


def _start(connection: Connection, start: Start) -> Started | None:
    process = recording.Process.own()
    with time_limit(connection.timeout), connection.open() as opened:
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
            process=process,
            now=dt.datetime.now(dt.UTC),
        )
    missing_parent = None if start.part_of is None or execution.parent_id is not None else start.part_of.identity

    def beat() -> None:
        with time_limit(connection.timeout), connection.open() as opened:
            recording.beat(opened, execution_id=execution.id, process=process)

    def end(error: CommandError | None, facts: Mapping[str, Any]) -> bool:
        metadata = {**facts["execution_metadata"], **({} if error is None else {"error": error.execution_error})}
        try:
            with connection.open() as opened:
                recording.end_execution(
                    opened,
                    execution_id=execution.id,
                    state=_state_after(error),
                    counts=facts,
                    **({"next_watermark": facts["next_watermark"]} if "next_watermark" in facts else {}),
                    execution_metadata=metadata,
                    external_id=start.external_id,
                    now=dt.datetime.now(dt.UTC),
                )
                if missing_parent is not None:
                    recording.link(opened, execution.id, missing_parent)
        except (psycopg.Error, WatcherError) as exc:
            logger.debug("the end is left to the client: %s", exc)
            return False
        return True

    return Started(
        id=execution.id,
        watermark=execution.watermark,
        next_watermark=execution.next_watermark,
        missing_parent=missing_parent,
        beat=beat,
        end=end,
        timeout=connection.timeout,
    )


def _state_after(error: CommandError | None) -> ExecutionState:
    """Return the state that an execution ends in."""
    if error is None:
        return ExecutionState.SUCCEEDED
    return ExecutionState.CANCELED if isinstance(error, CommandCanceledError) else ExecutionState.FAILED


def _connection(url: str, timeout: float) -> Connection | None:
    found = USUAL_URL.fullmatch(url)
    if found is None:
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


def _in_words(error: psycopg.Error, url: str) -> str:
    """What happened as `Watcher` says it. That takes SQLAlchemy, which is loaded only now."""
    try:
        with database.translated_errors(database.normalize_url(url)):
            raise error
    except WatcherError as said:
        return str(said)

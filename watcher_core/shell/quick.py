"""The start and the end of an execution, where all is as usual: with psycopg alone, or by requests to a server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from watcher_core import recording
from watcher_core.enclosing import PartOf
from watcher_core.environment import variable
from watcher_core.errors import PipelineInactiveError, WatcherError
from watcher_core.shell.failure import CommandCanceledError, CommandFailedError

DEFAULT_TIMEOUT: Final = 5.0
URL_VARIABLES: Final = ("WATCHER_DATABASE_URL", "DATABASE_URL")

CommandError = CommandFailedError | CommandCanceledError


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
        missing_parent: The source and the external id of what it is part of, where that was not known at the start.
        tracking: Its `TrackedExecution`, where one was made.
        beat: Sends a heartbeat.
        end: Writes the end, and says whether that was done; `None` where that is for `thorough` to do.
        timeout: The seconds that the end may take, whoever writes it; `None` where `thorough` has them.
    """

    id: int | None
    watermark: str | None
    next_watermark: str | None
    missing_parent: tuple[str, str] | None = None
    tracking: Any = None
    beat: Callable[[], object] | None = None
    end: Callable[[CommandError | None, Mapping[str, Any]], bool] | None = None
    timeout: float | None = None


def start(start: Start) -> Started | None:
    """Write the start; `None` where that is not for these few lines to do.

    Raises:
        PipelineInactiveError: The pipeline is switched off.
    """
    try:
        timeout = float(variable("WATCHER_TIMEOUT") or DEFAULT_TIMEOUT)
        if not 0 < timeout <= 3600:
            return None
        # Each loads what it needs, and nothing of the other.
        if url := variable(*URL_VARIABLES):
            from watcher_core.shell import by_database

            return by_database.start(start, url, timeout)
        if address := variable("WATCHER_URL"):
            from watcher_core.shell import by_server

            return by_server.start(start, address, timeout)
    except PipelineInactiveError:
        raise
    except (WatcherError, ValueError, OSError):
        pass
    return None


def begin_heartbeat(started: Started) -> object:
    """Send heartbeats while the command runs: so one that is killed with this process is known."""
    return None if started.id is None or started.beat is None else recording.pulse.begin(started.beat)


def end(started: Started, error: CommandError | None, facts: Mapping[str, Any]) -> bool:
    """Write the end; whether that was done."""
    return started.end is not None and started.end(error, facts)

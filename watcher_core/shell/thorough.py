"""The start and the end of an execution with all that `Watcher` can do."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from watcher_core.enums import ExecutionSource
from watcher_core.errors import ConfigurationError
from watcher_core.shell.failure import CommandCanceledError, CommandFailedError
from watcher_core.shell.quick import Start, Started

if TYPE_CHECKING:
    from watcher_core.client import Watcher
    from watcher_core.recording import TrackRequest

logger = logging.getLogger("watcher.run")


def start(start: Start) -> Started:
    """Write the start as `track` does.

    Raises:
        InvalidValueError: A value breaks a rule.
        PipelineInactiveError: The pipeline is switched off.
    """
    try:
        watcher = _watcher()
    except ConfigurationError as exc:
        logger.error("pipeline %r goes on, and is not recorded: %s", start.pipeline, exc)
        return Started(id=None, watermark=None, next_watermark=start.next_watermark)
    tracked = watcher.start_tracking(request_of(start), start_date=start.start_date)
    watcher.close()  # the command may take hours

    def beat() -> None:
        if tracked.id is not None:
            watcher.heartbeat(tracked.id, process_id=os.getpid())
            watcher.close()

    return Started(
        id=tracked.id,
        watermark=tracked.watermark,
        next_watermark=tracked.next_watermark,
        tracking=tracked,
        beat=beat,
    )


def end(
    start: Start,
    started: Started,
    error: CommandFailedError | CommandCanceledError | None,
    facts: Mapping[str, Any],
) -> None:
    """Write the end as `track` does, and into the spool where the database is away."""
    from watcher_core.recording import TrackedExecution

    with _watcher() as watcher:
        tracked = started.tracking
        if tracked is None:
            tracked = TrackedExecution(request_of(start), start_date=start.start_date)
            tracked.id, tracked.watermark = started.id, started.watermark
            tracked.next_watermark = started.next_watermark
            tracked._missing_parent = started.missing_parent
        tracked.record(**facts)
        watcher.finish_tracking(tracked, error)


def _watcher() -> Watcher:
    from watcher_core import logs
    from watcher_core.client import Watcher
    from watcher_core.settings import Settings

    settings = Settings.load()
    logs.configure(settings, default_level="WARNING")
    return Watcher(settings=settings)


def request_of(start: Start) -> TrackRequest:
    """Return what `track` would be asked for."""
    from watcher_core.recording import Process, TrackRequest
    from watcher_core.values import UNSET, PipelineConfiguration

    return TrackRequest(
        pipeline=PipelineConfiguration(
            name=start.pipeline, pipeline_type_name=UNSET if start.pipeline_type is None else start.pipeline_type
        ),
        external_id=start.external_id,
        source=ExecutionSource.CLI,
        next_watermark=start.next_watermark,
        full_load=start.full_load,
        execution_metadata=start.execution_metadata,
        part_of=start.part_of,
        process=Process.own(),
    )

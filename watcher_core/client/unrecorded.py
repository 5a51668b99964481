"""What becomes of an execution that cannot be recorded: the job goes on, and what can be recorded later is kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from watcher_core import recording, values
from watcher_core.errors import ConfigurationError, DatabaseError, WatcherError

if TYPE_CHECKING:
    from watcher_core.recording import TrackRequest

logger = logging.getLogger("watcher.tracking")


def is_misuse(error: Exception) -> bool:
    """Whether the caller is wrong, and not the host, the database, the network, a library or Watcher."""
    return isinstance(error, WatcherError) and not isinstance(error, DatabaseError | ConfigurationError)


def is_kept(request: TrackRequest, error: Exception) -> bool:
    """Whether an execution that cannot be recorded is kept until it can be: not where no database is configured."""
    return request.spool and not is_misuse(error) and not isinstance(error, ConfigurationError)


def log(message: str, request: TrackRequest, error: Exception, *, level: int) -> None:
    """Log what is not recorded, whether it is recorded later, and why.

    Args:
        message: A format of the pipeline's name, of when it is recorded, and of why not now.
        request: What is tracked.
        error: Why.
        level: How loud.
    """
    when = "recorded later" if is_kept(request, error) else "not recorded"
    reason = str(error) if isinstance(error, WatcherError) else f"{type(error).__name__}: {error}"
    logger.log(level, message, request.name, when, reason)


def keep(directories: Sequence[Path], record: values.ExecutionRecord) -> None:
    """Keep an execution in the spool, or say that it is lost."""
    try:
        path = recording.keep_in_spool(directories, record)
    except Exception as exc:
        logger.error(
            "this execution of pipeline %r is lost, as it cannot be kept either: %s; %s",
            record.pipeline_name,
            exc,
            recording.NO_PLACE,
        )
    else:
        logger.info("this execution of pipeline %r waits in %s", record.pipeline_name, path)

"""The start and the end of an execution by requests to a server, without what else `Watcher` can do."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from watcher_core import recording, remote
from watcher_core.environment import variable
from watcher_core.errors import DatabaseUnavailableError, WatcherError
from watcher_core.shell.quick import CommandError, Start, Started
from watcher_core.shell.thorough import request_of
from watcher_core.waiting import time_limit

logger = logging.getLogger("watcher.run")


def start(start: Start, address: str, timeout: float) -> Started | None:
    """Write the start; `None` where that takes more than these few lines.

    Raises:
        PipelineInactiveError: The pipeline is switched off.
        WatcherError: The server takes none of this.
    """
    server = remote.RemoteServer(address, variable("WATCHER_TOKEN"))
    home = Path(variable("WATCHER_HOME") or ".watcher")
    if recording.spooled_executions(recording.spool_directories(server.address, home=home)):
        return None  # they come before this one
    request = request_of(start)
    tracked = recording.TrackedExecution(request, start_date=start.start_date)
    try:
        with time_limit(timeout):
            tracked._started(remote.start_tracked(server, request, tracked.start_date))
    except DatabaseUnavailableError as exc:
        # To ask again would let the command wait once more.
        logger.warning("pipeline %r goes on, and is recorded later: %s", start.pipeline, exc)
        return Started(id=None, watermark=None, next_watermark=start.next_watermark)
    server.close()  # the command may take hours

    def beat() -> None:
        if tracked.id is not None and request.process is not None:
            with time_limit(timeout):
                remote.beat(server, tracked.id, request.process)
            server.close()

    def end(error: CommandError | None, facts: Mapping[str, Any]) -> bool:
        tracked.record(**facts)
        try:
            remote.record_executions(server, [tracked._ended(error)])
        except (WatcherError, ValueError, KeyError, TypeError) as exc:  # the latter of an answer that is no Watcher's
            logger.debug("the end is left to the client: %s", exc)
            return False
        server.close()
        return True

    return Started(
        id=tracked.id,
        watermark=tracked.watermark,
        next_watermark=tracked.next_watermark,
        tracking=tracked,
        beat=beat,
        end=end,
        timeout=timeout,
    )

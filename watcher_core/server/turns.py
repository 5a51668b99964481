"""Requests that wait for a lock give way to requests that wait for a connection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from watcher_core import database, waiting
from watcher_core.errors import DatabaseError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from watcher_core.client import Watcher

logger = logging.getLogger("watcher.server")

SECONDS_BETWEEN_LOOKS = 0.25
MOST_SECONDS_OF_A_LOOK = 2.0


class Turns:
    """Looks at what the requests wait for, as long as there are more of them than connections.

    Half of the connections may be held by requests that wait for a lock of another session: it may be given back any
    moment. Those beyond are answered that they may try again.

    Args:
        watcher: Whose connections they share.
        connections: How many of these there are.
    """

    def __init__(self, watcher: Watcher, *, connections: int) -> None:
        self._watcher = watcher
        self._connections = connections
        self._looking: asyncio.Task[None] | None = None

    def look(self, requests: Callable[[], int]) -> None:
        """Begin to look, if that is not done already; it ends by itself.

        Args:
            requests: How many there are.
        """
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look(requests))

    async def _look(self, requests: Callable[[], int]) -> None:
        # An engine of its own: of the others, no connection is free.
        engine = database.create_engine(self._watcher.url, pool_size=1, pool_overflow=0)
        try:
            while True:
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
                if requests() <= self._connections:
                    return
                await asyncio.to_thread(self._let_others_go_first, engine)
        finally:
            engine.dispose()

    def _let_others_go_first(self, engine: sa.Engine) -> None:
        ours = database.sessions_in_use(self._watcher._connect())
        if len(ours) < self._connections:
            return
        try:
            with (
                waiting.time_limit(MOST_SECONDS_OF_A_LOOK),
                database.driver_statements(engine) as connection,
            ):
                count = database.cancel_waits(connection, ours, patient=self._connections // 2)
        except DatabaseError as exc:
            logger.debug("what requests wait for is not known: %s", exc)
            return
        if count:
            logger.warning("%d request(s) waited for a lock of another session, and others for a connection", count)

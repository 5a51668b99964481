"""How `Watcher` works off a queue of executions that go to another system."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from watcher_core import arguments, database, recording
from watcher_core.client.connection import Connection


class Sender(Protocol):
    """What holds a connection to the other system."""

    def close(self) -> object:
        """Close it."""


S = TypeVar("S", bound=Sender)
if TYPE_CHECKING:  # the driver is loaded by who connects, and not by each import of `Watcher`
    Transaction = Callable[[], AbstractContextManager[database.Driver]]


class ExportMethods(Connection):
    """Queues of executions, for the methods that export them."""

    def _export(
        self,
        queue: recording.ExportQueue,
        since: dt.datetime | None,
        open_sender: Callable[[], S],
        send_waiting: Callable[[Transaction, S], tuple[int, int]],
    ) -> int:
        """Fill a queue from now on, and send all that waits in it.

        Args:
            queue: The queue.
            since: Add what has ended since then, too.
            open_sender: Connects to the other system.
            send_waiting: Sends the first batch; returns how many were taken, and how many entries are removed.

        Returns:
            How many were taken in all.
        """
        after = None if since is None else arguments.instant(since, "since")
        with closing(open_sender()) as sender:
            with self._one_transaction() as connection:
                queue.start(connection)
                if after is not None:
                    queue.add_since(connection, after)
            total, removed = send_waiting(self._one_transaction, sender)
            while removed:
                taken, removed = send_waiting(self._one_transaction, sender)
                total += taken
        return total

    def _stop_export(self, queue: recording.ExportQueue) -> int:
        """Fill a queue no more, and empty it; return how many waited."""
        with self._one_transaction() as connection:
            return queue.stop(connection)

    @contextmanager
    def _one_transaction(self) -> Iterator[database.Driver]:
        with self._driver_transaction() as (connection, _):
            yield connection

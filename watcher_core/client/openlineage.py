"""`Watcher`'s methods on events of OpenLineage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from watcher_core import database, lineage, openlineage
from watcher_core.client.exporting import ExportMethods


class OpenLineageMethods(ExportMethods):
    """Events of OpenLineage."""

    def record_openlineage(self, events: Iterable[Mapping[str, Any]]) -> int:
        """Record events of OpenLineage, as JSON is read, in one transaction.

        Runs become executions of the source `openlineage`, jobs pipelines, datasets addresses with their lineage, and
        assertions results of checks. What counts is when an event happened: their order does not matter, and the same
        ones again change nothing.

        Args:
            events: Events of runs, jobs and datasets, of the specifications 1.x and 2.x.

        Returns:
            How many there were.

        Raises:
            InvalidValueError: One is no event; the message names the value and the rule. Nothing is written.
        """
        read = [openlineage.read_event(event) for event in events]
        self._record_events(read)
        return len(read)

    def _record_events(self, events: Sequence[openlineage.Event]) -> None:
        if not events:
            return
        try:
            with self._driver_transaction() as (connection, now):
                openlineage.record_events(connection, events=events, now=now)
        except openlineage.SessionNeededError:
            with self._transaction() as (session, now):
                connection = database.driver(session)
                lineage.lock_closure(connection)
                openlineage.record_events(connection, events=events, session=session, now=now)

    def send_openlineage(self, *, since: dt.datetime | None = None) -> int:
        """Send the executions that have ended since the last time as events of OpenLineage.

        The first time begins with what ends from then on. Each execution is sent at least once, in the order in which
        they ended, and again after it was corrected, with the same ids. Where to, say the variables and the file of
        OpenLineage's client. What has come as events is not sent.

        Args:
            since: Send what has ended since then once more, too; with time zone.

        Returns:
            How many executions were sent.

        Raises:
            ConfigurationError: OpenLineage's client is not installed, nothing says where to send to, or the database's
                user may not switch the queue on.
            DeliveryError: The other side cannot be reached, or takes nothing; what waits goes on to wait.
        """
        return self._export(openlineage.EVENTS, since, openlineage.open_client, openlineage.send_waiting)

    def stop_openlineage(self) -> int:
        """Let executions wait for no sending any more, until the next time; return how many waited."""
        return self._stop_export(openlineage.EVENTS)

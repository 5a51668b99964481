"""`Watcher`'s methods on events of OpenLineage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from watcher_core import database, lineage, openlineage
from watcher_core.client.connection import Connection


class OpenLineageMethods(Connection):
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
            with self._transaction() as (session, now):
                openlineage.record_events(session, events=events, may_change_lineage=False, now=now)
        except openlineage.LineageChangesError:
            with self._transaction() as (session, now):
                lineage.lock_closure(database.driver(session))
                openlineage.record_events(session, events=events, may_change_lineage=True, now=now)

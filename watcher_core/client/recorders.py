"""`Watcher`'s methods for the recorders of Dagster instances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from watcher_core import recording, values
from watcher_core.client.connection import Connection


class RecorderMethods(Connection):
    """Recorders of Dagster instances."""

    @contextmanager
    def recorder(self, instance_id: str) -> Iterator[RecorderSession | None]:
        """Take the recorder of a Dagster instance; `None` where another process has it.

        Args:
            instance_id: The id of the instance's run storage.
        """
        self._check()
        with recording.hold_recorder(self._connect(), instance_id=instance_id) as is_ours:
            if not is_ours:
                yield None
                return
            with self._transaction() as (session, _):
                cursor = recording.recorder_cursor(session, instance_id=instance_id)
            yield RecorderSession(self, instance_id, cursor)

    def recorder_states(self) -> list[values.RecorderState]:
        """Return how far the event log of each Dagster instance has been recorded."""
        with self._transaction() as (session, _):
            return recording.list_recorders(session)

    def clock_report(self) -> values.ClockReport:
        """Return how the clocks of this host, and of those that have recorded, compare with the database's."""
        with self._transaction() as (session, _):
            return recording.clock_report(session)


class RecorderSession:
    """The recorder of one Dagster instance, held by this process."""

    def __init__(self, watcher: Connection, instance_id: str, cursor: dict[str, Any]) -> None:
        self._watcher = watcher
        self.instance_id = instance_id
        self.cursor = cursor

    def record(
        self,
        records: Iterable[values.ExecutionRecord],
        *,
        cursor: Mapping[str, Any],
        lag_seconds: float | None = None,
        message: str | None = None,
    ) -> int:
        """Write executions and the cursor behind them in one transaction.

        A value that breaks a rule is left out where the execution can be recorded without it; the metadata names it.

        Args:
            records: The executions.
            cursor: How far recording has got with them; JSON.
            lag_seconds: Age of the oldest event that is not yet recorded.
            message: A message for the operator.

        Returns:
            How many executions were written.
        """
        ours = (replace(record, instance_id=self.instance_id) for record in records)
        with self._watcher._transaction() as (session, now):
            written = recording.record_executions(session, records=ours, now=now, drop_refused=True)
            recording.move_cursor(
                session,
                instance_id=self.instance_id,
                cursor=cursor,
                lag_seconds=lag_seconds,
                message=message,
                now=now,
            )
        self.cursor = dict(cursor)
        return written

"""`Watcher`'s methods for the recorders of Dagster instances."""

from __future__ import annotations

import logging
import os
import socket
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from watcher_core import alerts, catalog, checks, database, recording, values
from watcher_core.client.connection import Connection
from watcher_core.client.heartbeats import HeartbeatMethods
from watcher_core.enums import ExecutionState
from watcher_core.errors import DatabaseError
from watcher_core.health import Round

logger = logging.getLogger("watcher.recorder")

# How a run ends that may leave something running.
BROKEN: Final = (ExecutionState.FAILED, ExecutionState.CANCELED)


class RecorderMethods(HeartbeatMethods):
    """Recorders of Dagster instances."""

    @contextmanager
    def recorder(self, instance_id: str) -> Iterator[RecorderSession | None]:
        """Take the recorder of a Dagster instance; `None` where another process has it.

        It is held by a lease that each write renews. A process that dies leaves the lease to expire after a minute.

        Args:
            instance_id: The id of the instance's run storage.
        """
        holder = _holder()
        with self._transaction() as (session, _):
            is_ours = recording.take_recorder(session, instance_id=instance_id, holder=holder)
            cursor = recording.recorder_cursor(session, instance_id=instance_id)
        if not is_ours:
            yield None
            return
        try:
            # Errors of what is done meanwhile pass as they are: Dagster's storage raises SQLAlchemy's errors too.
            yield RecorderSession(self, instance_id, holder, cursor)
        finally:
            self._release(instance_id, holder)
        self._end_round(Round.RECORDING)

    @contextmanager
    def lease(self, name: str) -> Iterator[bool]:
        """Hold a name for the block, so that no other process does the same; `False` where one does.

        A process that dies leaves it to expire after a minute, in which the block has to be done.
        """
        holder = _holder()
        with self._transaction() as (session, _):
            is_ours = recording.take_recorder(session, instance_id=name, holder=holder)
        try:
            yield is_ours
        finally:
            if is_ours:
                self._release(name, holder)

    def _release(self, name: str, holder: str) -> None:
        try:
            with self._transaction() as (session, _):
                recording.release_recorder(session, instance_id=name, holder=holder)
        except DatabaseError as exc:
            logger.info("the lease of Dagster instance %s is free when its lease ends: %s", name, exc)

    def recorder_states(self) -> list[values.RecorderState]:
        """Return how far the event log of each Dagster instance has been recorded."""
        with self._transaction() as (session, _):
            return recording.list_recorders(session)

    def recorded_runs(self, run_ids: Iterable[str]) -> dict[str, bool]:
        """Return which of some runs of Dagster are recorded.

        Args:
            run_ids: Their ids in Dagster.

        Returns:
            By id, whether a run is over and recorded as a whole, with all that was part of it.
        """
        with self._driver_statements() as (connection, _):
            return recording.recorded_runs(connection, run_ids)

    def clock_report(self) -> values.ClockReport:
        """Return how the clocks of this host, and of those that have recorded, compare with the database's."""
        with self._transaction() as (session, _):
            return recording.clock_report(session)


def _holder() -> str:
    return f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4()}"


class RecorderSession:
    """The recorder of one Dagster instance, held by this process."""

    def __init__(self, watcher: Connection, instance_id: str, holder: str, cursor: dict[str, Any]) -> None:
        self._watcher = watcher
        self._holder = holder
        self.instance_id = instance_id
        self.cursor = cursor

    def record(
        self,
        records: Iterable[values.ExecutionRecord],
        *,
        cursor: Mapping[str, Any],
        asset_checks: Iterable[values.AssetCheckRecord] = (),
        columns: Iterable[values.ColumnsRecord] = (),
        lag_seconds: float | None = None,
        message: str | None = None,
        in_passing: bool = False,
    ) -> int:
        """Write executions, asset checks and the cursor behind them in one transaction, and renew the lease.

        A value that breaks a rule is left out where the execution can be recorded without it; the metadata names it.

        Args:
            records: The executions.
            cursor: How far recording has got with them; JSON.
            asset_checks: What came of asset checks in these executions, or in reports without a run.
            columns: The columns that materializations reported; a change of them is a result of an asset check.
            lag_seconds: Age of the oldest event that is not yet recorded.
            message: A message for the operator.
            in_passing: Wait for locks that others hold for a moment only.

        Returns:
            How many executions were written.

        Raises:
            DatabaseUnavailableError: Another process has taken over, or another session holds a lock; nothing is
                written.
        """
        ours = [replace(record, instance_id=self.instance_id) for record in records]
        broken = [record.external_id for record in ours if record.parent_external_id is None and record.state in BROKEN]
        our_checks = (replace(record, instance_id=self.instance_id) for record in asset_checks)
        our_columns = (replace(record, instance_id=self.instance_id) for record in columns)
        with self._watcher._transaction() as (session, now):
            if in_passing:
                database.limit_locks_in_passing(database.driver(session))
            recording.renew_recorder(session, instance_id=self.instance_id, holder=self._holder)
            written = recording.record_executions(session, records=ours, now=now, drop_refused=True)
            if broken:
                recording.end_left_in_runs(database.driver(session), broken, now=now)
            recording.record_asset_checks(session, records=our_checks, now=now)
            recording.record_columns(session, records=our_columns)
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

    def declared_windows(self) -> dict[str, tuple[str | None, str | None]]:
        """Return how partitions are cut by time, by the names of their pipelines, where code has declared it.

        Returns:
            The time zone, and the format of the keys; `None` where it is UTC, or a usual one.
        """
        with self._watcher._driver_statements() as (connection, _):
            return catalog.declared_windows(connection)

    def record_backfills(self, records: Iterable[values.BackfillRecord]) -> None:
        """Open an alert for each backfill with which something is wrong, resolve those of the others; renew the lease.

        Recording them again changes nothing. The executions of their runs are recorded before.

        Raises:
            DatabaseUnavailableError: Another process has taken over; nothing is written.
        """
        known = list(records)
        now = self._watcher.clock()
        with self._watcher._transaction() as (session, _):
            recording.renew_recorder(session, instance_id=self.instance_id, holder=self._holder)
            found = checks.find_backfills(session, records=known, instance_id=self.instance_id, now=now)
            alerts.open_alerts(session, found, now=now)
            for record in known:
                if not record.is_wrong:
                    how = "backfill_goes_on" if record.ended_at is None else "backfill_succeeded"
                    alerts.resolve_alerts(
                        session,
                        keys=[checks.backfill_key(record.backfill_id, self.instance_id)],
                        resolution={"how": how, "at": (record.ended_at or record.progress_at).isoformat()},
                        now=now,
                    )

    def record_observations(self, records: Iterable[values.ObservationRecord]) -> None:
        """Write what observations say of when data changed, and renew the lease. Writing them again changes nothing.

        Raises:
            DatabaseUnavailableError: Another process has taken over; nothing is written.
        """
        with self._watcher._transaction() as (session, now):
            recording.renew_recorder(session, instance_id=self.instance_id, holder=self._holder)
            recording.record_observations(session, records=records, instance_id=self.instance_id, now=now)

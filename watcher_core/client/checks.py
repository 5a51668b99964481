"""`Watcher`'s methods that look for what is stale, late or failing, and that clean up."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import alerts, arguments, checks, recording, values
from watcher_core.client.connection import WITHOUT_COMPILER, Connection
from watcher_core.enums import AlertKind
from watcher_core.errors import InvalidValueError
from watcher_core.values import Finding

# A hundred years; what is longer is a slip of the finger, and no date.
LONGEST_LOOKBACK_MINUTES = 100 * 366 * 24 * 60

# One check of a kind at a time: the one that looked later knows better what is gone.
LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('watcher.check/' || :kind, 0))")

# Where there were no alerts when a statement was planned, it would read all that it opens again for each one it opens.
BY_INDEX = sa.text("SET LOCAL enable_seqscan = off")


class CheckMethods(Connection):
    """The checks, which open and resolve alerts, and cleanup."""

    def check_freshness(self, *, now: dt.datetime | None = None, dry_run: bool = False) -> list[Finding]:
        """Look for pipelines whose data is stale; open an alert for each, and resolve those of data that is not.

        Data is stale when its last insert, update or soft delete, or else the pipeline's creation, is longer ago than
        the pipeline's `freshness_number` of `freshness_datepart`, else its type's. A pipeline without a rule, one that
        is inactive, and one that is muted or whose type is, is passed over.

        Args:
            now: The moment that age is measured at, with time zone; the present by default.
            dry_run: Write nothing.

        Returns:
            All that is stale, the longest overdue first; `new` where it was not found before.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        with self._looking(AlertKind.FRESHNESS, now, dry_run=dry_run) as (session, moment):
            found = checks.check_freshness(session, now=moment, dry_run=dry_run)
            if not dry_run:
                _tell(session, AlertKind.FRESHNESS, found, moment)
        return found

    def check_timeliness(
        self, *, lookback_minutes: int = 60, now: dt.datetime | None = None, dry_run: bool = False
    ) -> list[Finding]:
        """Look for executions that take, or took, too long; open an alert for each, and resolve those that are over.

        Rules are found as for `check_freshness`.

        Args:
            lookback_minutes: Of executions that have ended, those are looked at that started within so many minutes.
                What runs is looked at however old it is.
            now: The moment that durations are measured at, with time zone; the present by default.
            dry_run: Write nothing.

        Returns:
            All that is late, oldest first; `new` where it was not found before, running or ended.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        minutes = _within(lookback_minutes, "lookback_minutes", 1, LONGEST_LOOKBACK_MINUTES)
        with self._looking(AlertKind.TIMELINESS, now, dry_run=dry_run) as (session, moment):
            since = moment - dt.timedelta(minutes=minutes)
            found = checks.check_timeliness(session, since=since, now=moment, dry_run=dry_run)
            if not dry_run:
                _tell(session, AlertKind.TIMELINESS, found, moment)
        return found

    def check_failures(self, *, now: dt.datetime | None = None, dry_run: bool = False) -> list[Finding]:
        """Look for pipelines that fail; open an alert for each, and resolve those of pipelines that succeeded since.

        A pipeline fails when its last executions failed, as many in a row as its `failure_number` says, else its
        type's, else one. A run and its retries are one try; a failure is told of the asset, not of the run around it
        as well.

        Args:
            now: The time of the check, with time zone; the present by default.
            dry_run: Write nothing.

        Returns:
            A finding a pipeline, with its newest failed execution; `new` where that was not found before.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        with self._looking(AlertKind.FAILURE, now, dry_run=dry_run) as (session, moment):
            found = checks.check_failures(session, now=moment, dry_run=dry_run)
            if not dry_run:
                _tell(session, AlertKind.FAILURE, found, moment)
        return found

    def cleanup(
        self,
        *,
        retention_days: int = recording.LEAST_RETENTION_DAYS,
        batch_size: int = 10_000,
        now: dt.datetime | None = None,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> values.CleanupResult:
        """Delete executions that started before a date, with all that was logged of them, and old logs and alerts.

        What runs stays, and so does an execution with an alert that is not resolved. Each batch is a transaction: a
        cleanup that is stopped has done its part, and the next one goes on from there. Others may record meanwhile.

        Args:
            retention_days: Days of history to keep, at least 90.
            batch_size: Rows that a transaction deletes at most, with what belongs to them.
            now: The moment that age is measured at, with time zone; the present by default.
            dry_run: Count, and delete nothing.
            progress: Called after each batch with the executions that are gone, and how many there were to delete.

        Raises:
            InvalidValueError: A value breaks a rule; nothing is deleted.
            SchemaVersionError: The database has not been migrated; nothing is deleted.
        """
        moment = dt.datetime.now(dt.UTC) if now is None else arguments.instant(now, "now")
        until = recording.retention_date(retention_days, moment)
        size = recording.clean_batch_size(batch_size)
        arguments.flag(dry_run, "dry_run")
        if dry_run:
            with self._transaction() as (session, _):
                counts = recording.count_expired(session, until=until)
        else:
            counts = self._delete(until, size, progress)
        deleted = {table: counts.get(table, 0) for table in recording.CLEANUP_TABLES}
        return values.CleanupResult(retention_date=until, deleted=deleted, dry_run=dry_run)

    def _delete(self, until: dt.datetime, batch_size: int, progress: Callable[[int, int], None] | None) -> Counter[str]:
        counts: Counter[str] = Counter()
        if progress is not None:
            with self._transaction() as (session, _):
                expected = recording.count_expired_executions(session, until=until)
            progress(0, expected)
        place: recording.CleanupPlace | None = recording.CLEANUP_BEGINNING
        while place is not None:
            with self._transaction() as (session, _):
                batch = recording.delete_batch(session, place=place, until=until, batch_size=batch_size)
            counts.update(batch.deleted)
            place = batch.following
            if progress is not None:
                progress(counts["pipeline_execution"], expected)
        return counts

    @contextmanager
    def _looking(
        self, kind: AlertKind, now: dt.datetime | None, *, dry_run: bool
    ) -> Iterator[tuple[Session, dt.datetime]]:
        moment = None if now is None else arguments.instant(now, "now")
        with self._transaction() as (session, _):
            session.execute(WITHOUT_COMPILER)
            if not dry_run:
                session.execute(LOCK, {"kind": kind.value})
            yield session, moment or dt.datetime.now(dt.UTC)  # after the wait for another check


def _tell(session: Session, kind: AlertKind, found: list[Finding], now: dt.datetime) -> None:
    session.execute(BY_INDEX)
    alerts.open_alerts(session, found, now=now)
    alerts.resolve_gone_alerts(session, kind=kind, still=[finding.deduplication_key for finding in found], now=now)


def _within(value: int, argument: str, least: int, most: int) -> int:
    whole = arguments.count(value, argument)
    if whole is None or not least <= whole <= most:
        raise InvalidValueError(f"{argument} is {value!r}; it must be a whole number from {least:,} to {most:,}")
    return whole

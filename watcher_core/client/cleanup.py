"""`Watcher`'s methods that keep history small and clean: they delete what is old, and mask secrets."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

from watcher_core import arguments, recording, values
from watcher_core.client.connection import Connection


class CleanupMethods(Connection):
    """Cleanup, which deletes old history, and the masking of secrets that are stored."""

    def cleanup(
        self,
        *,
        retention_days: int = recording.LEAST_RETENTION_DAYS,
        batch_size: int = 10_000,
        now: dt.datetime | None = None,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> values.CleanupResult:
        """Delete executions that started before a date, with everything logged about them, and old logs and alerts.

        Running executions stay, and so do those with an alert that is not resolved, or was since. Each batch is a
        transaction: a cleanup that is stopped keeps what it has deleted, and the next one continues. Others may record
        meanwhile.

        Args:
            retention_days: Days of history to keep, at least 90.
            batch_size: Rows that a transaction deletes at most, with what belongs to them.
            now: The time at which age is measured, with time zone; the present by default.
            dry_run: Count, and delete nothing: exactly, or about where there are many failures or logs.
            progress: Called after each batch with the number of executions deleted, and the number to delete in all:
                an estimate until it is done.

        Raises:
            InvalidValueError: A value breaks a rule; nothing is deleted.
            SchemaVersionError: The database has not been migrated; nothing is deleted.
        """
        moment = self._present(now)
        until = recording.retention_date(retention_days, moment)
        size = recording.clean_batch_size(batch_size)
        arguments.flag(dry_run, "dry_run")
        if dry_run:
            with self._driver_statements() as (connection, _):
                expired = recording.count_expired(connection, until=until)
            counts, is_estimate = expired.rows, expired.is_estimate
        else:
            counts, is_estimate = self._delete(until, size, progress), False
        deleted = {table: counts.get(table, 0) for table in recording.CLEANUP_TABLES}
        return values.CleanupResult(retention_date=until, deleted=deleted, dry_run=dry_run, is_estimate=is_estimate)

    def mask_secrets(
        self, *, batch_size: int = 5_000, progress: Callable[[str, int], None] | None = None
    ) -> dict[str, int]:
        """Mask the secrets that were stored before Watcher masked them as it stores them.

        Passwords in the names and metadata of addresses, in the metadata of pipelines and executions, in results of
        asset checks, in alerts, and in what people noted. It goes on beside recording, a transaction for each batch;
        what is masked stays masked where it is stopped.

        Args:
            batch_size: Rows that a transaction looks at.
            progress: Called after each batch with the column and the last id.

        Returns:
            How many values held a secret, by column.
        """
        size = arguments.count_within(batch_size, "batch_size", 1, 1_000_000)
        masked: dict[str, int] = {}
        for place in recording.PLACES:
            masked[place] = 0
            last_id: int | None = 0
            while last_id is not None:
                with self._transaction() as (session, now):
                    page = recording.mask_page(session, place=place, after=last_id, size=size, now=now)
                masked[place] += page.masked
                last_id = page.last_id
                if progress is not None and last_id is not None:
                    progress(place, last_id)
        return masked

    def _delete(self, until: dt.datetime, batch_size: int, progress: Callable[[int, int], None] | None) -> Counter[str]:
        counts: Counter[str] = Counter()
        if progress is not None:
            with self._transaction() as (session, _):
                expected = recording.estimate_expired_executions(session, until=until)
            progress(0, expected)
        place: recording.CleanupPlace | None = recording.CLEANUP_BEGINNING
        while place is not None:
            with self._transaction() as (session, _):
                batch = recording.delete_batch(session, place=place, until=until, batch_size=batch_size)
            counts.update(batch.deleted)
            place = batch.following
            done = counts["pipeline_execution"]
            if progress is not None:
                progress(done, done if place is None else max(done, expected))
        return counts

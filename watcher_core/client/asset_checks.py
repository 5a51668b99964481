"""`Watcher`'s methods on Dagster's asset checks and their results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from watcher_core import catalog, recording, values
from watcher_core.client.connection import Connection
from watcher_core.enums import AssetCheckStatus


class AssetCheckMethods(Connection):
    """Dagster's asset checks, as the recorder has recorded them."""

    def asset_checks(
        self, *, pipeline: int | str | None = None, failing: bool | None = None, limit: int = 100
    ) -> list[values.AssetCheck]:
        """Return asset checks, each with its last result, by the names of asset and check.

        Args:
            pipeline: Of this pipeline only, by name or id.
            failing: Only those that do not pass now, or only those that do.
            limit: At most so many.

        Raises:
            NotFoundError: No pipeline has that name or id.
            InvalidValueError: A value breaks a rule.
        """
        with self._driver_transaction() as (connection, _):
            pipeline_id = None if pipeline is None else catalog.find_pipeline_id(connection, pipeline)
            found = recording.select_asset_checks(
                connection, pipeline_id=pipeline_id, failing=failing, names=self._names, limit=limit
            )
            return list(found)

    def asset_check_results(
        self,
        *,
        pipeline: int | str | None = None,
        check: str | None = None,
        status: AssetCheckStatus | str | None = None,
        since: dt.datetime | None = None,
        limit: int = 100,
    ) -> list[values.AssetCheckResult]:
        """Return results of asset checks, newest first.

        Args:
            pipeline: Of this pipeline only, by name or id.
            check: Of checks of this name only.
            status: Only those of this status: `passed`, `failed`, `errored` or `no_result`.
            since: Only those of this time, with time zone, or later.
            limit: At most so many.

        Raises:
            NotFoundError: No pipeline has that name or id.
            InvalidValueError: A value breaks a rule.
        """
        with self._driver_transaction() as (connection, _):
            pipeline_id = None if pipeline is None else catalog.find_pipeline_id(connection, pipeline)
            found = recording.select_asset_check_results(
                connection,
                pipeline_id=pipeline_id,
                check=check,
                status=status,
                since=since,
                names=self._names,
                limit=limit,
            )
            return list(found)

    def declare_asset_checks(self, checks: Sequence[tuple[str, str]], *, location: str, instance_id: str) -> int:
        """Record which asset checks a code location has. Those that it had, and has no more, open no alerts.

        Args:
            checks: Asset and check, by name.
            location: The code location.
            instance_id: The Dagster instance that has loaded it.

        Returns:
            How many are declared anew or gone.

        Raises:
            InvalidValueError: A value breaks a rule; nothing is written.
        """
        with self._transaction() as (session, now):
            return recording.declare_asset_checks(
                session, checks=checks, location=location, instance_id=instance_id, now=now
            )

"""`Watcher`'s methods for history that is brought over from other systems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from watcher_core import arguments, imports, values
from watcher_core.client.connection import Connection


class ImportMethods(Connection):
    """Imports."""

    def import_etl_watcher(
        self,
        url: str,
        *,
        source: str | None = None,
        since: dt.datetime | None = None,
        dry_run: bool = False,
        skip_unknown: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> values.ImportReport:
        """Bring a database of etl-watcher over: pipelines, executions, watermarks, addresses, lineage, rules, results.

        Run again, it brings what is new or has ended since, and changes nothing where nothing is new. One that was
        killed goes on. Nothing that is imported opens an alert.

        Args:
            url: The PostgreSQL database of etl-watcher, which is only read.
            source: A name for it, in the identity of each execution; its database's name without.
            since: Only executions that started at this time or later; with time zone.
            dry_run: Only look, and count.
            skip_unknown: Leave out columns that are not known, rather than refuse them.
            progress: Called with how many executions are done, and how many there are.

        Raises:
            ConfigurationError: The URL cannot be read.
            DatabaseUnavailableError: One of the databases cannot be reached.
            InvalidValueError: It is no database of etl-watcher, or something in it cannot be stored here; nothing was
                written then.
        """
        self._check()  # before hours of reading
        return imports.import_etl_watcher(
            url,
            self._transaction,
            name=source,
            since=None if since is None else arguments.instant(since, "since"),
            dry_run=dry_run,
            skip_unknown=skip_unknown,
            progress=progress,
        )

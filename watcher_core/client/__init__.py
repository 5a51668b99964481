"""`Watcher`, the public interface: each method opens a transaction, calls services, and returns plain values."""

from __future__ import annotations

from watcher_core import arguments
from watcher_core.client.addresses import AddressMethods
from watcher_core.client.alerts import AlertMethods
from watcher_core.client.anomalies import AnomalyMethods
from watcher_core.client.asset_checks import AssetCheckMethods
from watcher_core.client.checks import CheckMethods
from watcher_core.client.cleanup import CleanupMethods
from watcher_core.client.executions import ExecutionMethods
from watcher_core.client.imports import ImportMethods
from watcher_core.client.lineage import LineageMethods
from watcher_core.client.maintenance import MaintenanceMethods
from watcher_core.client.openlineage import OpenLineageMethods
from watcher_core.client.overview import OverviewMethods
from watcher_core.client.recorders import RecorderMethods, RecorderSession
from watcher_core.client.tokens import TokenMethods
from watcher_core.settings import Settings

__all__ = ["RecorderSession", "Watcher"]


class Watcher(
    ExecutionMethods,
    AddressMethods,
    LineageMethods,
    OpenLineageMethods,
    RecorderMethods,
    AlertMethods,
    MaintenanceMethods,
    CheckMethods,
    AssetCheckMethods,
    CleanupMethods,
    AnomalyMethods,
    OverviewMethods,
    TokenMethods,
    ImportMethods,
):
    """The memory of a data platform: pipelines, their executions, watermarks, addresses, lineage, anomalies and alerts.

    Connects on first use. One object may be shared between threads, and is safe to use after a fork. A process that is
    no fork, as those of `multiprocessing` are since Python 3.14, makes its own.

    Args:
        database_url: A PostgreSQL database, as in `postgresql://user:password@host/database`. Without it the settings
            decide: `WATCHER_DATABASE_URL`, else the embedded PostgreSQL.
            With the URL of a server, as in `https://watcher.example.com`, it works over HTTP: it records, and does what
            people do by hand; what looks after the database, checks and delivers needs the database. So it does with
            `WATCHER_URL`, where no database is configured.
        settings: What to use in place of the environment.
        token: The token for that server; without it, `WATCHER_TOKEN`.
    """

    def __new__(cls, database_url: str | None = None, *, settings: Settings | None = None, **_: object) -> Watcher:
        """Return a Watcher on the database, or one that records over HTTP."""
        if cls is Watcher and _is_server(database_url, settings):
            from watcher_core.client.over_http import HttpWatcher

            return super().__new__(HttpWatcher)
        return super().__new__(cls)

    # The listings under the names that they had at first.
    list_pipelines = ExecutionMethods.pipelines
    list_pipeline_types = ExecutionMethods.pipeline_types
    list_addresses = AddressMethods.addresses
    list_address_types = AddressMethods.address_types
    list_anomaly_rules = AnomalyMethods.anomaly_rules


def _is_server(database_url: str | None, settings: Settings | None) -> bool:
    if database_url is not None:
        return arguments.text(database_url, "database_url").strip().lower().startswith(("http://", "https://"))
    known = settings or Settings.load()
    return known.database_url is None and known.url is not None

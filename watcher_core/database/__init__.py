"""The connection to PostgreSQL: engine, transactions, the schema and its migrations."""

from __future__ import annotations

from watcher_core.database.engine import (
    DRIVER,
    Driver,
    create_engine,
    driver,
    driver_statements,
    driver_transaction,
    normalize_url,
    read_one_snapshot,
    target_names,
    transaction,
    translated_errors,
    without_secrets,
)
from watcher_core.database.schema import SCHEMA_VERSION, check_schema_version, downgrade, schema_version, upgrade
from watcher_core.database.timed import remaining_seconds, time_limit

__all__ = [
    "DRIVER",
    "SCHEMA_VERSION",
    "Driver",
    "check_schema_version",
    "create_engine",
    "downgrade",
    "driver",
    "driver_statements",
    "driver_transaction",
    "normalize_url",
    "read_one_snapshot",
    "remaining_seconds",
    "schema_version",
    "target_names",
    "time_limit",
    "transaction",
    "translated_errors",
    "upgrade",
    "without_secrets",
]

"""The connection to PostgreSQL: engine, transactions, the schema and its migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.database.connections import (
        PARAMETERS,
        Driver,
        connect,
        execute_in_parts,
        in_parts,
        names_of_target,
        together,
    )
    from watcher_core.database.engine import (
        DRIVER,
        UNFLUSHED,
        clock,
        create_engine,
        driver,
        driver_statements,
        driver_transaction,
        normalize_url,
        read_by_index,
        read_one_snapshot,
        sessions_in_use,
        transaction,
    )
    from watcher_core.database.failures import translated_errors
    from watcher_core.database.grants import statements_to_grant
    from watcher_core.database.patterns import OF_NAMES, pattern_of_names, taken_literally
    from watcher_core.database.schema import check_schema_version, downgrade, schema_version, upgrade
    from watcher_core.database.statements import json_of_type, rows_of_page, unindented
    from watcher_core.database.timed import limit_locks_in_passing
    from watcher_core.database.turns import cancel_waits
    from watcher_core.database.urls import describe, target_names, text_for_libpq, without_secrets
    from watcher_core.database.version import SCHEMA_VERSION, recorded_version

__all__ = [
    "DRIVER",
    "OF_NAMES",
    "PARAMETERS",
    "SCHEMA_VERSION",
    "UNFLUSHED",
    "Driver",
    "cancel_waits",
    "check_schema_version",
    "clock",
    "connect",
    "create_engine",
    "describe",
    "downgrade",
    "driver",
    "driver_statements",
    "driver_transaction",
    "execute_in_parts",
    "in_parts",
    "json_of_type",
    "limit_locks_in_passing",
    "names_of_target",
    "normalize_url",
    "pattern_of_names",
    "read_by_index",
    "read_one_snapshot",
    "recorded_version",
    "rows_of_page",
    "schema_version",
    "sessions_in_use",
    "statements_to_grant",
    "taken_literally",
    "target_names",
    "text_for_libpq",
    "together",
    "transaction",
    "translated_errors",
    "unindented",
    "upgrade",
    "without_secrets",
]

_MODULES = {
    "DRIVER": "engine",
    "PARAMETERS": "connections",
    "SCHEMA_VERSION": "version",
    "Driver": "connections",
    "unindented": "statements",
    "cancel_waits": "turns",
    "check_schema_version": "schema",
    "clock": "engine",
    "UNFLUSHED": "engine",
    "connect": "connections",
    "create_engine": "engine",
    "describe": "urls",
    "downgrade": "schema",
    "driver": "engine",
    "driver_statements": "engine",
    "driver_transaction": "engine",
    "execute_in_parts": "connections",
    "in_parts": "connections",
    "json_of_type": "statements",
    "limit_locks_in_passing": "timed",
    "names_of_target": "connections",
    "normalize_url": "engine",
    "OF_NAMES": "patterns",
    "pattern_of_names": "patterns",
    "read_by_index": "engine",
    "read_one_snapshot": "engine",
    "recorded_version": "version",
    "rows_of_page": "statements",
    "schema_version": "schema",
    "sessions_in_use": "engine",
    "statements_to_grant": "grants",
    "taken_literally": "patterns",
    "target_names": "urls",
    "text_for_libpq": "urls",
    "together": "connections",
    "transaction": "engine",
    "translated_errors": "failures",
    "upgrade": "schema",
    "without_secrets": "urls",
}

__getattr__, __dir__ = exported(__name__, _MODULES)

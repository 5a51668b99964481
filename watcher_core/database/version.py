"""The version of the schema that this version of Watcher works with."""

from __future__ import annotations

from watcher_core.database.connections import Driver

SCHEMA = "watcher"

# The newest revision in migrations/versions; a test holds it against the files.
SCHEMA_VERSION = "0025"

RECORDED = f"SELECT version_num FROM {SCHEMA}.alembic_version"


def recorded_version(connection: Driver) -> str | None:
    """Return the version of a schema that is there; psycopg raises where there is none."""
    row = connection.execute(RECORDED).fetchone()
    return None if row is None else str(row[0])

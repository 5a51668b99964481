"""The version of the schema that this version of Watcher works with."""

from __future__ import annotations

from typing import NamedTuple

from watcher_core.database.connections import Driver

SCHEMA = "watcher"

# The newest revision in migrations/versions; a test holds it against the files.
SCHEMA_VERSION = "0033"

# Schemas before revision 0026 have no such column.
RECORDED = f"SELECT version_num, to_jsonb(alembic_version) ->> 'oldest_code' FROM {SCHEMA}.alembic_version"


class RecordedVersion(NamedTuple):
    """The version of a schema, and the oldest one whose code works with it; `None`: that version alone."""

    version: str
    oldest_code: str | None

    @property
    def fits(self) -> bool:
        """Whether this code works with it."""
        return (self.oldest_code or self.version) <= SCHEMA_VERSION <= self.version


def recorded_version(connection: Driver) -> RecordedVersion | None:
    """Return the version of a schema that is there; psycopg raises where there is none."""
    row = connection.execute(RECORDED).fetchone()
    return None if row is None else RecordedVersion(*row)

"""The version of the schema that this version of Watcher works with."""

from __future__ import annotations

import re
from typing import NamedTuple

from watcher_core.database.connections import Driver

SCHEMA = "watcher"

# The newest revision in migrations/versions; a test holds it against the files.
SCHEMA_VERSION = "0035"

# What all of our versions look like, and those of other programs do not.
OWN_VERSION = re.compile(r"\d{4}")


def other_version(found: str) -> str:
    """Say that the version in our schema is not ours, and what to do."""
    return (
        f"the table {SCHEMA}.alembic_version is another program's, which is at version {found!r}; move it to where "
        f"that one looks for it, as with ALTER TABLE {SCHEMA}.alembic_version SET SCHEMA public, or give Watcher "
        "another database"
    )


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

"""Databases that tests use one after the other: to empty one takes a tenth of what a new one takes."""

from __future__ import annotations

import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

# A table of more bytes is truncated: rows that were deleted stay in it until it is vacuumed.
TRUNCATED_FROM = 256 * 1024

OWN = "relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)"

TABLES = f"SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND {OWN} ORDER BY 1"

SEQUENCES = f"SELECT oid::regclass::text, pg_sequence_last_value(oid) FROM pg_class WHERE relkind = 'S' AND {OWN}"

# What a test has done besides writing rows: each statement of DDL adds, removes or rewrites a row of a catalog. Writing
# rows does not, but for TRUNCATE and ANALYZE in pg_class, so of that the rows are counted.
DEFINITIONS = f"""
    SELECT (SELECT count(*) || ' ' || count(relacl) FROM pg_class WHERE {OWN}),
           (SELECT count(*) || ' ' || count(nspacl) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'),
           (SELECT count(*) || ' ' || max(xmin::text::bigint) FROM pg_attribute),
           (SELECT count(*) || ' ' || max(xmin::text::bigint) FROM pg_constraint),
           (SELECT count(*) || ' ' || max(xmin::text::bigint) FROM pg_enum),
           (SELECT count(*) || ' ' || max(xmin::text::bigint) FROM pg_proc),
           (SELECT count(*) || ' ' || max(xmin::text::bigint) FROM pg_trigger),
           (SELECT count(*) FROM pg_db_role_setting
             WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""

# Statistics of a test's rows would choose the plans of the next one. Most tests leave none.
FORGET_STATISTICS = f"""
    DELETE FROM pg_statistic USING pg_class WHERE starelid = pg_class.oid AND relkind = 'r' AND {OWN};
    UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE relkind = 'r' AND reltuples <> -1 AND {OWN};
"""

OTHERS = """
    SELECT pg_terminate_backend(pid, 10000)
      FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Contents:
    """What a clone of a template holds before a test writes to it."""

    definitions: tuple[Any, ...]
    tables: tuple[str, ...]
    rows: dict[str, bytes]  # of the tables that are not empty, as COPY writes them
    sequences: dict[str, int | None]

    @classmethod
    def of(cls, connection: psycopg.Connection[Any]) -> Contents:
        """Read them."""
        tables = [name for (name,) in connection.execute(TABLES)]
        return cls(
            definitions=connection.execute(DEFINITIONS).fetchone() or (),
            tables=tuple(tables),
            rows={name: _copy_out(connection, name) for name in _not_empty(connection, tables)},
            sequences=dict(connection.execute(SEQUENCES).fetchall()),
        )

    def restore(self, connection: psycopg.Connection[Any]) -> bool:
        """Bring them back; `False` if more than rows differs."""
        connection.execute(OTHERS)
        if connection.execute(DEFINITIONS).fetchone() != self.definitions:
            return False
        connection.execute("SET session_replication_role = replica")  # no triggers, foreign keys among them
        for name in _not_empty(connection, self.tables):
            [size] = connection.execute("SELECT pg_relation_size(%s::regclass)", [name]).fetchone() or [0]
            connection.execute(f"TRUNCATE {name} CASCADE" if size > TRUNCATED_FROM else f"DELETE FROM {name}")
        for name, rows in self.rows.items():
            with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                copy.write(rows)
        for name, value in connection.execute(SEQUENCES).fetchall():
            before = self.sequences[name]
            if value != before:
                connection.execute("SELECT setval(%s::regclass, %s, %s)", [name, before or 1, before is not None])
        connection.execute(FORGET_STATISTICS)
        return True


@dataclass(frozen=True)
class Clone:
    """A database, with a connection that is kept: a new one takes longer than all that it does."""

    name: str
    connection: psycopg.Connection[Any]


class Databases:
    """Hands out clones of templates, and empties them when they come back."""

    def __init__(self, server: sa.URL, administrator: sa.Connection) -> None:
        self._server = server.set(drivername="postgresql")
        self._administrator = administrator
        self._contents: dict[str, Contents] = {}
        self._free: defaultdict[str, list[Clone]] = defaultdict(list)

    @contextmanager
    def clone(self, template: str) -> Iterator[str]:
        """A database like the template, for whoever asks alone: its URL."""
        free = self._free[template]
        clone = free.pop() if free else self._create(template)
        yield self._url(clone.name)
        if _restored(clone, self._contents[template]):
            free.append(clone)
        else:
            clone.connection.close()
            self._administrator.execute(sa.text(f"DROP DATABASE {clone.name} WITH (FORCE)"))

    def _create(self, template: str) -> Clone:
        name = f"test_{uuid.uuid4().hex}"
        self._administrator.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
        connection = psycopg.connect(self._url(name), autocommit=True, application_name="tests")
        if template not in self._contents:
            self._contents[template] = Contents.of(connection)
        return Clone(name, connection)

    def close(self) -> None:
        """Close all connections."""
        for clone in itertools.chain.from_iterable(self._free.values()):
            clone.connection.close()

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)


def _restored(clone: Clone, contents: Contents) -> bool:
    with suppress(psycopg.Error):  # the test has dropped it, or ended all connections
        return contents.restore(clone.connection)
    return False


def _not_empty(connection: psycopg.Connection[Any], tables: list[str] | tuple[str, ...]) -> list[str]:
    if not tables:
        return []
    asked = " UNION ALL ".join(f"SELECT {sql.quote(name)} WHERE EXISTS (SELECT FROM {name})" for name in tables)
    return [name for (name,) in connection.execute(asked)]


def _copy_out(connection: psycopg.Connection[Any], table: str) -> bytes:
    with connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(bytes(part) for part in copy)

"""How Alembic runs our migrations: in one transaction, one caller at a time, never waiting long for a lock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from watcher_core.database.models import SCHEMA, Base
from watcher_core.database.version import OWN_VERSION, other_version
from watcher_core.errors import ConfigurationError

# Any number that nobody else takes: callers that migrate at once wait for each other on it.
ADVISORY_LOCK = 0x57617463686572

# A migration that waits for a busy table blocks everyone behind it: give up early, and let the caller try again.
LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "10min"


def include_name(name: str | None, type_: str, _parents: object) -> bool:
    """Compare our schema only; the database may hold Dagster's tables too."""
    return name == SCHEMA if type_ == "schema" else True


def run_migrations(connection: sa.Connection) -> None:
    # Another upgrade is waited for, whatever limits the database or the role has for other statements.
    connection.execute(sa.text("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0"))
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(sa.text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
    create_schema(connection)
    refuse_tables_of_others(connection)
    keep_out_of_search_path(connection)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table_schema=SCHEMA,
        include_schemas=True,
        include_name=include_name,
        compare_server_default=True,
    )
    context.run_migrations()


def create_schema(connection: sa.Connection) -> None:
    """Make the schema if it is not there: `IF NOT EXISTS` would ask for the right to make it even where it is."""
    exists = connection.scalar(sa.text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": SCHEMA})
    if not exists:
        connection.execute(sa.schema.CreateSchema(SCHEMA))
        connection.execute(
            sa.text(f"COMMENT ON SCHEMA {SCHEMA} IS 'Executions, lineage, checks and alerts of data pipelines'")
        )


def refuse_tables_of_others(connection: sa.Connection) -> None:
    """Refuse a schema of that name with tables like ours that somebody else has made."""
    found = set(
        connection.scalars(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = :name"), {"name": SCHEMA})
    )
    if "alembic_version" in found:
        version = connection.scalar(sa.text(f"SELECT version_num FROM {SCHEMA}.alembic_version"))
        if version is not None and not OWN_VERSION.fullmatch(version):
            raise ConfigurationError(other_version(version))
    if "alembic_version" not in found and (others := found & {table.name for table in Base.metadata.tables.values()}):
        raise ConfigurationError(
            f"the schema {SCHEMA!r} of this database is not Watcher's: it has a table {min(others)!r} already, and "
            f"nothing that says its version; rename it, as with ALTER SCHEMA {SCHEMA} RENAME TO {SCHEMA}_of_others, or "
            "give Watcher another database"
        )


def keep_out_of_search_path(connection: sa.Connection) -> None:
    """Keep our schema out of the way of a role that has its name, as many will call it.

    PostgreSQL's default search path, `"$user", public`, puts a schema named like the role first. Dagster's storage in
    the same database would take our table `alembic_version` for its own, and fail.
    """
    role, database, path = connection.execute(
        sa.text("SELECT current_user, quote_ident(current_database()), current_setting('search_path')")
    ).one()
    entries = [entry.strip() for entry in path.split(",")]
    if role == SCHEMA and '"$user"' in entries:
        without = ", ".join(entry for entry in entries if entry != '"$user"') or "public"
        connection.execute(sa.text(f"ALTER ROLE {SCHEMA} IN DATABASE {database} SET search_path = {without}"))


engine: sa.Engine = context.config.attributes["engine"]
with engine.begin() as connection:
    run_migrations(connection)

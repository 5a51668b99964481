"""The schema's version, and its migrations, run from code: an installed wheel has no alembic.ini."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from watcher_core.database.engine import driver_statements
from watcher_core.database.failures import translated_errors
from watcher_core.database.urls import describe
from watcher_core.database.version import (
    OWN_VERSION,
    SCHEMA,
    SCHEMA_VERSION,
    RecordedVersion,
    other_version,
    recorded_version,
)
from watcher_core.errors import InvalidValueError, SchemaVersionError

if TYPE_CHECKING:
    import sqlalchemy as sa
    from alembic.config import Config


def check_schema_version(engine: sa.Engine) -> None:
    """Refuse a schema that this version of Watcher does not work with; a newer one may say that it does.

    Raises:
        SchemaVersionError: The schema is missing, too old or too new; the message says which command mends it.
        DatabaseUnavailableError: The server cannot be reached.
    """
    recorded = _recorded(engine)
    if recorded is not None and recorded.fits:
        return
    where = describe(engine.url)
    found = recorded.version if recorded else None
    if found is not None and not OWN_VERSION.fullmatch(found):
        message = f"{where} has no schema of Watcher: {other_version(found)}"
    elif found is None:
        message = f"{where} has no schema {SCHEMA!r} yet; make it with: watcher db upgrade"
    elif found < SCHEMA_VERSION:
        message = (
            f"{where} has schema version {found}, this Watcher needs {SCHEMA_VERSION}; "
            "bring it up to date with: watcher db upgrade"
        )
    else:
        message = (
            f"{where} has schema version {found}, this Watcher knows only {SCHEMA_VERSION}; "
            "bring this host up to date with: pip install --upgrade watcher-dagster"
        )
    raise SchemaVersionError(message, found=found, expected=SCHEMA_VERSION)


def schema_version(engine: sa.Engine) -> str | None:
    """Return the revision that the database is at; `None` where there is no schema yet."""
    recorded = _recorded(engine)
    return recorded.version if recorded else None


def _recorded(engine: sa.Engine) -> RecordedVersion | None:
    with driver_statements(engine) as connection:
        (table,) = connection.execute(f"SELECT to_regclass('{SCHEMA}.alembic_version')").fetchone() or (None,)
        return None if table is None else recorded_version(connection)


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Apply the migrations up to `revision`. Several callers at once wait for each other.

    Raises:
        InvalidValueError: There is no such revision.
    """
    from alembic import command

    with _migrating(engine, revision) as config:
        command.upgrade(config, revision)


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Take the migrations after `revision` back; `base` takes all back, and all data with them.

    Raises:
        InvalidValueError: There is no such revision.
    """
    from alembic import command

    with _migrating(engine, revision) as config:
        command.downgrade(config, revision)


# Who may change the schema.
OWNING = (
    "use the WATCHER_DATABASE_URL of the schema's owner; or a superuser makes this role the owner: where there is no "
    f'schema yet, with CREATE SCHEMA {SCHEMA} AUTHORIZATION "{{role}}", else with watcher db grant --owner {{role}}'
)

# Alembic keeps what it is about in a place that all threads of a process share.
_alembic_lock = threading.Lock()


@contextmanager
def _migrating(engine: sa.Engine, revision: str) -> Iterator[Config]:
    from alembic.util import CommandError

    with _alembic_lock, translated_errors(engine.url, granting=OWNING.format(role=engine.url.username)):
        try:
            yield _alembic_config(engine)
        except CommandError as exc:
            raise InvalidValueError(f"there is no way to revision {revision!r}: {exc}") from exc


def _alembic_config(engine: sa.Engine) -> Config:
    # Built in code, because an installed wheel has no alembic.ini; alembic is loaded only where it is used.
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_directory()).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def migrations_directory() -> Path:
    """Where the migrations are: inside the installed package, else beside it in a checkout."""
    package = Path(str(resources.files("watcher_core")))
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parent / "migrations"

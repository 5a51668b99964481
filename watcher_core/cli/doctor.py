"""`watcher doctor`: what is configured, what is reachable, what is recorded, and what to do about the rest.

It starts nothing, and it works when nothing else does: each part is looked at by itself, and a part that fails is a
finding.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core import masking, text
from watcher_core.cli import output
from watcher_core.cli.doctor_alerts import alert_findings, destination_findings
from watcher_core.cli.doctor_anomalies import anomaly_findings
from watcher_core.cli.doctor_dagster import dagster_findings
from watcher_core.cli.doctor_server import server_findings
from watcher_core.cli.edge import load_settings
from watcher_core.cli.facts import print_facts
from watcher_core.cli.options import Json
from watcher_core.enums import AlertKind
from watcher_core.errors import ConfigurationError, SchemaVersionError, WatcherError
from watcher_core.values import HealthFact

if TYPE_CHECKING:
    import sqlalchemy as sa

    from watcher_core.client import Watcher
    from watcher_core.embedded import EmbeddedStatus
    from watcher_core.settings import Settings
    from watcher_core.values import Pipeline

EXAMPLES = output.examples("watcher doctor", "watcher doctor --pipeline raw_flights", "watcher doctor --json")

OLDEST_POSTGRESQL = 15
# A pipeline that is gone from the code for longer is no news.
NEWS_WITHIN = dt.timedelta(days=7)
SHOWN_NAMES = 10


def doctor(
    *,
    pipeline: Annotated[
        str | None,
        typer.Option("--pipeline", "-p", metavar="NAME", help="Say where alerts of this pipeline would go, too."),
    ] = None,
    json: Json = False,
) -> None:
    """Look at all that Watcher needs, and say what to do.

    It starts nothing. Exit code 1 when there is a problem.
    """
    findings = list(examine(pipeline))
    healthy = all(finding.level != "problem" for finding in findings)
    if json:
        output.print_json({"healthy": healthy, "findings": findings})
    else:
        print_facts(findings)
    if not healthy:
        raise typer.Exit(1)


def examine(pipeline: str | None = None) -> Iterator[HealthFact]:
    """Look at each part in turn, and at where alerts of a pipeline go."""
    try:
        settings = load_settings()
    except ConfigurationError as exc:
        yield HealthFact("problem", "settings", str(exc), "set the variable right, or unset it")
        return
    yield from _settings(settings)
    if settings.url is not None and settings.database_url is None:
        yield from server_findings(settings, pipeline)
    else:
        yield from _database(settings, pipeline)
        yield from destination_findings(settings)
    yield from _without_database(settings)


def _without_database(settings: Settings) -> Iterator[HealthFact]:
    from watcher_core.client import Watcher

    watcher = None
    with suppress(ConfigurationError):  # reported with the database, which the places depend on
        watcher = Watcher(settings=settings)
        yield from watcher.spool_health().facts
    yield from dagster_findings(settings)
    if watcher is not None:
        yield from watcher.dagster_health().facts


def _settings(settings: Settings) -> Iterator[HealthFact]:
    from watcher_core.settings import VARIABLES

    for field in VARIABLES:
        origin = _origin(field)
        if origin is None:
            continue
        value = getattr(settings, field)
        if field == "database_url":
            continue  # reported with the database
        shown = "set" if hasattr(value, "get_secret_value") else str(value)
        if "://" in shown:
            shown = masking.mask_text(shown)  # people put a login into an address
        yield HealthFact("ok", "settings", f"{origin[0]} = {shown}, from {origin[1]}")


def _origin(field: str) -> tuple[str, str] | None:
    """The variable that a setting came from, and where that was found."""
    from watcher_core.environment import environment_prefix, first_set, process_environment
    from watcher_core.settings import VARIABLES

    variables = process_environment()
    name, value = first_set(variables, environment_prefix(variables.get("ENV_STATE", "")), VARIABLES[field])
    if value is None:
        return None
    return name, "the environment" if os.environ.get(name, "").strip() else ".env"


def _database(settings: Settings, pipeline: str | None) -> Iterator[HealthFact]:
    from watcher_core.cli.db import database_url, display_name, embedded

    if settings.database_url is not None:
        name, place = _origin("database_url") or ("WATCHER_DATABASE_URL", "the environment")
        try:
            url = database_url(settings)
        except ConfigurationError as exc:
            yield HealthFact(
                "problem",
                "database",
                str(exc),
                f"set {name} right; it comes from {place}. Until then, jobs run unrecorded",
            )
            return
        yield HealthFact("ok", "database", f"a server, {display_name(url)} ({name}, from {place})")
        yield from _server(
            url,
            settings,
            pipeline,
            advice=f"is the server up, and {name} right? Meanwhile jobs run on, and are recorded later",
        )
        return
    try:
        server = embedded(settings)
        status = server.status()
        server.binary("postgres")
    except WatcherError as exc:
        yield HealthFact("problem", "database", str(exc))
        return
    yield from _embedded(status)
    if status.running:
        yield from _server(database_url(settings), settings, pipeline, advice=f"see {status.log_file}")


def _embedded(status: EmbeddedStatus) -> Iterator[HealthFact]:
    where = f"in {status.directory}"
    if status.running:
        yield HealthFact("ok", "database", f"embedded PostgreSQL, running on port {status.port}, {where}")
    elif status.version:
        yield HealthFact(
            "warning",
            "database",
            f"embedded PostgreSQL {status.version}, not running, {where}",
            "nothing: it starts when it is needed; or start it now with: watcher db start",
        )
    else:
        yield HealthFact(
            "warning",
            "database",
            f"embedded PostgreSQL, not set up yet, {where}",
            "nothing: it is set up when it is needed, as by: watcher dev; to use a server of your own, set "
            "WATCHER_DATABASE_URL=postgresql://user:password@host/database",
        )


def _server(url: sa.URL, settings: Settings, pipeline: str | None, *, advice: str) -> Iterator[HealthFact]:
    from watcher_core.cli.db import version_and_access
    from watcher_core.client import Watcher

    try:
        found, is_read_only = version_and_access(url)
    except WatcherError as exc:
        yield HealthFact("problem", "database", str(exc), advice)
        return
    yield _version_finding(found)
    if is_read_only:
        yield HealthFact(
            "problem",
            "database",
            "it can only be read: it is a standby, or default_transaction_read_only is on; executions of jobs wait",
            "name the primary, or all hosts of which one is: postgresql://user:password@host1,host2/database",
        )
    # With the URL and not by the settings, an embedded database is like any other: its schema is only looked at.
    with Watcher(url.render_as_string(hide_password=False), settings=settings) as watcher:
        try:
            pipelines = watcher.pipelines()
            report = watcher.health(embedded=settings.database_url is None)
        except SchemaVersionError as exc:
            message, _, command = str(exc).rpartition("; ")
            yield HealthFact("problem", "schema", message, command)
        except WatcherError as exc:
            yield HealthFact(
                "problem", "schema", str(exc), "does this user have the right to it? See docs/how-to/production.md"
            )
        else:
            yield _schema_finding(watcher.schema_version())
            yield from report.facts
            yield from rule_findings(watcher)
            yield from removed_findings(pipelines, now=watcher.clock())
            yield from alert_findings(watcher, pipeline)
            yield from anomaly_findings(watcher)


def _schema_finding(version: str | None) -> HealthFact:
    from watcher_core.database import SCHEMA_VERSION

    if version == SCHEMA_VERSION:
        return HealthFact("ok", "schema", f"version {version}, as this Watcher needs it")
    return HealthFact(
        "warning",
        "schema",
        f"version {version}, newer than this Watcher ({SCHEMA_VERSION}), which still works with it",
        "pip install --upgrade watcher-dagster",
    )


def _version_finding(found: str) -> HealthFact:
    major = re.match(r"\d+", found)
    if major and int(major[0]) < OLDEST_POSTGRESQL:
        return HealthFact(
            "problem", "database", f"PostgreSQL {found}", f"Watcher needs PostgreSQL {OLDEST_POSTGRESQL} or later"
        )
    return HealthFact("ok", "database", f"reachable, PostgreSQL {found}")


def rule_findings(watcher: Watcher) -> Iterator[HealthFact]:
    """Say of how many pipelines the checks can find anything."""
    for kind in (AlertKind.FRESHNESS, AlertKind.TIMELINESS):
        found = watcher.rule_coverage(kind)
        parts = [f"{text.plural(found.with_rule, 'pipeline')} {'has' if found.with_rule == 1 else 'have'} a rule"]
        parts += [f"{found.without_rule:,} {'has' if found.without_rule == 1 else 'have'} none"]
        parts += [f"{found.muted:,} {'is' if found.muted == 1 else 'are'} muted"] if found.muted else []
        advice = "see rules that fit: watcher check suggest" if found.without_rule else None
        yield HealthFact("ok", "rules", f"{kind.value}: {', '.join(parts)}", advice)
    unfit = [each for each in watcher.suggest_rules() if each.why]
    for each in unfit[:SHOWN_NAMES]:
        yield HealthFact("warning", "rules", f"{each.pipeline_name}: {each.why}", each.command)
    if len(unfit) > SHOWN_NAMES:
        rest = text.plural(len(unfit) - SHOWN_NAMES, "more rule")
        yield HealthFact("warning", "rules", f"freshness: {rest} that may not fit", "watcher check suggest")


def removed_findings(pipelines: list[Pipeline], *, now: dt.datetime) -> Iterator[HealthFact]:
    """Name the pipelines that are gone from the code lately: nobody else says that they are not checked any more."""
    gone: dict[str, list[str]] = {}
    for each in pipelines:
        if each.active and each.removed_at is not None and now - each.removed_at <= NEWS_WITHIN:
            gone.setdefault(each.declared_by or "a code location", []).append(each.name)
    for location, names in gone.items():
        more = f" and {len(names) - SHOWN_NAMES:,} more" if len(names) > SHOWN_NAMES else ""
        yield HealthFact(
            "warning",
            "pipelines",
            f"gone from the code of {location}, so no longer checked: {', '.join(names[:SHOWN_NAMES])}{more}",
            "nothing, where they were removed on purpose; else see whether the code location loads all of its assets",
        )

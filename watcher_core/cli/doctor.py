"""`watcher doctor`: what is configured, what is reachable, what is recorded, and what to do about the rest.

It starts nothing, and it works when nothing else does: each part is looked at by itself, and a part that fails is a
finding.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core import text as words
from watcher_core.cli import output, times
from watcher_core.cli.doctor_alerts import alert_findings, destination_findings
from watcher_core.cli.doctor_anomalies import anomaly_findings
from watcher_core.cli.doctor_dagster import dagster_findings
from watcher_core.cli.doctor_finding import Finding
from watcher_core.cli.doctor_spool import spool_findings
from watcher_core.cli.edge import load_settings
from watcher_core.cli.options import Json
from watcher_core.errors import ConfigurationError, SchemaVersionError, WatcherError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from watcher_core.embedded import EmbeddedStatus
    from watcher_core.settings import Settings
    from watcher_core.values import (
        ClockReport,
        Pipeline,
        RecorderState,
    )

EXAMPLES = output.examples("watcher doctor", "watcher doctor --pipeline raw_flights", "watcher doctor --json")

# The recorder's sensor ticks every ten seconds; ten that were missed are no hiccup.
STALE_AFTER = dt.timedelta(minutes=2)
# The age of the oldest event that is not recorded yet; more is a recorder that does not keep up.
MUCH_LAG_SECONDS = 300
OLDEST_POSTGRESQL = 15
# A pipeline that is gone from the code for longer is no news.
NEWS_WITHIN = dt.timedelta(days=7)
SHOWN_NAMES = 10
# A clock that is further off than this is not kept in time.
CLOCK_SECONDS = 60


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
        _print(findings)
    if not healthy:
        raise typer.Exit(1)


def examine(pipeline: str | None = None) -> Iterator[Finding]:
    """Look at each part in turn, and at where alerts of a pipeline go."""
    try:
        settings = load_settings()
    except ConfigurationError as exc:
        yield Finding("problem", "settings", str(exc), "set the variable right, or unset it")
        return
    yield from _settings(settings)
    yield from _database(settings, pipeline)
    yield from destination_findings(settings)
    yield from spool_findings(settings)
    yield from dagster_findings(settings)


def _settings(settings: Settings) -> Iterator[Finding]:
    from watcher_core.settings import VARIABLES

    for field in VARIABLES:
        origin = _origin(field)
        if origin is None:
            continue
        value = getattr(settings, field)
        if field == "database_url":
            continue  # reported with the database
        shown = "set" if hasattr(value, "get_secret_value") else str(value)
        yield Finding("ok", "settings", f"{origin[0]} = {shown}, from {origin[1]}")


def _origin(field: str) -> tuple[str, str] | None:
    """The variable that a setting came from, and where that was found."""
    from dotenv import dotenv_values

    from watcher_core.settings import ENVIRONMENT_PREFIXES, VARIABLES

    in_file = {name: value or "" for name, value in dotenv_values(".env").items()}
    variables = {**in_file, **os.environ}
    prefix = ENVIRONMENT_PREFIXES.get(variables.get("ENV_STATE", "").lower(), "")
    for name in dict.fromkeys([f"{prefix}{name}" for name in VARIABLES[field]] + list(VARIABLES[field])):
        if variables.get(name):
            return name, "the environment" if name in os.environ else ".env"
    return None


def _database(settings: Settings, pipeline: str | None) -> Iterator[Finding]:
    from watcher_core.cli.db import database_url, display_name, embedded

    if settings.database_url is not None:
        name, place = _origin("database_url") or ("WATCHER_DATABASE_URL", "the environment")
        try:
            url = database_url(settings)
        except ConfigurationError as exc:
            yield Finding("problem", "database", str(exc), f"set {name} right; it comes from {place}")
            return
        yield Finding("ok", "database", f"a server, {display_name(url)} ({name}, from {place})")
        yield from _server(
            url,
            settings,
            pipeline,
            advice=f"is the server up, and {name} right? Meanwhile jobs run on, unrecorded",
        )
        return
    try:
        server = embedded(settings)
        status = server.status()
        server.binary("postgres")
    except WatcherError as exc:
        yield Finding("problem", "database", str(exc))
        return
    yield from _embedded(status)
    if status.running:
        yield from _server(database_url(settings), settings, pipeline, advice=f"see {status.log_file}")


def _embedded(status: EmbeddedStatus) -> Iterator[Finding]:
    where = f"in {status.directory}"
    if status.running:
        yield Finding("ok", "database", f"embedded PostgreSQL, running on port {status.port}, {where}")
    elif status.version:
        yield Finding(
            "warning",
            "database",
            f"embedded PostgreSQL {status.version}, not running, {where}",
            "nothing: it starts when it is needed; or start it now with: watcher db start",
        )
    else:
        yield Finding(
            "warning",
            "database",
            f"embedded PostgreSQL, not set up yet, {where}",
            "nothing: it is set up when it is needed, as by: watcher dev; to use a server of your own, set "
            "WATCHER_DATABASE_URL=postgresql://user:password@host/database",
        )


def _server(url: sa.URL, settings: Settings, pipeline: str | None, *, advice: str) -> Iterator[Finding]:
    from watcher_core import database
    from watcher_core.cli.db import server_version
    from watcher_core.client import Watcher

    try:
        found = server_version(url)
    except WatcherError as exc:
        yield Finding("problem", "database", str(exc), advice)
        return
    yield _version_finding(found)
    # With the URL and not by the settings, an embedded database is like any other: its schema is only looked at.
    with Watcher(url.render_as_string(hide_password=False), settings=settings) as watcher:
        try:
            states = watcher.recorder_states()
        except SchemaVersionError as exc:
            message, _, command = str(exc).rpartition("; ")
            yield Finding("problem", "schema", message, command)
        except WatcherError as exc:
            yield Finding(
                "problem", "schema", str(exc), "does this user have the right to it? See docs/how-to/production.md"
            )
        else:
            yield Finding("ok", "schema", f"version {database.SCHEMA_VERSION}, as this Watcher needs it")
            yield from recorder_findings(states, now=dt.datetime.now(dt.UTC), embedded=settings.database_url is None)
            yield from clock_findings(watcher.clock_report())
            yield from removed_findings(watcher.pipelines(), now=dt.datetime.now(dt.UTC))
            yield from alert_findings(watcher, pipeline)
            yield from anomaly_findings(watcher)


def _version_finding(found: str) -> Finding:
    major = re.match(r"\d+", found)
    if major and int(major[0]) < OLDEST_POSTGRESQL:
        return Finding(
            "problem", "database", f"PostgreSQL {found}", f"Watcher needs PostgreSQL {OLDEST_POSTGRESQL} or later"
        )
    return Finding("ok", "database", f"reachable, PostgreSQL {found}")


def clock_findings(report: ClockReport) -> Iterator[Finding]:
    """Judge the clocks of this host, and of those whose executions were dated in the future."""
    advice = "set that host's clock, as by NTP; until then, what it dates in the future counts as now"
    if abs(report.seconds_ahead) > CLOCK_SECONDS:
        side = "ahead of" if report.seconds_ahead > 0 else "behind"
        yield Finding(
            "warning",
            "clock",
            f"this host's is {words.duration(abs(report.seconds_ahead))} {side} the database's",
            "set the clock of this host or of the database's, as by NTP",
        )
    for found in report.hosts_ahead:
        host = found.host or "a host of Dagster's"
        yield Finding(
            "warning",
            "clock",
            f"that of {host} was {words.duration(found.seconds_ahead)} ahead of the database's: execution "
            f"{found.execution_id} of {found.pipeline_name}",
            advice,
        )
    if abs(report.seconds_ahead) <= CLOCK_SECONDS and not report.hosts_ahead:
        yield Finding("ok", "clock", "no host is ahead of the database's")


def removed_findings(pipelines: list[Pipeline], *, now: dt.datetime) -> Iterator[Finding]:
    """Name the pipelines that are gone from the code lately: nobody else says that they are not checked any more."""
    gone: dict[str, list[str]] = {}
    for each in pipelines:
        if each.active and each.removed_at is not None and now - each.removed_at <= NEWS_WITHIN:
            gone.setdefault(each.declared_by or "a code location", []).append(each.name)
    for location, names in gone.items():
        more = f" and {len(names) - SHOWN_NAMES:,} more" if len(names) > SHOWN_NAMES else ""
        yield Finding(
            "warning",
            "pipelines",
            f"gone from the code of {location}, so no longer checked: {', '.join(names[:SHOWN_NAMES])}{more}",
            "nothing, where they were removed on purpose; else see whether the code location loads all of its assets",
        )


def recorder_findings(states: list[RecorderState], *, now: dt.datetime, embedded: bool) -> Iterator[Finding]:
    """Judge the recorders.

    Where none of them is alive, nothing of Dagster is recorded: a problem, but not on the embedded database, which is
    for development, where Dagster is stopped at will. Where one is alive, the others may be of instances that are gone.
    """
    if not states:
        yield Finding(
            "warning",
            "recorder",
            "no recorder has run yet",
            "load watcher_dagster.definitions as a code location, or start Dagster with: watcher dev",
        )
    any_alive = any(now - state.updated_at <= STALE_AFTER for state in states)
    for state in states:
        message = f"of Dagster instance {state.instance_id}, {times.ago(state.updated_at)}"
        message += f": {state.message}" if state.message else ""
        lag = state.lag_seconds or 0
        if now - state.updated_at > STALE_AFTER:
            yield Finding(
                "warning" if any_alive or embedded else "problem",
                "recorder",
                f"stopped; the last sign is {message}",
                "is Dagster's daemon running, and watcher_recorder_sensor switched on? Nothing is lost: it reads back "
                "what it missed",
            )
        elif lag > MUCH_LAG_SECONDS:
            yield Finding(
                "warning",
                "recorder",
                f"{words.duration(lag)} behind; {message}",
                "nothing, while it reads history back; else see the ticks of watcher_recorder_sensor in Dagster",
            )
        else:
            yield Finding("ok", "recorder", f"{words.duration(lag)} behind; {message}")


def _print(findings: list[Finding]) -> None:
    rows: list[tuple[output.Cell, ...]] = []
    topic = ""
    for finding in findings:
        rows.append((output.level(finding.level), finding.topic if finding.topic != topic else "", finding.message))
        topic = finding.topic
        if finding.advice:
            rows.append(("", "", f"→ {finding.advice}"))
    output.print_grid(rows)
    counts = {level: sum(finding.level == level for finding in findings) for level in ("problem", "warning")}
    counted = [words.plural(count, level) for level, count in counts.items() if count]
    print()
    output.print_text(f"{', '.join(counted) or 'all is well'}")

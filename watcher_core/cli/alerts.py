"""`watcher alerts …`: list, acknowledge, snooze, resolve, annotate and deliver alerts."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core import text
from watcher_core.cli import output, times
from watcher_core.cli.alert_fields import done, fields, incident, notified, up_to
from watcher_core.cli.alert_ids import UNRESOLVED, Id, read_id
from watcher_core.cli.edge import login_name, of_pipeline, open_watcher
from watcher_core.cli.maintenance import describe
from watcher_core.cli.options import Json, Limit, OfPipeline
from watcher_core.enums import AlertKind, AlertState
from watcher_core.errors import DatabaseError

if TYPE_CHECKING:
    from watcher_core.client import Watcher
    from watcher_core.values import Alert, AlertPreview, DeliveryResult, MaintenanceWindow, Route

app = typer.Typer(help="Alerts: what is open, and its delivery.", no_args_is_help=True, rich_markup_mode=None)

SHOWN_BEHIND = 20

By = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Who does so; your login, unless given.", show_default=False),
]
Note = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="Why; kept with the alert, the last in messages.", show_default=False),
]


@app.command("list", epilog=output.examples("watcher alerts list", "watcher alerts list --all --kind failure --json"))
def list_alerts(
    *,
    state: Annotated[AlertState | None, typer.Option("--state", "-s", help="In this state only.")] = None,
    every: Annotated[bool, typer.Option("--all", "-a", help="Resolved ones, too.")] = False,
    kind: Annotated[
        AlertKind | None,
        typer.Option("--kind", "-k", metavar="KIND", help=f"Of this kind only: {', '.join(AlertKind)}."),
    ] = None,
    pipeline: OfPipeline = None,
    limit: Limit = 30,
    json: Json = False,
) -> None:
    """List alerts that are not resolved, the last opened first."""
    with open_watcher() as watcher:
        wanted = state or (None if every else UNRESOLVED)
        ask = partial(watcher.alerts, state=wanted, kind=kind, limit=limit)
        found = ask() if pipeline is None else of_pipeline(watcher, pipeline, lambda name: ask(pipeline=name))
    if json:
        output.print_json(found)
    else:
        print_alerts(found)


def print_alerts(found: Sequence[Alert], *, heading: str = "") -> None:
    """Print a line for each alert, below a heading where it is a part of what is printed."""
    columns = [
        output.Column("id", right=True),
        output.Column("level"),
        output.Column("kind"),
        output.Column("pipeline", fold=True),
        output.Column("execution", right=True, minor=True),
        output.Column("state"),
        output.Column("opened"),
        output.Column("incident"),
        output.Column("notified", minor=True),
    ]
    rows = [
        (
            alert.id,
            output.alert_level(alert.level),
            alert.kind,
            alert.subject,
            alert.pipeline_execution_id,
            alert.state,
            times.ago(alert.opened_at),
            incident(alert),
            notified(alert),
        )
        for alert in found
    ]
    output.print_table(columns, rows, empty="no alerts", heading=heading)


@app.command("show", epilog=output.examples("watcher alerts show 17"))
def show(alert_id: Id, *, json: Json = False) -> None:
    """Show all that is known of an alert."""
    with open_watcher() as watcher:
        alert, now = watcher.alert(read_id(watcher, alert_id)), watcher.clock()
        deliveries, actions = watcher.alert_deliveries(alert.id), watcher.alert_actions(alert.id)
        pipeline = None if alert.pipeline_id is None else watcher.pipeline(alert.pipeline_id)
        cause = None
        if alert.cause_alert_id is not None:
            with suppress(DatabaseError):  # a token may cover its effect alone
                cause = watcher.alert(alert.cause_alert_id)
        behind = watcher.alerts(behind=alert.id, state=UNRESOLVED, limit=SHOWN_BEHIND, now=now) if alert.behind else []
        context = watcher.alert_context(alert)
    if json:
        output.print_json(
            {
                **dataclasses.asdict(alert),
                **dataclasses.asdict(context),
                "actions": actions,
                "deliveries": deliveries,
            }
        )
        return
    from watcher_core.alerts import headline

    known = fields(alert, pipeline, deliveries, context=context, now=now)
    output.print_fields([("what", headline(alert, now=now)), *known])
    if actions:
        output.print_heading("What people did")
        output.print_grid([(times.clock(each.acted_at), done(each)) for each in actions])
    if cause is not None:
        output.print_heading("Its cause")
        output.print_text(f"alert {cause.id}, {cause.state}: {headline(cause, now=now)}")
    if behind:
        output.print_heading("Behind it")
        for each in behind:
            output.print_text(f"alert {each.id}: {headline(each, now=now)}")
        if alert.behind > len(behind):
            output.print_text(f"… and {alert.behind - len(behind):,} more")
    if context.blocked:
        output.print_heading("Blocked by it")
        rest = f" and {len(context.blocked) - SHOWN_BEHIND:,} more" if len(context.blocked) > SHOWN_BEHIND else ""
        output.print_text(", ".join(map(output.visible, context.blocked[:SHOWN_BEHIND])) + rest)


@app.command("ack", epilog=output.examples("watcher alerts ack 17"))
def acknowledge(alert_id: Id, *, by: By = None, note: Note = None, json: Json = False) -> None:
    """Acknowledge an alert: you look at it.

    It is not repeated; its recovery is delivered. If it gets louder than it is now, it is open again.
    """
    with open_watcher() as watcher:
        before = watcher.alert(read_id(watcher, alert_id))
        alert = watcher.acknowledge_alert(before.id, by=by or login_name(), note=note)
    has_taken_over = before.state is AlertState.ACKNOWLEDGED and before.acknowledged_by != alert.acknowledged_by
    had = f"; {before.acknowledged_by} had acknowledged it {times.ago(before.acknowledged_at)}"
    _print_change(alert, f"acknowledged{up_to(alert)}{had if has_taken_over else ''}", json=json)


@app.command(
    "snooze", epilog=output.examples('watcher alerts snooze 17 "2 hours"', "watcher alerts snooze 17 2024-02-01")
)
def snooze(
    alert_id: Id,
    until: Annotated[
        str,
        typer.Argument(metavar="UNTIL", help=f"How long, or until when, {times.UNTIL_EXAMPLES}.", show_default=False),
    ],
    *,
    by: By = None,
    note: Note = None,
    json: Json = False,
) -> None:
    """Snooze an alert until a time.

    It is delivered again then, if it is still open.
    """
    with open_watcher() as watcher:
        end = _read_until(until, now=watcher.clock())
        alert = watcher.snooze_alert(read_id(watcher, alert_id), until=end, by=by or login_name(), note=note)
    _print_change(alert, f"snoozed until {times.clock(alert.snoozed_until)}{up_to(alert)}", json=json)


@app.command(
    "resolve", epilog=output.examples("watcher alerts resolve 17", 'watcher alerts resolve 17 --note "known outage"')
)
def resolve(alert_id: Id, *, by: By = None, note: Note = None, json: Json = False) -> None:
    """Resolve an alert by hand.

    It stays resolved until a check finds a new cause.
    """
    with open_watcher() as watcher:
        alert = watcher.resolve_alert(read_id(watcher, alert_id), by=by or login_name(), note=note)
    _print_change(alert, "resolved", json=json)


@app.command("note", epilog=output.examples('watcher alerts note 17 "restarted the loader; look again at 5:00"'))
def add_note(
    alert_id: Id,
    note: Annotated[str, typer.Argument(metavar="TEXT", help="What others should know.", show_default=False)],
    *,
    by: By = None,
    json: Json = False,
) -> None:
    """Add a note to an alert, for whoever looks at it next.

    Nothing else of it changes. The notes before stay; all stand in `watcher alerts show`, the last in messages.
    """
    with open_watcher() as watcher:
        alert = watcher.note_alert(read_id(watcher, alert_id), note, by=by or login_name())
    _print_change(alert, "noted", json=json)


@app.command(
    "deliver",
    epilog=output.examples(
        "watcher alerts deliver              # from cron, where Dagster does not",
        "watcher alerts deliver --dry-run",
    ),
)
def deliver(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be sent.")] = False,
    retry_now: Annotated[bool, typer.Option("--retry-now", help="Try again at once what has failed before.")] = False,
    json: Json = False,
) -> None:
    """Deliver pending notifications.

    Any number of deliveries may run at once. Exit code 1 when something could not be delivered; it is tried again by
    the next delivery.
    """
    if dry_run:
        _preview(json=json)
        return
    with open_watcher() as watcher:
        result = watcher.deliver_alerts(retry_now=retry_now)
    if json:
        output.print_json(result)
    else:
        print_result(result)
    if result.errors:
        raise typer.Exit(1)


@app.command(
    "test",
    epilog=output.examples(
        "watcher alerts test", "watcher alerts test --route oncall", 'watcher alerts test --to "#data-alerts"'
    ),
)
def send_test(
    *,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="DESTINATION", help="Only to this destination: a channel, the variable of an address, or default."
        ),
    ] = None,
    route: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only to where this route leads; a route without a name has its number."),
    ] = None,
    json: Json = False,
) -> None:
    """Send a test message to every destination.

    Exit code 1 when one did not arrive.
    """
    with open_watcher() as watcher:
        failures = watcher.send_test_alert(to, route=route)
    if json:
        output.print_json(failures)
    else:
        for destination, failure in failures.items():
            output.print_text(f"{destination}: {failure or 'arrived'}")
        if not failures:
            output.print_text(_nobody(watcher))
    if not failures or any(failures.values()):
        raise typer.Exit(1)


@app.command("routes", epilog=output.examples("watcher alerts routes", "watcher doctor --pipeline raw_flights"))
def list_routes(*, json: Json = False) -> None:
    """List the routes of alerts, the first that matches counting.

    With when each sends: its quiet hours and digests, and below them the maintenance windows that are not over.
    """
    with open_watcher() as watcher:
        found = watcher.routes()
        windows: list[MaintenanceWindow] = []
        with suppress(DatabaseError):  # the routes need no database
            windows = watcher.maintenance()
    if json:
        output.print_json(found)
        return
    columns = [
        output.Column("route", right=True),
        output.Column("name", minor=True),
        output.Column("for", fold=True),
        output.Column("to", fold=True),
        output.Column("sends", fold=True),
        output.Column("missing", fold=True),
    ]
    rows = [
        (
            "else" if route.number is None else route.number,
            route.name,
            ", ".join(f"{name} {' or '.join(these)}" for name, these in route.conditions.items()) or "all",
            f"{route.destination}; later routes count, too" if route.goes_on else route.destination,
            _sends(route),
            route.missing and f"{route.missing} is not set",
        )
        for route in found
    ]
    output.print_table(columns, rows, empty="" if found else _nobody(watcher))
    for window in windows:
        output.print_text(describe(window))


def _nobody(watcher: Watcher) -> str:
    """Why nobody is notified, and what to do about it."""
    from watcher_core.alerts import load_routes

    settings = watcher.settings
    if settings.url is not None and settings.database_url is None:
        return "no destination is configured on this host, which delivers nothing; ask on the one that delivers"
    nobody = load_routes(settings).nobody
    return f"{nobody}; set SLACK_WEBHOOK_URL, or write routes into the file that WATCHER_ROUTES names"


def _sends(route: Route) -> str:
    """When a route sends, as in `digest 0 9 * * Mon-Fri, quiet 22:00-07:00, Europe/Berlin; quiet until 07:00`."""
    parts = [f"digest {route.digest}"] if route.digest else []
    parts += [f"quiet {' and '.join(route.quiet)}"] if route.quiet else []
    if not parts:
        return "at once"
    parts += [route.timezone or "UTC", *(["critical ones, too"] if route.hold_critical else [])]
    now = f"; now quiet until {times.clock(route.quiet_until)}" if route.quiet_until else ""
    return ", ".join(parts) + now


def _preview(*, json: bool) -> None:
    with open_watcher() as watcher:
        shown = watcher.preview_alerts()
    if json:
        output.print_json(shown)
        return
    print_previews(shown)


def print_previews(shown: Sequence[AlertPreview]) -> None:
    """Print the messages that a delivery would send."""
    for preview in shown:
        output.print_heading(f"To {preview.destination}")
        for line in preview.text.splitlines():
            output.print_text(line)
    if not shown:
        output.print_text("no pending notifications")


def print_result(result: DeliveryResult) -> None:
    waiting = f"; {result.waiting:,} waiting" if result.waiting else ""
    output.print_text(
        f"{text.plural(result.messages, 'message')} sent, for {text.plural(result.alerts, 'alert')}{waiting}"
    )
    for error in result.errors:
        output.print_text(error)


def _print_change(alert: Alert, what: str, *, json: bool) -> None:
    if json:
        output.print_json(alert)
    else:
        output.print_text(f"alert {alert.id}, {alert.kind} of {alert.subject}: {what}")


def _read_until(typed: str, *, now: dt.datetime) -> dt.datetime:
    try:
        return times.read_until(typed, now=now)
    except ValueError as exc:
        raise typer.BadParameter(str(exc), param_hint="UNTIL") from None

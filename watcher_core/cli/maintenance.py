"""`watcher maintenance …`: times in which alerts are kept, but not sent."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core.cli import output, times
from watcher_core.cli.edge import login_name, of_pipeline, open_watcher
from watcher_core.cli.options import Json

if TYPE_CHECKING:
    from watcher_core.values import MaintenanceWindow

app = typer.Typer(
    help="Maintenance: times in which alerts are kept, but not sent.", no_args_is_help=True, rich_markup_mode=None
)


@app.command(
    "add",
    epilog=output.examples(
        'watcher maintenance add --for "2 hours" --note "database upgrade"',
        'watcher maintenance add -p raw_flights --from tomorrow --for "2 hours"',
        'watcher maintenance add --type api --cron "0 2 * * 0" --for "90 minutes"',
    ),
)
def add(
    *,
    pipeline: Annotated[
        str | None, typer.Option("--pipeline", "-p", metavar="NAME", help="Of this pipeline only, by name or id.")
    ] = None,
    pipeline_type: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="Of all pipelines of this type; else of all.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help=f"When it starts, {times.UNTIL_EXAMPLES}; now without it."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When it ends; with --cron, when it starts no more."),
    ] = None,
    length: Annotated[
        str | None,
        typer.Option("--for", metavar="TIME", help='How long it is, as in "2 hours"; with --cron, each time.'),
    ] = None,
    cron: Annotated[
        str | None, typer.Option(metavar="CRON", help='When it starts again and again, as in "0 2 * * 0".')
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="The time zone of --cron, as in Europe/Berlin; UTC without it.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who adds it; your login, unless given.", show_default=False)
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="What for.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """Add a time in which alerts are kept, but not sent.

    What is still wrong at its end is sent then.
    """
    if cron is None and (until is None) == (length is None):
        raise typer.BadParameter("say how long: either --for TIME or --until TIME")
    with open_watcher() as watcher:
        now = watcher.clock()
        starts_at = None if start is None else _read(start, "--from", now)
        ends_at = None if until is None else _read(until, "--until", now)
        duration = None if length is None else _read_length(length, starts_at or now)

        def of(reference: int | str | None) -> MaintenanceWindow:
            return watcher.add_maintenance(
                pipeline=reference,
                pipeline_type=pipeline_type,
                starts_at=starts_at,
                ends_at=ends_at,
                duration=duration,
                cron=cron,
                timezone=timezone,
                by=by or login_name(),
                note=note,
            )

        added = of(None) if pipeline is None else of_pipeline(watcher, pipeline, of)
    _print(added, as_json=json)


@app.command("list", epilog=output.examples("watcher maintenance list", "watcher maintenance list --json"))
def list_windows(*, json: Json = False) -> None:
    """List the windows that are not over."""
    with open_watcher() as watcher:
        found = watcher.maintenance()
    if json:
        output.print_json(found)
        return
    columns = [
        output.Column("id", right=True),
        output.Column("of", fold=True),
        output.Column("now"),
        output.Column("when", fold=True),
        output.Column("by", minor=True),
        output.Column("note", fold=True),
    ]
    rows = [
        (
            window.id,
            window.subject,
            f"until {times.clock(window.active_until)}" if window.active_until else "–",
            _when(window),
            window.created_by,
            window.note,
        )
        for window in found
    ]
    output.print_table(columns, rows, empty="no maintenance")


@app.command("end", epilog=output.examples("watcher maintenance end 3"))
def end(
    window_id: Annotated[
        int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="The window's id.", show_default=False)
    ],
    *,
    json: Json = False,
) -> None:
    """End a window now, with all of its times.

    What is still wrong is sent with the next delivery.
    """
    with open_watcher() as watcher:
        ended = watcher.end_maintenance(window_id)
    if json:
        output.print_json(ended)
    else:
        output.print_text(f"maintenance {ended.id} of {ended.subject}: ended")


def describe(window: MaintenanceWindow) -> str:
    """Say what a window keeps from being sent, and when."""
    what = "all alerts" if window.subject == "all" else f"alerts of {window.subject}"
    when = f"for {_when(window)}" if window.cron else _when(window)
    if window.active_until:
        when = f"until {times.clock(window.active_until)}"
    note = f" ({window.note})" if window.note else ""
    return f"maintenance {window.id}: {what} are not sent {when}{note}"


def _print(window: MaintenanceWindow, *, as_json: bool) -> None:
    if as_json:
        output.print_json(window)
    else:
        output.print_text(f"maintenance {window.id} of {window.subject}: {_when(window)}")


def _when(window: MaintenanceWindow) -> str:
    if window.cron is None:
        return f"from {times.clock(window.starts_at)} until {times.clock(window.ends_at)}"
    from watcher_core import text

    zone = window.timezone or "UTC"
    last = f", until {times.clock(window.ends_at)}" if window.ends_at else ""
    following = f", next at {times.clock(window.next_at)}" if window.next_at else ""
    return f"{text.duration(window.duration_seconds)} at {window.cron} ({zone}){following}{last}"


def _read(typed: str, option: str, now: dt.datetime) -> dt.datetime:
    try:
        return times.read_until(typed, now=now)
    except ValueError as exc:
        raise typer.BadParameter(str(exc), param_hint=option) from None


def _read_length(typed: str, start: dt.datetime) -> dt.timedelta:
    try:
        return times.read_length(typed, start=start)
    except ValueError as exc:
        raise typer.BadParameter(str(exc), param_hint="--for") from None

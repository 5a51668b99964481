"""`watcher import`: the history of other systems."""

from __future__ import annotations

from typing import Annotated

import typer

from watcher_core import text
from watcher_core.cli import output
from watcher_core.cli.edge import GOES_ON, NOTHING_CHANGED, if_interrupted, open_watcher
from watcher_core.cli.options import Json, read_since
from watcher_core.values import ImportReport

app = typer.Typer(help="Import the history of another system.", no_args_is_help=True, rich_markup_mode=None)

EXAMPLES = output.examples(
    "watcher import etl-watcher postgresql://reader@db/watcher --dry-run",
    "watcher import etl-watcher postgresql://reader@db/watcher",
    "watcher import etl-watcher URL --since 2d   # from cron, for a while",
)

# More are in the JSON.
SHOWN_DIFFERENCES = 20


@app.callback()
def imports() -> None:
    """Import the history of another system."""


@app.command("etl-watcher", epilog=EXAMPLES)
def etl_watcher(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Its PostgreSQL database, which is only read.", show_default=False)
    ],
    *,
    source: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A name for it; the name of its database without.", show_default=False),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only executions that started then or later, as 2026-03-01 or 2d."),
    ] = None,
    skip_unknown: Annotated[
        bool, typer.Option("--skip-unknown", help="Leave out columns that are not known, rather than refuse them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look, and count.")] = False,
    json: Json = False,
) -> None:
    """Import a database of etl-watcher, with all of its history.

    Pipelines, executions, watermarks, addresses, lineage, rules and results. May be stopped and run again at any time:
    what is here already is passed over, what has ended since is brought up to date, and the same twice changes nothing.
    Nothing that is imported opens an alert.
    """
    left_behind = NOTHING_CHANGED if dry_run else GOES_ON
    with if_interrupted(left_behind), open_watcher() as watcher, output.progress_bar("executions") as progress:
        started_from = read_since(since, watcher)
        report = watcher.import_etl_watcher(
            url, source=source, since=started_from, dry_run=dry_run, skip_unknown=skip_unknown, progress=progress
        )
    if json:
        output.print_json({**vars(report), "verified": report.verified})
    else:
        _print(report)
    if report.differences:
        raise typer.Exit(1)


def _print(report: ImportReport) -> None:
    headings = ("there", "here") if report.dry_run else ("there", "new", "changed")
    columns = [output.Column(""), *(output.Column(heading, right=True) for heading in headings)]
    rows = [
        [
            each.kind,
            *map(
                output.number, (each.found, each.here) if report.dry_run else (each.found, each.created, each.changed)
            ),
        ]
        for each in report.rows
    ]
    output.print_table(columns, rows)
    for note in report.notes:
        more = ", …" if note.count > len(note.examples) else ""
        output.print_text(f"note: {note.what}: {note.count:,} ({', '.join(note.examples)}{more}); {note.message}")
    for difference in report.differences[:SHOWN_DIFFERENCES]:
        output.print_text(f"missing: {difference}")
    if len(report.differences) > SHOWN_DIFFERENCES:
        output.print_text(f"missing: and {len(report.differences) - SHOWN_DIFFERENCES:,} more; see --json")
    if report.dry_run:
        output.print_text("nothing was written")
    elif report.verified:
        output.print_text(
            f"all of it is here, by count, as etl-watcher:{report.source}; took {text.duration(report.seconds)}"
        )

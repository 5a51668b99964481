"""`watcher cleanup`: what is past retention goes."""

from __future__ import annotations

from typing import Annotated

import typer

from watcher_core.cli import output, times
from watcher_core.cli.edge import GOES_ON, NOTHING_CHANGED, if_interrupted, open_watcher
from watcher_core.cli.options import Json

EXAMPLES = output.examples(
    "watcher cleanup --retention-days 365 --dry-run   # how much there is",
    "watcher cleanup --retention-days 365",
)


def cleanup(
    *,
    retention_days: Annotated[
        int, typer.Option(metavar="DAYS", help="Days of history to keep, at least 90.", show_default=False)
    ],
    batch_size: Annotated[
        int, typer.Option(metavar="ROWS", help="Rows that one transaction deletes at most.")
    ] = 10_000,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be deleted.")] = False,
    json: Json = False,
) -> None:
    """Delete old executions, logs and resolved alerts.

    Goes on beside recording, and may be stopped at any time: what is deleted by then stays deleted. What runs stays,
    and so does what has an alert that is not resolved, or was since.
    """
    left_behind = NOTHING_CHANGED if dry_run else GOES_ON
    with if_interrupted(left_behind), open_watcher() as watcher, output.progress_bar("executions") as progress:
        result = watcher.cleanup(
            retention_days=retention_days, batch_size=batch_size, dry_run=dry_run, progress=progress
        )
    if json:
        output.print_json({**vars(result), "total": result.total})
        return
    columns = [
        output.Column("table"),
        output.Column(f"to be deleted{', about' if result.is_estimate else ''}" if dry_run else "deleted", right=True),
    ]
    rows = [(table, output.number(count)) for table, count in result.deleted.items()]
    output.print_table(columns, [*rows, ("all", output.number(result.total))])
    output.print_text(f"past retention is what is from {times.clock(result.retention_date)} or before")

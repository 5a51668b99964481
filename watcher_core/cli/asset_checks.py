"""`watcher asset-checks …`: Dagster's asset checks, and what came of them."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from watcher_core import text
from watcher_core.cli import output, times
from watcher_core.cli.edge import of_pipeline, open_watcher
from watcher_core.cli.options import Json, Limit, OfPipeline, Since, read_since
from watcher_core.enums import AssetCheckStatus

app = typer.Typer(
    help="Asset checks of Dagster, and their results.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command(
    "list", epilog=output.examples("watcher asset-checks list --failing", "watcher asset-checks list -p orders --json")
)
def list_checks(
    *,
    pipeline: OfPipeline = None,
    failing: Annotated[bool, typer.Option("--failing", "-f", help="Only those that do not pass now.")] = False,
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """List asset checks, each with its last result."""
    with open_watcher() as watcher:
        ask = partial(watcher.asset_checks, failing=True if failing else None, limit=limit)
        found = ask() if pipeline is None else of_pipeline(watcher, pipeline, lambda name: ask(pipeline=name))
    if json:
        output.print_json(found)
        return
    columns = [
        output.Column("pipeline", fold=True),
        output.Column("check", fold=True),
        output.Column("last result"),
        output.Column("partition", fold=True, minor=True),
        output.Column("at"),
        output.Column("failing", right=True),
        output.Column("severity", minor=True),
        output.Column("blocking", minor=True),
    ]
    rows = [
        (
            check.pipeline_name,
            check.name,
            "gone from code" if check.removed_at else output.check_status(check.status),
            check.partition,
            times.clock(check.evaluated_at),
            output.number(check.failing),
            check.severity,
            None if check.blocking is None else output.yes_or_no(check.blocking),
        )
        for check in found
    ]
    output.print_table(columns, rows, empty="every asset check passes" if failing else "no asset checks")


@app.command(
    "history",
    epilog=output.examples(
        "watcher asset-checks history -p orders --check not_null",
        "watcher asset-checks history --status failed --since yesterday",
    ),
)
def history(
    *,
    pipeline: OfPipeline = None,
    check: Annotated[str | None, typer.Option("--check", "-c", metavar="NAME", help="Of this check only.")] = None,
    status: Annotated[AssetCheckStatus | None, typer.Option("--status", "-s", help="With this result only.")] = None,
    since: Since = None,
    limit: Limit = 30,
    json: Json = False,
) -> None:
    """List results of asset checks, newest first."""
    with open_watcher() as watcher:
        started = read_since(since, watcher)
        ask = partial(watcher.asset_check_results, check=check, status=status, since=started, limit=limit)
        found = ask() if pipeline is None else of_pipeline(watcher, pipeline, lambda name: ask(pipeline=name))
    if json:
        output.print_json(found)
        return
    columns = [
        output.Column("at"),
        output.Column("pipeline", fold=True),
        output.Column("check", fold=True),
        output.Column("partition", fold=True),
        output.Column("result"),
        output.Column("says", fold=True),
        output.Column("severity", minor=True),
        output.Column("execution", right=True, minor=True),
    ]
    rows = [
        (
            times.clock(result.evaluated_at),
            result.pipeline_name,
            result.check_name,
            result.partition,
            output.check_status(result.status),
            text.check_reason(result.description, result.result_metadata) or None,
            result.severity,
            result.pipeline_execution_id,
        )
        for result in found
    ]
    output.print_table(columns, rows, empty="no results")

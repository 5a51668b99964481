"""`watcher executions …`: what ran, what it did, and what it was part of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core import text as words
from watcher_core.arguments import MAX_BIGINT
from watcher_core.cli import output, times
from watcher_core.cli.edge import of_pipeline, open_watcher
from watcher_core.cli.options import (
    FullLoad,
    Json,
    Limit,
    NextWatermark,
    OfPipeline,
    Since,
    StartedPipeline,
    StartedType,
    read_since,
)
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import PipelineInactiveError
from watcher_core.values import UNSET

if TYPE_CHECKING:
    from watcher_core.values import Execution, ExecutionTree

app = typer.Typer(help="Executions: what ran, and what it did.", no_args_is_help=True, rich_markup_mode=None)


Count = Annotated[int | None, typer.Option(metavar="N", min=0, max=MAX_BIGINT, help="Rows.", show_default=False)]
Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=MAX_BIGINT, help="The execution's id.", show_default=False)]


@app.command(
    "list",
    epilog=output.examples(
        "watcher executions list --state failed --since yesterday",
        "watcher executions list --pipeline raw_flights --limit 1000 --json",
    ),
)
def list_executions(
    *,
    pipeline: OfPipeline = None,
    state: Annotated[ExecutionState | None, typer.Option("--state", "-s", help="In this state only.")] = None,
    since: Since = None,
    limit: Limit = 30,
    json: Json = False,
) -> None:
    """List executions, newest first."""
    with open_watcher() as watcher:
        started = read_since(since, watcher)
        ask = partial(watcher.executions, state=state, since=started, limit=limit)
        found = ask() if pipeline is None else of_pipeline(watcher, pipeline, lambda name: ask(pipeline=name))
    if json:
        output.print_json(found)
        return
    print_executions(found)


@app.command("show", epilog=output.examples("watcher executions show 42"))
def show(execution_id: Id, *, json: Json = False) -> None:
    """Show all that is known of an execution."""
    with open_watcher() as watcher:
        execution = watcher.execution(execution_id)
        parent = None if execution.parent_id is None else watcher.execution(execution.parent_id)
        dagster_url = watcher.settings.dagster_url
    if json:
        output.print_json(execution)
        return
    output.print_fields(_fields(execution, parent, dagster_url))


@app.command(
    "start",
    epilog=output.examples(
        'id="$(watcher executions start --pipeline nightly-load)"',
        "watcher executions start -p sales --external-id sales/2024-06-30 --json",
    ),
)
def start(
    *,
    pipeline: StartedPipeline,
    pipeline_type: StartedType = None,
    next_watermark: NextWatermark = None,
    external_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Its identity: the same again is the same execution.")
    ] = None,
    parent: Annotated[int | None, typer.Option(metavar="ID", help="The execution that it is part of.")] = None,
    full_load: FullLoad = False,
    json: Json = False,
) -> None:
    """Start an execution by hand, and print its id.

    For what cannot be wrapped by watcher run. Inside a command of watcher run it is part of that execution.
    """
    with open_watcher() as watcher:
        found = watcher.get_or_create_pipeline(
            pipeline, pipeline_type_name=UNSET if pipeline_type is None else pipeline_type
        )
        if not found.active:
            raise PipelineInactiveError(found.name)
        execution = watcher.start_execution(
            pipeline_id=found.id,
            parent_id=parent,
            full_load=full_load,
            next_watermark=next_watermark,
            source=ExecutionSource.CLI,
            external_id=external_id,
        )
    if json:
        output.print_json(execution)
        return
    typer.echo(execution.id)


@app.command(
    "end",
    epilog=output.examples(
        'watcher executions end "$id" --exit-status $? --inserts 150',
        "watcher executions end 42",
        'watcher executions end 42 --state canceled --reason "host lost"',
    ),
)
def end(
    execution_id: Id,
    *,
    state: Annotated[
        str | None,
        typer.Option(
            "--state", "-s", metavar="STATE", help="How it ended: failed, canceled or succeeded; by default failed."
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", "-r", metavar="TEXT", help="Why, for those who read of it.")
    ] = None,
    exit_status: Annotated[
        int | None, typer.Option(metavar="STATUS", help="The exit status that it ended with: 0 is a success.")
    ] = None,
    inserts: Count = None,
    updates: Count = None,
    soft_deletes: Count = None,
    total_rows: Count = None,
    next_watermark: Annotated[
        str | None, typer.Option(metavar="WATERMARK", help="How far it has got, where it succeeded.")
    ] = None,
    json: Json = False,
) -> None:
    """End an execution of a script, or of a process that was killed.

    With --exit-status a script says how it ended, and what it did. Without, a person ends what would run for ever; a
    process that still runs writes its own end over that.
    """
    of_script = (inserts, updates, soft_deletes, total_rows, next_watermark)
    if exit_status is None and any(value is not None for value in of_script):
        raise typer.BadParameter("counts and a watermark are those of a script: say how it ended with --exit-status")
    if exit_status is not None and state is not None:
        raise typer.BadParameter("how it ended is said by --exit-status or by --state, not by both")
    with open_watcher() as watcher:
        if exit_status is None:
            execution = watcher.close_execution(execution_id, state=state or "failed", reason=reason)
        else:
            execution = watcher.end_execution(
                execution_id,
                completed_successfully=exit_status == 0,
                next_watermark=next_watermark,
                execution_metadata=_ended_with(exit_status, reason),
                inserts=inserts,
                updates=updates,
                soft_deletes=soft_deletes,
                total_rows=total_rows,
            )
    if json:
        output.print_json(execution)
        return
    output.print_text(f"execution {execution.id} of {execution.pipeline_name} {execution.state.value}")


def _ended_with(exit_status: int, reason: str | None) -> dict[str, object]:
    """The metadata of an execution that ended with an exit status."""
    if exit_status == 0:
        return {"exit_status": 0, **({"reason": reason} if reason else {})}
    return {
        "exit_status": exit_status,
        "error": {"class": f"exit status {exit_status}", "message": reason or "no reason was given"},
    }


@app.command("heartbeat", epilog=output.examples('watcher executions heartbeat "$id" --process $$'))
def heartbeat(
    execution_id: Id,
    *,
    process: Annotated[
        int | None,
        typer.Option(metavar="PID", min=1, help="What runs it on this host; where it is gone, that is known sooner."),
    ] = None,
) -> None:
    """Say that an execution lives, at least every minute.

    One whose heartbeats stop is reported by watcher check stuck. Ends with 1 where the execution does not run.
    """
    with open_watcher() as watcher:
        if watcher.heartbeat(execution_id, process_id=process):
            return
        state = watcher.execution(execution_id).state
    typer.echo(f"error: execution {execution_id} does not run: it {state.value}", err=True)
    raise typer.Exit(1)


@app.command("tree", epilog=output.examples("watcher executions tree 42", "watcher executions tree 42 --levels 2"))
def tree(
    execution_id: Id,
    *,
    levels: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=100, help="So many levels of it; all unless given.")
    ] = None,
    json: Json = False,
) -> None:
    """Show an execution and what ran as part of it."""
    with open_watcher() as watcher:
        found = watcher.execution_tree(execution_id, levels=levels)
    if json:
        output.print_json(_nested(found))
        return
    output.print_tree(found, lambda node: _label(node.execution), lambda node: node.children)


def print_executions(found: Iterable[Execution]) -> None:
    """Print executions as a table."""
    columns = [
        output.Column("id", right=True),
        output.Column("pipeline", fold=True),
        output.Column("state"),
        output.Column("started"),
        output.Column("took", right=True),
        output.Column("rows", right=True),
        output.Column("inserts", right=True, minor=True),
        output.Column("updates", right=True, minor=True),
        output.Column("watermark", fold=True, minor=True),
    ]
    rows = [
        (
            execution.id,
            execution.pipeline_name,
            output.state(execution.state),
            times.clock(execution.start_date),
            _took(execution),
            output.number(execution.total_rows),
            output.number(execution.inserts),
            output.number(execution.updates),
            execution.next_watermark,
        )
        for execution in found
    ]
    output.print_table(columns, rows, empty="no executions")


def _took(execution: Execution) -> str:
    """How long it took; of one that runs, how long it has been running. What was blocked has not begun."""
    if execution.state is ExecutionState.BLOCKED:
        return words.duration(None)
    if execution.duration_seconds is not None:
        return words.duration(execution.duration_seconds)
    since_start = dt.datetime.now(dt.UTC) - execution.start_date
    return f"{words.duration(max(0.0, since_start.total_seconds()))}…"


def _fields(execution: Execution, parent: Execution | None, dagster_url: str | None) -> list[tuple[str, output.Cell]]:
    error, metadata = _split_error(execution)
    return [
        ("execution", execution.id),
        ("pipeline", execution.pipeline_name),
        ("part of", f"execution {parent.id}, {parent.pipeline_name}" if parent else None),
        ("state", output.state(execution.state)),
        ("started", times.clock_and_ago(execution.start_date)),
        ("ended", times.clock_and_ago(execution.end_date) if execution.end_date else None),
        ("took", _took(execution)),
        ("logical date", execution.logical_date.isoformat(" ", "seconds") if execution.logical_date else None),
        ("full load", "yes" if execution.full_load else None),
        ("watermark", _watermark(execution)),
        *((name, output.number(count)) for name, count in _counts(execution) if count is not None),
        ("error", error),
        ("metadata", output.as_lines(metadata) if metadata else None),
        ("recorded by", f"{execution.source}, as {execution.external_id}"),
        ("in Dagster", _link(execution, dagster_url)),
    ]


def _counts(execution: Execution) -> list[tuple[str, int | None]]:
    return [
        ("rows", execution.total_rows),
        ("inserts", execution.inserts),
        ("updates", execution.updates),
        ("soft deletes", execution.soft_deletes),
    ]


def _watermark(execution: Execution) -> str | None:
    if execution.watermark is None and execution.next_watermark is None:
        return None
    return f"{execution.watermark or 'none'} → {execution.next_watermark or 'none'}"


def _nested(tree: ExecutionTree) -> dict[str, object]:
    return {**vars(tree.execution), "children": [_nested(child) for child in tree.children]}


def _label(execution: Execution) -> Sequence[output.Cell]:
    """One line of a tree."""
    described = _took(execution)
    if execution.total_rows is not None:
        described += f"  {execution.total_rows:,} rows"
    if execution.next_watermark is not None:
        described += f"  → {execution.next_watermark}"
    return execution.id, execution.pipeline_name, output.state(execution.state), described


def _split_error(execution: Execution) -> tuple[str | None, dict[str, object]]:
    """The error for people to read, and the metadata without it."""
    metadata = dict(execution.execution_metadata)
    error = metadata.get("error")
    if not isinstance(error, dict) or "message" not in error:
        return None, metadata
    del metadata["error"]
    message = f"{error.get('class') or 'error'}: {error['message']}".strip()
    stack = str(error.get("stack") or "").strip()
    return stack if message in stack else f"{message}\n{stack}".strip(), metadata


def _link(execution: Execution, dagster_url: str | None) -> str | None:
    run_id = execution.execution_metadata.get("run_id")
    if dagster_url is None or run_id is None or execution.source is not ExecutionSource.DAGSTER:
        return None
    return f"{dagster_url.rstrip('/')}/runs/{run_id}"

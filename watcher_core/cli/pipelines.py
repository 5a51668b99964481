"""`watcher pipelines …`: what runs again and again, its rules, and how far it has got."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher_core import text
from watcher_core.cli import output, pipeline_changes, times
from watcher_core.cli.edge import find_pipeline, open_watcher
from watcher_core.cli.options import Json, PipelineName
from watcher_core.cli.words import NONE_YET
from watcher_core.enums import AlertKind, AlertState, ExecutionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from watcher_core.values import Alert, EffectiveThreshold, Pipeline, PipelineActivity, WatermarkEvent

    Thresholds = Mapping[tuple[int, AlertKind], EffectiveThreshold]

app = typer.Typer(
    help="Pipelines: their rules, and how far they have got.", no_args_is_help=True, rich_markup_mode=None
)

RECENT = 5
UNRESOLVED = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)


@app.command(
    "list",
    epilog=output.examples(
        "watcher pipelines list",
        "watcher pipelines list --state failed --owner team:data",
        "watcher pipelines list --json",
    ),
)
def list_pipelines(
    *,
    match: Annotated[
        str | None, typer.Option("--match", "-m", metavar="TEXT", help="With this in their name, in any case.")
    ] = None,
    pipeline_type: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Of this type only.")] = None,
    owner: Annotated[str | None, typer.Option(metavar="OWNER", help="Of this owner only.")] = None,
    state: Annotated[
        ExecutionState | None, typer.Option("--state", "-s", help="Whose last execution is in this state.")
    ] = None,
    active: Annotated[
        bool | None,
        typer.Option("--active/--inactive", help="Only those that checks look at, or not.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """List pipelines, with their last state and usual duration."""
    with open_watcher() as watcher:
        found = watcher.pipeline_list(
            search=match, pipeline_type=pipeline_type, owner=owner, state=state, active=active, limit=None
        )
        thresholds = {} if json else _thresholds(watcher.thresholds())
    if json:
        output.print_json([{**vars(each.pipeline), "activity": each.activity} for each in found.pipelines])
        return
    is_narrowed = any(value is not None for value in (match, pipeline_type, owner, state, active))
    columns = [
        output.Column("id", right=True),
        output.Column("pipeline", fold=True),
        output.Column("last"),
        output.Column("started"),
        output.Column("usually", right=True),
        output.Column("watermark", fold=True),
        output.Column("type", fold=True),
        output.Column("active", minor=True),
        output.Column("last change", minor=True),
        output.Column("freshness", minor=True),
        output.Column("timeliness", minor=True),
    ]
    rows = [
        (
            pipeline.id,
            pipeline.name,
            last_state(each.activity),
            times.ago(last_start(each.activity)),
            usual_duration(each.activity),
            pipeline.watermark,
            pipeline.pipeline_type_name,
            _active(pipeline),
            times.ago(_last_change(pipeline)),
            _rule(thresholds[pipeline.id, AlertKind.FRESHNESS]),
            _rule(thresholds[pipeline.id, AlertKind.TIMELINESS]),
        )
        for each in found.pipelines
        for pipeline in (each.pipeline,)
    ]
    output.print_table(columns, rows, empty="no pipeline is so" if is_narrowed else NONE_YET)


@app.command("show", epilog=output.examples("watcher pipelines show raw_flights"))
def show(name: PipelineName, *, json: Json = False) -> None:
    """Show a pipeline, its alerts and its newest executions."""
    with open_watcher() as watcher:
        pipeline = find_pipeline(watcher, name)
        thresholds = _thresholds(watcher.thresholds(pipeline=pipeline.id))
        recent = watcher.executions(pipeline=pipeline.id, limit=RECENT)
        events = watcher.watermark_events(pipeline.id)
        alerts = watcher.alerts(pipeline=pipeline.id, state=UNRESOLVED)
        now = watcher.clock()
    if json:
        output.print_json({**vars(pipeline), "alerts": alerts, "executions": recent, "watermark_events": events})
        return
    output.print_fields(_fields(pipeline, thresholds, alerts, now=now))
    if recent:
        from watcher_core.cli.executions import print_executions

        output.print_heading("Newest executions")
        print_executions(recent)
    if events:
        output.print_heading("Watermark, by hand and in conflict")
        _print_events(events[:RECENT])


app.add_typer(pipeline_changes.app)


def owners_of(pipeline: Pipeline) -> tuple[str, ...]:
    """Return who owns a pipeline."""
    return text.parse_owners(pipeline.pipeline_metadata.get("owners"))


def last_state(activity: PipelineActivity | None) -> output.Styled:
    """The state of the last execution, in its colour."""
    return output.Styled("never ran") if activity is None or activity.state is None else output.state(activity.state)


def last_start(activity: PipelineActivity | None) -> dt.datetime | None:
    """When the last execution started."""
    return None if activity is None else activity.start_date


def usual_duration(activity: PipelineActivity | None) -> str | None:
    """How long executions usually take, in words."""
    return None if activity is None or activity.usual_seconds is None else text.duration(activity.usual_seconds)


def _fields(
    pipeline: Pipeline, thresholds: Thresholds, alerts: Iterable[Alert], *, now: dt.datetime
) -> list[tuple[str, output.Cell]]:
    from watcher_core.alerts import headline

    metadata = output.as_lines(pipeline.pipeline_metadata) if pipeline.pipeline_metadata else None
    return [
        ("pipeline", pipeline.name),
        ("id", pipeline.id),
        ("type", pipeline.pipeline_type_name),
        ("active", _active(pipeline, explained=True)),
        ("alerts", "\n".join(f"{each.id}, {each.state.value}: {headline(each, now=now)}" for each in alerts) or None),
        ("watermark", pipeline.watermark or "–"),
        ("next watermark", pipeline.next_watermark),
        ("freshness", _rule(thresholds[pipeline.id, AlertKind.FRESHNESS], explained=True)),
        ("timeliness", _rule(thresholds[pipeline.id, AlertKind.TIMELINESS], explained=True)),
        ("alert on", _rule(thresholds[pipeline.id, AlertKind.FAILURE], explained=True)),
        ("columns", "a change of them opens an alert" if pipeline.column_changes else None),
        ("alert level", pipeline.alert_level),
        ("last insert", _moment(pipeline.last_target_insert)),
        ("last update", _moment(pipeline.last_target_update)),
        ("last soft delete", _moment(pipeline.last_target_soft_delete)),
        ("metadata", metadata),
        ("known since", times.clock_and_ago(pipeline.created_at)),
    ]


def _active(pipeline: Pipeline, *, explained: bool = False) -> str:
    """Whether checks look at a pipeline, and since when not, where that is because it is gone from the code."""
    if pipeline.removed_at is None:
        return output.yes_or_no(pipeline.active)
    if not explained:
        return "gone from code"
    location = pipeline.declared_by or "its code location"
    return f"gone from the code of {location} since {times.clock(pipeline.removed_at)}; no check looks at it"


def _moment(moment: Any) -> str | None:
    return None if moment is None else times.clock_and_ago(moment)


def _last_change(pipeline: Pipeline) -> Any:
    changes = (pipeline.last_target_insert, pipeline.last_target_update, pipeline.last_target_soft_delete)
    return max((change for change in changes if change is not None), default=None)


def _thresholds(found: Iterable[EffectiveThreshold]) -> Thresholds:
    return {(threshold.pipeline_id, threshold.kind): threshold for threshold in found}


def _rule(threshold: EffectiveThreshold, *, explained: bool = False) -> str:
    """The threshold that holds for a pipeline, where it comes from, and whether it is muted."""
    if threshold.kind is AlertKind.FAILURE:
        words = "the first failure" if threshold.number == 1 else f"{threshold.number} failures in a row"
    else:
        words = text.threshold(threshold.number, threshold.datepart, threshold.calendar, threshold.timezone)
    if explained and threshold.set_by == "pipeline type":
        words += f" (of type {threshold.pipeline_type_name})"
    return f"{words}, muted" if threshold.muted_by else words


def _print_events(events: list[WatermarkEvent]) -> None:
    columns = [
        output.Column("when"),
        output.Column("kind"),
        output.Column("was", fold=True),
        output.Column("to", fold=True),
        output.Column("execution", right=True),
    ]
    rows = [
        (
            times.clock(event.created_at),
            event.kind,
            event.old_watermark,
            event.new_watermark,
            event.pipeline_execution_id,
        )
        for event in events
    ]
    output.print_table(columns, rows)

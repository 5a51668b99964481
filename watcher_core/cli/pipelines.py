"""`watcher pipelines …`: what runs again and again, its rules, and how far it has got."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher_core import text
from watcher_core.cli import output, times
from watcher_core.cli.edge import find_pipeline, open_watcher
from watcher_core.cli.options import Json, PipelineName, unless_none
from watcher_core.cli.words import NONE_YET
from watcher_core.enums import AlertKind, ExecutionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from watcher_core.values import EffectiveThreshold, Pipeline, PipelineActivity, PipelineType, WatermarkEvent

    Thresholds = Mapping[tuple[int, AlertKind], EffectiveThreshold]

app = typer.Typer(
    help="Pipelines: their rules, and how far they have got.", no_args_is_help=True, rich_markup_mode=None
)

RECENT = 5


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
    """Show a pipeline and its newest executions."""
    with open_watcher() as watcher:
        pipeline = find_pipeline(watcher, name)
        thresholds = _thresholds(watcher.thresholds(pipeline=pipeline.id))
        recent = watcher.executions(pipeline=pipeline.id, limit=RECENT)
        events = watcher.watermark_events(pipeline.id)
    if json:
        output.print_json({**vars(pipeline), "executions": recent, "watermark_events": events})
        return
    output.print_fields(_fields(pipeline, thresholds))
    if recent:
        from watcher_core.cli.executions import print_executions

        output.print_heading("Newest executions")
        print_executions(recent)
    if events:
        output.print_heading("Watermark, by hand and in conflict")
        _print_events(events[:RECENT])


@app.command(
    "set",
    epilog=output.examples(
        "watcher pipelines set raw_flights --inactive",
        'watcher pipelines set raw_flights --freshness "2 hours" --timeliness none',
    ),
)
def set_fields(
    name: PipelineName,
    *,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="Whether it may run and is checked.", show_default=False)
    ] = None,
    pipeline_type: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="Its class, whose rules hold where it has none.")
    ] = None,
    freshness: Annotated[
        str | None,
        typer.Option(metavar="AGE", help=f"Its data is stale when older than this, {times.THRESHOLD_EXAMPLES}."),
    ] = None,
    freshness_calendar: Annotated[
        str | None,
        typer.Option(
            metavar="CALENDAR",
            help='When its data changes: on days, as in "Mon-Fri"; after times of cron, as in "0 6 * * 1-5"; by '
            'deadlines, as in "by 0 8 * * 1-5"; or none.',
        ),
    ] = None,
    freshness_timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="The calendar's time zone, as in Europe/Berlin, or none: UTC.")
    ] = None,
    mute_freshness: Annotated[
        bool | None,
        typer.Option(
            "--mute-freshness/--no-mute-freshness",
            help="Whether the freshness check passes over it.",
            show_default=False,
        ),
    ] = None,
    timeliness: Annotated[
        str | None,
        typer.Option(metavar="TIME", help=f"It is late when it takes longer than this, {times.THRESHOLD_EXAMPLES}."),
    ] = None,
    mute_timeliness: Annotated[
        bool | None,
        typer.Option(
            "--mute-timeliness/--no-mute-timeliness",
            help="Whether the timeliness check passes over it.",
            show_default=False,
        ),
    ] = None,
    failures: Annotated[
        str | None,
        typer.Option(metavar="N", help="So many failures in a row are worth an alert, from 1 to 100, or none."),
    ] = None,
    mute_failures: Annotated[
        bool | None,
        typer.Option(
            "--mute-failures/--no-mute-failures",
            help="Whether the failure check passes over it.",
            show_default=False,
        ),
    ] = None,
    mute_asset_checks: Annotated[
        bool | None,
        typer.Option(
            "--mute-asset-checks/--no-mute-asset-checks",
            help="Whether asset checks on it that do not pass open no alert.",
            show_default=False,
        ),
    ] = None,
    column_changes: Annotated[
        bool | None,
        typer.Option(
            "--column-changes/--no-column-changes",
            help="Whether a change of its columns opens an alert.",
            show_default=False,
        ),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL", help="The level of its alerts: info, warning, error, critical, or none: as they are found."
        ),
    ] = None,
    next_watermark: Annotated[
        str | None, typer.Option(metavar="WATERMARK", help="How far its next execution is to get.")
    ] = None,
    json: Json = False,
) -> None:
    """Change a pipeline by hand.

    What is not named stays. A change holds until the pipeline's configuration in code changes.
    """
    given: dict[str, Any] = {
        "active": active,
        "pipeline_type_name": pipeline_type,
        "mute_freshness_check": mute_freshness,
        "mute_timeliness_check": mute_timeliness,
        "mute_failure_check": mute_failures,
        "mute_asset_check": mute_asset_checks,
        "column_changes": column_changes,
        "next_watermark": next_watermark,
    }
    fields = {field: value for field, value in given.items() if value is not None}
    fields |= _read_threshold("freshness", freshness) | _read_threshold("timeliness", timeliness)
    fields |= _read_failures(failures)
    removable = {
        "freshness_calendar": freshness_calendar,
        "freshness_timezone": freshness_timezone,
        "alert_level": level,
    }
    fields |= {field: unless_none(typed) for field, typed in removable.items() if typed is not None}
    if not fields:
        raise typer.BadParameter("nothing to change; name an option, as in --inactive (see --help)")
    with open_watcher() as watcher:
        before = find_pipeline(watcher, name)
        after = watcher.update_pipeline(before.id, **fields)
    if json:
        output.print_json(after)
        return
    _print_changes(before, after)


NewName = Annotated[str, typer.Argument(metavar="NEW", help="The new name.", show_default=False)]


@app.command("rename", epilog=output.examples("watcher pipelines rename raw_flights flights/raw"))
def rename(
    name: Annotated[str, typer.Argument(metavar="OLD", help="The pipeline's name, or its id.", show_default=False)],
    new: NewName,
    *,
    json: Json = False,
) -> None:
    """Rename a pipeline, with all of its history.

    The old name goes on to mean the pipeline: jobs and recorders that use it record into the same one. A name that
    another pipeline has is refused, as two histories are not made one: rename that one first.
    """
    with open_watcher() as watcher:
        before = find_pipeline(watcher, name)
        after = watcher.update_pipeline(before.id, name=new)
    _print_renamed(before.name, after, as_json=json)


@app.command("rename-type", epilog=output.examples("watcher pipelines rename-type api-integration api"))
def rename_type(
    name: Annotated[str, typer.Argument(metavar="OLD", help="The type's name, or its id.", show_default=False)],
    new: NewName,
    *,
    json: Json = False,
) -> None:
    """Rename a pipeline type, with its rules and pipelines.

    The old name goes on to mean the type, as that of a pipeline does.
    """
    with open_watcher() as watcher:
        types = {known.name: known for known in watcher.pipeline_types()}
        known = types.get(name.strip())
        if known is None and name.isdecimal():
            known = next((each for each in types.values() if each.id == int(name)), None)
        after = watcher.update_pipeline_type(name if known is None else known.id, name=new)
    _print_renamed(name if known is None else known.name, after, as_json=json)


@app.command(
    "rewind",
    epilog=output.examples(
        "watcher pipelines rewind raw_flights --to 2013-01-31", "watcher pipelines rewind raw_flights --to-start"
    ),
)
def rewind(
    name: PipelineName,
    *,
    to: Annotated[str | None, typer.Option(metavar="WATERMARK", help="The new watermark.")] = None,
    to_start: Annotated[
        bool, typer.Option("--to-start", help="Take the watermark away: the next execution starts from nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Set a pipeline's watermark by hand, on record.

    Its next execution starts from there.
    """
    if (to is None) != to_start:
        raise typer.BadParameter("say where to: either --to WATERMARK or --to-start")
    with open_watcher() as watcher:
        before = find_pipeline(watcher, name)
        after = watcher.rewind_pipeline(before.id, watermark=to)
    if json:
        output.print_json(after)
        return
    output.print_text(f"{after.name}: watermark {before.watermark or 'none'} → {after.watermark or 'none'}")


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


def _fields(pipeline: Pipeline, thresholds: Thresholds) -> list[tuple[str, output.Cell]]:
    metadata = output.as_lines(pipeline.pipeline_metadata) if pipeline.pipeline_metadata else None
    return [
        ("pipeline", pipeline.name),
        ("id", pipeline.id),
        ("type", pipeline.pipeline_type_name),
        ("active", _active(pipeline, explained=True)),
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


def _threshold(rules: Pipeline, rule: str) -> str:
    return text.threshold(getattr(rules, f"{rule}_number"), getattr(rules, f"{rule}_datepart"))


def _read_threshold(rule: str, typed: str | None) -> dict[str, Any]:
    if typed is None:
        return {}
    try:
        number, datepart = times.read_threshold(typed)
    except ValueError as exc:
        raise typer.BadParameter(str(exc), param_hint=f"--{rule}") from None
    return {f"{rule}_number": number, f"{rule}_datepart": datepart}


def _read_failures(typed: str | None) -> dict[str, Any]:
    if typed is None:
        return {}
    words = typed.strip().lower()
    if words != "none" and not words.isdecimal():
        raise typer.BadParameter(f"{typed!r} is no number of failures, nor none", param_hint="--failures")
    return {"failure_number": None if words == "none" else int(words)}


def _print_changes(before: Pipeline, after: Pipeline) -> None:
    fields = [
        ("active", output.yes_or_no(before.active), output.yes_or_no(after.active)),
        ("type", before.pipeline_type_name, after.pipeline_type_name),
        ("freshness", _threshold(before, "freshness"), _threshold(after, "freshness")),
        ("freshness calendar", before.freshness_calendar or "none", after.freshness_calendar or "none"),
        ("freshness time zone", before.freshness_timezone or "none", after.freshness_timezone or "none"),
        ("freshness muted", *map(output.yes_or_no, (before.mute_freshness_check, after.mute_freshness_check))),
        ("timeliness", _threshold(before, "timeliness"), _threshold(after, "timeliness")),
        ("timeliness muted", *map(output.yes_or_no, (before.mute_timeliness_check, after.mute_timeliness_check))),
        ("failures in a row", *(str(each.failure_number or "none") for each in (before, after))),
        ("failures muted", *map(output.yes_or_no, (before.mute_failure_check, after.mute_failure_check))),
        ("asset checks muted", *map(output.yes_or_no, (before.mute_asset_check, after.mute_asset_check))),
        ("column changes watched", *map(output.yes_or_no, (before.column_changes, after.column_changes))),
        ("alert level", *(str(each.alert_level or "none") for each in (before, after))),
        ("next watermark", before.next_watermark or "none", after.next_watermark or "none"),
    ]
    changes = [(what, was, now) for what, was, now in fields if was != now]
    for what, was, now in changes:
        output.print_text(f"{after.name}: {what} {was} → {now}")
    if not changes:
        output.print_text(f"{after.name}: nothing changed, it was so before")


def _print_renamed(before: str, after: Pipeline | PipelineType, *, as_json: bool) -> None:
    if as_json:
        output.print_json(after)
    elif before == after.name:
        output.print_text(f"{after.name}: it has that name")
    else:
        output.print_text(f"{before} → {after.name}; the old name goes on to mean it")


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

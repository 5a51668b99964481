"""`watcher pipelines set`, `rename`, `rename-type` and `rewind`: pipelines changed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher_core import arguments, text
from watcher_core.cli import output, times
from watcher_core.cli.edge import find_pipeline, open_watcher
from watcher_core.cli.options import Json, PipelineName, unless_none

if TYPE_CHECKING:
    from watcher_core.values import Pipeline, PipelineType

MOST_OF_A_RUNBOOK = 2_000

app = typer.Typer(rich_markup_mode=None)


@app.command(
    "set",
    epilog=output.examples(
        "watcher pipelines set raw_flights --inactive",
        'watcher pipelines set raw_flights --freshness "2 hours" --timeliness none',
        "watcher pipelines set nightly-load --owner team:data --owner ada@example.com",
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
    owner: Annotated[
        list[str] | None,
        typer.Option(metavar="OWNER", help="Who owns it, as in team:data, once for each, or none.", show_default=False),
    ] = None,
    runbook: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What to do when it fails: the address of a page, a few words, or none."),
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
    metadata = _read_metadata(owner, runbook)
    if not fields and not metadata:
        raise typer.BadParameter("nothing to change; name an option, as in --inactive (see --help)")
    with open_watcher() as watcher:
        before = find_pipeline(watcher, name)
        if metadata:
            changed = before.pipeline_metadata | metadata
            fields["pipeline_metadata"] = {key: value for key, value in changed.items() if value is not None}
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
    if to is not None and not to.strip():  # as of a variable that is not set
        raise typer.BadParameter(f"{to!r} is no watermark; --to-start takes it away", param_hint="--to")
    with open_watcher() as watcher:
        before = find_pipeline(watcher, name)
        after = watcher.rewind_pipeline(before.id, watermark=to)
    if json:
        output.print_json(after)
        return
    output.print_text(f"{after.name}: watermark {before.watermark or 'none'} → {after.watermark or 'none'}")


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


def _read_metadata(owners: list[str] | None, runbook: str | None) -> dict[str, Any]:
    """Read what of a pipeline's metadata is to change; what is taken away is `None`."""
    metadata: dict[str, Any] = {}
    if owners:
        names = [unless_none(typed) for typed in owners]
        if None in names and len(names) > 1:
            raise typer.BadParameter("none stands beside others; it takes all owners away", param_hint="--owner")
        metadata["owners"] = None if None in names else [arguments.name(typed, "owner") for typed in names]
    if runbook is not None:
        metadata["runbook"] = arguments.words(unless_none(runbook), "runbook", MOST_OF_A_RUNBOOK)
    return metadata


def _owners(pipeline: Pipeline) -> str:
    return ", ".join(text.parse_owners(pipeline.pipeline_metadata.get("owners"))) or "none"


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
        ("owners", _owners(before), _owners(after)),
        ("runbook", *(str(each.pipeline_metadata.get("runbook") or "none") for each in (before, after))),
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

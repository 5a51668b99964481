"""`watcher status`: problems first, then what each pipeline last did, then what nobody watches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core import text
from watcher_core.cli import output, times
from watcher_core.cli.alert_ids import UNRESOLVED
from watcher_core.cli.edge import open_watcher
from watcher_core.cli.options import Json
from watcher_core.cli.pipelines import last_start, last_state, owners_of, usual_duration
from watcher_core.cli.words import NONE_YET
from watcher_core.enums import ExecutionState

if TYPE_CHECKING:
    from watcher_core.values import Alert, Pipeline, PipelineActivity, UnwatchedPipelines

EXAMPLES = output.examples("watcher status", "watcher status --all", "watcher status --json")

MOST_ALERTS = 1000
SHOWN_PIPELINES = 30
SHOWN_NAMES = 8

# Alerts that are listed at first, causes alone.
SHOWN_ALERTS = 30
# What is to be seen first, where no alert is open.
BAD_STATES = (ExecutionState.FAILED, ExecutionState.BLOCKED, ExecutionState.CANCELED)


def status(
    *,
    show_all: Annotated[
        bool, typer.Option("--all", help="Show all pipelines and alerts, and name all that is not watched.")
    ] = False,
    json: Json = False,
) -> None:
    """Show problems, pipelines, and what is not watched."""
    with open_watcher() as watcher:
        alerts = watcher.alerts(state=UNRESOLVED, limit=MOST_ALERTS)
        pipelines = watcher.pipelines()
        activity = {each.pipeline_id: each for each in watcher.pipeline_activity()}
        unwatched = watcher.unwatched_pipelines()
        delivery = watcher.delivery_health()
    ordered = _in_order(pipelines, activity, alerts)
    if json:
        output.print_json(
            {
                "alerts": alerts,
                "pipelines": [
                    {
                        "id": pipeline.id,
                        "name": pipeline.name,
                        "type": pipeline.pipeline_type_name,
                        "owners": owners_of(pipeline),
                        "activity": activity.get(pipeline.id),
                        "alerts": [alert.id for alert in alerts if alert.pipeline_id == pipeline.id],
                    }
                    for pipeline in ordered
                ],
                "not_watched": {each.reason: each.names for each in unwatched},
                "delivery": delivery,
            }
        )
        return
    _print_problems(alerts, failed=sum(each.state in BAD_STATES for each in activity.values()), show_all=show_all)
    if delivery.level != "ok":
        output.print_text(f"Alerts: {delivery.message}; see: watcher doctor")
    _print_pipelines(ordered if show_all else ordered[:SHOWN_PIPELINES], activity, alerts, more=len(ordered))
    _print_unwatched(unwatched, show_all=show_all)


def _in_order(
    pipelines: Iterable[Pipeline], activity: Mapping[int, PipelineActivity], alerts: Iterable[Alert]
) -> list[Pipeline]:
    """Those with an alert first, then those that went wrong, then by name."""
    alerted = {alert.pipeline_id for alert in alerts}

    def place(pipeline: Pipeline) -> tuple[bool, bool, str]:
        known = activity.get(pipeline.id)
        return pipeline.id not in alerted, known is None or known.state not in BAD_STATES, pipeline.name

    return sorted(pipelines, key=place)


def _print_problems(alerts: list[Alert], *, failed: int, show_all: bool) -> None:
    from watcher_core.cli.alerts import print_alerts

    if not alerts:
        output.print_text(
            f"No alert is open, but the last run of {text.plural(failed, 'pipeline')} did not succeed. Checks open"
            " alerts; whether they run: watcher doctor"
            if failed
            else "No alert is open."
        )
        return
    heading = f"Problems: {text.plural(len(alerts), 'alert')}" + (" or more" if len(alerts) == MOST_ALERTS else "")
    ordered = sorted(alerts, key=lambda alert: (-alert.level.loudness, alert.id))
    shown = ordered if show_all else _causes(ordered)[:SHOWN_ALERTS]
    print_alerts(shown, heading=heading)
    if more := len(ordered) - len(shown):
        behind = "behind these" if len(_causes(ordered)) <= SHOWN_ALERTS else "behind these or less urgent"
        output.print_text(f"… and {more:,} more, {behind}: watcher status --all")


def _causes(alerts: list[Alert]) -> list[Alert]:
    """Those that need somebody: not what waits for another one that is as urgent."""
    levels = {alert.id: alert.level.loudness for alert in alerts}
    return [alert for alert in alerts if levels.get(alert.cause_alert_id or 0, -1) < levels[alert.id]]


def _print_pipelines(
    shown: list[Pipeline], activity: Mapping[int, PipelineActivity], alerts: list[Alert], *, more: int
) -> None:
    by_pipeline: dict[int | None, list[int]] = {}
    for alert in alerts:
        by_pipeline.setdefault(alert.pipeline_id, []).append(alert.id)
    columns = [
        output.Column("pipeline", fold=True),
        output.Column("last"),
        output.Column("started"),
        output.Column("took", right=True),
        output.Column("usually", right=True),
        output.Column("owner", fold=True),
        output.Column("alert ids", fold=True, minor=True),
    ]
    rows = [
        (
            pipeline.name,
            last_state(activity.get(pipeline.id)),
            times.ago(last_start(activity.get(pipeline.id))),
            _took(activity.get(pipeline.id)),
            usual_duration(activity.get(pipeline.id)),
            ", ".join(owners_of(pipeline)) or None,
            ", ".join(map(str, by_pipeline.get(pipeline.id, []))) or None,
        )
        for pipeline in shown
    ]
    output.print_table(columns, rows, empty=NONE_YET, heading="Pipelines")
    if more > len(shown):
        output.print_text(f"… and {more - len(shown):,} more: watcher status --all")


def _took(activity: PipelineActivity | None) -> str | None:
    if activity is None or activity.start_date is None or activity.state is ExecutionState.BLOCKED:
        return None  # what was blocked has not begun
    end = activity.end_date or dt.datetime.now(dt.UTC)
    return text.duration(max(0.0, (end - activity.start_date).total_seconds())) + ("" if activity.end_date else "…")


def _print_unwatched(unwatched: list[UnwatchedPipelines], *, show_all: bool) -> None:
    if not unwatched:
        return
    output.print_heading("Not watched")
    for each in unwatched:
        named = each.names if show_all else each.names[:SHOWN_NAMES]
        names = ", ".join(map(output.visible, named))
        rest = f" and {each.count - len(named):,} more" if each.count > len(named) else ""
        output.print_text(f"{each.reason}: {names}{rest}")

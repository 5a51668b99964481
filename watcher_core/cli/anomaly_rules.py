"""`watcher anomalies rules …`: which metrics of which pipelines are judged, and how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher_core.cli import output
from watcher_core.cli.edge import find_pipeline, of_pipeline, open_watcher
from watcher_core.cli.options import Json, OfPipeline, PipelineName
from watcher_core.enums import AnomalyMethod, AnomalyMetric
from watcher_core.errors import NotFoundError
from watcher_core.metrics import Metric

if TYPE_CHECKING:
    from watcher_core.values import AnomalyRule

app = typer.Typer(help="Rules: which metrics are judged, and how.", no_args_is_help=True, rich_markup_mode=None)

Metrics = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="METRIC",
        help=f"Of {', '.join(AnomalyMetric)}, all by default; or metadata:KEY, a number in metadata.",
        show_default=False,
    ),
]
Method = Annotated[AnomalyMethod | None, typer.Option("--method", help="How to judge.", show_default=False)]
LookbackDays = Annotated[
    int | None,
    typer.Option(
        metavar="DAYS", help="Days of history, from 1 to 365; seasonal looks at 60 at least.", show_default=False
    ),
]
MinimumExecutions = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Least runs to compare with, from 2 to 10,000; seasonal needs 8 at least.", show_default=False
    ),
]
Multiplier = Annotated[
    float | None,
    typer.Option(
        "--multiplier",
        metavar="X",
        help="Standard deviations that are an anomaly; for seasonal the width of its band. From 0.5 to 10.",
        show_default=False,
    ),
]
Timezone = Annotated[
    str | None,
    typer.Option(
        metavar="ZONE",
        help="Time zone, as in Europe/Berlin; by default that of the partitions or the schedule, else from the data.",
        show_default=False,
    ),
]
Active = Annotated[
    bool | None, typer.Option("--active/--inactive", help="Whether the rule is used.", show_default=False)
]


@app.command(
    "list", epilog=output.examples("watcher anomalies rules list", "watcher anomalies rules list -p raw_flights --json")
)
def list_rules(*, pipeline: OfPipeline = None, json: Json = False) -> None:
    """List anomaly rules, and why those that judge nothing cannot."""
    with open_watcher() as watcher:
        if pipeline is None:
            found = watcher.anomaly_rules(standing=True)
        else:
            found = of_pipeline(watcher, pipeline, lambda name: watcher.anomaly_rules(pipeline=name, standing=True))
    _print_rules(found, json=json)


@app.command(
    "create",
    epilog=output.examples(
        "watcher anomalies rules create raw_flights total_rows",
        "watcher anomalies rules create raw_flights inserts --method zscore",
    ),
)
def create_rules(
    pipeline: PipelineName,
    metrics: Metrics = None,
    *,
    method: Method = None,
    lookback_days: LookbackDays = None,
    minimum_executions: MinimumExecutions = None,
    multiplier: Multiplier = None,
    active: Active = None,
    timezone: Timezone = None,
    json: Json = False,
) -> None:
    """Create rules that judge metrics of a pipeline.

    A rule that exists is changed in the options that are named. To see what a rule would have flagged, run before:
    watcher anomalies backtest.
    """
    given = fields(method, lookback_days, minimum_executions, multiplier, active, timezone)
    wanted = _read_metrics(metrics) or [*AnomalyMetric]
    with open_watcher() as watcher:
        found = find_pipeline(watcher, pipeline)
        made = [watcher.get_or_create_anomaly_rule(found.id, metric_field=metric, **given) for metric in wanted]
    _print_rules(made, json=json)


@app.command(
    "set",
    epilog=output.examples(
        "watcher anomalies rules set raw_flights total_rows --multiplier 3",
        "watcher anomalies rules set raw_flights --inactive   # all of its rules",
    ),
)
def set_rules(
    pipeline: PipelineName,
    metrics: Metrics = None,
    *,
    method: Method = None,
    lookback_days: LookbackDays = None,
    minimum_executions: MinimumExecutions = None,
    multiplier: Multiplier = None,
    active: Active = None,
    timezone: Timezone = None,
    json: Json = False,
) -> None:
    """Change rules of a pipeline by hand.

    Options that are not named stay. A change holds until the rule's configuration in code changes.
    """
    given = fields(method, lookback_days, minimum_executions, multiplier, active, timezone)
    if not given:
        raise typer.BadParameter("nothing to change; name an option, as in --inactive (see --help)")
    wanted = _read_metrics(metrics)
    with open_watcher() as watcher:
        found = find_pipeline(watcher, pipeline)
        changed = [
            watcher.update_anomaly_rule(rule.id, **given)
            for rule in _chosen(watcher.anomaly_rules(pipeline=found.id), wanted, found.name)
        ]
    _print_rules(changed, json=json)


def _print_rules(found: Sequence[AnomalyRule], *, json: bool) -> None:
    if json:
        output.print_json(found)
        return
    columns = [
        output.Column("id", right=True),
        output.Column("pipeline", fold=True),
        output.Column("metric", fold=True),
        output.Column("method"),
        output.Column("multiplier", right=True),
        output.Column("lookback", right=True, minor=True),
        output.Column("minimum", right=True, minor=True),
        output.Column("time zone", minor=True, fold=True),
        output.Column("active"),
    ]
    rows = [
        (
            rule.id,
            rule.pipeline_name,
            rule.metric_field,
            rule.method,
            f"{rule.std_deviation_threshold_multiplier:g}",
            f"{rule.lookback_days} days",
            f"{rule.minimum_executions:,} runs",
            rule.zone,
            output.yes_or_no(rule.active),
        )
        for rule in found
    ]
    output.print_table(
        columns, rows, empty="no anomaly rules yet; make one with: watcher anomalies rules create PIPELINE total_rows"
    )
    for rule in found:
        if rule.cannot_judge is not None:
            output.print_text(f"rule {rule.id} judges nothing yet: {rule.cannot_judge}")


def fields(
    method: AnomalyMethod | None,
    lookback_days: int | None,
    minimum_executions: int | None,
    multiplier: float | None,
    active: bool | None = None,
    timezone: str | None = None,
) -> dict[str, Any]:
    """Return the fields that were named on the command line."""
    given = {
        "method": method,
        "lookback_days": lookback_days,
        "minimum_executions": minimum_executions,
        "std_deviation_threshold_multiplier": multiplier,
        "active": active,
        "timezone": timezone,
    }
    return {field: value for field, value in given.items() if value is not None}


def _read_metrics(names: Sequence[str] | None) -> list[Metric]:
    """Return the metrics that were named, by any of their names; all are checked before anything is written."""
    from watcher_core.anomalies import parse_metric

    return [parse_metric(name) for name in names or ()]


def _chosen(found: Sequence[AnomalyRule], wanted: Sequence[Metric], pipeline: str) -> list[AnomalyRule]:
    """Return the rules of these metrics; all if none is named."""
    by_metric = {rule.metric_field: rule for rule in found}
    missing = next((name for name in wanted if name not in by_metric), None)
    if missing is not None or not found:
        error = NotFoundError("anomaly rule", missing or pipeline)
        error.add_note(f"make one with: watcher anomalies rules create {pipeline} {missing or ''}".rstrip())
        raise error
    return [by_metric[name] for name in wanted] if wanted else list(found)

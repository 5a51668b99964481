"""`watcher anomalies …`: rules, results, explanations and backtests."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core import text
from watcher_core.arguments import MAX_BIGINT
from watcher_core.cli import anomaly_pages, anomaly_rules, output, times
from watcher_core.cli.anomaly_rules import LookbackDays, MinimumExecutions, Multiplier, Timezone
from watcher_core.cli.edge import find_pipeline, login_name, of_pipeline, open_watcher
from watcher_core.cli.options import Json, Limit, OfPipeline, PipelineName, Since, read_since
from watcher_core.enums import AnomalyMethod

if TYPE_CHECKING:
    from watcher_core.values import AnomalyExplanation, AnomalyResult, AnomalyVerdict

app = typer.Typer(
    help="Anomalies: rules, results, and why an execution is unusual.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(anomaly_rules.app, name="rules")

# How many of the runs that were compared with an explanation shows.
SHOWN_RUNS = 10
# What a backtest looks at, where runs are not further apart.
DEFAULT_DAYS = 60

Execution = Annotated[
    int, typer.Argument(metavar="EXECUTION", min=1, max=MAX_BIGINT, help="The execution's id.", show_default=False)
]
Html = Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page that draws it, without network.")]


# Results


@app.command(
    "results",
    epilog=output.examples(
        "watcher anomalies results --since 7d", "watcher anomalies results -p raw_flights --all --json"
    ),
)
def results(
    *,
    pipeline: OfPipeline = None,
    execution: Annotated[
        int | None,
        typer.Option("--execution", "-e", min=1, max=MAX_BIGINT, metavar="ID", help="Of this execution only."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", "-a", help="Show normal and unflagged results, too.")] = False,
    since: Since = None,
    limit: Limit = 30,
    json: Json = False,
) -> None:
    """List unusual results, those of the newest execution first."""
    with open_watcher() as watcher:
        started = read_since(since, watcher)
        ask = partial(
            watcher.anomaly_results,
            execution_id=execution,
            flagged=None if every else True,
            since=started,
            limit=limit,
        )
        found = ask() if pipeline is None else of_pipeline(watcher, pipeline, lambda name: ask(pipeline=name))
    print_results(found, json=json, empty="no results" if every else "nothing is unusual")


@app.command(
    "unflag", epilog=output.examples("watcher anomalies unflag 42", "watcher anomalies unflag 42 --metric total_rows")
)
def unflag(
    execution: Execution,
    *,
    metric: Annotated[
        str | None, typer.Option(metavar="METRIC", help="This metric only; all by default.", show_default=False)
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who unflags it; you by default.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Record that a flagged execution is normal.

    It counts as normal from then on. Its alert resolves when nothing flagged is left.
    """
    with open_watcher() as watcher:
        changed = watcher.unflag_anomaly(execution, metric_field=metric, by=by or login_name())
    if json:
        output.print_json(changed)
        return
    for result in changed:
        output.print_text(
            f"execution {result.pipeline_execution_id} of {result.pipeline_name}: {result.metric_field} is normal, "
            f"as {result.unflagged_by or 'somebody'} said at {times.clock(result.unflagged_at)}"
        )


# The past


@app.command(
    "backtest",
    epilog=output.examples(
        "watcher anomalies backtest raw_flights",
        "watcher anomalies backtest raw_flights --metric total_rows --days 90",
        "watcher anomalies backtest raw_flights --html past.html",
    ),
)
def backtest(
    pipeline: PipelineName,
    *,
    metric: Annotated[
        str | None, typer.Option(metavar="METRIC", help="This metric only; all by default.", show_default=False)
    ] = None,
    method: Annotated[AnomalyMethod, typer.Option("--method", help="How to judge.")] = AnomalyMethod.SEASONAL,
    days: Annotated[
        int | None,
        typer.Option(
            metavar="DAYS",
            help="How many days to judge, up to the newest run; by default 60, or the last 30 runs if these go back"
            " further.",
            show_default=False,
        ),
    ] = None,
    lookback_days: LookbackDays = None,
    minimum_executions: MinimumExecutions = None,
    multiplier: Multiplier = None,
    timezone: Timezone = None,
    every: Annotated[bool, typer.Option("--all", "-a", help="Show normal runs, too.")] = False,
    html: Html = None,
    json: Json = False,
) -> None:
    """Show what rules would have flagged in a pipeline's past.

    Each run is judged by those before it, as if it had just ended. Nothing is written, and no rule is needed.
    """
    _check_one_form(html, json=json)
    fields = anomaly_rules.fields(method, lookback_days, minimum_executions, multiplier, timezone=timezone)
    with open_watcher() as watcher:
        found = find_pipeline(watcher, pipeline)
        with output.progress_bar("judgements") as progress:
            verdicts = watcher.backtest_anomalies(found.id, metric_field=metric, days=days, **fields, progress=progress)
    days = days or _judged_days(verdicts)
    if html is not None:
        anomaly_pages.write_backtest(html, verdicts, pipeline=found.name, method=method.value, days=days)
        return
    shown = [verdict for verdict in verdicts if every or verdict.flagged]
    if json:
        output.print_json(shown)
        return
    _print_verdicts(shown)
    _print_summary(verdicts, days)


@app.command(
    "explain", epilog=output.examples("watcher anomalies explain 42", "watcher anomalies explain 42 --html why.html")
)
def explain(execution: Execution, *, html: Html = None, json: Json = False) -> None:
    """Show why rules find an execution normal or unusual.

    It is judged now, and shown with the runs that it is compared with.
    """
    _check_one_form(html, json=json)
    with open_watcher() as watcher:
        found = watcher.explain_anomalies(execution)
        judged = watcher.execution(execution)
    if json:
        output.print_json(found)
        return
    pipeline = judged.pipeline_name
    if not found:
        output.print_text(
            f"pipeline {pipeline} has no anomaly rules; "
            "make one with: watcher anomalies rules create PIPELINE total_rows"
        )
    elif html is not None:
        anomaly_pages.write_explanations(html, found, pipeline=pipeline, execution_id=execution, runs=SHOWN_RUNS)
        return
    else:
        at = times.clock(judged.logical_date or judged.start_date)
        output.print_text(f"execution {execution} of {pipeline}, at {at}")
    for explained in found:
        _print_explanation(explained)


# Output


def print_results(found: Sequence[AnomalyResult], *, json: bool, empty: str) -> None:
    """Print results as a table, or as JSON."""
    if json:
        output.print_json(found)
        return
    columns = [
        output.Column("execution", right=True),
        output.Column("pipeline", fold=True),
        output.Column("at"),
        output.Column("metric"),
        output.Column("value", right=True),
        output.Column("usual", right=True),
        output.Column("from", right=True, minor=True),
        output.Column("to", right=True, minor=True),
        output.Column("z", right=True),
        output.Column("compared with", fold=True, minor=True),
        output.Column("verdict"),
    ]
    rows: list[Sequence[output.Cell]] = [
        (
            result.pipeline_execution_id,
            result.pipeline_name,
            times.clock(result.at),
            result.metric_field,
            text.amount(result.value, result.metric_field),
            *(text.amount(edge, result.metric_field) for edge in (result.expected, result.lower, result.upper)),
            text.z(result.z_score),
            result.compared_with,
            _verdict(result.flagged, is_unflagged=result.unflagged_at is not None),
        )
        for result in found
    ]
    output.print_table(columns, rows, empty=empty)


def _print_verdicts(found: Sequence[AnomalyVerdict]) -> None:
    columns = [
        output.Column("at"),
        output.Column("execution", right=True),
        output.Column("metric"),
        output.Column("value", right=True),
        output.Column("usual", right=True),
        output.Column("from", right=True, minor=True),
        output.Column("to", right=True, minor=True),
        output.Column("z", right=True),
        output.Column("compared with", fold=True, minor=True),
        output.Column("verdict", fold=True),
    ]
    rows: list[Sequence[output.Cell]] = [
        (
            times.clock(verdict.at),
            verdict.execution_id,
            verdict.metric_field,
            *(
                text.amount(number, verdict.metric_field)
                for number in (verdict.value, verdict.expected, verdict.lower, verdict.upper)
            ),
            text.z(verdict.z_score),
            text.compared_with(verdict.profile, verdict.runs),
            output.Styled(verdict.reason, "yellow" if verdict.flagged else ""),
        )
        for verdict in found
    ]
    output.print_table(columns, rows, empty="nothing would have been flagged")


def _judged_days(verdicts: Sequence[AnomalyVerdict]) -> int:
    """Return how many days a backtest looks at by default: what seldom runs has verdicts from further back."""
    most = max((verdicts[-1].at - verdict.at for verdict in verdicts[:1]), default=dt.timedelta())
    return max(DEFAULT_DAYS, math.ceil(most / dt.timedelta(days=1)))


def _print_summary(verdicts: Sequence[AnomalyVerdict], days: int) -> None:
    executions = {verdict.execution_id for verdict in verdicts}
    unusual = {verdict.execution_id for verdict in verdicts if verdict.flagged}
    output.print_text(
        f"{len(unusual):,} of {len(executions):,} executions would have been flagged in the last {days:,} days"
        if executions
        else "there is too little history to judge anything by"
    )


def _print_explanation(explained: AnomalyExplanation) -> None:
    rule, verdict, metric = explained.rule, explained.verdict, explained.rule.metric_field
    output.print_heading(f"{metric}, by {rule.method}{'' if rule.active else ' (switched off)'}")
    fields: list[tuple[str, output.Cell]] = [("value", text.amount(explained.value, metric))]
    if verdict is None:
        output.print_fields([*fields, ("verdict", f"none: {explained.reason}")])
        return
    band = f"{text.amount(verdict.lower, metric)} to {text.amount(verdict.upper, metric)}"
    fields += [
        ("usual", f"{text.amount(verdict.expected, metric)} ({band})"),
        ("compared with", text.compared_with(verdict.profile, verdict.runs)),
        ("z", text.z(verdict.z_score)),
        ("confidence", f"{verdict.confidence:.2f}"),
        ("verdict", output.Styled(verdict.reason, "bold yellow" if verdict.flagged else "green")),
        ("on record", _recorded(explained.result)),
    ]
    output.print_fields(fields)
    shown = [run for run in explained.history if run.compared][-SHOWN_RUNS:]
    columns = [
        output.Column("compared with" if len(shown) == verdict.runs else f"the last {len(shown)} of those"),
        output.Column("execution", right=True),
        output.Column("value", right=True),
        output.Column("flagged"),
    ]
    rows = [
        (times.clock(run.at), run.execution_id, text.amount(run.value, metric), output.yes_or_no(run.flagged))
        for run in shown
    ]
    if rows:
        output.print_table(columns, rows)
    else:
        output.print_text("compared with no run")


def _recorded(result: AnomalyResult | None) -> str:
    if result is None:
        return "not judged yet"
    verdict = _verdict(result.flagged, is_unflagged=result.unflagged_at is not None)
    by = f" by {result.unflagged_by}" if result.unflagged_by else ""
    return f"{verdict}{by}, judged at {times.clock(result.evaluated_at)}"


def _verdict(flagged: bool, *, is_unflagged: bool) -> output.Styled:
    if not flagged:
        return output.Styled("normal")
    return output.Styled("unflagged", "dim") if is_unflagged else output.Styled("unusual", "yellow")


def _check_one_form(html: Path | None, *, json: bool) -> None:
    if html is not None and json:
        raise typer.BadParameter("--html goes without --json")

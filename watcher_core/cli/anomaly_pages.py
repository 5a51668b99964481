"""The pages that `watcher anomalies explain` and `backtest` write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from watcher_core.cli import output, times
from watcher_core.text import amount

if TYPE_CHECKING:
    from watcher_core.anomalies import PageSection
    from watcher_core.metrics import Metric
    from watcher_core.values import AnomalyExplanation, AnomalyRun, AnomalyVerdict

COMPARED_COLUMNS = ("Compared with", "Execution", "Value")
FLAGGED_COLUMNS = ("At", "Execution", "Value", "Usual", "From", "To", "Why")


def write_explanations(
    path: Path, found: Sequence[AnomalyExplanation], *, pipeline: str, execution_id: int, runs: int
) -> None:
    """Write the explanations of an execution, with a picture of each metric.

    Args:
        path: The file to write.
        found: The explanations.
        pipeline: The execution's pipeline.
        execution_id: The execution.
        runs: How many of the runs that it was compared with to list.
    """
    unusual = sum(1 for each in found if each.verdict is not None and each.verdict.flagged)
    _write(
        path,
        [_explained(each, runs) for each in found],
        title=f"Execution {execution_id} of {pipeline}",
        summary=f"{_counted(unusual)} of {_counted(len(found), 'metric')} unusual",
    )


def write_backtest(path: Path, verdicts: Sequence[AnomalyVerdict], *, pipeline: str, method: str, days: int) -> None:
    """Write a backtest of a pipeline, with a picture of each metric.

    Args:
        path: The file to write.
        verdicts: The verdicts, of normal runs too.
        pipeline: The pipeline.
        method: The method that judged.
        days: How much of the past was judged.
    """
    metrics = list(dict.fromkeys(verdict.metric_field for verdict in verdicts))
    sections = [
        _replayed(metric, [verdict for verdict in verdicts if verdict.metric_field == metric]) for metric in metrics
    ]
    _write(path, sections, title=f"{pipeline}, the last {_counted(days, 'day')}", summary=f"By the method {method}")


def _explained(explained: AnomalyExplanation, runs: int) -> PageSection:
    from watcher_core.anomalies import PageSection, draw_anomaly

    metric, verdict = explained.rule.metric_field, explained.verdict
    said = f"{amount(explained.value, metric)}: {explained.reason}"
    if verdict is not None:
        band = f"{amount(verdict.lower, metric)} to {amount(verdict.upper, metric)}"
        said += (
            f". Usual is {amount(verdict.expected, metric)} ({band}), z = {verdict.z_score:,.1f}, confidence"
            f" {verdict.confidence:.2f}, compared with {_counted(verdict.runs, 'run')}: {verdict.profile}"
        )
    compared = [run for run in explained.history if run.compared and verdict is not None][-runs:]

    def row(run: AnomalyRun) -> Sequence[str]:
        return times.clock(run.at), str(run.execution_id), amount(run.value, metric)

    return PageSection(
        heading=f"{metric}, by {explained.rule.method}{'' if explained.rule.active else ' (switched off)'}",
        text=said,
        picture=None if explained.value is None else draw_anomaly(explained, title="", file_format="svg"),
        unusual=verdict is not None and verdict.flagged,
        columns=COMPARED_COLUMNS,
        rows=[row(run) for run in compared],
    )


def _replayed(metric: Metric, verdicts: Sequence[AnomalyVerdict]) -> PageSection:
    from watcher_core.anomalies import PageSection, draw_backtest

    flagged = [verdict for verdict in verdicts if verdict.flagged]
    return PageSection(
        heading=metric,
        text=f"{_counted(len(flagged))} of {_counted(len(verdicts), 'execution')} would have been flagged",
        picture=draw_backtest(verdicts, title="", file_format="svg"),
        unusual=bool(flagged),
        columns=FLAGGED_COLUMNS,
        rows=[
            (
                times.clock(verdict.at),
                str(verdict.execution_id),
                *(amount(each, metric) for each in (verdict.value, verdict.expected, verdict.lower, verdict.upper)),
                verdict.reason,
            )
            for verdict in flagged
        ],
    )


def _write(path: Path, sections: Sequence[PageSection], *, title: str, summary: str) -> None:
    from watcher_core.anomalies import render_page

    page = render_page(sections, title=title, summary=summary, generated_at=dt.datetime.now(dt.UTC))
    path.write_text(page, encoding="utf-8")
    output.print_text(f"{path}: {_counted(len(sections), 'metric')}; open it in a browser")


def _counted(number: int, noun: str = "") -> str:
    return f"{number:,}" + (f" {noun}{'' if number == 1 else 's'}" if noun else "")

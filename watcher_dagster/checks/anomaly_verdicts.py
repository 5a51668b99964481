"""The check of the metrics of an asset's execution: it judges in the run what the sensor would judge afterwards.

Unlike the other checks, it records its results and opens an alert: an execution is judged once, by the run or by the
sensor, whichever comes first.
"""

from __future__ import annotations

import base64
import functools
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from watcher_core import (
    AlertKind,
    AnomalyExplanation,
    AnomalyResult,
    ConfigurationError,
    ExecutionRecord,
    ExecutionState,
    NotFoundError,
    draw_anomaly,
    text,
)
from watcher_dagster.checks import markdown
from watcher_dagster.checks.verdicts import EXECUTION_KEY, Verdict

if TYPE_CHECKING:
    from watcher_core import Watcher

logger = logging.getLogger("watcher.dagster")

LOGICAL_DATE_KEY: Final = "watcher/logical_date"
PICTURE_KEY: Final = "watcher/picture"
NO_RULE: Final = "There is no anomaly rule: set one with watcher_metadata(anomalies=['total_rows'])."

NOTHING_TO_JUDGE: Final = (
    "Nothing is judged: there is too little history, or no execution with the metrics of its rules."
)


def judge_metrics(
    watcher: Watcher, pipeline_name: str, executions: Sequence[ExecutionRecord], partitions: Sequence[str | None]
) -> list[Verdict]:
    """Judge the metrics of executions, and record the results.

    Args:
        watcher: The database.
        pipeline_name: The pipeline.
        executions: Its executions in this run.
        partitions: What to give a verdict on: partitions, or `None` for all that the run did. Where this run did
            nothing of it, its newest execution that succeeded is judged.
    """
    if not _rules(watcher, pipeline_name):
        return [replace(_passed(NO_RULE), partition=partition) for partition in partitions]
    explained: list[AnomalyExplanation] = []
    verdicts = []
    for partition in partitions:
        own = [each.external_id for each in executions if partition is None or each.scope == partition]
        if own:
            judged = [watcher.detect_anomalies(external_id=each, explained=explained.append) for each in own]
        else:
            newest = watcher.executions(
                pipeline=pipeline_name, scope=partition, state=ExecutionState.SUCCEEDED, limit=1
            )
            judged = [watcher.detect_anomalies(each.id, explained=explained.append) for each in newest]
        verdicts.append(replace(_of_judged(watcher, judged, explained), partition=partition))
    return verdicts


def _of_judged(
    watcher: Watcher, judged: Sequence[Sequence[AnomalyResult]], explained: Sequence[AnomalyExplanation]
) -> Verdict:
    """Return the verdict on executions: it is about the first that is unusual; else about the last."""
    unusual = [results for results in judged if _unusual(results)]
    results = unusual[0] if unusual else judged[-1] if judged else []
    if not results:
        return _passed(NOTHING_TO_JUDGE)
    verdict = _of_results(watcher, results, explained)
    others = len(unusual) - 1
    return replace(verdict, description=f"{verdict.description}; and {others:,} more") if others > 0 else verdict


def _of_results(watcher: Watcher, results: Sequence[AnomalyResult], explained: Sequence[AnomalyExplanation]) -> Verdict:
    """Return the verdict on one execution.

    Args:
        watcher: The database.
        results: All results of the execution.
        explained: Explanations of what was judged just now, of this execution and others.
    """
    execution_id = results[0].pipeline_execution_id
    unusual = _unusual(results)
    numbers: dict[str, dg.MetadataValue[Any]] = {
        EXECUTION_KEY: dg.MetadataValue.text(str(execution_id)),
        LOGICAL_DATE_KEY: dg.MetadataValue.timestamp(results[0].at),
    }
    for result in results:
        numbers |= _numbers(result)
    if unusual and (picture := _picture(watcher, unusual, explained)):
        numbers[PICTURE_KEY] = picture
    return Verdict(
        kind=AlertKind.ANOMALY,
        passed=not unusual,
        description=" · ".join(result.description for result in unusual or results),
        finding=f"anomaly/{execution_id} {', '.join(result.metric_field for result in unusual)}" if unusual else "",
        numbers=numbers,
    )


def _rules(watcher: Watcher, pipeline_name: str) -> bool:
    try:
        return any(rule.active for rule in watcher.anomaly_rules(pipeline=pipeline_name))
    except NotFoundError:  # the asset has not run yet
        return False


def _passed(description: str) -> Verdict:
    return Verdict(kind=AlertKind.ANOMALY, passed=True, description=description)


def _unusual(results: Sequence[AnomalyResult]) -> list[AnomalyResult]:
    return [result for result in results if result.is_unusual]


def _numbers(result: AnomalyResult) -> dict[str, dg.MetadataValue[Any]]:
    """Return the numbers of a result as floats, which Dagster plots from one evaluation to the next."""
    key = f"watcher/{result.metric_field}"
    measured = {
        key: result.value,
        f"{key}_expected": result.expected,
        f"{key}_lower": result.lower,
        f"{key}_upper": result.upper,
        f"{key}_z_score": result.z_score,
        f"{key}_confidence": result.confidence,
    }
    numbers: dict[str, dg.MetadataValue[Any]] = {
        name: dg.MetadataValue.float(text.rounded(value)) for name, value in measured.items() if value is not None
    }
    if result.explanation.get("profile"):
        numbers[f"{key}_compared_with"] = dg.MetadataValue.text(result.compared_with)
    return numbers


def _picture(
    watcher: Watcher, unusual: Sequence[AnomalyResult], explained: Sequence[AnomalyExplanation]
) -> dg.MarkdownMetadataValue | None:
    """Draw each unusual metric of an execution. Normal ones are not drawn, since pictures fill Dagster's event log."""
    execution_id, metrics = unusual[0].pipeline_execution_id, {result.metric_field for result in unusual}
    try:
        found = {each.rule.metric_field: each for each in explained if each.execution_id == execution_id}
        if not metrics <= found.keys():  # some were judged before, by the sensor
            found = {each.rule.metric_field: each for each in watcher.explain_anomalies(execution_id)}
        drawn = [_image(each) for metric, each in found.items() if metric in metrics and each.value is not None]
        return dg.MetadataValue.md("\n\n".join(drawn))
    except ConfigurationError as error:
        _warn_once(str(error))
        return None


@functools.cache
def _warn_once(reason: str) -> None:
    """Log why pictures are missing, once per process: an installation without Matplotlib is nothing unusual."""
    logger.warning("unusual executions are not drawn: %s", reason)


def _image(explanation: AnomalyExplanation) -> str:
    encoded = base64.b64encode(draw_anomaly(explanation)).decode("ascii")
    return f"![{markdown.text(explanation.rule.metric_field)}](data:image/png;base64,{encoded})"

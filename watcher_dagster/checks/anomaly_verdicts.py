"""What a check says of the metrics of an asset's execution: judged in the run itself, as the sensor would afterwards.

Unlike the other checks, judging an execution writes its results down and opens its alert: it is judged once, wherever
that happens first.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from watcher_core import (
    AlertKind,
    AnomalyExplanation,
    AnomalyMetric,
    AnomalyResult,
    ConfigurationError,
    ExecutionState,
    NotFoundError,
    draw_anomaly,
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


def judge_metrics(watcher: Watcher, pipeline_name: str, external_ids: Sequence[str]) -> Verdict:
    """Judge the metrics of executions, and write down what is found.

    Args:
        watcher: Where the pipeline is on record.
        pipeline_name: Its name.
        external_ids: The executions that this run has made of it; where there are none, its newest one that succeeded.
    """
    if not _rules(watcher, pipeline_name):
        return _passed(NO_RULE)
    if external_ids:
        judged = [watcher.detect_anomalies(external_id=external_id) for external_id in external_ids]
    else:
        newest = watcher.executions(pipeline=pipeline_name, state=ExecutionState.SUCCEEDED, limit=1)
        judged = [watcher.detect_anomalies(execution.id) for execution in newest]
    # Of the partitions that one run has loaded, the first that is unusual; else the last.
    unusual = [results for results in judged if _unusual(results)]
    results = unusual[0] if unusual else judged[-1] if judged else []
    if not results:
        return _passed(NOTHING_TO_JUDGE)
    verdict = _of_results(watcher, results)
    others = len(unusual) - 1
    return replace(verdict, description=f"{verdict.description}; and {others:,} more") if others > 0 else verdict


def _of_results(watcher: Watcher, results: Sequence[AnomalyResult]) -> Verdict:
    """The verdict on one execution, by what is on record of it."""
    execution_id = results[0].pipeline_execution_id
    unusual = _unusual(results)
    numbers: dict[str, dg.MetadataValue[Any]] = {
        EXECUTION_KEY: dg.MetadataValue.text(str(execution_id)),
        LOGICAL_DATE_KEY: dg.MetadataValue.timestamp(results[0].at),
    }
    for result in results:
        numbers |= _numbers(result)
    if unusual and (picture := _picture(watcher, execution_id, [result.metric_field for result in unusual])):
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
    except NotFoundError:  # nothing is known of the asset yet
        return False


def _passed(description: str) -> Verdict:
    return Verdict(kind=AlertKind.ANOMALY, passed=True, description=description)


def _unusual(results: Sequence[AnomalyResult]) -> list[AnomalyResult]:
    return [result for result in results if result.is_unusual]


def _numbers(result: AnomalyResult) -> dict[str, dg.MetadataValue[Any]]:
    """Floats are what Dagster plots, from one evaluation to the next."""
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
        name: dg.MetadataValue.float(float(f"{value:.10g}")) for name, value in measured.items() if value is not None
    }
    if result.explanation.get("profile"):
        numbers[f"{key}_compared_with"] = dg.MetadataValue.text(result.compared_with)
    return numbers


def _picture(watcher: Watcher, execution_id: int, metrics: Sequence[AnomalyMetric]) -> dg.MarkdownMetadataValue | None:
    """A picture of each metric that is unusual. Of what is normal there is none: it would fill Dagster's event log."""
    try:
        found = [each for each in watcher.explain_anomalies(execution_id) if each.rule.metric_field in metrics]
        return dg.MetadataValue.md("\n\n".join(_image(each) for each in found if each.value is not None))
    except ConfigurationError as error:
        logger.warning("execution %s is not drawn: %s", execution_id, error)
        return None


def _image(explanation: AnomalyExplanation) -> str:
    encoded = base64.b64encode(draw_anomaly(explanation)).decode("ascii")
    return f"![{markdown.text(explanation.rule.metric_field)}](data:image/png;base64,{encoded})"

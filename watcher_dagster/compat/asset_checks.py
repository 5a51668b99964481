"""Asset checks: their specs, and their results as events."""

from __future__ import annotations

import inspect
import warnings
from typing import Any, Final

import dagster as dg

# Since Dagster 1.13.
CHECKS_HAVE_PARTITIONS: Final = "partitions_def" in inspect.signature(dg.AssetCheckSpec).parameters


def check_spec(
    name: str,
    *,
    asset: dg.AssetKey,
    description: str,
    blocking: bool,
    partitions_def: dg.PartitionsDefinition[Any] | None,
) -> dg.AssetCheckSpec:
    """Return the spec of an asset check, whose results stand on their partitions where Dagster can do so."""
    given: dict[str, Any] = {"asset": asset, "description": description, "blocking": blocking}
    if partitions_def is None or not CHECKS_HAVE_PARTITIONS:
        return dg.AssetCheckSpec(name, **given)
    with warnings.catch_warnings():
        # It asks the reader to expect changes. Those are Watcher's to follow: the reader has not used the argument.
        warnings.filterwarnings("ignore", "Specifying a partitions_def on an AssetCheckSpec", dg.PreviewWarning)
        return dg.AssetCheckSpec(name, partitions_def=partitions_def, **given)


def check_evaluation(
    result: dg.AssetCheckResult,
    spec: dg.AssetCheckSpec,
    *,
    partition: str | None,
    target: dg.EventLogRecord | None,
) -> dg.AssetCheckEvaluation:
    """Return a result as the event that Dagster logs, for a step in which Dagster cannot make it.

    Args:
        result: The result.
        spec: The spec of its check.
        partition: The partition that it is about.
        target: The materialization that was checked, without which Dagster takes the result for outdated.
    """
    from dagster._core.definitions.asset_checks.asset_check_evaluation import (
        AssetCheckEvaluationTargetMaterializationData,
    )

    checked = target and AssetCheckEvaluationTargetMaterializationData(
        storage_id=target.storage_id, run_id=target.run_id, timestamp=target.timestamp
    )
    return dg.AssetCheckEvaluation(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=result.passed,
        metadata=result.metadata,
        target_materialization_data=checked,
        severity=result.severity,
        description=result.description,
        blocking=spec.blocking,
        partition=partition,
    )

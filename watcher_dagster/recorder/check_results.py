"""What came of the asset checks of a run, and whether they alone are why it failed. Pure, as `events`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import dagster as dg

from watcher_core import AlertLevel, AssetCheckRecord, AssetCheckStatus, ExecutionState, masking
from watcher_dagster import compat
from watcher_dagster.identity import OWN_CHECKS, asset_pipeline_name, run_identity, runless_identity
from watcher_dagster.recorder.errors import BLOCKING_ERROR, MAX_MESSAGE_CHARACTERS
from watcher_dagster.recorder.materializations import plain_metadata
from watcher_dagster.recorder.runlog import CheckLog, RunLog, StepLog, moment
from watcher_dagster.runs import ASSET_TYPE

SEVERITIES: Final = {"WARN": AlertLevel.WARNING, "ERROR": AlertLevel.ERROR}

# As in "Database Error in model orders (models/orders.sql)". A version of a model has the name of the model there, and
# in its asset that of its file: "in model orders (models/orders_v2.sql)", or `orders.v2.sql`.
_BROKEN_IN_DBT: Final = re.compile(
    r"\b(?:Error|Failure) in (model|seed|snapshot|source|test|unit_test) (\w+)"
    r"(?: \((?:[^()\n]*[/\\])?([\w.]+)\.\w+\))?"
)
_DBT_ERROR: Final = "DagsterDbtCliRuntimeError"
_DBT_TESTS: Final = frozenset({"test", "unit_test"})


def translate_checks(run: dg.DagsterRun, log: RunLog) -> list[AssetCheckRecord]:
    """What came of the checks of a run; Watcher's own have their alerts already."""
    records: list[AssetCheckRecord] = []
    making = {step_key for step_key, _ in log.assets}
    for (step_key, key), check in log.checks.items():
        if key.name in OWN_CHECKS:
            continue
        facts: dict[str, Any] = {
            "pipeline_name": asset_pipeline_name(key.asset_key),
            "pipeline_type_name": ASSET_TYPE,
            "check_name": key.name,
            "external_id": run_identity(run.run_id),
            "execution_external_id": run_identity(run.run_id),
            "step_key": step_key or None,
        }
        records += [_evaluated(evaluation, at, facts) for evaluation, at in check.results.values()]
        if step_key not in making:  # a step that makes assets may give no result on purpose
            records += _unevaluated(log.steps.get(step_key), check, facts)
    return records


def translate_runless_check(event: dg.EventLogRecord, instance_id: str) -> AssetCheckRecord | None:
    """What came of a check that was reported without a run; `None` for what we reported ourselves."""
    entry = event.event_log_entry
    evaluation: dg.AssetCheckEvaluation = compat.event_data(entry.get_dagster_event())
    if evaluation.check_name in OWN_CHECKS:
        return None
    facts = {
        "pipeline_name": asset_pipeline_name(evaluation.asset_key),
        "pipeline_type_name": ASSET_TYPE,
        "check_name": evaluation.check_name,
        "external_id": runless_identity(instance_id, event.storage_id, entry.timestamp, evaluation.asset_key),
    }
    return _evaluated(evaluation, entry.timestamp, facts)


def failed_by_checks(log: RunLog, failed: list[str]) -> list[dict[str, str]]:
    """The checks by which these steps failed, where nothing else is why; else none."""
    found: list[dict[str, str]] = []
    for step_key in failed:
        checks = checks_behind(log, step_key)
        if not checks:
            return []
        found += [{"asset": asset_pipeline_name(key.asset_key), "check": key.name} for key in checks]
    return found


def checks_behind(log: RunLog, step_key: str) -> list[dg.AssetCheckKey]:
    """The checks by which a failed step failed; none where anything else is why.

    A step of checks alone fails by them. One that makes assets too fails by checks where Dagster, or dbt, says so.
    """
    step = log.steps[step_key]
    checks = {key: check for (of_step, key), check in log.checks.items() if of_step == step_key}
    failing = [key for key, check in checks.items() if check.has_failed]
    error = step.error or {}
    if error.get("class") == BLOCKING_ERROR:
        return failing
    if is_of_checks_alone(log, step_key):
        return failing + [key for key, check in checks.items() if check.planned and not check.results]
    broken = broken_in_dbt(step)
    tests = {name for kind, name, _ in broken if kind in _DBT_TESTS}
    if (
        not broken
        or len(tests) < len({name for _, name, _ in broken})
        or len(error["message"]) >= MAX_MESSAGE_CHARACTERS
    ):
        return []
    return failing if tests <= {key.name for key in failing} else []


def is_of_checks_alone(log: RunLog, step_key: str) -> bool:
    """Whether a step was planned to evaluate checks, and to make no asset."""
    return any(check.planned for (of_step, _), check in log.checks.items() if of_step == step_key) and not any(
        of_step == step_key for of_step, _ in log.assets
    )


def broken_in_dbt(step: StepLog) -> list[tuple[str, str, str]]:
    """The kinds, names and files of what broke in a step of dbt, as its error says; none for any other step."""
    error = step.error or {}
    return _BROKEN_IN_DBT.findall(error.get("message", "")) if error.get("class") == _DBT_ERROR else []


def models_broken_in_dbt(step: StepLog, of_step: set[str]) -> set[str]:
    """The models, seeds and snapshots that broke in a step of dbt, by the names of its assets where these have them."""
    broken = ((name, file.replace(".", "_")) for kind, name, file in broken_in_dbt(step) if kind not in _DBT_TESTS)
    return {file if file.startswith(f"{name}_v") and file in of_step else name for name, file in broken}


def _evaluated(evaluation: dg.AssetCheckEvaluation, at: float, facts: dict[str, Any]) -> AssetCheckRecord:
    passed = bool(evaluation.passed)
    return AssetCheckRecord(
        **facts,
        partition=getattr(evaluation, "partition", None),
        status=AssetCheckStatus.PASSED if passed else AssetCheckStatus.FAILED,
        severity=None if passed else SEVERITIES.get(evaluation.severity.value, AlertLevel.ERROR),
        blocking=getattr(evaluation, "blocking", None),
        description=masking.beginning(evaluation.description or "", MAX_MESSAGE_CHARACTERS) or None,
        result_metadata=plain_metadata(evaluation.metadata),
        evaluated_at=moment(at),
    )


def _unevaluated(step: StepLog | None, check: CheckLog, facts: dict[str, Any]) -> Iterator[AssetCheckRecord]:
    """Where a step of checks alone is over without a result."""
    if step is None or step.ended is None or None in check.results:
        return
    error = step.error or {}
    if step.state is ExecutionState.FAILED and error.get("class") != BLOCKING_ERROR:  # raised when the body is over
        status = AssetCheckStatus.ERRORED
    elif step.state in (ExecutionState.FAILED, ExecutionState.SUCCEEDED):
        status, error = AssetCheckStatus.NO_RESULT, {}
    else:
        return
    description = ": ".join(filter(None, (error.get("class"), error.get("message"))))
    for partition in check.planned:
        if partition not in check.results and not (partition is None and check.results):
            yield AssetCheckRecord(
                **facts,
                partition=partition,
                status=status,
                description=description[:MAX_MESSAGE_CHARACTERS] or None,
                evaluated_at=moment(step.ended),
            )

"""What came of the checks of a step, as its events show it."""

from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from watcher_core import ExecutionState
from watcher_dagster.recorder.assetlog import AssetLog
from watcher_dagster.recorder.check_results import failed_by_checks, translate_checks
from watcher_dagster.recorder.errors import BLOCKING_ERROR
from watcher_dagster.recorder.runlog import CheckLog, RunLog, StepLog

RUN: Any = SimpleNamespace(run_id="run", status=dg.DagsterRunStatus.FAILURE)
SUCCEEDED, FAILED, CANCELED = ExecutionState.SUCCEEDED, ExecutionState.FAILED, ExecutionState.CANCELED


def log(state: ExecutionState, error: str | None = None, *, makes: bool = False, **checks: bool | None) -> RunLog:
    """A run with one step, which was to evaluate these checks of `orders`; `None`: it gave no result."""
    record: Any = SimpleNamespace(dagster_run=RUN, start_time=0.0, end_time=2.0)
    made = RunLog(record)
    made.steps["step"] = StepLog(
        started=0.0, ended=1.0, state=state, error=None if error is None else {"class": error, "message": "no"}
    )
    orders = dg.AssetKey("orders")
    if makes:
        made.assets["step", orders] = AssetLog()
    for name, passed in checks.items():
        check = made.checks["step", dg.AssetCheckKey(orders, name)] = CheckLog(planned={None: None})
        if passed is not None:
            check.results[None] = dg.AssetCheckEvaluation(asset_key=orders, check_name=name, passed=passed), 0.5
    return made


@pytest.mark.parametrize(
    ("given", "statuses", "behind"),
    [
        (log(SUCCEEDED, a=True, b=None), {"a": "passed", "b": "no_result"}, []),
        (log(FAILED, "ValueError", a=True, b=None), {"a": "passed", "b": "errored"}, ["b"]),
        (log(FAILED, "ValueError", a=False, b=None), {"a": "failed", "b": "errored"}, ["a", "b"]),
        (log(FAILED, BLOCKING_ERROR, a=False, b=None), {"a": "failed", "b": "no_result"}, ["a"]),
        (log(FAILED, "ValueError", a=True), {"a": "passed"}, []),  # the step failed after its checks had passed
        (log(CANCELED, "Interrupted", a=None), {}, []),
        (log(FAILED, BLOCKING_ERROR, makes=True, a=False, b=None), {"a": "failed"}, ["a"]),
        (log(FAILED, "ValueError", makes=True, a=False, b=None), {"a": "failed"}, []),
        (log(SUCCEEDED, makes=True, a=None), {}, []),
        (log(FAILED, BLOCKING_ERROR, watcher_freshness=False), {}, ["watcher_freshness"]),
    ],
)
def test_what_came_of_the_checks_of_a_step(given: RunLog, statuses: dict[str, str], behind: list[str]) -> None:
    assert {record.check_name: record.status.value for record in translate_checks(RUN, given)} == statuses
    failed = [key for key, step in given.steps.items() if step.state is FAILED]
    assert [each["check"] for each in failed_by_checks(given, failed)] == behind


def test_a_run_in_which_one_step_failed_by_more_than_checks_did_not_fail_by_checks() -> None:
    given = log(FAILED, "ValueError", a=None)
    given.steps["another"] = StepLog(started=0.0, ended=1.0, state=FAILED, error={"class": "OSError", "message": "no"})
    assert failed_by_checks(given, ["step", "another"]) == []

"""Asset checks that ran and gave no result. `python -m watcher_dagster.unevaluated` prints their names as JSON.

Dagster takes what a check function returns for a result only where it is one. A function that returns `False` passes.
"""

from __future__ import annotations

import json
import sys

import dagster as dg

from watcher_dagster import compat

RUNS = 200


def unevaluated_checks(instance: dg.DagsterInstance, *, limit: int = RUNS) -> list[str]:
    """Return the checks, as `asset:check`, whose steps succeeded in one of the newest runs without an evaluation."""
    planned = dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
    evaluated = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    newest: dict[str, bool] = {}
    runs = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS]), limit=limit)
    for run in runs:
        events = [
            entry.dagster_event
            for entry in instance.all_logs(run.run_id, of_type={planned, evaluated, dg.DagsterEventType.STEP_SUCCESS})
            if entry.dagster_event is not None
        ]
        succeeded = {event.step_key for event in events if event.event_type == dg.DagsterEventType.STEP_SUCCESS}
        judged = {_name(event) for event in events if event.event_type == evaluated}
        for event in events:
            if event.event_type == planned and event.step_key in succeeded:
                newest.setdefault(_name(event), _name(event) in judged)
    return sorted(name for name, is_evaluated in newest.items() if not is_evaluated)


def _name(event: dg.DagsterEvent) -> str:
    data = compat.event_data(event)
    return f"{data.asset_key.to_user_string()}:{data.check_name}"


if __name__ == "__main__":
    with dg.DagsterInstance.get() as instance:
        json.dump(unevaluated_checks(instance), sys.stdout)

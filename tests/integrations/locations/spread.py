"""A code location whose steps workers of Celery run."""

import os
import time
from pathlib import Path

import dagster as dg
from dagster_celery import celery_executor

from watcher_dagster import build_watcher_definitions

REDIS = os.environ["SPREAD_REDIS"]
GATE = Path(os.environ["SPREAD_GATE"])


def part(name: str, **options: object) -> dg.AssetsDefinition:
    @dg.asset(name=name, **options)  # type: ignore[call-overload] # options of any asset
    def made() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata={"watcher/total_rows": 7, "worker": os.getpid()})

    return made


@dg.asset
def lasting() -> None:
    """Goes on until its gate is open, whatever becomes of its run."""
    GATE.with_suffix(".began").touch()
    while not GATE.exists():
        time.sleep(0.1)


PARTS = [f"part_{number}" for number in range(6)]
spread = celery_executor.configured({"broker": REDIS, "backend": REDIS})
defs = dg.Definitions.merge(
    dg.Definitions(
        assets=[*(part(name) for name in PARTS), part("whole", deps=PARTS), lasting],
        jobs=[
            dg.define_asset_job("wide", [*PARTS, "whole"], executor_def=spread),
            dg.define_asset_job("long", ["lasting"], executor_def=spread),
        ],
    ),
    build_watcher_definitions(minimum_interval_seconds=1, check_interval_seconds=5),
)

"""The code location of the drill: runs of one process and of several, partitions, checks, and what fails at random."""

import random
import time

import dagster as dg

from watcher_dagster import build_watcher_definitions

DAYS = dg.StaticPartitionsDefinition([f"2026-11-{day:02}" for day in range(1, 8)])


def work(name: str, seconds: float, **options: object) -> dg.AssetsDefinition:
    @dg.asset(name=name, **options)  # type: ignore[call-overload] # options of any asset
    def made() -> dg.MaterializeResult[None]:
        time.sleep(seconds * random.random())
        return dg.MaterializeResult(metadata={"watcher/total_rows": 7})

    return made


@dg.asset
def unsteady() -> None:
    if random.random() < 0.5:
        raise ConnectionError("the partner does not answer")


@dg.asset_check(asset="orders")
def complete() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=random.random() < 0.8)


ASSETS = [
    work("orders", 1.0),
    work("revenue", 1.0, deps=["orders"]),
    work("margin", 1.0, deps=["revenue"]),
    work("sales", 0.5, partitions_def=DAYS),
    work("stock", 0.2, group_name="quick"),
    unsteady,
]
CHAIN = ("orders", "revenue", "margin")
EVERY = 2  # seconds between the ticks of Watcher's sensors

defs = dg.Definitions.merge(
    dg.Definitions(
        assets=ASSETS,
        asset_checks=[complete],
        jobs=[
            dg.define_asset_job("chain", list(CHAIN), executor_def=dg.multiprocess_executor),
            dg.define_asset_job("quick", ["stock", "unsteady"], executor_def=dg.in_process_executor),
            dg.define_asset_job("daily", ["sales"], partitions_def=DAYS, executor_def=dg.in_process_executor),
        ],
    ),
    build_watcher_definitions(
        minimum_interval_seconds=EVERY,
        check_interval_seconds=EVERY,
        anomaly_interval_seconds=EVERY,
        slack_interval_seconds=EVERY,
        external_interval_seconds=EVERY,
    ),
)

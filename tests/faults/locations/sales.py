"""The code location of the fault matrix: each asset, job, schedule and sensor fails while its switch is on.

A switch is a file in the directory `FAULTS_SWITCHES`, so that it works in every process of a run.
"""

import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg

from watcher_dagster import build_watcher_definitions, watcher_metadata

SWITCHES = Path(os.environ["FAULTS_SWITCHES"])
INTERVAL = os.environ.get("FAULTS_INTERVAL")  # seconds between the ticks of Watcher's sensors; unset: their defaults
DAYS = dg.StaticPartitionsDefinition(["2026-11-26", "2026-11-27"])


def is_on(name: str) -> bool:
    return (SWITCHES / name).exists()


def wait_while(name: str) -> None:
    """Do not end while the switch is on."""
    (SWITCHES / f"{name}.pid").write_text(str(os.getpid()))
    while is_on(name):
        time.sleep(0.2)


def asset(name: str, error: str = "", **options: object) -> dg.AssetsDefinition:
    @dg.asset(name=name, **options)  # type: ignore[call-overload] # options of any asset
    def made() -> None:
        if error and is_on(name):
            raise ValueError(error)

    return made


def check(asset_name: str, name: str, answer: Callable[[], dg.AssetCheckResult], **options: object) -> object:
    @dg.asset_check(asset=asset_name, name=name, **options)  # type: ignore[arg-type] # options of any check
    def checked() -> dg.AssetCheckResult:
        return answer()

    return checked


def is_good(name: str, severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=not is_on(name), severity=severity, description=f"{name} has 3 empty rows")


def raises_if_on(name: str) -> dg.AssetCheckResult:
    if is_on(name):
        raise KeyError("no column amount")
    return dg.AssetCheckResult(passed=True)


def by_day(name: str) -> dg.AssetsDefinition:
    """An asset whose partitions fail each while a switch of its own is on."""

    @dg.asset(name=name, partitions_def=DAYS)
    def made(context: dg.AssetExecutionContext) -> None:
        if is_on(f"{name} {context.partition_key}"):
            raise ValueError("no file of that day")

    return made


@dg.asset(metadata=watcher_metadata(timeliness=(1, "minute")))
def forecast() -> None:
    wait_while("forecast")


@dg.asset(metadata=watcher_metadata(anomalies=["total_rows"]))
def clicks() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"dagster/row_count": 12 if is_on("clicks") else 1000})


# A job outside Dagster writes `landing`, and automation runs `landed` behind it.
LANDING = dg.AssetSpec("landing", metadata={"watcher/pipelines": ["copy"]})


@dg.asset(deps=[LANDING], automation_condition=dg.AutomationCondition.eager())
def landed() -> None:
    wait_while("landed")


ASSETS: list[dg.AssetsDefinition | dg.AssetSpec] = [
    asset(
        "orders", "duplicate key 8123 in stg_orders", metadata=watcher_metadata(runbook="https://wiki.example/orders")
    ),
    asset("revenue", deps=["orders"]),
    asset("customers", "the API answers 503", retry_policy=dg.RetryPolicy(max_retries=1)),
    asset("stock"),
    asset("prices"),
    asset("shipments"),
    asset("deliveries", deps=["shipments"]),
    asset("returns"),
    asset("suppliers"),
    asset(
        "weather",
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(minutes=2)),
    ),
    asset("rates", metadata=watcher_metadata(freshness=(2, "minute"))),
    asset("payments", "the bank is away", metadata=watcher_metadata(level="critical")),
    asset("letters", "the printer is away"),
    asset("leads", "the CRM is away"),
    asset("margin", deps=["leads"], owners=["team:finance"], metadata=watcher_metadata(freshness=(1, "hour"))),
    by_day("invoices"),
    by_day("statements"),
    by_day("balances"),
    forecast,
    clicks,
    LANDING,
    landed,
]
CHECKS = [
    check("stock", "complete", lambda: is_good("stock")),
    check("prices", "plausible", lambda: is_good("prices", dg.AssetCheckSeverity.WARN)),
    check("shipments", "complete", lambda: is_good("shipments"), blocking=True),
    check("returns", "complete", lambda: raises_if_on("returns")),
    check("suppliers", "complete", lambda: is_good("suppliers")),
]


def job(name: str, work: Callable[[dg.OpExecutionContext], None], **options: Any) -> dg.JobDefinition:
    """A plain job of one op."""

    @dg.op(name=f"{name}_op")
    def op(context: dg.OpExecutionContext) -> None:
        work(context)

    @dg.job(name=name, **options)
    def made() -> None:
        op()

    return made


def fail_while(name: str, error: str) -> Callable[[dg.OpExecutionContext], None]:
    def work(_: dg.OpExecutionContext) -> None:
        if is_on(name):
            raise RuntimeError(error)

    return work


JOBS = [
    job("export", fail_while("export", "the disk is full")),
    job("sync", fail_while("sync", "the peer is away"), tags={"dagster/max_retries": "1"}),
    job("endless", lambda _: wait_while("endless"), tags={"dagster/max_runtime": "5"}),
    job("mail", lambda _: wait_while("mail")),
    job("render", lambda _: wait_while("render"), executor_def=dg.multiprocess_executor),
    job("archive", lambda _: None, tags={"queue": "closed"}),
]


behind_landing = dg.AutomationConditionSensorDefinition(
    "behind_landing", target=[landed], minimum_interval_seconds=2, default_status=dg.DefaultSensorStatus.RUNNING
)


@dg.sensor(job_name="export", minimum_interval_seconds=10, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox() -> dg.SkipReason:
    if is_on("inbox"):
        raise ConnectionError("the inbox is away")
    return dg.SkipReason("nothing new")


@dg.schedule(cron_schedule="* * * * *", job_name="export", default_status=dg.DefaultScheduleStatus.RUNNING)
def minutely() -> dg.SkipReason:
    if is_on("minutely"):
        raise ConnectionError("the calendar is away")
    return dg.SkipReason("nothing to do")


@dg.schedule(cron_schedule="* * * * *", job_name="export", default_status=dg.DefaultScheduleStatus.RUNNING)
def nightly() -> dg.SkipReason:
    return dg.SkipReason("nothing to do")


def intervals() -> dict[str, int]:
    names = ("check", "anomaly", "slack", "external")
    every = ["minimum_interval_seconds", *(f"{name}_interval_seconds" for name in names)]
    return dict.fromkeys(every, int(INTERVAL)) if INTERVAL else {}


defs = dg.Definitions.merge(
    dg.Definitions(
        assets=ASSETS,
        asset_checks=CHECKS,  # type: ignore[arg-type] # made by a helper that returns any check
        jobs=JOBS,
        sensors=[inbox, behind_landing],
        schedules=[minutely, nightly],
        executor=dg.in_process_executor,
    ),
    build_watcher_definitions(**intervals()),  # type: ignore[arg-type] # some of its options
)

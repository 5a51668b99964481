"""The faults: how each is caused with real parts, what is said, and how it is made good.

`…` in a text stands for anything. A wave of faults is caused at once, and the next one follows when all is good again.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import dagster as dg

from tests.faults.stack import RUN_WAIT_MINUTES, START_TIMEOUT_SECONDS, Stack, now
from watcher_core import AlertKind

# When a fault was there for Dagster, or the clock, to see; `None` before that.
Sign = Callable[[], float | None]
Cause = Callable[[Stack], Sign]
Mend = Callable[[Stack], None]

RUNS = "Runs, jobs and assets"
CHECKS = "Asset checks in a run"
TIME = "Too late, too long, unusual"
DAGSTER = "Dagster itself"
OWN = "The alarm itself"

FIXED = "✅ {}: fixed by the run of …"
ASSET = "the asset, its run and step"
JOB = "the job, its run and step"
HEALTH = "alert `health`, `watcher doctor`"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One fault.

    Attributes:
        name: Its name in the results.
        section: The table that it stands in.
        fault: What goes wrong, as the table says it.
        subject: What its alert is about.
        kind: The kind of its alert.
        said: The first line of the message; with several subjects in one message, the line of this one.
        over: The same of the recovery.
        where: Where it is said, as the table has it.
        cause: Causes it, and returns its sign.
        mend: Makes it good again.
        wave: When it is caused.
        tolerance: Seconds after the sign within which the message has to be there.
    """

    name: str
    section: str
    fault: str
    subject: str
    kind: AlertKind = AlertKind.FAILURE
    said: str
    over: str = ""
    where: str
    cause: Cause
    mend: Mend
    wave: int = 1
    tolerance: float = 60.0


def matches(pattern: str, text: str) -> bool:
    """Whether a text is as declared; `…` stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("…"))), text, re.DOTALL) is not None


# Causes


def run_of(
    switch: str,
    job: str = "__ASSET_JOB",
    *,
    location: str = "sales",
    assets: Sequence[str] = (),
    checks: Sequence[tuple[str, str]] = (),
    tags: dict[str, str] | None = None,
) -> tuple[Cause, Mend]:
    """Launch a run while the switch is on; it is good again by the same run while it is off."""

    def launch(stack: Stack) -> str:
        return stack.launch(job, location=location, assets=assets, checks=checks, tags=tags)

    def cause(stack: Stack) -> Sign:
        stack.on(switch)
        run_id = launch(stack)
        return lambda: stack.ended(run_id)

    def mend(stack: Stack) -> None:
        stack.off(switch)
        launch(stack)

    return cause, mend


def killed(switch: str) -> Cause:
    """Kill the process that waits for the switch."""

    def cause(stack: Stack) -> Sign:
        stack.on(switch)
        run_id = stack.launch(switch)
        killed: list[int] = []

        def sign() -> float | None:
            if not killed and (worker := stack.worker(switch)):
                os.kill(worker, signal.SIGKILL)
                killed.append(worker)
            return stack.ended(run_id)

        return sign

    return cause


def ticks(name: str) -> tuple[Cause, Mend]:
    """A schedule or sensor whose ticks fail while its switch is on."""

    def cause(stack: Stack) -> Sign:
        since = now()
        stack.on(name)
        return lambda: stack.newest_tick_failed(name, since=since)

    return cause, lambda stack: stack.off(name)


def stale(asset: str) -> tuple[Cause, Mend]:
    """An asset that is not materialized again within its two minutes."""

    def cause(stack: Stack) -> Sign:
        run_id = stack.launch(assets=[asset])
        return lambda: (ended := stack.ended(run_id)) and ended + 120

    return cause, lambda stack: void(stack.launch(assets=[asset]))


def forecast_takes_long(stack: Stack) -> Sign:
    stack.on("forecast")
    run_id = stack.launch(assets=["forecast"])

    def sign() -> float | None:
        record = stack.instance.get_run_record_by_id(run_id)
        return record.start_time + 60 if record is not None and record.start_time else None

    return sign


def clicks_collapse(stack: Stack) -> Sign:
    """Thirty days of a thousand rows, and then twelve."""
    pipeline = stack.watcher.get_or_create_pipeline("clicks")
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=31)
    for day in range(30):
        began = start + dt.timedelta(days=day)
        execution = stack.watcher.start_execution(pipeline_id=pipeline.id, start_date=began)
        stack.watcher.end_execution(
            execution.id, end_date=began + dt.timedelta(seconds=2), total_rows=990 + 7 * day % 20
        )
    stack.on("clicks")
    run_id = stack.launch(assets=["clicks"])
    return lambda: stack.ended(run_id)


def starts_forever(stack: Stack) -> Sign:
    """A worker that does not get as far as to run anything."""
    stack.on("books")
    run_id = stack.launch("books", location="finance")

    def sign() -> float | None:
        record = stack.instance.get_run_record_by_id(run_id)
        return None if record is None else record.create_timestamp.timestamp() + 60 * RUN_WAIT_MINUTES

    return sign


def given_up(stack: Stack) -> Sign:
    """The same run: Dagster's monitor gives it up."""
    [record] = stack.instance.get_run_records(_of_job("books"), limit=1)
    return lambda: stack.ended(record.dagster_run.run_id)


def _of_job(name: str) -> dg.RunsFilter:
    return dg.RunsFilter(job_name=name)


def marketing_breaks(stack: Stack) -> Sign:
    stack.on("marketing")
    stack.reload("marketing")
    since = now()
    return lambda: since


def marketing_works(stack: Stack) -> None:
    stack.off("marketing")
    stack.reload("marketing")


def void(_: object) -> None:
    """Forget a result."""


def runs(name: str, cause_and_mend: tuple[Cause, Mend], **fields: object) -> Case:
    cause, mend = cause_and_mend
    subject = str(fields.pop("subject", name))
    fields.setdefault("over", FIXED.format(subject))
    return Case(name=name, subject=subject, cause=cause, mend=mend, **fields)  # type: ignore[arg-type] # the rest


def both(first: Cause, second: Mend) -> tuple[Cause, Mend]:
    return first, second


CASES: list[Case] = [
    # First: what is never materialized is stale, too.
    runs(
        "weather",
        stale("weather"),
        section=TIME,
        fault="Data is older than the fail window of a `FreshnessPolicy`",
        kind=AlertKind.FRESHNESS,
        said="…weather is stale: last change … ago, expected within 2 minutes",
        over="✅ weather…",
        where="the asset",
    ),
    runs(
        "rates",
        stale("rates"),
        section=TIME,
        fault="Data is older than a threshold",
        kind=AlertKind.FRESHNESS,
        said="…rates is stale: last change … ago, expected within 2 minutes",
        over="✅ rates…",
        where="the asset",
    ),
    runs(
        "orders",
        run_of("orders", assets=["orders", "revenue"]),
        section=RUNS,
        fault="The step of an asset fails",
        said="🔴 orders failed: duplicate key 8123 in stg_orders",
        where=ASSET,
    ),
    runs(
        "export",
        run_of("export", "export"),
        section=RUNS,
        fault="An op of a plain job fails",
        subject="sales/export",
        said="🔴 sales/export failed: the disk is full",
        where=JOB,
    ),
    runs(
        "invoices",
        run_of("invoices 2026-11-26", assets=["invoices"], tags={"dagster/partition": "2026-11-26"}),
        section=RUNS,
        fault="A partition fails; it stays so, whatever other partitions do",
        said="🔴 invoices failed for 2026-11-26: no file of that day",
        where=ASSET,
    ),
    runs(
        "customers",
        run_of("customers", assets=["customers"]),
        section=RUNS,
        fault="A step fails, and its retries are used up",
        said="🔴 customers failed: the API answers 503",
        where=ASSET,
    ),
    runs(
        "sync",
        run_of("sync", "sync"),
        section=RUNS,
        fault="A run fails, and its retries are used up",
        subject="sales/sync",
        said="🔴 sales/sync failed: the peer is away",
        where=JOB,
    ),
    runs(
        "endless",
        run_of("endless", "endless"),
        section=RUNS,
        fault="Dagster's monitor ends a run for its `dagster/max_runtime`",
        subject="sales/endless",
        said="🔴 sales/endless failed: Exceeded maximum runtime of 5 seconds.",
        where=JOB,
    ),
    runs(
        "mail",
        both(killed("mail"), run_of("mail", "mail")[1]),
        section=RUNS,
        fault="The worker of a run is killed (`kill -9`)",
        subject="sales/mail",
        said="🔴 sales/mail failed: …",
        where=JOB,
    ),
    runs(
        "render",
        both(killed("render"), run_of("render", "render")[1]),
        section=RUNS,
        fault="The process of a step is killed (`kill -9`)",
        subject="sales/render",
        said="🔴 sales/render failed: …",
        where=JOB,
    ),
    runs(
        "books starting",
        both(starts_forever, lambda _: None),
        section=DAGSTER,
        fault="A run is starting for too long",
        subject="runs that are starting",
        kind=AlertKind.HEALTH,
        said="runs that are starting: 1 run starting for up to …: books",
        over="runs that are starting: …",
        where=HEALTH,
        tolerance=75,
    ),
    runs(
        "books",
        both(given_up, lambda stack: (stack.off("books"), void(stack.launch("books", location="finance")))[1]),
        section=RUNS,
        fault="Dagster's monitor gives up a run that does not start",
        subject="finance/books",
        said="🔴 finance/books failed: Run timed out due to taking longer than"
        f" {START_TIMEOUT_SECONDS} seconds to start.",
        where=JOB,
    ),
    runs(
        "ledger",
        run_of("ledger", "ledger", location="finance"),
        section=RUNS,
        fault="A run fails before any step, as its code cannot be imported",
        subject="finance/ledger",
        said="🔴 finance/ledger failed: …",
        where=JOB,
        wave=2,  # the fault is one of the whole code location
    ),
    runs(
        "stock",
        run_of("stock", assets=["stock"]),
        section=CHECKS,
        fault="A check fails with the severity ERROR, in the run of its asset",
        kind=AlertKind.ASSET_CHECK,
        said="🔴 check complete of stock failed: stock has 3 empty rows",
        over="✅ check complete of stock: …",
        where="the asset, its run",
    ),
    runs(
        "prices",
        run_of("prices", assets=["prices"]),
        section=CHECKS,
        fault="A check fails with the severity WARN",
        kind=AlertKind.ASSET_CHECK,
        said="⚠️ check plausible of prices …: prices has 3 empty rows",
        over="✅ check plausible of prices: …",
        where="the asset, its run",
    ),
    runs(
        "shipments",
        run_of("shipments", assets=["shipments", "deliveries"]),
        section=CHECKS,
        fault="A blocking check fails, and with it its run; the asset downstream is `blocked`",
        kind=AlertKind.ASSET_CHECK,
        said="🔴 check complete of shipments failed: shipments has 3 empty rows…",
        over="✅ check complete of shipments: …",
        where="the asset, its run",
    ),
    runs(
        "returns",
        run_of("returns", assets=["returns"]),
        section=CHECKS,
        fault="A check raises an error",
        kind=AlertKind.ASSET_CHECK,
        said="🔴 check complete of returns raised …no column amount…",
        over="✅ check complete of returns: …",
        where="the asset, its run",
    ),
    runs(
        "suppliers",
        run_of("suppliers", checks=[("suppliers", "complete")]),
        section=CHECKS,
        fault="A check fails in a run of checks alone",
        kind=AlertKind.ASSET_CHECK,
        said="🔴 check complete of suppliers failed: suppliers has 3 empty rows",
        over="✅ check complete of suppliers: …",
        where="the asset, its run",
    ),
    runs(
        "forecast",
        both(forecast_takes_long, lambda stack: stack.off("forecast")),
        section=TIME,
        fault="A run takes longer than its threshold",
        kind=AlertKind.TIMELINESS,
        said="…forecast is late: has run for …, expected within 1 minute",
        over="✅ forecast…",
        where=ASSET,
    ),
    runs(
        "clicks",
        both(clicks_collapse, run_of("clicks", assets=["clicks"])[1]),
        section=TIME,
        fault="A number of a run is unusual",
        kind=AlertKind.ANOMALY,
        said="…clicks is unusual: …12…",
        over="✅ clicks…",
        where=ASSET,
    ),
    # The parts of Dagster.
    runs(
        "inbox",
        ticks("inbox"),
        section=DAGSTER,
        fault="The tick of a sensor fails",
        subject="sensor inbox of sales",
        kind=AlertKind.HEALTH,
        said="sensor inbox of sales: its last tick failed: …the inbox is away…",
        over="sensor inbox of sales: …",
        where=HEALTH,
        tolerance=75,
    ),
    runs(
        "minutely",
        ticks("minutely"),
        section=DAGSTER,
        fault="The tick of a schedule fails",
        subject="schedule minutely of sales",
        kind=AlertKind.HEALTH,
        said="schedule minutely of sales: its last tick failed: …the calendar is away…",
        over="schedule minutely of sales: …",
        where=HEALTH,
        tolerance=75,
    ),
    runs(
        "marketing",
        both(marketing_breaks, marketing_works),
        section=DAGSTER,
        fault="A code location does not load",
        subject="code location marketing",
        kind=AlertKind.HEALTH,
        said="code location marketing: does not load: ModuleNotFoundError: No module named 'not_installed'",
        over="code location marketing: …",
        where=HEALTH,
        tolerance=75,
    ),
]

"""A small deployment for the board: a month of a shop's pipelines, some of which are in trouble."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from watcher_core import Address, ExecutionRecord, ExecutionSource, ExecutionState, Watcher

DAYS = 60
HOSTILE = "<img src=x onerror=alert(1)>\u202e\u2066" + "long_name_" * 30

STACK = """Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/dagster/_core/execution/plan/utils.py", line 56, in op_boundary
    yield
  File "/srv/shop/assets/orders.py", line 41, in orders
    return load(day, rows)
  File "/usr/lib/python3.11/site-packages/psycopg/cursor.py", line 97, in execute
    raise ex.with_traceback(None)
psycopg.errors.UniqueViolation: duplicate key value violates unique constraint "orders_pkey"
"""
DUPLICATE = {
    "class": "UniqueViolation",
    "message": 'duplicate key value violates unique constraint "orders_pkey"\nDETAIL: Key (id)=(8123) already exists.',
    "stack": STACK,
}
TIMEOUT = {"class": "ConnectionTimeout", "message": "the server of the CRM did not answer within 30 seconds"}
NO_SPACE = {"class": "OSError", "message": "[Errno 28] No space left on device: '/scratch/churn.parquet'"}

# Name, type, owner, hour of the start, minutes, rows, what it reads, what it writes.
PIPELINES = (
    ("crm/export", "extraction", "team:crm", 0.5, 25, 240_000, ("crm.public.orders",), "lake.crm.orders"),
    ("crm/contacts", "extraction", "team:crm", 0.6, 12, 61_000, ("crm.public.contacts",), "lake.crm.contacts"),
    ("shop/orders", "extraction", "team:shop", 1.0, 34, 120_000, ("lake.crm.orders",), "shop.raw.orders"),
    ("shop/customers", "extraction", "team:shop", 1.1, 16, 40_000, ("lake.crm.contacts",), "shop.raw.customers"),
    ("shop/events", "extraction", "team:shop", 0.2, 95, 9_400_000, (), "lake.shop.events"),
    (
        "warehouse/orders_by_day",
        "transformation",
        "ann@example.com",
        2.0,
        41,
        1_400,
        ("shop.raw.orders",),
        "mart.orders",
    ),
    (
        "warehouse/sessions",
        "transformation",
        "ann@example.com",
        2.1,
        62,
        800_000,
        ("lake.shop.events",),
        "mart.sessions",
    ),
    ("warehouse/revenue", "transformation", "ann@example.com", 3.0, 18, 365, ("mart.orders",), "mart.revenue"),
    (
        "warehouse/funnel",
        "transformation",
        "ann@example.com",
        3.5,
        24,
        90,
        ("mart.sessions", "mart.orders"),
        "mart.funnel",
    ),
    ("reports/finance", "report", "team:finance", 4.0, 6, 12, ("mart.revenue",), "report.finance"),
    ("reports/marketing", "report", "team:marketing", 4.2, 9, 40, ("mart.funnel",), "report.marketing"),
    ("ml/churn", "model", "team:ml", 3.2, 110, 40_000, ("shop.raw.customers",), "ml.churn"),
    ("ml/forecast", "model", "team:ml", 4.1, 75, 4_000, ("mart.sessions",), "ml.forecast"),
)


def populate(watcher: Watcher, *, now: dt.datetime, hostile: bool = False) -> None:
    """Record two months up to `now`: `shop/orders` fails today and what reads it waits, `ml/churn` is stale.

    Args:
        watcher: Where.
        now: The present.
        hostile: Whether there is a pipeline whose name is HTML, turned around and very long.
    """
    for name, kind, owner, _, _, _, sources, target in PIPELINES:
        watcher.get_or_create_pipeline(
            name,
            pipeline_type_name=kind,
            pipeline_metadata={
                "owners": [owner],
                "description": f"What {name.rpartition('/')[2]} is for, in a sentence of its owner.",
                "code_link": f"https://git.example.com/shop/assets/{name}.py",
                "tags": {"tier": "1" if kind == "extraction" else "2"},
            },
            freshness_number=30,
            freshness_datepart="hour",
            timeliness_number=3,
            timeliness_datepart="hour",
        )
        watcher.create_lineage(
            name,
            [Address(source, "postgresql", "database") for source in sources or ("kafka://shop/events",)],
            [Address(target, "postgresql", "database")],
        )
    watcher.get_or_create_anomaly_rule("shop/events", metric_field="inserts")
    if hostile:
        watcher.get_or_create_pipeline(HOSTILE, pipeline_metadata={"owners": [HOSTILE], "description": HOSTILE})
    chance = random.Random(7)
    watcher.record([each for day in range(DAYS, -1, -1) for each in _day(chance, now, day)])
    watcher.detect_pending_anomalies()
    watcher.check_failures()
    watcher.check_freshness()
    for alert in watcher.alerts(pipeline="ml/churn"):
        watcher.acknowledge_alert(alert.id, by="ann", note="no space left on the GPU host, a bigger disk comes today")


def _day(chance: random.Random, now: dt.datetime, day: int) -> list[ExecutionRecord]:
    midnight = (now - dt.timedelta(days=day)).replace(hour=0, minute=0, second=0, microsecond=0)
    # In the morning, what waits for a failure is not stale yet: all days are moved to where they are at eleven.
    shift = min(dt.timedelta(0), now - (midnight + dt.timedelta(days=day, hours=11)))
    made = []
    for position, (name, _, _, hour, minutes, rows, _, _) in enumerate(PIPELINES):
        error = _error(name, day, chance)
        start = midnight + shift + dt.timedelta(hours=hour, minutes=chance.random() * 6)
        seconds = 60 * minutes * chance.uniform(0.88, 1.15)
        counted = int(rows * chance.uniform(0.95, 1.05) * (0.34 if name == "shop/events" and day == 0 else 1))
        if error is not None and day == 0 and name in WAITING:
            continue
        ended = start + dt.timedelta(seconds=seconds if error is None else seconds / 4)
        fields: Any = {"pipeline_name": name, "source": ExecutionSource.PYTHON, "scope": f"{midnight:%Y-%m-%d}"}
        made.append(
            ExecutionRecord(
                **fields,
                external_id=f"{position}/{day}",
                state=ExecutionState.SUCCEEDED if error is None else ExecutionState.FAILED,
                logical_date=midnight,
                start_date=start,
                end_date=ended,
                inserts=counted if error is None else None,
                execution_metadata={} if error is None else {"error": error},
            )
        )
        if error is TIMEOUT:  # and then it went well
            made.append(
                ExecutionRecord(
                    **fields,
                    external_id=f"{position}/{day}/again",
                    state=ExecutionState.SUCCEEDED,
                    logical_date=midnight,
                    start_date=ended + dt.timedelta(minutes=5),
                    end_date=ended + dt.timedelta(minutes=5, seconds=seconds),
                    inserts=counted,
                )
            )
    return made


# What reads the orders does not run today.
WAITING = ("warehouse/orders_by_day", "warehouse/revenue", "reports/finance")


def _error(name: str, day: int, chance: random.Random) -> dict[str, str] | None:
    if name == "shop/orders" and day == 0:
        return DUPLICATE
    if name in WAITING and day == 0:
        return DUPLICATE
    if name == "ml/churn" and day < 3:
        return NO_SPACE
    return TIMEOUT if day > 0 and chance.random() < 0.02 else None

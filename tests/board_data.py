"""A small deployment for the board: a month of a shop's pipelines, some of which are in trouble."""

from __future__ import annotations

import datetime as dt
import random

from watcher_core import Address, ExecutionRecord, ExecutionSource, ExecutionState, Watcher

DAYS = 30
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
ERROR = {
    "class": "UniqueViolation",
    "message": 'duplicate key value violates unique constraint "orders_pkey"\nDETAIL: Key (id)=(8123) already exists.',
    "stack": STACK,
}

# Name, type, owner, minutes, rows, what it reads.
PIPELINES = (
    ("shop/orders", "extraction", "team:shop", 4.0, 120_000, ("crm.public.orders",)),
    ("shop/customers", "extraction", "team:shop", 2.0, 40_000, ("crm.public.customers",)),
    ("warehouse/orders_by_day", "transformation", "ann@example.com", 7.0, 1_400, ("shop.raw.orders",)),
    ("warehouse/revenue", "transformation", "ann@example.com", 3.0, 365, ("shop.mart.orders_by_day",)),
    ("reports/finance", "report", "team:finance", 1.0, 12, ("shop.mart.revenue", "shop.raw.customers")),
    ("ml/churn", "model", "team:ml", 22.0, 40_000, ("shop.raw.customers",)),
    (HOSTILE, "extraction", "team:shop", 1.0, 10, ()),
)
TARGETS = {
    "shop/orders": "shop.raw.orders",
    "shop/customers": "shop.raw.customers",
    "warehouse/orders_by_day": "shop.mart.orders_by_day",
    "warehouse/revenue": "shop.mart.revenue",
    "reports/finance": "shop.report.finance",
    "ml/churn": "shop.ml.churn",
}


def populate(watcher: Watcher, *, now: dt.datetime) -> None:
    """Record the month up to `now`: `shop/orders` fails today, what reads it waits, `ml/churn` is stale."""
    chance = random.Random(7)
    for name, kind, owner, _, _, sources in PIPELINES:
        watcher.get_or_create_pipeline(
            name,
            pipeline_type_name=kind,
            pipeline_metadata={
                "owners": [owner],
                "description": f"What {name.rpartition('/')[2][:60]} is for.",
                "code_link": "https://git.example.com/shop/assets/orders.py#L41",
                "tags": {"tier": "1"},
            },
            freshness_number=None if name == HOSTILE else 26,
            freshness_datepart=None if name == HOSTILE else "hour",
        )
        if name in TARGETS:
            watcher.create_lineage(
                name,
                [Address(source, "postgresql", "database") for source in sources],
                [Address(TARGETS[name], "postgresql", "database")],
            )
    watcher.record([each for day in range(DAYS, -1, -1) for each in _day(chance, now, day)])
    watcher.check_failures()
    watcher.check_freshness()


def _day(chance: random.Random, now: dt.datetime, day: int) -> list[ExecutionRecord]:
    midnight = (now - dt.timedelta(days=day)).replace(hour=0, minute=0, second=0, microsecond=0)
    begin = min(midnight + dt.timedelta(hours=2), now - dt.timedelta(hours=1))
    made = []
    for position, (name, _, _, minutes, rows, _) in enumerate(PIPELINES):
        if name == "ml/churn" and day < 3:
            continue
        is_failed = (name == "shop/orders" and day == 0) or chance.random() < 0.03
        start = begin + dt.timedelta(minutes=8 * position + chance.random() * 3)
        seconds = 60 * minutes * chance.uniform(0.85, 1.2)
        made.append(
            ExecutionRecord(
                pipeline_name=name,
                source=ExecutionSource.PYTHON,
                external_id=f"{position}/{day}",
                state=ExecutionState.FAILED if is_failed else ExecutionState.SUCCEEDED,
                scope=midnight.strftime("%Y-%m-%d"),
                logical_date=midnight,
                start_date=start,
                end_date=start + dt.timedelta(seconds=seconds / 4 if is_failed else seconds),
                inserts=None if is_failed else int(rows * chance.uniform(0.95, 1.05)),
                execution_metadata={"error": ERROR} if is_failed else {},
            )
        )
    return made

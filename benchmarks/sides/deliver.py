"""Opens alerts and delivers them, in a process of its own; for each number that it reads, prints the seconds of that.

python deliver.py DATABASE_URL DIRECTORY ROUTES

The pipelines with the ids from 1 are there. What is there of alerts is deleted first.
"""

import datetime as dt
import json
import sys
import time
from pathlib import Path

import sqlalchemy as sa

from watcher_core import AlertKind, AlertLevel, Settings, Watcher, alerts
from watcher_core.values import Finding

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
url, directory, routes = sys.argv[1:]
settings = Settings(home=Path(directory) / "home", routes=Path(routes))


def finding(number: int) -> Finding:
    return Finding(
        kind=AlertKind.FRESHNESS,
        level=AlertLevel.WARNING,
        pipeline_id=number,
        pipeline_name=f"pipeline {number}",
        execution_id=None,
        new=True,
        deduplication_key=f"freshness/{number}",
        at=NOW,
        measured_from=NOW,
        due_at=NOW,
    )


with Watcher(url, settings=settings) as watcher:
    print("null", flush=True)
    for line in sys.stdin:
        with watcher._transaction() as (session, _):
            session.execute(sa.text("TRUNCATE watcher.alert CASCADE"))
            alerts.open_alerts(session, [finding(number + 1) for number in range(json.loads(line))], now=NOW)
        start = time.perf_counter()
        delivered = watcher.deliver_alerts(now=NOW, pace=alerts.Pace(0))
        print(json.dumps(time.perf_counter() - start), flush=True)
        assert delivered.messages == json.loads(line), delivered

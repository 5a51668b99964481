"""Who may read a host's clock: all others go by the database's, because hosts' clocks may be hours off."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parents[2]
READS = re.compile(r"datetime\.now\(|pendulum\.now\(|utcnow\(|datetime\.today\(")

MEASURED = "what a job, a run or a request has measured itself"
SHOWN = "what is only shown: how long ago, made when"
NO_DATABASE = "where there is no database, or what is compared was dated by this host, or by Dagster's"
ALLOWED = {
    "watcher_core/arguments.py": "the text of an error",
    "watcher_core/cli/check_health.py": SHOWN,
    "watcher_core/cli/anomaly_pages.py": SHOWN,
    "watcher_core/cli/executions.py": SHOWN,
    "watcher_core/cli/export.py": SHOWN,
    "watcher_core/cli/lineage.py": SHOWN,
    "watcher_core/cli/status.py": SHOWN,
    "watcher_core/cli/times.py": "callers that name no time",
    "watcher_core/client/alerts.py": NO_DATABASE,
    "watcher_core/client/connection.py": "when a row was last changed",
    "watcher_core/client/health.py": NO_DATABASE,
    "watcher_core/health/dagster/__init__.py": NO_DATABASE,
    "watcher_core/recording/host_clocks.py": "compares the two clocks",
    "watcher_core/recording/tracking.py": MEASURED,
    "watcher_core/server/access.py": "when a token was last used",
    "watcher_core/server/board/frame.py": SHOWN,
    "watcher_core/server/board/words.py": SHOWN,
    "watcher_core/shell/by_database.py": MEASURED,
    "watcher_core/shell/run.py": MEASURED,
    "watcher_dagster/automation/schedules.py": NO_DATABASE,
    "watcher_dagster/resource.py": MEASURED,
}


def test_only_these_read_the_clock_of_their_host() -> None:
    found = {
        str(path.relative_to(HERE))
        for package in ("watcher_core", "watcher_dagster")
        for path in (HERE / package).rglob("*.py")
        if READS.search(path.read_text(encoding="utf-8"))
    }
    assert found == ALLOWED.keys()

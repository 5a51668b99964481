"""Hosts are not upgraded at once: code from before the newest migration works with the schema, or the schema says no.

It is taken from the history of this checkout, and works without its look at the version: it cannot know the newest.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import psycopg
import pytest

from watcher_core import Watcher
from watcher_core.database import SCHEMA_VERSION
from watcher_core.database.schema import migrations_directory

ROOT = Path(__file__).parents[2]

# What each host does: jobs, checks, and what keeps the database small.
WORK = """
import datetime
import sys
from watcher_core import Address, Watcher
from watcher_core.client import connection

connection.database.check_schema_version = lambda engine: None
with Watcher(sys.argv[1]) as watcher:
    for _ in range(2):
        with watcher.track("old", sources=[Address("a", "t", "u")], targets=[Address("b", "t", "u")]) as execution:
            execution.record(inserts=3)
    try:
        with watcher.track("old"):
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert [finding.pipeline_name for finding in watcher.check_failures()] == ["old"]
    [alert] = watcher.alerts()
    watcher.acknowledge_alert(alert.id, by="ada", note="looking at it")
    watcher.snooze_alert(alert.id, until=watcher.clock() + datetime.timedelta(hours=1), by="bob", note="asked ops")
    watcher.check_freshness()
    watcher.check_timeliness()
    watcher.detect_pending_anomalies()
    watcher.cleanup()
    assert len(watcher.executions(pipeline="old")) == 3
    assert watcher.address_lineage("b")
    assert watcher.alerts()
"""


@pytest.fixture(scope="module")
def code_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    newest = next(migrations_directory().glob(f"versions/{SCHEMA_VERSION}_*.py"))
    added = _git("log", "--diff-filter=A", "--format=%H", "-1", "--", str(newest)).decode().strip()
    if not added:
        pytest.skip("the history of this checkout does not reach back to before the newest migration")
    directory = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=io.BytesIO(_git("archive", f"{added}^", "watcher_core", "migrations"))) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.4 has it
        archive.extractall(directory)
    return directory


def test_the_version_before_works_with_the_newest_schema(
    watcher: Watcher, database_url: str, code_before: Path
) -> None:
    with psycopg.connect(database_url) as connection:
        [oldest] = connection.execute("SELECT oldest_code FROM watcher.alembic_version").fetchone() or [None]
    if oldest == SCHEMA_VERSION:
        pytest.skip("the newest schema says that no older code works with it")
    done = subprocess.run(
        [sys.executable, "-c", WORK, database_url],
        env={"PYTHONPATH": str(code_before), "WATCHER_HOME": str(code_before / "home")},
        cwd=code_before,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [old] = [pipeline for pipeline in watcher.pipelines() if pipeline.name == "old"]
    assert [execution.inserts for execution in watcher.executions(pipeline=old.name)] == [None, 3, 3]
    [alert] = watcher.alerts()
    assert (alert.state, alert.acknowledged_by, alert.snoozed_by, alert.note) == ("snoozed", "ada", "bob", "asked ops")
    assert watcher.acknowledge_alert(alert.id, by="eve", note="mine").noted_by == "eve"


def _git(*arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this is no checkout with its history: {error}")

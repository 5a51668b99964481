"""How Watcher and its database work, and whether the board has changed."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable

import psycopg
import pytest
import sqlalchemy as sa

from tests.factories import at, record, unique
from watcher_core import Diagnostics, Watcher
from watcher_core.database import SCHEMA_VERSION


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


def until(ask: Callable[[], Diagnostics], holds: Callable[[Diagnostics], object]) -> Diagnostics:
    deadline = time.monotonic() + 30
    while not holds(found := ask()):
        assert time.monotonic() < deadline, found
        time.sleep(0.01)  # what is waited for needs the processor
    return found


def test_what_is_known_of_the_database(watcher: Watcher) -> None:
    watcher.record([record(unique("pipeline"))])
    found = watcher.diagnostics()
    assert found.schema_version == SCHEMA_VERSION == watcher.schema_version()
    assert int(found.postgres_version.split(".")[0]) >= 14
    assert {"pipeline_execution", "alert", "execution_daily"} <= {table.name for table in found.tables}
    assert all(table.table_bytes >= 0 and table.rows >= 0 for table in found.tables)
    assert "pk_alert" not in {index.name for index in found.unused_indexes}
    assert found.database_bytes > 0
    assert 0 < found.connections <= found.most_connections
    assert found.slow_statements is None  # the embedded PostgreSQL has no pg_stat_statements
    assert (found.spooled, found.undelivered.count, found.failing_deliveries) == (0, 0, {})
    assert "recorder" in {fact.topic for fact in found.facts}


def test_who_waits_for_whom_is_shown_without_secrets(watcher: Watcher, module_database_url: str) -> None:
    name = watcher.get_or_create_pipeline(unique("locked")).name
    statement = "UPDATE watcher.pipeline SET watermark = 'postgresql://etl:s3cr3t-word@db/x' WHERE name = %s"
    with psycopg.connect(module_database_url) as first, psycopg.connect(module_database_url) as second:
        first.execute(statement, (name,))
        waiting = threading.Thread(target=lambda: second.execute(statement, (name,)))
        waiting.start()
        found = until(watcher.diagnostics, lambda found: found.lock_waits)
        first.rollback()
        waiting.join()
        second.rollback()
        [wait] = found.lock_waits
        assert (wait.process_id, wait.blocked_by) == (second.info.backend_pid, (first.info.backend_pid,))
        assert wait.statement.startswith("UPDATE watcher.pipeline SET watermark")
        assert "s3cr3t-word" not in f"{wait.statement} {wait.blocking_statement}"


NOTE = """
    INSERT INTO watcher.alert_action (alert_id, kind, acted_at, note) VALUES (:id, 'noted', :at, 'seen')
"""
EXECUTION = """
    INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, start_date, end_date, state)
    VALUES (:pipeline_id, 'python', :key, :at, :at, 'succeeded')
"""


def test_the_version_changes_with_what_the_board_shows(watcher: Watcher) -> None:
    name = unique("changing")
    pipeline = watcher.get_or_create_pipeline(name)
    versions = [watcher.board_version()]
    assert watcher.board_version() == versions[0]

    def changed() -> None:
        versions.append(watcher.board_version())

    execution = watcher.start_execution(pipeline_id=pipeline.id, start_date=at(0))
    changed()
    watcher.end_execution(execution.id, completed_successfully=False, end_date=at(1))
    changed()
    watcher.check_failures()
    changed()
    [alert] = watcher.alerts(state="open", pipeline=name)
    watcher.acknowledge_alert(alert.id, by="ada")
    changed()
    watcher.acknowledge_alert(alert.id, by="bob")
    changed()
    watcher.snooze_alert(alert.id, until=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    changed()
    watcher.resolve_alert(alert.id)
    changed()
    assert len(set(versions)) == len(versions)
    assert watcher.board_version() == versions[-1]


@pytest.mark.parametrize("what", ["a note on an alert that is over", "an execution that ended before the newest"])
def test_the_version_changes_with_what_is_committed_after_what_began_later(watcher: Watcher, what: str) -> None:
    """Two people, or two hosts, write at the same time; who began first is done last."""
    pipeline = watcher.get_or_create_pipeline(unique("late"))

    def write(connection: sa.Connection, minutes: int) -> None:
        given = {"id": alert_id, "pipeline_id": pipeline.id, "key": str(minutes), "at": at(minutes)}
        connection.execute(sa.text(NOTE if what.startswith("a note") else EXECUTION), given)

    failed = watcher.start_execution(pipeline_id=pipeline.id, start_date=at(0))
    watcher.end_execution(failed.id, completed_successfully=False, end_date=at(1))
    watcher.check_failures()
    [alert] = watcher.alerts(state="open", pipeline=pipeline.name)
    alert_id = watcher.resolve_alert(alert.id).id
    engine = watcher._connect()
    with engine.connect() as early, engine.connect() as late:
        write(early, 2)
        write(late, 3)
        late.commit()
        before = watcher.board_version()
        assert watcher.board_version() == before
        early.commit()
    assert watcher.board_version() != before

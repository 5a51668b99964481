"""The recorder where others lock Watcher's tables, or have added to them: it fails in time, and loses nothing."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

from tests.factories import record
from watcher_core import DatabaseError, ExecutionState, Settings, Watcher
from watcher_dagster.automation.quick_checks import CheckCursor, check_tick
from watcher_dagster.recorder import record_tick


@dg.asset
def orders() -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(metadata={"watcher/inserts": 7})


AUDIT = """
    CREATE TABLE public.audit (what varchar(3));
    CREATE FUNCTION public.audit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.audit VALUES (NEW.pipeline_id || ' has run');
        RETURN NEW;
    END $$;
    CREATE TRIGGER audit BEFORE INSERT ON watcher.pipeline_execution FOR EACH ROW EXECUTE FUNCTION public.audit();
"""
HOUSE_RULE = "ALTER TABLE watcher.pipeline_execution ADD CONSTRAINT house_rule CHECK (inserts IS NULL)"


@pytest.fixture
def hurried(database_url: str, tmp_path: Path) -> Any:
    with Watcher(database_url, settings=Settings(home=tmp_path / "home")) as watcher:
        watcher.lock_seconds = 0.2
        yield watcher


def recorded(watcher: Watcher) -> list[tuple[str, int | None]]:
    return [(each.state.value, each.inserts) for each in watcher.executions(pipeline="orders")]


@pytest.mark.parametrize(
    "lock", ["LOCK TABLE watcher.pipeline_execution IN SHARE MODE", "SELECT 1 FROM watcher.pipeline FOR UPDATE"]
)
def test_a_tick_does_not_wait_for_a_forgotten_transaction(
    dagster_instance: dg.DagsterInstance, hurried: Watcher, database_url: str, lock: str
) -> None:
    for number in range(2):
        dg.materialize([orders], instance=dagster_instance)
        with psycopg.connect(database_url) as forgotten:
            forgotten.execute(lock.encode())
            if number or "TABLE" in lock:  # else there is no pipeline yet, and so no row to be locked
                assert "1 run cannot be recorded and will be tried again" in record_tick(dagster_instance, hurried)
                assert recorded(hurried) == [("succeeded", 7)] * number
            forgotten.rollback()
        record_tick(dagster_instance, hurried)
    assert recorded(hurried) == [("succeeded", 7)] * 2


@pytest.mark.parametrize(
    ("added", "removed"),
    [
        (HOUSE_RULE, "ALTER TABLE watcher.pipeline_execution DROP CONSTRAINT house_rule"),
        (AUDIT, "DROP TRIGGER audit ON watcher.pipeline_execution"),
    ],
    ids=["constraint", "trigger"],
)
def test_what_others_added_to_our_tables_is_not_taken_for_a_bad_run(
    dagster_instance: dg.DagsterInstance, hurried: Watcher, database_url: str, added: str, removed: str
) -> None:
    dg.materialize([orders], instance=dagster_instance)
    with psycopg.connect(database_url, autocommit=True) as administrator:
        administrator.execute(added.encode())
        for _ in range(5):  # more often than a run that cannot be read is tried
            with pytest.raises(DatabaseError, match=r"house_rule|raised by PL/pgSQL function"):
                record_tick(dagster_instance, hurried)
        administrator.execute(removed.encode())
    record_tick(dagster_instance, hurried)
    assert recorded(hurried) == [("succeeded", 7)]


def test_an_alert_that_is_locked_stops_no_other_check(
    dagster_instance: dg.DagsterInstance, hurried: Watcher, database_url: str
) -> None:
    hurried.get_or_create_pipeline("stale", freshness_number=1, freshness_datepart="hour")
    hurried.record([record("stale"), record("failing", state=ExecutionState.FAILED)])
    hurried.check_failures()
    hurried.record([record("failing", start=10)])  # the alert is over, and its row has to be written
    cursor = CheckCursor.read(None, now=time.time(), pause=60)
    with psycopg.connect(database_url) as forgotten:
        forgotten.execute("SELECT 1 FROM watcher.alert FOR UPDATE")
        said = check_tick(dagster_instance, hurried, cursor, lookback_minutes=60)
        assert "failures cannot be checked: another session holds a lock" in said
        assert "freshness: 1 found, 1 new" in said
        forgotten.rollback()
    assert "cannot be checked" not in check_tick(dagster_instance, hurried, cursor, lookback_minutes=60)

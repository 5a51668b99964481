"""Events of OpenLineage that change lineage: in one go where its lock is free, else anew behind whoever holds it."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from tests.factories import unique
from tests.openlineage_events import dataset, run_event
from watcher_core import Watcher, openlineage
from watcher_core.lineage.closure import LOCK_KEY


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each attempt to record events, whether it began with the lock of lineage."""
    found: list[bool] = []
    record = openlineage.record_events

    def noted(*arguments: Any, may_change_lineage: bool, **options: Any) -> None:
        found.append(may_change_lineage)
        record(*arguments, may_change_lineage=may_change_lineage, **options)

    monkeypatch.setattr(openlineage, "record_events", noted)
    return found


def of_new_job() -> tuple[str, dict[str, Any]]:
    job = unique("job")
    return job, run_event(job, "COMPLETE", job=job, inputs=(dataset(f"{job}.a"),), outputs=(dataset(f"{job}.b"),))


def has_edge(watcher: Watcher, job: str) -> bool:
    return any(edge.pipeline_name == f"shop/{job}" for edge in watcher.lineage_graph().edges)


def test_where_the_lock_is_free_events_are_recorded_in_one_go(watcher: Watcher, attempts: list[bool]) -> None:
    job, event = of_new_job()
    watcher.record_openlineage([event])
    assert has_edge(watcher, job)
    assert attempts == [False]


def test_where_another_changes_lineage_events_wait_for_it(
    watcher: Watcher, database_url: str, attempts: list[bool]
) -> None:
    job, event = of_new_job()
    thread = threading.Thread(target=watcher.record_openlineage, args=([event],))
    with psycopg.connect(database_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
        thread.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        with psycopg.connect(database_url, autocommit=True) as looking:
            while looking.execute(waiting).fetchone() != (1,):
                assert thread.is_alive()
    thread.join()
    assert has_edge(watcher, job)
    assert attempts == [False, True]

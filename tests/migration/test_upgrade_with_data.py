"""A database with data goes up from every revision: no row is lost, and what is read means what it meant.

Data of an old revision is made by going down to it, which keeps all that the revision can hold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory

from tests.board_data import populate
from tests.databases import Databases
from tests.openlineage_events import dataset, run_event
from watcher_core import AssetCheckRecord, AssetCheckStatus, Settings, Watcher
from watcher_core.database.schema import migrations_directory

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)

# Newest first, as the way down goes.
REVISIONS = [script.revision for script in ScriptDirectory(str(migrations_directory())).walk_revisions()]

TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'watcher'::regnamespace ORDER BY 1"


@pytest.fixture(scope="module")
def filled(databases: Databases) -> Iterator[tuple[str, dict[str, Any]]]:
    """A database with rows in all that users fill, and what Watcher reads from it."""
    with databases.clone("template0") as url, Watcher(url, settings=Settings()) as watcher:
        watcher.upgrade()
        populate(watcher, now=NOW, hostile=True)
        _fill_more(watcher)
        facts = _facts(watcher)
        assert all(facts.values())
        yield url, facts


def _fill_more(watcher: Watcher) -> None:
    """What the board does not show, or not much of."""
    with watcher.track("outer") as outer, watcher.track("inner", parent_id=outer.id) as inner:
        inner.record(inserts=3, updates=2)
    pipeline = watcher.get_or_create_pipeline("incremental", next_watermark="2026-03-02")
    execution = watcher.start_execution(pipeline_id=pipeline.id, next_watermark="2026-03-02")
    watcher.end_execution(execution.id, inserts=1)
    check = AssetCheckRecord(
        pipeline_name="outer",
        check_name="not empty",
        external_id="run",
        status=AssetCheckStatus.FAILED,
        evaluated_at=NOW,
    )
    with watcher.recorder("instance") as session:
        assert session is not None
        session.record([], asset_checks=[check], cursor={"position": 7})
    watcher.check_asset_checks()
    watcher.record_openlineage([run_event("told", "COMPLETE", inputs=(dataset("in"),), outputs=(dataset("out"),))])


def _facts(watcher: Watcher) -> dict[str, Any]:
    """What every revision can hold, as the public interface gives it."""
    pipelines = watcher.pipelines()
    return {
        "pipelines": {(each.id, each.name, each.watermark, each.active) for each in pipelines},
        "executions": {
            (each.id, each.pipeline_id, each.parent_id, each.state, each.start_date, each.end_date, each.inserts)
            for each in watcher.executions(limit=10_000)
        },
        "lineage": {(edge.source, edge.target, edge.pipeline_name) for edge in watcher.lineage_graph().edges},
    }


@pytest.mark.parametrize("revision", REVISIONS)
def test_all_rows_come_along(filled, revision):
    url, facts = filled
    with Watcher(url, settings=Settings()) as watcher:
        watcher.downgrade(revision)
        before = _counts(url)
        watcher.upgrade()
        after = _counts(url)
        assert {table: after.get(table) for table in before} == before
        assert _facts(watcher) == facts
        closure = watcher.verify_lineage()
        assert closure.pairs
        assert not closure.missing
        assert not closure.unexpected


def _counts(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        tables = [name for (name,) in connection.execute(TABLES)]
        asked = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM watcher.{name}" for name in tables)
        return dict(connection.execute(asked).fetchall())

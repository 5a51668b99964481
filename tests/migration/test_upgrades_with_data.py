"""A database that was filled at any revision holds, says and does the same at the newest one."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from tests.factories import record
from tests.migration.rows import LONGEST_NAME, ROWS, STRANGE, counts, fill, ids
from watcher_core import Settings, Watcher
from watcher_core.database import upgrade
from watcher_core.database.schema import migrations_directory

REVISIONS = sorted(script.revision for script in ScriptDirectory(str(migrations_directory())).walk_revisions())
HEAD = REVISIONS[-1]

# What an upgrade itself writes: 0012 gives an alert's destination a row, later ones sum up and queue what is there.
GROWS = {"alert_delivery", "execution_daily", "execution_daily_pending"}

SCHEMA = """
    SELECT 'column', attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull::text
      FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped
       AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'watcher'::regnamespace AND relkind = 'r')
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), ''
      FROM pg_constraint WHERE connamespace = 'watcher'::regnamespace
    UNION ALL
    SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid::text
      FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'watcher'::regnamespace)
    UNION ALL
    SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), ''
      FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'value', enumtypid::regtype::text, enumlabel, '', '' FROM pg_enum
"""

Branch = Callable[[str], str]


@pytest.fixture(scope="module")
def branch(server_url: sa.URL, administrator: sa.Connection) -> Branch:
    """Return a database that is at a revision and was filled there: a copy of one that goes up revision by revision."""
    server, chain = server_url.set(drivername="postgresql"), f"upgrades_{uuid.uuid4().hex}"
    administrator.execute(sa.text(f"CREATE DATABASE {chain} TEMPLATE template0"))
    engine = sa.create_engine(server_url.set(database=chain), poolclass=sa.NullPool)

    def branched(revision: str) -> str:
        upgrade(engine, revision)
        name = f"{chain}_{next(numbers)}"  # goes with the server: to drop it takes as long as to make it
        administrator.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {chain}"))
        url = server.set(database=name).render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            fill(connection)
        return url

    numbers = itertools.count()
    return branched


@pytest.fixture(scope="module", params=REVISIONS)
def revision(request: pytest.FixtureRequest) -> str:
    """Each revision, from the first to the last."""
    return str(request.param)


def meaning(watcher: Watcher) -> dict[tuple[str, int], Any]:
    """What calls say of what was written, of that which every revision can say."""
    said: dict[tuple[str, int], Any] = {}
    for pipeline in watcher.pipelines():
        thresholds = (pipeline.freshness_number, pipeline.freshness_datepart, pipeline.mute_freshness_check)
        said["pipeline", pipeline.id] = (
            *(pipeline.name, pipeline.active, pipeline.watermark, pipeline.next_watermark),
            *(pipeline.pipeline_metadata, pipeline.last_target_insert, thresholds),
        )
    for execution in watcher.executions(limit=100):
        said["pipeline_execution", execution.id] = (
            *(execution.pipeline_name, execution.parent_id, execution.source, execution.external_id, execution.state),
            *(execution.start_date, execution.end_date, execution.duration_seconds, execution.logical_date),
            *(execution.full_load, execution.watermark, execution.next_watermark, execution.inserts, execution.updates),
            *(execution.soft_deletes, execution.total_rows, execution.execution_metadata),
        )
    for address in watcher.addresses():
        assert address.id is not None
        said["address", address.id] = (address.name, address.address_type_name, address.deprecated)
    for alert in watcher.alerts():
        said["alert", alert.id] = (
            *(alert.kind, alert.level, alert.state, alert.pipeline_name, alert.pipeline_execution_id, alert.facts),
            *(alert.opened_at, alert.acknowledged_at, alert.snoozed_until, alert.resolved_at),
        )
    for rule in watcher.anomaly_rules():
        said["anomaly_detection_rule", rule.id] = (rule.metric_field, rule.method, rule.lookback_days, rule.active)
    return said


TABLES = ("pipeline", "pipeline_execution", "address", "alert", "anomaly_detection_rule")


class Upgraded:
    """What databases that were filled at each revision are and say once they are at the newest one."""

    def __init__(self) -> None:
        self.meaning: dict[str, dict[tuple[str, int], Any]] = {}
        self.schema: dict[str, set[Any]] = {}


@pytest.fixture(scope="module")
def upgraded() -> Upgraded:
    """Filled by the tests of the revisions, and compared by the one after them."""
    return Upgraded()


def test_what_was_written_at_a_revision_is_kept(branch: Branch, upgraded: Upgraded, revision: str) -> None:
    url = branch(revision)
    with Watcher(url, settings=Settings()) as watcher:
        with psycopg.connect(url) as connection:
            before = counts(connection)
            written = {(table, number) for table in TABLES for number in ids(connection, table)}
        assert all(before[table] for table in ROWS.keys() & before.keys())

        watcher.upgrade()

        with psycopg.connect(url) as connection:
            after = counts(connection)
            upgraded.schema[revision] = set(connection.execute(SCHEMA).fetchall())
        kept = before.keys() - GROWS
        assert {table: after[table] for table in kept} == {table: before[table] for table in kept}
        assert all(after[table] >= before[table] for table in GROWS & before.keys())
        assert watcher.verify_lineage().is_right
        said = meaning(watcher)
        assert said.keys() == written
        upgraded.meaning[revision] = said
        _goes_on(watcher)


def test_it_does_not_matter_when_it_was_written(upgraded: Upgraded) -> None:
    """`test_the_schema_is_what_the_models_say` holds the newest one against the models."""
    if HEAD not in upgraded.meaning:
        pytest.skip("the tests of the revisions were not run, or failed")
    for revision, said in upgraded.meaning.items():
        assert said == {key: value for key, value in upgraded.meaning[HEAD].items() if key in said}, revision
        assert upgraded.schema[revision] == upgraded.schema[HEAD], revision


def _goes_on(watcher: Watcher) -> None:
    """What was written before takes part in what is done now."""
    before = len(watcher.executions(limit=100))
    # Told again, an execution of before is found again, and a new one gets an id of its own.
    told = [record("orders", "run/step/orders", start=0), record(STRANGE, "new", start=0)]
    watcher.record(told)
    watcher.record(told)
    assert len(watcher.executions(limit=100)) == before + 1
    assert watcher.get_or_create_pipeline(LONGEST_NAME).id == 3
    [step] = [child for child in watcher.execution_tree(1).children if child.execution.id == 2]
    assert [part.execution.id for part in step.children] == [3]
    assert {step.address.name for step in watcher.address_lineage("raw")} >= {STRANGE}
    now = dt.datetime.now(dt.UTC)
    for check in (
        watcher.check_freshness,
        watcher.check_timeliness,
        watcher.check_failures,
        watcher.check_asset_checks,
    ):
        check(now=now)
    watcher.cleanup(retention_days=90)


def test_all_of_it_goes_down_and_up_again(branch: Branch) -> None:
    """The way back keeps what the version before can say: executions, pipelines, addresses and their lineage."""
    url = branch(HEAD)
    with Watcher(url, settings=Settings()) as watcher:
        kept = ("pipeline", "pipeline_execution", "address", "watermark_event", "freshness_pipeline_log")
        with psycopg.connect(url) as connection:
            before = counts(connection)
        for revision in reversed(REVISIONS[:-1]):
            watcher.downgrade(revision)
            with psycopg.connect(url) as connection:
                after = counts(connection)
            assert {table: after[table] for table in kept} == {table: before[table] for table in kept}, revision
        watcher.upgrade()
        assert len(watcher.executions(limit=100)) == before["pipeline_execution"]
        assert watcher.verify_lineage().is_right
        _goes_on(watcher)

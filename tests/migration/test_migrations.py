"""The schema goes up from nothing, down and up again, equals the models, and needs no superuser."""

from __future__ import annotations

import datetime as dt
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.factories import NOON, at, record
from tests.openlineage_events import dataset, run_event, run_id
from watcher_core import (
    Address,
    AssetCheckRecord,
    AssetCheckStatus,
    ConfigurationError,
    DatabaseUnavailableError,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    SchemaVersionError,
    Settings,
    Watcher,
    text,
)
from watcher_core.database import SCHEMA_VERSION, normalize_url, upgrade
from watcher_core.database.models import Base
from watcher_core.database.schema import migrations_directory


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Watcher]:
    with Watcher(empty_database_url, settings=Settings()) as watcher:
        yield watcher


@pytest.fixture
def newest(watcher: Watcher) -> Watcher:
    """At the newest revision already: a clone, which takes no migration."""
    return watcher


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    """Of the database of `newest` where a test has that, else of `empty`."""
    url = request.getfixturevalue("database_url" if "newest" in request.fixturenames else "empty_database_url")
    engine = sa.create_engine(normalize_url(url), poolclass=sa.NullPool)
    yield engine
    engine.dispose()


def test_there_is_one_head_and_the_code_knows_it() -> None:
    assert ScriptDirectory(str(migrations_directory())).get_heads() == [SCHEMA_VERSION]


def test_the_schema_is_what_the_models_say(empty: Watcher, engine: sa.Engine) -> None:
    empty.upgrade()
    with engine.connect() as connection, warnings.catch_warnings():
        # Alembic says that it cannot alter a computed column; there is none to alter.
        warnings.filterwarnings("ignore", "Computed default")
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: name == "watcher" if kind == "schema" else True,
                "compare_server_default": True,
                "version_table_schema": "watcher",
            },
        )
        assert compare_metadata(context, Base.metadata) == []


def test_constraints_are_named_once(newest: Watcher, engine: sa.Engine) -> None:
    with engine.connect() as connection:
        names = connection.scalars(
            sa.text("SELECT conname FROM pg_constraint WHERE connamespace = 'watcher'::regnamespace AND contype = 'c'")
        ).all()
    assert names
    assert not [name for name in names if "_ck_" in name]


def test_down_and_up_again_with_data(empty: Watcher) -> None:
    empty.upgrade()
    empty.get_or_create_pipeline("kept no longer")
    empty.downgrade("base")
    assert empty.schema_version() is None
    with pytest.raises(SchemaVersionError, match="watcher db upgrade"):
        empty.pipelines()
    empty.upgrade()
    assert empty.pipelines() == []


def test_results_of_executions_that_are_gone_do_not_stop_a_way_back(newest: Watcher, engine: sa.Engine) -> None:
    """Before revision 0004 a foreign key kept results from outliving their executions."""
    execution = newest.start_execution(pipeline_id=newest.get_or_create_pipeline("p").id)
    rule = newest.get_or_create_anomaly_rule("p", metric_field="inserts", lookback_days=7)
    with engine.begin() as connection:
        for execution_id in (execution.id, execution.id + 1):
            connection.execute(
                sa.text(
                    "INSERT INTO watcher.anomaly_detection_result (rule_id, pipeline_execution_id, flagged, value)"
                    " VALUES (:rule_id, :execution_id, true, 1)"
                ),
                {"rule_id": rule.id, "execution_id": execution_id},
            )
    newest.downgrade("0003")
    with engine.begin() as connection:
        kept = connection.scalars(sa.text("SELECT pipeline_execution_id FROM watcher.anomaly_detection_result")).all()
    assert kept == [execution.id]
    newest.upgrade()
    [result] = newest.anomaly_results()
    assert (result.pipeline_execution_id, result.unflagged_by) == (execution.id, None)
    assert newest.anomaly_rules()[0].lookback_days == 7


def test_an_open_alert_of_a_failure_goes_on_after_an_upgrade(empty: Watcher, engine: sa.Engine) -> None:
    """Revision 0005 puts the Dagster instance into the key, where there is one instance."""
    upgrade(engine, "0004")
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO watcher.pipeline_type (name) VALUES ('t')",
            "INSERT INTO watcher.pipeline (name, pipeline_type_id) SELECT name, 1 FROM unnest(ARRAY['in', 'out']) name",
            "INSERT INTO watcher.recorder (instance_id) VALUES ('instance')",
            "INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, state, start_date, end_date)"
            " VALUES (1, 'dagster', 'a', 'failed', now(), now()), (2, 'python', 'b', 'failed', now(), now())",
            "INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, pipeline_execution_id)"
            " VALUES ('failure', 'error', 'failure/1', 1, 1), ('failure', 'error', 'failure/2', 2, 2)",
        ):
            connection.execute(sa.text(statement))
    empty.upgrade()
    before = {alert.id: alert.deduplication_key for alert in empty.alerts(state="open")}
    assert before == {1: "failure/1/instance", 2: "failure/2"}
    assert len(empty.check_failures()) == 2
    assert {alert.id: alert.deduplication_key for alert in empty.alerts(state="open")} == before


def test_the_alerts_of_asset_checks_go_with_them(newest: Watcher) -> None:
    """The version before revision 0012 does not know their kind."""
    check = AssetCheckRecord(
        pipeline_name="orders",
        check_name="sound",
        external_id="run",
        status=AssetCheckStatus.FAILED,
        evaluated_at=at(0),
    )
    with newest.recorder("instance") as session:
        assert session is not None
        session.record([record("orders")], asset_checks=[check], cursor={})
    assert [alert.new for alert in newest.check_asset_checks()] == [True]
    newest.downgrade("0008")
    newest.upgrade()
    assert (newest.alerts(), newest.asset_checks()) == ([], [])
    assert len(newest.executions()) == 1


def test_a_partition_that_had_failed_before_an_upgrade_is_taken_back_by_itself(
    empty: Watcher, engine: sa.Engine
) -> None:
    """Revision 0005 gives failures their partition; what had been made good stays so."""
    upgrade(engine, "0004")
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO watcher.pipeline_type (name) VALUES ('t')",
            "INSERT INTO watcher.pipeline (name, pipeline_type_id) VALUES ('sales', 1), ('job', 1)",
            "INSERT INTO watcher.pipeline_execution"
            " (pipeline_id, source, external_id, parent_id, state, start_date, end_date, execution_metadata) VALUES"
            " (2, 'dagster', 'run', NULL, 'succeeded', '2024-01-01 00:00+0', '2024-01-01 00:09+0', '{}'),"
            " (1, 'dagster', 'c', 1, 'failed', '2024-01-01 00:00+0', '2024-01-01 00:01+0', '{\"partition\": \"c\"}'),"
            " (1, 'dagster', 'd', 1, 'succeeded', '2024-01-01 00:02+0', '2024-01-01 00:03+0', '{}'),"
            " (1, 'dagster', 'a', 1, 'failed', '2024-01-01 00:04+0', '2024-01-01 00:05+0', '{\"partition\": \"a\"}')",
        ):
            connection.exec_driver_sql(statement)
    empty.upgrade()
    for key in "ba":
        (finding,) = empty.check_failures()
        assert finding.details["failed_partitions"] == ["a"]
        empty.record([record("sales", f"again/{key}", start=10, scope=key)])
    assert empty.check_failures() == []


def test_what_was_delivered_before_an_upgrade_is_not_delivered_again(empty: Watcher, engine: sa.Engine) -> None:
    """Revision 0012 gives each destination of an alert a row: with what it knows, and what waits for another try."""
    upgrade(engine, "0011")
    columns = (
        "kind, level, deduplication_key, pipeline_id, state, opened_at, resolved_at, snoozed_until, event, attempts,"
        " next_attempt_at, lease, destination, thread, last_error, delivered_at, notified_at, recovery_delivered_at"
    )
    rest = {  # state, resolved, snoozed until, event, attempts, next, lease, destination, thread, error, d, n, r
        "told": "'open', NULL, NULL, NULL, 0, NULL, NULL, '#data', '1.2', NULL, now(), now(), NULL",
        "told long ago": "'open', NULL, NULL, NULL, 0, NULL, NULL, 'default', NULL, NULL, '2024-01-01 00:00+0', NULL,"
        " NULL",
        "reminded": "'open', NULL, '2024-01-02 00:00+0', NULL, 0, NULL, NULL, 'default', NULL, NULL,"
        " '2024-01-01 00:00+0', NULL, NULL",
        "snoozed": "'snoozed', NULL, '2999-01-01 00:00+0', 'reminded', 0, '2999-01-01 00:00+0', NULL, 'default', NULL,"
        " NULL, now(), now(), NULL",
        "new": "'open', NULL, NULL, 'opened', 0, now(), NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        "failed": "'open', NULL, NULL, 'opened', 3, '2999-01-01 00:00+0', NULL, NULL, NULL, 'down', NULL, NULL, NULL",
        "missed": "'resolved', now(), NULL, 'missed', 3, now(), NULL, NULL, NULL, 'down', NULL, NULL, NULL",
        "grown": "'open', NULL, NULL, 'updated', 0, now(), NULL, 'default', NULL, NULL, '2024-01-01 00:00+0',"
        " '2024-01-01 00:00+0', NULL",
        "ending": "'resolved', now(), NULL, 'resolved', 0, now(), NULL, '#data', '1.2', NULL, now(), now(), NULL",
        "over": "'resolved', now(), NULL, NULL, 0, NULL, NULL, '#data', '1.2', NULL, now(), now(), now()",
        "leased": "'open', NULL, NULL, 'opened', 1, now(), 'me', NULL, NULL, NULL, NULL, NULL, NULL",
    }
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO watcher.pipeline_type (name) VALUES ('t')")
        connection.exec_driver_sql("INSERT INTO watcher.pipeline (name, pipeline_type_id) VALUES ('sales', 1)")
        for key, given in rest.items():
            connection.exec_driver_sql(
                f"INSERT INTO watcher.alert ({columns}) VALUES ('failure', 'error', '{key}', 1, "
                + given.replace(", ", ", now() - interval '1 day', ", 1)
                + ")"
            )
    empty.upgrade()
    found = {alert.deduplication_key: alert for alert in empty.alerts()}
    assert {key: alert.event and alert.event.value for key, alert in found.items()} == {
        "told": None,
        "told long ago": None,
        "reminded": None,
        "snoozed": "reminded",
        "new": "opened",
        "failed": "opened",
        "missed": "missed",
        "grown": "updated",
        "ending": "resolved",
        "over": None,
        "leased": "opened",
    }
    assert (found["told"].destination, found["told"].thread) == ("#data", "1.2")
    assert (found["failed"].attempts, found["failed"].last_error) == (3, "down")
    assert found["over"].recovery_delivered_at is not None
    empty.downgrade("0011")
    with engine.begin() as connection:
        events = connection.exec_driver_sql("SELECT deduplication_key, event FROM watcher.alert").all()
    assert {key for key, event in events if event is not None} == {"new", "failed", "ending", "leased"}
    empty.upgrade()
    assert {alert.deduplication_key: alert.destination for alert in empty.alerts()}["told"] == "#data"


def test_what_people_did_before_an_upgrade_is_known_after_it(empty: Watcher, engine: sa.Engine) -> None:
    """Revision 0035 makes rows of the last of each that stands at an alert; its one note goes with the last of them."""
    upgrade(engine, "0034")
    rest = {  # state, acknowledged at, by, snoozed at, until, by, resolved at, by hand, by, note, resolution
        "noted": "'acknowledged', '{1}', 'ada', NULL, NULL, NULL, NULL, false, NULL, 'mine', NULL",
        "handed over": "'snoozed', '{1}', 'ada', '{2}', '2999-01-01Z', 'bob', NULL, false, NULL, 'later', NULL",
        "by hand": "'resolved', '{1}', NULL, NULL, NULL, NULL, '{3}', true, 'eve', 'gone', '{how}'",
        "by itself": "'resolved', '{1}', 'ada', NULL, NULL, NULL, '{3}', false, NULL, 'mine', NULL",
        "nobody": "'open', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, NULL, NULL",
    }
    times = {str(hour): f"2024-01-0{hour} 00:00+0" for hour in (1, 2, 3)}
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO watcher.pipeline_type (name) VALUES ('t')")
        connection.exec_driver_sql("INSERT INTO watcher.pipeline (name, pipeline_type_id) VALUES ('sales', 1)")
        for key, given in rest.items():
            for name, value in {**times, "how": '{"how": "by_hand"}'}.items():
                given = given.replace(f"{{{name}}}", value)
            connection.exec_driver_sql(
                "INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, state, acknowledged_at,"
                " acknowledged_by, snoozed_at, snoozed_until, snoozed_by, resolved_at, resolved_by_hand, resolved_by,"
                f" note, resolution) VALUES ('failure', 'error', '{key}', 1, {given})"
            )
    empty.upgrade()
    found = {alert.deduplication_key: alert for alert in empty.alerts()}
    done = {
        key: [(each.kind, each.acted_at.day, each.acted_by, each.note) for each in empty.alert_actions(alert.id)]
        for key, alert in found.items()
    }
    assert done == {
        "noted": [("acknowledged", 1, "ada", "mine")],
        "handed over": [("acknowledged", 1, "ada", None), ("snoozed", 2, "bob", "later")],
        "by hand": [("acknowledged", 1, None, None), ("resolved", 3, "eve", "gone")],
        "by itself": [("acknowledged", 1, "ada", "mine")],
        "nobody": [],
    }
    assert (found["handed over"].noted_by, found["by hand"].noted_by) == ("bob", "eve")
    ended = found["by hand"]
    assert text.resolution(ended.resolution, by=ended.resolved_by) == "closed by hand by eve: gone"
    empty.note_alert(found["noted"].id, "yours", by="bob")
    empty.downgrade("0034")
    with engine.begin() as connection:
        notes = connection.exec_driver_sql("SELECT deduplication_key, note FROM watcher.alert ORDER BY id").all()
    assert notes[0] == ("noted", "yours"), "the version before has the last note"


def test_alerts_of_health_do_not_stop_a_way_back(newest: Watcher, engine: sa.Engine) -> None:
    """Before revision 0013 each alert belonged to a pipeline, and none was critical."""
    pipeline_id = newest.get_or_create_pipeline("p").id
    add = sa.text(
        "INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id) VALUES"
        " ('failure', 'critical', 'failure/1', :id), ('health', 'error', 'h', NULL), ('stuck', 'error', 's', :id)"
    )
    with engine.begin() as connection:
        connection.execute(add, {"id": pipeline_id})
    newest.downgrade("0010")
    newest.upgrade()
    [kept] = newest.alerts()
    assert (kept.deduplication_key, kept.level) == ("failure/1", "error")
    with pytest.raises(sa.exc.IntegrityError, match="ck_alert_pipeline"), engine.begin() as connection:
        connection.execute(add, {"id": None})


@pytest.mark.parametrize(
    ("version", "mend"), [("0000", "watcher db upgrade"), ("9999", "pip install --upgrade watcher-dagster")]
)
def test_another_version_is_refused_with_what_mends_it(
    newest: Watcher, engine: sa.Engine, version: str, mend: str
) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE watcher.alembic_version"
                " SET version_num = CAST(:version AS text), oldest_code = CAST(:version AS text)"
            ),
            {"version": version},
        )
    with pytest.raises(SchemaVersionError, match=mend) as refused:
        newest.pipelines()
    assert (refused.value.found, refused.value.expected) == (version, SCHEMA_VERSION)


def test_a_newer_schema_says_which_code_works_with_it(newest: Watcher, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE watcher.alembic_version SET version_num = '9999', oldest_code = :oldest"),
            {"oldest": SCHEMA_VERSION},
        )
    assert newest.get_or_create_pipeline("p").name == "p"
    assert newest.schema_version() == "9999"
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE watcher.alembic_version SET oldest_code = '9998'"))
    address = newest.url.render_as_string(hide_password=False)
    with Watcher(address, settings=Settings()) as started_later, pytest.raises(SchemaVersionError):
        started_later.pipelines()


def test_several_that_migrate_at_once_wait_for_each_other(empty_database_url: str) -> None:
    failures: list[Exception] = []

    def upgrade() -> None:
        try:
            with Watcher(empty_database_url, settings=Settings()) as watcher:
                watcher.upgrade()
        except Exception as error:
            failures.append(error)

    # Alembic keeps the migration that runs in a place that threads share: here one migrates beside another connection.
    with Watcher(empty_database_url, settings=Settings()) as watcher:
        thread = threading.Thread(target=upgrade)
        thread.start()
        thread.join()
        watcher.upgrade()
        assert watcher.pipelines() == []
    assert failures == []


BEFORE_0023 = """
    INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, state, start_date)
    VALUES (1, 'python', %s, 'running', now())
        ON CONFLICT (source, external_id) DO NOTHING
"""


WAITS_LONGER = sa.text("""
    SELECT EXISTS (SELECT
                     FROM pg_stat_activity
                    WHERE datname = current_database()
                      AND wait_event = 'advisory'
                      AND clock_timestamp() - query_start > interval '1100 ms')
""")


@pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout"])
def test_one_waits_for_another_whatever_limit_there_is_by_default(
    empty: Watcher, engine: sa.Engine, limit: str
) -> None:
    """As where all containers of a deployment start at once, and the database or the role has a limit."""
    with engine.connect() as other, ThreadPoolExecutor(1) as threads:
        other.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": 0x57617463686572})
        with engine.begin() as connection:
            connection.execute(sa.text(f"ALTER DATABASE {engine.url.database} SET {limit} = '1s'"))
        upgraded = threads.submit(empty.upgrade)
        waits = False
        while not (upgraded.done() or waits):
            with engine.begin() as connection:  # what a transaction has read of activity stays as it was
                waits = bool(connection.scalar(WAITS_LONGER))
        other.rollback()
        upgraded.result()
    assert empty.schema_version() == SCHEMA_VERSION


def test_identities_hold_while_one_of_the_version_before_records(newest: Watcher, engine: sa.Engine) -> None:
    """Revision 0023 keeps executions unique in another way: what wrote as before gets an error, and nothing twice."""
    newest.get_or_create_pipeline("p")
    newest.downgrade("0022")
    written: list[str] = []
    refused: list[Exception] = []
    has_begun = threading.Event()

    def record_as_before() -> None:
        with psycopg.connect(engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as old:
            old.autocommit = True
            while not refused:
                try:
                    old.execute(BEFORE_0023, [f"run {len(written)}"])
                except psycopg.errors.InvalidColumnReference as error:
                    refused.append(error)
                else:
                    written.append(f"run {len(written)}")
                    if len(written) == 100:
                        has_begun.set()

    recorder = threading.Thread(target=record_as_before)
    recorder.start()
    assert has_begun.wait(60)
    newest.upgrade()
    recorder.join(60)
    assert refused
    assert not recorder.is_alive()
    known = {execution.external_id: execution.id for execution in newest.executions(limit=100_000)}
    assert sorted(known) == sorted(written)
    newest.record(
        [
            ExecutionRecord(
                pipeline_name="p",
                source=ExecutionSource.PYTHON,
                external_id=name,
                state=ExecutionState.SUCCEEDED,
                start_date=NOON,
                end_date=NOON,
            )
            for name in written[:50]
        ]
    )
    assert {execution.external_id: execution.id for execution in newest.executions(limit=100_000)} == known
    newest.downgrade("0022")
    newest.upgrade()
    assert {execution.external_id: execution.id for execution in newest.executions(limit=100_000)} == known


def test_results_flagged_before_an_upgrade_are_listed_by_their_start(newest: Watcher, engine: sa.Engine) -> None:
    """Revision 0022 copies the start of the executions of flagged results; triggers keep it right from then on."""
    pipeline = newest.get_or_create_pipeline("p")
    rule = newest.get_or_create_anomaly_rule("p", metric_field="inserts")
    one, two, three = (newest.start_execution(pipeline_id=pipeline.id).id for _ in range(3))
    newest.downgrade("0021")
    flag = sa.text(
        "INSERT INTO watcher.anomaly_detection_result (rule_id, pipeline_execution_id, flagged, value)"
        " VALUES (:rule_id, :id, true, 1)"
    )
    with engine.begin() as connection:
        for flagged in (one, two):
            connection.execute(flag, {"rule_id": rule.id, "id": flagged})
    newest.upgrade()
    with engine.begin() as connection:  # as the version before it writes
        connection.execute(flag, {"rule_id": rule.id, "id": three})
    listed = [result.pipeline_execution_id for result in newest.anomaly_results(flagged=True)]
    assert listed == [three, two, one]
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE watcher.pipeline_execution SET start_date = start_date + interval '1 day' WHERE id = :id"),
            {"id": one},
        )
    listed = [result.pipeline_execution_id for result in newest.anomaly_results(flagged=True)]
    assert listed == [one, three, two]
    assert listed == [result.pipeline_execution_id for result in newest.anomaly_results()]


def test_failures_that_were_open_before_an_upgrade_are_compared_with_new_ones(
    newest: Watcher, engine: sa.Engine
) -> None:
    """Revision 0032 finds open failures by what they have in common, in which numbers and identifiers do not count."""
    old, new = (newest.get_or_create_pipeline(name).id for name in ("old", "new"))
    add = sa.text(
        "INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, opened_at, facts, is_settled)"
        " VALUES ('failure', 'error', CAST(:id AS text), :id, now(), jsonb_build_object('error', CAST(:error AS text)),"
        " :is_settled)"
    )
    newest.downgrade("0031")
    with engine.begin() as connection:
        connection.execute(add, {"id": old, "error": "\n no host 10.0.0.1\nat line 7", "is_settled": True})
    newest.upgrade()
    with engine.begin() as connection:
        connection.execute(add, {"id": new, "error": "no host 10.0.0.2", "is_settled": False})
    newest.deliver_alerts()
    causes = {alert.pipeline_id: alert.cause_alert_id for alert in newest.alerts()}
    assert causes == {old: None, new: next(alert.id for alert in newest.alerts() if alert.pipeline_id == old)}


def test_a_lock_that_is_held_stops_it_early_and_leaves_nothing(newest: Watcher, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("LOCK TABLE watcher.pipeline IN ACCESS SHARE MODE"))
        with pytest.raises(DatabaseUnavailableError, match="lock"):
            newest.downgrade("base")
    assert newest.schema_version() == SCHEMA_VERSION
    assert newest.pipelines() == []


def test_a_version_of_another_program_in_the_schema_is_named(empty: Watcher, engine: sa.Engine) -> None:
    """As Dagster leaves it, whose role is called watcher: PostgreSQL looks in a schema of that name first."""
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA watcher; CREATE TABLE watcher.alembic_version (version_num text)"))
        connection.execute(sa.text("INSERT INTO watcher.alembic_version VALUES ('16e3115a602a')"))
    with pytest.raises(SchemaVersionError, match="another program's, which is at version '16e3115a602a'; move it"):
        empty.pipelines()
    with pytest.raises(ConfigurationError, match="another program's"):
        empty.upgrade()
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE watcher.alembic_version SET SCHEMA public"))
    empty.upgrade()
    assert empty.pipelines() == []


def test_a_schema_of_others_with_tables_of_the_same_name_is_left_alone(empty: Watcher, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA watcher"))
        connection.execute(sa.text("CREATE TABLE watcher.pipeline (stage int)"))
    with pytest.raises(ConfigurationError, match="is not Watcher's: it has a table 'pipeline' already"):
        empty.upgrade()
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER SCHEMA watcher RENAME TO watcher_of_others"))
    empty.upgrade()
    assert empty.pipelines() == []


@pytest.mark.parametrize("schema_is_there", [False, True])
def test_a_role_that_is_no_superuser(empty_database_url: str, engine: sa.Engine, schema_is_there: bool) -> None:
    url = normalize_url(empty_database_url)
    role = f"role_{url.database}"
    right = (
        f"CREATE SCHEMA watcher AUTHORIZATION {role}"
        if schema_is_there
        else f"GRANT CREATE ON DATABASE {url.database} TO {role}"
    )
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE ROLE {role} LOGIN PASSWORD 'p'"))
        connection.execute(sa.text(right))
    ordinary = url.set(username=role, password="p", drivername="postgresql").render_as_string(hide_password=False)
    try:
        with Watcher(ordinary, settings=Settings()) as watcher:
            watcher.upgrade()
            assert watcher.get_or_create_pipeline("mine").created
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text(f"DROP OWNED BY {role}"))
            connection.execute(sa.text(f"DROP ROLE {role}"))


def test_a_role_named_like_the_schema_finds_the_tables_of_others(empty_database_url: str, engine: sa.Engine) -> None:
    """Dagster in the same database must not take our version table for its own."""
    url = normalize_url(empty_database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE ROLE watcher LOGIN PASSWORD 'p'"))
        connection.execute(sa.text(f"GRANT CREATE ON DATABASE {url.database} TO watcher"))
    theirs = url.set(username="watcher", password="p")
    try:
        with Watcher(theirs.set(drivername="postgresql").render_as_string(hide_password=False)) as watcher:
            watcher.upgrade()
        other = sa.create_engine(theirs, poolclass=sa.NullPool)
        with other.connect() as connection:
            assert connection.scalar(sa.text("SELECT to_regclass('alembic_version')")) is None
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("DROP OWNED BY watcher"))
            connection.execute(sa.text("DROP ROLE watcher"))


def test_dates_that_lie_ahead_or_cannot_be_read_count_as_of_when_they_were_recorded(
    empty: Watcher, engine: sa.Engine
) -> None:
    """Before revision 0006 they were stored as they were reported."""
    upgrade(engine, "0005")
    with engine.begin() as connection:
        connection.execute(
            sa.text("""
            INSERT INTO watcher.pipeline_type (name) VALUES ('default');
            INSERT INTO watcher.pipeline (name, pipeline_type_id, last_target_insert)
            VALUES ('p', 1, now() + interval '1 year');
            INSERT INTO watcher.pipeline_execution
                   (pipeline_id, source, external_id, state, start_date, end_date, logical_date)
            SELECT 1, 'python', external_id, 'succeeded', start_date, end_date, logical_date
              FROM (VALUES ('a', '2026-03-01 12:00Z'::timestamptz, '2026-03-01 13:00Z'::timestamptz,
                            '2026-03-01Z'::timestamptz),
                           ('b', '2026-03-01 12:00Z', now() + interval '1 year', '0044-03-15Z BC'),
                           ('c', now() + interval '10 minutes', now() + interval '20 minutes', NULL),
                           ('d', '0044-03-15Z BC', '0044-03-15 12:00Z BC', 'infinity'),
                           ('e', '2026-03-01 12:00Z', 'infinity', NULL)
                   ) AS given (external_id, start_date, end_date, logical_date)
                -- Before, PostgreSQL computes no duration that is infinite, and refuses the row.
             WHERE end_date < 'infinity' OR current_setting('server_version_num')::integer >= 170000;
            """)
        )
    empty.upgrade()
    now = dt.datetime.now(dt.UTC)
    found = {execution.external_id: execution for execution in empty.executions()}
    assert [external_id for external_id, execution in found.items() if execution.logical_date] == ["a"]
    assert found["a"].duration_seconds == 3600
    kept = {external_id: sorted(execution.execution_metadata) for external_id, execution in found.items()}
    end, both = ["reported_end_date"], ["reported_end_date", "reported_start_date"]
    assert {"e": end} | kept == {"a": [], "b": end, "c": both, "d": both, "e": end}
    assert all(execution.end_date and execution.start_date <= execution.end_date <= now for execution in found.values())
    last = empty.pipeline("p").last_target_insert
    assert last is not None
    assert last <= now


def test_what_was_imported_stays_on_the_way_back(newest: Watcher, engine: sa.Engine) -> None:
    """The version before revision 0024 does not know their source, and could not list them."""
    execution = newest.start_execution(
        pipeline_id=newest.get_or_create_pipeline("p").id, source=ExecutionSource.IMPORT, external_id="etl-watcher:x:1"
    )
    newest.downgrade("0023")
    with engine.connect() as connection:
        row = connection.execute(sa.text("SELECT id, source, external_id FROM watcher.pipeline_execution")).one()
    assert tuple(row) == (execution.id, "http", "etl-watcher:x:1")
    newest.upgrade()
    assert [each.external_id for each in newest.executions()] == ["etl-watcher:x:1"]


def test_neither_executions_nor_lineage_of_openlineage_are_lost_on_the_way_down(
    newest: Watcher, engine: sa.Engine
) -> None:
    """The version before 0025 knows neither their source nor their origin."""
    events = [
        run_event("r", "COMPLETE", inputs=(dataset("a"), dataset("c")), outputs=(dataset("b", columns={"x": ["a.x"]}),))
    ]
    newest.record_openlineage(events)
    source, target = (Address(f"postgres://db:5432/{name}", "postgresql", "database") for name in "ab")
    newest.create_lineage("shop/load", [source], [target])  # an edge of both origins
    newest.downgrade("0024")
    with engine.connect() as connection:
        executions = connection.execute(sa.text("SELECT source, external_id FROM watcher.pipeline_execution")).all()
        edges = connection.scalars(sa.text("SELECT origin FROM watcher.address_lineage")).all()
        columns = connection.scalars(sa.text("SELECT origin FROM watcher.column_lineage")).all()
    assert executions == [("http", f"openlineage/{run_id('r')}")]
    assert (edges, columns) == (["declared"] * 2, ["declared"])
    newest.upgrade()
    assert newest.verify_lineage().is_right
    newest.record_openlineage(events)
    assert [each.source for each in newest.executions()] == ["openlineage", "http"]


def test_what_the_identity_says_is_back_in_the_metadata_below_revision_0027(newest: Watcher, engine: sa.Engine) -> None:
    """The version before reads the run and the step there."""
    run = "c9509251-176b-4c14-82ee-cae77414a2b6"
    metadata = {"run_id": run, "step_key": "a", "rows": 3}
    stored = sa.text("SELECT execution_metadata FROM watcher.pipeline_execution")
    newest.record([record("a", f"{run}/a/a", execution_metadata=metadata)])
    with engine.connect() as connection:
        assert connection.scalar(stored) == {"rows": 3}
    newest.downgrade("0025")
    with engine.connect() as connection:
        assert connection.scalar(stored) == metadata
    newest.upgrade()
    assert [execution.execution_metadata for execution in newest.executions()] == [metadata]
    assert newest.compact() == 1
    assert [execution.execution_metadata for execution in newest.executions()] == [metadata]

"""What others do to the database: hold locks, add constraints and triggers, take rights away, fail over."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from typer.testing import CliRunner

from tests.factories import record, unique
from tests.http_client import serving
from tests.pgbouncer import PROGRAM, pgbouncer
from tests.slack_server import slack_server
from tests.tcp_proxy import silent_server
from watcher_core import (
    DatabaseError,
    DatabaseUnavailableError,
    ExecutionSource,
    ExecutionState,
    InvalidValueError,
    Settings,
    Watcher,
    recording,
)
from watcher_core.alerts.delivery import Pace
from watcher_core.cli import app
from watcher_core.server import Limits, create_app

# Locks


@pytest.fixture(params=["direct", "behind a pooler"])
def hurried(request: pytest.FixtureRequest, module_database_url: str, tmp_path: Path) -> Iterator[Watcher]:
    """A Watcher that waits for locks for a moment only, and as long as it takes for all else."""

    @contextmanager
    def opened(url: str) -> Iterator[Watcher]:
        with Watcher(url, settings=Settings(home=tmp_path / "home")) as watcher:
            watcher.lock_seconds = 0.2
            yield watcher

    if request.param == "direct":
        with opened(module_database_url) as watcher:
            yield watcher
        return
    if PROGRAM is None:
        pytest.skip("pgbouncer is not installed")
    with (
        pgbouncer(sa.make_url(module_database_url), tmp_path, pool_size=3) as url,
        opened(url.render_as_string(hide_password=False)) as watcher,
    ):
        yield watcher


@contextmanager
def forgotten_transaction(url: str, pipeline_id: int) -> Iterator[None]:
    """Somebody has changed a pipeline in psql, and has gone to lunch."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE watcher.pipeline SET active = active WHERE id = %s", [pipeline_id])
        yield
        connection.rollback()


def test_a_lock_that_nobody_gives_back_is_not_waited_for_without_end(
    hurried: Watcher, module_database_url: str
) -> None:
    name = unique("pipeline")
    pipeline = hurried.get_or_create_pipeline(name)
    execution = hurried.start_execution(pipeline_id=pipeline.id, next_watermark="1")
    calls: list[Callable[[], object]] = [
        lambda: hurried.update_pipeline(pipeline.id, active=False),
        lambda: hurried.end_execution(execution.id, completed_successfully=True, inserts=1),
        lambda: hurried.record([record(name, next_watermark="2")]),
    ]
    with forgotten_transaction(module_database_url, pipeline.id):
        for call in calls:
            with pytest.raises(DatabaseUnavailableError, match=r"lock timeout; another session holds .* pg_stat_acti"):
                call()
        assert hurried.pipelines()  # what only reads goes on
    for call in calls:
        call()


@pytest.mark.parametrize(
    ("variable", "value", "advice"),
    [
        (
            "PGTZ",
            "Mars/Base",
            r'"TimeZone": "Mars/Base"; take it out of .*\(PGTZ and PGOPTIONS\).*; or install tzdata-legacy',
        ),
        (
            "PGDATESTYLE",
            "martian",
            r'"DateStyle": "martian"; take it out of the environment \(PGDATESTYLE and PGOPTIONS\)',
        ),
        ("PGOPTIONS", "-c jti=off", r'"jti"; take it out of the environment \(PGOPTIONS\), or out of the database'),
    ],
)
def test_a_setting_of_the_environment_that_the_server_does_not_know_is_named(
    variable: str, value: str, advice: str, module_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with (
        Watcher(module_database_url, settings=Settings()) as watcher,
        pytest.raises(DatabaseUnavailableError, match=advice),
    ):
        watcher.pipelines()


def test_a_limit_that_the_role_has_for_locks_is_kept(module_database_url: str) -> None:
    with Watcher(f"{module_database_url}?options=-c%20lock_timeout%3D7s", settings=Settings(timeout=60)) as watcher:
        name = unique("pipeline")
        for _ in range(2):
            with watcher._driver_statements() as (connection, _):
                assert connection.execute("SHOW lock_timeout").fetchone() == ("7s",)
            with watcher.track(name):  # it has a limit of its own, and takes that away again
                pass


def test_a_request_that_waits_for_a_lock_keeps_no_other_from_being_answered(
    module_database_url: str, tmp_path: Path
) -> None:
    with Watcher(module_database_url, settings=Settings(home=tmp_path / "home")) as watcher:
        watcher.lock_seconds = 0.2
        watcher.pool_size, watcher.pool_overflow = 2, 0
        held, free = (watcher.get_or_create_pipeline(unique("pipeline")) for _ in range(2))
        ids = [watcher.start_execution(pipeline_id=held.id, next_watermark="1").id for _ in range(3)]
        end = {"end_date": "2100-01-01T00:00:00Z", "completed_successfully": True}
        with (
            serving(create_app(watcher, limits=Limits(connections=2))) as client,
            forgotten_transaction(module_database_url, held.id),
        ):
            statuses: list[int] = []

            def finish(execution_id: int) -> None:
                answer = client.post("/end_pipeline_execution", json={"id": execution_id, **end})
                statuses.append(answer.status_code)

            threads = [threading.Thread(target=finish, args=[each]) for each in ids]
            for thread in threads:
                thread.start()
            answer = client.post("/start_pipeline_execution", json={"pipeline_id": free.id})
            for thread in threads:
                thread.join()
        assert (answer.status_code, statuses) == (201, [503] * 3)


def waiting_for_locks(url: str) -> int:
    """How many sessions of a database wait for locks."""
    with psycopg.connect(url) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone() or (0,)
        return int(count)


def test_requests_that_wait_for_a_lock_give_way_where_connections_are_few(
    module_database_url: str, tmp_path: Path
) -> None:
    with Watcher(module_database_url, settings=Settings(home=tmp_path / "home")) as watcher:
        watcher.lock_seconds = 25
        watcher.pool_size, watcher.pool_overflow = 2, 0
        held, free = (watcher.get_or_create_pipeline(unique("pipeline")) for _ in range(2))
        ids = [watcher.start_execution(pipeline_id=held.id, next_watermark="1").id for _ in range(4)]
        statuses: list[int] = []
        codes: list[str] = []

        def finish(execution_id: int) -> None:
            end = {"id": execution_id, "end_date": "2100-01-01T00:00:00Z", "completed_successfully": True}
            answer = client.post("/end_pipeline_execution", json=end)
            statuses.append(answer.status_code)
            codes.extend([answer.json()["code"]] if answer.content else [])

        threads = [threading.Thread(target=finish, args=[each]) for each in ids]
        with serving(create_app(watcher, limits=Limits(connections=2))) as client:
            with forgotten_transaction(module_database_url, held.id):
                for thread in threads:
                    thread.start()
                while waiting_for_locks(module_database_url) < 2:
                    assert len(statuses) < 4
                began = time.monotonic()
                assert client.post("/start_pipeline_execution", json={"pipeline_id": free.id}).status_code == 201
                assert time.monotonic() - began < 15  # and not 25, nor as often as there are such requests
            for thread in threads:
                thread.join()
        # One has been patient, and was done once the lock was given back; the others may try again.
        assert sorted(statuses) == [204, 503, 503, 503]
        assert codes == ["locked"] * 3


def test_a_pipeline_that_is_locked_keeps_no_other_job_of_its_host_from_being_recorded(
    module_database_url: str, tmp_path: Path
) -> None:
    def opened() -> Watcher:
        return Watcher(module_database_url, settings=Settings(home=tmp_path / "home", timeout=60))

    with opened() as watcher:
        watcher.lock_seconds = 0.2
        held, free = (watcher.get_or_create_pipeline(unique("pipeline")) for _ in range(2))
        waiting = record(held.name, next_watermark="1", source=ExecutionSource.PYTHON)
        with forgotten_transaction(module_database_url, held.id):
            recording.keep_in_spool(watcher.spool_directories, waiting)
            with watcher.track(free.name) as execution:
                execution.inserts = 3
            assert execution.id is not None
            assert watcher.execution(execution.id).inserts == 3
            assert watcher.spooled() == 1
            with opened() as next_command:  # it looks at what waits, and does what it was asked for
                assert next_command.pipelines()
        with watcher.track(held.name) as execution:
            pass
        assert watcher.spooled() == 0
        assert execution.watermark == "1"  # what waited has come first


@pytest.mark.parametrize(
    "lock", ["SELECT 1 FROM watcher.alert WHERE id = %s FOR UPDATE", "DELETE FROM watcher.alert WHERE id = %s"]
)
def test_an_alert_that_is_locked_keeps_no_other_from_being_delivered(
    database_url: str, tmp_path: Path, lock: str
) -> None:
    with slack_server() as slack:
        settings = Settings(home=tmp_path / "home", slack_webhook_url=SecretStr(slack.webhook))
        with Watcher(database_url, settings=settings) as watcher, psycopg.connect(database_url) as forgotten:
            watcher.lock_seconds = 0.2
            watcher.record([record(name, state=ExecutionState.FAILED) for name in ("held", "free")])
            watcher.check_failures()
            held = watcher.alerts(pipeline="held")[0]
            forgotten.execute(lock.encode(), [held.id])
            assert watcher.deliver_alerts(pace=Pace(0)).alerts == 1
            forgotten.rollback()
            assert watcher.deliver_alerts(pace=Pace(0)).alerts == 1
            assert watcher.deliver_alerts(pace=Pace(0)).alerts == 0


# Constraints and triggers of others

AUDIT = """
    CREATE SCHEMA audit;
    CREATE TABLE audit.change (what varchar(10) NOT NULL);
    CREATE FUNCTION audit.note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO audit.change VALUES ('an execution of ' || NEW.pipeline_id);
        RETURN NEW;
    END $$;
    CREATE TRIGGER note BEFORE INSERT ON watcher.pipeline_execution FOR EACH ROW EXECUTE FUNCTION audit.note();
"""
HOUSE_RULE = "ALTER TABLE watcher.pipeline_execution ADD CONSTRAINT house_rule CHECK (inserts IS NULL)"
NEW_COLUMN = "ALTER TABLE watcher.pipeline_execution ADD COLUMN cost_centre text NOT NULL"


@pytest.mark.parametrize(
    ("added", "removed", "said"),
    [
        (
            AUDIT,
            "DROP TRIGGER note ON watcher.pipeline_execution",
            r"raised by PL/pgSQL function audit.note\(\) line 3",
        ),
        (HOUSE_RULE, "ALTER TABLE watcher.pipeline_execution DROP CONSTRAINT house_rule", '"house_rule"'),
        (NEW_COLUMN, "ALTER TABLE watcher.pipeline_execution DROP COLUMN cost_centre", '"cost_centre"'),
    ],
    ids=["trigger", "constraint", "column"],
)
def test_what_others_added_to_our_tables_breaks_no_job_and_loses_nothing(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, added: str, removed: str, said: str
) -> None:
    with Watcher(database_url, settings=Settings(home=tmp_path / "home")) as watcher:
        with psycopg.connect(database_url, autocommit=True) as administrator:
            administrator.execute(added.encode())
            with watcher.track("orders") as execution:
                execution.inserts = 3
            assert watcher.spooled() == 1
            assert [logged.message for logged in caplog.records if logged.levelno >= logging.ERROR] == []
            # The recorder steps over what is wrong with a run; this is not.
            with pytest.raises(DatabaseError, match=said) as raised:
                watcher.record([record("orders", inserts=3)])
            assert not isinstance(raised.value, InvalidValueError)
            administrator.execute(removed.encode())
        with watcher.track("orders") as execution:
            execution.inserts = 4
        assert [each.inserts for each in watcher.executions(pipeline="orders")] == [4, 3]
        assert watcher.spooled() == 0


# Few connections


@pytest.fixture
def crowded(module_database_url: str, administrator: sa.Connection, tmp_path: Path) -> Iterator[tuple[Watcher, str]]:
    """A role that may have two connections, with the URL that it connects by."""
    role = unique("crowded")
    administrator.exec_driver_sql(f"CREATE ROLE \"{role}\" LOGIN PASSWORD 'x' CONNECTION LIMIT 2")
    with Watcher(module_database_url) as owner:
        owner.grant(writers=[role])
        url = sa.make_url(module_database_url).set(username=role, password="x")
        text = url.render_as_string(hide_password=False)
        with Watcher(text, settings=Settings(home=tmp_path / "home", timeout=60)) as watcher:
            yield watcher, text
        with owner._driver_transaction() as (connection, _):
            connection.execute(f'DROP OWNED BY "{role}"'.encode())
    administrator.exec_driver_sql(f'DROP ROLE "{role}"')


def test_threads_take_turns_where_there_are_fewer_connections_than_they_want(
    crowded: tuple[Watcher, str], caplog: pytest.LogCaptureFixture
) -> None:
    watcher, _ = crowded
    name = unique("pipeline")
    together = threading.Barrier(8)

    def job() -> None:
        for _ in range(5):
            together.wait()
            with watcher.track(name) as execution:
                execution.inserts = 1

    threads = [threading.Thread(target=job) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.message for each in caplog.records if each.levelno >= logging.WARNING] == []
    assert len(watcher.executions(pipeline=name)) == 40


def test_who_gets_no_connection_at_all_is_told_at_once(crowded: tuple[Watcher, str]) -> None:
    watcher, url = crowded
    with psycopg.connect(url), psycopg.connect(url):
        with pytest.raises(DatabaseUnavailableError, match=r"FATAL: .*too many connections for role"):
            watcher.pipelines()
        with watcher.track(unique("pipeline")):
            pass
        assert watcher.spooled() == 1
    assert watcher.pipelines()
    assert watcher.spooled() == 0


# Several hosts


def test_a_host_that_does_not_answer_leaves_time_for_the_next_one(module_database_url: str) -> None:
    url = sa.make_url(module_database_url)
    login = f"postgresql://{url.username}:{url.password}"
    with (
        silent_server() as port,
        Watcher(f"{login}@127.0.0.1:{port},127.0.0.1:{url.port}/{url.database}", settings=Settings()) as watcher,
    ):
        with watcher.track(unique("pipeline")) as execution:
            execution.inserts = 3
        assert execution.id is not None
        assert watcher.execution(execution.id).inserts == 3


def test_of_several_hosts_one_that_can_be_written_is_taken(module_database_url: str) -> None:
    url = sa.make_url(module_database_url)
    place = f"postgresql://{url.username}:{url.password}@127.0.0.1:{url.port},localhost:{url.port}/{url.database}"
    read_only = "options=-c%20default_transaction_read_only%3Don"
    said = r"at 127.0.0.1:\d+, localhost:\d+ .* session is read-only"
    with Watcher(f"{place}?{read_only}") as watcher, pytest.raises(DatabaseUnavailableError, match=said):
        watcher.pipelines()
    with Watcher(f"{place}?{read_only}&target_session_attrs=any") as watcher:
        assert isinstance(watcher.pipelines(), list)


# What the database says of values, and of writing


def test_numbers_are_read_as_they_are_stored_whatever_the_database_says(module_database_url: str) -> None:
    value = 9259890.987193761
    rounded = f"{module_database_url}?options=-c%20extra_float_digits%3D-15"
    with Watcher(rounded) as watcher, watcher._driver_statements() as (connection, _):
        assert connection.execute(f"SELECT CAST({value} AS float8)").fetchone() == (value,)


def test_text_is_read_whatever_encoding_the_url_asks_for(module_database_url: str) -> None:
    name = unique("größe/🛫")
    with Watcher(f"{module_database_url}?client_encoding=LATIN1", settings=Settings()) as watcher:
        with watcher.track(name) as execution:
            execution.record(execution_metadata={"note": "größer 🛫"})
        assert watcher.executions(pipeline=name)[0].execution_metadata == {"note": "größer 🛫"}


@pytest.fixture
def only_read(module_database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database that can only be read, for commands."""
    url = f"{module_database_url}?options=-c%20default_transaction_read_only%3Don"
    monkeypatch.setenv("WATCHER_DATABASE_URL", url)
    return url


DRY_RUNS = [f"check {name} --dry-run" for name in ("freshness", "missed", "anomalies")]


@pytest.mark.parametrize("command", ["status", "pipelines list", "check suggest", *DRY_RUNS])
def test_commands_that_read_work_where_nothing_can_be_written(only_read: str, command: str) -> None:
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("command", ["check freshness", "alerts deliver", "tokens create ci"])
def test_commands_that_write_say_that_the_database_can_only_be_read(only_read: str, command: str) -> None:
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code == 1
    assert "can only be read now" in done.output
    assert "name the primary" in done.output
    assert "is the server up" not in done.output


def test_doctor_says_that_nothing_can_be_recorded(only_read: str) -> None:
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert "it can only be read: it is a standby" in done.output


# Changes of tables, and backups


def test_a_table_that_was_changed_meanwhile_can_be_asked_again(database_url: str) -> None:
    with Watcher(database_url) as watcher, psycopg.connect(database_url, autocommit=True) as administrator:
        administrator.execute("CREATE TABLE note (what varchar(10))")
        asked = "SELECT what FROM note"

        def ask() -> object:
            with watcher._driver_statements() as (connection, _):
                return connection.execute(asked).fetchone()

        for _ in range(10):  # until it is prepared
            ask()
        administrator.execute("ALTER TABLE note ALTER COLUMN what TYPE text")
        with pytest.raises(DatabaseUnavailableError, match="somebody has changed a table: try again"):
            ask()
        assert ask() is None


@pytest.mark.parametrize("others_end", [False, True])
def test_a_job_that_runs_while_a_backup_is_restored_ends_no_other_execution(
    database_url: str, others_end: bool
) -> None:
    with Watcher(database_url, settings=Settings()) as watcher:
        watcher.get_or_create_pipeline("orders")
        with watcher.track("orders") as execution:
            execution.inserts = 3
            with psycopg.connect(database_url, autocommit=True) as administrator:
                administrator.execute("TRUNCATE watcher.pipeline_execution RESTART IDENTITY CASCADE")
            other = watcher.start_execution(pipeline_id="orders")
            assert other.id == execution.id
            if others_end:
                watcher.end_execution(other.id, completed_successfully=True, inserts=3)
        before, after = watcher.executions(pipeline="orders")[::-1]
    assert (before.external_id, before.inserts) == (execution._request.external_id, 3)
    assert (after.id, after.state, after.inserts) == (
        other.id,
        ExecutionState.SUCCEEDED if others_end else ExecutionState.RUNNING,
        3 if others_end else None,
    )


def test_names_are_found_by_the_letters_that_they_have_in_any_locale(
    server_url: sa.URL, administrator: sa.Connection
) -> None:
    name = unique("plain").replace("-", "_")
    administrator.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
    try:
        url = server_url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)
        with Watcher(url) as watcher:
            watcher.upgrade()
            watcher.get_or_create_pipeline("ÄRZTE/Liste")
            assert [hit.name for hit in watcher.search("ÄRZTE liste")] == ["ÄRZTE/Liste"]
    finally:
        administrator.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

"""The connection: which URLs, what is said when it fails, and that it outlives restarts, threads and forks."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import socket
import threading
import traceback
import weakref
from contextlib import ExitStack, suppress
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from tests.factories import unique
from watcher_core import (
    AccessDeniedError,
    ConfigurationError,
    DatabaseError,
    DatabaseUnavailableError,
    NotFoundError,
    SchemaVersionError,
    Settings,
    Watcher,
    database,
    waiting,
)
from watcher_core.catalog import pipelines

SECRET = "s3cr3t-p4ss"


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


def everything_told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


# URLs


@pytest.mark.parametrize("spelling", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_any_of_the_usual_spellings_will_do(module_database_url: str, spelling: str) -> None:
    url = module_database_url.replace("postgresql://", f"{spelling}://")
    with Watcher(url) as watcher:
        assert watcher.url.drivername == "postgresql+psycopg"
        watcher.pipelines()


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://u@h/d", "sqlite:///x", "postgresql+asyncpg://u@h/d", "ftp://h"]
)
def test_other_urls_are_refused_with_an_example(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"postgresql://user:password@host:5432/database"):
        Watcher(url)


def test_odd_characters_in_the_password(administrator: sa.Connection, module_database_url: str) -> None:
    role, password = f"role_{os.getpid()}", "p@ss/w:rd%?#&ü"
    administrator.execute(sa.text(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'".replace(":", r"\:")))
    try:
        url = sa.make_url(module_database_url).set(username=role, password=password)
        with (
            Watcher(url.render_as_string(hide_password=False)) as watcher,
            pytest.raises(DatabaseError, match="permission denied"),  # it got in
        ):
            watcher.schema_version()
    finally:
        administrator.execute(sa.text(f"DROP ROLE {role}"))


def test_parameters_of_the_url_are_the_users(module_database_url: str) -> None:
    with Watcher(f"{module_database_url}?application_name=mine&options=-c%20work_mem%3D5MB") as watcher:
        engine = watcher._connect()
        with engine.connect() as connection:
            asked = sa.text(
                "SELECT current_setting('application_name'), current_setting('work_mem'), current_setting('TimeZone')"
            )
            assert tuple(connection.execute(asked).one()) == ("mine", "5MB", "UTC")


def test_times_are_utc_whatever_the_database_says(database_url: str, administrator: sa.Connection) -> None:
    name = sa.make_url(database_url).database
    administrator.execute(sa.text(f"ALTER DATABASE {name} SET timezone = 'Pacific/Auckland'"))
    with Watcher(database_url) as watcher:
        offset = watcher.get_or_create_pipeline("a").created_at.utcoffset()
        assert offset is not None
        assert offset.total_seconds() == 0


# A server that is not there


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_server_that_is_not_there_is_named_without_the_password(free_port: int) -> None:
    with Watcher(f"postgresql://u:{SECRET}@127.0.0.1:{free_port}/data") as watcher:
        for call in (watcher.pipelines, watcher.upgrade, watcher.schema_version):
            with pytest.raises(DatabaseUnavailableError) as raised:
                call()
            message = str(raised.value)
            assert message.startswith(f"the database 'data' at 127.0.0.1:{free_port} cannot be reached: ")
            assert not raised.value.is_reached
            assert "\n" not in message
            assert SECRET not in everything_told(raised.value)


def test_a_host_that_does_not_exist() -> None:
    with Watcher(f"postgresql://u:{SECRET}@nowhere.invalid/data") as watcher:
        with pytest.raises(
            DatabaseUnavailableError, match=r"'data' at nowhere\.invalid:5432 cannot be reached"
        ) as raised:
            watcher.pipelines()
        assert SECRET not in everything_told(raised.value)


def test_a_host_among_the_parameters_is_named_too(free_port: int) -> None:
    with Watcher(f"postgresql:///data?host=127.0.0.1&port={free_port}&user=u&password={SECRET}") as watcher:
        with pytest.raises(DatabaseUnavailableError, match=f"'data' at 127.0.0.1:{free_port} cannot") as raised:
            watcher.pipelines()
        assert SECRET not in everything_told(raised.value)


def test_a_wrong_password_and_a_wrong_database_are_told(module_database_url: str) -> None:
    url = sa.make_url(module_database_url)
    for wrong, reason in (
        (url.set(password=SECRET), "password authentication failed"),
        (url.set(database="nothing"), "does not exist"),
    ):
        with Watcher(wrong.render_as_string(hide_password=False)) as watcher:
            with pytest.raises(DatabaseUnavailableError, match=reason) as raised:
                watcher.pipelines()
            assert str(url.password) not in everything_told(raised.value)
            assert SECRET not in everything_told(raised.value)


def test_secrets_are_not_logged_either(caplog: pytest.LogCaptureFixture, free_port: int, tmp_path: Any) -> None:
    settings = Settings(home=tmp_path)
    with (
        caplog.at_level(logging.DEBUG),
        Watcher(f"postgresql://u:{SECRET}@127.0.0.1:{free_port}/d", settings=settings) as watcher,
        watcher.track("a"),
    ):
        pass
    assert caplog.text
    assert SECRET not in caplog.text


def test_making_a_watcher_asks_nobody(free_port: int) -> None:
    Watcher(f"postgresql://u:p@127.0.0.1:{free_port}/d").close()


# The schema's version


def set_version(url: str, version: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        # A newer version that none before it works with.
        connection.execute("UPDATE watcher.alembic_version SET version_num = %s, oldest_code = %s", (version, version))


def test_a_database_without_our_schema_says_how_to_make_it(empty_database_url: str) -> None:
    with Watcher(empty_database_url) as watcher:
        assert watcher.schema_version() is None
        with pytest.raises(
            SchemaVersionError, match=r"has no schema 'watcher' yet; make it with: watcher db upgrade$"
        ) as raised:
            watcher.pipelines()
        assert (raised.value.found, raised.value.expected) == (None, database.SCHEMA_VERSION)
        watcher.upgrade()
        assert watcher.pipelines() == []
        assert watcher.schema_version() == database.SCHEMA_VERSION


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("0000", f"this Watcher needs {database.SCHEMA_VERSION}; bring it up to date with: watcher db upgrade"),
        ("9999", "bring this host up to date with: pip install --upgrade watcher-dagster"),
    ],
)
def test_a_schema_that_is_too_old_or_too_new_says_what_mends_it(database_url: str, version: str, message: str) -> None:
    set_version(database_url, version)
    with Watcher(database_url) as watcher:
        for call in (
            watcher.pipelines,
            lambda: watcher.start_execution(pipeline_id=1),
            lambda: watcher.record([]),
        ):
            with pytest.raises(SchemaVersionError) as raised:
                call()
            assert f"has schema version {version}" in str(raised.value)
            assert str(raised.value).endswith(message)
            assert raised.value.found == version
        set_version(database_url, database.SCHEMA_VERSION)
        assert watcher.pipelines() == [], "looked at again until it is right"


# A connection that is lost


def end_connections(administrator: sa.Connection, watcher: Watcher) -> int:
    """Have the server end all connections to the Watcher's database, and wait until they are gone."""
    ended = administrator.execute(
        sa.text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = :name"),
        {"name": watcher.url.database},
    ).all()
    assert all(gone for (gone,) in ended)
    return len(ended)


def test_a_connection_that_the_server_ended_is_survived(watcher: Watcher, administrator: sa.Connection) -> None:
    name = unique("pipeline")
    watcher.get_or_create_pipeline(name)
    assert end_connections(administrator, watcher) >= 1
    assert watcher.pipeline(name).name == name


def test_all_connections_that_the_server_ended_are_survived(watcher: Watcher, administrator: sa.Connection) -> None:
    barrier = threading.Barrier(5)

    def hold() -> None:
        with watcher._transaction() as (session, _):
            session.execute(sa.text("SELECT 1"))
            barrier.wait()

    threads = [threading.Thread(target=hold) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert end_connections(administrator, watcher) >= 5
    for _ in range(6):
        watcher.pipelines()


def test_a_connection_that_is_ended_in_the_middle_is_told_and_nothing_is_left(
    watcher: Watcher, administrator: sa.Connection
) -> None:
    name = unique("pipeline")

    def work() -> None:
        with watcher._transaction() as (session, now):
            pipelines.get_or_create_pipeline(session, name=name, configuration={}, now=now)
            end_connections(administrator, watcher)
            pipelines.get_pipeline(session, name)

    with pytest.raises(DatabaseUnavailableError, match="cannot be reached"):
        work()
    with pytest.raises(NotFoundError):
        watcher.pipeline(name)


@pytest.mark.parametrize("seconds", [60, None])
def test_what_uses_a_connection_next_has_transactions_again(module_database_url: str, seconds: float | None) -> None:
    """Of one connection: statements that are each a transaction, then several that are one, by both ways to it."""
    names = [unique("type") for _ in range(3)]
    insert = "INSERT INTO watcher.pipeline_type (name) VALUES ({})"

    with Watcher(module_database_url) as watcher, ExitStack() as stack:
        if seconds is not None:
            stack.enter_context(waiting.time_limit(seconds))
        engine = watcher._connect()
        with database.driver_statements(engine) as connection, suppress(ZeroDivisionError):
            connection.execute(insert.format("%s"), [names[0]])
            raise ZeroDivisionError
        with suppress(ZeroDivisionError), database.transaction(engine) as session:
            assert database.driver(session) is connection
            session.execute(sa.text(insert.format(":name")), {"name": names[1]})
            raise ZeroDivisionError
        with suppress(ZeroDivisionError), database.driver_transaction(engine) as again:
            assert again is connection
            again.execute(insert.format("%s"), [names[2]])
            raise ZeroDivisionError
        with database.driver_statements(engine) as connection:
            found = connection.execute("SELECT name FROM watcher.pipeline_type WHERE name = ANY(%s)", [names])
            assert found.fetchall() == [(names[0],)]


def test_after_close_the_next_call_connects_again(module_database_url: str) -> None:
    watcher = Watcher(module_database_url)
    watcher.pipelines()
    watcher.close()
    watcher.pipelines()
    watcher.close()
    watcher.close()


# What the database cannot do


def test_a_transaction_that_others_are_in_the_way_of_can_be_tried_again(
    module_database_url: str, watcher: Watcher
) -> None:
    pipeline = watcher.get_or_create_pipeline(unique("pipeline"))
    with (
        psycopg.connect(module_database_url) as blocker,
        Watcher(f"{module_database_url}?options=-c%20lock_timeout%3D10ms") as hurried,
    ):
        blocker.execute("SELECT 1 FROM watcher.pipeline WHERE id = %s FOR UPDATE", (pipeline.id,))
        with pytest.raises(
            DatabaseUnavailableError, match="cannot do that now: canceling statement due to lock timeout"
        ) as raised:
            hurried.update_pipeline(pipeline.id, active=False)
        assert raised.value.is_reached
        blocker.rollback()
        assert not hurried.update_pipeline(pipeline.id, active=False).active


def test_a_role_without_rights_is_told_so(database_url: str, administrator: sa.Connection) -> None:
    role = f"stranger_{os.getpid()}"
    administrator.execute(sa.text(f"CREATE ROLE {role} LOGIN PASSWORD 'x'"))
    try:
        url = sa.make_url(database_url).set(username=role, password="x")
        with Watcher(url.render_as_string(hide_password=False)) as watcher:
            with pytest.raises(
                AccessDeniedError,
                match=f"does not let {role!r} do that: permission denied for schema watcher; .* watcher db grant",
            ):
                watcher.pipelines()
            with watcher.track("a") as execution:
                assert execution.id is None
    finally:
        administrator.execute(sa.text(f"DROP ROLE {role}"))


def test_tables_that_are_gone_are_told(database_url: str) -> None:
    with Watcher(database_url) as watcher:
        watcher.pipelines()
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("DROP TABLE watcher.pipeline CASCADE")
        with pytest.raises(DatabaseError, match=r'cannot do that: relation "watcher.pipeline" does not exist'):
            watcher.pipelines()


def test_a_constraint_that_nobody_foresaw_is_named(database_url: str) -> None:
    with Watcher(database_url) as watcher:
        watcher.get_or_create_pipeline("a")
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("ALTER TABLE watcher.pipeline ADD CONSTRAINT house_rule CHECK (active)")
        with pytest.raises(DatabaseError, match=r'cannot do that: .* check constraint "house_rule"'):
            watcher.update_pipeline("a", active=False)


def test_more_threads_than_connections_wait_for_each_other(watcher: Watcher) -> None:
    names = [unique("pipeline") for _ in range(40)]
    threads = [threading.Thread(target=watcher.get_or_create_pipeline, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {pipeline.name for pipeline in watcher.pipelines()} >= set(names)


def test_connections_that_never_come_free_are_told(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = sa.create_engine(watcher.url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with (
        engine.connect(),
        pytest.raises(DatabaseUnavailableError, match="all connections of this process"),
        database.transaction(engine) as session,
    ):
        session.execute(sa.text("SELECT 1"))
    engine.dispose()


# Forks


def in_child(watcher: Watcher, name: str, answers: Any) -> None:
    try:
        with watcher.track(name) as execution:
            execution.record(inserts=1)
        with watcher._connect().connect() as connection:
            answers.put(connection.scalar(sa.text("SELECT pg_backend_pid()")))
    except BaseException as exc:
        answers.put(repr(exc))
        raise


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")  # what this is about
def test_a_watcher_goes_on_in_the_parent_and_in_its_children_after_a_fork(watcher: Watcher) -> None:
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    name = unique("pipeline")
    with watcher._connect().connect() as connection:
        ours = connection.scalar(sa.text("SELECT pg_backend_pid()"))
        children = [
            context.Process(target=in_child, args=(watcher, f"{name}/{number}", answers)) for number in range(3)
        ]
        for child in children:
            child.start()
        theirs = [answers.get() for _ in children]
        for child in children:
            child.join()
        assert connection.scalar(sa.text("SELECT pg_backend_pid()")) == ours, "the connection in use is still ours"
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert all(isinstance(pid, int) for pid in theirs)
    assert len({ours, *theirs}) == 4
    for number in range(3):
        assert [execution.inserts for execution in watcher.executions(pipeline=f"{name}/{number}")] == [1]
    watcher.pipelines()


def test_engines_that_are_no_longer_used_leave_nothing_behind(
    module_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[Any] = []
    monkeypatch.setattr(os, "register_at_fork", lambda **callbacks: registered.append(callbacks))
    engines = [weakref.ref(database.create_engine(database.normalize_url(module_database_url))) for _ in range(50)]
    gc.collect()
    assert [engine for engine in engines if engine() is not None] == []
    assert registered == [], "callbacks of a fork stay as long as the process"


def test_no_transaction_begins_after_the_time_limit(module_watcher: Watcher) -> None:
    engine = module_watcher._connect()
    for begin in (database.transaction, database.driver_transaction, database.driver_statements):
        with begin(engine):
            pass
        late = pytest.raises(DatabaseUnavailableError, match="within the time limit")
        with waiting.time_limit(1e-9), late, begin(engine):
            pass
        with begin(engine):
            pass

"""Transactions on the driver's own connections, and connections that die in the pool."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from psycopg.types.json import Jsonb

from tests.factories import unique
from watcher_core import DatabaseUnavailableError, ExecutionState, InvalidValueError, Watcher, database
from watcher_core.database import engine as engine_module


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def engine(watcher: Watcher) -> sa.Engine:
    return watcher._connect()


@pytest.fixture
def restless(watcher: Watcher) -> Iterator[Watcher]:
    """A Watcher whose connections are those of nobody else."""
    with Watcher(watcher.url.render_as_string(hide_password=False)) as restless:
        restless.pipelines()
        yield restless


def end_connection(watcher: Watcher, pid: int) -> None:
    with watcher._transaction() as (session, _):
        assert session.scalar(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


def backend(watcher: Watcher) -> int:
    with watcher._driver_transaction() as (connection, _):
        return connection.info.backend_pid


def insert_type(connection: database.Driver, name: str) -> None:
    connection.execute("INSERT INTO watcher.pipeline_type (name) VALUES (%s)", (name,))


def types(watcher: Watcher) -> set[str]:
    return {kind.name for kind in watcher.pipeline_types()}


def test_what_is_done_is_committed(watcher: Watcher, engine: sa.Engine) -> None:
    name = unique("type")
    with database.driver_transaction(engine) as connection:
        insert_type(connection, name)
        assert name not in types(watcher)
    assert name in types(watcher)


def test_what_fails_is_rolled_back(watcher: Watcher, engine: sa.Engine) -> None:
    name = unique("type")

    def work() -> None:
        with database.driver_transaction(engine) as connection:
            insert_type(connection, name)
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert name not in types(watcher)


def test_the_driver_of_a_session_is_part_of_its_transaction(watcher: Watcher, engine: sa.Engine) -> None:
    name = unique("type")

    def work() -> None:
        with database.transaction(engine) as session:
            insert_type(database.driver(session), name)
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert name not in types(watcher)
    with database.transaction(engine) as session:
        insert_type(database.driver(session), name)
    assert name in types(watcher)


def test_statements_that_are_sent_together_are_answered_each_by_itself(engine: sa.Engine) -> None:
    with database.driver_transaction(engine) as connection:
        with database.together(connection):
            answers = [connection.execute("SELECT %s::int FROM generate_series(1, %s)", (n, n)) for n in range(9)]
        assert [[value for (value,) in answer] for answer in answers] == [[n] * n for n in range(9)]


def test_of_statements_that_are_sent_together_none_counts_if_one_fails(watcher: Watcher, engine: sa.Engine) -> None:
    before, after = unique("type"), unique("type")

    def write() -> None:
        with database.driver_transaction(engine) as connection, database.together(connection):
            insert_type(connection, before)
            connection.execute("SELECT 1 / 0")
            insert_type(connection, after)

    with pytest.raises(InvalidValueError, match="division by zero"):
        write()
    assert types(watcher).isdisjoint({before, after})
    assert watcher.pipelines() is not None  # the connection is as before


def test_a_connection_that_dies_in_the_middle_is_told_and_replaced(
    watcher: Watcher, restless: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    name = unique("type")

    def work() -> None:
        with restless._driver_transaction() as (connection, _):
            insert_type(connection, name)
            end_connection(watcher, connection.info.backend_pid)
            insert_type(connection, unique("type"))

    with caplog.at_level(logging.WARNING), pytest.raises(DatabaseUnavailableError, match="cannot be reached"):
        work()
    assert name not in types(restless)
    assert not caplog.records, "what is raised is not logged as well"


def test_a_connection_that_died_in_the_pool_is_replaced_before_it_is_used(watcher: Watcher, restless: Watcher) -> None:
    execution = restless.start_execution(pipeline_id=watcher.get_or_create_pipeline(unique("pipeline")).id)
    end_connection(watcher, backend(restless))
    assert restless.end_execution(execution.id).state is ExecutionState.SUCCEEDED


def test_a_connection_in_use_is_not_asked_whether_it_lives_but_one_that_has_rested_is(
    restless: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    dialect = restless._connect().dialect
    ping = dialect.do_ping
    monkeypatch.setattr(dialect, "do_ping", lambda connection: asked.append(connection) or ping(connection))
    pid = backend(restless)
    assert not asked
    monkeypatch.setattr(engine_module, "SECONDS_BEFORE_LOOK", 0.0)
    monkeypatch.setattr(engine_module, "SECONDS_BEFORE_PING", 0.0)
    assert backend(restless) == pid
    assert len(asked) == 1


@pytest.mark.parametrize(
    "value", [None, True, -1, 1.5, 2**70, "", 'a"\\\n日\U0001f600', [], [{"a": [1, None]}], {"": {}}]
)
def test_json_is_read_as_it_was_written(watcher: Watcher, value: object) -> None:
    with watcher._driver_transaction() as (connection, _):
        assert connection.execute("SELECT %s", (Jsonb([value]),)).fetchone() == ([value],)
        assert connection.execute("SELECT CAST(%s AS jsonb)", (json.dumps(value),)).fetchone() == (value,)

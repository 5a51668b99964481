"""Transactions on the driver's own connections, and connections that die in the pool."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg.types.json import Jsonb

from tests.factories import unique
from watcher_core import DatabaseUnavailableError, ExecutionState, InvalidValueError, Watcher, database, waiting
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


def text_of(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


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


# Statements in parts

ROWS_OF_PART = "watcher_core.database.connections.ROWS_OF_PART"


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_a_statement_in_parts_answers_for_all_in_their_order(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(ROWS_OF_PART, size)
    sent: list[list[int]] = []

    def parameters(part: Sequence[int]) -> dict[str, Any]:
        sent.append(list(part))
        return {"part": list(part)}

    with database.driver_transaction(engine) as connection:
        parts = database.in_parts(range(7))
        found = database.execute_in_parts(connection, "SELECT unnest(%(part)s::int[])", parts, parameters)
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert [value for (value,) in found] == list(range(7))
    assert sent == [list(range(7))[start : start + size] for start in range(0, 7, size)]


def test_of_nothing_there_is_no_part(engine: sa.Engine) -> None:
    with database.driver_transaction(engine) as connection:
        assert database.execute_in_parts(connection, "no SQL", database.in_parts([]), dict) == []


@pytest.mark.parametrize("size", [1, 5_000_000], ids=["short", "more than the network takes at once"])
def test_postgresql_works_on_a_part_while_the_next_one_is_made(
    watcher: Watcher, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """The first part waits for a lock that is given up only when the second one is made."""
    monkeypatch.setattr(ROWS_OF_PART, 1)
    statement = "SELECT length(%(text)s), pg_advisory_xact_lock_shared(774)"
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 774 AND NOT granted"

    with psycopg.connect(text_of(engine.url)) as other:
        other.execute("SELECT pg_advisory_xact_lock(774)")

        def parameters(part: Sequence[int]) -> dict[str, Any]:
            if part == [1]:
                with watcher._driver_statements() as (looking, _):
                    while looking.execute(waits).fetchone() == (0,):
                        pass
                other.commit()
            return {"text": "x" * size}

        with waiting.time_limit(60), database.driver_transaction(engine) as connection:
            found = database.execute_in_parts(connection, statement, database.in_parts([0, 1, 2]), parameters)
    assert [length for length, _ in found] == [size] * 3


@pytest.mark.parametrize("broken", [0, 1, 4])
def test_of_a_statement_in_parts_none_counts_if_one_fails(
    watcher: Watcher, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, broken: int
) -> None:
    monkeypatch.setattr(ROWS_OF_PART, 1)
    names = [unique("type") for _ in range(5)]
    statement = "INSERT INTO watcher.pipeline_type (name) SELECT %(name)s WHERE 1 / %(divisor)s = 1"

    def write() -> None:
        with database.driver_transaction(engine) as connection:
            database.execute_in_parts(
                connection,
                statement,
                database.in_parts(range(5)),
                lambda part: {"name": names[part[0]], "divisor": int(part[0] != broken)},
            )

    with pytest.raises(InvalidValueError, match="division by zero"):
        write()
    assert types(watcher).isdisjoint(names)
    assert watcher.pipelines() is not None  # the connection is as before


def test_of_a_statement_in_parts_none_counts_if_one_cannot_be_made(
    watcher: Watcher, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ROWS_OF_PART, 1)
    names = [unique("type") for _ in range(3)]

    def write() -> None:
        with database.driver_transaction(engine) as connection:
            given = dict(enumerate(names[:2]))
            statement = "INSERT INTO watcher.pipeline_type (name) VALUES (%(name)s)"
            parts = database.in_parts(range(3))
            database.execute_in_parts(connection, statement, parts, lambda part: {"name": given[part[0]]})

    with pytest.raises(KeyError):
        write()
    assert types(watcher).isdisjoint(names)


def test_a_connection_that_dies_between_two_parts_is_told_and_replaced(
    watcher: Watcher, restless: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ROWS_OF_PART, 1)
    names = [unique("type") for _ in range(4)]

    def work() -> None:
        with restless._driver_transaction() as (connection, _):

            def parameters(part: Sequence[int]) -> dict[str, Any]:
                if part == range(2, 3):
                    end_connection(watcher, connection.info.backend_pid)
                return {"name": names[part[0]]}

            statement = "INSERT INTO watcher.pipeline_type (name) VALUES (%(name)s)"
            database.execute_in_parts(connection, statement, database.in_parts(range(4)), parameters)

    with pytest.raises(DatabaseUnavailableError, match="cannot be reached"):
        work()
    assert types(restless).isdisjoint(names)


# Connections that die


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


def test_a_connection_that_died_in_the_pool_is_replaced_before_it_is_used(
    watcher: Watcher, restless: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "SECONDS_BEFORE_LOOK", 0.0)  # PostgreSQL may end one in less
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

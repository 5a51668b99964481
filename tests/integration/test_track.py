"""`track` on a real database: the execution around a block, and what becomes of it while the database is away."""

from __future__ import annotations

import datetime as dt
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import at, record, unique
from watcher_core import (
    DatabaseUnavailableError,
    Execution,
    ExecutionSource,
    ExecutionState,
    InvalidValueError,
    NotFoundError,
    PipelineConfiguration,
    PipelineInactiveError,
    SchemaVersionError,
    Settings,
    Watcher,
    recording,
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "watcher-home"


@pytest.fixture
def watcher(module_database_url: str, home: Path) -> Iterator[Watcher]:
    """A Watcher with a spool of this test's own."""
    with Watcher(module_database_url, settings=Settings(home=home)) as watcher:
        yield watcher


@pytest.fixture
def other(module_database_url: str, home: Path) -> Iterator[Watcher]:
    """The Watcher of another process of this host."""
    with Watcher(module_database_url, settings=Settings(home=home)) as watcher:
        yield watcher


@pytest.fixture
def name() -> str:
    return unique("pipeline")


class Outage:
    """A database that refuses connections while it is away."""

    def __init__(self, administrator: sa.Connection, url: str) -> None:
        self.administrator = administrator
        self.database = sa.make_url(url).database

    def begin(self) -> None:
        self.administrator.execute(sa.text(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS false"))
        self.administrator.execute(
            sa.text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = :name"),
            {"name": self.database},
        ).all()

    def end(self) -> None:
        self.administrator.execute(sa.text(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS true"))

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self.begin()
        try:
            yield
        finally:
            self.end()


@pytest.fixture
def outage(administrator: sa.Connection, module_database_url: str) -> Iterator[Outage]:
    outage = Outage(administrator, module_database_url)
    yield outage
    outage.end()


def only(watcher: Watcher, pipeline: str) -> Execution:
    (execution,) = watcher.executions(pipeline=pipeline)
    return execution


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [logged.getMessage() for logged in caplog.records if logged.levelno >= logging.WARNING]


# The block


def test_a_block_is_an_execution_of_a_pipeline_that_is_made(watcher: Watcher, name: str) -> None:
    with watcher.track(name, next_watermark=150, execution_metadata={"a": 1}) as execution:
        running = only(watcher, name)
        assert running.id == execution.id
        assert running.state is ExecutionState.RUNNING
        assert (execution.watermark, execution.next_watermark) == (None, "150")
        execution.record(inserts=150, updates=25, soft_deletes=5, total_rows=180, execution_metadata={"b": 2})
    ended = only(watcher, name)
    assert ended.state is ExecutionState.SUCCEEDED
    assert (ended.inserts, ended.updates, ended.soft_deletes, ended.total_rows) == (150, 25, 5, 180)
    assert ended.execution_metadata == {"a": 1, "b": 2}
    assert watcher.pipeline(name).watermark == "150"

    with watcher.track(name, next_watermark=300) as execution:
        assert execution.watermark == "150"


def test_all_that_can_be_told_at_the_start(watcher: Watcher, name: str) -> None:
    configuration = PipelineConfiguration(
        name=name, pipeline_type_name=f"type of {name}", freshness_number=2, freshness_datepart="hour"
    )
    with watcher.track(
        configuration, full_load=True, source=ExecutionSource.CLI, external_id=name, logical_date=at(0), attempt=2
    ):
        pass
    execution = only(watcher, name)
    assert (execution.source, execution.external_id, execution.logical_date) == (ExecutionSource.CLI, name, at(0))
    assert (execution.full_load, execution.execution_metadata) == (True, {"attempts": 2})
    pipeline = watcher.pipeline(name)
    assert (pipeline.pipeline_type_name, pipeline.freshness_number) == (f"type of {name}", 2)


def test_the_declared_next_watermark_is_taken_where_the_execution_has_none(watcher: Watcher, name: str) -> None:
    watcher.get_or_create_pipeline(name, next_watermark=150)
    with watcher.track(name) as execution:
        assert execution.next_watermark == "150"
    assert watcher.pipeline(name).watermark == "150"


def test_a_watermark_that_is_taken_back_does_not_move(watcher: Watcher, name: str) -> None:
    with watcher.track(name, next_watermark=150) as execution:
        execution.record(next_watermark=None)
    assert (only(watcher, name).next_watermark, watcher.pipeline(name).watermark) == (None, None)


@pytest.mark.parametrize(
    ("raised", "state"),
    [(ValueError("bad row"), "failed"), (KeyboardInterrupt(), "canceled"), (SystemExit(3), "canceled")],
)
def test_what_the_block_raises_passes_on_and_ends_the_execution(
    watcher: Watcher, name: str, raised: BaseException, state: str
) -> None:
    with pytest.raises(type(raised)), watcher.track(name, next_watermark=150):
        raise raised
    execution = only(watcher, name)
    assert execution.state == state
    assert execution.execution_metadata["error"]["class"] == type(raised).__name__
    assert watcher.pipeline(name).watermark is None


def test_an_error_with_characters_that_postgresql_cannot_hold(watcher: Watcher, name: str) -> None:
    with pytest.raises(ValueError, match="bytes"), watcher.track(name):
        raise ValueError("bytes \x00 and \udcff")
    assert only(watcher, name).execution_metadata["error"]["message"] == "bytes \ufffd and ?"


def test_an_error_is_kept_without_the_colors_of_a_terminal(watcher: Watcher, name: str) -> None:
    with pytest.raises(ValueError, match="no file"), watcher.track(name):
        raise ValueError("\x1b[31mno file\x1b[0m")
    error = only(watcher, name).execution_metadata["error"]
    assert error["message"] == "no file"
    assert error["stack"].endswith("ValueError: no file\n")


def test_nested_blocks_are_parent_and_child(watcher: Watcher, name: str) -> None:
    with watcher.track(name) as outer, watcher.track(f"{name}/inner", parent_id=outer.id) as inner:
        assert inner.id != outer.id
    assert outer.id is not None
    tree = watcher.execution_tree(outer.id)
    assert [child.execution.id for child in tree.children] == [inner.id]


def test_a_parent_that_is_told_of_in_the_same_transaction(watcher: Watcher, name: str) -> None:
    run = record(f"{name}/run", f"{name}/run", state=ExecutionState.RUNNING)
    for step in ("a", "b"):
        with watcher.track(f"{name}/{step}", parent=run, source=ExecutionSource.DAGSTER):
            pass
    parent = only(watcher, f"{name}/run")
    assert parent.state is ExecutionState.RUNNING
    assert [child.execution.pipeline_name for child in watcher.execution_tree(parent.id).children] == [
        f"{name}/a",
        f"{name}/b",
    ]


def test_threads_share_one_watcher(watcher: Watcher, name: str) -> None:
    failures: list[Exception] = []

    def job(number: int) -> None:
        try:
            for _ in range(5):
                with watcher.track(f"{name}/{number}") as execution:
                    execution.record(inserts=number)
        except Exception as exc:
            failures.append(exc)

    threads = [threading.Thread(target=job, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {len(watcher.executions(pipeline=f"{name}/{number}", state="succeeded")) for number in range(8)} == {5}


# The decorator


def test_each_call_of_a_tracked_function_is_an_execution(watcher: Watcher, name: str) -> None:
    @watcher.tracked(name, full_load=True)
    def double(number: int, *, plus: int = 0) -> int:
        """Twice."""
        return number * 2 + plus

    assert (double(2), double(3, plus=1)) == (4, 7)
    assert (double.__name__, double.__doc__) == ("double", "Twice.")
    executions = watcher.executions(pipeline=name)
    assert [execution.full_load for execution in executions] == [True, True]


def test_a_tracked_function_that_raises(watcher: Watcher, name: str) -> None:
    @watcher.tracked(name)
    def fail() -> None:
        raise ValueError("bad row")

    with pytest.raises(ValueError, match="bad row"):
        fail()
    assert only(watcher, name).state is ExecutionState.FAILED


# What raises


def test_an_inactive_pipeline_does_not_run(watcher: Watcher, name: str) -> None:
    watcher.get_or_create_pipeline(name)
    watcher.update_pipeline(name, active=False)
    ran = []
    with pytest.raises(PipelineInactiveError, match=f"pipeline '{name}' is inactive"), watcher.track(name):
        ran.append("ran")
    assert (ran, watcher.executions(pipeline=name)) == ([], [])


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"parent_id": 0}, NotFoundError),
        ({"parent_id": "1"}, InvalidValueError),
        ({"attempt": 0}, InvalidValueError),
        ({"logical_date": "today"}, InvalidValueError),
        ({"external_id": "x" * 3000}, InvalidValueError),
        ({"execution_metadata": {"a": object()}}, InvalidValueError),
    ],
)
def test_misuse_raises_before_the_block_runs(
    watcher: Watcher, name: str, wrong: dict[str, Any], error: type[Exception]
) -> None:
    ran = []
    with pytest.raises(error), watcher.track(name, **wrong):
        ran.append("ran")
    assert ran == []


@pytest.mark.parametrize("wrong", [None, 1, ["orders"]])
def test_a_pipeline_that_is_neither_a_name_nor_a_configuration_is_refused(watcher: Watcher, wrong: Any) -> None:
    rule = f"pipeline is {re.escape(repr(wrong))}; it must be text"
    with pytest.raises(InvalidValueError, match=rule), watcher.track(wrong):
        pass


ASSIGNED = [
    ("execution_metadata", {"a": object()}),
    ("execution_metadata", ["a"]),
    ("inserts", -1),
    ("next_watermark", float("nan")),
]


def assign(watcher: Watcher, name: str, attribute: str, wrong: Any, error: Exception | None = None) -> None:
    with watcher.track(name) as tracked:
        tracked.record(updates=7)
        setattr(tracked, attribute, wrong)
        if error is not None:
            raise error


@pytest.mark.parametrize(("attribute", "wrong"), ASSIGNED)
def test_what_a_block_assigns_wrongly_is_its_failure(watcher: Watcher, name: str, attribute: str, wrong: Any) -> None:
    """As where it passes the same to `record`; nothing stays running."""
    with pytest.raises(InvalidValueError, match=attribute):
        assign(watcher, name, attribute, wrong)
    execution = only(watcher, name)
    assert (execution.state, execution.updates) == (ExecutionState.FAILED, 7)
    assert attribute in execution.execution_metadata["error"]["message"]


@pytest.mark.parametrize(("attribute", "wrong"), ASSIGNED)
def test_what_a_block_assigns_wrongly_replaces_no_error(
    watcher: Watcher, name: str, attribute: str, wrong: Any
) -> None:
    with pytest.raises(ZeroDivisionError):
        assign(watcher, name, attribute, wrong, error=ZeroDivisionError())
    execution = only(watcher, name)
    assert (execution.state, execution.execution_metadata["error"]["class"]) == (
        ExecutionState.FAILED,
        "ZeroDivisionError",
    )


# Ended by another


def test_a_job_that_another_has_given_up_on_is_not_disturbed(watcher: Watcher, name: str) -> None:
    """Dagster calls a run failed whose process it lost sight of. The job has done its work all the same."""
    with watcher.track(name, external_id=name, source=ExecutionSource.DAGSTER, next_watermark=150) as execution:
        watcher.record([record(name, name, state=ExecutionState.FAILED, start=0, end_date=dt.datetime.now(dt.UTC))])
        execution.record(inserts=5)
    ended = only(watcher, name)
    assert (ended.state, ended.inserts) == (ExecutionState.SUCCEEDED, 5)
    assert watcher.pipeline(name).watermark == "150"


def test_what_was_told_of_its_success_before_its_end_is_completed(watcher: Watcher, name: str) -> None:
    with watcher.track(name, external_id=name, source=ExecutionSource.DAGSTER, next_watermark=150) as execution:
        watcher.record([record(name, name, start=0, end_date=dt.datetime.now(dt.UTC))])
        execution.record(inserts=5, total_rows=7)
    ended = only(watcher, name)
    assert (ended.state, ended.inserts, ended.total_rows) == (ExecutionState.SUCCEEDED, 5, 7)
    pipeline = watcher.pipeline(name)
    assert pipeline.watermark == "150"
    assert pipeline.last_target_insert == ended.end_date


def test_the_same_identity_run_again_by_hand_disturbs_nobody(
    watcher: Watcher, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    for rows in (5, 6):
        assert caplog.text == ""
        with watcher.track(name, external_id=name) as execution:
            execution.record(inserts=rows)
    assert only(watcher, name).inserts == 5
    assert f"pipeline {name!r} does once more what its execution {execution.id} has done" in caplog.text


def test_the_same_identity_that_failed_and_is_run_again_succeeds(watcher: Watcher, name: str) -> None:
    with pytest.raises(ValueError, match="bad row"), watcher.track(name, external_id=name, next_watermark=7):
        raise ValueError("bad row")
    with watcher.track(name, external_id=name, next_watermark=7):
        pass
    execution = only(watcher, name)
    assert (execution.state, execution.execution_metadata) == (ExecutionState.SUCCEEDED, {})
    assert watcher.pipeline(name).watermark == "7"


def test_a_row_that_is_gone_at_the_end_comes_back(watcher: Watcher, name: str) -> None:
    """The database was restored from a backup while the job ran."""
    engine = sa.create_engine(watcher.url, poolclass=sa.NullPool)
    with watcher.track(name, next_watermark=7) as execution, engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM watcher.pipeline_execution WHERE id = :id"), {"id": execution.id})
        execution.record(inserts=5)
    assert (only(watcher, name).state, only(watcher, name).inserts) == (ExecutionState.SUCCEEDED, 5)


# The database is away


def test_away_all_the_time(
    watcher: Watcher, other: Watcher, name: str, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    ran = []
    with outage(), watcher.track(name, next_watermark=150, execution_metadata={"a": 1}) as execution:
        ran.append(execution.id)
        execution.record(inserts=5)
    assert ran == [None]
    assert len(warnings(caplog)) == 1
    assert "cannot be reached" in warnings(caplog)[0]
    assert watcher.spooled() == 1

    told = only(other, name)  # the first contact of another process records it
    assert (told.state, told.inserts, told.execution_metadata) == (ExecutionState.SUCCEEDED, 5, {"a": 1})
    assert told.duration_seconds is not None
    pipeline = other.pipeline(name)
    assert (pipeline.watermark, pipeline.last_target_insert) == ("150", told.end_date)
    assert other.spooled() == 0


@pytest.mark.parametrize("comes", ["before the end", "never", "as a part of it"])
def test_a_parent_that_is_recorded_while_a_part_of_it_runs_is_found_at_the_end(
    watcher: Watcher, name: str, comes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the run of Dagster is, whose step has started this process by Pipes."""
    monkeypatch.setenv("WATCHER_EXTERNAL_ID", f"{name}/around")
    around = record(f"{name} around", f"{name}/around", source=ExecutionSource.CLI)
    with watcher.track(name) as execution:
        assert execution.id is not None
        monkeypatch.delenv("WATCHER_EXTERNAL_ID")
        if comes != "never":
            watcher.record([replace(around, parent_id=execution.id if comes == "as a part of it" else None)])
    parents = watcher.executions(pipeline=f"{name} around") if comes != "never" else []
    expected = [parent.id for parent in parents if parent.parent_id is None]
    assert only(watcher, name).parent_id == (expected[0] if expected else None)


def test_away_at_the_start_only(watcher: Watcher, name: str, outage: Outage, caplog: pytest.LogCaptureFixture) -> None:
    outage.begin()
    with watcher.track(name, next_watermark=150) as execution:
        assert execution.id is None
        outage.end()
        execution.record(inserts=5)
    assert len(warnings(caplog)) == 1
    assert (only(watcher, name).state, only(watcher, name).inserts) == (ExecutionState.SUCCEEDED, 5)
    assert watcher.pipeline(name).watermark == "150"
    assert watcher.spooled() == 0


def test_away_at_the_end_only(
    watcher: Watcher, other: Watcher, name: str, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    with watcher.track(name, next_watermark=150) as execution:
        outage.begin()
        execution.record(inserts=5)
    outage.end()
    assert len(warnings(caplog)) == 1
    assert execution.id is not None

    ended = only(other, name)
    assert (ended.id, ended.state, ended.inserts) == (execution.id, ExecutionState.SUCCEEDED, 5)
    assert other.pipeline(name).watermark == "150"


def test_away_in_between_is_not_even_noticed(
    watcher: Watcher, name: str, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    with watcher.track(name, next_watermark=150) as execution, outage():
        execution.record(inserts=5)
    assert warnings(caplog) == []
    assert only(watcher, name).inserts == 5
    assert watcher.spooled() == 0


def test_what_waits_is_recorded_before_the_next_run_starts_from_there(
    watcher: Watcher, name: str, outage: Outage
) -> None:
    with outage(), watcher.track(name, next_watermark=100):
        pass
    with watcher.track(name, next_watermark=200) as execution:
        assert execution.watermark == "100"
    assert watcher.pipeline(name).watermark == "200"
    assert watcher.watermark_events(name) == []


def test_what_waits_long_does_not_move_a_watermark_back(
    module_database_url: str, tmp_path: Path, name: str, outage: Outage
) -> None:
    with Watcher(module_database_url, settings=Settings(home=tmp_path / "one host")) as one:
        with outage(), one.track(name, next_watermark=100):
            pass
        with Watcher(module_database_url, settings=Settings(home=tmp_path / "another host")) as another:
            with another.track(name, next_watermark=200):
                pass
            assert another.pipeline(name).watermark == "200"
        assert len(one.executions(pipeline=name)) == 2
        assert one.pipeline(name).watermark == "200"
        assert one.watermark_events(name) == []


def test_a_failure_while_away_is_told_as_a_failure(watcher: Watcher, name: str, outage: Outage) -> None:
    with pytest.raises(ValueError, match="bad row"), outage(), watcher.track(name, next_watermark=100):
        raise ValueError("bad row")
    told = only(watcher, name)
    assert (told.state, told.execution_metadata["error"]["message"]) == (ExecutionState.FAILED, "bad row")
    assert watcher.pipeline(name).watermark is None


def test_a_process_that_goes_on_records_what_jobs_of_its_host_have_left(
    watcher: Watcher, module_database_url: str, home: Path, name: str, outage: Outage
) -> None:
    """The next run of the job may be tomorrow, and its failure is to be known today."""
    with Watcher(module_database_url, settings=Settings(home=home)) as deliverer:
        deliverer.get_or_create_pipeline(name)
        with pytest.raises(ValueError, match="bad row"), outage(), watcher.track(name):
            raise ValueError("bad row")
        deliverer.check_health(dagster=False, dry_run=True)
        assert (deliverer.spooled(), deliverer.executions(pipeline=name)) == (1, [])
        facts = deliverer.check_health(dagster=False)
        assert [fact.message for fact in facts if fact.topic == "spool"] == [
            "no execution of this host waits to be recorded"
        ]
        assert [execution.state for execution in deliverer.executions(pipeline=name)] == ["failed"]


def test_nesting_survives_an_outage_in_the_child(watcher: Watcher, name: str, outage: Outage) -> None:
    with watcher.track(name) as outer, outage(), watcher.track(f"{name}/inner", parent_id=outer.id):
        pass
    assert only(watcher, f"{name}/inner").parent_id == outer.id


def test_strict_raises_and_does_not_run(watcher: Watcher, name: str, outage: Outage) -> None:
    ran = []
    with outage(), pytest.raises(DatabaseUnavailableError), watcher.track(name, strict=True):
        ran.append("ran")
    assert (ran, watcher.spooled()) == ([], 0)


def test_misuse_raises_while_the_database_is_away_too(watcher: Watcher, name: str, outage: Outage) -> None:
    with outage(), pytest.raises(InvalidValueError), watcher.track(name, attempt=-1):
        pass


def test_without_a_spool_nothing_waits(watcher: Watcher, name: str, outage: Outage) -> None:
    with outage(), watcher.track(name, spool=False):
        pass
    assert watcher.spooled() == 0


def test_a_database_without_our_schema_does_not_stop_a_job(
    empty_database_url: str, home: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Watcher(empty_database_url, settings=Settings(home=home)) as watcher:
        with watcher.track(name) as execution:
            execution.record(inserts=5)
        assert ["watcher db upgrade" in warning for warning in warnings(caplog)] == [True]
        with pytest.raises(SchemaVersionError), watcher.track(name, strict=True):
            pass
        watcher.upgrade()
        assert only(watcher, name).inserts == 5


def test_a_spool_that_cannot_be_read_does_not_stop_a_job(module_database_url: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "home").write_text("a file where a directory should be")
    with Watcher(module_database_url, settings=Settings(home=tmp_path / "home")) as watcher:
        with watcher.track(name):
            pass
        assert only(watcher, name).state is ExecutionState.SUCCEEDED
        assert watcher.spooled() == 0


def test_a_corrupt_file_is_set_aside_and_the_others_are_recorded(
    watcher: Watcher, other: Watcher, name: str, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    for step in ("a", "b"):
        with outage(), watcher.track(f"{name}/{step}"):
            pass
    corrupt = recording.spooled_executions(watcher.spool_directories)[0]
    corrupt.write_text('{"pipeline_name": "half of')
    assert only(other, f"{name}/b").state is ExecutionState.SUCCEEDED
    assert list(corrupt.parent.iterdir()) == [corrupt.with_suffix(".broken")]
    assert f"{corrupt} cannot be recorded and is set aside" in caplog.text


CONTACT = """
import sys
from pathlib import Path
from watcher_core import Settings, Watcher
with Watcher(sys.argv[1], settings=Settings(home=Path(sys.argv[2]))) as watcher:
    print("ready", flush=True)
    sys.stdin.readline()
    watcher.pipeline_types()
"""


def test_two_processes_that_record_what_waits_at_once_record_it_once(
    module_database_url: str, watcher: Watcher, name: str, home: Path, outage: Outage
) -> None:
    with outage():
        for number in range(1, 21):
            with watcher.track(name, next_watermark=number) as execution:
                execution.record(inserts=number)
    command = [sys.executable, "-W", "error", "-c", CONTACT, module_database_url, str(home)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate()
        assert (process.returncode, errors) == (0, "")

    executions = watcher.executions(pipeline=name)
    assert sorted(execution.inserts or 0 for execution in executions) == list(range(1, 21))
    assert watcher.pipeline(name).watermark == "20"
    assert watcher.spooled() == 0


@pytest.mark.parametrize("works", [True, False])
@pytest.mark.parametrize("recorded", [False, True], ids=["tracked", "recorded"])
def test_what_a_job_reports_replaces_what_was_inferred(watcher: Watcher, works: bool, recorded: bool) -> None:
    """A person ended it, for it looked dead; it was only cut off. From a spool it comes as a record."""
    name = unique("cut off")
    with suppress(ValueError), watcher.track(name) as execution:
        execution.record(inserts=3)
        assert execution.id is not None
        watcher.close_execution(execution.id, reason="host lost")
        if recorded:
            execution.id = None
        if not works:
            raise ValueError("no disk")
    (found,) = watcher.executions(pipeline=name)
    assert (found.state, found.inserts) == ("succeeded" if works else "failed", 3)
    assert "ended_by_hand" not in found.execution_metadata
    error = found.execution_metadata.get("error")
    assert (error is None) if works else (error is not None and error["message"] == "no disk")
    assert found.end_date is not None
    assert found.updated_at - found.end_date < dt.timedelta(seconds=5)

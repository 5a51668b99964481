"""What `track` does around a block of code, without a database: what it records, survives, refuses and lets pass."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.factories import record
from watcher_core import (
    DatabaseError,
    DatabaseUnavailableError,
    Execution,
    ExecutionRecord,
    ExecutionState,
    InvalidValueError,
    NotFoundError,
    PipelineConfiguration,
    PipelineInactiveError,
    SchemaVersionError,
    Settings,
    TrackedExecution,
    Watcher,
)
from watcher_core.recording import TrackRequest

AWAY = DatabaseUnavailableError("the database 'd' at h:5432 cannot be reached: refused")


class Book(Watcher):
    """A client without a database: it keeps what `track` writes, or raises the error it was made with."""

    def __init__(self, *, at_begin: Exception | None = None, at_finish: Exception | None = None) -> None:
        super().__init__("postgresql://nowhere/none", settings=Settings())
        self.at_begin = at_begin
        self.at_finish = at_finish
        self.began = 0
        self.finished: list[ExecutionRecord] = []
        self.started_at = dt.datetime.now(dt.UTC)
        self.directory: Path | None = None

    @property
    def spool_directories(self) -> list[Path]:
        assert self.directory is not None
        return [self.directory, self.directory / "old"]

    def _start_tracked(self, request: TrackRequest, start_date: dt.datetime) -> Execution:
        self.began += 1
        if self.at_begin:
            raise self.at_begin
        fields: dict[str, Any] = {field.name: None for field in dataclasses.fields(Execution)}
        known = {"id": 7, "start_date": self.started_at, "watermark": "100", "next_watermark": request.next_watermark}
        return Execution(**fields | known)

    def _end_tracked(
        self, execution_id: int | None, record: ExecutionRecord, *, missing_parent: tuple[str, str] | None = None
    ) -> None:
        assert missing_parent is None
        if self.at_finish:
            raise self.at_finish
        assert execution_id == (None if self.at_begin else 7)
        self.finished.append(record)


def track(
    book: Book, pipeline: str = "stock/prices", *, spool_directory: Path | None = None, **options: Any
) -> AbstractContextManager[TrackedExecution]:
    configuration = options.pop("configuration", PipelineConfiguration(name=pipeline))
    book.directory = spool_directory
    defaults: dict[str, Any] = {"external_id": "external", "spool": spool_directory is not None}
    return book.track(configuration, **defaults | options)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [logged.getMessage() for logged in caplog.records if logged.levelno >= logging.WARNING]


# What is recorded


def test_the_block_knows_where_it_starts_and_how_far_it_goes() -> None:
    with track(Book(), next_watermark=150) as execution:
        assert (execution.id, execution.pipeline) == (7, "stock/prices")
        assert (execution.watermark, execution.next_watermark) == ("100", "150")


def test_the_end_writes_all_that_was_recorded() -> None:
    book = Book()
    with track(book, next_watermark=150, execution_metadata={"a": 1}) as execution:
        execution.record(inserts=1, updates=2, execution_metadata={"b": 2})
        execution.record(inserts=150, soft_deletes=0, total_rows=152, execution_metadata={"a": 3}, next_watermark=160)
    (written,) = book.finished
    assert written.state is ExecutionState.SUCCEEDED
    assert (written.inserts, written.updates, written.soft_deletes, written.total_rows) == (150, 2, 0, 152)
    assert written.execution_metadata == {"a": 3, "b": 2}
    assert written.next_watermark == "160"
    assert written.end_date is not None
    assert written.end_date >= written.start_date


def test_a_watermark_that_is_taken_back_does_not_move() -> None:
    book = Book()
    with track(book, next_watermark=150) as execution:
        execution.record(next_watermark=None)
    assert book.finished[0].next_watermark is None


def test_what_is_recorded_wrongly_raises_and_keeps_nothing_of_that_call() -> None:
    book = Book()
    with track(book) as execution:
        with pytest.raises(InvalidValueError, match="updates is -1"):
            execution.record(inserts=5, updates=-1, execution_metadata={"a": 1}, next_watermark=9)
        assert (execution.inserts, execution.next_watermark, execution.execution_metadata) == (None, None, {})
    assert book.finished[0].state is ExecutionState.SUCCEEDED


def test_a_wrong_watermark_keeps_nothing_of_that_call_either() -> None:
    with track(Book()) as execution, pytest.raises(InvalidValueError, match="next_watermark"):
        execution.record(inserts=5, next_watermark=object())
    assert execution.inserts is None


def test_a_clock_that_is_behind_makes_no_negative_duration() -> None:
    """An earlier record of the execution has the time of another clock, which may be ahead of ours."""
    book = Book()
    book.started_at = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
    with track(book):
        pass
    assert book.finished[0].end_date == book.started_at


# How it ends


@pytest.mark.parametrize(
    ("raised", "state"),
    [
        (ValueError("bad row"), ExecutionState.FAILED),
        (StopIteration(), ExecutionState.FAILED),
        (KeyboardInterrupt(), ExecutionState.CANCELED),
        (SystemExit(0), ExecutionState.CANCELED),
        (GeneratorExit(), ExecutionState.CANCELED),
    ],
)
def test_what_the_block_raises_passes_on_and_says_how_it_ended(raised: BaseException, state: ExecutionState) -> None:
    book = Book()
    with pytest.raises(type(raised)) as passed, track(book):
        raise raised
    assert passed.value is raised
    assert book.finished[0].state is state


def test_the_error_stands_in_the_metadata_cut_to_a_readable_size() -> None:
    book = Book()
    with pytest.raises(ValueError, match="xxx"), track(book):
        raise ValueError("x" * 1_000_000)
    error = book.finished[0].execution_metadata["error"]
    assert error["class"] == "ValueError"
    assert error["message"] == "x" * 2000
    assert len(error["stack"]) == 2000


def test_the_stack_names_the_line() -> None:
    book = Book()
    with pytest.raises(ZeroDivisionError), track(book):
        1 / 0  # noqa: B018 - the error is the point
    assert "1 / 0" in book.finished[0].execution_metadata["error"]["stack"]


def test_an_error_that_cannot_be_written_down_passes_on_all_the_same() -> None:
    class Mute(Exception):  # noqa: N818 - a name for what it does
        def __str__(self) -> str:
            raise RuntimeError("no words")

    book = Book()
    with pytest.raises(Mute), track(book):
        raise Mute
    assert book.finished[0].execution_metadata["error"]["class"] == "Mute"


# Failing safe


@pytest.mark.parametrize(
    "book",
    [Book(at_begin=AWAY), Book(at_finish=AWAY), Book(at_begin=AWAY, at_finish=AWAY)],
    ids=["away at the start", "away at the end", "away all the time"],
)
def test_the_block_runs_without_the_database_and_that_is_logged_once(
    book: Book, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ran = []
    with track(book, spool_directory=tmp_path / "spool", next_watermark=150) as execution:
        ran.append(execution.id)
        execution.record(inserts=5)
    assert ran == [None if book.at_begin else 7]
    assert [message for message in warnings(caplog) if "refused" in message] == warnings(caplog)
    assert len(warnings(caplog)) == 1
    assert len(list((tmp_path / "spool").glob("*.json"))) == (1 if book.at_finish else 0)
    assert len(book.finished) == (0 if book.at_finish else 1)


@pytest.mark.parametrize(
    "error", [AWAY, SchemaVersionError("too old", found="0001", expected="0002"), DatabaseError("no right")]
)
def test_nothing_that_the_database_cannot_do_stops_the_block(error: Exception) -> None:
    with track(Book(at_begin=error, at_finish=error)) as execution:
        assert execution.id is None
        assert execution.watermark is None


def test_what_could_not_be_written_waits_whole(tmp_path: Path) -> None:
    parent = record("location/job", "run")
    when = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    with track(
        Book(at_begin=AWAY, at_finish=AWAY),
        configuration=PipelineConfiguration(name="a", pipeline_type_name="api"),
        spool_directory=tmp_path,
        parent=parent,
        parent_id=3,
        logical_date=when,
        attempt=2,
        full_load=True,
        next_watermark=150,
        execution_metadata={"a": 1},
    ) as execution:
        execution.record(inserts=5, updates=0)
    (path,) = tmp_path.glob("*.json")
    written = json.loads(path.read_text())
    assert written["start_date"] <= written["end_date"]
    assert {name: value for name, value in written.items() if name not in ("start_date", "end_date")} == {
        "pipeline_name": "a",
        "pipeline_type_name": "api",
        "declared_by": None,
        "source": "python",
        "external_id": "external",
        "state": "succeeded",
        "parent_source": "dagster",
        "parent_external_id": "run",
        "parent_id": 3,
        "instance_id": None,
        "scope": None,
        "former_external_id": None,
        "duration_is_shared": None,
        "is_provisional": False,
        "may_be_no_change": False,
        "logical_date": "2026-01-01T00:00:00+00:00",
        "full_load": True,
        "next_watermark": "150",
        "inserts": 5,
        "updates": 0,
        "soft_deletes": None,
        "total_rows": None,
        "execution_metadata": {"a": 1, "attempts": 2},
    }


def test_a_spool_that_cannot_be_written_costs_the_record_but_not_the_job(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "home").write_text("a file where a directory should be")
    with track(Book(at_begin=AWAY, at_finish=AWAY), spool_directory=tmp_path / "home" / "spool"):
        pass
    assert "this execution of pipeline 'stock/prices' is lost" in warnings(caplog)[-1]


def test_without_a_spool_nothing_is_kept(tmp_path: Path) -> None:
    with track(Book(at_begin=AWAY, at_finish=AWAY), spool_directory=None):
        pass
    assert list(tmp_path.rglob("*.json")) == []


def test_an_error_of_the_block_is_not_hidden_by_one_of_the_database(tmp_path: Path) -> None:
    for strict in (False, True):
        with (
            pytest.raises(ValueError, match="bad row"),
            track(Book(at_finish=AWAY), strict=strict, spool_directory=tmp_path),
        ):
            raise ValueError("bad row")
    kept = [json.loads(path.read_text())["state"] for path in tmp_path.glob("*.json")]
    assert kept == ["failed", "failed"]


def test_strict_raises_before_the_block_runs() -> None:
    ran = []
    with pytest.raises(DatabaseUnavailableError), track(Book(at_begin=AWAY), strict=True):
        ran.append("ran")
    assert ran == []


def test_strict_raises_after_the_block_has_run() -> None:
    ran = []
    with pytest.raises(DatabaseUnavailableError), track(Book(at_finish=AWAY), strict=True):
        ran.append("ran")
    assert ran == ["ran"]


# Misuse


@pytest.mark.parametrize(
    "misuse",
    [
        {"pipeline": ""},
        {"configuration": PipelineConfiguration(name="a", freshness_number=0)},
        {"configuration": PipelineConfiguration(name="a", freshness_datepart="hours")},
        {"next_watermark": object()},
        {"parent_id": "7"},
        {"full_load": 1},
        {"execution_metadata": {"a": object()}},
        {"source": "carrier pigeon"},
        {"external_id": "x" * 2561},
        {"logical_date": dt.datetime(2026, 1, 1)},  # noqa: DTZ001 - what is refused
        {"attempt": 0},
    ],
    ids=lambda misuse: next(iter(misuse)),
)
def test_misuse_raises_even_while_the_database_is_away(misuse: dict[str, Any]) -> None:
    book = Book(at_begin=AWAY)
    with pytest.raises(InvalidValueError), track(book, **misuse):
        pass
    assert book.began == 0


@pytest.mark.parametrize(
    "error", [PipelineInactiveError("a"), NotFoundError("parent execution", 7), InvalidValueError("no")]
)
def test_what_the_database_refuses_raises(error: Exception, tmp_path: Path) -> None:
    ran = []
    with pytest.raises(type(error)), track(Book(at_begin=error), spool_directory=tmp_path):
        ran.append("ran")
    assert (ran, list(tmp_path.glob("*.json"))) == ([], [])

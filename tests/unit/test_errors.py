"""Errors: one tree, facts as attributes, messages that name the value."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest

import watcher_core
from watcher_core import (
    AccessDeniedError,
    DatabaseError,
    DatabaseUnavailableError,
    EmbeddedPostgresError,
    ExecutionEndedError,
    ExecutionState,
    InvalidValueError,
    NotFoundError,
    PipelineInactiveError,
    SchemaVersionError,
    WatcherError,
    errors,
)

ALL = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_every_error_is_a_watcher_error_is_exported_and_stands_in_the_tree(error: type[Exception]) -> None:
    assert issubclass(error, WatcherError)
    assert getattr(watcher_core, error.__name__) is error
    assert error.__name__ in (errors.__doc__ or "")
    assert error.__doc__


def test_who_knows_pythons_errors_catches_ours() -> None:
    assert issubclass(InvalidValueError, ValueError)
    assert issubclass(NotFoundError, LookupError)


@pytest.mark.parametrize(
    "error", [AccessDeniedError, DatabaseUnavailableError, EmbeddedPostgresError, SchemaVersionError]
)
def test_whatever_the_database_cannot_do_is_a_database_error(error: type[Exception]) -> None:
    assert issubclass(error, DatabaseError)


@pytest.mark.parametrize(
    ("reference", "message"), [(7, "no pipeline with id 7"), ("stock prices", "no pipeline named 'stock prices'")]
)
def test_what_is_not_found_is_named(reference: int | str, message: str) -> None:
    error = NotFoundError("pipeline", reference)
    assert str(error) == message
    assert (error.kind, error.reference) == ("pipeline", reference)


def test_an_execution_that_has_ended_tells_how_the_values_differ() -> None:
    error = ExecutionEndedError(7, {"inserts": (5, 6), "state": ("succeeded", "failed")})
    assert str(error) == (
        "execution 7 has already ended with other values: inserts is 5, not 6, state is 'succeeded', not 'failed'"
    )
    assert error.execution_id == 7
    assert error.differences["inserts"] == (5, 6)


def test_values_that_differ_are_said_as_people_write_them() -> None:
    six = dt.datetime(2026, 1, 2, 6, tzinfo=dt.UTC)
    states = (ExecutionState.SUCCEEDED, ExecutionState.FAILED)
    assert str(ExecutionEndedError(7, {"state": states, "end_date": (six, None)})).endswith(
        "other values: state is 'succeeded', not 'failed', end_date is 2026-01-02 06:00:00+00:00, not None"
    )


def test_an_inactive_pipeline_tells_how_to_switch_it_on() -> None:
    error = PipelineInactiveError("stock prices")
    assert error.pipeline_name == "stock prices"
    assert "watcher pipelines set 'stock prices' --active" in str(error)


def test_a_schema_version_is_told_as_found_and_expected() -> None:
    error = SchemaVersionError("too old", found="0001", expected="0002")
    assert (str(error), error.found, error.expected) == ("too old", "0001", "0002")


@pytest.mark.parametrize(
    "error",
    [
        InvalidValueError("inserts is -1"),
        NotFoundError("pipeline", "a"),
        ExecutionEndedError(7, {"inserts": (5, 6)}),
        PipelineInactiveError("a"),
        SchemaVersionError("too old", found=None, expected="0001"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_cross_process_boundaries(error: WatcherError) -> None:
    """Process pools pickle what a worker raises; one that cannot be read back takes the pool down."""
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))

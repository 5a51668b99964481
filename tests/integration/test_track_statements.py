"""What `track` asks of PostgreSQL: few round trips, limits, and the same rows either way."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.factories import unique
from watcher_core import (
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    NotFoundError,
    PipelineConfiguration,
    PipelineInactiveError,
    Settings,
    Watcher,
    database,
    recording,
    waiting,
)

AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
# What libpq waits for an answer to.
ASKED = re.compile(r"\bF\t\d+\t(?:Query|Sync)\b")


@pytest.fixture
def watcher(module_watcher: Watcher) -> Iterator[Watcher]:
    """A client whose one connection is that of nobody else."""
    with Watcher(module_watcher.url.render_as_string(hide_password=False), settings=Settings(timeout=60)) as watcher:
        watcher.pipelines()
        yield watcher


@pytest.fixture
def name() -> str:
    return unique("pipeline")


@contextmanager
def round_trips(watcher: Watcher, path: Path) -> Iterator[list[int]]:
    """Count the round trips of the block, as libpq traces them."""
    counted: list[int] = []
    with path.open("w") as file:
        with waiting.time_limit(60), database.driver_statements(watcher._connect()) as connection:
            connection.pgconn.trace(file.fileno())
        yield counted
        with waiting.time_limit(60), database.driver_statements(watcher._connect()) as connection:
            connection.pgconn.untrace()
    counted.append(len(ASKED.findall(path.read_text())))


def run_record(name: str) -> ExecutionRecord:
    return ExecutionRecord(
        pipeline_name=f"{name}/job",
        source=ExecutionSource.DAGSTER,
        external_id=f"run of {name}",
        state=ExecutionState.RUNNING,
        start_date=AT,
    )


def in_a_step(name: str, key: str = "step") -> dict[str, Any]:
    return {
        "pipeline": PipelineConfiguration(name=name, freshness_number=2, freshness_datepart="hour"),
        "source": ExecutionSource.DAGSTER,
        "external_id": f"{name} {key}",
        "parent": run_record(name),
        "scope": key,
        "logical_date": AT,
    }


@pytest.mark.parametrize(("arguments", "most"), [(lambda name: {"pipeline": name}, 4), (in_a_step, 5)])
def test_round_trips(
    watcher: Watcher, name: str, tmp_path: Path, arguments: Callable[[str], dict[str, Any]], most: int
) -> None:
    given = arguments(name)
    for number in range(8):  # until the pipeline is known and the statements are prepared
        with watcher.track(**{**given, "external_id": f"{name} {number}"}):
            pass
    with round_trips(watcher, tmp_path / "trace") as counted, watcher.track(**given, next_watermark="7") as execution:
        execution.record(inserts=3)
    assert 2 <= counted[0] <= most
    assert watcher.execution(execution.id or 0).state is ExecutionState.SUCCEEDED


def test_the_limits_of_a_session_are_not_those_of_its_next_user(watcher: Watcher, name: str) -> None:
    shown = "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"
    engine = watcher._connect()
    with waiting.time_limit(60), database.driver_statements(engine) as connection:
        assert connection.execute(shown).fetchone() != ("30s", "0")
    with database.driver_transaction(engine) as connection:
        assert connection.execute(shown).fetchone() == ("30s", "0")
    with waiting.time_limit(60), database.driver_transaction(engine) as connection:
        assert connection.execute(shown).fetchone() != ("30s", "0")
    with database.driver_statements(engine) as connection:
        assert connection.execute(shown).fetchone() == ("30s", "0")


# The short way to the start of an execution, and the one that writes whatever is missing


@pytest.fixture(params=["short", "long"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "long":
        monkeypatch.setattr(recording, "start_known", lambda *_, **__: None)
    return str(request.param)


def row(watcher: Watcher, execution_id: int | None) -> dict[str, Any]:
    """What is stored of an execution, but for what differs each time."""
    found = asdict(watcher.execution(execution_id or 0))
    return {
        key: value
        for key, value in found.items()
        if key not in ("id", "pipeline_id", "external_id", "pipeline_name", "created_at", "updated_at", "start_date")
        and not key.startswith(("end_", "duration"))
    }


EXPECTED: dict[str, Any] = {
    "parent_id": None,
    "source": ExecutionSource.PYTHON,
    "instance_id": None,
    "scope": None,
    "state": ExecutionState.SUCCEEDED,
    "logical_date": None,
    "full_load": False,
    "watermark": "7",
    "next_watermark": "8",
    "inserts": None,
    "updates": None,
    "soft_deletes": None,
    "total_rows": None,
    "execution_metadata": {},
}


@pytest.mark.usefixtures("way")
def test_rows_are_the_same(watcher: Watcher, name: str) -> None:
    with watcher.track(name, next_watermark="7"):
        pass
    parent = watcher.executions(pipeline=name)[0].id
    given: dict[str, Any] = {
        "parent_id": parent,
        "full_load": True,
        "execution_metadata": {"a": [1]},
        "logical_date": AT,
        "instance_id": "prod",
        "scope": "p1",
        "attempt": 3,
    }
    with watcher.track(name, next_watermark="8") as plain:
        pass
    with watcher.track(name, next_watermark="9", **given) as full:
        full.record(inserts=0, total_rows=5)
    assert row(watcher, plain.id) == EXPECTED
    assert row(watcher, full.id) == {
        **EXPECTED,
        **{key: value for key, value in given.items() if key != "attempt"},
        "watermark": "8",
        "next_watermark": "9",
        "inserts": 0,
        "total_rows": 5,
        "execution_metadata": {"a": [1], "attempts": 3},
    }


@pytest.mark.usefixtures("way")
def test_a_former_name_means_the_pipeline(watcher: Watcher, name: str) -> None:
    pipeline = watcher.get_or_create_pipeline(name)
    watcher.update_pipeline(pipeline.id, name=f"{name}/new")
    with watcher.track(name) as execution:
        pass
    assert watcher.execution(execution.id or 0).pipeline_name == f"{name}/new"


@pytest.mark.usefixtures("way")
def test_an_inactive_pipeline_is_not_started(watcher: Watcher, name: str) -> None:
    watcher.update_pipeline(watcher.get_or_create_pipeline(name).id, active=False)
    with pytest.raises(PipelineInactiveError), watcher.track(name):
        pytest.fail("the block ran")
    assert watcher.executions(pipeline=name) == []


@pytest.mark.usefixtures("way")
def test_a_configuration_is_written_where_code_has_changed_it(watcher: Watcher, name: str) -> None:
    def declare(hours: int) -> int | None:
        configuration = PipelineConfiguration(name=name, freshness_number=hours, freshness_datepart="hour")
        with watcher.track(configuration):
            pass
        return watcher.pipeline(name).freshness_number

    assert declare(2) == 2
    watcher.update_pipeline(watcher.pipeline(name).id, freshness_number=5)
    assert declare(2) == 5, "a change by hand stays until the code changes"
    assert declare(3) == 3


@pytest.mark.usefixtures("way")
def test_the_parent_is_recorded_where_it_is_not_known(watcher: Watcher, name: str) -> None:
    with watcher.track(**in_a_step(name, "first")) as first, watcher.track(**in_a_step(name, "second")) as second:
        pass
    (run,) = watcher.executions(pipeline=f"{name}/job")
    assert {watcher.execution(each.id or 0).parent_id for each in (first, second)} == {run.id}


@pytest.mark.usefixtures("way")
def test_a_parent_that_is_not_there_is_refused(watcher: Watcher, name: str) -> None:
    watcher.get_or_create_pipeline(name)
    with pytest.raises(NotFoundError, match="parent execution"), watcher.track(name, parent_id=2**40):
        pytest.fail("the block ran")


@pytest.mark.usefixtures("way")
def test_the_same_identity_again_is_taken_up_by_a_later_attempt(watcher: Watcher, name: str) -> None:
    with pytest.raises(KeyError), watcher.track(name, external_id=name, next_watermark="1"):
        raise KeyError
    with watcher.track(name, external_id=name, attempt=2) as execution:
        assert watcher.execution(execution.id or 0).state is ExecutionState.RUNNING
    (found,) = watcher.executions(pipeline=name)
    assert (found.state, found.execution_metadata) == (ExecutionState.SUCCEEDED, {"attempts": 2})


@pytest.mark.usefixtures("way")
def test_two_that_move_the_same_watermark_leave_one_event(watcher: Watcher, name: str) -> None:
    with watcher.track(name, next_watermark="1") as slow, watcher.track(name, next_watermark="2"):
        pass
    assert watcher.pipeline(name).watermark == "2"
    (event,) = watcher.watermark_events(name)
    assert (event.kind, event.pipeline_execution_id, event.old_watermark, event.new_watermark) == (
        "conflict",
        slow.id,
        "2",
        "1",
    )

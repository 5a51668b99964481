"""The recorder: one reads an instance at a time, and its cursor moves with what it wrote or not at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import record, unique
from watcher_core import DatabaseUnavailableError, InvalidValueError, RecorderSession, Watcher


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def instance() -> str:
    return unique("instance")


def state(watcher: Watcher, instance: str) -> Any:
    found = [state for state in watcher.recorder_states() if state.instance_id == instance]
    return found[0] if found else None


def cursor(watcher: Watcher, instance: str) -> dict[str, Any]:
    with watcher.recorder(instance) as recorder:
        assert recorder is not None
        return recorder.cursor


def test_it_begins_with_an_empty_cursor(watcher: Watcher, instance: str) -> None:
    assert cursor(watcher, instance) == {}
    assert state(watcher, instance) is None


def test_executions_and_cursor_are_written_together(watcher: Watcher, instance: str) -> None:
    with watcher.recorder(instance) as recorder:
        assert recorder is not None
        assert recorder.record([record(instance), record(instance)], cursor={"run": 7}) == 2
        assert recorder.cursor == {"run": 7}
        assert recorder.record([], cursor={"run": 8, "open": ["a"]}, lag_seconds=1.5, message="2 executions") == 0
    assert len(watcher.executions(pipeline=instance)) == 2
    known = state(watcher, instance)
    assert (known.cursor, known.lag_seconds, known.message) == ({"run": 8, "open": ["a"]}, 1.5, "2 executions")
    assert cursor(watcher, instance) == {"run": 8, "open": ["a"]}


def test_what_cannot_be_written_does_not_move_the_cursor(watcher: Watcher, instance: str) -> None:
    with watcher.recorder(instance) as recorder:
        assert recorder is not None
        recorder.record([record(instance)], cursor={"run": 7})
        with pytest.raises(InvalidValueError):
            recorder.record([record(instance), record(" ")], cursor={"run": 8})
        assert recorder.cursor == {"run": 7}
        recorder.record([record(instance)], cursor={"run": 9})
    assert len(watcher.executions(pipeline=instance)) == 2
    assert cursor(watcher, instance) == {"run": 9}


def test_a_cursor_and_a_message_may_quote_any_text(watcher: Watcher, instance: str) -> None:
    with watcher.recorder(instance) as recorder:
        assert recorder is not None
        recorder.record([], cursor={"a\x00": "b\ud800"}, message="poison: \x00")
    assert state(watcher, instance).message == "poison: \ufffd"


def test_a_cursor_that_is_no_json_is_refused(watcher: Watcher, instance: str) -> None:
    with watcher.recorder(instance) as recorder:
        assert recorder is not None
        with pytest.raises(InvalidValueError, match="cursor cannot be stored as JSON"):
            recorder.record([record(instance)], cursor={"a": object()})
    assert state(watcher, instance) is None


def test_while_one_records_others_pass_by(watcher: Watcher, instance: str) -> None:
    with watcher.recorder(instance) as first, watcher.recorder(instance) as second:
        assert first is not None
        assert second is None
        first.record([], cursor={"run": 1})
    with watcher.recorder(instance) as third:
        assert third is not None


def test_instances_have_a_recorder_each(watcher: Watcher, instance: str) -> None:
    with watcher.recorder(f"{instance}/a") as first, watcher.recorder(f"{instance}/b") as second:
        assert first is not None
        assert second is not None


def test_an_error_gives_the_recorder_back_and_passes_as_it_is(watcher: Watcher, instance: str) -> None:
    """Dagster's storage raises SQLAlchemy's errors: they must not be told as ours."""
    theirs = sa.exc.OperationalError("SELECT", {}, Exception("Dagster's database is down"))
    with pytest.raises(sa.exc.OperationalError) as raised, watcher.recorder(instance):
        raise theirs
    assert raised.value is theirs
    with watcher.recorder(instance) as recorder:
        assert recorder is not None


def test_a_recorder_whose_connection_is_lost_writes_on_and_is_given_back(
    watcher: Watcher, instance: str, administrator: sa.Connection
) -> None:
    with watcher.recorder(instance) as recorder:
        assert recorder is not None
        administrator.execute(
            sa.text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = :name"),
            {"name": watcher.url.database},
        ).all()
        recorder.record([record(instance)], cursor={"run": 7})
    assert cursor(watcher, instance) == {"run": 7}


def test_without_a_database_there_is_no_recorder(instance: str) -> None:
    with (
        Watcher("postgresql://u:p@127.0.0.1:1/d") as watcher,
        pytest.raises(DatabaseUnavailableError),
        watcher.recorder(instance),
    ):
        pass


def test_recorders_are_listed(watcher: Watcher, instance: str) -> None:
    for name in (f"{instance}/b", f"{instance}/a"):
        with watcher.recorder(name) as recorder:
            assert isinstance(recorder, RecorderSession)
            recorder.record([], cursor={})
    listed = [state.instance_id for state in watcher.recorder_states()]
    assert [name for name in listed if name.startswith(f"{instance}/")] == [f"{instance}/a", f"{instance}/b"]


HOLD = """
import sys
from watcher_core import Watcher
from tests.factories import record
with Watcher(sys.argv[1]) as watcher, watcher.recorder(sys.argv[2]) as recorder:
    print("passed by" if recorder is None else "held", flush=True)
    if recorder is not None:
        recorder.record([record(sys.argv[2])], cursor={"run": 7})
        print("recorded", flush=True)
        sys.stdin.readline()
"""


@pytest.fixture
def hold(
    module_database_url: str, instance: str, request: pytest.FixtureRequest
) -> Callable[[], subprocess.Popen[str]]:
    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLD, module_database_url, instance]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=request.config.rootpath
        )
        request.addfinalizer(lambda: (process.kill(), process.communicate()))
        return process

    return start


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end_lease(watcher: Watcher, instance: str) -> None:
    """Let as much time go by as the lease has left."""
    ended = "UPDATE watcher.recorder_lease SET expires_at = clock_timestamp() WHERE instance_id = :instance"
    with watcher._transaction() as (session, _):
        session.execute(sa.text(ended), {"instance": instance})


def test_who_is_silent_for_too_long_loses_the_recorder_and_writes_nothing_more(watcher: Watcher, instance: str) -> None:
    with watcher.recorder(instance) as first:
        assert first is not None
        first.record([record(instance)], cursor={"run": 1})
        end_lease(watcher, instance)
        with watcher.recorder(instance) as second:
            assert second is not None
            second.record([record(instance)], cursor={"run": 2})
            with pytest.raises(DatabaseUnavailableError, match="taken over by another process"):
                first.record([record(instance)], cursor={"run": 9})
            second.record([], cursor={"run": 3})
    assert cursor(watcher, instance) == {"run": 3}
    assert len(watcher.executions(pipeline=instance)) == 2


def test_a_lease_that_has_ended_and_that_nobody_took_is_renewed_by_a_write(watcher: Watcher, instance: str) -> None:
    with watcher.recorder(instance) as recorder:
        assert recorder is not None
        end_lease(watcher, instance)
        recorder.record([record(instance)], cursor={"run": 1})
        with watcher.recorder(instance) as other:
            assert other is None


def test_another_process_passes_by_until_the_lease_of_one_that_was_killed_ends(
    watcher: Watcher, instance: str, hold: Callable[[], subprocess.Popen[str]]
) -> None:
    process = hold()
    assert [line(process), line(process)] == ["held", "recorded"]
    with watcher.recorder(instance) as recorder:
        assert recorder is None
    process.kill()
    process.wait()

    with watcher.recorder(instance) as recorder:
        assert recorder is None  # the lease goes on for a while
    end_lease(watcher, instance)
    assert cursor(watcher, instance) == {"run": 7}
    assert len(watcher.executions(pipeline=instance)) == 1

"""What an execution's identity says is not stored in its metadata as well, and is read there all the same."""

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest

from tests.factories import record
from watcher_core import ExecutionSource, InvalidValueError, Watcher, database, recording

RUN = "c9509251-176b-4c14-82ee-cae77414a2b6"
STEP = f"{RUN}/layer__table/layer%2Ftable"
OF_STEP = {"run_id": RUN, "step_key": "layer__table"}

STORED = "SELECT execution_metadata FROM watcher.pipeline_execution WHERE external_id = %s"
LENGTHEN = """
    UPDATE watcher.pipeline_execution
       SET execution_metadata = watcher.full_metadata(source, external_id, execution_metadata)
"""
EXPORTED = """
    ALTER TABLE watcher.pipeline_execution ENABLE TRIGGER queue_trace_of_changed;
    ALTER TABLE watcher.pipeline_execution ENABLE TRIGGER queue_openlineage_of_changed
"""
QUEUED = "SELECT (SELECT count(*) FROM watcher.trace_pending) + (SELECT count(*) FROM watcher.openlineage_pending)"


@pytest.fixture
def connection(watcher: Watcher) -> Iterator[psycopg.Connection[Any]]:
    url = watcher.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        yield connection


@pytest.mark.parametrize(
    ("external_id", "metadata", "stored"),
    [
        (STEP, {**OF_STEP, "rows": 3}, {"rows": 3}),
        (RUN, {"run_id": RUN, "job": "nightly"}, {"job": "nightly"}),
        (f"{RUN}//layer/table", {"run_id": RUN}, {}),
        # What it does not say, or says otherwise, stays.
        (STEP, {**OF_STEP, "run_id": "another"}, {"run_id": "another"}),
        (STEP, {**OF_STEP, "step_key": ["layer__table"]}, {"step_key": ["layer__table"]}),
        (STEP, {**OF_STEP, "": 1}, {"": 1}),
        (f"{RUN}/a%2Fb/layer", {"run_id": RUN, "step_key": "a/b"}, {"step_key": "a/b"}),
        (RUN, {"run_id": RUN, "step_key": ""}, {"step_key": ""}),
        # No identity of Dagster's.
        ("runless/production/1@2/table", {"run_id": "runless"}, {"run_id": "runless"}),
        ("mine/of/a/job", {"run_id": "mine"}, {"run_id": "mine"}),
    ],
)
def test_what_the_identity_says_is_stored_once(
    watcher: Watcher,
    connection: psycopg.Connection[Any],
    external_id: str,
    metadata: Mapping[str, Any],
    stored: Mapping[str, Any],
) -> None:
    watcher.record([record("table", external_id, execution_metadata=dict(metadata))])
    assert connection.execute(STORED, [external_id]).fetchone() == (stored,)
    (execution,) = watcher.executions(pipeline="table")
    assert execution.execution_metadata == metadata
    connection.execute(LENGTHEN)
    connection.commit()
    assert watcher.execution(execution.id) == execution, "a row of an earlier version"
    with database.driver_transaction(watcher._connect()) as driver:
        (ended,) = recording.exported_executions(driver, [execution.id]).values()
    assert ended.columns["execution_metadata"] == metadata


def test_other_sources_store_what_they_are_given(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    watcher.record([record("job", RUN, source=ExecutionSource.PYTHON, execution_metadata={"run_id": RUN})])
    assert connection.execute(STORED, [RUN]).fetchone() == ({"run_id": RUN},)


def test_code_in_a_step_stores_it_once(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    given: dict[str, Any] = {"source": ExecutionSource.DAGSTER, "external_id": STEP, "execution_metadata": OF_STEP}
    for attempt in (1, 2):
        with watcher.track("layer/table", attempt=attempt, **given) as execution:
            execution.record(inserts=3, execution_metadata={"rows": 3})
    assert connection.execute(STORED, [STEP]).fetchone() == ({"rows": 3, "attempts": 2},)
    assert watcher.execution(execution.id or 0).execution_metadata == {**OF_STEP, "rows": 3, "attempts": 2}
    watcher.record([record("layer/table", STEP, execution_metadata={**OF_STEP, "path": "a"})])
    assert watcher.execution(execution.id or 0).execution_metadata == {**OF_STEP, "rows": 3, "path": "a", "attempts": 2}


@pytest.mark.parametrize("batch_size", [1, 2_000])
def test_rows_of_earlier_versions_are_shortened_where_they_stand(
    watcher: Watcher, connection: psycopg.Connection[Any], batch_size: int
) -> None:
    watcher.record([record("a", RUN, execution_metadata={"run_id": RUN}), record("b", STEP), record("c", "other")])
    connection.execute(LENGTHEN)
    connection.execute(EXPORTED)
    connection.commit()
    before = watcher.executions()
    assert watcher.compact(batch_size=batch_size) == 2
    assert watcher.executions() == before
    assert connection.execute(STORED, [STEP]).fetchone() == ({},)
    assert connection.execute(QUEUED).fetchone() == (0,), "nothing has changed that is exported"
    assert watcher.compact() == 0


def test_what_another_has_locked_is_left_to_the_next_call(
    watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    watcher.record([record("a", RUN), record("b", STEP)])
    connection.execute(LENGTHEN)
    connection.commit()
    connection.execute("SELECT FROM watcher.pipeline_execution WHERE external_id = %s FOR UPDATE", [STEP])
    assert watcher.compact() == 1
    connection.rollback()
    assert watcher.compact() == 1


def test_a_batch_has_rows(watcher: Watcher) -> None:
    with pytest.raises(InvalidValueError, match="batch_size is 0"):
        watcher.compact(batch_size=0)

"""A script that Dagster Pipes starts, by the real client, and that tracks itself: one execution, not two."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest

from tests.api_server import listening
from tests.factories import at, record
from watcher_core import Execution, ExecutionSource, ExecutionState, Watcher
from watcher_core.enclosing import pipes_step, provisional_identity, provisional_run
from watcher_dagster.recorder import record_tick

# Those of Dagster's own client, which calls what Dagster has deprecated, and what it previews.
pytestmark = pytest.mark.filterwarnings("ignore")

SCRIPT = """
import sys
from pathlib import Path
from watcher_core import Watcher

watcher = Watcher()
with watcher.track({name!r}, next_watermark="2026-01-02") as execution:
    execution.record(inserts=3, total_rows=12)
    if sys.argv[1:] == ["fail"] and not Path("failed").exists():
        Path("failed").touch()
        raise ValueError("no file for today")
"""

Run = Callable[..., list[Execution]]


@pytest.fixture
def run(
    module_dagster_instance: dg.DagsterInstance,
    module_watcher: Watcher,
    module_database_url: str,
    tmp_path: Path,
) -> Run:
    """Runs the script for an asset, and returns the executions that this adds."""

    def run(
        key: str,
        *,
        tracked: str | None = None,
        argument: str = "",
        ticks_before: bool = False,
        partition: str | None = None,
        env: dict[str, str] | None = None,
    ) -> list[Execution]:
        script = tmp_path / "script.py"
        script.write_text(SCRIPT.format(name=tracked or key))
        env = {"WATCHER_DATABASE_URL": module_database_url, **(env or {})}

        def start(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient) -> Any:
            if ticks_before:
                record_tick(module_dagster_instance, module_watcher)
            command = [sys.executable, str(script), argument]
            return client.run(command=command, context=context, env=env, cwd=str(tmp_path)).get_results()

        options: dict[str, Any] = {} if partition is None else {"partitions_def": dg.StaticPartitionsDefinition("ab")}
        made = dg.multi_asset(
            name="a_step_of_another_name",
            specs=[dg.AssetSpec(dg.AssetKey(key.split("/")), **options)],
            retry_policy=dg.RetryPolicy(max_retries=1),
        )(start)
        before = {execution.id for execution in module_watcher.executions(limit=1_000)}
        dg.materialize(
            [made],
            instance=module_dagster_instance,
            resources={"client": dg.PipesSubprocessClient()},
            partition_key=partition,
            raise_on_error=False,
        )
        for _ in range(2):
            record_tick(module_dagster_instance, module_watcher)
        added = (one for one in module_watcher.executions(limit=1_000) if one.id not in before)
        return [execution for execution in added if execution.pipeline_name != "__ephemeral_asset_job__"]

    return run


@pytest.mark.parametrize("ticks_before", [False, True], ids=["before the recorder", "behind the recorder"])
@pytest.mark.parametrize("partition", [None, "b"])
def test_what_tracks_itself_is_the_execution_of_its_step(run: Run, ticks_before: bool, partition: str | None) -> None:
    name = f"sales/orders {ticks_before} {partition}".replace(" ", "_")
    (execution,) = run(name, ticks_before=ticks_before, partition=partition)
    assert (execution.source, execution.state) == (ExecutionSource.DAGSTER, ExecutionState.SUCCEEDED)
    assert (execution.inserts, execution.total_rows, execution.next_watermark) == (3, 12, "2026-01-02")
    assert execution.scope == partition
    assert execution.parent_id is not None
    assert "/a_step_of_another_name/" in execution.external_id


def test_one_that_is_tried_again_is_one_execution(run: Run) -> None:
    (execution,) = run("retried", argument="fail")
    assert (execution.state, execution.inserts) == (ExecutionState.SUCCEEDED, 3)
    assert execution.execution_metadata["attempts"] == 2


def test_another_pipeline_is_part_of_the_run(run: Run) -> None:
    added = run("outer", tracked="inner", ticks_before=True)
    assert sorted(execution.pipeline_name for execution in added) == ["inner", "outer"]
    assert len({execution.parent_id for execution in added}) == 1


def test_what_waited_in_the_spool_is_the_same_execution(
    run: Run, module_watcher: Watcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {"WATCHER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere", "WATCHER_HOME": str(tmp_path / "away")}
    env["XDG_STATE_HOME"] = str(tmp_path / "state of the script")
    (execution,) = run("spooled", env=env)
    assert (execution.state, execution.inserts) == (ExecutionState.SUCCEEDED, None)
    run_id = execution.external_id.split("/")[0]
    record = execution_record(provisional_identity(run_id, "spooled", None), execution)
    module_watcher.record([record])
    assert len(module_watcher.executions(pipeline="spooled")) == 1
    assert module_watcher.execution(execution.id).inserts == 3


def test_two_rows_of_the_same_moment_become_one(module_watcher: Watcher) -> None:
    """The script and the recorder write at once: neither sees the row of the other."""
    run_id, key = str(uuid4()), f"at_once_{uuid4().hex}"
    by_recorder = record(
        key,
        f"{run_id}/a_step/{key}",
        former_external_id=provisional_identity(run_id, key, None),
        state=ExecutionState.RUNNING,
        end_date=None,
    )
    module_watcher.record([by_recorder])
    by_script = module_watcher.start_execution(
        pipeline_id=key,
        source=ExecutionSource.DAGSTER,
        external_id=provisional_identity(run_id, key, None),
        next_watermark="2026-01-02",
    )
    inner = module_watcher.start_execution(pipeline_id=key, parent_id=by_script.id)
    module_watcher.end_execution(by_script.id, inserts=3)
    assert len(module_watcher.executions(pipeline=key)) == 3
    module_watcher.record([replace(by_recorder, state=ExecutionState.SUCCEEDED, end_date=at(1), total_rows=12)])
    known, part = sorted(module_watcher.executions(pipeline=key), key=lambda each: each.id)
    assert (known.external_id, known.state) == (by_recorder.external_id, ExecutionState.SUCCEEDED)
    assert (known.inserts, known.total_rows, known.next_watermark) == (3, 12, "2026-01-02")
    assert module_watcher.pipeline(key).watermark == "2026-01-02"
    assert (part.id, part.parent_id) == (inner.id, known.id)
    # The row that is gone is not counted. The inner one still runs.
    with module_watcher._driver_statements() as (connection, _):
        [(counted,)] = connection.execute(
            "SELECT coalesce((SELECT sum(runs) FROM watcher.execution_daily WHERE pipeline_id = %(id)s), 0)"
            " + coalesce((SELECT sum(sign) FROM watcher.execution_daily_pending WHERE pipeline_id = %(id)s), 0)",
            {"id": known.pipeline_id},
        )
    assert counted == 1


@pytest.fixture(scope="module")
def over_http(module_watcher: Watcher) -> Iterator[dict[str, str]]:
    """The environment of a script that reaches no database, but a server."""
    token, _ = module_watcher.create_token("pipes")
    with listening(module_watcher) as address:
        yield {"WATCHER_DATABASE_URL": "", "WATCHER_URL": address, "WATCHER_TOKEN": token}


def test_over_http_it_is_the_execution_of_its_step_too(run: Run, over_http: dict[str, str]) -> None:
    (execution,) = run("over_http", env=over_http, ticks_before=True, partition="b", argument="fail")
    assert (execution.source, execution.state) == (ExecutionSource.DAGSTER, ExecutionState.SUCCEEDED)
    assert (execution.inserts, execution.total_rows, execution.scope) == (3, 12, "b")
    assert execution.parent_id is not None
    assert execution.execution_metadata["attempts"] == 2
    added = run("outer_over_http", tracked="inner_over_http", env=over_http, ticks_before=True)
    assert sorted(each.pipeline_name for each in added) == ["inner_over_http", "outer_over_http"]
    assert len({each.parent_id for each in added}) == 1
    assert added[0].parent_id is not None


def execution_record(external_id: str, execution: Execution) -> Any:
    """What the script of an execution spools."""
    from watcher_core import ExecutionRecord

    return ExecutionRecord(
        pipeline_name=execution.pipeline_name,
        source=ExecutionSource.DAGSTER,
        external_id=external_id,
        state=ExecutionState.SUCCEEDED,
        start_date=execution.start_date,
        end_date=execution.end_date,
        inserts=3,
    )


@pytest.mark.parametrize("context", ["", "no base64!", "e30=", "eJyrrgUAAXUA+Q=="])
def test_a_context_that_cannot_be_read_is_none(context: str) -> None:
    assert pipes_step({"DAGSTER_PIPES_CONTEXT": context}) is None


def test_a_provisional_identity_names_its_run() -> None:
    assert provisional_identity("run", "a/b", "c%") == "run//a%2Fb/c%25"
    assert len(provisional_identity("run", "a" * 2_500, None)) == len("run//") + 64
    assert provisional_run("run//a") == "run"
    assert [provisional_run(other) for other in ("run/a//b", "run/step/a", "run", "runless/1/a")] == [None] * 4

"""`WatcherResource` in real Dagster runs, against a real PostgreSQL."""

import datetime as dt
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

import watcher_dagster
from watcher_core import Address, DatabaseError, Execution, ExecutionSource, ExecutionState, InvalidValueError, Watcher
from watcher_dagster import WatcherResource, watcher_metadata
from watcher_dagster.identity import materialization_identity, run_identity

Run = Callable[..., dg.ExecuteInProcessResult]

DAILY = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")
COLOURS = dg.StaticPartitionsDefinition(["red", "green"])
UNREACHABLE = "postgresql://user:secret@127.0.0.1:1/nowhere"


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    """Shared: each run is told from the others by its id, and to make one takes longer than most runs."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def resource(database_url: str) -> Iterator[WatcherResource]:
    resource = WatcherResource(database_url=database_url)
    yield resource
    resource.get_client().close()


@pytest.fixture
def run(instance: dg.DagsterInstance, resource: WatcherResource) -> Run:
    """Materialize assets in a run of their own; a failure is a result, not an error."""

    def materialize(*assets: Any, watcher: WatcherResource = resource, **options: Any) -> dg.ExecuteInProcessResult:
        return dg.materialize(
            assets, instance=instance, resources={"watcher": watcher}, raise_on_error=False, **options
        )

    return materialize


def only_execution(watcher: Watcher, pipeline: str) -> Execution:
    (execution,) = watcher.executions(pipeline=pipeline)
    return execution


def pipelines(watcher: Watcher) -> list[str]:
    return [pipeline.name for pipeline in watcher.pipelines()]


def reported(execution: Execution) -> dict[str, Any]:
    """The metadata without the run and the step, which the identity says."""
    run_id, step_key, *_ = execution.external_id.split("/")
    metadata = dict(execution.execution_metadata)
    assert (metadata.pop("run_id"), metadata.pop("step_key")) == (run_id, step_key)
    return metadata


def identities(result: dg.ExecuteInProcessResult) -> set[str]:
    """What the recorder will call the run's materializations."""
    found = set()
    for event in result.all_events:
        if event.is_step_materialization:
            materialization = event.step_materialization_data.materialization
            assert event.step_key is not None
            found.add(
                materialization_identity(
                    result.run_id, event.step_key, materialization.asset_key, materialization.partition
                )
            )
    return found


# One asset


def test_success_with_counts(run: Run, watcher: Watcher) -> None:
    @dg.asset(
        key=["sales", "prices"], group_name="sales", metadata=watcher_metadata(freshness=(2, "hour")), owners=["team:a"]
    )
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context, execution_metadata={"by": "test"}) as execution:
            execution.record(inserts=150, updates=25, soft_deletes=5, total_rows=180)
            execution.record(updates=30, execution_metadata={"pages": 3})

    result = run(prices)
    assert result.success
    execution = only_execution(watcher, "sales/prices")
    assert execution.state is ExecutionState.SUCCEEDED
    assert execution.source is ExecutionSource.DAGSTER
    assert {execution.external_id} == identities(result)
    assert (execution.inserts, execution.updates, execution.soft_deletes, execution.total_rows) == (150, 30, 5, 180)
    assert reported(execution) == {"by": "test", "pages": 3}
    pipeline = watcher.pipeline("sales/prices")
    assert pipeline.pipeline_type_name == "sales"
    assert (pipeline.freshness_number, pipeline.freshness_datepart) == (2, "hour")
    assert pipeline.pipeline_metadata == {"owners": ["team:a"]}


def test_lineage_that_dagster_does_not_know_of(run: Run, watcher: Watcher) -> None:
    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        source = Address("https://prices.example", "rest_api", "api")
        target = Address("sales.prices", "postgresql", "database")
        with watcher.track(context, sources=[source], targets=[target]) as execution:
            execution.record(inserts=1)

    for _ in range(2):
        assert run(prices).success
    (step,) = watcher.address_lineage("sales.prices")
    assert (step.address.name, step.via) == ("https://prices.example", ("prices",))
    assert not watcher.pipeline("prices").load_lineage


def test_the_execution_is_seen_while_it_runs_as_part_of_its_run(run: Run, watcher: Watcher) -> None:
    seen: list[Execution] = []

    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context) as execution:
            assert execution.id is not None
            seen.append(watcher.get_client().execution(execution.id))

    result = run(prices)
    (running,) = seen
    assert running.state is ExecutionState.RUNNING
    assert running.parent_id is not None
    parent = watcher.execution(running.parent_id)
    assert parent.external_id == run_identity(result.run_id)
    assert parent.state is ExecutionState.RUNNING  # how the run ends is the recorder's to say
    assert parent.start_date <= running.start_date


def test_other_work_in_a_step(run: Run, watcher: Watcher, database_url: str) -> None:
    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        command = [str(Path(sys.executable).with_name("watcher")), "run", "--pipeline"]
        environment = {**os.environ, "WATCHER_DATABASE_URL": database_url}
        with watcher.track(context) as execution:
            with watcher.track(context, pipeline="of-run"):
                pass
            with watcher.get_client().track("of-asset", parent_id=execution.id):
                pass
            subprocess.run([*command, "alone", "--", "true"], env=environment, check=True)
            environment["WATCHER_EXECUTION_ID"] = str(execution.id)
            subprocess.run([*command, "command", "--", "true"], env=environment, check=True)

    result = run(prices)
    assert result.success
    asset = only_execution(watcher, "prices")
    parents = {name: only_execution(watcher, name).parent_id for name in ("of-run", "of-asset", "alone", "command")}
    assert parents == {"of-run": asset.parent_id, "of-asset": asset.id, "alone": None, "command": asset.id}


def test_failure(run: Run, watcher: Watcher) -> None:
    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context) as execution:
            execution.record(inserts=3)
            raise RuntimeError("no prices today")

    result = run(prices)
    assert not result.success
    failure = result.failure_data_for_node("prices")
    assert failure is not None
    assert failure.error is not None
    assert "no prices today" in str(failure.error.cause)
    execution = only_execution(watcher, "prices")
    assert execution.state is ExecutionState.FAILED
    assert execution.inserts == 3
    assert execution.execution_metadata["error"]["class"] == "RuntimeError"
    assert execution.execution_metadata["error"]["message"] == "no prices today"


def test_a_step_that_is_retried_is_one_execution(run: Run, watcher: Watcher) -> None:
    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=2))
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context, next_watermark=7) as execution:
            if context.retry_number < 2:
                raise RuntimeError("try again")
            execution.record(inserts=1)

    assert run(prices).success
    execution = only_execution(watcher, "prices")
    assert execution.state is ExecutionState.SUCCEEDED
    assert execution.inserts == 1
    assert reported(execution) == {"attempts": 3}
    assert watcher.pipeline("prices").watermark == "7"


def test_a_step_whose_retries_all_fail_is_one_execution(run: Run, watcher: Watcher) -> None:
    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context, next_watermark=7):
            raise RuntimeError(f"attempt {context.retry_number + 1}")

    assert not run(prices).success
    execution = only_execution(watcher, "prices")
    assert execution.state is ExecutionState.FAILED
    assert execution.execution_metadata["attempts"] == 2
    assert execution.execution_metadata["error"]["message"] == "attempt 2"
    assert watcher.pipeline("prices").watermark is None


# Watermarks and partitions


def test_an_incremental_asset(run: Run, watcher: Watcher) -> None:
    read: list[tuple[str | None, str | None]] = []
    newest = iter([100, 250])

    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context, next_watermark=next(newest)) as execution:
            read.append((execution.watermark, execution.next_watermark))

    run(prices)
    run(prices)
    assert read == [(None, "100"), ("100", "250")]
    assert watcher.pipeline("prices").watermark == "250"


def test_a_watermark_that_is_known_only_after_the_work(run: Run, watcher: Watcher) -> None:
    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context) as execution:
            execution.record(next_watermark="2024-01-05")

    run(prices)
    assert watcher.pipeline("prices").watermark == "2024-01-05"


def partitioned_asset(read: list[str | None]) -> dg.AssetsDefinition:
    @dg.asset(partitions_def=DAILY)
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context) as execution:
            read.append(execution.watermark)
            execution.record(inserts=1)

    return prices


def test_a_partition_is_the_watermark_of_an_asset_that_is_partitioned_by_time(run: Run, watcher: Watcher) -> None:
    read: list[str | None] = []
    prices = partitioned_asset(read)
    run(prices, partition_key="2024-01-01")
    result = run(prices, partition_key="2024-01-02")
    assert read == [None, "2024-01-01"]
    newest, _ = watcher.executions(pipeline="prices")
    assert {newest.external_id} == identities(result)
    assert newest.next_watermark == "2024-01-02"
    assert newest.logical_date == dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
    assert reported(newest) == {"partition": "2024-01-02"}
    assert watcher.pipeline("prices").watermark == "2024-01-02"


def test_a_backfill_of_an_old_partition_never_moves_the_watermark_back(run: Run, watcher: Watcher) -> None:
    prices = partitioned_asset([])
    for partition in ("2024-01-05", "2024-01-02", "2024-01-03"):
        assert run(prices, partition_key=partition).success
        assert watcher.pipeline("prices").watermark == "2024-01-05"
    run(prices, partition_key="2024-01-06")
    assert watcher.pipeline("prices").watermark == "2024-01-06"


def test_a_watermark_that_is_passed_wins_over_the_partition(run: Run, watcher: Watcher) -> None:
    @dg.asset(partitions_def=DAILY)
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context, next_watermark=1000):
            pass

    run(prices, partition_key="2024-01-02")
    execution = only_execution(watcher, "prices")
    assert execution.next_watermark == "1000"
    assert execution.logical_date == dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
    assert watcher.pipeline("prices").watermark == "1000"


def test_partitions_that_are_no_time_have_no_watermark(run: Run, watcher: Watcher) -> None:
    @dg.asset(partitions_def=COLOURS)
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context):
            pass

    result = run(prices, partition_key="red")
    execution = only_execution(watcher, "prices")
    assert {execution.external_id} == identities(result)
    assert reported(execution) == {"partition": "red"}
    assert (execution.next_watermark, execution.logical_date) == (None, None)


def test_partitions_of_two_dimensions_have_the_date_of_the_one_that_is_time(run: Run, watcher: Watcher) -> None:
    @dg.asset(partitions_def=dg.MultiPartitionsDefinition({"day": DAILY, "colour": COLOURS}))
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context):
            pass

    result = run(prices, partition_key=dg.MultiPartitionKey({"day": "2024-01-03", "colour": "red"}))
    execution = only_execution(watcher, "prices")
    assert {execution.external_id} == identities(result)
    assert execution.logical_date == dt.datetime(2024, 1, 3, tzinfo=dt.UTC)
    assert execution.next_watermark is None


def test_an_asset_without_partitions_in_a_run_that_has_one(run: Run, watcher: Watcher) -> None:
    @dg.asset
    def airports(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context):
            pass

    result = run(airports, partitioned_asset([]), partition_key="2024-01-02")
    executions = [only_execution(watcher, name) for name in ("airports", "prices")]
    assert {execution.external_id for execution in executions} == identities(result)
    assert reported(executions[0]) == {}
    assert executions[0].next_watermark is None


def test_a_range_of_partitions_in_one_step_is_one_execution(run: Run, watcher: Watcher) -> None:
    result = run(
        partitioned_asset([]),
        tags={
            "dagster/asset_partition_range_start": "2024-01-02",
            "dagster/asset_partition_range_end": "2024-01-04",
        },
    )
    assert result.success
    execution = only_execution(watcher, "prices")
    assert execution.external_id == materialization_identity(result.run_id, "prices", dg.AssetKey("prices"), None)
    assert reported(execution) == {"partition_range": {"start": "2024-01-02", "end": "2024-01-04"}}
    assert execution.logical_date == dt.datetime(2024, 1, 4, tzinfo=dt.UTC)
    assert watcher.pipeline("prices").watermark == "2024-01-04"


# Steps with several assets, or none


def test_a_multi_asset_says_which_asset_is_tracked(run: Run, watcher: Watcher) -> None:
    @dg.multi_asset(specs=[dg.AssetSpec("buys"), dg.AssetSpec(["x", "sells"], group_name="sales")])
    def trades(context: dg.AssetExecutionContext, watcher: WatcherResource):
        with (
            pytest.raises(InvalidValueError, match="materializes buys, x/sells: pass asset_key="),
            watcher.track(context),
        ):
            pass
        with pytest.raises(InvalidValueError, match="asset_key is 'other'"), watcher.track(context, asset_key="other"):
            pass
        for key in ("buys", ["x", "sells"]):
            with watcher.track(context, asset_key=key) as execution:
                execution.record(inserts=1)
            yield execution.materialize_result()

    result = run(trades)
    assert result.success
    executions = [only_execution(watcher, name) for name in ("buys", "x/sells")]
    assert {execution.external_id for execution in executions} == identities(result)
    assert watcher.pipeline("x/sells").pipeline_type_name == "sales"


def test_a_graph_asset_is_tracked_where_it_is_materialized(run: Run, watcher: Watcher) -> None:
    @dg.op
    def fetch(context: dg.OpExecutionContext, watcher: WatcherResource) -> int:
        with pytest.raises(InvalidValueError, match="materializes no asset"), watcher.track(context):
            pass
        return 1

    @dg.op
    def load(context: dg.OpExecutionContext, watcher: WatcherResource, rows: int) -> None:
        with watcher.track(context) as execution:
            execution.record(inserts=rows)

    @dg.graph_asset
    def prices() -> Any:
        return load(fetch())

    result = run(prices)
    assert result.success
    assert {only_execution(watcher, "prices").external_id} == identities(result)


def test_an_asset_check_says_what_it_does(run: Run, watcher: Watcher) -> None:
    """It may track what it does, which is no execution of the asset that it is about."""

    @dg.asset
    def prices() -> None: ...

    @dg.asset_check(asset=prices)
    def sound(context: dg.AssetCheckExecutionContext, watcher: WatcherResource) -> dg.AssetCheckResult:
        for key in (None, "prices"):
            with (
                pytest.raises(InvalidValueError, match="pass pipeline= for a name"),
                watcher.track(context, asset_key=key),
            ):
                pass
        with watcher.track(context, pipeline="audit") as execution:
            execution.record(total_rows=1)
        return dg.AssetCheckResult(passed=True)

    result = run(prices, sound)
    assert result.success
    audit = only_execution(watcher, "audit")
    assert audit.total_rows == 1
    assert audit.parent_id == next(each.id for each in watcher.executions() if each.external_id == result.run_id)


def test_an_op_says_what_it_does(watcher: Watcher, instance: dg.DagsterInstance, resource: WatcherResource) -> None:
    @dg.op(out=dg.DynamicOut(str))
    def colours() -> Iterator[dg.DynamicOutput[str]]:
        yield from (dg.DynamicOutput(colour, mapping_key=colour) for colour in ("red", "green"))

    @dg.op
    def paint(context: dg.OpExecutionContext, watcher: WatcherResource, colour: str) -> None:
        with pytest.raises(InvalidValueError, match="pass asset_key= for the asset"), watcher.track(context):
            pass
        with (
            pytest.raises(InvalidValueError, match="pass one of them"),
            watcher.track(context, asset_key="wall", pipeline="painter"),
        ):
            pass
        with watcher.track(context, pipeline="painter") as execution:
            execution.record(total_rows=1)
        with watcher.track(context, asset_key="wall", partition=colour):
            context.log_event(dg.AssetMaterialization("wall", partition=colour))

    @dg.job(resource_defs={"watcher": resource})
    def painting() -> None:
        colours().map(paint)

    result = painting.execute_in_process(instance=instance)
    assert {execution.external_id for execution in watcher.executions(pipeline="wall")} == identities(result)
    assert len(identities(result)) == 2
    painted = watcher.executions(pipeline="painter")
    assert [execution.total_rows for execution in painted] == [1, 1]
    assert {watcher.execution(execution.parent_id or 0).external_id for execution in painted} == {result.run_id}


def test_an_assets_partition_is_not_for_the_caller_to_say(run: Run, watcher: Watcher) -> None:
    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with pytest.raises(InvalidValueError, match="partition 'x'"), watcher.track(context, partition="x"):
            pass

    assert run(prices).success
    assert pipelines(watcher) == []


def test_an_asset_that_is_called_as_a_function(watcher: Watcher, resource: WatcherResource) -> None:
    @dg.asset(partitions_def=DAILY)
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> dg.MaterializeResult[Any]:
        with watcher.track(context) as execution:
            execution.record(inserts=1, total_rows=2)
        return execution.materialize_result()

    for _ in range(2):
        result: Any = prices(dg.build_asset_context(partition_key="2024-01-02"), watcher=resource)
        assert result.metadata["watcher/inserts"] == 1
    first, second = watcher.executions(pipeline="prices")
    assert first.source is second.source is ExecutionSource.PYTHON
    assert first.parent_id is None


# Inactive pipelines


@pytest.fixture
def inactive(watcher: Watcher) -> str:
    watcher.get_or_create_pipeline("prices")
    watcher.update_pipeline("prices", active=False)
    return "prices"


def test_an_inactive_pipeline_fails_its_asset_without_retries(run: Run, watcher: Watcher, inactive: str) -> None:
    tries = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=3))
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        tries.append(context.retry_number)
        with watcher.track(context):
            pytest.fail("the block must not run")

    result = run(prices)
    assert not result.success
    assert tries == [0]
    failure = result.failure_data_for_node("prices")
    assert failure is not None
    assert failure.user_failure_data is not None
    assert failure.user_failure_data.description is not None
    assert "pipeline 'prices' is inactive; switch it on with" in failure.user_failure_data.description
    assert watcher.executions(pipeline="prices") == []


def test_an_inactive_pipeline_is_skipped_when_asked(run: Run, watcher: Watcher, inactive: str) -> None:
    @dg.asset(output_required=False)
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource):
        with watcher.track(context, when_inactive="skip") as execution:
            if execution.skipped:
                assert (execution.id, execution.watermark, execution.next_watermark) == (None, None, None)
                return
            execution.record(inserts=1)
        yield execution.materialize_result()

    @dg.asset(deps=[prices])
    def report(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context):
            pass

    result = run(prices, report)
    assert result.success
    assert identities(result) == set()
    assert [event.step_key for event in result.get_step_skipped_events()] == ["report"]
    assert watcher.executions() == []

    watcher.update_pipeline("prices", active=True)
    result = run(prices, report)
    assert result.success
    assert len(identities(result)) == 2
    assert only_execution(watcher, "prices").inserts == 1


def test_a_skipped_execution_does_no_work(run: Run, watcher: Watcher, inactive: str) -> None:
    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context, when_inactive="skip") as execution:
            for misuse in (lambda: execution.record(inserts=1), execution.materialize_result):
                with pytest.raises(InvalidValueError, match="'prices' is inactive and its execution is skipped"):
                    misuse()

    assert run(prices).success


def test_a_wish_that_is_neither_fail_nor_skip(run: Run) -> None:
    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with (
            pytest.raises(InvalidValueError, match="when_inactive is 'wait'; it must be 'fail' or 'skip'"),
            watcher.track(context, when_inactive="wait"),  # type: ignore[arg-type] # the mistake
        ):
            pass

    assert run(prices).success


def test_a_context_that_is_no_steps() -> None:
    with (
        pytest.raises(InvalidValueError, match="context is OutputContext of Dagster; it must be that of an asset or"),
        WatcherResource().track(dg.build_output_context()),  # type: ignore[arg-type] # the mistake
    ):
        pass


def test_whether_a_pipeline_is_active(run: Run, watcher: Watcher, inactive: str) -> None:
    told: dict[str, bool] = {}

    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        told["own"] = watcher.is_active(context)
        told["by name"] = watcher.is_active("prices")
        told["unknown"] = watcher.is_active("never heard of")

    run(prices)
    assert told == {"own": False, "by name": False, "unknown": True}


# A database that cannot be reached


def test_an_asset_goes_on_without_the_database(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    read: list[tuple[int | None, str | None, str | None]] = []

    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> dg.MaterializeResult[Any]:
        with watcher.track(context, next_watermark=9) as execution:
            read.append((execution.id, execution.watermark, execution.next_watermark))
            execution.record(inserts=4)
        return execution.materialize_result()

    with caplog.at_level(logging.WARNING, logger="watcher"):
        result = run(prices, watcher=WatcherResource(database_url=UNREACHABLE))
    assert result.success
    assert read == [(None, None, "9")]
    (warning,) = [record.getMessage() for record in caplog.records if record.name.startswith("watcher")]
    assert "prices" in warning
    assert "secret" not in warning
    # What the recorder needs to fill the gap is in the event log.
    (materialization,) = result.asset_materializations_for_node("prices")
    assert materialization.metadata["watcher/inserts"].value == 4
    assert materialization.metadata["watcher/next_watermark"].value == "9"


def test_nothing_waits_in_a_spool(run: Run, watcher: Watcher) -> None:
    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context):
            pass

    lost = WatcherResource(database_url=UNREACHABLE)
    assert run(prices, watcher=lost).success
    assert lost.get_client().spooled() == 0


def test_a_strict_asset_does_not(run: Run) -> None:
    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with pytest.raises(DatabaseError):
            watcher.is_active(context)
        with watcher.track(context):
            pytest.fail("the block must not run")

    result = run(prices, watcher=WatcherResource(database_url=UNREACHABLE, strict=True))
    assert not result.success
    failure = result.failure_data_for_node("prices")
    assert failure is not None
    assert "DatabaseUnavailableError" in str(failure.error)
    assert "secret" not in str(failure.error)


def test_without_the_database_every_pipeline_is_taken_to_be_active() -> None:
    assert WatcherResource(database_url=UNREACHABLE).is_active("prices")


# What the Dagster UI plots


def materialized(run: Run, resource_options: dict[str, Any], **asset_options: Any) -> dict[str, Any]:
    @dg.asset(**asset_options)
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> dg.MaterializeResult[Any]:
        with watcher.track(context, **resource_options) as execution:
            execution.record(inserts=150, updates=0, total_rows=175)
        return execution.materialize_result(metadata={"note": "hi"}, tags={"kind": "test"})

    partition = {"partition_key": "2024-01-02"} if "partitions_def" in asset_options else {}
    result = run(prices, **partition)
    (materialization,) = result.asset_materializations_for_node("prices")
    assert (materialization.tags or {})["kind"] == "test"
    return {key: value.value for key, value in materialization.metadata.items()}


COUNTS = {"watcher/inserts": 150, "watcher/updates": 0, "watcher/total_rows": 175, "note": "hi"}


def test_the_counts_of_a_table_that_is_loaded_whole(run: Run) -> None:
    assert materialized(run, {}) == {**COUNTS, "dagster/row_count": 175}


def test_the_counts_of_an_increment_say_nothing_of_the_tables_size(run: Run) -> None:
    assert materialized(run, {"next_watermark": 7}) == {**COUNTS, "watcher/next_watermark": "7"}


def test_the_counts_of_a_partition(run: Run) -> None:
    assert materialized(run, {}, partitions_def=DAILY) == {
        **COUNTS,
        "watcher/next_watermark": "2024-01-02",
        "dagster/partition_row_count": 175,
    }


def test_metadata_that_is_passed_wins(run: Run) -> None:
    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> dg.MaterializeResult[Any]:
        with watcher.track(context) as execution:
            execution.record(total_rows=5)
        return execution.materialize_result(metadata={"dagster/row_count": 1_000_000})

    (materialization,) = run(prices).asset_materializations_for_node("prices")
    assert materialization.metadata["dagster/row_count"].value == 1_000_000


# The client


def test_one_client_a_process_and_database(database_url: str) -> None:
    first, second = WatcherResource(database_url=database_url), WatcherResource(database_url=database_url, strict=True)
    assert first.get_client() is second.get_client()
    assert first.get_client() is not WatcherResource(database_url=UNREACHABLE).get_client()


def test_a_resource_connects_when_it_is_used(run: Run) -> None:
    @dg.asset
    def prices(watcher: WatcherResource) -> None: ...

    assert run(prices, watcher=WatcherResource(database_url=UNREACHABLE, strict=True)).success


def test_the_password_is_in_no_representation() -> None:
    resource = WatcherResource(database_url=UNREACHABLE)
    assert "secret" not in f"{resource!r} {resource} {resource.get_client()!r}"


def test_threads_share_the_resource(run: Run, watcher: Watcher) -> None:
    together = threading.Barrier(4)

    def load(context: dg.AssetExecutionContext, watcher: WatcherResource, shard: int) -> None:
        with watcher.track(context, pipeline=f"shard {shard}") as execution:
            together.wait(timeout=30)
            execution.record(inserts=shard)

    @dg.asset
    def prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with ThreadPoolExecutor(4) as threads:
            for done in [threads.submit(load, context, watcher, shard) for shard in range(4)]:
                done.result()

    assert run(prices).success
    executions = [only_execution(watcher, f"shard {shard}") for shard in range(4)]
    assert [execution.state for execution in executions] == [ExecutionState.SUCCEEDED] * 4
    assert [execution.inserts for execution in executions] == [0, 1, 2, 3]
    assert len({execution.parent_id for execution in executions}) == 1


def test_steps_that_are_processes(database_url: str, watcher: Watcher, tmp_path: Path) -> None:
    """As Dagster runs them by default: each step imports us anew, in a process that knows of no other."""
    (tmp_path / "shop.py").write_text(SHOP)
    dagster_home = tmp_path / "dagster-home"
    dagster_home.mkdir()
    (dagster_home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    finished = subprocess.run(
        [sys.executable, "-m", "dagster", "job", "execute", "-f", "shop.py", "-j", "everything"],
        cwd=tmp_path,
        env={
            **os.environ,
            "DAGSTER_HOME": str(dagster_home),
            "PYTHONPATH": str(Path(watcher_dagster.__file__).parents[1]),
            "SHOP_DATABASE": database_url,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    orders, report = only_execution(watcher, "shop/orders"), only_execution(watcher, "shop/report")
    assert (orders.inserts, report.inserts) == (3, 1)
    assert orders.execution_metadata["process"] != report.execution_metadata["process"]
    assert orders.parent_id is not None
    assert orders.parent_id == report.parent_id
    with dg.DagsterInstance.from_config(str(dagster_home)) as instance:
        (record,) = instance.get_run_records()
        run = watcher.execution(orders.parent_id)
        assert run.external_id == run_identity(record.dagster_run.run_id)
        assert record.start_time is not None
        assert run.start_date == dt.datetime.fromtimestamp(record.start_time, dt.UTC)


SHOP = """
import os
import dagster as dg
from watcher_dagster import WatcherResource

def load(context, watcher, rows):
    with watcher.track(context, execution_metadata={"process": os.getpid()}) as execution:
        execution.record(inserts=rows)
    return execution.materialize_result()

@dg.asset(key_prefix="shop")
def orders(context: dg.AssetExecutionContext, watcher: WatcherResource) -> dg.MaterializeResult:
    return load(context, watcher, 3)

@dg.asset(key_prefix="shop", deps=[orders])
def report(context: dg.AssetExecutionContext, watcher: WatcherResource) -> dg.MaterializeResult:
    return load(context, watcher, 1)

defs = dg.Definitions(
    assets=[orders, report],
    jobs=[dg.define_asset_job("everything", executor_def=dg.multiprocess_executor)],
    resources={"watcher": WatcherResource(database_url=dg.EnvVar("SHOP_DATABASE"))},
)
"""

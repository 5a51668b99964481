"""What Dagster and dbt report when part of an asset, or something around it, fails."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import dagster as dg
import pytest
from dagster._core.errors import DagsterExecutionInterruptedError

from watcher_core import ExecutionState, Finding, Watcher
from watcher_dagster import WatcherResource
from watcher_dagster.recorder import record_tick

PARTITIONS: dict[str, tuple[dg.PartitionsDefinition[Any], str, str]] = {
    "static": (dg.StaticPartitionsDefinition(["a", "b", "c"]), "a", "b"),
    "dynamic": (dg.DynamicPartitionsDefinition(name="shops"), "north", "south"),
    "time": (dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-08"), "2024-01-01", "2024-01-02"),
    "several dimensions": (
        dg.MultiPartitionsDefinition(
            {"region": dg.StaticPartitionsDefinition(["x", "y"]), "size": dg.StaticPartitionsDefinition(["1", "2"])}
        ),
        dg.MultiPartitionKey({"region": "x", "size": "1"}),
        dg.MultiPartitionKey({"region": "y", "size": "2"}),
    ),
}


def failures(instance: dg.DagsterInstance, watcher: Watcher) -> dict[str, Finding]:
    """What fails once everything has been recorded."""
    record_tick(instance, watcher)
    return {finding.pipeline_name: finding for finding in watcher.check_failures()}


def failed_partitions(found: Mapping[str, Finding]) -> list[str]:
    return list(found["sales"].details["failed_partitions"]) if found else []


@pytest.mark.parametrize("is_each_recorded", [True, False], ids=["a tick each", "one tick"])
@pytest.mark.parametrize("kind", PARTITIONS)
def test_a_partition_of_any_kind_is_taken_back_by_itself_alone(
    kind: str, is_each_recorded: bool, dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    definition, bad, good = PARTITIONS[kind]
    if kind == "dynamic":
        dagster_instance.add_dynamic_partitions("shops", [bad, good])
    broken = {bad}

    @dg.asset(partitions_def=definition)
    def sales(context: dg.AssetExecutionContext) -> None:
        if context.partition_key in broken:
            raise ValueError("no file")

    for key in (bad, good):
        dg.materialize([sales], instance=dagster_instance, partition_key=key, raise_on_error=False)
        if is_each_recorded:
            failures(dagster_instance, watcher)
    assert failed_partitions(failures(dagster_instance, watcher)) == [bad]
    broken.clear()
    dg.materialize([sales], instance=dagster_instance, partition_key=bad)
    assert failures(dagster_instance, watcher) == {}


@pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")
def test_each_partition_of_a_range_is_taken_back_by_itself(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    is_broken = True

    @dg.asset(
        partitions_def=dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-08"),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def sales() -> None:
        if is_broken:
            raise ValueError("no file")

    job = dg.Definitions(assets=[sales]).resolve_implicit_global_asset_job_def()

    def run(first: str, last: str) -> list[str]:
        ends = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
        job.execute_in_process(instance=dagster_instance, tags=ends, raise_on_error=False)
        return failed_partitions(failures(dagster_instance, watcher))

    assert run("2024-01-01", "2024-01-03") == ["2024-01-01", "2024-01-02", "2024-01-03"]
    assert len(watcher.alerts(state="open")) == 1
    is_broken = False
    dg.materialize([sales], instance=dagster_instance, partition_key="2024-01-02")
    assert failed_partitions(failures(dagster_instance, watcher)) == ["2024-01-01", "2024-01-03"]
    assert run("2024-01-03", "2024-01-05") == ["2024-01-01"]
    assert run("2024-01-01", "2024-01-05") == []
    assert watcher.alerts(state="open") == []


@pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")
@pytest.mark.parametrize("reports", ["tracks", "logs an event"])
def test_a_range_takes_back_its_own_partitions_alone(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, database_url: str, reports: str
) -> None:
    is_broken = True

    @dg.asset(
        partitions_def=dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-31"),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def sales(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context) if reports == "tracks" else nullcontext():
            if is_broken:
                raise ValueError("no file")
            if reports != "tracks":
                context.log_event(dg.AssetMaterialization("sales", metadata={"watcher/inserts": 42}))

    resource = WatcherResource(database_url=database_url)
    job = dg.Definitions(assets=[sales], resources={"watcher": resource}).resolve_implicit_global_asset_job_def()

    def run(first: str, last: str) -> list[str]:
        ends = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
        job.execute_in_process(instance=dagster_instance, tags=ends, raise_on_error=False)
        return failed_partitions(failures(dagster_instance, watcher))

    assert run("2024-01-01", "2024-01-03") == ["2024-01-01", "2024-01-02", "2024-01-03"]
    (finding,) = watcher.check_failures()
    assert finding.details["failed_partition_count"] == 3
    is_broken = False
    assert run("2024-01-05", "2024-01-07") == ["2024-01-01", "2024-01-02", "2024-01-03"]
    assert run("2024-01-02", "2024-01-03") == ["2024-01-01"]
    assert run("2024-01-01", "2024-01-02") == []
    assert watcher.alerts(state="open") == []


def test_a_chunk_that_fails_fails_its_asset(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    @dg.op(out=dg.DynamicOut())
    def chunks() -> Any:
        yield from (dg.DynamicOutput(number, str(number)) for number in range(3))

    @dg.op
    def load(context: dg.OpExecutionContext, number: int) -> int:
        if number == 1:
            raise ValueError("chunk 1 is broken")
        context.log_event(dg.AssetMaterialization("sales", metadata={"watcher/inserts": 10}))
        return number

    @dg.op
    def finish(numbers: list[int]) -> None: ...

    @dg.graph_asset
    def sales() -> Any:
        return finish(chunks().map(load).collect())

    dg.materialize([sales], instance=dagster_instance, raise_on_error=False)
    found = failures(dagster_instance, watcher)
    assert found["sales"].details["error"] == "chunk 1 is broken"
    assert [each.state for each in watcher.executions(pipeline="sales")] == [ExecutionState.FAILED]


def test_an_asset_whose_run_is_ended_from_outside_says_why(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    """As Dagster's monitor ends a run, so that its step is interrupted."""

    @dg.asset
    def sales(context: dg.AssetExecutionContext) -> None:
        dagster_instance.report_run_failed(context.run, "Exceeded maximum runtime of 5 seconds.")
        raise DagsterExecutionInterruptedError

    with pytest.raises(DagsterExecutionInterruptedError):
        dg.materialize([sales], instance=dagster_instance)
    found = failures(dagster_instance, watcher)
    assert found["sales"].details["error"] == "Exceeded maximum runtime of 5 seconds."


class FullDisk(dg.IOManager):
    """Fails after the body of the asset."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        raise OSError("disk full")

    def load_input(self, context: dg.InputContext) -> None: ...


@dg.resource
def no_connection(_: dg.InitResourceContext) -> None:
    """Fails before the body of the asset."""
    raise OSError("cannot connect")


def test_an_error_around_the_body_is_a_failure_of_the_asset(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    @dg.asset(io_manager_key="disk")
    def stored() -> int:
        return 1

    @dg.asset(required_resource_keys={"warehouse"})
    def connected() -> None: ...

    dg.materialize([stored], instance=dagster_instance, resources={"disk": FullDisk()}, raise_on_error=False)
    dg.materialize([connected], instance=dagster_instance, resources={"warehouse": no_connection}, raise_on_error=False)
    found = failures(dagster_instance, watcher)
    assert set(found) == {"stored", "connected"}
    assert "disk full" in found["stored"].details["error"]
    assert "cannot connect" in found["connected"].details["error"]


@pytest.mark.parametrize(
    ("fails", "failed"),
    [("in the middle", ["customers"]), ("by a check", ["orders"]), ("at the end", ["customers", "orders"])],
)
def test_a_run_names_the_assets_that_its_steps_did_not_make(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, fails: str, failed: list[str]
) -> None:
    @dg.multi_asset(
        specs=[dg.AssetSpec("orders"), dg.AssetSpec("customers")],
        check_specs=[dg.AssetCheckSpec("sound", asset="orders", blocking=True)],
    )
    def shop() -> Any:
        result = dg.AssetCheckResult(asset_key="orders", check_name="sound", passed=fails != "by a check")
        yield dg.MaterializeResult(asset_key="orders", check_results=[result])
        if fails == "in the middle":
            raise ValueError("no file")
        yield dg.MaterializeResult(asset_key="customers")
        if fails == "at the end":
            raise ValueError("no file")

    dg.materialize([shop], instance=dagster_instance, raise_on_error=False)
    record_tick(dagster_instance, watcher)
    (run,) = (each for each in watcher.executions() if each.parent_id is None)
    assert run.execution_metadata["failed_assets"] == failed


def test_a_run_names_all_steps_that_failed_also_where_a_tick_fell_between_them(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    @dg.asset
    def customers() -> None:
        raise ValueError("no file")

    @dg.asset
    def orders() -> None:
        record_tick(dagster_instance, watcher)
        raise ValueError("no file")

    dg.materialize([customers, orders], instance=dagster_instance, raise_on_error=False)
    record_tick(dagster_instance, watcher)
    (run,) = (each for each in watcher.executions() if each.parent_id is None)
    assert run.execution_metadata["failed_steps"] == ["customers", "orders"]
    assert run.execution_metadata["failed_assets"] == ["customers", "orders"]


NOT_MADE = {"orders", "report", "report_v1"}

DBT_MESSAGES = {
    "a model": ("Database Error in model orders (models/orders.sql)", {"orders"}),
    "a model of another name": ("Database Error in model stg_orders (models/orders.sql)", NOT_MADE),
    "a version of a model": ("Database Error in model report (models/report_v1.sql)", {"report_v1"}),
    "a version in a file of dbt's other form": ("Runtime Error in model report (report.v1.sql)", {"report_v1"}),
    "the version that has the model's name": ("Runtime Error in model report (report_v2.sql)", {"report"}),
    "two models": (
        "Database Error in model orders (a.sql)\n\nRuntime Error in model report (b.sql)",
        {"orders", "report"},
    ),
    "a message that was cut": (
        "Database Error in model orders (models/orders.sql)\n" + "x" * 3_000,
        NOT_MADE,
    ),
    "an interruption": ("dbt was interrupted", NOT_MADE),
    # What broke is no asset: the run has failed, and all behind the test is blocked.
    "a test": (
        "3 of 9 FAIL 1 not_null_customers_id [\x1b[31mFAIL 1\x1b[0m in 0.1s]\n\n"
        "\x1b[31mFailure in test not_null_customers_id (models/schema.yml)\x1b[0m\n\n  Got 1 result",
        {"job"},
    ),
}


@pytest.mark.parametrize("kind", DBT_MESSAGES)
def test_a_failure_of_dbt_is_of_the_models_that_broke(
    kind: str, dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    message, failing = DBT_MESSAGES[kind]

    class DagsterDbtCliRuntimeError(Exception):
        pass

    @dg.multi_asset(specs=[dg.AssetSpec(["shop", name]) for name in ("customers", *sorted(NOT_MADE))])
    def dbt_models() -> Any:
        yield dg.MaterializeResult(asset_key=["shop", "customers"])
        raise DagsterDbtCliRuntimeError(f"Errors parsed from dbt logs:\n\n{message}")

    dg.materialize([dbt_models], instance=dagster_instance, raise_on_error=False)
    found = failures(dagster_instance, watcher)
    names = {"job" if finding.pipeline_type_name == "job" else name.split("/")[-1] for name, finding in found.items()}
    assert names == failing
    # A failed test names no asset of the step as failed.
    assert all("failed_assets" not in finding.details for finding in found.values())
    for name in NOT_MADE - failing:
        assert watcher.executions(pipeline=f"shop/{name}")[0].state is ExecutionState.BLOCKED

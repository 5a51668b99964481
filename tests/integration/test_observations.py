"""What observations of assets say of when their data changed; they are no executions."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
import pytest

from tests.factories import NOON, at, record, unique
from watcher_core import ExecutionRecord, ExecutionState, ObservationRecord, Watcher
from watcher_dagster.recorder import record_tick

pytestmark = pytest.mark.filterwarnings(
    "ignore:Function `observable_source_asset`", "ignore:Property `OpDefinition.version`", "ignore:.*multi_observable"
)

LAST_UPDATED = "dagster/last_updated_timestamp"
DATA_VERSION = "dagster/data_version"


@pytest.fixture
def instance(module_dagster_instance: dg.DagsterInstance) -> dg.DagsterInstance:
    return module_dagster_instance


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def name() -> str:
    return unique("source").replace("-", "_")


def updated(watcher: Watcher, name: str) -> dt.datetime | None:
    """When the pipeline's data last changed."""
    found = {pipeline.name: pipeline for pipeline in watcher.pipelines()}
    return found[name].last_target_update if name in found else None


def reported(name: str, instance: dg.DagsterInstance, **facts: Any) -> dt.datetime:
    """Report an observation without a run, and return when that was."""
    instance.report_runless_asset_event(dg.AssetObservation(name, **facts))
    (newest,) = instance.fetch_observations(dg.AssetKey(name), limit=1).records
    return dt.datetime.fromtimestamp(newest.timestamp, dt.UTC)


def observe(instance: dg.DagsterInstance, function: Callable[..., Any], name: str) -> dg.ExecuteInProcessResult:
    asset = dg.observable_source_asset(name=name)(function)
    job = dg.Definitions(assets=[asset]).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, raise_on_error=False)


@pytest.mark.parametrize("value", [dg.MetadataValue.timestamp(NOON.timestamp()), NOON.timestamp()])
def test_an_observation_that_says_when_data_was_updated(
    instance: dg.DagsterInstance, watcher: Watcher, name: str, value: Any
) -> None:
    observe(instance, lambda: dg.ObserveResult(metadata={LAST_UPDATED: value}), name)
    record_tick(instance, watcher)
    assert updated(watcher, name) == NOON
    assert watcher.executions(pipeline=name) == []


def test_a_source_is_fresh_by_its_observations(instance: dg.DagsterInstance, watcher: Watcher, name: str) -> None:
    def stale() -> list[str]:
        record_tick(instance, watcher)
        return [finding.pipeline_name for finding in watcher.check_freshness() if finding.pipeline_name == name]

    watcher.get_or_create_pipeline(name, freshness_number=2, freshness_datepart="hour")
    hours_ago = time.time() - 3 * 3_600
    reported(name, instance, metadata={LAST_UPDATED: dg.MetadataValue.timestamp(hours_ago)})
    assert stale() == [name]
    reported(name, instance, metadata={LAST_UPDATED: dg.MetadataValue.timestamp(time.time() - 60)})
    assert stale() == []


@pytest.mark.parametrize("way", ["a run", "no run"])
def test_a_new_data_version_is_a_change_and_the_same_is_none(
    instance: dg.DagsterInstance, watcher: Watcher, name: str, way: str
) -> None:
    def seen(version: str) -> dt.datetime:
        if way == "no run":
            return reported(name, instance, tags={DATA_VERSION: version})
        assert observe(instance, lambda: dg.DataVersion(version), name).success
        (newest,) = instance.fetch_observations(dg.AssetKey(name), limit=1).records
        return dt.datetime.fromtimestamp(newest.timestamp, dt.UTC)

    first = seen("1")
    seen("1")
    record_tick(instance, watcher)
    assert updated(watcher, name) == first
    seen("1")
    record_tick(instance, watcher)
    assert updated(watcher, name) == first
    seen("2")
    back = seen("1")
    seen("1")
    record_tick(instance, watcher)
    assert updated(watcher, name) == back
    assert watcher.executions(pipeline=name) == []


def test_partitions_have_data_versions_of_their_own(instance: dg.DagsterInstance, watcher: Watcher, name: str) -> None:
    for partition in "ab":
        last = reported(name, instance, partition=partition, tags={DATA_VERSION: f"of {partition}"})
    for partition in "ab":
        reported(name, instance, partition=partition, tags={DATA_VERSION: f"of {partition}"})
    record_tick(instance, watcher)
    assert updated(watcher, name) == last


@pytest.mark.parametrize("value", ["yesterday", float("nan"), 1e300, True])
def test_what_is_no_time_is_passed_over(instance: dg.DagsterInstance, watcher: Watcher, name: str, value: Any) -> None:
    reported(name, instance, metadata={LAST_UPDATED: value})
    good = reported(f"{name}_good", instance, tags={DATA_VERSION: "1"})
    record_tick(instance, watcher)
    assert updated(watcher, name) is None
    assert updated(watcher, f"{name}_good") == good


def test_what_says_nothing_of_data_makes_no_pipeline(instance: dg.DagsterInstance, watcher: Watcher, name: str) -> None:
    reported(name, instance, metadata={"note": "seen"})
    observe(instance, dg.ObserveResult, f"{name}_in_run")
    record_tick(instance, watcher)
    assert not [pipeline for pipeline in watcher.pipelines() if pipeline.name.startswith(name)]


def observation(name: str, minutes: float, **facts: Any) -> ObservationRecord:
    return ObservationRecord(pipeline_name=name, observed_at=at(minutes), **facts)


def test_observations_are_recorded_in_any_order_and_again(watcher: Watcher, name: str) -> None:
    records = [observation(name, minute, data_version=version) for minute, version in enumerate("1122")]
    with watcher.recorder(unique("instance")) as session:
        assert session is not None
        for several in (records, records[::-1], records[:2]):
            session.record_observations(several)
            assert updated(watcher, name) == at(2)
        session.record_observations([observation(name, 3, updated_at=at(2.5)), observation(name, 2, data_version="0")])
        assert updated(watcher, name) == at(2.5)


def test_an_update_that_lies_ahead_counts_as_of_its_observation(watcher: Watcher, name: str) -> None:
    with watcher.recorder(unique("instance")) as session:
        assert session is not None
        session.record_observations([observation(name, 0, updated_at=at(10))])
        assert updated(watcher, name) == NOON
        tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
        session.record_observations(
            [ObservationRecord(pipeline_name=name, observed_at=tomorrow, updated_at=tomorrow), observation("\0", 0)]
        )
    counted = updated(watcher, name)
    assert counted is not None
    assert counted < tomorrow - dt.timedelta(hours=23)


def test_an_observation_never_moves_a_change_back(watcher: Watcher, name: str) -> None:
    with watcher.recorder(unique("instance")) as session:
        assert session is not None
        session.record([record(name, start=5)], cursor={})
        session.record_observations([observation(name, 3, updated_at=at(1))])
    assert updated(watcher, name) == at(6)


# Failures


def failing(instance: dg.DagsterInstance, watcher: Watcher, name: str) -> bool:
    record_tick(instance, watcher)
    return name in {finding.pipeline_name for finding in watcher.check_failures()}


def test_an_observation_that_failed_is_taken_back_by_one_that_succeeds(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    broken = [True]

    def source() -> dg.DataVersion:
        if broken:
            raise ValueError("no connection")
        return dg.DataVersion("1")

    observe(instance, source, name)
    assert failing(instance, watcher, name)
    reported(name, instance, tags={DATA_VERSION: "1"})  # by something else: the step may still fail
    assert failing(instance, watcher, name)
    broken.clear()
    observe(instance, source, name)
    assert not failing(instance, watcher, name)


def test_an_observation_of_a_partition_takes_the_failure_of_that_partition_back(watcher: Watcher, name: str) -> None:
    def failed(partition: str) -> ExecutionRecord:
        metadata = {"step_key": name, "partition": partition}
        state = ExecutionState.FAILED
        return record(name, scope=partition, state=state, parent_external_id=f"{name} run", execution_metadata=metadata)

    def failed_partitions() -> list[str]:
        found = {finding.pipeline_name: finding.details for finding in watcher.check_failures()}
        return list(found[name]["failed_partitions"]) if name in found else []

    run = record("shop/job", f"{name} run", state=ExecutionState.FAILED, execution_metadata={"location": "shop"})
    with watcher.recorder(unique("instance")) as session:
        assert session is not None
        session.record([run, failed("a"), failed("b")], cursor={})
        for others in ({"scope": "a", "step": f"other/{name}"}, {"scope": "c", "step": f"shop/{name}"}):
            session.record_observations([observation(name, 5, **others)])
        assert failed_partitions() == ["a", "b"]
        session.record_observations([observation(name, 6, scope="a", step=f"shop/{name}")])
        assert failed_partitions() == ["b"]
        session.record_observations([observation(name, 7, step=f"shop/{name}")])
        assert failed_partitions() == []


@pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")
@pytest.mark.parametrize("of", ["one", "a range"])
def test_an_observation_that_code_logs_is_of_the_partition_of_its_run(
    of: str, instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    """An asset that finds nothing new says so, and is skipped: that makes no other partition good."""
    broken = {"a"}

    @dg.asset(
        name=name,
        output_required=False,
        partitions_def=dg.StaticPartitionsDefinition(["a", "b", "c"]),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def loads(context: dg.AssetExecutionContext) -> Iterator[dg.Output[None]]:
        if broken & set(context.partition_keys):
            raise ValueError("no file")
        context.log_event(dg.AssetObservation(name))
        yield from ()

    job = dg.Definitions(assets=[loads]).resolve_implicit_global_asset_job_def()

    def run(first: str, last: str) -> bool:
        ends = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
        tags = {"dagster/partition": first} if first == last else ends
        job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
        return failing(instance, watcher, name)

    assert run("a", "a")
    assert run("b", "b" if of == "one" else "c")
    broken.clear()
    assert not run("a", "a")


def test_an_asset_that_logs_an_observation_and_then_fails_has_failed(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    @dg.asset(name=name)
    def loads(context: dg.AssetExecutionContext) -> None:
        context.log_event(dg.AssetObservation(name, tags={DATA_VERSION: "1"}))
        raise ValueError("no file")

    for _ in range(2):  # the observation of a later try makes nothing good
        dg.materialize([loads], instance=instance, raise_on_error=False)
    assert failing(instance, watcher, name)


@pytest.mark.parametrize("before", ["a check", "an attempt that could not store its output"])
def test_an_asset_that_logs_an_observation_behind_an_output_and_then_fails_has_failed(
    before: str, instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    """The output is not what was observed: that one's event comes next."""

    class Broken(dg.InMemoryIOManager):
        def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
            raise OSError("no space left")

    @dg.asset(
        name=name,
        check_specs=[dg.AssetCheckSpec("sound", asset=name)],
        retry_policy=dg.RetryPolicy(max_retries=1),
    )
    def loads(context: dg.AssetExecutionContext) -> Iterator[Any]:
        if before == "a check":
            yield dg.AssetCheckResult(passed=True)
        elif context.op_execution_context.retry_number == 0:
            yield dg.Output(1)
        context.log_event(dg.AssetObservation(name, tags={DATA_VERSION: "1"}))
        raise ValueError("no file")

    dg.materialize([loads], instance=instance, resources={"io_manager": Broken()}, raise_on_error=False)
    assert failing(instance, watcher, name)
    [execution] = watcher.executions(pipeline=name)
    assert execution.execution_metadata["error"]["message"] == "no file"


def test_an_observation_that_is_read_while_it_goes_on_ends(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    seen: list[ExecutionState] = []

    def source() -> dg.DataVersion:
        record_tick(instance, watcher)
        seen.extend(execution.state for execution in watcher.executions(pipeline=name))
        return dg.DataVersion("1")

    observe(instance, source, name)
    record_tick(instance, watcher)
    assert seen == [ExecutionState.RUNNING]
    assert [execution.state for execution in watcher.executions(pipeline=name)] == [ExecutionState.SKIPPED]


def test_what_a_step_has_observed_before_it_failed_has_not_failed(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    broken = {f"{name}_a", f"{name}_b"}

    @dg.multi_observable_source_asset(name=name, specs=[dg.AssetSpec(f"{name}_{each}") for each in "abc"])
    def sources() -> Iterator[dg.ObserveResult]:
        for each in "abc":
            if f"{name}_{each}" in broken:
                raise ValueError("no connection")
            yield dg.ObserveResult(asset_key=f"{name}_{each}")

    def failing_assets() -> list[str]:
        job = dg.Definitions(assets=[sources]).resolve_implicit_global_asset_job_def()
        job.execute_in_process(instance=instance, raise_on_error=False)
        record_tick(instance, watcher)
        found = (finding.pipeline_name for finding in watcher.check_failures())
        return sorted(each.removeprefix(f"{name}_") for each in found if each.startswith(name))

    assert failing_assets() == ["a", "b", "c"]  # none was observed: it is not known which is broken
    broken.remove(f"{name}_a")
    assert failing_assets() == ["b", "c"]
    broken.clear()
    assert failing_assets() == []


def test_an_observation_ends_while_its_run_goes_on(instance: dg.DagsterInstance, watcher: Watcher, name: str) -> None:
    def state() -> ExecutionState:
        record_tick(instance, watcher)
        [execution] = watcher.executions(pipeline=name)
        return execution.state

    @dg.observable_source_asset(name=name)
    def source() -> dg.DataVersion:
        assert state() is ExecutionState.RUNNING
        return dg.DataVersion("1")

    @dg.asset(name=f"{name}_after", deps=[name])
    def after() -> None:
        deadline = time.monotonic() + 60
        while state() is ExecutionState.RUNNING:
            assert time.monotonic() < deadline, "it is not ended"

    job = dg.Definitions(assets=[source, after]).resolve_implicit_global_asset_job_def()
    assert job.execute_in_process(instance=instance).success
    assert state() is ExecutionState.SKIPPED

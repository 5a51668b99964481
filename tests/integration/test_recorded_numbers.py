"""What is recorded of an execution's numbers, whatever the events say and whenever a tick falls between them."""

import datetime as dt
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

from tests.factories import at, record, unique
from watcher_core import Execution, ExecutionState, InvalidValueError, Watcher
from watcher_core.database.engine import normalize_url
from watcher_dagster import WatcherResource, compat, watcher_metadata
from watcher_dagster.automation.configuration import ConfigurationRecorder
from watcher_dagster.counts import CountKeys
from watcher_dagster.recorder import EventLog, cursor, partition_windows, runless, runs, tick
from watcher_dagster.recorder.tick import record_tick

SUCCEEDED, FAILED, RUNNING = (ExecutionState(state) for state in ("succeeded", "failed", "running"))
HOUR = "2024-07-02-00:00"
COUNTS = ("inserts", "updates", "soft_deletes", "total_rows")


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    logger = logging.getLogger("dagster")
    before = logger.level
    logger.setLevel(logging.ERROR)
    yield
    logger.setLevel(before)


@pytest.fixture
def instance(module_dagster_instance: dg.DagsterInstance) -> dg.DagsterInstance:
    return module_dagster_instance


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def name() -> str:
    return unique("asset").replace("-", "_")


def only(watcher: Watcher, pipeline: str) -> Execution:
    (execution,) = watcher.executions(pipeline=pipeline)
    return execution


def counts(execution: Execution) -> dict[str, int]:
    return {field: getattr(execution, field) for field in COUNTS if getattr(execution, field) is not None}


def materialize(instance: dg.DagsterInstance, *assets: Any, **options: Any) -> dg.ExecuteInProcessResult:
    return dg.materialize(assets, instance=instance, raise_on_error=False, **options)


# Several events of one step


def test_dagsters_own_empty_event_takes_no_counts_away(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    @dg.asset(name=name)
    def loads(context: dg.AssetExecutionContext) -> None:
        context.log_event(
            dg.AssetMaterialization(name, metadata={"watcher/inserts": 42, "watcher/updates": 5, "source": "api"})
        )

    materialize(instance, loads)
    record_tick(instance, watcher)
    execution = only(watcher, name)
    assert counts(execution) == {"inserts": 42, "updates": 5}
    assert execution.execution_metadata["source"] == "api"


def test_an_event_of_the_code_that_names_no_partition(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    @dg.asset(name=name, partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
    def loads(context: dg.AssetExecutionContext) -> None:
        context.log_event(dg.AssetMaterialization(name, metadata={"watcher/inserts": 42}))

    materialize(instance, loads, partition_key="a")
    record_tick(instance, watcher)
    execution = only(watcher, name)
    assert (counts(execution), execution.execution_metadata["partition"]) == ({"inserts": 42}, "a")


def test_chunks_add_up_although_a_tick_falls_between_them(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    seen = []

    @dg.asset(name=name)
    def loads(context: dg.AssetExecutionContext) -> None:
        for rows in (10, 20, 30):
            context.log_event(
                dg.AssetMaterialization(name, metadata={"watcher/inserts": rows, "watcher/counts": "add"})
            )
            record_tick(instance, watcher)
            seen.append(only(watcher, name).inserts)

    materialize(instance, loads)
    record_tick(instance, watcher)
    assert seen[0] == 10
    execution = only(watcher, name)
    assert (execution.state, execution.inserts) == (SUCCEEDED, 60)
    assert "provisional" not in execution.execution_metadata


def loaded_by_a_graph(name: str, *, between: Callable[[int], None] = lambda _: None) -> dg.AssetsDefinition:
    """An asset whose chunks are loaded by steps of their own, each of which reports its rows."""

    @dg.op(out=dg.DynamicOut())
    def chunks() -> Iterator[dg.DynamicOutput[int]]:
        yield from (dg.DynamicOutput(rows, str(rows)) for rows in (10, 20, 30))

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
    def load(context: dg.OpExecutionContext, rows: int) -> int:
        context.log_event(dg.AssetMaterialization(name, metadata={"watcher/inserts": rows, "watcher/counts": "add"}))
        between(rows)
        if rows == 20 and context.retry_number == 0:
            raise ValueError("try again")
        return rows

    @dg.op
    def finish(rows: list[int]) -> None: ...

    @dg.graph_asset(name=name)
    def loaded() -> Any:
        return finish(chunks().map(load).collect())

    return loaded


def test_chunks_of_the_steps_of_a_graph_are_one_execution(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    seen = []

    def between(rows: int) -> None:
        record_tick(instance, watcher)
        seen.append((only(watcher, name).state, only(watcher, name).inserts))

    assert materialize(instance, loaded_by_a_graph(name, between=between)).success
    record_tick(instance, watcher)
    execution = only(watcher, name)
    assert seen[-1] == (RUNNING, None)
    assert (execution.state, execution.inserts) == (SUCCEEDED, 60)
    assert execution.execution_metadata["step_key"] == f"{name}.finish"


def test_a_step_of_a_graph_that_observes_the_asset_does_not_make_it(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    @dg.op
    def load(context: dg.OpExecutionContext) -> int:
        context.log_event(dg.AssetObservation(name))
        context.log_event(dg.AssetMaterialization(name, metadata={"watcher/inserts": 10}))
        return 10

    @dg.op
    def finish(rows: int) -> int:
        record_tick(instance, watcher)
        assert only(watcher, name).state is RUNNING
        raise ValueError("no file")

    @dg.graph_asset(name=name)
    def loaded() -> Any:
        return finish(load())

    materialize(instance, loaded)
    record_tick(instance, watcher)
    execution = only(watcher, name)
    assert (execution.state, execution.execution_metadata["error"]["message"]) == (FAILED, "no file")


def test_partitions_whose_keys_have_a_format_of_their_own_move_the_watermark(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    @dg.asset(name=name, partitions_def=dg.DailyPartitionsDefinition("20240101", fmt="%Y%m%d"))
    def sales() -> None: ...

    definitions = dg.Definitions(assets=[sales], jobs=[dg.define_asset_job(f"{name}_job", "*")])
    windows = partition_windows(definitions.get_repository_def())
    for key in ("20240205", "20240203"):
        job = definitions.resolve_job_def(f"{name}_job")
        job.execute_in_process(instance=instance, partition_key=key)
        record_tick(instance, watcher, windows=windows)
    for pipeline in (name, f"{name}_job"):
        found = [each.logical_date for each in watcher.executions(pipeline=pipeline)]
        assert found == [dt.datetime(2024, 2, day, tzinfo=dt.UTC) for day in (3, 5)]
        assert watcher.pipeline(pipeline).watermark == "20240205"


@pytest.mark.parametrize("renamed", [False, True], ids=["by its name", "renamed"])
def test_the_recorder_of_another_code_location_knows_the_partitions_that_are_declared(
    renamed: bool, instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    """Whichever of several recorders ticks: each has the definitions of its own code location alone."""

    @dg.asset(name=f"{name}_hour", partitions_def=dg.HourlyPartitionsDefinition(HOUR, timezone="Europe/Berlin"))
    def hour() -> None: ...

    @dg.asset(name=f"{name}_day", partitions_def=dg.DailyPartitionsDefinition("20240702", fmt="%Y%m%d"))
    def day() -> None: ...

    @dg.asset(
        name=f"{name}_mars",
        partitions_def=dg.DailyPartitionsDefinition("2024-07-02"),
        metadata=watcher_metadata(metadata={"partitions_timezone": "Mars/Base"}),
    )
    def mars() -> None: ...

    assets = [hour, day, mars]
    ConfigurationRecorder(watcher).record(dg.Definitions(assets=assets).get_repository_def())
    if renamed:
        for each in ("hour", "day"):
            watcher.update_pipeline(f"{name}_{each}", name=f"{name}_{each}_now")
    for asset, key in zip(assets, (HOUR, "20240702", "2024-07-02"), strict=True):
        dg.materialize([asset], instance=instance, partition_key=key)
    record_tick(instance, watcher)
    began = [only(watcher, f"{name}_{each}").logical_date for each in ("hour", "day", "mars")]
    midnight = dt.datetime(2024, 7, 2, tzinfo=dt.UTC)
    assert began == [midnight - dt.timedelta(hours=2), midnight, midnight]
    assert watcher.pipeline(f"{name}_day").watermark == "20240702"


def test_partitions_whose_keys_do_not_say_when_they_begin_have_no_time_and_no_watermark(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    """Each week of a year would be its first of January, and an older week that is loaded again the newest one."""
    weeks = dg.WeeklyPartitionsDefinition("2024-W01", fmt="%Y-W%W", day_offset=1)

    @dg.asset(name=name, partitions_def=weeks)
    def sales() -> None: ...

    windows = partition_windows(dg.Definitions(assets=[sales]).get_repository_def())
    for key in ("2024-W07", "2024-W05"):  # Dagster starts no run of these itself, but takes what others report
        instance.report_runless_asset_event(dg.AssetMaterialization(name, partition=key))
        record_tick(instance, watcher, windows=windows)
    found = watcher.executions(pipeline=name)
    assert [(each.scope, each.logical_date) for each in found] == [("2024-W05", None), ("2024-W07", None)]
    assert watcher.pipeline(name).watermark is None


@pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")
@pytest.mark.parametrize("days", [1, 3], ids=["one partition", "a range"])
def test_an_asset_without_partitions_has_none_in_a_run_that_has(
    days: int, instance: dg.DagsterInstance, watcher: Watcher, name: str, module_database_url: str
) -> None:
    """Dagster plans the run's partitions for it too, where the last asset of the run has them."""
    broken = [True]

    @dg.asset(name=f"{name}_a")
    def shops(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context):
            if broken:
                raise ValueError("no file")

    @dg.asset(name=f"{name}_b")
    def prices() -> None: ...

    @dg.asset(
        name=f"{name}_c",
        deps=[prices],
        partitions_def=dg.DailyPartitionsDefinition("2024-01-01"),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def sales() -> None: ...

    resources = {"watcher": WatcherResource(database_url=module_database_url)}
    job = dg.Definitions(assets=[shops, prices, sales], resources=resources).resolve_implicit_global_asset_job_def()

    def run(first: int) -> dict[str, list[tuple[str | None, ExecutionState]]]:
        tags = {
            "dagster/asset_partition_range_start": f"2024-01-{first:02}",
            "dagster/asset_partition_range_end": f"2024-01-{first + days - 1:02}",
        }
        result = job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
        record_tick(instance, watcher)
        found = [each for each in watcher.executions(limit=20) if each.external_id.startswith(result.run_id)]
        return {
            each: [(one.scope, one.state) for one in found if one.pipeline_name == f"{name}_{each}"] for each in "ab"
        }

    def failing() -> bool:
        return f"{name}_a" in {finding.pipeline_name for finding in watcher.check_failures()}

    assert run(1) == {"a": [(None, FAILED)], "b": [(None, SUCCEEDED)]}
    assert failing()
    broken.clear()
    assert run(8) == {"a": [(None, SUCCEEDED)], "b": [(None, SUCCEEDED)]}
    assert not failing()
    assert watcher.pipeline(f"{name}_b").watermark is None


@pytest.mark.parametrize("first", ["a step that tracks", "a tick before its assets"])
def test_a_run_has_the_time_zone_of_its_partition_whoever_records_it_first(
    first: str, instance: dg.DagsterInstance, watcher: Watcher, name: str, module_database_url: str
) -> None:
    @dg.asset(name=f"{name}_before")
    def before() -> None:
        if first != "a step that tracks":
            record_tick(instance, watcher, windows=windows)

    @dg.asset(name=name, deps=[before], partitions_def=dg.HourlyPartitionsDefinition(HOUR, timezone="Europe/Berlin"))
    def sales(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        with watcher.track(context) if first == "a step that tracks" else nullcontext():
            pass

    definitions = dg.Definitions(
        assets=[before, sales],
        jobs=[dg.define_asset_job(f"{name}_job", "*")],
        resources={"watcher": WatcherResource(database_url=module_database_url)},
    )
    windows = partition_windows(definitions.get_repository_def())
    job = definitions.resolve_job_def(f"{name}_job")
    assert job.execute_in_process(instance=instance, partition_key=HOUR).success
    record_tick(instance, watcher, windows=windows)
    began = dt.datetime(2024, 7, 1, 22, tzinfo=dt.UTC)
    assert [only(watcher, each).logical_date for each in (name, f"{name}_job")] == [began, began]


def test_partitions_that_an_op_reports_have_their_own_numbers(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    @dg.op
    def load(context: dg.OpExecutionContext) -> None:
        for partition in ("a", "b"):
            context.log_event(dg.AssetMaterialization(name, partition=partition, metadata={"watcher/inserts": 7}))

    @dg.job
    def loads() -> None:
        load()

    loads.execute_in_process(instance=instance)
    record_tick(instance, watcher)
    assert {each.scope: each.inserts for each in watcher.executions(pipeline=name)} == {"a": 7, "b": 7}


@pytest.mark.parametrize("with_tick", [False, True])
def test_a_later_attempt_replaces_what_an_earlier_one_reported(
    instance: dg.DagsterInstance, watcher: Watcher, name: str, with_tick: bool
) -> None:
    @dg.asset(name=name, retry_policy=dg.RetryPolicy(max_retries=1))
    def loads(context: dg.AssetExecutionContext) -> None:
        if context.retry_number == 0:
            context.log_event(
                dg.AssetMaterialization(
                    name, metadata={"watcher/inserts": 10, "watcher/next_watermark": "10", "row_count": "many"}
                )
            )
            if with_tick:
                record_tick(instance, watcher)
            raise RuntimeError("connection lost")
        if with_tick:
            record_tick(instance, watcher)
        context.log_event(
            dg.AssetMaterialization(name, metadata={"watcher/inserts": 1_000, "watcher/next_watermark": "1000"})
        )

    materialize(instance, loads)
    record_tick(instance, watcher)
    execution = only(watcher, name)
    assert (execution.state, counts(execution), execution.next_watermark) == (SUCCEEDED, {"inserts": 1_000}, "1000")
    assert execution.execution_metadata["watcher/inserts"] == 1_000
    assert "row_count" not in execution.execution_metadata
    assert watcher.pipeline(name).watermark == "1000"


def test_what_the_job_recorded_stays_while_the_log_changes(watcher: Watcher, name: str) -> None:
    provisional = record(name, name, inserts=10, is_provisional=True, parent_external_id=None)
    watcher.record([provisional])
    with_job = record(name, name, inserts=10, updates=3)  # as code inside the job would have added
    watcher.record([with_job])
    watcher.record([record(name, name, inserts=99, updates=99)])
    assert counts(only(watcher, name)) == {"inserts": 10, "updates": 3}


def test_provisional_numbers_are_judged_when_they_are_final(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, f"{name}/{day}", start=day * 1_440 - 60 * 1_440, total_rows=100) for day in range(59)])
    watcher.get_or_create_anomaly_rule(pipeline=name, metric_field="total_rows")
    watcher.detect_pending_anomalies()
    watcher.record([record(name, f"{name}/last", total_rows=1, is_provisional=True)])
    assert watcher.detect_pending_anomalies().executions == 0
    watcher.record([record(name, f"{name}/last", total_rows=1)])
    assert watcher.detect_pending_anomalies().executions == 1


# What the metadata of an asset may say, too: figures are provisional.
OWN_MARKS: tuple[Any, ...] = (
    True,
    "yes",
    3,
    None,
    ["metadata"],
    "metadata",
    {},
    {"inserts": "many"},
    {"metadata": None, "inserts": "x"},
)


@pytest.mark.parametrize("mark", OWN_MARKS, ids=repr)
def test_a_key_of_that_name_in_the_metadata_marks_nothing(watcher: Watcher, name: str, mark: Any) -> None:
    watcher.get_or_create_pipeline(name)
    watcher.get_or_create_anomaly_rule(pipeline=name, metric_field="inserts")
    metadata = {"provisional": mark, "source": "api"}
    for inserts in (None, 10, 11):
        facts: dict[str, Any] = {"inserts": inserts, "next_watermark": "7", "execution_metadata": metadata}
        watcher.record([record(name, name, parent_external_id=None, **facts)])
    execution = only(watcher, name)
    assert counts(execution) == {"inserts": 10}
    assert {key: execution.execution_metadata[key] for key in metadata} == metadata
    assert watcher.pipeline(name).watermark == "7"
    assert watcher.detect_pending_anomalies().executions == 1


def only_last(watcher: Watcher, name: str) -> Execution:
    return watcher.executions(pipeline=name, limit=1)[0]


def test_a_run_of_a_partition_whose_key_cannot_be_stored_is_recorded(
    watcher: Watcher, name: str, tmp_path: Path
) -> None:
    """SQLite takes such a key, as PostgreSQL does not."""

    @dg.asset(name=name, partitions_def=dg.DynamicPartitionsDefinition(name="any"))
    def loads(context: dg.AssetExecutionContext) -> None:
        raise ValueError(f"nothing of {context.partition_key!r}")

    with dg.DagsterInstance.local_temp(str(tmp_path)) as own:
        own.add_dynamic_partitions("any", ["a\x00"])
        materialize(own, loads, partition_key="a\x00")
        for _ in range(3):
            record_tick(own, watcher)
    execution = only(watcher, name)
    assert (execution.state, execution.scope) == (FAILED, "a\N{REPLACEMENT CHARACTER}")
    assert "it must not contain the NUL character" in execution.execution_metadata["recorder_error"]


# Which key counts what


def test_the_keys_of_a_project(instance: dg.DagsterInstance, watcher: Watcher, name: str) -> None:
    @dg.asset(name=name)
    def loads() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"written": 12.0, "rows_deleted": 0})

    materialize(instance, loads)
    record_tick(instance, watcher, count_keys=CountKeys({"written": "inserts"}))
    assert counts(only(watcher, name)) == {"inserts": 12, "soft_deletes": 0}


def test_a_load_of_no_rows_is_no_change(instance: dg.DagsterInstance, watcher: Watcher, name: str) -> None:
    load: dict[str, Any] = {"first_run": False, "dataset_name": "raw", "jobs": dg.MetadataValue.json([])}

    @dg.asset(name=name)
    def loads(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata=load | ({"rows_loaded": 5} if context.run.tags.get("full") else {}))

    materialize(instance, loads, tags={"full": "yes"})
    record_tick(instance, watcher)
    changed = watcher.pipeline(name).last_target_insert
    assert changed is not None
    materialize(instance, loads)
    record_tick(instance, watcher)
    pipeline = watcher.pipeline(name)
    assert (pipeline.last_target_insert, pipeline.last_target_update) == (changed, None)
    assert counts(only_last(watcher, name)) == {}


@pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")
def test_the_number_of_a_range_is_not_counted_for_each_partition(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    @dg.asset(
        name=name,
        partitions_def=dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01"),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def loads() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"dagster/partition_row_count": 30})

    materialize(
        instance,
        loads,
        tags={compat.RANGE_START_TAG: "2024-01-02", compat.RANGE_END_TAG: "2024-01-04"},
    )
    record_tick(instance, watcher)
    found = watcher.executions(pipeline=name)
    assert [counts(execution) for execution in found] == [{}, {}, {}]
    assert {execution.execution_metadata["duration_of"] for execution in found} == {"step"}


# Durations


def test_the_time_of_a_step_of_many_is_not_that_of_each(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    fast, slow = f"{name}_fast", f"{name}_slow"

    @dg.multi_asset(specs=[dg.AssetSpec(fast), dg.AssetSpec(slow)], name=name)
    def build() -> Iterator[dg.MaterializeResult[Any]]:
        time.sleep(0.01)  # the step lasts longer than the asset says that it took
        yield dg.MaterializeResult(fast, metadata={"Execution Duration": 0.001234})
        yield dg.MaterializeResult(slow)

    materialize(instance, build)
    record_tick(instance, watcher)
    own, shared = only(watcher, fast), only(watcher, slow)
    assert own.duration_seconds == 0.001234
    assert own.execution_metadata["duration_of"] == "execution"
    assert shared.execution_metadata["duration_of"] == "step"


def test_an_execution_that_ran_has_its_own_time_in_the_end(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, name, state=RUNNING, start=0, duration_is_shared=True)])
    assert only(watcher, name).execution_metadata["duration_of"] == "step"
    watcher.record([record(name, name, start=29, end_date=at(30), duration_is_shared=False)])
    execution = only(watcher, name)
    assert (execution.duration_seconds, execution.execution_metadata["duration_of"]) == (60.0, "execution")


def test_the_time_of_a_step_of_many_is_not_judged(watcher: Watcher, name: str) -> None:
    for pipeline, is_shared in ((f"{name} shared", True), (f"{name} own", False), (f"{name} alone", None)):
        watcher.get_or_create_pipeline(pipeline, timeliness_number=1, timeliness_datepart="minute")
        watcher.record([record(pipeline, unique("run"), end_date=at(60), duration_is_shared=is_shared)])
    found = watcher.check_timeliness(lookback_minutes=60 * 24 * 365 * 20)
    assert {finding.pipeline_name for finding in found if finding.pipeline_name.startswith(name)} == {
        f"{name} own",
        f"{name} alone",
    }


@pytest.mark.parametrize("is_shared", [True, None])
def test_no_rule_on_duration_judges_the_time_of_a_step_of_many(
    watcher: Watcher, name: str, is_shared: bool | None
) -> None:
    watcher.record([record(name, f"{name}/{day}", start=day * 1_440 - 60 * 1_440) for day in range(59)])
    watcher.get_or_create_anomaly_rule(pipeline=name, metric_field="duration_seconds")
    watcher.record([record(name, f"{name}/last", end_date=at(600), duration_is_shared=is_shared)])
    flagged = [result for result in watcher.detect_pending_anomalies().flagged if result.pipeline_name == name]
    assert len(flagged) == (0 if is_shared else 1)


# One refused value


def test_a_refused_value_drops_only_itself(instance: dg.DagsterInstance, watcher: Watcher, name: str) -> None:
    bad, good, broken = f"{name}_bad", f"{name}_good", f"{name}_broken"

    @dg.asset(name=bad)
    def refused() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"watcher/next_watermark": "1\x002", "watcher/inserts": 3})

    @dg.asset(name=good)
    def sound() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"watcher/inserts": 4})

    @dg.asset(name=broken)
    def fails() -> None:
        raise ValueError("no file")

    run_id = materialize(instance, refused, sound, fails).run_id
    assert "1 run" in record_tick(instance, watcher)
    assert counts(only(watcher, good)) == {"inserts": 4}
    assert only(watcher, broken).state is FAILED
    execution = only(watcher, bad)
    assert (counts(execution), execution.next_watermark) == ({"inserts": 3}, None)
    assert "NUL" in execution.execution_metadata["refused"]["next_watermark"]
    (run,) = [one for one in watcher.executions(limit=1_000) if one.external_id == run_id]
    assert "recorder_error" not in run.execution_metadata


def test_whoever_records_by_hand_gets_the_error(watcher: Watcher, name: str) -> None:
    with pytest.raises(InvalidValueError, match="next_watermark"):
        watcher.record([record(name, next_watermark="1\x002")])


# Without a run


def report(instance: dg.DagsterInstance, name: str, rows: int) -> None:
    instance.report_runless_asset_event(dg.AssetMaterialization(name, metadata={"dagster/row_count": rows}))


def test_runless_events_of_two_instances_are_two_executions(watcher: Watcher, name: str, tmp_path: Path) -> None:
    for number in (1, 2):
        home = tmp_path / str(number)
        home.mkdir()
        with dg.DagsterInstance.local_temp(str(home)) as instance:
            report(instance, name, number)
            record_tick(instance, watcher)
            record_tick(instance, watcher)
    assert sorted(execution.total_rows or 0 for execution in watcher.executions(pipeline=name)) == [1, 2]


def test_what_was_recorded_without_the_instance_is_found_again(
    watcher: Watcher, name: str, tmp_path: Path, module_database_url: str
) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        report(instance, name, 5)
        record_tick(instance, watcher)
        known = only(watcher, name)
        former = f"runless/{known.external_id.split('/')[2].split('@')[0]}/{name}"
        engine = sa.create_engine(normalize_url(module_database_url))
        with engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE watcher.pipeline_execution SET external_id = :former WHERE id = :id"),
                {"former": former, "id": known.id},
            )
            connection.execute(
                sa.text("DELETE FROM watcher.recorder WHERE instance_id = :id"), {"id": compat.run_storage_id(instance)}
            )
        engine.dispose()
        record_tick(instance, watcher)
    found = only(watcher, name)
    assert (found.id, found.external_id) == (known.id, known.external_id)


def test_an_old_identity_of_another_event_stays(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, f"{name}/old", start=0, total_rows=1)])
    watcher.record([record(name, f"{name}/new", start=5, total_rows=2, former_external_id=f"{name}/old")])
    assert {one.external_id.split("/")[1]: one.total_rows for one in watcher.executions(pipeline=name)} == {
        "old": 1,
        "new": 2,
    }


# Ids that come again


@pytest.mark.parametrize("more", [0, 3])
def test_a_run_whose_end_has_the_id_of_a_deleted_one(
    watcher: Watcher, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    monkeypatch.setattr(cursor, "OVERLAP_SECONDS", 0.0)

    @dg.asset(name=name)
    def fails() -> None:
        raise ValueError("no file")

    @dg.op
    def nothing() -> None: ...

    @dg.job(name=f"{name}_job")
    def small() -> None:
        nothing()

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        small.execute_in_process(instance=instance)
        newest = materialize(instance, fails).run_id
        record_tick(instance, watcher)
        record_tick(instance, watcher)
        instance.delete_run(newest)
        again = materialize(instance, fails).run_id
        later = [small.execute_in_process(instance=instance).run_id for _ in range(more)]
        record_tick(instance, watcher)
    known = {one.external_id for one in watcher.executions(limit=10_000)}
    assert {again, *later} <= known
    assert f"{again}/{name}/{name}" in known


@pytest.mark.parametrize("ticks", [1, 2])
def test_a_materialization_with_the_id_of_a_deleted_one(
    watcher: Watcher, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ticks: int
) -> None:
    monkeypatch.setattr(runless, "OVERLAP_SECONDS", 0.0)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        report(instance, name, 1)
        for _ in range(ticks):
            record_tick(instance, watcher)
        instance.wipe_assets([dg.AssetKey(name)])
        report(instance, name, 2)
        record_tick(instance, watcher)
        record_tick(instance, watcher)
    assert sorted(one.total_rows or 0 for one in watcher.executions(pipeline=name)) == [1, 2]


# Ids that come late


@pytest.mark.parametrize("ahead", [0, 600], ids=["clocks agree", "that of whoever reports is behind"])
def test_a_materialization_that_can_be_read_after_a_later_one(
    instance: dg.DagsterInstance, watcher: Watcher, name: str, monkeypatch: pytest.MonkeyPatch, ahead: float
) -> None:
    """Its storage id was assigned before that of the later one, and its transaction ended after it."""
    record_tick(instance, watcher)
    passed = 0.0
    clock = SimpleNamespace(time=lambda: time.time() + ahead + passed, monotonic=time.monotonic)
    monkeypatch.setattr(tick, "time", clock)
    report(instance, name, 1)
    engine = sa.create_engine(watcher.url)
    taken = f"DELETE FROM event_logs WHERE asset_key = '[\"{name}\"]' RETURNING *"
    with engine.begin() as connection:
        [row] = [dict(found) for found in connection.execute(sa.text(taken)).mappings()]
    with engine.begin() as connection:
        columns, values = ", ".join(map(str, row)), ", ".join(f":{column}" for column in row)
        connection.execute(sa.text(f"INSERT INTO event_logs ({columns}) VALUES ({values})"), row)
        report(instance, name, 2)
        record_tick(instance, watcher)
    for seconds in (30, 30, 30):
        passed += seconds
        record_tick(instance, watcher)
    engine.dispose()
    assert sorted(one.total_rows or 0 for one in watcher.executions(pipeline=name)) == [1, 2]


# A run that is over while a step of it goes on


@pytest.mark.parametrize("with_tick", [False, True])
def test_a_step_that_goes_on_after_its_run_was_marked_as_failed(
    instance: dg.DagsterInstance, watcher: Watcher, name: str, with_tick: bool
) -> None:
    states: list[ExecutionState] = []

    @dg.asset(name=name)
    def survives(context: dg.AssetExecutionContext) -> None:
        instance.report_run_failed(context.run, "the worker was killed")
        if with_tick:
            record_tick(instance, watcher)
            states.append(only(watcher, name).state)
        context.log_event(dg.AssetMaterialization(name, metadata={"watcher/inserts": 42}))
        record_tick(instance, watcher)
        execution = only(watcher, name)
        states.append(execution.state)
        assert execution.inserts == 42

    assert materialize(instance, survives).success
    assert states == ([FAILED] if with_tick else []) + [SUCCEEDED]


def test_a_run_that_is_over_is_not_looked_at_for_ever(
    instance: dg.DagsterInstance, watcher: Watcher, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trailing: list[set[str]] = []

    @dg.asset(name=name)
    def survives(context: dg.AssetExecutionContext) -> None:
        instance.report_run_failed(context.run, "the worker was killed")

        def look() -> None:
            record_tick(instance, watcher)
            (state,) = [one for one in watcher.recorder_states() if one.instance_id == compat.run_storage_id(instance)]
            trailing.append(state.cursor["trailing"].keys() & {context.run.run_id})

        look()
        later = time.time() + 600
        monkeypatch.setattr(runs, "TRAILING_SECONDS", 0.0)
        monkeypatch.setattr(time, "time", lambda: later)
        look()
        monkeypatch.undo()

    run_id = materialize(instance, survives).run_id
    assert trailing == [{run_id}, set()]


# Why it failed


def test_the_error_is_the_cause_when_retries_are_used_up(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    @dg.asset(name=name, retry_policy=dg.RetryPolicy(max_retries=1))
    def fails() -> None:
        raise ValueError("no file for today")

    run_id = materialize(instance, fails).run_id
    record_tick(instance, watcher)
    error = only(watcher, name).execution_metadata["error"]
    assert (error["class"], error["message"]) == ("ValueError", "no file for today")
    (run,) = [one for one in watcher.executions(limit=1_000) if one.external_id == run_id]
    assert run.state is FAILED


SCRIPT = """
from dagster_pipes import open_dagster_pipes
with open_dagster_pipes() as pipes:
    {body}
"""


@pytest.fixture
def pipes(instance: dg.DagsterInstance, watcher: Watcher, name: str, tmp_path: Path) -> Callable[[str], Execution]:
    def run(body: str) -> Execution:
        script = tmp_path / "script.py"
        script.write_text(SCRIPT.format(body=body))

        @dg.asset(name=name)
        def external(context: dg.AssetExecutionContext) -> Any:
            client = dg.PipesSubprocessClient()
            return client.run(command=[sys.executable, str(script)], context=context).get_materialize_result()

        materialize(instance, external)
        record_tick(instance, watcher)
        return only(watcher, name)

    return run


# Of what Dagster's own client calls.
WARNINGS = ("ignore:AssetExecutionContext:DeprecationWarning", "ignore:.*is currently in preview")


@pytest.mark.filterwarnings(*WARNINGS)
def test_the_error_of_an_external_process(pipes: Callable[[str], Execution]) -> None:
    error = pipes("raise ValueError('no file for today')").execution_metadata["error"]
    assert error["class"] == "ValueError"
    assert error["message"].splitlines()[0] == "no file for today"


@pytest.mark.filterwarnings(*WARNINGS, "ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_is_lost_of_an_external_process_is_a_warning(pipes: Callable[[str], Execution]) -> None:
    wrong = "{'rows': {'raw_value': [object], 'type': 'int'}}".replace("[object]", "'many'")
    execution = pipes(f"pipes.report_asset_materialization(metadata={wrong})")
    assert execution.state is SUCCEEDED
    assert "is lost" in execution.execution_metadata["warning"]


def test_a_load_whose_rows_could_not_be_counted_is_a_load(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    @dg.asset(name=name)
    def loads() -> None:
        raise Exception("Missing jobs metadata to retrieve row count.")  # as dagster-dlt does

    run_id = materialize(instance, loads).run_id
    record_tick(instance, watcher)
    execution = only(watcher, name)
    assert (execution.state, counts(execution)) == (SUCCEEDED, {})
    (run,) = [one for one in watcher.executions(limit=1_000) if one.external_id == run_id]
    assert (run.state, "failed_assets" in run.execution_metadata) == (FAILED, False)
    assert "could not be counted" in execution.execution_metadata["warning"]
    assert watcher.pipeline(name).last_target_update is None


# What counts is the log


def test_keys_with_a_slash_are_pipelines_of_their_own(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    instance.report_runless_asset_event(dg.AssetMaterialization([f"{name}/a"], metadata={"watcher/inserts": 1}))
    instance.report_runless_asset_event(dg.AssetMaterialization([name, "a"], metadata={"watcher/inserts": 2}))
    record_tick(instance, watcher)
    assert only(watcher, f"{name}\\/a").inserts == 1
    assert only(watcher, f"{name}/a").inserts == 2


def test_the_materialization_of_a_deleted_run_is_none(
    instance: dg.DagsterInstance, watcher: Watcher, name: str
) -> None:
    @dg.asset(name=name)
    def made() -> None: ...

    run_id, key = materialize(instance, made).run_id, dg.AssetKey(name)
    assert EventLog(instance).materialization(run_id, key) is not None
    instance.delete_run(run_id)
    assert EventLog(instance).materialization(run_id, key) is None
    record_tick(instance, watcher)
    assert name not in {pipeline.name for pipeline in watcher.pipelines()}

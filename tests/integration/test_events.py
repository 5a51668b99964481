"""Real runs, and what is made of their events; of all of them, and of the first few."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pytest

from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState
from watcher_dagster.identity import WATCHER_RUN_TAG
from watcher_dagster.recorder.events import translate_run, translate_runless, unknown_run, unreadable_run
from watcher_dagster.recorder.runlog import EVENT_TYPES
from watcher_dagster.runs import run_started

DAILY = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")
GRID = dg.MultiPartitionsDefinition({"day": DAILY, "colour": dg.StaticPartitionsDefinition(["red"])})
RANGE = {"dagster/asset_partition_range_start": "2024-01-02", "dagster/asset_partition_range_end": "2024-01-04"}
SUCCEEDED, FAILED, CANCELED, SKIPPED, RUNNING = (
    ExecutionState(state) for state in ("succeeded", "failed", "canceled", "skipped", "running")
)


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@dataclass
class Run:
    """A run that has been, which can be looked at as it was at any moment."""

    record: dg.RunRecord
    events: list[dg.EventLogRecord]

    def executions(self, *, until: int | None = None, status: dg.DagsterRunStatus | None = None) -> dict[str, Any]:
        """By what follows the run's id in the identity."""
        events = self.events if until is None else self.events[:until]
        run_id = self.record.dagster_run.run_id
        found = translate_run(self.as_status(status) if status else self.record, events)
        assert len({execution.external_id for execution in found}) == len(found)
        assert all(execution.parent_external_id == run_id for execution in found[1:])
        return {execution.external_id.removeprefix(run_id): execution for execution in found}

    def until(self, kind: str, number: int = 1) -> dict[str, Any]:
        """As it was seen right after an event, while it was running."""
        kinds = [event.event_log_entry.get_dagster_event().event_type_value for event in self.events]
        places = [place for place, found in enumerate(kinds, start=1) if found == kind]
        return self.executions(until=places[number - 1], status=dg.DagsterRunStatus.STARTED)

    def as_status(self, status: dg.DagsterRunStatus) -> dg.RunRecord:
        return dg.RunRecord(
            storage_id=self.record.storage_id,
            dagster_run=self.record.dagster_run.with_status(status),
            create_timestamp=self.record.create_timestamp,
            update_timestamp=self.record.update_timestamp,
            start_time=None,
            end_time=None,
        )

    def ends_as(self, kind: dg.DagsterEventType, *, after: str) -> dict[str, Any]:
        """As if the run had been ended right after an event."""
        status = (
            dg.DagsterRunStatus.FAILURE if kind is dg.DagsterEventType.RUN_FAILURE else dg.DagsterRunStatus.CANCELED
        )
        kinds = [event.event_log_entry.get_dagster_event().event_type_value for event in self.events]
        return self.executions(until=kinds.index(after) + 1, status=status)


class Runs:
    """Makes runs, once each."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance

    def of(self, *assets: Any, **options: Any) -> Run:
        return self.read(dg.materialize(assets, instance=self.instance, raise_on_error=False, **options).run_id)

    def read(self, run_id: str) -> Run:
        record = self.instance.get_run_record_by_id(run_id)
        assert record is not None
        events = self.instance.get_records_for_run(run_id, of_type=set(EVENT_TYPES)).records
        return Run(record, list(events))


@pytest.fixture(scope="module")
def runs(instance: dg.DagsterInstance) -> Runs:
    return Runs(instance)


def states(executions: dict[str, ExecutionRecord]) -> dict[str, str]:
    return {identity: execution.state.value for identity, execution in executions.items()}


@dg.op
def begin() -> int:
    return 1


@dg.op
def work(number: int) -> int:
    return number + 1


@dg.op
def break_down(number: int) -> int:
    raise ValueError(f"cannot work with {number}")


# Success


@pytest.fixture(scope="module")
def success(runs: Runs) -> Run:
    @dg.asset(key_prefix="shop")
    def orders() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"watcher/inserts": 3, "dagster/row_count": 7, "source": "api"})

    return runs.of(orders, tags={"dagster/schedule_name": "nightly", "mine": "x"})


def test_success(success: Run) -> None:
    executions = success.executions()
    assert states(executions) == {"": "succeeded", "/shop__orders/shop%2Forders": "succeeded"}

    run = executions[""]
    assert run.pipeline_name == "__ephemeral_asset_job__"
    assert run.pipeline_type_name == "job"
    assert run.execution_metadata == {
        "run_id": run.external_id,
        "job": "__ephemeral_asset_job__",
        "tags": {"dagster/schedule_name": "nightly"},
    }
    assert run.start_date == dt.datetime.fromtimestamp(success.record.start_time or 0, dt.UTC)
    assert run.end_date == dt.datetime.fromtimestamp(success.record.end_time or 0, dt.UTC)

    asset = executions["/shop__orders/shop%2Forders"]
    assert asset.pipeline_name == "shop/orders"
    assert asset.pipeline_type_name == "asset"
    assert (asset.inserts, asset.updates, asset.total_rows) == (3, None, 7)
    assert run.start_date <= asset.start_date < asset.end_date <= run.end_date
    assert asset.execution_metadata == {
        "run_id": run.external_id,
        "step_key": "shop__orders",
        "watcher/inserts": 3,
        "dagster/row_count": 7,
        "source": "api",
    }


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ASSET_MATERIALIZATION_PLANNED", {}),
        ("PIPELINE_START", {"": "running"}),
        ("STEP_START", {"": "running", "/shop__orders/shop%2Forders": "running"}),
        ("ASSET_MATERIALIZATION", {"": "running", "/shop__orders/shop%2Forders": "succeeded"}),
        ("PIPELINE_SUCCESS", {"": "succeeded", "/shop__orders/shop%2Forders": "succeeded"}),
    ],
)
def test_success_as_it_goes(success: Run, kind: str, expected: dict[str, str]) -> None:
    executions = success.until(kind)
    assert states(executions) == expected
    assert all((execution.end_date is None) == (execution.state is RUNNING) for execution in executions.values())


def test_the_events_are_newer_than_the_run(success: Run) -> None:
    assert success.executions(status=dg.DagsterRunStatus.STARTED)[""].state is SUCCEEDED


def test_a_run_whose_events_were_deleted_is_known_by_its_status(success: Run) -> None:
    executions = success.executions(until=0)
    assert states(executions) == {"": "succeeded"}
    assert executions[""].end_date == dt.datetime.fromtimestamp(success.record.end_time or 0, dt.UTC)


# Failure and cancellation


@pytest.fixture(scope="module")
def failure(runs: Runs) -> Run:
    @dg.asset
    def breaks() -> None:
        raise ValueError("no orders today")

    @dg.asset(deps=[breaks])
    def waits() -> None:
        pass

    return runs.of(breaks, waits)


def test_failure(failure: Run) -> None:
    executions = failure.executions()
    # The step of `waits` never started, because of the one that failed.
    assert states(executions) == {"": "failed", "/breaks/breaks": "failed", "/waits/waits": "blocked"}
    assert "error" not in executions["/waits/waits"].execution_metadata
    assert executions[""].execution_metadata["failed_assets"] == ["breaks"]
    error = executions["/breaks/breaks"].execution_metadata["error"]
    assert (error["class"], error["message"]) == ("ValueError", "no orders today")
    assert "raise ValueError" in error["stack"]
    assert executions[""].execution_metadata["error"]["class"] == "ValueError"
    assert executions[""].execution_metadata["failed_steps"] == ["breaks"]


def test_a_failed_step_is_seen_before_the_run_is_over(failure: Run) -> None:
    assert states(failure.until("STEP_FAILURE")) == {"": "running", "/breaks/breaks": "failed"}


@pytest.mark.parametrize(
    ("kind", "state"), [(dg.DagsterEventType.RUN_FAILURE, FAILED), (dg.DagsterEventType.RUN_CANCELED, CANCELED)]
)
def test_what_runs_when_the_run_is_over_is_over_too(failure: Run, kind: Any, state: ExecutionState) -> None:
    executions = failure.ends_as(kind, after="STEP_START")
    blocked = {"/waits/waits": "blocked"} if state is FAILED else {}
    assert states(executions) == {"": state.value, "/breaks/breaks": state.value, **blocked}
    assert executions["/breaks/breaks"].end_date == executions[""].end_date


@pytest.mark.parametrize("status", ["FAILURE", "CANCELED"])
def test_a_run_that_was_over_before_it_started(failure: Run, status: str) -> None:
    executions = failure.executions(until=2, status=dg.DagsterRunStatus(status))
    run = executions[""]
    assert run.state is (FAILED if status == "FAILURE" else CANCELED)
    assert run.start_date == run.end_date == failure.record.update_timestamp, "and not when it came into the queue"
    # What it was to materialize has failed with it, and is named.
    planned = {"/breaks/breaks": "failed", "/waits/waits": "failed"} if status == "FAILURE" else {}
    assert states(executions) == {"": run.state.value, **planned}


@pytest.mark.parametrize(
    ("before", "message"),
    [
        ("Run execution process for {} was terminated by signal 9 (SIGKILL).", "was terminated by signal 9 (SIGKILL)."),
        ("Run execution process for {} unexpectedly exited with code 1.", "unexpectedly exited with code 1."),
        ("Started process for run (pid: 1).", "This run has been marked as failed from outside the execution context."),
    ],
)
def test_why_a_run_was_ended_by_others(runs: Runs, instance: dg.DagsterInstance, before: str, message: str) -> None:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def ended() -> None:
        nothing()

    run = instance.create_run_for_job(ended, status=dg.DagsterRunStatus.STARTED)
    instance.report_engine_event(before.format(run.run_id), run)
    instance.report_run_failed(run)
    error = runs.read(run.run_id).executions()[""].execution_metadata["error"]
    assert error["message"].endswith(message)
    assert run.run_id not in error["message"]


def test_an_error_that_was_meant(runs: Runs) -> None:
    @dg.asset
    def gives_up() -> None:
        raise dg.Failure("nothing to do", metadata={"why": 1})

    error = runs.of(gives_up).executions()["/gives_up/gives_up"].execution_metadata["error"]
    assert (error["class"], error["message"]) == ("Failure", "nothing to do")


def test_the_error_of_an_endless_message_is_cut(runs: Runs) -> None:
    @dg.asset
    def talks() -> None:
        raise ValueError("x" * 100_000)

    error = runs.of(talks).executions()["/talks/talks"].execution_metadata["error"]
    assert sum(map(len, error.values())) < 5_000


# Steps


def test_a_step_that_is_retried_is_one_execution(runs: Runs) -> None:
    attempts = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=2))
    def flaky() -> None:
        attempts.append(1)
        if len(attempts) < 3:
            raise ValueError("again")

    run = runs.of(flaky)
    asset = run.executions()["/flaky/flaky"]
    assert (asset.state, asset.execution_metadata["attempts"]) == (SUCCEEDED, 3)
    assert "error" not in asset.execution_metadata
    assert asset.start_date == run.until("STEP_START")["/flaky/flaky"].start_date
    assert run.until("STEP_UP_FOR_RETRY")["/flaky/flaky"].state is RUNNING
    assert run.until("STEP_RESTARTED")["/flaky/flaky"].execution_metadata["attempts"] == 2


def test_a_step_whose_retries_all_fail(runs: Runs) -> None:
    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
    def hopeless() -> None:
        raise ValueError("again")

    asset = runs.of(hopeless).executions()["/hopeless/hopeless"]
    assert (asset.state, asset.execution_metadata["attempts"]) == (FAILED, 2)


@pytest.fixture(scope="module")
def several(runs: Runs) -> Run:
    @dg.multi_asset(specs=[dg.AssetSpec("first"), dg.AssetSpec("second", skippable=True), dg.AssetSpec("third")])
    def makes_several() -> Iterator[Any]:
        yield dg.MaterializeResult(asset_key="first", metadata={"dagster/row_count": 1})
        raise ValueError("the second")

    return runs.of(makes_several)


def test_what_a_step_made_before_it_failed_is_made(several: Run) -> None:
    assert states(several.executions()) == {
        "": "failed",
        "/makes_several/first": "succeeded",
        "/makes_several/second": "failed",
        "/makes_several/third": "failed",
    }
    assert states(several.until("ASSET_MATERIALIZATION")) == {
        "": "running",
        "/makes_several/first": "succeeded",
        "/makes_several/second": "running",
        "/makes_several/third": "running",
    }


def test_what_a_step_need_not_make_is_skipped(runs: Runs) -> None:
    @dg.asset(output_required=False)
    def optional() -> Iterator[Any]:
        yield from ()

    @dg.asset
    def needs(optional: Any) -> None:
        pass

    assert states(runs.of(optional, needs).executions()) == {"": "succeeded", "/optional/optional": "skipped"}


def test_a_step_that_dies_before_it_speaks(failure: Run) -> None:
    kept = [
        event for event in failure.events if event.event_log_entry.get_dagster_event().event_type_value != "STEP_START"
    ]
    asset = Run(failure.record, kept).executions()["/breaks/breaks"]
    assert asset.state is FAILED
    assert asset.start_date == asset.end_date


# Graphs


def test_a_graph_is_one_asset_from_its_first_step_on(runs: Runs) -> None:
    @dg.graph
    def inner(number: int) -> int:
        return work(number)

    @dg.graph_asset
    def graph() -> Any:
        return inner(work(begin()))

    run = runs.of(graph)
    executions = run.executions()
    assert states(executions) == {"": "succeeded", "/graph.inner.work/graph": "succeeded"}
    assert states(run.until("STEP_START")) == {"": "running", "/graph.inner.work/graph": "running"}
    starts = [
        event.event_log_entry.timestamp for event in run.events if event.event_log_entry.step_key == "graph.begin"
    ]
    assert executions["/graph.inner.work/graph"].start_date.timestamp() == pytest.approx(min(starts), abs=1e-5)


def test_a_failure_inside_a_graph_is_the_assets(runs: Runs) -> None:
    @dg.graph_asset
    def broken_graph() -> int:
        return work(break_down(begin()))

    run = runs.of(broken_graph)
    assert states(run.executions()) == {"": "failed", "/broken_graph.work/broken_graph": "failed"}
    asset = run.until("STEP_FAILURE")["/broken_graph.work/broken_graph"]
    assert (asset.state, asset.execution_metadata["error"]["message"]) == (FAILED, "cannot work with 1")


def test_in_a_graph_of_several_assets_one_failure_is_not_all_of_theirs(runs: Runs) -> None:
    @dg.graph_multi_asset(outs={"whole": dg.AssetOut(), "broken": dg.AssetOut()})
    def pair() -> Any:
        number = begin()
        return {"whole": work(number), "broken": break_down(number)}

    run = runs.of(pair)
    assert states(run.executions()) == {
        "": "failed",
        "/pair.work/whole": "succeeded",
        "/pair.break_down/broken": "failed",
    }
    assert run.until("STEP_FAILURE")["/pair.work/whole"].state in (RUNNING, SUCCEEDED)


# Partitions


def test_a_partition(runs: Runs) -> None:
    @dg.asset(partitions_def=DAILY)
    def daily() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"dagster/partition_row_count": 24})

    @dg.asset
    def whole() -> None:
        pass

    executions = runs.of(daily, whole, partition_key="2024-01-05").executions()
    assert set(executions) == {"", "/daily/daily/2024-01-05", "/whole/whole"}
    asset = executions["/daily/daily/2024-01-05"]
    assert asset.logical_date == dt.datetime(2024, 1, 5, tzinfo=dt.UTC)
    assert (asset.next_watermark, asset.total_rows) == ("2024-01-05", 24)
    assert asset.execution_metadata["partition"] == "2024-01-05"
    assert executions["/whole/whole"].logical_date is None
    run = executions[""]
    assert (run.logical_date, run.next_watermark) == (asset.logical_date, None)
    assert run.execution_metadata["partition"] == "2024-01-05"


def test_the_watermark_that_a_materialization_tells_wins(runs: Runs) -> None:
    @dg.asset(partitions_def=DAILY)
    def tells() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"watcher/next_watermark": "4711"})

    assert runs.of(tells, partition_key="2024-01-05").executions()["/tells/tells/2024-01-05"].next_watermark == "4711"


def test_a_partition_of_two_dimensions_has_a_date_and_no_watermark(runs: Runs) -> None:
    @dg.asset(partitions_def=GRID)
    def grid() -> None:
        pass

    asset = runs.of(grid, partition_key=dg.MultiPartitionKey({"day": "2024-01-05", "colour": "red"})).executions()[
        "/grid/grid/red|2024-01-05"
    ]
    assert (asset.logical_date, asset.next_watermark) == (dt.datetime(2024, 1, 5, tzinfo=dt.UTC), None)


@pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")
@pytest.mark.parametrize("subset", [False, True])
def test_a_range_of_partitions_in_one_step(runs: Runs, monkeypatch: pytest.MonkeyPatch, subset: bool) -> None:
    if subset:  # one event plans them all
        monkeypatch.setenv("DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS", "true")

    @dg.asset(partitions_def=DAILY, backfill_policy=dg.BackfillPolicy.single_run())
    def ranged(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        for number, key in enumerate(context.partition_keys):
            context.add_asset_metadata({"watcher/updates": number}, asset_key="ranged", partition_key=key)
        return dg.MaterializeResult(metadata={"watcher/inserts": 30, "dagster/row_count": 30})

    run = runs.of(ranged, tags=RANGE)
    executions = run.executions()
    assert states(executions) == {
        "": "succeeded",
        **{f"/ranged/ranged/2024-01-0{day}": "succeeded" for day in (2, 3, 4)},
    }
    found = [executions[f"/ranged/ranged/2024-01-0{day}"] for day in (2, 3, 4)]
    assert [(asset.inserts, asset.updates, asset.total_rows) for asset in found] == [
        (None, 0, None),
        (None, 1, None),
        (None, 2, None),
    ]
    assert [asset.next_watermark for asset in found] == ["2024-01-02", "2024-01-03", "2024-01-04"]
    assert {asset.execution_metadata["watcher/inserts"] for asset in found} == {30}
    assert set(states(run.until("STEP_START")).values()) == {"running"}
    half = run.until("ASSET_MATERIALIZATION", 2)
    assert [half[f"/ranged/ranged/2024-01-0{day}"].state for day in (2, 3, 4)] == [SUCCEEDED, SUCCEEDED, RUNNING]
    assert half["/ranged/ranged/2024-01-03"].updates is None  # while nobody can tell whose numbers they are


# Jobs of ops


def test_a_job_without_assets_is_one_execution(runs: Runs) -> None:
    @dg.job
    def tidies() -> None:
        begin()

    (run,) = runs.read(tidies.execute_in_process(instance=runs.instance).run_id).executions().values()
    assert (run.pipeline_name, run.state) == ("tidies", SUCCEEDED)


def test_dynamic_steps_and_assets_that_nobody_planned(runs: Runs) -> None:
    @dg.op(out=dg.DynamicOut())
    def fans_out() -> Iterator[Any]:
        for letter in "xy":
            yield dg.DynamicOutput(letter, mapping_key=letter)

    @dg.op
    def tells(context: dg.OpExecutionContext, letter: str) -> None:
        context.log_event(
            dg.AssetMaterialization(["odd/key", "ü\\%"], partition=f"{letter}/1", metadata={"rows_loaded": 2})
        )

    @dg.job
    def fans() -> None:
        fans_out().map(tells)

    run = runs.read(fans.execute_in_process(instance=runs.instance).run_id)
    executions = run.executions()
    assert set(executions) == {"", *(f"/tells[{letter}]/odd%252Fkey%2Fü\\%2525/{letter}%2F1" for letter in "xy")}
    asset = executions["/tells[x]/odd%252Fkey%2Fü\\%2525/x%2F1"]
    assert (asset.pipeline_name, asset.inserts) == ("odd\\/key/ü\\%", 2)
    assert asset.start_date < asset.end_date


def test_our_own_runs_are_not_recorded(runs: Runs) -> None:
    @dg.job(tags={WATCHER_RUN_TAG: "true"})
    def watcher_tidies() -> None:
        begin()

    assert runs.read(watcher_tidies.execute_in_process(instance=runs.instance).run_id).executions() == {}


def test_a_run_that_starts_is_told_of_as_the_recorder_will(success: Run) -> None:
    run = success.until("PIPELINE_START")[""]
    assert run_started(success.record.dagster_run, run.start_date) == run


# Without a run


@pytest.fixture(scope="module")
def runless(instance: dg.DagsterInstance) -> list[dg.EventLogRecord]:
    for materialization in (
        dg.AssetMaterialization(["ext", "a"], partition="2024-01-05", metadata={"dagster/row_count": 5}),
        dg.AssetMaterialization("b", metadata={"watcher/execution_id": 7}),
        dg.AssetMaterialization("b", tags={"watcher/execution_id": "7"}),
    ):
        instance.report_runless_asset_event(materialization)
    return list(instance.get_records_for_run("", of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records)


def test_a_materialization_without_a_run(runless: list[dg.EventLogRecord]) -> None:
    event = runless[0]
    at = event.event_log_entry.timestamp
    assert translate_runless(event, "instance") == ExecutionRecord(
        pipeline_name="ext/a",
        pipeline_type_name="asset",
        source=ExecutionSource.DAGSTER,
        external_id=f"runless/instance/{event.storage_id}@{at:.6f}/ext%2Fa",
        former_external_id=f"runless/{event.storage_id}/ext%2Fa",
        state=SUCCEEDED,
        start_date=dt.datetime.fromtimestamp(event.event_log_entry.timestamp, dt.UTC),
        end_date=dt.datetime.fromtimestamp(event.event_log_entry.timestamp, dt.UTC),
        scope="2024-01-05",
        logical_date=dt.datetime(2024, 1, 5, tzinfo=dt.UTC),
        next_watermark="2024-01-05",
        total_rows=5,
        execution_metadata={"dagster/row_count": 5, "partition": "2024-01-05"},
    )


def test_what_we_told_dagster_is_not_told_to_us(runless: list[dg.EventLogRecord]) -> None:
    assert [translate_runless(event, "instance") for event in runless[1:]] == [None, None]


# What cannot be read


def test_a_run_that_cannot_be_read_is_recorded_with_the_reason(success: Run) -> None:
    (run,) = unreadable_run(success.record, "x" * 10_000)
    assert run.state is SUCCEEDED
    assert run.execution_metadata["recorder_error"] == "x" * 2_000
    assert unreadable_run(success.as_status(dg.DagsterRunStatus.NOT_STARTED), "unknown class") == []


def test_a_run_of_which_only_the_end_is_known() -> None:
    run = unknown_run("id", "job", FAILED, 1_700_000_000.0, "unknown class")
    assert (run.pipeline_name, run.external_id, run.state) == ("job", "id", FAILED)
    assert run.start_date == run.end_date == dt.datetime.fromtimestamp(1_700_000_000, dt.UTC)

"""The recorder, on real runs in a real Dagster instance whose event log is in PostgreSQL."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.events import EngineEventData

from watcher_core import DatabaseUnavailableError, Execution, ExecutionState, RecorderState, Settings, Watcher
from watcher_core.database.engine import normalize_url
from watcher_dagster import WatcherResource, build_watcher_recorder_sensor, compat
from watcher_dagster.identity import WATCHER_RUN_TAG, materialization_identity
from watcher_dagster.recorder import batch, runs
from watcher_dagster.recorder.cursor import MAX_TRIES
from watcher_dagster.recorder.eventlog import EventLog
from watcher_dagster.recorder.events import translate_log
from watcher_dagster.recorder.runlog import RunLog
from watcher_dagster.recorder.tick import record_tick

DAILY = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")
RANGE = {"dagster/asset_partition_range_start": "2024-01-02", "dagster/asset_partition_range_end": "2024-01-04"}

SUCCEEDED, FAILED, CANCELED, RUNNING = (
    ExecutionState(state) for state in ("succeeded", "failed", "canceled", "running")
)


class Platform:
    """A Dagster instance, and the Watcher that remembers it."""

    def __init__(self, instance: dg.DagsterInstance, watcher: Watcher) -> None:
        self.instance = instance
        self.watcher = watcher

    def materialize(self, *assets: Any, **options: Any) -> str:
        return dg.materialize(assets, instance=self.instance, raise_on_error=False, **options).run_id

    def tick(self, **options: Any) -> str:
        return record_tick(self.instance, self.watcher, **options)

    def executions(self, run_id: str) -> dict[str, Execution]:
        """The executions of a run, by what follows its id in their identity."""
        found = [one for one in self.watcher.executions(limit=100_000) if one.external_id.split("/")[0] == run_id]
        return {one.external_id.removeprefix(run_id): one for one in found}

    def states(self, run_id: str) -> dict[str, str]:
        return {identity: one.state.value for identity, one in self.executions(run_id).items()}

    def only(self, pipeline: str) -> Execution:
        (execution,) = self.watcher.executions(pipeline=pipeline)
        return execution

    @property
    def state(self) -> RecorderState:
        (state,) = self.watcher.recorder_states()
        return state


@pytest.fixture(scope="module")
def shared(module_dagster_instance: dg.DagsterInstance, module_watcher: Watcher) -> Platform:
    """For cases that do not get into each other's way."""
    return Platform(module_dagster_instance, module_watcher)


@pytest.fixture
def platform(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> Platform:
    """For cases that need an event log of their own."""
    return Platform(dagster_instance, watcher)


@pytest.fixture
def database(database_url: str) -> Iterator[sa.Engine]:
    """Dagster's tables and ours, for tests that break or multiply what is in them."""
    engine = sa.create_engine(normalize_url(database_url))
    yield engine
    engine.dispose()


def wait_until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait for another process, and give what the condition gave."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came to that"
        threading.Event().wait(0.05)
    return found


@dg.op
def begin() -> int:
    return 1


@dg.op
def work(number: int) -> int:
    return number + 1


@dg.asset
def plain() -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(metadata={"dagster/row_count": 7})


# Runs of every kind


def test_success(shared: Platform) -> None:
    @dg.asset(key_prefix=["shop", "eu"])
    def orders() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(
            metadata={"watcher/inserts": 150, "watcher/updates": 25, "watcher/total_rows": 175, "source": "api"}
        )

    run_id = shared.materialize(orders, tags={"dagster/schedule_name": "nightly"})
    shared.tick()
    executions = shared.executions(run_id)
    run, asset = executions[""], executions["/shop__eu__orders/shop%2Feu%2Forders"]
    assert len(executions) == 2
    assert (asset.pipeline_name, asset.state, asset.parent_id) == ("shop/eu/orders", SUCCEEDED, run.id)
    assert (asset.inserts, asset.updates, asset.soft_deletes, asset.total_rows) == (150, 25, None, 175)
    assert asset.execution_metadata["source"] == "api"
    assert run.execution_metadata["tags"] == {"dagster/schedule_name": "nightly"}
    assert run.end_date is not None
    assert asset.end_date is not None
    assert run.start_date <= asset.start_date < asset.end_date <= run.end_date
    pipeline = shared.watcher.pipeline("shop/eu/orders")
    assert pipeline.last_target_insert == asset.end_date


def test_failure(shared: Platform) -> None:
    @dg.asset
    def breaks() -> None:
        raise ValueError("no orders today")

    @dg.asset(deps=[breaks])
    def waits() -> None:
        pass

    run_id = shared.materialize(breaks, waits)
    shared.tick()
    assert shared.states(run_id) == {"": "failed", "/breaks/breaks": "failed", "/waits/waits": "blocked"}
    error = shared.executions(run_id)["/breaks/breaks"].execution_metadata["error"]
    assert (error["class"], error["message"]) == ("ValueError", "no orders today")


def test_step_retry(shared: Platform) -> None:
    attempts: list[int] = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
    def flaky() -> None:
        attempts.append(1)
        if len(attempts) < 2:
            raise ValueError("again")

    run_id = shared.materialize(flaky)
    shared.tick()
    execution = shared.executions(run_id)["/flaky/flaky"]
    assert (execution.state, execution.execution_metadata["attempts"]) == (SUCCEEDED, 2)


def test_multi_asset_step(shared: Platform) -> None:
    @dg.multi_asset(specs=[dg.AssetSpec("first"), dg.AssetSpec("second")])
    def makes_both() -> Iterator[Any]:
        yield dg.MaterializeResult(asset_key="first", metadata={"dagster/row_count": 1})
        yield dg.MaterializeResult(asset_key="second", metadata={"dagster/row_count": 2})

    run_id = shared.materialize(makes_both)
    shared.tick()
    executions = shared.executions(run_id)
    assert {identity: one.total_rows for identity, one in executions.items()} == {
        "": None,
        "/makes_both/first": 1,
        "/makes_both/second": 2,
    }


def test_graph_asset(shared: Platform) -> None:
    @dg.graph_asset
    def graph() -> int:
        return work(work(begin()))

    run_id = shared.materialize(graph)
    shared.tick()
    assert shared.states(run_id) == {"": "succeeded", "/graph.work_2/graph": "succeeded"}


def test_partitioned_run(shared: Platform) -> None:
    @dg.asset(partitions_def=DAILY)
    def daily() -> None:
        pass

    for day in ("2024-01-06", "2024-01-05"):
        shared.materialize(daily, partition_key=day)
    shared.tick()
    older, newer = sorted(shared.watcher.executions(pipeline="daily"), key=lambda one: str(one.logical_date))
    assert (older.logical_date, older.next_watermark) == (dt.datetime(2024, 1, 5, tzinfo=dt.UTC), "2024-01-05")
    assert newer.execution_metadata["partition"] == "2024-01-06"
    assert shared.watcher.pipeline("daily").watermark == "2024-01-06"  # the older partition came later


@pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")
def test_single_run_backfill_over_many_partitions(shared: Platform) -> None:
    @dg.asset(partitions_def=DAILY, backfill_policy=dg.BackfillPolicy.single_run())
    def ranged() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"watcher/inserts": 30})

    run_id = shared.materialize(ranged, tags=RANGE)
    shared.tick()
    executions = shared.executions(run_id)
    assert set(executions) == {"", *(f"/ranged/ranged/2024-01-0{day}" for day in (2, 3, 4))}
    assert {one.inserts for one in executions.values()} == {None}  # 30 in all, not 90
    assert shared.watcher.pipeline("ranged").watermark == "2024-01-04"


def test_op_job_without_assets(shared: Platform) -> None:
    @dg.job
    def tidies() -> None:
        begin()

    run_id = tidies.execute_in_process(instance=shared.instance).run_id
    shared.tick()
    assert shared.states(run_id) == {"": "succeeded"}
    assert shared.only("tidies").external_id == run_id


def test_dynamic_step_keys(shared: Platform) -> None:
    @dg.op(out=dg.DynamicOut())
    def fans_out() -> Iterator[Any]:
        for letter in "xy":
            yield dg.DynamicOutput(letter, mapping_key=letter)

    @dg.op
    def tells(context: dg.OpExecutionContext, letter: str) -> None:
        context.log_event(dg.AssetMaterialization("fanned", metadata={"rows_loaded": 3}))

    @dg.job
    def fans() -> None:
        fans_out().map(tells)

    run_id = fans.execute_in_process(instance=shared.instance).run_id
    shared.tick()
    assert shared.states(run_id) == {
        "": "succeeded",
        "/tells[x]/fanned": "succeeded",
        "/tells[y]/fanned": "succeeded",
    }


@dg.asset
def sound() -> None:
    pass


@dg.asset(deps=[sound])
def fragile(context: dg.AssetExecutionContext) -> None:
    if context.run.parent_run_id is None:
        raise ValueError("only the first time")


def resumable() -> dg.JobDefinition:
    job = dg.define_asset_job("resumable", executor_def=dg.in_process_executor)
    return dg.Definitions(assets=[sound, fragile], jobs=[job]).resolve_job_def("resumable")


def test_re_execution_from_failure(shared: Platform) -> None:
    job = dg.reconstructable(resumable)
    with dg.execute_job(job, shared.instance) as first:
        shared.tick()
        assert shared.states(first.run_id) == {"": "failed", "/sound/sound": "succeeded", "/fragile/fragile": "failed"}
        options = dg.ReexecutionOptions.from_failure(first.run_id, shared.instance)
        with dg.execute_job(job, shared.instance, reexecution_options=options) as second:
            shared.tick()
            assert shared.states(second.run_id) == {"": "succeeded", "/fragile/fragile": "succeeded"}
    run = shared.executions(second.run_id)[""]
    assert run.execution_metadata["parent_run_id"] == first.run_id
    assert run.execution_metadata["root_run_id"] == first.run_id
    assert run.execution_metadata["duration_of"] == "step"  # of one of two


def test_a_run_that_failed_waits_until_dagster_says_whether_it_retries_it(
    dagster_home: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (dagster_home / "dagster.yaml").open("a") as file:
        file.write("run_retries:\n  enabled: true\n")

    @dg.asset
    def breaks() -> None:
        raise ValueError("no orders today")

    with dg.DagsterInstance.from_config(str(dagster_home)) as instance:
        platform = Platform(instance, watcher)
        add_run_tags = instance.add_run_tags
        states: list[dict[str, str]] = []

        def say(run_id: str, new_tags: Any) -> None:
            platform.tick()  # the run has failed by then
            states.append(platform.states(run_id))
            add_run_tags(run_id, new_tags)

        monkeypatch.setattr(instance, "add_run_tags", say)
        run_id = platform.materialize(breaks, tags={"dagster/max_retries": "1"})
        assert states == [{}]
        platform.tick()
        assert platform.executions(run_id)[""].execution_metadata["will_retry"] is True
        assert watcher.check_failures() == []
        assert platform.state.cursor["unread"] == {}


def test_a_run_that_fails_while_it_is_read_waits_as_well(
    dagster_home: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its record says that it goes on, its events that it has failed; whether it is retried neither says yet."""
    with (dagster_home / "dagster.yaml").open("a") as file:
        file.write("run_retries:\n  enabled: true\n")
    records: list[dg.RunRecord] = []

    @dg.asset
    def breaks(context: dg.AssetExecutionContext) -> None:
        records.extend(context.instance.get_run_records(dg.RunsFilter(run_ids=[context.run.run_id])))
        raise ValueError("no orders today")

    with dg.DagsterInstance.from_config(str(dagster_home)) as instance:
        platform = Platform(instance, watcher)
        add_run_tags = instance.add_run_tags
        states: list[dict[str, str]] = []

        def say(run_id: str, new_tags: Any) -> None:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(EventLog, "open_runs", lambda _: ({run_id: records[0]}, {}))
                platform.tick()
            states.append(platform.states(run_id))
            add_run_tags(run_id, new_tags)

        monkeypatch.setattr(instance, "add_run_tags", say)
        run_id = platform.materialize(breaks, tags={"dagster/max_retries": "1"})
        assert records[0].dagster_run.status is dg.DagsterRunStatus.STARTED
        assert states == [{}]
        platform.tick()
        assert platform.executions(run_id)[""].execution_metadata["will_retry"] is True
        assert watcher.check_failures() == []
        assert platform.state.cursor["unread"] == {}


def test_asset_keys_with_several_parts_and_odd_characters(shared: Platform) -> None:
    keys = [["a/b"], ["a", "b"], ["ü \\%"], ['\'; DROP TABLE "x"', "日本"], ["ü" * 70]]

    @dg.op
    def tells_odd(context: dg.OpExecutionContext) -> None:
        for key in keys:
            context.log_event(dg.AssetMaterialization(key, partition="p/1|p\\2"))

    @dg.job
    def odd() -> None:
        tells_odd()

    run_id = odd.execute_in_process(instance=shared.instance).run_id
    shared.tick()
    executions = shared.executions(run_id)
    assert {one.external_id for one in executions.values()} == {
        run_id,
        *(materialization_identity(run_id, "tells_odd", dg.AssetKey(key), "p/1|p\\2") for key in keys),
    }
    names = {one.pipeline_name for one in executions.values()}
    assert {"odd", "a/b", "ü \\%", '\'; DROP TABLE "x"/日本'} < names


def test_a_tick_opens_one_connection_to_each_storage_of_dagster(watcher: Watcher, dagster_home: Path) -> None:
    opened: list[str] = []
    with dg.DagsterInstance.from_config(str(dagster_home)) as instance:  # as the daemon opens it
        dg.materialize([plain], instance=instance)
        record_tick(instance, watcher)  # the first time makes the id of the instance
        dg.materialize([plain], instance=instance)
        storages: dict[str, Any] = {"events": instance.event_log_storage, "runs": instance.run_storage}
        for name, storage in storages.items():
            sa.event.listen(storage._engine, "connect", lambda *_, name=name: opened.append(name))
        assert record_tick(instance, watcher) == "recorded 1 run, 2 executions"
        assert sorted(opened) == ["events", "runs", "runs"]  # who reads the id of the instance has one before
        opened.clear()
        instance.get_run_records()
        assert opened  # after the tick, each question has a connection of its own again


def test_our_own_runs_are_not_recorded(shared: Platform) -> None:
    @dg.job(tags={WATCHER_RUN_TAG: "true"})
    def watcher_own() -> None:
        begin()

    run_id = watcher_own.execute_in_process(instance=shared.instance).run_id
    shared.tick()
    assert shared.executions(run_id) == {}


def test_what_the_resource_recorded_stays(shared: Platform, module_database_url: str) -> None:
    @dg.asset
    def tracked(context: dg.AssetExecutionContext, watcher: WatcherResource) -> dg.MaterializeResult[Any]:
        with watcher.track(context, next_watermark="40") as execution:
            execution.record(inserts=4, total_rows=40, execution_metadata={"mine": 1})
        return dg.MaterializeResult(metadata={"watcher/inserts": 5, "dagster/row_count": 50, "source": "api"})

    resource = WatcherResource(database_url=module_database_url)
    run_id = shared.materialize(tracked, resources={"watcher": resource})
    resource.get_client().close()
    before = shared.only("tracked")
    shared.tick()
    execution = shared.only("tracked")
    assert execution.id == before.id
    assert (execution.inserts, execution.total_rows, execution.next_watermark) == (4, 40, "40")
    assert (execution.start_date, execution.end_date) == (before.start_date, before.end_date)
    assert execution.parent_id == shared.executions(run_id)[""].id
    assert execution.execution_metadata.items() >= {"mine": 1, "step_key": "tracked", "source": "api"}.items()


# Materializations without a run


def test_what_an_op_tracks_ends_with_its_run_where_its_process_cannot_say_so(
    shared: Platform, module_database_url: str
) -> None:
    left: list[Any] = []

    @dg.op
    def load(context: dg.OpExecutionContext, watcher: WatcherResource) -> None:
        left.append(watcher.track(context, pipeline="load-orders"))
        left[0].__enter__()  # and the process is killed: nobody leaves the block
        raise ValueError("as if the worker was lost")

    @dg.job(resource_defs={"watcher": WatcherResource(database_url=module_database_url)})
    def loads() -> None:
        load()

    run_id = loads.execute_in_process(instance=shared.instance, raise_on_error=False).run_id
    assert shared.only("load-orders").state is RUNNING
    shared.tick()
    run, ended = shared.executions(run_id)[""], shared.only("load-orders")
    assert (ended.state, ended.end_date, ended.parent_id) == (FAILED, run.end_date, run.id)
    assert ended.execution_metadata["error"] == run.execution_metadata["error"]
    left[0].__exit__(None, None, None)  # the worker was not lost after all
    assert shared.only("load-orders").state is SUCCEEDED
    shared.tick()
    assert shared.only("load-orders").state is SUCCEEDED


def test_runless_materializations(platform: Platform) -> None:
    def report(rows: int, **told: Any) -> None:
        platform.instance.report_runless_asset_event(
            dg.AssetMaterialization("outside", metadata={"dagster/row_count": rows, **told}, partition="2024-01-05")
        )

    report(5)
    platform.tick()
    first = platform.only("outside")
    assert (first.total_rows, first.parent_id, first.logical_date) == (5, None, dt.datetime(2024, 1, 5, tzinfo=dt.UTC))
    assert first.start_date == first.end_date
    report(6)
    report(7, **{"watcher/execution_id": 1})  # Watcher's own report of an execution
    platform.tick()
    platform.tick()
    assert [one.total_rows for one in platform.watcher.executions(pipeline="outside")] == [6, 5]


def test_many_runless_materializations(platform: Platform, database: sa.Engine) -> None:
    platform.instance.report_runless_asset_event(dg.AssetMaterialization("outside"))
    multiply_events(database, "", 1_200)
    platform.tick()
    assert len(platform.watcher.executions(pipeline="outside", limit=10_000)) == 1_201
    with database.begin() as connection:  # as if the first of them were older than the overlap
        connection.execute(sa.text("UPDATE event_logs SET timestamp = timestamp - interval '1 hour'"))
    platform.tick()
    assert len(platform.watcher.executions(pipeline="outside", limit=10_000)) == 1_201


# Runs that go on


def test_a_run_that_is_still_going(platform: Platform) -> None:
    started, released = threading.Event(), threading.Event()

    @dg.asset
    def slow() -> None:
        started.set()
        assert released.wait(60)

    @dg.asset(deps=[slow])
    def later() -> None:
        pass

    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(platform.materialize(slow, later)))
    thread.start()
    try:
        assert started.wait(60)
        assert "1 run going on" in platform.tick()
        (run_id,) = platform.state.cursor["open"]
        assert platform.states(run_id) == {"": "running", "/slow/slow": "running"}
        platform.tick()
        assert platform.executions(run_id)["/slow/slow"].end_date is None
    finally:
        released.set()
        thread.join()
    platform.tick()
    assert found == [run_id]
    assert platform.states(run_id) == {"": "succeeded", "/slow/slow": "succeeded", "/later/later": "succeeded"}
    assert platform.state.cursor["open"] == {}


STUCK = """
import threading

import dagster as dg

@dg.asset
def stuck():
    threading.Event().wait()

@dg.asset
def behind(stuck):
    pass

@dg.op
def nothing():
    pass

@dg.job
def nightly():
    nothing()

jobs = [nightly, dg.define_asset_job("stuck_job", executor_def=dg.in_process_executor)]
defs = dg.Definitions(assets=[stuck, behind], jobs=jobs)
"""


@pytest.fixture
def stuck_run(platform: Platform, dagster_home: Path, tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A run in a process of its own, in the middle of a step that never ends."""
    definitions = tmp_path / "stuck.py"
    definitions.write_text(STUCK)
    with subprocess.Popen(
        [sys.executable, "-m", "dagster", "job", "execute", "-f", str(definitions), "-j", "stuck_job"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "DAGSTER_HOME": str(dagster_home)},
        start_new_session=True,
    ) as process:
        try:
            (run,) = wait_until(platform.instance.get_runs)
            wait_until(
                lambda: (
                    platform.instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.STEP_START).records
                )
            )
            platform.tick()
            assert platform.states(run.run_id) == {"": "running", "/stuck/stuck": "running"}
            yield run.run_id, process
        finally:
            if process.poll() is None:
                process.kill()


def test_cancellation(platform: Platform, stuck_run: tuple[str, subprocess.Popen[bytes]]) -> None:
    run_id, process = stuck_run
    run = platform.instance.get_run_by_id(run_id)
    assert run is not None
    platform.instance.report_run_canceling(run)
    process.send_signal(signal.SIGINT)
    process.wait(60)
    platform.tick()
    assert platform.states(run_id) == {"": "canceled", "/stuck/stuck": "canceled"}


@pytest.mark.parametrize("said_first", ["by the run", "by the monitor"])
def test_a_run_that_takes_too_long_has_failed_whoever_says_first_that_it_is_over(
    platform: Platform, stuck_run: tuple[str, subprocess.Popen[bytes]], said_first: str
) -> None:
    """Dagster's monitor stops it as one that is canceled, and so may say the run, after the monitor has failed it."""
    run_id, process = stuck_run
    run = platform.instance.get_run_by_id(run_id)
    assert run is not None
    platform.instance.report_run_canceling(run, "Canceling due to exceeding maximum runtime of 5 seconds.")
    process.send_signal(signal.SIGINT)
    process.wait(60)
    platform.tick()
    assert platform.states(run_id) == {"": "failed", "/stuck/stuck": "failed", "/behind/behind": "blocked"}
    reason = {"message": "Exceeded maximum runtime of 5 seconds."}
    assert platform.executions(run_id)[""].execution_metadata["error"] == reason
    platform.instance.report_run_failed(run, "Exceeded maximum runtime of 5 seconds.")
    if said_first == "by the monitor":
        platform.instance.report_run_canceled(run)
    platform.tick()
    assert platform.executions(run_id)[""].state is FAILED
    assert platform.executions(run_id)[""].execution_metadata["error"] == reason


def test_a_run_killed_that_dagster_later_marks_failed(
    platform: Platform, stuck_run: tuple[str, subprocess.Popen[bytes]]
) -> None:
    run_id, process = stuck_run
    process.kill()
    process.wait(60)
    platform.tick()
    assert platform.states(run_id) == {"": "running", "/stuck/stuck": "running"}  # Dagster does not know yet
    run = platform.instance.get_run_by_id(run_id)
    assert run is not None
    platform.instance.report_run_failed(run, "the process of the run is gone")
    platform.tick()
    assert platform.states(run_id) == {"": "failed", "/stuck/stuck": "failed", "/behind/behind": "blocked"}
    executions = platform.executions(run_id)
    assert executions["/stuck/stuck"].end_date == executions[""].end_date
    assert executions["/stuck/stuck"].execution_metadata["error"]["message"] == "the process of the run is gone"


def test_two_code_locations_with_jobs_of_the_same_name(platform: Platform, dagster_home: Path, tmp_path: Path) -> None:
    launches = []
    for location in ("shop.py", "office.py"):
        (tmp_path / location).write_text(STUCK)
        command = [sys.executable, "-m", "dagster", "job", "launch", "-f", str(tmp_path / location), "-j", "nightly"]
        environment = {**os.environ, "DAGSTER_HOME": str(dagster_home)}
        launches.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment))
    for launch in launches:
        _, errors = launch.communicate(timeout=120)
        assert launch.returncode == 0, errors
    platform.tick()
    assert platform.watcher.executions() == []  # nothing has started
    for run in platform.instance.get_runs():
        platform.instance.report_run_canceled(run)  # in the queue: there is no daemon that takes them from there
    platform.tick()
    executions = platform.watcher.executions()
    assert {one.pipeline_name for one in executions} == {"shop.py/nightly", "office.py/nightly"}
    assert all(one.state is CANCELED and one.start_date == one.end_date for one in executions)


def test_two_repositories_of_a_code_location_with_jobs_of_the_same_name(platform: Platform) -> None:
    broken = {"sales"}

    @dg.op
    def load(context: dg.OpExecutionContext) -> None:
        if context.run.tags[compat.REPOSITORY_TAG].split("@")[0] in broken:
            raise ValueError("no orders today")

    @dg.job
    def nightly() -> None:
        load()

    def failing(repository: str) -> bool:
        tags = {compat.REPOSITORY_TAG: f"{repository}@etl"}
        nightly.execute_in_process(instance=platform.instance, tags=tags, raise_on_error=False)
        platform.tick()
        return "etl/nightly" in {finding.pipeline_name for finding in platform.watcher.check_failures()}

    assert failing("sales")
    assert failing("stock")
    broken.add("stock")
    assert failing("stock")
    broken.clear()
    assert failing("stock")
    assert not failing("sales")


def test_a_run_that_is_deleted_while_it_runs(platform: Platform) -> None:
    started, released = threading.Event(), threading.Event()

    @dg.asset
    def doomed() -> None:
        started.set()
        assert released.wait(60)

    thread = threading.Thread(target=lambda: platform.materialize(doomed))
    thread.start()
    try:
        assert started.wait(60)
        platform.tick()
        (run_id,) = platform.state.cursor["open"]
    finally:
        released.set()
        thread.join()
    platform.instance.delete_run(run_id)
    platform.tick()
    assert platform.states(run_id) == {"": "canceled", "/doomed/doomed": "canceled"}
    assert platform.state.cursor["open"] == {}


# The log of ends


def test_ticks_without_news(platform: Platform) -> None:
    run_id = platform.materialize(plain)
    assert platform.tick() == "recorded 1 of 1 run; history is read back"
    written = platform.executions(run_id)
    assert platform.tick() == "nothing new"
    assert platform.executions(run_id) == written
    assert platform.state.lag_seconds == 0
    platform.materialize(plain)
    assert platform.tick() == "recorded 1 run, 2 executions"


def test_an_instance_without_history(platform: Platform) -> None:
    assert platform.tick() == "nothing new"
    platform.materialize(plain)
    assert platform.tick() == "recorded 1 run, 2 executions"


def test_history_goes_back_as_far_as_it_is_wanted(platform: Platform, database: sa.Engine) -> None:
    old, new = platform.materialize(plain), platform.materialize(plain)
    shift(database, old, days=40)
    platform.tick()
    assert platform.states(old) == {}
    assert platform.states(new) == {"": "succeeded", "/plain/plain": "succeeded"}


def test_an_end_that_comes_up_late_with_a_lower_storage_id(platform: Platform, database: sa.Engine) -> None:
    late, other = platform.materialize(plain), platform.materialize(plain)
    with database.begin() as connection:  # as if its transaction were not yet committed
        connection.execute(sa.text("CREATE TABLE hidden AS SELECT * FROM event_logs WHERE run_id = :id"), {"id": late})
        connection.execute(sa.text("DELETE FROM event_logs WHERE run_id = :id"), {"id": late})
    platform.tick()
    assert platform.states(other) == {"": "succeeded", "/plain/plain": "succeeded"}
    with database.begin() as connection:
        connection.execute(sa.text("INSERT INTO event_logs SELECT * FROM hidden"))
    platform.tick()
    assert platform.states(late) == {"": "succeeded", "/plain/plain": "succeeded"}


@pytest.mark.parametrize("kind", ["STEP_WORKER_STARTING", "ENGINE_EVENT"])  # of Dagster's own processes, of Celery
def test_a_step_that_was_about_to_start_when_its_run_failed_goes_on(
    platform: Platform, database: sa.Engine, kind: str
) -> None:
    """The worker of the run was killed, and another step had failed: no event says yet that this one runs."""

    @dg.asset
    def breaks() -> None:
        raise ValueError

    @dg.asset
    def lasts() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"dagster/row_count": 7})

    run_id = platform.materialize(breaks, lasts)
    with database.begin() as connection:
        of_step = f"run_id = '{run_id}' AND step_key = 'lasts' AND dagster_event_type NOT LIKE '%PLANNED'"
        connection.execute(sa.text(f"CREATE TABLE hidden AS SELECT * FROM event_logs WHERE {of_step}"))
        connection.execute(sa.text(f"DELETE FROM event_logs WHERE {of_step}"))
    about_to_start = dg.DagsterEvent(kind, "job", step_key="lasts", event_specific_data=EngineEventData())
    platform.instance.report_dagster_event(about_to_start, run_id)
    platform.tick()
    assert platform.states(run_id) == {"": "failed", "/breaks/breaks": "failed", "/lasts/lasts": "blocked"}
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE hidden SET id = id + 1000"))
        connection.execute(sa.text("INSERT INTO event_logs SELECT * FROM hidden"))
    platform.tick()
    assert platform.states(run_id) == {"": "failed", "/breaks/breaks": "failed", "/lasts/lasts": "succeeded"}
    assert platform.executions(run_id)["/lasts/lasts"].total_rows == 7


def test_an_end_that_is_taken_back(platform: Platform) -> None:
    run_id = platform.materialize(plain)
    run = platform.instance.get_run_by_id(run_id)
    assert run is not None
    platform.instance.report_run_failed(run, "run monitoring thought so")
    platform.tick()
    assert platform.executions(run_id)[""].state is FAILED
    platform.instance.report_run_canceled(run)
    platform.tick()
    assert platform.executions(run_id)[""].state is CANCELED


def test_a_log_that_is_restored_from_a_backup(platform: Platform, database: sa.Engine) -> None:
    for _ in range(3):
        platform.materialize(plain)
    platform.tick()
    for run in platform.instance.get_runs()[:2]:
        platform.instance.delete_run(run.run_id)
    with database.begin() as connection:  # the next storage id is one that was seen before
        connection.execute(sa.text("UPDATE event_logs SET timestamp = timestamp - interval '1 hour'"))
        connection.execute(
            sa.text("UPDATE event_logs SET event = replace(event, '\"timestamp\": 1', '\"timestamp\": 0')")
        )
        connection.execute(sa.text("UPDATE watcher.recorder SET cursor = cursor || '{\"position\": 1000000}'"))
    platform.tick()
    run_id = platform.materialize(plain)
    platform.tick()
    assert platform.states(run_id) == {"": "succeeded", "/plain/plain": "succeeded"}


def test_one_process_records_at_a_time(platform: Platform) -> None:
    platform.materialize(plain)
    with platform.watcher.recorder(compat.run_storage_id(platform.instance)) as session:
        assert session is not None
        assert platform.tick() == "another process is recording this instance"
    assert platform.watcher.executions() == []
    platform.tick()
    assert len(platform.watcher.executions()) == 2


def test_a_tick_that_is_out_of_time_leaves_the_rest_to_the_next(platform: Platform, database: sa.Engine) -> None:
    run_id = platform.materialize(plain)
    multiply_run(database, run_id, 120)
    assert platform.tick(tick_seconds=0) == "recorded 1 of 121 runs; the next tick goes on"
    assert 0 < (platform.state.lag_seconds or 0) < 600
    assert platform.tick(tick_seconds=0) == "recorded 2 of 121 runs; the next tick goes on"
    assert platform.tick() == "recorded 121 of 121 runs; history is read back"
    assert platform.state.lag_seconds == 0
    assert len(platform.watcher.executions(pipeline="plain", limit=1_000)) == 121
    assert platform.tick() == "nothing new"


def test_dagster_with_its_storage_in_files(watcher: Watcher, tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        platform = Platform(instance, watcher)
        first = platform.materialize(plain)
        instance.report_runless_asset_event(dg.AssetMaterialization("outside"))
        assert platform.tick() == "recorded 1 of 1 run; history is read back"
        second = platform.materialize(plain)
        assert platform.tick() == "recorded 1 run, 2 executions"
        assert platform.tick() == "nothing new"
    for run_id in (first, second):
        assert platform.states(run_id) == {"": "succeeded", "/plain/plain": "succeeded"}
    assert platform.only("outside").state is SUCCEEDED


def test_the_sensor(platform: Platform, database_url: str) -> None:
    @dg.asset(group_name="sales", kinds={"postgres"})
    def configured() -> None:
        pass

    run_id = platform.materialize(plain)
    resource = WatcherResource(database_url=database_url)
    sensor = build_watcher_recorder_sensor(history_days=7)
    definitions = dg.Definitions(assets=[configured], sensors=[sensor], resources={"watcher": resource})
    with dg.build_sensor_context(
        instance=platform.instance, definitions=definitions, resources={"watcher": resource}
    ) as context:
        told = sensor.evaluate_tick(context)
    resource.get_client().close()
    assert told.skip_message == "recorded 1 of 1 run; history is read back"
    assert platform.states(run_id) == {"": "succeeded", "/plain/plain": "succeeded"}
    assert platform.watcher.pipeline("configured").pipeline_type_name == "sales"


# What goes wrong


def test_our_database_goes_away(platform: Platform, tmp_path: Path) -> None:
    run_id = platform.materialize(plain)
    unreachable = Watcher("postgresql://nobody@127.0.0.1:1/nowhere", settings=Settings(home=tmp_path))
    with pytest.raises(DatabaseUnavailableError):
        record_tick(platform.instance, unreachable)
    platform.tick()
    assert platform.states(run_id) == {"": "succeeded", "/plain/plain": "succeeded"}


def break_event(database: sa.Engine, run_id: str, kind: str) -> None:
    """Have an event be of a class that nobody knows, as when a newer Dagster wrote it."""
    with database.begin() as connection:
        broken = connection.execute(
            sa.text(
                'UPDATE event_logs SET event = replace(event, \'"__class__": "\', \'"__class__": "Unknown\')'
                " WHERE run_id = :id AND dagster_event_type = :kind"
            ),
            {"id": run_id, "kind": kind},
        )
        assert broken.rowcount > 0


def test_a_run_that_cannot_be_read_blocks_nothing(platform: Platform, database: sa.Engine) -> None:
    poison, sound_run = platform.materialize(plain), platform.materialize(plain)
    break_event(database, poison, "STEP_START")
    assert "1 run cannot be recorded" in platform.tick()
    assert platform.states(sound_run) == {"": "succeeded", "/plain/plain": "succeeded"}
    assert (platform.state.lag_seconds or 0) > 0
    platform.tick()
    assert platform.states(poison) == {}
    platform.tick()
    (run,) = platform.executions(poison).values()
    assert run.state is SUCCEEDED
    assert "DagsterEventLogInvalidForRun" in run.execution_metadata["recorder_error"]
    assert platform.state.cursor["unread"] == {}
    assert platform.tick() == "nothing new"
    assert platform.state.lag_seconds == 0


def test_what_ran_in_a_run_that_can_no_longer_be_read_is_ended(
    platform: Platform, database: sa.Engine, stuck_run: tuple[str, subprocess.Popen[bytes]]
) -> None:
    run_id, process = stuck_run
    process.kill()
    process.wait(60)
    break_event(database, run_id, "STEP_START")
    run = platform.instance.get_run_by_id(run_id)
    assert run is not None
    platform.instance.report_run_failed(run)
    for _ in range(3):
        assert platform.executions(run_id)["/stuck/stuck"].state is RUNNING
        platform.tick()
    assert platform.states(run_id) == {"": "failed", "/stuck/stuck": "failed"}
    assert platform.state.cursor["open"] == {}


def test_a_run_that_can_be_read_at_the_second_try(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = platform.materialize(plain)
    with monkeypatch.context() as patch:
        patch.setattr(runs, "translate_log", lambda *_, **__: 1 / 0)
        platform.tick()
    assert platform.state.cursor["unread"][run_id]["tries"] == 1
    platform.tick()
    assert platform.states(run_id) == {"": "succeeded", "/plain/plain": "succeeded"}
    assert platform.state.cursor["unread"] == {}


def test_a_run_that_cannot_be_written_blocks_nothing(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    poison, sound_run = platform.materialize(plain), platform.materialize(plain)

    def translated(log: RunLog, **options: Any) -> Any:
        executions = translate_log(log, **options)
        if log.record.dagster_run.run_id == poison:
            executions[1] = replace(executions[1], external_id="")
        return executions

    monkeypatch.setattr(runs, "translate_log", translated)
    for _ in range(3):
        platform.tick()
    assert platform.states(sound_run) == {"": "succeeded", "/plain/plain": "succeeded"}
    (run,) = platform.executions(poison).values()
    assert run.state is SUCCEEDED
    assert run.execution_metadata["recorder_error"].startswith("InvalidValueError")
    assert platform.tick() == "nothing new"


def test_a_pipeline_that_is_locked_holds_up_its_own_runs_alone(platform: Platform, database: sa.Engine) -> None:
    @dg.asset
    def held() -> None: ...

    platform.watcher.lock_seconds = 0.5
    platform.materialize(held)
    platform.tick()
    waiting, others = platform.materialize(held), [platform.materialize(plain) for _ in range(2)]
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE watcher.pipeline SET mute_freshness_check = true WHERE name = 'held'"))
        for _ in range(MAX_TRIES + 1):  # however often it is locked, nothing is wrong with the run
            message = platform.tick()
            assert [platform.states(run_id) for run_id in others] == 2 * [
                {"": "succeeded", "/plain/plain": "succeeded"}
            ]
            assert platform.states(waiting) == {}
            assert message.endswith("1 run cannot be recorded and will be tried again")
        assert platform.state.lag_seconds is not None
        assert platform.state.lag_seconds > 0
    platform.tick()
    assert platform.states(waiting) == {"": "succeeded", "/held/held": "succeeded"}
    assert platform.tick() == "nothing new"


def test_a_table_that_is_locked_fails_the_tick(
    platform: Platform, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MOST_WAITING_SECONDS", 0.1)
    platform.watcher.lock_seconds = 0.5
    run_ids = [platform.materialize(plain) for _ in range(2)]
    with database.begin() as connection:
        connection.execute(sa.text("LOCK TABLE watcher.pipeline_execution IN SHARE MODE"))
        with pytest.raises(DatabaseUnavailableError, match="lock"):
            platform.tick()
    platform.tick()
    assert [platform.states(run_id) for run_id in run_ids] == 2 * [{"": "succeeded", "/plain/plain": "succeeded"}]


def test_a_run_of_which_only_the_end_can_be_read(platform: Platform, database: sa.Engine) -> None:
    @dg.job
    def unknown() -> None:
        begin()

    run_id = unknown.execute_in_process(instance=platform.instance).run_id
    with database.begin() as connection:
        connection.execute(
            sa.text('UPDATE runs SET run_body = replace(run_body, \'"__class__": "\', \'"__class__": "Unknown\')')
        )
    for _ in range(3):
        platform.tick()
    (run,) = platform.executions(run_id).values()
    assert (run.pipeline_name, run.state) == ("unknown", SUCCEEDED)
    assert run.execution_metadata["recorder_error"]


def test_an_end_that_cannot_be_read_is_passed_over(platform: Platform, database: sa.Engine) -> None:
    first, poison, last = (platform.materialize(plain) for _ in range(3))
    break_event(database, poison, "PIPELINE_SUCCESS")
    platform.tick()
    for run_id in (first, last):
        assert platform.states(run_id) == {"": "succeeded", "/plain/plain": "succeeded"}
    assert platform.tick() == "nothing new"


def test_a_runless_materialization_that_cannot_be_read_is_passed_over(platform: Platform, database: sa.Engine) -> None:
    def report(number: int) -> None:
        platform.instance.report_runless_asset_event(
            dg.AssetMaterialization(f"outside_{number}", metadata={"number": number})
        )

    for number in range(3):
        report(number)
    with database.begin() as connection:
        connection.execute(
            sa.text(
                'UPDATE event_logs SET event = replace(event, \'"__class__": "\', \'"__class__": "Unknown\')'
                " WHERE asset_key LIKE '%outside_1%'"
            )
        )
    for _ in range(3):
        platform.tick()
    report(3)
    platform.tick()
    assert {one.pipeline_name for one in platform.watcher.executions()} >= {"outside_2", "outside_3"}


# Ten thousand runs


def multiply_run(database: sa.Engine, run_id: str, copies: int, *, days: int = 0) -> None:
    """Have a run have happened many times, by copying its rows: Dagster takes 60 ms to make one.

    All are spread over the days before, oldest first. A timestamp's first five digits count 100,000 seconds.
    """
    steps = max(1, days * 86_400 // 100_000)
    given = {"id": run_id, "now": str(int(time.time()))[:5], "oldest": steps - 1}
    moved = "replace({}, '\"timestamp\": ' || :now, '\"timestamp\": ' || (:now)::int - {})"
    with database.begin() as connection:
        columns = ", ".join(
            connection.scalars(
                sa.text(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_schema = 'public' AND table_name = 'runs'"
                    " AND column_name NOT IN ('id', 'run_id', 'run_body')"
                )
            )
        )
        connection.execute(
            sa.text(
                "CREATE TABLE copies AS"
                " SELECT number, gen_random_uuid()::text AS copy_id, number % :steps AS step"
                " FROM generate_series(1, :copies) AS number"
            ),
            {"copies": copies, "steps": steps},
        )
        connection.execute(
            sa.text(
                f"INSERT INTO runs (run_id, run_body, {columns})"
                f" SELECT copy_id, replace(run_body, run_id, copy_id), {columns} FROM runs, copies"
                " WHERE run_id = :id ORDER BY step DESC, number"
            ),
            given,
        )
        connection.execute(
            sa.text(
                "INSERT INTO event_logs (run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition)"
                f" SELECT copy_id, {moved.format('replace(event, run_id, copy_id)', 'step')}, dagster_event_type,"
                " timestamp - make_interval(secs => step * 100000), step_key, asset_key, partition"
                " FROM event_logs, copies WHERE run_id = :id ORDER BY step DESC, number, id"
            ),
            given,
        )
        connection.execute(
            sa.text(
                f"UPDATE event_logs SET event = {moved.format('event', ':oldest')},"
                " timestamp = timestamp - make_interval(secs => :oldest * 100000) WHERE run_id = :id"
            ),
            given,
        )


def multiply_events(database: sa.Engine, run_id: str, copies: int) -> None:
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO event_logs (run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition)"
                " SELECT run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition"
                " FROM event_logs, generate_series(1, :copies) WHERE run_id = :id"
            ),
            {"id": run_id, "copies": copies},
        )


def shift(database: sa.Engine, run_id: str, *, days: int) -> None:
    """Move a run into the past."""
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE event_logs SET timestamp = timestamp - make_interval(days => :days) WHERE run_id = :id"),
            {"id": run_id, "days": days},
        )
        connection.execute(
            sa.text(
                "UPDATE runs SET update_timestamp = update_timestamp - make_interval(days => :days) WHERE run_id = :id"
            ),
            {"id": run_id, "days": days},
        )


RECORD = """
import sys

import dagster as dg

from watcher_core import Watcher
from watcher_dagster.recorder import record_tick

with dg.DagsterInstance.get() as instance:
    instance.optimize_for_webserver(statement_timeout=60_000, pool_recycle=-1, max_overflow=1)
    while True:
        record_tick(instance, Watcher(sys.argv[1]), tick_seconds=1)
"""


def test_a_long_history_and_a_kill_in_the_middle(
    platform: Platform, database: sa.Engine, database_url: str, dagster_home: Path
) -> None:
    @dg.op
    def tells(context: dg.OpExecutionContext) -> None:
        context.log_event(dg.AssetMaterialization("many", metadata={"dagster/row_count": 1}))

    @dg.job
    def one_of_many() -> None:
        tells()

    run_id = one_of_many.execute_in_process(instance=platform.instance).run_id
    with database.begin() as connection:  # as few events as a run can have
        connection.execute(
            sa.text("DELETE FROM event_logs WHERE dagster_event_type NOT LIKE 'PIPELINE_%' AND asset_key IS NULL")
        )
    multiply_run(database, run_id, 399, days=25)
    # Dagster opens a connection for each run that is read, which takes most of the time; here it keeps one.
    platform.instance.optimize_for_webserver(statement_timeout=60_000, pool_recycle=-1, max_overflow=1)

    def recorded() -> int:
        states = platform.watcher.recorder_states()
        return int(states[0].cursor["history"]["recorded"]) if states else 0

    with subprocess.Popen(
        [sys.executable, "-c", RECORD, database_url],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "DAGSTER_HOME": str(dagster_home)},
    ) as process:
        try:
            wait_until(lambda: recorded() > 50)
        finally:
            process.kill()
    with database.begin() as connection:  # as much time goes by as the lease has left
        connection.execute(sa.text("UPDATE watcher.recorder_lease SET expires_at = clock_timestamp()"))
    wait_until(lambda: "another process" not in platform.tick(tick_seconds=0.01))
    assert 50 < recorded() < 400
    assert platform.state.message == f"recorded {recorded():,} of 400 runs; the next tick goes on"
    for _ in range(100):
        if "history is read back" in platform.tick(tick_seconds=30):
            break
    assert platform.state.message == "recorded 400 of 400 runs; history is read back"
    assert platform.tick() == "nothing new"
    with database.begin() as connection:
        found = connection.execute(
            sa.text(
                "SELECT pipeline.name, count(*), count(parent_id), sum(total_rows), min(state), max(state)"
                " FROM watcher.pipeline_execution JOIN watcher.pipeline ON pipeline.id = pipeline_id GROUP BY name"
                " ORDER BY name"
            )
        ).all()
    assert [tuple(row) for row in found] == [
        ("many", 400, 400, 400, "succeeded", "succeeded"),
        ("one_of_many", 400, 0, None, "succeeded", "succeeded"),
    ]

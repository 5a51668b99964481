"""Successes outside Dagster as materializations of external assets: which, when, and each once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.definitions.sensor_definition import SensorType
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, SensorInstigatorData
from dagster._daemon.asset_daemon import asset_daemon_cursor_to_instigator_serialized_cursor

from watcher_core import (
    DatabaseUnavailableError,
    Execution,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    Watcher,
)
from watcher_dagster import WatcherResource, build_watcher_external_sensor, compat
from watcher_dagster.external.cursor import ExternalCursor
from watcher_dagster.recorder import record_tick

MINUTE = dt.timedelta(minutes=1)


class World:
    """A code location with an external asset, which an outside pipeline of its own writes, and what follows it."""

    def __init__(self, instance: dg.DagsterInstance, watcher: Watcher, url: str) -> None:
        self.instance = instance
        self.watcher = watcher
        self.resource = WatcherResource(database_url=url)
        self.pipeline = f"copy {uuid4().hex[:8]}"
        self.key = dg.AssetKey(["landing", self.pipeline.replace(" ", "_")])
        self.pipelines = [self.pipeline]
        self.cursor: str | None = None
        watcher.get_or_create_pipeline(self.pipeline)

    @property
    def definitions(self) -> dg.Definitions:
        @dg.asset(deps=[self.key], automation_condition=dg.AutomationCondition.eager(), key=self.key.with_prefix("of"))
        def follower() -> None: ...

        landing = dg.AssetSpec(self.key, metadata={"watcher/pipelines": self.pipelines})
        return dg.Definitions(assets=[landing, follower])

    def tick(self) -> str:
        with dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            resources={"watcher": self.resource},
            repository_def=self.definitions.get_repository_def(),
        ) as context:
            result = build_watcher_external_sensor().evaluate_tick(context)
        assert not result.run_requests
        self.cursor = result.cursor
        return str(result.skip_message)

    def start(self, pipeline: str | None = None, **options: Any) -> Execution:
        return self.watcher.start_execution(pipeline_id=pipeline or self.pipeline, **options)

    def succeed(self, pipeline: str | None = None, **counts: Any) -> int:
        execution = self.start(pipeline)
        self.watcher.end_execution(execution.id, **counts)
        return execution.id

    def reported(self) -> list[int]:
        """The executions that are materializations of the asset, oldest first."""
        records = self.instance.fetch_materializations(self.key, limit=100, ascending=True).records
        made = [record.asset_materialization for record in records]
        return [int((each.tags or {})["watcher/execution_id"]) for each in made if each is not None]


@pytest.fixture
def world(
    module_dagster_instance: dg.DagsterInstance, module_watcher: Watcher, module_database_url: str
) -> Iterator[World]:
    made = World(module_dagster_instance, module_watcher, module_database_url)
    yield made
    made.resource.get_client().close()


def test_each_success_after_the_first_tick_is_reported_once_with_its_counts(world: World) -> None:
    world.succeed()
    running = world.start(next_watermark="2026-01-02")
    assert world.tick() == "successes from now on are reported"
    assert world.tick() == "nothing to report"
    world.watcher.end_execution(running.id, inserts=3, updates=0, total_rows=12)
    failed = world.start()
    world.watcher.end_execution(failed.id, completed_successfully=False)
    second = world.succeed()
    assert world.tick() == "reported 2 successes"
    assert world.tick() == "nothing to report"
    assert world.reported() == [running.id, second]
    record = world.instance.fetch_materializations(world.key, limit=2, ascending=True).records[0]
    assert record.run_id == ""
    assert record.asset_materialization is not None
    metadata = {key: entry.value for key, entry in record.asset_materialization.metadata.items()}
    assert (
        metadata.items()
        >= {
            "watcher/execution_id": running.id,
            "watcher/pipeline": world.pipeline,
            "watcher/inserts": 3,
            "watcher/updates": 0,
            "watcher/total_rows": 12,
            "dagster/row_count": 12,
            "watcher/next_watermark": "2026-01-02",
        }.items()
    )


def test_the_recorder_does_not_record_what_was_reported(world: World) -> None:
    world.tick()
    world.succeed()
    world.tick()
    record_tick(world.instance, world.watcher)
    names = {pipeline.name for pipeline in world.watcher.pipelines()}
    assert world.pipeline in names
    assert world.key.to_user_string() not in names
    assert len(world.watcher.executions(pipeline=world.pipeline)) == 1


def test_a_tick_that_dies_between_report_and_cursor_reports_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.tick()
    first, second = world.succeed(), world.succeed()
    report, count = dg.DagsterInstance.report_runless_asset_event, 0

    def die_after_the_first(instance: dg.DagsterInstance, event: dg.AssetMaterialization) -> None:
        nonlocal count
        count += 1
        if count > 1:
            raise RuntimeError("killed")
        report(instance, event)

    with monkeypatch.context() as patched:
        patched.setattr(dg.DagsterInstance, "report_runless_asset_event", die_after_the_first)
        with pytest.raises(RuntimeError, match="killed"):
            world.tick()
    assert world.reported() == [first]
    assert world.tick() == "reported 1 success"
    assert world.reported() == [first, second]
    # Another code location with the same asset, whose cursor knows nothing of that report.
    later, world.cursor = world.cursor, None
    world.tick()
    third = world.succeed()
    world.tick()
    world.cursor = later
    assert world.tick() == "nothing to report"
    assert world.reported() == [first, second, third]


def test_one_code_location_reports_at_a_time(world: World) -> None:
    world.tick()
    success = world.succeed()
    with world.watcher.lease(f"external/{compat.run_storage_id(world.instance)}") as is_ours:
        assert is_ours
        assert world.tick() == "another code location reports now"
    assert world.tick() == "reported 1 success"
    assert world.reported() == [success]


def test_what_comes_late_is_reported(world: World) -> None:
    """A job that ran while no tick looked, an end that replaces another, a row from a spool."""
    failed = world.start(external_id=f"{world.pipeline}/1")
    world.watcher.end_execution(failed.id, completed_successfully=False)
    long = world.start(start_date=dt.datetime.now(dt.UTC) - 60 * MINUTE)
    world.tick()
    # As after ten minutes: what was there is behind the position.
    cursor = ExternalCursor.read(world.cursor)
    assert cursor is not None
    cursor.after, cursor.also, cursor.handled = long.id, [failed.id, long.id], []
    world.cursor = cursor.to_json()
    again = world.start(external_id=f"{world.pipeline}/1", attempt=2)
    assert again.id == failed.id
    assert world.tick() == "nothing to report"
    world.watcher.end_execution(again.id)
    assert world.tick() == "reported 1 success"
    world.watcher.end_execution(long.id)
    assert world.tick() == "reported 1 success"
    assert world.reported() == [failed.id, long.id]


def test_history_that_is_recorded_later_is_not_reported(world: World) -> None:
    """As an import brings it, or who records what ran in other years: it was over before the first tick."""
    world.tick()
    ends = [dt.datetime.now(dt.UTC) - dt.timedelta(days=days) for days in (400, 2)]
    records = [
        ExecutionRecord(
            pipeline_name=world.pipeline,
            source=ExecutionSource.PYTHON,
            external_id=f"{world.pipeline}/{place}",
            state=ExecutionState.SUCCEEDED,
            start_date=end - MINUTE,
            end_date=end,
        )
        for place, end in enumerate(ends)
    ]
    world.watcher.record(records)
    newest = world.succeed()
    assert world.tick() == "reported 1 success"
    assert world.tick() == "nothing to report"
    assert world.reported() == [newest]


def test_an_asset_that_is_new_gets_the_newest_success_since_the_first_tick(world: World) -> None:
    later = f"later {world.pipeline}"
    world.watcher.get_or_create_pipeline(later)
    world.succeed(later)
    world.tick()
    world.succeed(later)
    newest = world.succeed(later)
    cursor = ExternalCursor.read(world.cursor)
    assert cursor is not None
    cursor.after = newest  # as ten minutes later
    world.cursor = cursor.to_json()
    world.pipelines = [world.pipeline, later]
    assert world.tick() == "reported 1 success"
    assert world.tick() == "nothing to report"
    assert world.reported() == [newest]


def test_a_pipeline_that_was_renamed_is_the_same(world: World) -> None:
    world.tick()
    world.watcher.update_pipeline(world.pipeline, name=f"renamed {world.pipeline}")
    success = world.succeed(f"renamed {world.pipeline}")
    assert world.tick() == "reported 1 success"
    assert world.reported() == [success]


def test_without_external_assets_nothing_is_asked(world: World) -> None:
    world.pipelines = []
    world.resource = WatcherResource(database_url="postgresql://nobody@127.0.0.1:1/nowhere")
    assert world.tick() == "there are no external assets whose pipelines are known"
    world.pipelines = [world.pipeline]
    with pytest.raises(DatabaseUnavailableError):
        world.tick()


# What follows


class Automation:
    """Dagster's evaluation of the conditions of a world, in this process."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._cursor: Any = None
        self.evaluated = 0.0
        self.now = dt.datetime.now(dt.UTC)

    def fires(self) -> bool:
        """Evaluate, and return whether the follower is requested."""
        result = dg.evaluate_automation_conditions(
            defs=self._world.definitions,
            instance=self._world.instance,
            asset_selection=dg.AssetSelection.assets(self._world.key.with_prefix("of")),
            cursor=self._cursor,
            evaluation_time=dt.datetime.now(dt.UTC),
        )
        self._cursor = result.cursor
        # As if half a minute had passed, which clocks may differ by.
        self.evaluated = dt.datetime.now(dt.UTC).timestamp() + 30
        return result.total_requested > 0


@pytest.fixture
def automation(world: World, monkeypatch: pytest.MonkeyPatch) -> Automation:
    made = Automation(world)
    monkeypatch.setattr(compat, "automation_evaluated_at", lambda *_: made.evaluated)
    monkeypatch.setattr(compat, "location_name", lambda _: "here")
    return made


def run_follower(world: World, *, started: dt.datetime) -> dg.DagsterRun:
    """A run of the follower that has started, and goes on."""
    definitions = world.definitions
    job = definitions.resolve_implicit_global_asset_job_def()
    run = world.instance.create_run_for_job(job, asset_selection=frozenset({world.key.with_prefix("of")}))
    world.instance.report_dagster_event(
        dg.DagsterEvent(event_type_value="PIPELINE_START", job_name=job.name), run.run_id, timestamp=started.timestamp()
    )
    return run


def end_run(world: World, run: dg.DagsterRun, *, works: bool = True) -> None:
    if works:
        world.instance.report_runless_asset_event(dg.AssetMaterialization(world.key.with_prefix("of")))
    event = "PIPELINE_SUCCESS" if works else "PIPELINE_FAILURE"
    world.instance.report_dagster_event(dg.DagsterEvent(event_type_value=event, job_name=run.job_name), run.run_id)


@pytest.mark.parametrize("works", [True, False])
def test_a_success_behind_a_run_that_began_before_it_is_not_forgotten(
    world: World, automation: Automation, works: bool
) -> None:
    world.tick()
    world.succeed()
    assert world.tick().endswith("waits for its first evaluation")
    assert not automation.fires()  # the first evaluation is the beginning
    assert world.tick() == "reported 1 success"
    assert automation.fires()
    run = run_follower(world, started=dt.datetime.now(dt.UTC) - MINUTE)
    second = world.succeed()
    waits = f"1 success waits: run {run.run_id} of {world.key.with_prefix('of').to_user_string()} began before it"
    assert world.tick() == waits
    assert not automation.fires()
    end_run(world, run, works=works)
    automation.evaluated = dt.datetime.now(dt.UTC).timestamp()
    assert world.tick() == f"{waits}, and is not evaluated yet"
    assert not automation.fires()
    assert world.tick() == "reported 1 success"
    assert world.reported()[-1] == second
    assert automation.fires()


def test_a_success_that_a_run_has_read_waits_for_nothing(world: World, automation: Automation) -> None:
    world.tick()
    automation.fires()
    world.succeed()
    run_follower(world, started=dt.datetime.now(dt.UTC) + MINUTE)
    assert world.tick() == "reported 1 success"


def test_reported_at_once_it_would_be_forgotten(world: World, automation: Automation) -> None:
    """What `AutomationCondition.eager()` does by itself; once it does not, nothing has to wait any more."""
    world.instance.report_runless_asset_event(dg.AssetMaterialization(world.key))
    automation.fires()
    world.instance.report_runless_asset_event(dg.AssetMaterialization(world.key))
    assert automation.fires()
    world.instance.report_runless_asset_event(dg.AssetMaterialization(world.key))
    world.instance.report_runless_asset_event(dg.AssetMaterialization(world.key.with_prefix("of")))
    assert not automation.fires()
    assert not automation.fires()


# What follows in another code location


class Elsewhere:
    """A code location whose asset follows that of a world, which knows no more of it than its sensor's state."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.key = world.key.with_prefix("elsewhere")
        self.name = f"elsewhere_{world.key.path[-1]}"
        self._cursor: Any = None

    @property
    def definitions(self) -> dg.Definitions:
        @dg.asset(deps=[self.world.key], automation_condition=dg.AutomationCondition.eager(), key=self.key)
        def follower() -> None: ...

        return dg.Definitions(assets=[follower], jobs=[dg.define_asset_job("nightly", [follower])])

    def fires(self, *, later: float = 30, **fields: Any) -> bool:
        """Evaluate, keep the sensor's state as the daemon does, and return whether the follower is requested."""
        result = dg.evaluate_automation_conditions(
            defs=self.definitions,
            instance=self.world.instance,
            asset_selection=dg.AssetSelection.assets(self.key),
            cursor=self._cursor,
        )
        self._cursor = result.cursor
        cursor = asset_daemon_cursor_to_instigator_serialized_cursor(result.cursor)
        self.keep(last_tick_timestamp=dt.datetime.now(dt.UTC).timestamp() + later, **{"cursor": cursor, **fields})
        return result.total_requested > 0

    def keep(self, *, status: InstigatorStatus = InstigatorStatus.RUNNING, **fields: Any) -> None:
        place = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(self.name), "__repository__")
        data = SensorInstigatorData(**{"sensor_type": SensorType.AUTO_MATERIALIZE, "min_interval": 30, **fields})
        origin = RemoteInstigatorOrigin(place, "default_automation_condition_sensor")
        state = InstigatorState(origin, InstigatorType.SENSOR, status, data)
        known = self.world.instance.get_instigator_state(origin.get_id(), state.selector_id)
        (self.world.instance.update_instigator_state if known else self.world.instance.add_instigator_state)(state)

    def run(self, *, job: str | None = None) -> dg.DagsterRun:
        """A run of the follower that has started a minute ago, and goes on."""
        definitions = self.definitions
        made = definitions.resolve_job_def(job) if job else definitions.resolve_implicit_global_asset_job_def()
        selection = None if job else frozenset({self.key})
        run = self.world.instance.create_run_for_job(made, asset_selection=selection)
        began = (dt.datetime.now(dt.UTC) - MINUTE).timestamp()
        started = dg.DagsterEvent(event_type_value="PIPELINE_START", job_name=made.name)
        self.world.instance.report_dagster_event(started, run.run_id, timestamp=began)
        return run

    def end(self, run: dg.DagsterRun) -> None:
        self.world.instance.report_runless_asset_event(dg.AssetMaterialization(self.key))
        ended = dg.DagsterEvent(event_type_value="PIPELINE_SUCCESS", job_name=run.job_name)
        self.world.instance.report_dagster_event(ended, run.run_id)


@pytest.fixture
def elsewhere(world: World, automation: Automation) -> Elsewhere:
    world.tick()
    automation.fires()  # what follows here is of no account
    made = Elsewhere(world)
    made.fires()
    return made


@pytest.mark.parametrize("job", [None, "nightly"], ids=["of automation", "of a job"])
def test_a_success_is_not_forgotten_in_another_code_location(elsewhere: Elsewhere, job: str | None) -> None:
    world = elsewhere.world
    world.succeed()
    assert world.tick() == "reported 1 success"
    assert elsewhere.fires()
    run = elsewhere.run(job=job)
    world.succeed()
    waits = f"1 success waits: run {run.run_id} of {elsewhere.key.to_user_string()} in {elsewhere.name} began before it"
    assert world.tick() == waits
    assert not elsewhere.fires()
    elsewhere.end(run)
    assert not elsewhere.fires(later=0)
    assert world.tick() == f"{waits}, and is not evaluated yet"
    assert not elsewhere.fires()
    assert world.tick() == "reported 1 success"
    assert elsewhere.fires()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": InstigatorStatus.STOPPED},
        {"later": -3_600},
        {"cursor": "0no cursor"},
        {"cursor": "9"},
        {"cursor": None},
        {"sensor_type": SensorType.STANDARD},
    ],
    ids=["switched off", "gone", "no cursor", "a newer version", "not evaluated", "another sensor"],
)
def test_nothing_waits_for_a_sensor_elsewhere_that_evaluates_nothing(
    elsewhere: Elsewhere, fields: dict[str, Any]
) -> None:
    elsewhere.fires(**fields)
    elsewhere.run()
    elsewhere.world.succeed()
    assert elsewhere.world.tick() == "reported 1 success"

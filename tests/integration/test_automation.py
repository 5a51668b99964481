"""Assets that Dagster's automation was to make, and did not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, SensorInstigatorData

from tests.factories import at, record, unique
from watcher_core import Alert, AutomatedAsset, ExecutionState, Watcher, text
from watcher_dagster import compat
from watcher_dagster.automation.conditions import AutomationRecorder, automated_assets
from watcher_dagster.automation.configuration import ConfigurationRecorder
from watcher_dagster.recorder import record_tick

EAGER, ON_MISSING = dg.AutomationCondition.eager(), dg.AutomationCondition.on_missing()
LOCATION, INSTANCE = "here", "an instance"
FAILED, RUNNING = ExecutionState.FAILED, ExecutionState.RUNNING


class Story:
    """An asset that automation makes, and two upstreams, by the minute."""

    def __init__(self, watcher: Watcher, **fields: Any) -> None:
        self.watcher = watcher
        self.orders, self.customers, self.revenue = unique("orders"), unique("customers"), unique("revenue")
        self.location = unique("location")
        for name in (self.orders, self.customers, self.revenue):
            watcher.get_or_create_pipeline(name)
        self.fields: dict[str, Any] = {"condition": "eager", "upstream": (self.orders, self.customers)} | fields
        self.declare()

    def declare(self, **fields: Any) -> None:
        asset = AutomatedAsset(**{"pipeline_name": self.revenue, **self.fields, **fields})
        self.watcher.declare_automation([asset], location=self.location, instance_id=INSTANCE)
        self.since(at(-100))

    def since(self, moment: dt.datetime) -> None:
        """The database's clock is not that of the story."""
        with self.watcher._transaction() as (session, _):
            session.connection().exec_driver_sql(
                "UPDATE watcher.pipeline_automation SET since = %s, held_at = CASE WHEN held_at IS NOT NULL THEN %s END"
                " WHERE declared_by = %s",
                (moment, at(0), self.location),
            )

    def ran(self, name: str, start: float, minutes: float = 1, **fields: Any) -> None:
        end = None if fields.get("state") is RUNNING else at(start + minutes)
        made = record(name, f"{name}/{start}", start=start, end_date=end, instance_id=INSTANCE, **fields)
        self.watcher.record([made])

    def found(self, minutes: float) -> list[str]:
        found = self.watcher.check_missed(now=at(minutes))
        return [str(each.details["message"]) for each in found if each.pipeline_name == self.revenue]

    def alerts(self) -> list[Alert]:
        return self.watcher.alerts(pipeline=self.revenue)


@pytest.fixture
def story(module_watcher: Watcher) -> Story:
    """All was made ten minutes before noon; at noon, the orders are newer."""
    story = Story(module_watcher)
    story.ran(story.customers, -12)
    story.ran(story.orders, -12)
    story.ran(story.revenue, -10)
    return story


def test_an_upstream_that_is_newer_and_was_forgotten(story: Story) -> None:
    assert story.found(60) == []
    story.ran(story.orders, 61)
    assert story.found(76) == []
    said = f"upstream {story.orders} is newer since {text.clock(at(62))}, and its condition eager did not make it"
    assert story.found(78) == [said]
    story.ran(story.orders, 90)
    story.ran(story.customers, 91)
    assert story.found(92)[0].startswith(f"upstream {story.orders}, {story.customers} are newer since")
    [alert] = story.alerts()
    assert (alert.kind, alert.state, alert.level) == ("missed", "open", "warning")
    story.ran(story.revenue, 95)
    assert story.found(96) == []
    [alert] = story.alerts()
    assert alert.state == "resolved"
    story.ran(story.customers, 97)  # and again
    assert len(story.found(120)) == 1


def test_an_upstream_that_began_before_the_asset_and_ended_after(story: Story) -> None:
    story.ran(story.orders, 20, minutes=30)
    story.ran(story.revenue, 30)
    assert story.found(64) == []
    assert len(story.found(66)) == 1


WAITING: dict[str, Any] = {
    "the asset runs": lambda story: story.ran(story.revenue, 3, state=RUNNING),
    "the asset has failed since": lambda story: story.ran(story.revenue, 3, state=FAILED),
    "the other upstream runs": lambda story: story.ran(story.customers, 3, state=RUNNING),
    "the upstream fails": lambda story: story.ran(story.orders, 3, state=FAILED),
    "the other upstream has just been made": lambda story: story.ran(story.customers, 26),
    "the sensor was just switched on": lambda story: story.since(at(20)),
    "a run is queued": lambda story: (story.declare(is_held=True), story.declare()),
    "an upstream has partitions": lambda story: story.ran(story.customers, 3, scope="2026-01-01"),
    "an upstream was never made": lambda story: story.declare(upstream=(story.orders, unique("never"))),
    "another condition": lambda story: story.declare(condition="on_missing"),
    "muted": lambda story: story.watcher.update_pipeline(story.revenue, mute_freshness_check=True),
    "inactive": lambda story: story.watcher.update_pipeline(story.revenue, active=False),
    "partitioned": lambda story: story.watcher.update_pipeline(
        story.revenue, pipeline_metadata={"partitions": "daily"}
    ),
    "in another instance": lambda story: story.watcher.declare_automation(
        [], location=story.location, instance_id=INSTANCE
    ),
}


@pytest.mark.parametrize("why", WAITING)
def test_when_automation_is_not_late(story: Story, why: str) -> None:
    story.ran(story.orders, 1)
    WAITING[why](story)
    if why == "a run is queued":
        assert story.found(4.9) == []
        assert len(story.found(28)) == 1, "not for ever"
        return
    assert story.found(28) == []


def test_what_was_found_stays_while_its_upstream_runs_again(story: Story) -> None:
    story.ran(story.orders, 1)
    assert len(story.found(28)) == 1
    story.ran(story.orders, 29, state=RUNNING)
    assert len(story.found(30)) == 1
    story.watcher.declare_automation([], location=story.location, instance_id=INSTANCE)
    assert story.found(31) == []
    [alert] = story.alerts()
    assert text.resolution(alert.resolution) == "no longer watched: no automation makes it now"


@pytest.mark.parametrize("condition", ["eager", "on_missing"])
def test_an_asset_that_was_missing_from_the_start(module_watcher: Watcher, condition: str) -> None:
    story = Story(module_watcher, condition=condition, was_missing=True)
    story.ran(story.orders, -50)
    assert story.found(0) == [], "an upstream is missing"
    story.ran(story.customers, 1)
    assert story.found(16) == []
    assert story.found(20) == [
        f"was never made: its condition {condition} does not make what was missing when it began"
    ]
    story.ran(story.revenue, 21)
    assert story.found(22) == []
    [alert] = story.alerts()
    assert text.resolution(alert.resolution) == "ran at 2026-03-01 12:21:00 UTC"


def test_what_was_made_before_the_history_begins_is_not_missing(module_watcher: Watcher) -> None:
    story = Story(module_watcher, condition="on_missing")
    story.ran(story.orders, -50)
    story.ran(story.customers, -50)
    assert story.found(60) == []


# From Dagster


def definitions(name: str, **sensor: Any) -> dg.Definitions:
    days = dg.DailyPartitionsDefinition("2024-01-01")

    @dg.asset(name=f"{name}_orders")
    def orders() -> None: ...

    @dg.asset(name=f"{name}_days", partitions_def=days)
    def daily() -> None: ...

    @dg.asset(name=f"{name}_eager", deps=[orders], automation_condition=EAGER)
    def eager() -> None: ...

    @dg.asset(name=f"{name}_missing", deps=[orders], automation_condition=ON_MISSING)
    def missing() -> None: ...

    @dg.asset(name=f"{name}_partitioned", partitions_def=days, deps=[daily], automation_condition=EAGER)
    def partitioned() -> None: ...

    @dg.asset(name=f"{name}_of_days", deps=[daily], automation_condition=EAGER)
    def of_days() -> None: ...

    @dg.asset(name=f"{name}_own", deps=[orders], automation_condition=EAGER & ~dg.AutomationCondition.in_progress())
    def own() -> None: ...

    @dg.asset(name=f"{name}_cron", deps=[orders], automation_condition=dg.AutomationCondition.on_cron("0 0 * * *"))
    def cron() -> None: ...

    made = [orders, daily, eager, missing, partitioned, of_days, own, cron]
    sensors = [dg.AutomationConditionSensorDefinition(f"{name}_sensor", target="*", **sensor)] if sensor else []
    return dg.Definitions(assets=made, sensors=sensors)


def test_which_assets_are_compared() -> None:
    found = automated_assets(definitions("a").get_repository_def())
    assert [(each.key.to_user_string(), each.condition, each.sensor, each.runs_by_default) for each in found] == [
        ("a_eager", "eager", "default_automation_condition_sensor", False),
        ("a_missing", "on_missing", "default_automation_condition_sensor", False),
    ]
    assert {key.to_user_string() for key in found[0].upstream} == {"a_orders"}
    running = {"default_status": dg.DefaultSensorStatus.RUNNING}
    [eager, _] = automated_assets(definitions("a", **running).get_repository_def())
    assert (eager.sensor, eager.runs_by_default) == ("a_sensor", True)
    seldom = definitions("a", **running, minimum_interval_seconds=3600)
    assert automated_assets(seldom.get_repository_def()) == []


def test_from_the_definitions_to_the_alert(
    module_watcher: Watcher, module_dagster_instance: dg.DagsterInstance
) -> None:
    name, instance = unique("flow").replace("-", "_"), module_dagster_instance
    definition = definitions(name, default_status=dg.DefaultSensorStatus.RUNNING)
    repository = definition.get_repository_def()

    def found(minutes: float = 0) -> dict[str, str]:
        record_tick(instance, module_watcher)
        recorder = AutomationRecorder(module_watcher)
        recorder.record(repository, LOCATION, instance)
        recorder.record(repository, LOCATION, instance)
        now = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
        each = module_watcher.check_missed(now=now)
        return {one.pipeline_name: str(one.details["message"]) for one in each if one.pipeline_name.startswith(name)}

    def make(*names: str) -> None:
        selection = [repository.assets_defs_by_key[dg.AssetKey(f"{name}_{one}")] for one in names]
        assets = list(repository.assets_defs_by_key.values())
        dg.materialize(assets, instance=instance, selection=[key for one in selection for key in one.keys])

    ConfigurationRecorder(module_watcher).record(repository, LOCATION, instance)
    make("orders", "eager")
    assert found() == {}
    make("orders")
    assert found(10) == {}
    late = found(20)
    assert list(late) == [f"{name}_eager", f"{name}_missing"] or list(late) == [f"{name}_missing", f"{name}_eager"]
    assert late[f"{name}_eager"].startswith(f"upstream {name}_orders is newer since ")
    assert late[f"{name}_missing"].startswith("was never made: ")
    make("eager", "missing")
    assert found(20) == {}


def test_a_sensor_that_is_switched_off_makes_nothing_late(
    module_watcher: Watcher,
    module_dagster_instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    name = unique("off").replace("-", "_")
    repository = definitions(name, default_status=dg.DefaultSensorStatus.RUNNING).get_repository_def()
    ConfigurationRecorder(module_watcher).record(repository, LOCATION, module_dagster_instance)
    declared: list[list[str]] = []
    monkeypatch.setattr(
        module_watcher,
        "declare_automation",
        lambda assets, **_: declared.append([asset.pipeline_name for asset in assets]),
    )
    now = dt.datetime.now(dt.UTC).timestamp()
    for state in ((True, now), (True, now - 3600), (False, now), (True, None)):
        monkeypatch.setattr(compat, "sensor_states", lambda *_, state=state: {f"{name}_sensor": state})
        AutomationRecorder(module_watcher).record(repository, LOCATION, module_dagster_instance)
    both = [f"{name}_eager", f"{name}_missing"]
    assert declared == [both, [], [], both]
    caplog.clear()
    monkeypatch.setattr(compat, "sensor_states", lambda *_: 1 / 0)
    AutomationRecorder(module_watcher).record(repository, LOCATION, module_dagster_instance)
    assert "it is not known what automation is to make" in caplog.text, "and recording goes on"


def test_the_states_of_sensors_are_read_as_dagster_keeps_them(module_dagster_instance: dg.DagsterInstance) -> None:
    def state(location: str, repository: str, sensor: str, status: InstigatorStatus, *data: Any) -> InstigatorState:
        place = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(location), repository)
        return InstigatorState(RemoteInstigatorOrigin(place, sensor), InstigatorType.SENSOR, status, *data)

    ticked = SensorInstigatorData(last_tick_timestamp=7.0)
    for each in (
        state("a place", "__repository__", "on", InstigatorStatus.RUNNING, ticked),
        state("a place", "__repository__", "by default", InstigatorStatus.DECLARED_IN_CODE),
        state("a place", "__repository__", "off", InstigatorStatus.STOPPED, ticked),
        state("a place", "second", "other", InstigatorStatus.RUNNING),
        state("elsewhere", "__repository__", "on", InstigatorStatus.STOPPED),
    ):
        module_dagster_instance.add_instigator_state(each)
    assert compat.sensor_states(module_dagster_instance, "a place") == {
        "on": (True, 7.0),
        "by default": (True, None),
        "off": (False, 7.0),
    }
    assert compat.sensor_states(module_dagster_instance, "second@a place") == {"other": (True, None)}


def test_dagster_itself_does_not_make_what_is_found(dagster_instance: dg.DagsterInstance) -> None:
    """What was missing from the start, and a change that came while the asset was made and before the next tick."""

    @dg.asset
    def orders() -> None: ...

    @dg.asset(deps=[orders], automation_condition=EAGER)
    def eager() -> None:
        if is_slow:
            dg.materialize([orders], instance=dagster_instance)

    @dg.asset(deps=[orders], automation_condition=ON_MISSING)
    def missing() -> None: ...

    location = dg.Definitions(assets=[orders, eager, missing])
    is_slow = False
    cursor: Any = None

    def requested() -> int:
        nonlocal cursor
        result = dg.evaluate_automation_conditions(
            location, instance=dagster_instance, asset_selection=dg.AssetSelection.all(), cursor=cursor
        )
        cursor = result.cursor
        return result.total_requested

    dg.materialize([orders], instance=dagster_instance)
    assert [requested(), requested()] == [0, 0]
    dg.materialize([orders], instance=dagster_instance)
    assert requested() == 1, "eager goes on from there"
    dg.materialize([orders, eager], instance=dagster_instance, selection=[eager])
    assert requested() == 0
    is_slow = True
    dg.materialize([orders, eager], instance=dagster_instance, selection=[eager])
    assert [requested(), requested()] == [0, 0], "although the orders are newer than what it has read"

"""Backfills of which something failed, that were given up, or that stop: one alert for each, as Dagster stores them."""

import datetime as dt
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph_subset import AssetGraphSubset
from dagster._core.execution.asset_backfill import AssetBackfillData
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemotePartitionSetOrigin,
    RemoteRepositoryOrigin,
)
from dagster._time import get_current_timestamp
from dagster_shared.error import SerializableErrorInfo

from tests.http_client import serving
from watcher_core import Alert, Settings, SlackMessage, Watcher, text
from watcher_core.alerts.delivery import Pace
from watcher_core.server import create_app
from watcher_dagster import compat
from watcher_dagster.automation.configuration import ConfigurationRecorder
from watcher_dagster.automation.partitions import PartitionRecorder
from watcher_dagster.recorder import record_tick

DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-03-01")
HOUR = 3_600.0


class Place:
    """A destination that keeps what it gets."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        self.texts.append(message.text)
        return None


@dataclass
class World:
    """Assets that fail where a test wants it, in a Dagster instance, and what Watcher says of their backfills."""

    instance: dg.DagsterInstance
    watcher: Watcher
    name: str
    broken: set[str] = field(default_factory=set)

    @property
    def backfill_id(self) -> str:
        return f"{zlib.crc32(self.name.encode()):08x}"  # as long as Dagster's own

    def asset(self, name: str = "") -> dg.AssetsDefinition:
        broken = self.broken

        @dg.asset(name=self.name + name, partitions_def=DAYS)
        def made(context: dg.AssetExecutionContext) -> None:
            if context.partition_key in broken:
                raise ValueError("no file")

        return made

    def run(self, asset: dg.AssetsDefinition, *keys: str, tags: dict[str, str] | None = None) -> None:
        for key in keys:
            given = {"dagster/backfill": self.backfill_id} if tags is None else tags
            dg.materialize([asset], instance=self.instance, partition_key=key, tags=given, raise_on_error=False)

    def state(
        self,
        status: BulkActionStatus,
        *assets: dg.AssetsDefinition,
        wanted: Sequence[str],
        made: Sequence[str] = (),
        failed: Sequence[str] = (),
        whole: Sequence[dg.AssetsDefinition] = (),
        hours_ago: float = 0.1,
        error: str | None = None,
    ) -> None:
        """Write how far a backfill of assets has got, as Dagster's daemon does; `whole` are without partitions."""

        def subset(keys: Sequence[str]) -> AssetGraphSubset:
            chosen = DAYS.empty_subset().with_partition_keys(keys)
            by_asset = {asset.key: chosen for asset in assets} if keys else {}
            return AssetGraphSubset(by_asset)  # type: ignore[call-arg] # mypy does not see that the rest has defaults

        requested = get_current_timestamp() - hours_ago * HOUR
        data = AssetBackfillData.empty(subset(wanted), requested, None)  # type: ignore[arg-type] # of no graph
        no_keys = {asset.key for asset in whole}
        unfilled = AssetGraphSubset(non_partitioned_asset_keys=no_keys)  # type: ignore[call-arg] # as above
        data = data._replace(
            target_subset=subset(wanted) | unfilled,
            materialized_subset=subset(made),
            failed_and_downstream_subset=subset(failed),
        )
        self._write(
            status,
            requested,
            error,
            asset_selection=[asset.key for asset in (*assets, *whole)],
            asset_backfill_data=data,
        )

    def job_state(self, status: BulkActionStatus, job: str, *, wanted: list[str]) -> None:
        """Write how far a backfill of a job has got."""
        location = RegisteredCodeLocationOrigin("shop")
        origin = RemotePartitionSetOrigin(
            repository_origin=RemoteRepositoryOrigin(location, "__repository__"),
            partition_set_name=f"{job}_partition_set",
        )
        self._write(
            status, get_current_timestamp() - HOUR / 10, None, partition_set_origin=origin, partition_names=wanted
        )

    def _write(self, status: BulkActionStatus, requested: float, error: str | None, **of: Any) -> None:
        known = self.instance.get_backfill(self.backfill_id)
        ended = None if status is BulkActionStatus.REQUESTED else get_current_timestamp()
        backfill = PartitionBackfill(
            backfill_id=self.backfill_id,
            status=status,
            from_failure=False,
            tags={},
            backfill_timestamp=requested if known is None else known.backfill_timestamp,
            backfill_end_timestamp=ended,
            error=None if error is None else SerializableErrorInfo(error, [], "ValueError"),
            **of,
        )
        if known is None:
            self.instance.add_backfill(backfill)
        else:
            self.instance.update_backfill(backfill)

    def look(self, asset: dg.AssetsDefinition, since: str) -> None:
        """Look for what is gone, as a code location does that has the asset with days since another one."""
        days = dg.DailyPartitionsDefinition(since, end_date="2026-03-01")
        spec = dg.AssetSpec(asset.key, partitions_def=days)

        @dg.multi_asset(specs=[spec], name=self.name + "_later", partitions_def=days)
        def later() -> None: ...

        repository = dg.Definitions(assets=[later]).get_repository_def()
        ConfigurationRecorder(self.watcher).record(repository, self.name, self.instance)
        PartitionRecorder(self.watcher).record(repository, self.name, self.instance)

    def tick(self) -> str:
        """Record, check and look for causes; return what the recorder says."""
        said = record_tick(self.instance, self.watcher)
        self.watcher.check_failures()
        self.watcher.deliver_alerts()
        return said

    def alerts(self, *, is_open: bool = True) -> list[Alert]:
        """The alerts about the backfill as a whole."""
        found = self.watcher.alerts(limit=1000)
        return [
            alert
            for alert in found
            if alert.deduplication_key.endswith(f"/{self.backfill_id}") and (alert.resolved_at is None) is is_open
        ]


@pytest.fixture
def world(module_dagster_instance: dg.DagsterInstance, module_watcher: Watcher, request: Any) -> World:
    name = request.node.name.removeprefix("test_").split("[")[0][:30]
    return World(module_dagster_instance, module_watcher, name)


def test_failed_partitions_are_one_alert_until_a_later_run_makes_them_good(world: World) -> None:
    asset = world.asset()
    keys = [f"2026-01-{day:02}" for day in range(1, 6)]
    world.broken |= {"2026-01-02", "2026-01-04"}
    world.state(BulkActionStatus.REQUESTED, asset, wanted=keys)
    world.run(asset, *keys[:2])
    world.tick()
    [alert] = world.alerts()
    assert alert.facts["failed_partitions"] == ["2026-01-02"]
    assert alert.facts["backfill_state"] == "running"
    world.run(asset, *keys[2:])
    made = ["2026-01-01", "2026-01-03", "2026-01-05"]
    bad = ["2026-01-02", "2026-01-04"]
    world.state(BulkActionStatus.COMPLETED_FAILED, asset, wanted=keys, made=made, failed=bad)
    assert f"backfill {world.backfill_id} of {world.name} failed: 3 of 5 partitions succeeded" in world.tick()
    [again] = world.alerts()
    assert (again.id, again.level, again.pipeline_name) == (alert.id, "error", world.name)
    assert again.facts["failed_partitions"] == ["2026-01-02", "2026-01-04"]
    assert (again.facts["partition_count"], again.facts["succeeded_partition_count"]) == (5, 3)
    # The failures of the asset are behind it.
    [behind] = [alert for alert in world.watcher.alerts(limit=1000) if alert.cause_alert_id == again.id]
    assert (behind.pipeline_name, behind.kind) == (world.name, "failure")

    world.broken.clear()
    world.run(asset, "2026-01-02", tags={})
    world.tick()
    assert len(world.alerts()) == 1
    world.run(asset, "2026-01-04", tags={})
    world.tick()
    assert world.alerts() == []
    assert world.tick()
    assert len(world.alerts(is_open=False)) == 1


def test_the_message_says_why_partitions_failed_and_leads_to_the_log(
    world: World, module_database_url: str, tmp_path: Path
) -> None:
    asset = world.asset()
    keys = ["2026-01-01", "2026-01-02"]
    world.broken |= {keys[1]}
    with Watcher(module_database_url, settings=Settings(home=tmp_path, dagster_url="http://dagster")) as deliverer:
        place = Place()
        senders: dict[str, Any] = {"default": place}
        deliverer.deliver_alerts(senders, pace=Pace(0))  # of other tests
        place.texts.clear()
        world.state(BulkActionStatus.REQUESTED, asset, wanted=keys)
        world.run(asset, *keys)
        record_tick(world.instance, world.watcher)
        deliverer.deliver_alerts(senders, pace=Pace(0))
        [alert] = world.alerts()
        assert alert.pipeline_execution_id is not None
        execution = deliverer.execution(alert.pipeline_execution_id)
        assert (execution.pipeline_name, execution.scope) == (world.name, keys[1])
        [said] = place.texts
        assert f"backfill {world.backfill_id}: {keys[1]}; last error: no file" in said.splitlines()[0]
        assert "last error ValueError: no file" in said
        assert f"|step {world.name}>" in said
        address = f"http://dagster/runs/b/{world.backfill_id}"
        assert f"<{address}|backfill>" in said
        with serving(create_app(deliverer)) as board:
            page = board.get(f"/ui/alerts/{alert.id}").text
        assert f'href="{address}">Its backfill' in page
        assert f'href="http://dagster/runs/{execution.execution_metadata["run_id"]}' in page

    world.state(BulkActionStatus.COMPLETED_FAILED, asset, wanted=keys, made=keys[:1], failed=keys[1:])
    world.tick()
    world.broken.clear()
    world.run(asset, keys[1], tags={})
    world.tick()
    [over] = world.alerts(is_open=False)
    assert over.resolution == {"how": "partitions_good"}


def test_a_backfill_that_succeeds_is_shown_and_is_no_alert(world: World) -> None:
    asset = world.asset()
    world.run(asset, "2026-01-01")
    world.state(BulkActionStatus.COMPLETED_SUCCESS, asset, wanted=["2026-01-01"], made=["2026-01-01"])
    assert f"backfill {world.backfill_id} of {world.name} succeeded: 1 of 1 partition succeeded" in world.tick()
    assert world.backfill_id not in world.tick()
    assert [*world.alerts(), *world.alerts(is_open=False)] == []


def test_a_backfill_that_stops_is_an_alert_until_it_goes_on(world: World) -> None:
    asset = world.asset()
    keys = ["2026-01-01", "2026-01-02"]
    world.state(BulkActionStatus.REQUESTED, asset, wanted=keys, hours_ago=0.9)
    world.tick()
    assert world.alerts() == []
    known = world.instance.get_backfill(world.backfill_id)
    assert known is not None
    world.instance.update_backfill(known._replace(backfill_timestamp=get_current_timestamp() - 2 * HOUR))
    world.tick()
    [alert] = world.alerts()
    assert text.backfill(alert.facts) == f"backfill {world.backfill_id} makes no progress: 0 of 2 partitions succeeded"
    world.tick()
    assert [again.id for again in world.alerts()] == [alert.id]
    world.run(asset, keys[0])
    world.tick()
    [over] = world.alerts(is_open=False)
    assert over.resolution is not None
    assert over.resolution["how"] == "backfill_goes_on"


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (BulkActionStatus.CANCELED, None, "was canceled: 1 of 3 partitions succeeded, 2 did not run"),
        (BulkActionStatus.FAILED, "no such asset", "failed: no such asset; 1 of 3 partitions succeeded, 2 did not run"),
    ],
    ids=["canceled", "given up"],
)
def test_a_backfill_that_is_given_up_is_an_alert_until_the_rest_is_there(
    status: BulkActionStatus, error: str | None, said: str, world: World
) -> None:
    world.name += status.value.lower()
    asset = world.asset()
    keys = ["2026-01-01", "2026-01-02", "2026-01-03"]
    world.run(asset, keys[0])
    world.state(status, asset, wanted=keys, made=keys[:1], error=error)
    world.tick()
    [alert] = world.alerts()
    assert text.backfill(alert.facts).endswith(said)
    assert alert.facts["missing_partitions"] == keys[1:]
    world.run(asset, keys[1], tags={})
    world.tick()
    assert len(world.alerts()) == 1
    world.run(asset, keys[2], tags={})
    world.tick()
    assert world.alerts() == []


def test_a_backfill_that_is_canceled_ends_when_each_asset_has_its_own_partitions(world: World) -> None:
    @dg.asset(name=world.name + "_total")
    def total() -> None:
        pass

    daily = world.asset("_daily")
    keys = ["2026-01-01", "2026-01-02"]
    world.run(daily, keys[0])
    world.state(BulkActionStatus.CANCELED, daily, wanted=keys, made=keys[:1], whole=[total])
    world.tick()
    [alert] = world.alerts()
    assert alert.facts["missing_partitions"] == ["2026-01-02", world.name + "_total"]
    world.run(daily, keys[1], tags={})
    world.tick()
    assert len(world.alerts()) == 1
    dg.materialize([total], instance=world.instance)
    world.tick()
    assert world.alerts() == []


def test_a_canceled_backfill_is_over_when_what_it_lacks_is_gone_from_the_code(world: World) -> None:
    """As where days become hours: nothing will ever fill those days."""
    asset = world.asset()
    keys = ["2026-01-01", "2026-01-02", "2026-01-03"]
    world.run(asset, keys[0])
    world.state(BulkActionStatus.CANCELED, asset, wanted=keys, made=keys[:1])
    world.tick()
    world.look(asset, "2026-01-01")
    world.tick()
    assert len(world.alerts()) == 1
    world.look(asset, "2026-01-03")
    world.tick()
    assert len(world.alerts()) == 1
    world.run(asset, keys[2], tags={})
    world.look(asset, "2026-01-04")
    world.look(asset, "2026-01-03")
    world.tick()
    [alert] = world.alerts(is_open=False)
    assert alert.resolution == {"how": "partitions_removed"}


@pytest.mark.parametrize("when", ["before", "while it is open"])
def test_the_backfill_of_an_asset_whose_pipeline_is_renamed(when: str, world: World) -> None:
    world.name += f"_{when}".replace(" ", "_")
    asset = world.asset()
    keys = ["2026-01-01", "2026-01-02", "2026-01-03"]
    world.broken.add(keys[0])
    names = [world.name, f"new {world.name}"]
    if when == "before":
        world.run(asset, "2026-02-01", tags={})
        world.tick()
        world.watcher.update_pipeline(names[0], name=names[1])
    world.run(asset, *keys[:2])
    world.state(BulkActionStatus.CANCELED, asset, wanted=keys, made=keys[1:2], failed=keys[:1])
    world.tick()
    if when != "before":
        world.watcher.update_pipeline(names[0], name=names[1])
        world.tick()
    [alert] = world.alerts()
    assert alert.pipeline_name == names[1]
    assert (alert.facts["failed_partitions"], alert.facts["missing_partitions"]) == (keys[:1], keys[2:])
    world.broken.clear()
    world.run(asset, keys[0], tags={})
    world.tick()
    assert len(world.alerts()) == 1
    world.look(asset, "2026-01-04")
    world.look(asset, "2026-01-03")
    world.tick()
    assert len(world.alerts()) == 1, "the third day is there again"
    world.run(asset, keys[2], tags={})
    world.tick()
    assert world.alerts() == []


def test_partitions_of_an_asset_whose_pipeline_was_renamed_are_gone(world: World) -> None:
    asset = world.asset()
    world.broken.add("2026-01-01")
    world.run(asset, "2026-01-01", tags={})
    world.run(asset, "2026-01-03")
    world.state(BulkActionStatus.CANCELED, asset, wanted=["2026-01-02", "2026-01-03"], made=["2026-01-03"])
    world.tick()
    pipeline = world.watcher.update_pipeline(world.name, name=f"new {world.name}")
    world.look(asset, "2026-01-03")
    world.tick()
    found = world.watcher.alerts(pipeline=pipeline.id)
    assert [(alert.state, alert.resolution) for alert in found] == [("resolved", {"how": "partitions_removed"})] * 2


def test_an_asset_without_partitions_in_a_backfill_is_renamed(world: World) -> None:
    @dg.asset(name=world.name + "_total")
    def total() -> None:
        if world.broken:
            raise ValueError("no file")

    daily = world.asset("_daily")
    name = world.name + "_total"
    dg.materialize([total], instance=world.instance)
    world.tick()
    world.watcher.update_pipeline(name, name=f"new {name}")
    world.broken.add(name)
    dg.materialize([total], instance=world.instance, tags={"dagster/backfill": world.backfill_id}, raise_on_error=False)
    world.state(BulkActionStatus.COMPLETED_FAILED, daily, wanted=[], whole=[total])
    world.tick()
    [alert] = world.alerts()
    assert (alert.pipeline_name, alert.facts["missing_partitions"]) == (f"new {name}", [f"new {name}"])
    world.broken.clear()
    dg.materialize([total], instance=world.instance)
    world.tick()
    assert world.alerts() == []


@pytest.mark.parametrize("is_given_up", [True, False], ids=["all of it", "some of its runs"])
def test_partitions_whose_runs_were_canceled_did_not_run(is_given_up: bool, world: World) -> None:
    """Dagster's own state of the backfill counts them as failed."""
    world.name += "_all" if is_given_up else "_some"
    asset = world.asset()
    keys = ["2026-01-01", "2026-01-02", "2026-01-03"]
    world.run(asset, keys[0])
    world.state(BulkActionStatus.REQUESTED, asset, wanted=keys, made=keys[:1], failed=keys[1:2])
    world.tick()
    assert world.alerts() == []
    status = BulkActionStatus.CANCELED if is_given_up else BulkActionStatus.COMPLETED_FAILED
    world.state(status, asset, wanted=keys, made=keys[:1], failed=keys[1:])
    for _ in range(2):
        world.tick()
        [alert] = world.alerts()
        assert "1 of 3 partitions succeeded, 2 did not run" in text.backfill(alert.facts)
    world.run(asset, *keys[1:], tags={})
    world.tick()
    assert world.alerts() == []


def test_the_failures_of_several_assets_are_behind_their_backfill(world: World) -> None:
    assets = [world.asset("_bronze"), world.asset("_gold")]
    keys = ["2026-01-01", "2026-01-02"]
    world.broken |= {"2026-01-02"}
    for asset in assets:
        world.run(asset, *keys)
    world.tick()  # the daemon is late: the failures are known before
    world.state(BulkActionStatus.COMPLETED_FAILED, *assets, wanted=keys, made=keys[:1], failed=keys[1:])
    world.tick()
    [alert] = world.alerts()
    assert alert.facts["pipelines"] == [world.name + "_bronze", world.name + "_gold"]
    behind = {other.pipeline_name for other in world.watcher.alerts(limit=1000) if other.cause_alert_id == alert.id}
    assert behind == {world.name + "_bronze", world.name + "_gold"}
    with serving(create_app(world.watcher)) as board:
        assert "What failed in it: fix that" in board.get(f"/ui/alerts/{alert.id}").text


def test_a_backfill_of_a_job_is_an_alert_of_the_job(world: World) -> None:
    broken = {"b"}

    @dg.op(name=f"{world.name}_op")
    def load(context: dg.OpExecutionContext) -> None:
        if context.partition_key in broken:
            raise ValueError("no file")

    @dg.job(name=world.name, partitions_def=dg.StaticPartitionsDefinition(["a", "b", "c"]))
    def filled() -> None:
        load()

    def run(key: str, tags: dict[str, str]) -> None:
        tags = {**tags, ".dagster/repository": "__repository__@shop"}
        filled.execute_in_process(instance=world.instance, partition_key=key, tags=tags, raise_on_error=False)

    for key in ("a", "b", "c"):
        run(key, {"dagster/backfill": world.backfill_id})
    world.job_state(BulkActionStatus.COMPLETED_FAILED, world.name, wanted=["a", "b", "c"])
    world.tick()
    [alert] = world.alerts()
    assert alert.pipeline_name == f"shop/{world.name}"
    assert text.backfill(alert.facts).startswith("1 of 3 partitions failed in backfill")
    world.tick()
    assert len(world.alerts()) == 1
    broken.clear()
    run("b", {})
    world.tick()
    assert world.alerts() == []


def test_a_backfill_of_the_command_line_goes_on_until_its_queued_runs_have_ended(world: World) -> None:
    @dg.op(name=f"{world.name}_op")
    def load() -> None: ...

    @dg.job(name=world.name, partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
    def filled() -> None:
        load()

    tags = {"dagster/backfill": world.backfill_id, ".dagster/repository": "__repository__@shop"}
    filled.execute_in_process(instance=world.instance, partition_key="a", tags=tags)
    queued = world.instance.create_run_for_job(filled, tags={**tags, "dagster/partition": "b"})
    world.job_state(BulkActionStatus.COMPLETED, world.name, wanted=["a", "b"])
    queued_at = get_current_timestamp()
    assert "backfill" not in world.tick()
    assert world.alerts() == []

    world.instance.report_run_canceled(queued)
    assert "failed: 1 of 2 partitions succeeded" in world.tick()
    [alert] = world.alerts()
    assert alert.facts["missing_partitions"] == ["b"]
    assert dt.datetime.fromisoformat(alert.facts["ended_at"]).timestamp() > queued_at


def test_the_backfill_of_a_pipeline_that_is_muted_is_no_alert(world: World) -> None:
    asset = world.asset()
    world.broken |= {"2026-01-01"}
    world.run(asset, "2026-01-01")
    world.tick()
    world.watcher.update_pipeline(world.name, mute_failure_check=True)
    world.state(BulkActionStatus.COMPLETED_FAILED, asset, wanted=["2026-01-01"], failed=["2026-01-01"])
    world.tick()
    assert world.alerts() == []


def test_a_backfill_that_is_resolved_by_hand_stays_so(world: World) -> None:
    asset = world.asset()
    world.broken |= {"2026-01-01", "2026-01-02"}
    world.state(BulkActionStatus.REQUESTED, asset, wanted=["2026-01-01", "2026-01-02"])
    world.run(asset, "2026-01-01")
    world.tick()
    [alert] = world.alerts()
    world.watcher.resolve_alert(alert.id, by="ann")
    world.run(asset, "2026-01-02")
    world.tick()
    assert world.alerts() == []


def test_a_run_that_fails_before_its_assets_keeps_the_alert_open(world: World) -> None:
    is_broken = [True]

    @dg.resource
    def warehouse(_: dg.InitResourceContext) -> None:
        if is_broken:
            raise OSError("cannot connect")

    @dg.asset(name=world.name, partitions_def=DAYS, required_resource_keys={"warehouse"})
    def made() -> None: ...

    def run(tags: dict[str, str]) -> None:
        dg.materialize(
            [made],
            instance=world.instance,
            resources={"warehouse": warehouse},
            partition_key="2026-01-01",
            tags=tags,
            raise_on_error=False,
        )

    world.state(BulkActionStatus.REQUESTED, made, wanted=["2026-01-01"])
    run({"dagster/backfill": world.backfill_id})
    world.state(BulkActionStatus.COMPLETED_FAILED, made, wanted=["2026-01-01"], failed=["2026-01-01"])
    world.tick()
    world.tick()
    assert len(world.alerts()) == 1
    is_broken.clear()
    run({})
    world.tick()
    assert world.alerts() == []


def test_a_backfill_that_came_and_went_while_nothing_was_recorded_is_found(world: World) -> None:
    asset = world.asset()
    world.broken |= {"2026-01-01"}
    world.tick()
    bad = ["2026-01-01"]
    world.run(asset, "2026-01-01")
    world.state(BulkActionStatus.COMPLETED_FAILED, asset, wanted=bad, failed=bad, hours_ago=5)
    world.tick()
    assert world.alerts() == []  # it is as old as if it had been seen before
    with world.watcher.recorder(compat.run_storage_id(world.instance)) as session:
        assert session is not None
        session.record([], cursor={**session.cursor, "backfills_read": get_current_timestamp() - 6 * HOUR})
    world.tick()
    assert len(world.alerts()) == 1

"""Backfills of which something failed, that were given up, or that stop: one alert for each, as Dagster stores them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
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
from dagster._utils.error import SerializableErrorInfo
from sqlalchemy import text as sql

from watcher_core import Alert, Watcher
from watcher_dagster.recorder import record_tick

DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-03-01")
HOUR = 3_600.0


@dataclass
class World:
    """Assets that fail where a test wants it, in a Dagster instance, and what Watcher says of their backfills."""

    instance: dg.DagsterInstance
    watcher: Watcher
    name: str
    broken: set[str] = field(default_factory=set)

    @property
    def backfill_id(self) -> str:
        return f"{self.name}bf"

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
        wanted: list[str],
        made: list[str] = [],  # noqa: B006 - it is only read
        failed: list[str] = [],  # noqa: B006 - it is only read
        hours_ago: float = 0.0,
        error: str | None = None,
    ) -> None:
        """Write how far a backfill of assets has got, as Dagster's daemon does."""

        def subset(keys: list[str]) -> AssetGraphSubset:
            chosen = DAYS.empty_subset().with_partition_keys(keys)
            return AssetGraphSubset({asset.key: chosen for asset in assets} if keys else {})

        requested = get_current_timestamp() - hours_ago * HOUR
        data = AssetBackfillData.empty(subset(wanted), requested, None)  # type: ignore[arg-type] # of no graph
        data = data._replace(
            target_subset=subset(wanted),
            materialized_subset=subset(made),
            failed_and_downstream_subset=subset(failed),
        )
        self._write(
            status,
            requested,
            error,
            asset_selection=[asset.key for asset in assets],
            asset_backfill_data=data,
        )

    def job_state(self, status: BulkActionStatus, job: str, *, wanted: list[str]) -> None:
        """Write how far a backfill of a job has got."""
        location = RegisteredCodeLocationOrigin("shop")
        origin = RemotePartitionSetOrigin(
            repository_origin=RemoteRepositoryOrigin(location, "__repository__"),
            partition_set_name=f"{job}_partition_set",
        )
        self._write(status, get_current_timestamp(), None, partition_set_origin=origin, partition_names=wanted)

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
def world(module_dagster_instance: dg.DagsterInstance, module_watcher: Watcher, request: Any) -> Iterator[World]:
    name = request.node.name.removeprefix("test_").split("[")[0][:30]
    yield World(module_dagster_instance, module_watcher, name)


@pytest.fixture(autouse=True)
def _console(monkeypatch: pytest.MonkeyPatch) -> None:
    del monkeypatch


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
    ended = {"wanted": keys, "made": made, "failed": ["2026-01-02", "2026-01-04"]}
    world.state(BulkActionStatus.COMPLETED_FAILED, asset, **ended)
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

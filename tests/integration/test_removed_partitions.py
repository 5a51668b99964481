"""Failed partitions that are gone from the code: their failures are over, until they are back."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import dagster as dg
import pytest

from watcher_core import Watcher
from watcher_dagster import WatcherResource, compat
from watcher_dagster.automation import build_watcher_recorder_sensor
from watcher_dagster.automation.configuration import ConfigurationRecorder
from watcher_dagster.automation.partitions import PartitionRecorder
from watcher_dagster.recorder import record_tick

SHOPS = dg.DynamicPartitionsDefinition(name="shops")


def sales(definition: dg.PartitionsDefinition[Any]) -> dg.AssetsDefinition:
    """An asset all of whose partitions fail."""

    @dg.asset(name="sales", partitions_def=definition)
    def fails() -> None:
        raise ValueError("no file")

    return fails


def fail(instance: dg.DagsterInstance, watcher: Watcher, asset: dg.AssetsDefinition, *keys: str) -> None:
    for key in keys:
        dg.materialize([asset], instance=instance, partition_key=key, raise_on_error=False)
    record_tick(instance, watcher)


def look(instance: dg.DagsterInstance, watcher: Watcher, asset: dg.AssetsDefinition, location: str = "shop") -> None:
    """Look for what is gone, as a code location does that has just been loaded."""
    repository = dg.Definitions(assets=[asset]).get_repository_def()
    ConfigurationRecorder(watcher).record(repository, location, instance)
    PartitionRecorder(watcher).record(repository, location, instance)


def failing(watcher: Watcher) -> Sequence[str]:
    return [key for finding in watcher.check_failures() for key in finding.details["failed_partitions"]]


def test_a_partition_that_is_gone_does_not_fail_until_it_is_back(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    dagster_instance.add_dynamic_partitions("shops", ["north", "south"])
    asset = sales(SHOPS)
    fail(dagster_instance, watcher, asset, "north", "south")
    look(dagster_instance, watcher, asset)
    assert failing(watcher) == ["north", "south"]
    dagster_instance.delete_dynamic_partition("shops", "north")
    look(dagster_instance, watcher, asset)
    assert failing(watcher) == ["south"]
    dagster_instance.delete_dynamic_partition("shops", "south")
    look(dagster_instance, watcher, asset)
    assert failing(watcher) == []
    (alert,) = watcher.alerts(state="resolved")
    assert alert.resolution == {"how": "partitions_removed"}
    dagster_instance.add_dynamic_partitions("shops", ["south"])
    look(dagster_instance, watcher, asset)
    assert failing(watcher) == ["south"]


def test_a_partition_of_a_job_that_is_gone_does_not_fail_until_it_is_back(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    @dg.op
    def load() -> None:
        raise ValueError("no file")

    def nightly(*shops: str) -> dg.Definitions:
        @dg.job(name="nightly", partitions_def=dg.StaticPartitionsDefinition(shops))
        def job() -> None:
            load()

        return dg.Definitions(jobs=[job])

    def failing_of(*shops: str) -> Sequence[str]:
        repository = nightly(*shops).get_repository_def()
        ConfigurationRecorder(watcher).record(repository, "shop", dagster_instance)
        PartitionRecorder(watcher).record(repository, "shop", dagster_instance)
        found = [finding.details.get("failed_partitions", ["a range"]) for finding in watcher.check_failures()]
        return [key for keys in found for key in keys]

    tags = {compat.REPOSITORY_TAG: f"{compat.DEFAULT_REPOSITORY}@shop"}
    # A run of a range has its ends in its scope.
    ranged = {"dagster/asset_partition_range_start": "east", "dagster/asset_partition_range_end": "west"}
    job = nightly("north", "south/2", "east", "west").resolve_job_def("nightly")
    job.execute_in_process(instance=dagster_instance, raise_on_error=False, partition_key="north", tags=tags)
    job.execute_in_process(instance=dagster_instance, raise_on_error=False, partition_key="south/2", tags=tags)
    job.execute_in_process(instance=dagster_instance, raise_on_error=False, tags={**tags, **ranged})
    record_tick(dagster_instance, watcher)
    assert failing_of("north", "south/2", "east", "west") == ["north", "south/2"]
    assert failing_of("south/2", "west") == ["south/2"]
    assert failing_of("west") == ["a range"]
    assert failing_of("other") == []
    assert failing_of("north") == ["north"]


def test_a_partition_of_a_pipeline_that_was_renamed_is_gone_as_well(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    dagster_instance.add_dynamic_partitions("shops", ["north", "south"])
    asset = sales(SHOPS)
    fail(dagster_instance, watcher, asset, "north", "south")
    watcher.update_pipeline("sales", name="shop sales")
    dagster_instance.delete_dynamic_partition("shops", "north")
    look(dagster_instance, watcher, asset)
    assert failing(watcher) == ["south"]


@pytest.mark.parametrize(
    ("before", "key", "after"),
    [
        (dg.StaticPartitionsDefinition(["red"]), "red", dg.StaticPartitionsDefinition(["blue"])),
        (
            dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-08"),
            "2024-01-01",
            dg.DailyPartitionsDefinition("2024-01-02", end_date="2024-01-08"),
        ),
    ],
    ids=["static", "time"],
)
def test_partitions_that_are_cut_anew(
    before: dg.PartitionsDefinition[Any],
    key: str,
    after: dg.PartitionsDefinition[Any],
    dagster_instance: dg.DagsterInstance,
    watcher: Watcher,
) -> None:
    fail(dagster_instance, watcher, sales(before), key)
    assert failing(watcher) == [key]
    look(dagster_instance, watcher, sales(after))
    assert failing(watcher) == []


def test_partitions_that_cannot_be_listed_are_there(
    dagster_instance: dg.DagsterInstance,
    watcher: Watcher,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any, **__: Any) -> Sequence[str]:
        raise RuntimeError("the list of shops is away")

    fail(dagster_instance, watcher, sales(dg.StaticPartitionsDefinition(["red"])), "red")
    blue = sales(dg.StaticPartitionsDefinition(["blue"]))
    repository = dg.Definitions(assets=[blue]).get_repository_def()
    ConfigurationRecorder(watcher).record(repository, "shop", dagster_instance)
    monkeypatch.setattr(dg.StaticPartitionsDefinition, "get_partition_keys", broken)
    PartitionRecorder(watcher).record(repository, "shop", dagster_instance)
    assert failing(watcher) == ["red"]
    assert "the partitions of sales cannot be listed: RuntimeError('the list of shops is away')" in caplog.text


def test_what_failed_in_another_instance_stays(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    fail(dagster_instance, watcher, sales(dg.StaticPartitionsDefinition(["red"])), "red")
    with dg.DagsterInstance.ephemeral() as another:
        look(another, watcher, sales(dg.StaticPartitionsDefinition(["blue"])))
    assert failing(watcher) == ["red"]


def test_of_two_code_locations_with_the_asset_the_last_one_says_what_there_is(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    """As while a new version of a code location is started beside the old one."""
    red, blue = (sales(dg.StaticPartitionsDefinition([colour])) for colour in ("red", "blue"))
    fail(dagster_instance, watcher, red, "red")
    look(dagster_instance, watcher, red, "old")
    look(dagster_instance, watcher, blue, "new")
    assert failing(watcher) == []
    PartitionRecorder(watcher).record(dg.Definitions(assets=[red]).get_repository_def(), "old", dagster_instance)
    assert failing(watcher) == []


def test_the_recorder_looks_at_what_has_failed(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compat, "sensor_location", lambda *_: "shop")
    fail(dagster_instance, watcher, sales(dg.StaticPartitionsDefinition(["red"])), "red")
    sensor = build_watcher_recorder_sensor()
    definitions = dg.Definitions(assets=[sales(dg.StaticPartitionsDefinition(["blue"]))], sensors=[sensor])
    context = dg.build_sensor_context(
        instance=dagster_instance,
        repository_def=definitions.get_repository_def(),
        resources={"watcher": WatcherResource(database_url=database_url)},
    )
    sensor.evaluate_tick(context)
    assert failing(watcher) == []


@pytest.mark.skipif(
    "partitions_def" not in inspect.signature(dg.asset_check).parameters, reason="came with Dagster 1.13"
)
@pytest.mark.filterwarnings("ignore:Specifying a partitions_def on an AssetCheckSpec")
def test_a_check_of_a_partition_that_is_gone_is_over_until_it_is_back(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    @dg.asset(name="sales", partitions_def=SHOPS)
    def sells() -> None: ...

    @dg.asset_check(asset=sells, partitions_def=SHOPS)
    def complete() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False)

    def unsound() -> Sequence[str]:
        look(dagster_instance, watcher, sells)
        found = watcher.check_asset_checks()
        return [key for finding in found for key in finding.details["failed_partitions"]]

    definitions = dg.Definitions(assets=[sells], asset_checks=[complete], jobs=[dg.define_asset_job("job")])
    dagster_instance.add_dynamic_partitions("shops", ["north", "south"])
    for key in ("north", "south"):
        definitions.resolve_job_def("job").execute_in_process(instance=dagster_instance, partition_key=key)
    record_tick(dagster_instance, watcher)
    assert unsound() == ["north", "south"]
    dagster_instance.delete_dynamic_partition("shops", "north")
    assert unsound() == ["south"]
    dagster_instance.delete_dynamic_partition("shops", "south")
    assert unsound() == []
    (alert,) = watcher.alerts(state="resolved")
    assert alert.resolution == {"how": "partitions_removed"}
    assert [check.failing for check in watcher.asset_checks()] == [0]
    assert watcher.asset_checks(failing=True) == []
    dagster_instance.add_dynamic_partitions("shops", ["south"])
    assert unsound() == ["south"]

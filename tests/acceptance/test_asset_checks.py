"""`build_watcher_asset_checks`, in real runs: what the checks record, what they say, and what they never do."""

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

from watcher_core import Execution, InvalidValueError, Watcher
from watcher_core.database.engine import normalize_url
from watcher_dagster import WatcherResource, build_watcher_asset_checks, watcher_metadata
from watcher_dagster.recorder.tick import record_tick

NOWHERE = "postgresql://nobody:secret@127.0.0.1:1/none"


class Platform:
    """A Dagster instance whose assets find Watcher as a resource."""

    def __init__(self, instance: dg.DagsterInstance, watcher: Watcher, url: str) -> None:
        self.instance = instance
        self.watcher = watcher
        self.resource = WatcherResource(database_url=url)
        self.engine = sa.create_engine(normalize_url(url))

    def materialize(self, *definitions: Any, **options: Any) -> dg.ExecuteInProcessResult:
        resources = options.pop("resources", {"watcher": self.resource})
        return dg.materialize(definitions, instance=self.instance, resources=resources, raise_on_error=False, **options)


def evaluations(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {one.check_name: one for one in result.get_asset_check_evaluations()}


def values(evaluation: dg.AssetCheckEvaluation) -> dict[str, Any]:
    return {key: value.value for key, value in evaluation.metadata.items()}


@pytest.fixture
def platform(dagster_instance: dg.DagsterInstance, watcher: Watcher, database_url: str) -> Iterator[Platform]:
    made = Platform(dagster_instance, watcher, database_url)
    yield made
    made.engine.dispose()
    made.resource.get_client().close()


@dg.asset(key_prefix="shop", group_name="sales")
def plain() -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(metadata={"watcher/inserts": 3})


@dg.asset(metadata=watcher_metadata(freshness=(2, "hour"), timeliness=(15, "minute")))
def ruled() -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(metadata={"watcher/inserts": 3})


@dg.asset(metadata=watcher_metadata(freshness=(2, "hour")))
def idle() -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(metadata={"watcher/inserts": 0})


# What they record and say


def test_an_asset_that_knows_nothing_of_watcher_is_recorded_and_passes(platform: Platform) -> None:
    result = platform.materialize(plain, *build_watcher_asset_checks([plain]))
    assert result.success
    found = evaluations(result)
    assert set(found) == {"watcher_freshness", "watcher_timeliness", "watcher_anomalies"}
    assert all(one.passed for one in found.values())
    assert "There is no anomaly rule" in (found["watcher_anomalies"].description or "")
    assert "There is no freshness rule" in (found["watcher_freshness"].description or "")
    (execution,) = platform.watcher.executions(pipeline="shop/plain")
    assert (execution.inserts, execution.completed_successfully) == (3, True)
    assert platform.watcher.pipeline("shop/plain").pipeline_type_name == "sales"
    assert values(found["watcher_freshness"])["watcher/last_change"] == pytest.approx(
        platform.watcher.pipeline("shop/plain").last_target_insert.timestamp()  # type: ignore[union-attr] # a load is there
    )


@pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")
def test_the_recorder_writes_the_same_rows(platform: Platform) -> None:
    """Whatever it is that makes the asset."""
    attempts: list[int] = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
    def flaky() -> None:
        attempts.append(1)
        if len(attempts) < 2:
            raise ValueError("again")

    @dg.op
    def begin() -> int:
        return 1

    @dg.op
    def end(number: int) -> int:
        return number

    @dg.graph_asset
    def graph() -> int:
        return end(begin())

    @dg.multi_asset(specs=[dg.AssetSpec("one"), dg.AssetSpec("two")])
    def both() -> Iterator[Any]:
        yield dg.MaterializeResult(asset_key="one", metadata={"dagster/row_count": 1})
        yield dg.MaterializeResult(asset_key="two")

    @dg.asset(
        partitions_def=dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01"),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def ranged() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"watcher/inserts": 30})

    days = {"dagster/asset_partition_range_start": "2024-01-02", "dagster/asset_partition_range_end": "2024-01-04"}
    assets = [plain, flaky, graph, both]
    results = [
        platform.materialize(*assets, *build_watcher_asset_checks(assets)),
        platform.materialize(ranged, *build_watcher_asset_checks([ranged]), tags=days),
    ]

    def known() -> dict[str, Execution]:
        found = {one.external_id: replace(one, updated_at=one.created_at) for one in platform.watcher.executions()}
        return {identity: one for identity, one in found.items() if "/" in identity}

    early = known()
    assert len(early) == 8
    assert early[f"{results[0].run_id}/flaky/flaky"].execution_metadata["attempts"] == 2
    record_tick(platform.instance, platform.watcher)
    assert known() == early
    runs = [one for one in platform.watcher.executions() if one.external_id in {one.run_id for one in results}]
    assert [run.completed_successfully for run in runs] == [True, True]


def test_what_is_in_time_passes_with_its_numbers(platform: Platform) -> None:
    found = evaluations(platform.materialize(ruled, *build_watcher_asset_checks([ruled])))
    freshness, timeliness = found["watcher_freshness"], found["watcher_timeliness"]
    assert (freshness.passed, timeliness.passed) == (True, True)
    assert values(freshness)["watcher/expected_within"] == "2 hours"
    assert values(freshness)["watcher/overdue_seconds"] == 0.0
    assert 0 <= values(freshness)["watcher/age_seconds"] < 60
    assert isinstance(freshness.metadata["watcher/last_change"], dg.TimestampMetadataValue)
    assert isinstance(freshness.metadata["watcher/overdue_seconds"], dg.FloatMetadataValue)
    assert 0 <= values(timeliness)["watcher/duration_seconds"] < 60
    assert (timeliness.description or "").startswith("The newest execution took ")
    assert platform.watcher.alerts() == []


def test_data_that_a_run_does_not_change_stays_stale(platform: Platform) -> None:
    platform.materialize(idle, *build_watcher_asset_checks([idle]))
    with platform.engine.begin() as connection:
        connection.execute(sa.text("UPDATE watcher.pipeline SET created_at = now() - interval '5 hours'"))
    (found,) = evaluations(platform.materialize(idle, *build_watcher_asset_checks([idle], checks="freshness"))).values()
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert (found.description or "").startswith("Stale: no change since 20")
    assert 3 * 3600 <= values(found)["watcher/overdue_seconds"] < 3 * 3600 + 60
    assert platform.watcher.alerts() == []  # those are the job's


def test_a_materialization_that_took_too_long_fails_the_check(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.watcher.get_or_create_pipeline("slow", timeliness_number=1, timeliness_datepart="minute")
    clock = time.time_ns
    behind = [120]
    monkeypatch.setattr("time.time", lambda: clock() / 1e9 - behind[0])
    monkeypatch.setattr("time.time_ns", lambda: clock() - behind[0] * 10**9)  # of logging, from Python 3.13 on

    @dg.asset
    def slow() -> None:
        behind[0] = 0

    result = platform.materialize(slow, *build_watcher_asset_checks([slow], checks=["timeliness"]))
    (found,) = evaluations(result).values()
    assert (result.success, found.passed) == (True, False)
    assert "succeeded after 2 min" in (found.description or "")
    assert 60 <= values(found)["watcher/overdue_seconds"] < 90


def test_a_check_that_runs_by_itself_judges_what_is_on_record(platform: Platform) -> None:
    checks = build_watcher_asset_checks(["ruled"])
    selection = dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("ruled"), "watcher_freshness"))
    unknown = evaluations(platform.materialize(*checks, selection=selection))
    assert set(unknown) == {"watcher_freshness"}
    assert unknown["watcher_freshness"].description == "Watcher knows nothing of this asset yet."
    platform.watcher.get_or_create_pipeline("ruled", freshness_number=1, freshness_datepart="day")
    (found,) = evaluations(platform.materialize(*checks, selection=selection)).values()
    assert (found.description or "").startswith("No change yet")
    assert platform.watcher.executions() == []


def test_muted_and_inactive_pipelines_say_so(platform: Platform) -> None:
    checks = build_watcher_asset_checks(["ruled"], checks=["freshness"])
    platform.watcher.get_or_create_pipeline(
        "ruled", freshness_number=1, freshness_datepart="day", mute_freshness_check=True
    )
    selection = dg.AssetSelection.all_asset_checks()
    (muted,) = evaluations(platform.materialize(*checks, selection=selection)).values()
    assert (muted.passed, (muted.description or "").endswith("the pipeline is muted.")) == (True, True)
    platform.watcher.update_pipeline("ruled", active=False)
    (inactive,) = evaluations(platform.materialize(*checks, selection=selection)).values()
    assert (inactive.description or "").endswith("the pipeline is inactive.")


def test_partitions_are_recorded_one_by_one(platform: Platform) -> None:
    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["eu", "us"]))
    def parted() -> None: ...

    result = platform.materialize(parted, *build_watcher_asset_checks([parted]), partition_key="eu")
    assert result.success
    (execution,) = platform.watcher.executions(pipeline="parted")
    assert execution.execution_metadata["partition"] == "eu"


# What they never do


def test_a_database_that_cannot_be_reached_fails_no_run_and_blocks_nothing(platform: Platform) -> None:
    @dg.asset(deps=[ruled])
    def downstream() -> None: ...

    checks = build_watcher_asset_checks([ruled], blocking=True)
    away = {"watcher": WatcherResource(database_url=NOWHERE)}
    result = platform.materialize(ruled, downstream, *checks, resources=away)
    assert result.success
    assert len(result.asset_materializations_for_node("downstream")) == 1
    for found in evaluations(result).values():
        assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert (found.description or "").startswith("Cannot be judged: ")
        assert "secret" not in (found.description or "")


def test_blocking_checks_stop_downstream_assets(platform: Platform) -> None:
    @dg.asset(deps=[idle])
    def downstream() -> None: ...

    platform.watcher.get_or_create_pipeline("idle")
    with platform.engine.begin() as connection:
        connection.execute(sa.text("UPDATE watcher.pipeline SET created_at = now() - interval '5 hours'"))
    checks = build_watcher_asset_checks([idle], blocking=True)
    result = platform.materialize(idle, downstream, *checks)
    assert evaluations(result)["watcher_freshness"].severity is dg.AssetCheckSeverity.ERROR
    assert result.asset_materializations_for_node("downstream") == []


# Building them


def test_every_kind_of_asset_can_be_checked() -> None:
    @dg.multi_asset(specs=[dg.AssetSpec("one"), dg.AssetSpec("two")])
    def both() -> Iterator[Any]:
        yield dg.MaterializeResult(asset_key="one")
        yield dg.MaterializeResult(asset_key="two")

    # Dagster loads no check with partitions whose asset is defined elsewhere, as a spec's may be.
    elsewhere = dg.AssetSpec("three", partitions_def=dg.StaticPartitionsDefinition(["eu", "us"]))
    built = build_watcher_asset_checks([both, elsewhere, dg.AssetKey(["a", "four"]), "five", plain, plain])
    keys = sorted(key.asset_key.to_user_string() for one in built for key in one.check_keys)
    assert keys == sorted(["one", "two", "three", "a/four", "five", "shop/plain"] * 3)
    dg.Definitions.validate_loadable(
        dg.Definitions(assets=[both, plain], asset_checks=built, resources={"watcher": WatcherResource()})
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"assets": ["a"], "checks": ["freshnes"]}, "checks has 'freshnes'; there are 'freshness', 'timeliness'"),
        ({"assets": ["a"], "checks": []}, "checks has nothing"),
        ({"assets": "orders"}, "assets is 'orders'; it must be a list"),
        ({"assets": [7]}, "assets has 7; it must be a definition, a spec or a key"),
    ],
)
def test_what_cannot_be_checked_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as raised:
        build_watcher_asset_checks(**arguments)
    assert message in str(raised.value)


def test_an_age_is_measured_at_the_time_of_the_check(platform: Platform) -> None:
    before = dt.datetime.now(dt.UTC)
    found = evaluations(platform.materialize(ruled, *build_watcher_asset_checks([ruled], checks=["freshness"])))
    changed = platform.watcher.pipeline("ruled").last_target_insert
    assert changed is not None
    assert (
        values(found["watcher_freshness"])["watcher/age_seconds"]
        <= (dt.datetime.now(dt.UTC) - min(before, changed)).total_seconds()
    )

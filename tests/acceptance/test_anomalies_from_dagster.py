"""Anomalies in a real Dagster instance: rules from assets, the sensor and the job that judge, and what they show."""

import base64
import datetime as dt
import sys
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from watcher_core import (
    AlertKind,
    AlertState,
    AnomalyExplanation,
    AnomalyMetric,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    Watcher,
)
from watcher_core.anomalies.methods import seasonal
from watcher_dagster import (
    WatcherResource,
    build_watcher_anomaly_sensor,
    build_watcher_asset_checks,
    build_watcher_definitions,
    build_watcher_recorder_sensor,
    compat,
    watcher_metadata,
)
from watcher_dagster.automation import jobs
from watcher_dagster.checks import anomaly_verdicts
from watcher_dagster.checks.anomaly_verdicts import judge_metrics

USUAL_ROWS = 1_000


@dg.asset(metadata=watcher_metadata(anomalies=["total_rows"]))
def orders() -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(metadata={"dagster/row_count": 480})


@dg.asset(metadata=watcher_metadata(anomalies={"total_rows": {"lookback_days": 0}}))
def unruly() -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(metadata={"dagster/row_count": 480})


@dg.asset(deps=[orders])
def revenue() -> None: ...


class Platform:
    """A Dagster instance with Watcher's sensors and jobs."""

    def __init__(self, instance: dg.DagsterInstance, watcher: Watcher, url: str) -> None:
        self.instance = instance
        self.watcher = watcher
        self.resource = WatcherResource(database_url=url)
        self.client = self.resource.get_client()

    def tick(self, sensor: dg.SensorDefinition, *assets: Any) -> str:
        """Evaluate a sensor, and give what its tick says."""
        repository = dg.Definitions(assets=assets, resources={"watcher": self.resource}).get_repository_def()
        with dg.build_sensor_context(
            instance=self.instance, repository_def=repository, resources={"watcher": self.resource}
        ) as context:
            return sensor.evaluate_tick(context).skip_message or ""

    def live_through(self, pipeline: str, days: int = 30) -> None:
        """Have a pipeline with loads of the usual size behind it, one a day."""
        today = dt.datetime.now(dt.UTC)
        self.watcher.record(
            ExecutionRecord(
                source=ExecutionSource.HTTP,
                external_id=f"{pipeline}-{day}",
                pipeline_name=pipeline,
                state=ExecutionState.SUCCEEDED,
                start_date=today - dt.timedelta(days=day, seconds=60),
                end_date=today - dt.timedelta(days=day),
                total_rows=USUAL_ROWS + day * 7 % 11,
            )
            for day in range(1, days + 1)
        )

    def materialize(self, *assets: Any) -> None:
        assert dg.materialize(assets, instance=self.instance).success

    def check(self, *assets: Any, **options: Any) -> tuple[dg.ExecuteInProcessResult, dg.AssetCheckEvaluation]:
        """Materialize assets, with the check of the first, and give its evaluation."""
        result = dg.materialize(
            [*assets, *build_watcher_asset_checks(assets[:1], checks=["anomalies"], **options)],
            instance=self.instance,
            resources={"watcher": self.resource},
            raise_on_error=False,
        )
        (evaluation,) = result.get_asset_check_evaluations()
        return result, evaluation

    def run(self, *, dry_run: bool = False, shares: int = 1) -> list[dict[str, Any]]:
        """Execute the job, and give what each share shows."""
        definition = build_watcher_definitions(resource=self.resource).resolve_job_def("watcher_anomaly_job")
        configured = {"share_pending": {"shares": shares}, "detect_anomalies": {"dry_run": dry_run}}
        result = definition.execute_in_process(
            instance=self.instance, run_config={"ops": {op: {"config": config} for op, config in configured.items()}}
        )
        outputs = [event for event in result.all_events if event.event_type_value == "STEP_OUTPUT"]
        return [
            {name: value.value for name, value in event.step_output_data.metadata.items()}
            for event in outputs
            if event.node_name == "detect_anomalies"
        ]


@pytest.fixture
def platform(dagster_instance: dg.DagsterInstance, watcher: Watcher, database_url: str) -> Iterator[Platform]:
    made = Platform(dagster_instance, watcher, database_url)
    yield made
    made.client.close()


def test_half_a_load_is_told_by_the_next_tick(platform: Platform) -> None:
    recorder, anomalies = build_watcher_recorder_sensor(), build_watcher_anomaly_sensor()
    platform.tick(recorder, orders)
    assert [rule.metric_field for rule in platform.watcher.anomaly_rules(pipeline="orders")] == ["total_rows"]
    platform.live_through("orders")
    assert platform.tick(anomalies, orders).startswith("judged 30 executions, 0 anomalies")
    platform.materialize(orders)
    platform.tick(recorder, orders)
    assert platform.tick(anomalies, orders) == "judged 1 execution, 1 anomaly"
    (alert,) = platform.watcher.alerts()
    assert (alert.kind, alert.state) == (AlertKind.ANOMALY, AlertState.OPEN)
    assert platform.tick(anomalies, orders) == "nothing to judge"


def test_a_rule_that_is_refused_keeps_nothing_from_being_recorded(
    platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = build_watcher_recorder_sensor()
    platform.materialize(unruly)
    platform.tick(recorder, unruly)
    assert "the anomaly rules of this code location's assets are refused" in caplog.text
    assert "lookback_days is 0" in caplog.text
    assert len(platform.watcher.executions(pipeline="unruly")) == 1


def test_all_rules_may_be_switched_off(platform: Platform) -> None:
    recorder = build_watcher_recorder_sensor()

    def prices(anomalies: bool) -> dg.AssetsDefinition:
        @dg.asset(name="prices", metadata=watcher_metadata(anomalies=anomalies))
        def made() -> None: ...

        return made

    platform.tick(recorder, prices(True))
    rules = platform.watcher.anomaly_rules(pipeline="prices")
    assert {rule.metric_field for rule in rules if rule.active} == set(AnomalyMetric)
    platform.tick(recorder, prices(False))
    rules = platform.watcher.anomaly_rules(pipeline="prices")
    assert {rule.metric_field for rule in rules if not rule.active} == set(AnomalyMetric)


def test_the_job_shows_what_is_unusual(platform: Platform) -> None:
    platform.watcher.get_or_create_pipeline("orders", pipeline_type_name="sales")
    platform.watcher.get_or_create_anomaly_rule("orders", metric_field="total_rows")
    platform.live_through("orders")
    today = dt.datetime.now(dt.UTC)
    platform.watcher.record(
        [
            ExecutionRecord(
                source=ExecutionSource.HTTP,
                external_id="half",
                pipeline_name="orders",
                state=ExecutionState.SUCCEEDED,
                start_date=today - dt.timedelta(minutes=1),
                end_date=today,
                total_rows=USUAL_ROWS // 2,
            )
        ]
    )
    (dry,) = platform.run(dry_run=True)
    assert (dry["found"], dry["pending"], platform.watcher.alerts()) == (1, 31, [])
    (shown,) = platform.run()
    assert (shown["executions"], shown["found"], shown["pending"]) == (31, 1, 0)
    head, _, row = shown["findings"].splitlines()
    assert head == "| Pipeline | Execution | What is unusual |"
    assert row.startswith("| orders | ")
    assert r"| total\_rows is 500; usual is 1,00" in row
    assert len(platform.watcher.alerts()) == 1
    assert [each["findings"] for each in platform.run()] == ["Nothing is unusual."]


def test_the_job_has_no_more_shares_than_it_has_work_for(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.watcher.get_or_create_pipeline("orders", pipeline_type_name="sales")
    platform.watcher.get_or_create_anomaly_rule("orders", metric_field="total_rows")
    platform.live_through("orders")
    assert len(platform.run(shares=5, dry_run=True)) == 1
    monkeypatch.setattr(jobs, "EXECUTIONS_A_SHARE", 12)
    first, *others = platform.run(shares=5, dry_run=True)
    assert (first["executions"], others) == (30, [{}, {}])  # only the first shows a dry run
    first, *others = platform.run(shares=5)
    assert [each["executions"] for each in (first, *others)] == [30, 0, 0]
    assert [each["executions"] for each in platform.run(shares=5)] == [0]


# The asset check


def test_half_a_load_stops_what_is_downstream(platform: Platform) -> None:
    """Of an asset that knows nothing of Watcher but its rule, in the same run."""
    platform.live_through("orders")
    result, evaluation = platform.check(orders, revenue, blocking=True)
    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert not result.success
    materialized = [event.asset_key for event in result.get_asset_materialization_events()]
    assert materialized == [orders.key]
    description = evaluation.description or ""
    assert description.startswith("total_rows is 480; usual")
    assert description.endswith(" from 30 runs")
    (execution,) = platform.watcher.executions(pipeline="orders", limit=1)
    (alert,) = platform.watcher.alerts()
    assert (alert.kind, alert.pipeline_execution_id) == (AlertKind.ANOMALY, execution.id)
    assert platform.tick(build_watcher_anomaly_sensor(), orders) == "nothing to judge"


def test_the_numbers_that_the_ui_plots_and_the_picture(platform: Platform) -> None:
    platform.live_through("orders")
    _, evaluation = platform.check(orders)
    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)
    metadata = dict(evaluation.metadata)
    numbers: dict[str, Any] = {
        name: value.value for name, value in metadata.items() if isinstance(value, dg.FloatMetadataValue)
    }
    key = "watcher/total_rows"
    assert numbers[key] == 480.0
    assert numbers[f"{key}_lower"] < numbers[f"{key}_expected"] < numbers[f"{key}_upper"]
    assert numbers[f"{key}_z_score"] < -2
    assert numbers[f"{key}_confidence"] == 1.0
    assert str(metadata[f"{key}_compared_with"].value).endswith("(30 runs)")
    picture = str(metadata["watcher/picture"].value)
    assert picture.startswith("![total\\_rows](data:image/png;base64,")
    assert base64.b64decode(picture.split("base64,")[1][:-1]).startswith(b"\x89PNG")
    assert len(picture) < 50_000


def test_the_picture_is_drawn_from_the_judgement(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = []
    judge = seasonal.judge

    def count(*arguments: Any, **options: Any) -> Any:
        judged.append(arguments)
        return judge(*arguments, **options)

    monkeypatch.setattr(seasonal, "judge", count)
    platform.live_through("orders")
    _, evaluation = platform.check(orders)
    assert "watcher/picture" in evaluation.metadata
    assert len(judged) == 1


def test_what_the_sensor_has_judged_is_drawn_too(platform: Platform) -> None:
    platform.live_through("orders")
    platform.check(orders)
    (execution,) = platform.watcher.executions(pipeline="orders", limit=1)
    explained: list[AnomalyExplanation] = []
    (first,) = judge_metrics(platform.watcher, "orders", [], [None])
    platform.watcher.detect_anomalies(execution.id, explained=explained.append)
    assert explained == []
    assert str(first.numbers["watcher/picture"].value).startswith("![total\\_rows](data:image/png;base64,")


def test_that_matplotlib_is_missing_is_logged_once(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    anomaly_verdicts._warn_once.cache_clear()
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    platform.live_through("orders")
    _, evaluation = platform.check(orders)
    assert not evaluation.passed
    assert "watcher/picture" not in evaluation.metadata
    (again,) = judge_metrics(platform.watcher, "orders", [], [None])
    assert not again.passed
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [warning for warning in warnings if "Matplotlib" in warning] == [
        "unusual executions are not drawn: a picture of a metric needs Matplotlib: pip install 'watcher-dagster[plots]'"
    ]
    anomaly_verdicts._warn_once.cache_clear()


def test_a_usual_load_passes_with_its_numbers_and_no_picture(platform: Platform) -> None:
    @dg.asset(metadata=watcher_metadata(anomalies=["total_rows"]))
    def orders() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"dagster/row_count": USUAL_ROWS + 3})

    platform.live_through("orders")
    result, evaluation = platform.check(orders, revenue, blocking=True)
    assert (result.success, evaluation.passed) == (True, True)
    assert (evaluation.description or "").startswith("total_rows is 1,003; usual")
    assert evaluation.metadata["watcher/total_rows"].value == 1003.0
    assert "watcher/picture" not in evaluation.metadata
    assert platform.watcher.alerts() == []


def test_what_was_unflagged_passes(platform: Platform) -> None:
    platform.live_through("orders")
    platform.check(orders)
    (execution,) = platform.watcher.executions(pipeline="orders", limit=1)
    platform.watcher.unflag_anomaly(execution.id, by="ann")
    checks = build_watcher_asset_checks([orders], checks=["anomalies"])
    repository = dg.Definitions(assets=[orders], asset_checks=checks, resources={"watcher": platform.resource})
    job = repository.resolve_implicit_global_asset_job_def().get_subset(
        asset_selection=set(), asset_check_selection={spec.key for check in checks for spec in check.check_specs}
    )
    (evaluation,) = job.execute_in_process(instance=platform.instance).get_asset_check_evaluations()
    assert evaluation.passed


def test_a_first_execution_has_nothing_to_be_judged_by(platform: Platform) -> None:
    result, evaluation = platform.check(orders, revenue, blocking=True)
    assert (result.success, evaluation.passed) == (True, True)
    assert (evaluation.description or "").startswith("Nothing is judged: there is too little history")


def test_a_rule_that_is_refused_fails_no_check(platform: Platform) -> None:
    result, evaluation = platform.check(unruly, blocking=True)
    assert (result.success, evaluation.passed) == (True, True)
    assert "There is no anomaly rule" in (evaluation.description or "")


DAYS = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-03-01")
RANGE = {"dagster/asset_partition_range_start": "2024-01-01", "dagster/asset_partition_range_end": "2024-01-16"}
SMALL = ("2024-01-12", "2024-01-15")
ANOMALIES = dg.AssetCheckKey(dg.AssetKey("daily"), "watcher_anomalies")


def daily() -> dg.AssetsDefinition:
    @dg.asset(
        partitions_def=DAYS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        metadata=watcher_metadata(anomalies=["total_rows"]),
    )
    def daily(context: dg.AssetExecutionContext) -> None:
        for number, key in enumerate(context.partition_keys):
            rows = 12 if key in SMALL else 1_000 + number % 7
            context.add_asset_metadata({"dagster/partition_row_count": rows}, partition_key=key)

    return daily


def evaluations(platform: Platform, *assets: Any, **options: Any) -> list[dg.AssetCheckEvaluation]:
    result = dg.materialize(
        assets, instance=platform.instance, resources={"watcher": platform.resource}, raise_on_error=False, **options
    )
    assert result.success
    return list(result.get_asset_check_evaluations())


@pytest.mark.skipif(not compat.CHECKS_HAVE_PARTITIONS, reason="checks have partitions since Dagster 1.13")
@pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")
def test_a_verdict_stands_on_its_partition(platform: Platform) -> None:
    asset = daily()
    checks = build_watcher_asset_checks([asset], checks=["freshness", "anomalies"])
    whole, *ranged = evaluations(platform, asset, *checks, tags=RANGE)
    assert (whole.check_name, whole.partition) == ("watcher_freshness", None)
    assert [one.partition for one in ranged] == DAYS.get_partition_keys()[:16]
    assert [one.partition for one in ranged if not one.passed] == list(SMALL)
    unusual = next(one for one in ranged if not one.passed)
    assert (unusual.description or "").startswith("total_rows is 12; usual ")
    assert unusual.metadata["watcher/logical_date"].value == dt.datetime(2024, 1, 12, tzinfo=dt.UTC).timestamp()
    assert all(one.target_materialization_data for one in (whole, *ranged))
    history = platform.instance.event_log_storage.get_asset_check_execution_history(ANOMALIES, limit=100)
    assert len(history) == 16  # Dagster waits for no other

    whole, single = evaluations(platform, asset, *checks, partition_key="2024-01-17")
    assert (whole.partition, single.partition, single.passed) == (None, "2024-01-17", True)

    alone = dg.AssetSelection.checks(ANOMALIES)
    (again,) = evaluations(platform, asset, *checks, selection=alone, tags={"dagster/partition": SMALL[0]})
    assert (again.partition, again.passed) == (SMALL[0], False)  # another partition was loaded since
    (never,) = evaluations(platform, asset, *checks, selection=alone, tags={"dagster/partition": "2024-02-01"})
    assert (never.partition, never.description) == ("2024-02-01", anomaly_verdicts.NOTHING_TO_JUDGE)
    (newest,) = evaluations(platform, asset, *checks, selection=alone)
    assert (newest.partition, newest.passed) == (None, True)
    assert newest.target_materialization_data is not None


@pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")
def test_where_checks_have_no_partitions_one_verdict_names_the_unusual_one(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compat.asset_checks, "CHECKS_HAVE_PARTITIONS", False)  # as before Dagster 1.13
    asset = daily()
    (evaluation,) = evaluations(platform, asset, *build_watcher_asset_checks([asset], checks=["anomalies"]), tags=RANGE)
    assert getattr(evaluation, "partition", None) is None
    assert not evaluation.passed
    assert (evaluation.description or "").startswith("total_rows is 12; usual ")
    assert (evaluation.description or "").endswith("; and 1 more")
    assert evaluation.metadata["watcher/logical_date"].value == dt.datetime(2024, 1, 12, tzinfo=dt.UTC).timestamp()

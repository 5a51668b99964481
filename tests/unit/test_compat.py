"""What Watcher uses of Dagster without a promise: each member, and what breaks when a release changes it."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.asset_daemon_cursor import AssetDaemonCursor
from dagster._core.events import JobFailureData
from dagster._core.execution.backfill import PartitionBackfill
from dagster._core.execution.plan.objects import StepFailureData
from dagster._core.scheduler.instigation import InstigatorState, SensorInstigatorData
from dagster._core.storage.event_log.base import EventLogStorage
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster_postgres.event_log import PostgresEventLogStorage
from dagster_postgres.run_storage import PostgresRunStorage
from dagster_shared.error import SerializableErrorInfo

import watcher_dagster
from watcher_dagster import compat

PACKAGE = Path(watcher_dagster.__file__).parent

# Owner, member, what of Watcher depends on it. Only compat may use these.
ONLY_IN_COMPAT = [
    (dg.DagsterInstance, "run_storage", "the recorder cannot tell instances apart, and has no cursor of its own"),
    (dg.DagsterInstance, "get_runs_count", "the recorder does not know how long its history is"),
    (dg.DagsterInstance, "run_retries_enabled", "a run that Dagster is about to retry may be reported as failed"),
    (dg.DagsterInstance, "get_run_ids", "one run that cannot be read hides all open runs from the recorder"),
    (dg.DagsterInstance, "get_records_for_run", "the recorder and asset checks cannot read the events of a run"),
    (dg.DagsterInstance, "get_run_step_stats", "an asset check records its materialization without start and attempts"),
    (
        dg.DagsterInstance,
        "get_latest_asset_check_evaluation_record",
        "the jobs report the same verdict again and again",
    ),
    (dg.DagsterInstance, "all_instigator_state", "it is not known which assets automation is to make"),
    (InstigatorState, "is_running", "it is not known which assets automation is to make"),
    (InstigatorState, "instigator_name", "it is not known which assets automation is to make"),
    (dg.DagsterInstance, "get_backfills", "nothing is known of backfills"),
    (dg.DagsterInstance, "get_backfill", "the end of a backfill that takes longer than an hour is not seen"),
    (dg.DagsterInstance, "get_run_partition_data", "the partitions of a backfill of a job are not counted"),
    (PartitionBackfill, "asset_backfill_data", "the partitions of a backfill of assets are not counted"),
    (PartitionBackfill, "partition_set_origin", "the backfill of a job has no pipeline"),
    (dg.DagsterInstance, "event_log_storage", "the recorder opens a connection for each run that it reads"),
    (PostgresEventLogStorage, "_connect", "the recorder opens a connection for each run that it reads"),
    (PostgresRunStorage, "connect", "the recorder opens two connections for each page of runs"),
    (EventLogStorage, "delete_events", "the events of a run that a killed cleanup was about to delete stay for ever"),
    (SqlEventLogStorage, "index_connection", "old runs cannot be deleted: it is not known what is newest"),
    (SqlEventLogStorage, "run_connection", "a cleanup of runs cannot say how much it frees"),
    (dg.DagsterEvent, "event_specific_data", "nothing is recorded of materializations, planned assets and errors"),
    (dg.EventLogEntry, "asset_observation", "the jobs report the same observation again and again"),
    (dg.DagsterRun, "remote_job_origin", "the pipelines of jobs lose the name of their code location"),
    (dg.SensorEvaluationContext, "code_location_origin", "assets that are gone from the code are still checked"),
    (dg.DagsterInstance, "all_instigator_state", "a success outside Dagster may be forgotten by what follows it"),
    (dg.DagsterInstance, "auto_materialize_use_sensors", "successes outside Dagster wait for an evaluation for ever"),
    (InstigatorState, "is_running", "successes outside Dagster wait for a sensor that is switched off"),
    (SensorInstigatorData, "last_tick_timestamp", "successes outside Dagster wait for an evaluation for ever"),
    (SensorInstigatorData, "sensor_type", "a success outside Dagster may be forgotten in other code locations"),
    (AssetDaemonCursor, "previous_condition_cursors_by_key", "successes may be forgotten in other code locations"),
    (dg.AssetExecutionContext, "op_execution_context", "WatcherResource.track cannot identify the step that runs"),
    (dg.OpExecutionContext, "get_step_execution_context", "WatcherResource.track cannot identify the step that runs"),
    (dg.OpExecutionContext, "op_execution_context", "WatcherResource.track cannot identify the step of an op"),
    (
        dg.AssetCheckExecutionContext,
        "op_execution_context",
        "WatcherResource.track cannot identify the step of a check",
    ),
    (dg.AssetsDefinition, "is_observable", "failures of a source stay open that is gone from the code"),
    (dg.AssetsDefinition, "is_materializable", "external assets are recorded as pipelines of Dagster"),
    (dg.JobDefinition, "asset_layer", "the time zone of a schedule does not reach anomaly rules"),
    (dg.AssetsDefinition, "keys_by_output_name", "WatcherResource.track does not know which assets a step makes"),
]

# Not marked as public either, and used wherever assets are: see the docstring of compat.
USED_EVERYWHERE = [
    (dg.AssetKey, "to_user_string", "pipelines cannot be named after assets"),
    (dg.AssetKey, "from_user_string", "alerts and upstream assets cannot be led back to assets"),
    (dg.AssetKey, "from_coercible", "asset_key= of track and assets= of asset checks take no text"),
    (dg.AssetCheckSpec, "get_python_identifier", "asset checks of a range of partitions fail their step"),
    (dg.AssetsDefinition, "specs", "asset checks cannot be built from definitions"),
    (dg.TimeWindowPartitionsDefinition, "time_window_for_partition_key", "executions have no logical date"),
    (dg.MultiPartitionsDefinition, "time_window_for_partition_key", "executions have no logical date"),
    (dg.MultiPartitionsDefinition, "has_time_window_dimension", "executions have no logical date"),
    (dg.MultiPartitionsDefinition, "time_window_dimension", "logical dates are not in the partitions' time zone"),
]


@pytest.mark.parametrize(
    ("owner", "member", "breaks"),
    [*ONLY_IN_COMPAT, *USED_EVERYWHERE],
    ids=lambda value: value if isinstance(value, str) and " " not in value else getattr(value, "__name__", ""),
)
def test_a_member_is_there(owner: type, member: str, breaks: str) -> None:
    assert inspect.getattr_static(owner, member, None) is not None, f"{owner.__name__}.{member} is gone: {breaks}"


def test_only_compat_uses_them() -> None:
    # `repository_def` of an op's context is missing here: the sensors' context has a public member of that name.
    names = {member for _, member, _ in ONLY_IN_COMPAT} | {"get_run_storage_id", "partitions_subset"}
    used = {
        f"{path.relative_to(PACKAGE)}:{node.lineno} {node.attr}"
        for path in PACKAGE.rglob("*.py")
        if "compat" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in names and not _is_compat(node.value)
    }
    assert used == set()


def test_only_compat_imports_what_dagster_does_not_export() -> None:
    imported = {
        f"{path.relative_to(PACKAGE)}: {node.module}"
        for path in PACKAGE.rglob("*.py")
        if "compat" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("dagster.", "dagster_shared"))
    }
    assert imported == set()


def _is_compat(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "compat"


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What the steps of `runs` saw of themselves."""
    return {}


@pytest.fixture(scope="module")
def instance(seen: dict[str, Any]) -> Any:
    """An instance with one run, of an asset that reads another one, is observed, and whose check fails."""

    @dg.asset
    def source() -> None: ...

    @dg.asset(deps=[source], check_specs=[dg.AssetCheckSpec("sound", asset="made")])
    def made(context: dg.AssetExecutionContext) -> Iterator[Any]:
        seen["step_key"] = compat.step_key(compat.op_context(context))
        seen["repository"] = compat.repository(context)
        seen["outputs"] = compat.output_keys(context.assets_def)
        context.log_event(dg.AssetObservation("made"))
        yield dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=False, check_name="sound")])

    @dg.asset(deps=[made])
    def broken() -> None:
        raise ValueError("no luck")

    with dg.DagsterInstance.ephemeral() as instance:
        seen["run_id"] = dg.materialize([source, made, broken], instance=instance, raise_on_error=False).run_id
        yield instance


def events(instance: dg.DagsterInstance, run_id: str, kind: dg.DagsterEventType) -> list[dg.DagsterEvent]:
    found, _, _ = compat.run_events(instance, run_id, None, {kind}, 100)
    return [record.event_log_entry.get_dagster_event() for record in found]


def test_runs_of_an_instance(instance: dg.DagsterInstance, seen: dict[str, Any]) -> None:
    assert compat.run_storage_id(instance)
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE])
    assert (compat.count_runs(instance, failed), compat.run_ids(instance, failed)) == (1, [seen["run_id"]])
    (stats,) = compat.step_stats(instance, seen["run_id"], ["made"])
    assert stats.start_time <= stats.end_time
    assert stats.attempts == 1


def test_events_come_in_pages(instance: dg.DagsterInstance, seen: dict[str, Any]) -> None:
    kinds = {dg.DagsterEventType.ASSET_MATERIALIZATION}
    first, cursor, has_more = compat.run_events(instance, seen["run_id"], None, kinds, 1)
    second, _, more_still = compat.run_events(instance, seen["run_id"], cursor, kinds, 2)
    newest, _, _ = compat.run_events(instance, seen["run_id"], None, kinds, 1, ascending=False)
    assert (has_more, more_still) == (True, False)
    assert [page[0].storage_id for page in (newest, first)] == [second[0].storage_id, first[0].storage_id]
    assert first[0].storage_id < second[0].storage_id


def test_what_events_hold(instance: dg.DagsterInstance, seen: dict[str, Any]) -> None:
    made = [compat.materialization(event) for event in events(instance, seen["run_id"], _TYPE.ASSET_MATERIALIZATION)]
    assert [each.asset_key.to_user_string() for each in made] == ["source", "made"]
    assert f"{compat.INPUT_TAG_PREFIX}source" in (made[1].tags or {})
    planned = events(instance, seen["run_id"], _TYPE.ASSET_MATERIALIZATION_PLANNED)
    assert (dg.AssetKey("made"), [None], False) in [compat.planned_partitions(event) for event in planned]
    (failure,) = events(instance, seen["run_id"], _TYPE.STEP_FAILURE)
    assert compat.event_error(failure).cause.cls_name == "ValueError"
    (observed,) = instance.fetch_observations(dg.AssetKey("made"), limit=5).records
    observation = compat.observation(observed.event_log_entry)
    assert observation is not None
    assert observation.asset_key == dg.AssetKey("made")


def test_the_error_of_a_run_may_stand_with_its_first_step_alone() -> None:
    error = SerializableErrorInfo("ValueError: no orders", [], "ValueError")
    step = dg.DagsterEvent(
        dg.DagsterEventType.STEP_FAILURE.value,
        "job",
        event_specific_data=StepFailureData(error, user_failure_data=None),
    )
    data = JobFailureData(None, first_step_failure_event=step)
    run = dg.DagsterEvent(dg.DagsterEventType.RUN_FAILURE.value, "job", event_specific_data=data)
    assert compat.event_error(run) == error


def test_the_newest_evaluation_of_a_check(instance: dg.DagsterInstance) -> None:
    key = dg.AssetCheckKey(dg.AssetKey("made"), "sound")
    is_known, evaluation = compat.latest_check_evaluation(instance, key)
    assert is_known
    assert evaluation is not None
    assert evaluation.passed is False
    assert compat.latest_check_evaluation(instance, dg.AssetCheckKey(dg.AssetKey("made"), "other")) == (False, None)


def test_what_a_step_knows_of_itself(instance: dg.DagsterInstance, seen: dict[str, Any]) -> None:
    assert (seen["step_key"], seen["outputs"]) == ("made", {dg.AssetKey("made")})
    assert seen["repository"] is None or isinstance(seen["repository"], dg.RepositoryDefinition)
    assert compat.step_key(dg.build_op_context()) is None


@pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")
def test_a_range_of_partitions_is_planned() -> None:
    days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")

    @dg.asset(partitions_def=days, backfill_policy=dg.BackfillPolicy.single_run())
    def daily() -> None: ...

    tags = {compat.RANGE_START_TAG: "2024-01-02", compat.RANGE_END_TAG: "2024-01-03"}
    with dg.DagsterInstance.ephemeral() as instance:
        run_id = dg.materialize([daily], instance=instance, tags=tags).run_id
        planned = events(instance, run_id, _TYPE.ASSET_MATERIALIZATION_PLANNED)
    found = [compat.planned_partitions(event) for event in planned]
    assert [partition for _, partitions, _ in found for partition in partitions] == ["2024-01-02", "2024-01-03"]


def test_assets_that_dagster_makes_and_others() -> None:
    @dg.asset
    def made() -> None: ...

    definitions = dg.Definitions(assets=[made, dg.AssetSpec("outside")]).get_repository_def().assets_defs_by_key
    assert compat.is_materializable(definitions[dg.AssetKey("made")])
    assert not compat.is_materializable(definitions[dg.AssetKey("outside")])


def test_names_that_dagster_gives() -> None:
    """The recorder gives the runs of this job one pipeline, and takes a step with this error for canceled."""
    from dagster._core.errors import DagsterExecutionInterruptedError

    @dg.asset
    def made() -> None: ...

    (job,) = dg.Definitions(assets=[made]).resolve_all_job_defs()
    assert job.name == compat.ASSET_JOB
    assert DagsterExecutionInterruptedError.__name__ == compat.INTERRUPTION


def test_tags_that_dagster_gives() -> None:
    """A cleanup of runs finds by them what another run or a sensor still needs."""
    from dagster._core.storage import tags

    assert (tags.ROOT_RUN_ID_TAG, tags.BACKFILL_ID_TAG) == (compat.ROOT_RUN_TAG, compat.BACKFILL_TAG)
    assert (tags.RUN_KEY_TAG, tags.SENSOR_NAME_TAG) == (compat.RUN_KEY_TAG, compat.SENSOR_TAG)
    assert tags.PARTITION_SET_TAG == compat.PARTITION_SET_TAG


_TYPE = dg.DagsterEventType

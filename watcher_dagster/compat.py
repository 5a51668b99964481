"""The members of Dagster that Watcher needs and that Dagster does not mark as public, in one place.

A release of Dagster may change or remove any of them without a notice. tests/unit/test_compat.py names each, with what
of Watcher depends on it, and fails when one is gone. No other module of Watcher uses them.

Not here: the fields of Dagster's own records and specs (`RunRecord.start_time`, `AssetSpec.kinds`), which its
documentation lists, and the two forms of an asset key (`to_user_string`, `from_user_string`, `from_coercible`), which
every integration uses. The test watches the latter too.

Every step imports this module, so what `import dagster` does not load by itself is imported by the functions that need
it: backfills alone bring gRPC and the workspace along, and take as long as a third of Dagster.
"""

from __future__ import annotations

import base64
import datetime as dt
import inspect
import json
import threading
import warnings
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
from dagster_shared.libraries import DagsterLibraryRegistry

from watcher_core import InvalidValueError

if TYPE_CHECKING:
    from dagster._core.storage.event_log import SqlEventLogStorage

# Names

# Where a run was launched from, as `repository@location`; on runs whose origin is not kept.
REPOSITORY_TAG: Final = ".dagster/repository"
# On each materialization, one for every asset upstream of it: the key as a/b, and in the value the event that was read.
INPUT_TAG_PREFIX: Final = "dagster/input_event_pointer/"
# The partitions of a run that materializes several of them.
RANGE_START_TAG: Final = "dagster/asset_partition_range_start"
RANGE_END_TAG: Final = "dagster/asset_partition_range_end"
# The job that Dagster makes for assets that are materialized ad hoc; older versions numbered it.
ASSET_JOB: Final = "__ASSET_JOB"
# The repository of a code location that names none; a location may have several.
DEFAULT_REPOSITORY: Final = "__repository__"
# The class of the error that Dagster raises inside a step that it cancels.
INTERRUPTION: Final = "DagsterExecutionInterruptedError"

# Events that say something of an asset; of each type the newest is what Dagster shows.
OF_ASSETS: Final = ("ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_MATERIALIZATION_PLANNED")
# The states of an asset check that has a result, as they are stored.
CHECKED: Final = ("SUCCEEDED", "FAILED")


def register_library(name: str, version: str) -> None:
    """Have Dagster know of a library, as those that come with it do."""
    DagsterLibraryRegistry.register(name, version, is_dagster_package=False)


# Asset checks

# Since Dagster 1.13.
CHECKS_HAVE_PARTITIONS: Final = "partitions_def" in inspect.signature(dg.AssetCheckSpec).parameters


def check_spec(
    name: str,
    *,
    asset: dg.AssetKey,
    description: str,
    blocking: bool,
    partitions_def: dg.PartitionsDefinition[Any] | None,
) -> dg.AssetCheckSpec:
    """Return the spec of an asset check, whose results stand on their partitions where Dagster can do so."""
    given: dict[str, Any] = {"asset": asset, "description": description, "blocking": blocking}
    if partitions_def is None or not CHECKS_HAVE_PARTITIONS:
        return dg.AssetCheckSpec(name, **given)
    with warnings.catch_warnings():
        # It asks the reader to expect changes. Those are Watcher's to follow: the reader has not used the argument.
        warnings.filterwarnings("ignore", "Specifying a partitions_def on an AssetCheckSpec", dg.PreviewWarning)
        return dg.AssetCheckSpec(name, partitions_def=partitions_def, **given)


def check_evaluation(
    result: dg.AssetCheckResult,
    spec: dg.AssetCheckSpec,
    *,
    partition: str | None,
    target: dg.EventLogRecord | None,
) -> dg.AssetCheckEvaluation:
    """Return a result as the event that Dagster logs, for a step in which Dagster cannot make it.

    Args:
        result: The result.
        spec: The spec of its check.
        partition: The partition that it is about.
        target: The materialization that was checked, without which Dagster takes the result for outdated.
    """
    from dagster._core.definitions.asset_checks.asset_check_evaluation import (
        AssetCheckEvaluationTargetMaterializationData,
    )

    checked = target and AssetCheckEvaluationTargetMaterializationData(
        storage_id=target.storage_id, run_id=target.run_id, timestamp=target.timestamp
    )
    return dg.AssetCheckEvaluation(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=result.passed,
        metadata=result.metadata,
        target_materialization_data=checked,
        severity=result.severity,
        description=result.description,
        blocking=spec.blocking,
        partition=partition,
    )


# The instance


def run_storage_id(instance: dg.DagsterInstance) -> str:
    """Return the id of the instance's run storage: it differs between instances, wherever they are opened."""
    # Every storage that comes with Dagster has one; the type does not say so.
    run_storage: Any = instance.run_storage
    return str(run_storage.get_run_storage_id())


def count_runs(instance: dg.DagsterInstance, filters: dg.RunsFilter) -> int:
    """Count runs without reading them."""
    return instance.get_runs_count(filters)


def run_ids(instance: dg.DagsterInstance, filters: dg.RunsFilter) -> Sequence[str]:
    """Return the ids of runs, also of those that cannot be read."""
    return instance.get_run_ids(filters)


def run_events(
    instance: dg.DagsterInstance,
    run_id: str,
    cursor: str | None,
    event_types: Collection[dg.DagsterEventType],
    limit: int,
    *,
    ascending: bool = True,
) -> tuple[Sequence[dg.EventLogRecord], str, bool]:
    """Return a page of a run's events, the cursor behind it, and whether there are more."""
    page = instance.get_records_for_run(run_id, cursor, set(event_types), limit, ascending)
    return page.records, page.cursor, page.has_more


@contextmanager
def kept_connection(instance: dg.DagsterInstance) -> Iterator[None]:
    """Answer this thread's questions to the event log with one connection.

    Dagster's storages in PostgreSQL and MySQL open a connection for each question, which takes longer than most of the
    answers. Where a storage has no such method, nothing changes.
    """
    from sqlalchemy.pool import NullPool

    storage: Any = instance.event_log_storage
    opens_each_time = isinstance(getattr(getattr(storage, "_engine", None), "pool", None), NullPool)
    if not opens_each_time or not hasattr(storage, "_connect"):
        yield
        return
    connect, owner = storage._connect, threading.get_ident()
    with connect() as connection:
        storage._connect = lambda: nullcontext(connection) if threading.get_ident() == owner else connect()
        try:
            yield
        finally:
            del storage._connect  # the method of the class is there again


def cursor_behind(storage_id: int) -> str:
    """Return the cursor behind an event of a run's log, or of the log of what has no run."""
    from dagster._core.event_api import EventLogCursor

    return EventLogCursor.from_storage_id(storage_id).to_string()


def step_stats(instance: dg.DagsterInstance, run_id: str, step_keys: Iterable[str]) -> Sequence[Any]:
    """Return start, end and attempts of steps, with `start_time`, `end_time` and `attempts` each."""
    return instance.get_run_step_stats(run_id, list(step_keys))


def latest_check_evaluation(
    instance: dg.DagsterInstance, key: dg.AssetCheckKey
) -> tuple[bool, dg.AssetCheckEvaluation | None]:
    """Return whether an asset check was ever planned, and its newest evaluation, unless it is planned again since."""
    record = instance.get_latest_asset_check_evaluation_record(key)
    found = None if record is None else record.evaluation
    return record is not None, found if isinstance(found, dg.AssetCheckEvaluation) else None


# What only one run holds, and what a run takes up


def newest_events(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return which runs hold the newest event of a type for an asset, or for a partition of it: run id and type.

    Args:
        instance: The instance; its event log is in a database of SQL.
        run_ids: The runs that are asked for.
    """
    import sqlalchemy as sa
    from dagster._core.storage.event_log import SqlEventLogStorageTable  # brings Alembic along

    event, newer = SqlEventLogStorageTable.alias("event"), SqlEventLogStorageTable.alias("newer")
    of_the_same = sa.and_(
        newer.c.asset_key == event.c.asset_key, newer.c.dagster_event_type == event.c.dagster_event_type
    )
    same_partition = sa.or_(
        newer.c.partition == event.c.partition, sa.and_(newer.c.partition.is_(None), event.c.partition.is_(None))
    )
    is_newest = ~sa.exists().where(of_the_same, same_partition, newer.c.id > event.c.id)
    question = (
        sa.select(event.c.run_id, event.c.dagster_event_type)
        .distinct()
        .where(event.c.run_id.in_(run_ids), event.c.dagster_event_type.in_(OF_ASSETS), is_newest)
    )
    with _sql_event_log(instance).index_connection() as connection:
        yield from ((run_id, event_type) for run_id, event_type in connection.execute(question))


def newest_check_runs(instance: dg.DagsterInstance) -> set[str]:
    """Return the runs that hold the newest execution, or the newest result, of an asset check or of a partition of it.

    All at once: Dagster has no index by which those of some runs are found.

    Args:
        instance: The instance; its event log is in a database of SQL.
    """
    import sqlalchemy as sa
    from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable as check  # noqa: N813 (a row of it)

    newest = sa.select(sa.func.max(check.c.id)).group_by(check.c.asset_key, check.c.check_name, check.c.partition)
    # Where the newest was planned and has no result, one before it has the newest result.
    with_result = newest.where(check.c.execution_status.in_(CHECKED))
    question = sa.select(check.c.run_id).distinct().where(sa.or_(check.c.id.in_(newest), check.c.id.in_(with_result)))
    with _sql_event_log(instance).index_connection() as connection:
        return {run_id for (run_id,) in connection.execute(question)}


def run_size(instance: dg.DagsterInstance, run_id: str) -> tuple[int, int]:
    """Return how many rows a run has in the event log, and how many bytes these have.

    Args:
        instance: The instance; its event log is in a database of SQL.
        run_id: The run.
    """
    import sqlalchemy as sa
    from dagster._core.storage.event_log import SqlEventLogStorageTable as events  # noqa: N813 (its rows)

    with _sql_event_log(instance).run_connection(run_id) as connection:
        is_postgres = connection.dialect.name == "postgresql"
        size = sa.literal_column(f"pg_column_size({events.name}.*)") if is_postgres else sa.func.length(events.c.event)
        question = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(size), 0)).where(events.c.run_id == run_id)
        rows, total = connection.execute(question).one()
    return rows, int(total)


def _sql_event_log(instance: dg.DagsterInstance) -> SqlEventLogStorage:
    from dagster._core.storage.event_log import SqlEventLogStorage

    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        name = type(storage).__name__
        raise InvalidValueError(f"the event log is kept by {name}; only one in a database of SQL can be cleaned up")
    return storage


def delete_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Delete a run with its events.

    Dagster deletes the run first. Where it is killed in between, its events stay for ever, as nothing finds them any
    more. So they go first, and a run without events is found again.
    """
    instance.event_log_storage.delete_events(run_id)
    instance.delete_run(run_id)


# Events


def event_data(event: dg.DagsterEvent) -> Any:
    """Return the part of an event that depends on its type.

    Dagster's own accessors check the type of that part again, which takes as long as all the rest of reading an event.
    """
    return event.event_specific_data


def materialization(event: dg.DagsterEvent) -> dg.AssetMaterialization:
    """Return the materialization of an ASSET_MATERIALIZATION."""
    made: dg.AssetMaterialization = event_data(event).materialization
    return made


def planned_partitions(event: dg.DagsterEvent) -> tuple[dg.AssetKey, list[str | None], bool]:
    """Return the asset and partitions of an ASSET_MATERIALIZATION_PLANNED, and whether they are a range."""
    planned = event_data(event)
    if planned.partitions_subset is None:
        return planned.asset_key, [planned.partition], False
    return planned.asset_key, list(planned.partitions_subset.get_partition_keys()), True


def planned_check(event: dg.DagsterEvent) -> tuple[dg.AssetCheckKey, list[str | None]]:
    """Return the check and partitions of an ASSET_CHECK_EVALUATION_PLANNED."""
    planned = event_data(event)
    key = dg.AssetCheckKey(planned.asset_key, planned.check_name)
    subset = getattr(planned, "partitions_subset", None)  # since Dagster 1.13
    return key, [None] if subset is None else list(subset.get_partition_keys())


def event_error(event: dg.DagsterEvent) -> Any:
    """Return the error of a STEP_FAILURE or RUN_FAILURE, with `cls_name`, `message`, `stack` and `cause`, if any."""
    return getattr(event_data(event), "error", None)


def observation(entry: dg.EventLogEntry) -> dg.AssetObservation | None:
    """Return the observation of an ASSET_OBSERVATION; `None` for other events."""
    return entry.asset_observation


# Runs, steps and definitions


def run_location(run: dg.DagsterRun) -> str | None:
    """Return the code location that a run was launched from; `None` for one that a process executed by itself."""
    if run.remote_job_origin is not None:
        return run.remote_job_origin.location_name
    _, found, location = run.tags.get(REPOSITORY_TAG, "").partition("@")
    return location if found else None


def location_name(context: dg.SensorEvaluationContext) -> str | None:
    """Return the name of the code location that a sensor belongs to; `None` where it is evaluated by itself."""
    return None if context.code_location_origin is None else str(context.code_location_origin.location_name)


def sensor_location(context: dg.SensorEvaluationContext, repository: dg.RepositoryDefinition) -> str | None:
    """Return the code location that a sensor belongs to; `None` where it is evaluated by itself, as in a test."""
    location = location_name(context)
    if location is None:
        return None
    return location if repository.name == DEFAULT_REPOSITORY else f"{repository.name}@{location}"


def sensor_states(instance: dg.DagsterInstance, location: str) -> dict[str, tuple[bool, float | None]]:
    """Return the sensors of a code location of which Dagster keeps a state: whether each runs, and its last tick.

    Args:
        instance: The instance.
        location: As `sensor_location` returns it.
    """
    from dagster._core.definitions.run_request import InstigatorType

    found: dict[str, tuple[bool, float | None]] = {}
    for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
        origin = state.origin.repository_origin
        place, name = str(origin.code_location_origin.location_name), origin.repository_name
        if location == (place if name == DEFAULT_REPOSITORY else f"{name}@{place}"):
            found[state.instigator_name] = state.is_running, getattr(state.instigator_data, "last_tick_timestamp", None)
    return found


def op_context(context: dg.AssetExecutionContext | dg.OpExecutionContext) -> dg.OpExecutionContext:
    """Return the context of the op below an asset; an op's own is that already."""
    return context.op_execution_context


def step_key(context: dg.OpExecutionContext) -> str | None:
    """Return the key of the step that runs; `None` where there is none: a test calls the op as a function."""
    try:
        return context.get_step_execution_context().step.key
    except dg.DagsterError:
        return None


def repository(
    context: dg.AssetExecutionContext | dg.OpExecutionContext | dg.AssetCheckExecutionContext,
) -> dg.RepositoryDefinition | None:
    """Return the code location that a step runs in; `None` for a job that was executed by itself."""
    try:
        return context.repository_def
    except Exception:  # Dagster has no public name for what it raises then
        return None


def is_materializable(assets: dg.AssetsDefinition) -> bool:
    """Whether Dagster can materialize these assets; all others are external."""
    return assets.is_materializable


def job_assets(job: dg.JobDefinition) -> Collection[dg.AssetKey]:
    """Return the assets that a job materializes."""
    return job.asset_layer.selected_asset_keys


def output_keys(assets: dg.AssetsDefinition) -> set[dg.AssetKey]:
    """Return the assets that the outputs of a definition are."""
    return set(assets.keys_by_output_name.values())


# Backfills

# On the runs of a backfill.
BACKFILL_TAG: Final = "dagster/backfill"


def open_backfills(instance: dg.DagsterInstance) -> Sequence[Any]:
    """Return the backfills that go on."""
    from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus

    going = [status for status in BulkActionStatus if status.value in ("REQUESTED", "CANCELING", "FAILING")]
    return instance.get_backfills(filters=BulkActionsFilter(statuses=going))


def backfills_since(instance: dg.DagsterInstance, since: dt.datetime) -> Sequence[Any]:
    """Return the backfills that were requested after a time."""
    from dagster._core.execution.backfill import BulkActionsFilter

    return instance.get_backfills(filters=BulkActionsFilter(created_after=since))


def backfill(instance: dg.DagsterInstance, backfill_id: str) -> Any | None:
    """Return a backfill; `None` where it is gone."""
    return instance.get_backfill(backfill_id)


def backfill_job(backfill: Any) -> tuple[str | None, str] | None:
    """Return the code location and the name of the job that is filled; `None` where assets are."""
    origin = backfill.partition_set_origin
    if origin is None or backfill.job_name is None:
        return None
    return origin.repository_origin.code_location_origin.location_name, backfill.job_name


def backfilled_assets(backfill: Any) -> tuple[Counter[str], Counter[str], set[str]] | None:
    """Return the partitions that a backfill of assets is to fill, and has filled, and those that cannot be filled.

    The first two with the number of assets for which; the last are those that failed or wait for one that did. An asset
    without partitions counts as one, by its name. `None` where Dagster has not worked out any of it.
    """
    data = backfill.asset_backfill_data
    if data is None:
        return None
    filled, failed = _counted(data.materialized_subset), _counted(data.failed_and_downstream_subset)
    return _counted(data.target_subset), filled, set(failed)


def _counted(subset: Any) -> Counter[str]:
    partitions = subset.partitions_subsets_by_asset_key.values()
    counted = Counter(key for partition in partitions for key in partition.get_partition_keys())
    counted.update(key.to_user_string() for key in subset.non_partitioned_asset_keys)
    return counted


def newest_runs(instance: dg.DagsterInstance, filters: dg.RunsFilter) -> Sequence[Any]:
    """Return the newest run of each partition, with `partition`, `run_id` and `status`, without reading the runs."""
    return instance.get_run_partition_data(filters)


# Automation


def automation_evaluated_at(
    instance: dg.DagsterInstance, repository: dg.RepositoryDefinition, location: str, key: dg.AssetKey
) -> float | None:
    """Return when the last evaluation of an asset's condition began that is done, in seconds since 1970.

    0 where there was none yet; `None` where nothing evaluates it: no sensor does, or it is switched off.
    """
    if not instance.auto_materialize_use_sensors:
        return None  # the daemon does so by itself, and keeps its cursor elsewhere
    assets = list(repository.assets_defs_by_key.values())
    names = {
        sensor.name: sensor.default_status
        for sensor in repository.sensor_defs
        if isinstance(sensor, dg.AutomationConditionSensorDefinition) and key in sensor.asset_selection.resolve(assets)
    }
    kept = {
        state.instigator_name: state
        for state in instance.all_instigator_state()
        if state.instigator_name in names
        and state.origin.repository_origin.repository_name == repository.name
        and state.origin.repository_origin.code_location_origin.location_name == location
    }
    found = []
    for name, default_status in names.items():
        state: Any = kept.get(name)
        if state is None:
            if default_status is dg.DefaultSensorStatus.RUNNING:
                found.append(0.0)
        elif state.is_running:
            found.append(getattr(state.instigator_data, "last_tick_timestamp", None) or 0.0)
    return min(found, default=None)


@dataclass(frozen=True)
class AutomationSensor:
    """A sensor of any code location that evaluates automation conditions, and is switched on.

    Attributes:
        location: Its code location.
        repository: Its repository there.
        ticked_at: When its last evaluation began that is done, in seconds since 1970.
        interval: How many seconds it waits between two.
        cursor: What it knows of that evaluation, as Dagster keeps it.
    """

    location: str
    repository: str
    ticked_at: float
    interval: float
    cursor: str


def automation_sensors(instance: dg.DagsterInstance) -> list[AutomationSensor]:
    """Return the sensors of all code locations that have evaluated automation conditions, and are switched on."""
    from dagster._core.definitions.run_request import InstigatorType

    if not instance.auto_materialize_use_sensors:
        return []  # the daemon evaluates them by itself, and keeps its cursor elsewhere
    found = []
    for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
        data: Any = state.instigator_data
        kind = getattr(getattr(data, "sensor_type", None), "value", None)
        if kind in ("AUTO_MATERIALIZE", "AUTOMATION") and state.is_running and data.cursor and data.last_tick_timestamp:
            origin = state.origin.repository_origin
            found.append(
                AutomationSensor(
                    location=str(origin.code_location_origin.location_name),
                    repository=origin.repository_name,
                    ticked_at=data.last_tick_timestamp,
                    interval=float(data.min_interval or 0),
                    cursor=data.cursor,
                )
            )
    return found


def assets_that_look_at(sensor: AutomationSensor, key: dg.AssetKey) -> set[dg.AssetKey]:
    """Return the assets whose conditions looked at another asset when a sensor evaluated them last.

    That stands in the sensor's cursor, which is all that is known of the assets of other code locations. Of one that
    cannot be read, as of a newer version of Dagster, nothing is known.
    """
    # It takes a quarter of a second, and most processes never need it.
    from dagster._daemon.asset_daemon import asset_daemon_cursor_from_instigator_serialized_cursor

    try:
        # Most code locations do not know the asset, and reading a large cursor takes seconds.
        if json.dumps(key.path[-1]).encode() not in zlib.decompress(base64.b64decode(sensor.cursor[1:])):
            return set()
        cursor = asset_daemon_cursor_from_instigator_serialized_cursor(sensor.cursor, None)
        return {
            each.key
            for each in cursor.previous_condition_cursors_by_key.values()
            if isinstance(each.key, dg.AssetKey)
            and each.key != key
            and any(node.true_subset.key == key for node in each.node_cursors_by_unique_id.values())
        }
    except Exception:  # Dagster has no public name for what it raises then
        return set()

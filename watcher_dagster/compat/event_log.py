"""The event log in a database of SQL: what only one run holds, how much it takes up, and how it is deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from watcher_core import InvalidValueError

if TYPE_CHECKING:
    from dagster._core.storage.event_log import SqlEventLogStorage

# Events that say something of an asset; of each type the newest is what Dagster shows.
OF_ASSETS: Final = ("ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_MATERIALIZATION_PLANNED")
# Those of them that have a data version, and the tag that says it.
WITH_VERSION: Final = ("ASSET_MATERIALIZATION", "ASSET_OBSERVATION")
DATA_VERSION_TAG: Final = "dagster/data_version"
# The states of an asset check that has a result, as they are stored.
CHECKED: Final = ("SUCCEEDED", "FAILED")


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


def first_of_version(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> set[str]:
    """Return which runs hold an event from which on an asset, or a partition of it, has its present data version.

    Dagster compares the version before a time with the newest one. Where both are the same, what was made from the
    asset before is up to date, and automation finds no change; without the older event there would be one. So the event
    is needed at which the version becomes the present one, and also the one at which it ceased to be that for a time.

    Args:
        instance: The instance; its event log is in a database of SQL.
        run_ids: The runs that are asked for.
    """
    import sqlalchemy as sa
    from dagster._core.storage.event_log import SqlEventLogStorageTable
    from dagster._core.storage.event_log.schema import AssetEventTagsTable as tag  # noqa: N813 (a row of it)

    event, other = SqlEventLogStorageTable.alias("event"), SqlEventLogStorageTable.alias("other")
    # Two questions, as Dagster has two indexes: with both in one, all events of an asset would be read for each.
    same_partition = (
        other.c.partition == event.c.partition,
        sa.and_(other.c.partition.is_(None), event.c.partition.is_(None)),
    )

    def version(event_id: Any) -> Any:
        of_event = sa.select(sa.func.max(tag.c.value)).where(tag.c.event_id == event_id, tag.c.key == DATA_VERSION_TAG)
        return of_event.correlate(event).scalar_subquery()

    found: set[str] = set()
    for is_same, is_asked in zip(
        same_partition, (event.c.partition.is_not(None), event.c.partition.is_(None)), strict=True
    ):
        of_the_same = sa.select(sa.func.max(other.c.id)).where(
            other.c.asset_key == event.c.asset_key, other.c.dagster_event_type == event.c.dagster_event_type, is_same
        )
        newest = of_the_same.correlate(event).scalar_subquery()
        before = of_the_same.where(other.c.id < event.c.id).correlate(event).scalar_subquery()
        is_present = sa.func.coalesce(version(event.c.id) == version(newest), sa.false())
        was_present = sa.func.coalesce(version(before) == version(newest), sa.false())
        question = (
            sa.select(event.c.run_id)
            .distinct()
            .where(event.c.run_id.in_(run_ids), event.c.dagster_event_type.in_(WITH_VERSION), is_asked)
            .where(is_present != was_present)
        )
        with _sql_event_log(instance).index_connection() as connection:
            found.update(run_id for (run_id,) in connection.execute(question))
    return found


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


def delete_run(instance: dg.DagsterInstance, run_id: str, *, events_alone: bool = False) -> None:
    """Delete a run with its events, or these alone.

    Dagster deletes the run first. Where it is killed in between, its events stay for ever, as nothing finds them any
    more. So they go first, and a run without events is found again.
    """
    instance.event_log_storage.delete_events(run_id)
    if not events_alone:
        instance.delete_run(run_id)

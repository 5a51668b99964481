"""The partitions of a pipeline as a grid: what is done, what failed, and what is missing between two others."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from watcher_core.database import Driver
from watcher_core.values import PartitionCell, PartitionGrid

# The cells that are shown.
MOST_CELLS = 1_000

# The newest executions that are read where partitions are not scopes: no index knows them.
MOST_BY_METADATA = 5_000

# The scope of a run of Dagster names its selection; only its metadata names the partition.
EXECUTION = """
        SELECT coalesce(scope, '') AS scope, state, id, start_date, end_date,
               CASE WHEN source = 'dagster' AND execution_metadata ? 'job'
                    THEN execution_metadata ->> 'partition'
                    ELSE coalesce(execution_metadata ->> 'partition', scope) END AS partition
          FROM watcher.pipeline_execution
         WHERE pipeline_id = %(pipeline_id)s"""


def _last_of(state: str) -> str:
    """The last execution in this state of each scope, from the last scope back.

    Each is one look into the index of that state: what is read depends on the number of scopes, and not on how many
    executions these have.
    """
    found = f"{EXECUTION} AND state = '{state}' AND coalesce(scope, '') > ''"
    last = "ORDER BY coalesce(scope, '') DESC, end_date DESC LIMIT 1"
    return f"""(
        (SELECT last.*, 1 AS place FROM ({found} {last}) AS last)
         UNION ALL
        SELECT before.*, after.place + 1
          FROM {state} AS after
         CROSS JOIN LATERAL ({found} AND coalesce(scope, '') < after.scope {last}) AS before
         WHERE after.place < {MOST_CELLS}
    )"""


# Of a pipeline without partitions, as most are, only the newest executions are read, and more of these where metadata
# alone names partitions, as that of a job's runs does. Of one with partitions, also those that run, and those that
# neither succeeded nor failed, which are few and have no index by scope. Where there are more scopes than are read,
# those are left out that were not read in each state.
PARTITIONS = f"""
    WITH RECURSIVE succeeded AS {_last_of("succeeded")}, failed AS {_last_of("failed")}, newest AS ({EXECUTION}
         ORDER BY start_date DESC
         LIMIT 100
    ), by_metadata AS ({EXECUTION}
         ORDER BY start_date DESC
         LIMIT CASE WHEN EXISTS (SELECT FROM newest WHERE partition <> scope) THEN {MOST_BY_METADATA} ELSE 0 END
    ), known AS (
        TABLE succeeded
         UNION ALL
        TABLE failed
         UNION ALL
        SELECT *, 0 FROM newest WHERE partition IS NOT NULL
         UNION ALL
        SELECT *, 0 FROM by_metadata WHERE partition IS NOT NULL
    ), other AS (
        SELECT each.*
          FROM unnest(CAST('{{canceled, skipped, blocked}}' AS watcher.execution_state[])) AS ended (state)
         CROSS JOIN LATERAL ({EXECUTION}
           AND state = ended.state
           AND state NOT IN ('running', 'succeeded')
         ORDER BY start_date DESC
         LIMIT {MOST_CELLS}) AS each
         UNION ALL
       ({EXECUTION}
           AND state = 'running'
         ORDER BY start_date DESC
         LIMIT {MOST_CELLS})
    )
    SELECT DISTINCT ON (partition) partition, CAST(state AS text), id, coalesce(end_date, start_date)
      FROM (TABLE known UNION ALL SELECT *, 0 FROM other WHERE EXISTS (SELECT FROM known)) AS execution
     WHERE partition IS NOT NULL
       AND (scope = '' OR scope >= (SELECT coalesce(max(scope), '') FROM known WHERE place = {MOST_CELLS}))
     ORDER BY partition, start_date DESC, id DESC
"""

# One of each state, the earlier of which begins what partitions in time span.
FIRST = " UNION ALL ".join(
    f"""
    (SELECT partition FROM ({EXECUTION} AND state = '{state}' AND coalesce(scope, '') > ''
         ORDER BY coalesce(scope, ''), end_date
         LIMIT 1) AS first WHERE partition IS NOT NULL)"""
    for state in ("succeeded", "failed")
)

# The keys of Dagster's partitions in time, as they are unless somebody has chosen another format.
KEY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-(\d{2}:\d{2}))?", re.ASCII)
FORMATS = {"hourly": "%Y-%m-%d-%H:%M", "daily": "%Y-%m-%d", "weekly": "%Y-%m-%d", "monthly": "%Y-%m-%d"}
STEPS = {"hourly": dt.timedelta(hours=1), "daily": dt.timedelta(days=1), "weekly": dt.timedelta(weeks=1)}


def select_cells(connection: Driver, *, pipeline_id: int) -> Iterator[PartitionCell]:
    """Ask for the last partitions of a pipeline of which something is known."""
    return map(_cell, connection.execute(PARTITIONS, {"pipeline_id": pipeline_id}))


def select_first(connection: Driver, *, pipeline_id: int) -> Iterator[str]:
    """Ask for the first partitions of a pipeline, one that succeeded and one that failed."""
    return (partition for (partition,) in connection.execute(FIRST, {"pipeline_id": pipeline_id}))


def _cell(row: Sequence[Any]) -> PartitionCell:
    partition, state, execution_id, at = row
    return PartitionCell(partition=partition, state=state, execution_id=execution_id, at=at)


def grid(
    found: Iterable[PartitionCell], first: Iterable[str], *, pipeline_metadata: Mapping[str, Any]
) -> PartitionGrid | None:
    """Return the partitions of a pipeline, those between two others too; `None` for a pipeline that has none.

    Args:
        found: The last of which something is known.
        first: The first of which something is known.
        pipeline_metadata: Says how they are defined, and how many there are.
    """
    definition = pipeline_metadata.get("partitions")
    definition = definition if isinstance(definition, str) and definition else None
    known = {cell.partition: cell for cell in found}
    if definition is None and not known:
        return None
    all_known = {*known, *first}
    counted = len(known) if len(known) == len(all_known) else None
    in_time = _in_time(definition, all_known)
    keys, total = in_time or (sorted(known)[-MOST_CELLS:], counted)
    cells = [
        known.get(key) or PartitionCell(partition=key, state="missing", execution_id=None, at=None) for key in keys
    ]
    count = pipeline_metadata.get("partition_count")
    expected = count if isinstance(count, int) and not isinstance(count, bool) else None
    if expected is None and in_time is not None:
        expected = total
    return PartitionGrid(
        definition=definition,
        cells=tuple(cells),
        counts=dict(Counter(cell.state for cell in cells)),
        expected=expected,
        left_out=None if total is None else total - len(cells),
    )


def _in_time(definition: str | None, keys: Collection[str]) -> tuple[list[str], int] | None:
    """The last of all keys from the first of these to the last, and how many there are; `None` for irregular ones."""
    written = FORMATS.get(definition or "")
    if written is None or not keys:
        return None
    try:
        times = sorted(_time(key, has_hour="%H" in written) for key in keys)
    except ValueError:
        return None
    first = times[0]
    places = [_place(time, first, str(definition)) for time in times]
    # Partitions that begin elsewhere, as weeks on Mondays of which one is a Sunday, are no regular ones.
    if any(_at(place, first, str(definition)) != time for place, time in zip(places, times, strict=True)):
        return None
    total = places[-1] + 1
    shown = range(max(0, total - MOST_CELLS), total)
    return [_at(place, first, str(definition)).strftime(written) for place in shown], total


def _time(key: str, *, has_hour: bool) -> dt.datetime:
    """Read a key; `strptime` takes longer over the keys of a pipeline than PostgreSQL takes to find them."""
    found = KEY.fullmatch(key)
    if found is None or (found[2] is not None) != has_hour:
        raise ValueError
    return dt.datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00'}")


def _place(time: dt.datetime, first: dt.datetime, definition: str) -> int:
    """How many partitions lie between the first one and that of this time."""
    if definition == "monthly":
        return 12 * (time.year - first.year) + time.month - first.month
    return (time - first) // STEPS[definition]


def _at(place: int, first: dt.datetime, definition: str) -> dt.datetime:
    """When the partition begins that has so many before it."""
    if definition == "monthly":
        years, month = divmod(first.month - 1 + place, 12)
        return first.replace(year=first.year + years, month=month + 1, day=min(first.day, 28)) if place else first
    return first + place * STEPS[definition]

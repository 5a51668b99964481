"""The partitions of a pipeline as a grid: what is done, what failed, and what is missing between two others."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from watcher_core.database import Driver
from watcher_core.values import PartitionCell, PartitionGrid

# The newest executions that are looked at, however many there are, and the cells that are shown.
LOOKED_AT = 5_000
MOST_CELLS = 1_000

PARTITIONS = f"""
    SELECT DISTINCT ON (partition) partition, state, id, coalesce(end_date, start_date)
      FROM (SELECT coalesce(execution_metadata ->> 'partition', scope) AS partition, CAST(state AS text) AS state, id,
                   start_date, end_date
              FROM watcher.pipeline_execution
             WHERE pipeline_id = %(pipeline_id)s
             ORDER BY start_date DESC
             LIMIT {LOOKED_AT}) AS newest
     WHERE partition IS NOT NULL
     ORDER BY partition, start_date DESC, id DESC
"""

# The keys of Dagster's partitions in time, as they are unless somebody has chosen another format.
FORMATS = {"hourly": "%Y-%m-%d-%H:%M", "daily": "%Y-%m-%d", "weekly": "%Y-%m-%d", "monthly": "%Y-%m-%d"}
STEPS = {"hourly": dt.timedelta(hours=1), "daily": dt.timedelta(days=1), "weekly": dt.timedelta(weeks=1)}


def read_partitions(
    connection: Driver, *, pipeline_id: int, pipeline_metadata: Mapping[str, Any]
) -> PartitionGrid | None:
    """Return the partitions of a pipeline; `None` for one that has none."""
    definition = pipeline_metadata.get("partitions")
    definition = definition if isinstance(definition, str) and definition else None
    rows = connection.execute(PARTITIONS, {"pipeline_id": pipeline_id}).fetchall()
    if definition is None and not rows:
        return None
    known = {
        partition: PartitionCell(partition=partition, state=state, execution_id=execution_id, at=at)
        for partition, state, execution_id, at in rows
    }
    keys = list(_between(definition, list(known))) or sorted(known)
    cells = [
        known.get(key) or PartitionCell(partition=key, state="missing", execution_id=None, at=None) for key in keys
    ]
    count = pipeline_metadata.get("partition_count")
    expected = count if isinstance(count, int) and not isinstance(count, bool) else None
    if expected is None and definition in FORMATS and cells:
        expected = len(cells)
    shown = cells[-MOST_CELLS:]
    return PartitionGrid(
        definition=definition,
        cells=tuple(shown),
        counts=dict(Counter(cell.state for cell in shown)),
        expected=expected,
        left_out=len(cells) - len(shown),
    )


def _between(definition: str | None, keys: Sequence[str]) -> Iterator[str]:
    """Yield all keys from the first to the last, of partitions in time; nothing where the keys are none of those."""
    written = FORMATS.get(definition or "")
    if written is None or not keys:
        return
    try:
        times = sorted(dt.datetime.strptime(key, written) for key in keys)  # noqa: DTZ007 (a key has no time zone)
    except ValueError:
        return
    following, asked = times[0], set(times)
    found = []
    while following <= times[-1]:
        found.append(following)
        following = _next(following, str(definition))
    # Partitions that begin elsewhere, as weeks on Mondays of which one is a Sunday, are no regular ones.
    if asked <= set(found):
        yield from (time.strftime(written) for time in found)


def _next(time: dt.datetime, definition: str) -> dt.datetime:
    if definition == "monthly":
        return (time.replace(day=1) + dt.timedelta(days=32)).replace(day=min(time.day, 28))
    return time + STEPS[definition]

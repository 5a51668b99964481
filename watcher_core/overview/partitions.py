"""The partitions of a pipeline as a grid: what is done, what failed, and what is missing between two others."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from watcher_core.database import Driver
from watcher_core.values import PartitionCell, PartitionGrid

# The newest executions that are looked at, however many there are, and the cells that are shown.
LOOKED_AT = 5_000
MOST_CELLS = 1_000

# Of a pipeline without partitions, as most are, only the newest are looked at: whether an execution has a scope is read
# from the indexes of successes and failures.
HAS_PARTITIONS = """(
                   EXISTS (SELECT
                             FROM watcher.pipeline_execution
                            WHERE pipeline_id = %(pipeline_id)s
                              AND state = 'succeeded'
                              AND coalesce(scope, '') > '')
                OR EXISTS (SELECT
                             FROM watcher.pipeline_execution
                            WHERE pipeline_id = %(pipeline_id)s
                              AND state = 'failed'
                              AND coalesce(scope, '') > '')
                OR EXISTS (SELECT
                             FROM (SELECT scope, execution_metadata
                                     FROM watcher.pipeline_execution
                                    WHERE pipeline_id = %(pipeline_id)s
                                    ORDER BY start_date DESC
                                    LIMIT 100) AS newest
                            WHERE coalesce(execution_metadata ->> 'partition', scope) IS NOT NULL))"""

PARTITIONS = f"""
    SELECT DISTINCT ON (partition) partition, state, id, coalesce(end_date, start_date)
      FROM (SELECT coalesce(execution_metadata ->> 'partition', scope) AS partition, CAST(state AS text) AS state, id,
                   start_date, end_date
              FROM watcher.pipeline_execution
             WHERE pipeline_id = %(pipeline_id)s
               AND {HAS_PARTITIONS}
             ORDER BY start_date DESC
             LIMIT {LOOKED_AT}) AS newest
     WHERE partition IS NOT NULL
     ORDER BY partition, start_date DESC, id DESC
"""

# The keys of Dagster's partitions in time, as they are unless somebody has chosen another format.
KEY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-(\d{2}:\d{2}))?", re.ASCII)
FORMATS = {"hourly": "%Y-%m-%d-%H:%M", "daily": "%Y-%m-%d", "weekly": "%Y-%m-%d", "monthly": "%Y-%m-%d"}
STEPS = {"hourly": dt.timedelta(hours=1), "daily": dt.timedelta(days=1), "weekly": dt.timedelta(weeks=1)}


def select_cells(connection: Driver, *, pipeline_id: int) -> Iterator[PartitionCell]:
    """Ask for the partitions of a pipeline of which something is known."""
    return map(_cell, connection.execute(PARTITIONS, {"pipeline_id": pipeline_id}))


def _cell(row: Sequence[Any]) -> PartitionCell:
    partition, state, execution_id, at = row
    return PartitionCell(partition=partition, state=state, execution_id=execution_id, at=at)


def grid(found: Iterable[PartitionCell], *, pipeline_metadata: Mapping[str, Any]) -> PartitionGrid | None:
    """Return the partitions of a pipeline, those between two others too; `None` for a pipeline that has none.

    Args:
        found: Those of which something is known.
        pipeline_metadata: Says how they are defined, and how many there are.
    """
    definition = pipeline_metadata.get("partitions")
    definition = definition if isinstance(definition, str) and definition else None
    known = {cell.partition: cell for cell in found}
    if definition is None and not known:
        return None
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
        times = sorted(_time(key, has_hour="%H" in written) for key in keys)
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


def _time(key: str, *, has_hour: bool) -> dt.datetime:
    """Read a key; `strptime` takes longer over the keys of a pipeline than PostgreSQL takes to find them."""
    found = KEY.fullmatch(key)
    if found is None or (found[2] is not None) != has_hour:
        raise ValueError
    return dt.datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00'}")


def _next(time: dt.datetime, definition: str) -> dt.datetime:
    if definition == "monthly":
        return (time.replace(day=1) + dt.timedelta(days=32)).replace(day=min(time.day, 28))
    return time + STEPS[definition]

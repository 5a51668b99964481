"""What of an etl-watcher database a person should know before it is imported, and whether all of it came over.

The comparison at the end reads both databases anew: what the import believes to have written counts nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from watcher_core import arguments
from watcher_core.database import Driver
from watcher_core.imports.definitions import MOST_EXAMPLES
from watcher_core.imports.executions import prefix
from watcher_core.imports.source import Source
from watcher_core.values import COUNTS, ImportNote

BEGINNING: Final = dt.datetime(1, 1, 1, tzinfo=dt.UTC)

# A client that was not answered starts again, with the same time: up to five executions where one ran.
DOUBLES: Final = """
    SELECT count(*), coalesce(sum(starts - 1), 0), coalesce(sum(running), 0),
           (array_agg(ids ORDER BY first DESC))[1:5]
      FROM (SELECT count(*) AS starts, count(*) FILTER (WHERE end_date IS NULL) AS running, min(id) AS first,
                   string_agg(CAST(id AS text), ' = ' ORDER BY id) AS ids
              FROM {pipeline_execution}
             WHERE start_date >= %(since)s
             GROUP BY pipeline_id, start_date
            HAVING count(*) > 1) AS started
"""

ORPHANS: Final = """
    SELECT count(*), (array_agg(CAST(id AS text) ORDER BY id DESC))[1:5]
      FROM {pipeline_execution} AS child
     WHERE parent_id IS NOT NULL
       AND start_date >= %(since)s
       AND NOT EXISTS (SELECT FROM {pipeline_execution} AS parent
                        WHERE parent.id = child.parent_id AND parent.id < child.id)
"""

RUNNING: Final = """
    SELECT count(*), (array_agg(CAST(id AS text) ORDER BY start_date))[1:5]
      FROM {pipeline_execution}
     WHERE end_date IS NULL AND start_date >= %(since)s
"""

NEGATIVE: Final = """
    SELECT count(*), (array_agg(CAST(id AS text) ORDER BY id DESC))[1:5]
      FROM {pipeline_execution}
     WHERE least(inserts, updates, soft_deletes, total_rows) < 0 AND start_date >= %(since)s
"""

BACKWARDS: Final = """
    SELECT count(*), (array_agg(CAST(id AS text) ORDER BY id DESC))[1:5]
      FROM {pipeline_execution}
     WHERE end_date < start_date AND start_date >= %(since)s
"""

NOTES: Final = (
    (ORPHANS, "executions whose parent is not there", "imported without it"),
    (RUNNING, "executions that run there, or were never ended", "they run here until an import ends them"),
    (NEGATIVE, "executions with a count below 0", "that count is left out"),
    (BACKWARDS, "executions that end before their start", "they end at their start here, and keep reported_end_date"),
)

# What both sides must have alike, by pipeline: how many executions, how many of them ended, their counts.
THERE: Final = """
    SELECT pipeline_id, count(*), count(end_date), {sums}
      FROM {{pipeline_execution}}
     WHERE start_date >= %(since)s
     GROUP BY pipeline_id
"""

HERE: Final = """
    SELECT pipeline_id, count(*), count(end_date), {sums}
      FROM watcher.pipeline_execution
     WHERE source = 'import'
       AND starts_with(external_id, %(prefix)s)
       AND ltrim(substr(external_id, length(%(prefix)s) + 1), '0123456789') = ''
       AND start_date >= %(since)s
     GROUP BY pipeline_id
"""

SUMS: Final = ", ".join(f"coalesce(sum({name}) FILTER (WHERE {name} > 0), 0)" for name in COUNTS)
COMPARED: Final = ("executions", "ended executions", *COUNTS)

IMPORTED: Final = (
    HERE.format(sums="0")
    .replace("pipeline_id, count(*), count(end_date), 0", "count(*)")
    .replace("GROUP BY pipeline_id", "")
)


def look_at_executions(source: Source, *, since: dt.datetime | None) -> list[ImportNote]:
    """Return what a person should know of the executions there."""
    given = {"since": since or BEGINNING}
    notes = []
    ((starts, surplus, running, examples),) = source.rows(DOUBLES, given)
    if starts:
        notes.append(
            ImportNote(
                what="second starts of the same pipeline at the same time",
                count=int(surplus),
                message=f"all are imported, and none is merged; {running:,} of all those never ended",
                examples=tuple(examples),
            )
        )
    for query, what, message in NOTES:
        ((count, found),) = source.rows(query, given)
        if count:
            notes.append(ImportNote(what=what, count=count, message=message, examples=tuple(found[:MOST_EXAMPLES])))
    if source.unknown:
        notes.append(
            ImportNote(
                what="columns that are not known",
                count=len(source.unknown),
                message="they are left out",
                examples=source.unknown,
            )
        )
    return notes


def count_imported(connection: Driver, *, name: str, since: dt.datetime | None) -> int:
    """Count the executions that are here of that name."""
    row = connection.execute(IMPORTED, {"prefix": prefix(name), "since": since or BEGINNING}).fetchone()
    return 0 if row is None else int(row[0])


def count_executions(source: Source, *, since: dt.datetime | None) -> int:
    """Count the executions there."""
    ((count,),) = source.rows(
        "SELECT count(*) FROM {pipeline_execution} WHERE start_date >= %(since)s", {"since": since or BEGINNING}
    )
    return int(count)


def compare(
    source: Source,
    connection: Driver,
    *,
    name: str,
    names: Mapping[int, str],
    pipeline_ids: Mapping[int, int],
    since: dt.datetime | None,
) -> tuple[int, list[str]]:
    """Compare the executions of each pipeline there with those here.

    Args:
        source: There.
        connection: Here.
        name: The name of the import.
        names: The names of pipelines, by their id there.
        pipeline_ids: Their id here, by their id there.
        since: From when on.

    Returns:
        How many executions are here, and where there are fewer than there, or counts are less. Executions that are gone
        there, and are still here, are no difference.
    """
    given: dict[str, Any] = {"since": since or BEGINNING, "prefix": prefix(name)}
    there = {row[0]: row[1:] for row in source.rows(THERE.format(sums=SUMS), {"since": given["since"]})}
    here = {row[0]: row[1:] for row in connection.execute(HERE.format(sums=SUMS), given)}
    differences = []
    for key, wanted in sorted(there.items()):
        found = here.get(pipeline_ids[key], (0,) * len(COMPARED))
        for what, least, count in zip(COMPARED, wanted, found, strict=True):
            if count < least:
                differences.append(f"{arguments.shown(names[key])} has {least:,} {what} there, and {count:,} here")
    return sum(int(row[0]) for row in here.values()), differences

"""Executions of etl-watcher, and what its checks found of them, a batch of ids a transaction.

How far an import has come is not written anywhere: an execution is known by its identity, `etl-watcher:NAME:ID`. What
is here already and equal is passed over, so that an import that was killed goes on, and one that is run again brings
what is new or has ended since.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from watcher_core import arguments, masking, recording
from watcher_core.database import Driver
from watcher_core.errors import InvalidValueError
from watcher_core.imports.source import Source, read_json

# Few enough that a transaction is short, enough that its statements cost little each.
BATCH: Final = 10_000

NULL: Final = b"\\N"

# Metadata of fewer bytes can be read: neither a number in it is too long, nor is it nested too deeply.
READABLE: Final = 500

READ: Final = """
    SELECT id, {parent}, pipeline_id, start_date, end_date, completed_successfully, inserts, updates, soft_deletes,
           total_rows, {full_load}, watermark, next_watermark, CAST(execution_metadata AS jsonb)
      FROM {{pipeline_execution}}
     WHERE id > {{after}}
       AND start_date >= {{since}}
     ORDER BY id
     LIMIT {{limit}}
"""

INCOMING: Final = """
    CREATE TEMPORARY TABLE incoming (
        level integer, source_id bigint, parent_source_id bigint, source_pipeline_id bigint, start_date timestamptz,
        end_date timestamptz, succeeded boolean, inserts bigint, updates bigint, soft_deletes bigint,
        total_rows bigint, full_load boolean, watermark text, next_watermark text, metadata jsonb
    ) ON COMMIT DROP
"""


def _count(name: str) -> str:
    return f"CASE WHEN incoming.{name} >= 0 THEN incoming.{name} END AS {name}"


# The rows as they are to be here. Early versions took any count, and an end before the start. Metadata is mostly an
# object, but may be the null of JSON; an error in it is text, which has a place of its own here.
RECORDS: Final = f"""
    CREATE TEMPORARY TABLE record ON COMMIT DROP AS
    SELECT incoming.level, incoming.source_id, incoming.parent_source_id, pipeline.id AS pipeline_id,
           %(prefix)s || incoming.source_id AS external_id,
           CAST(CASE WHEN incoming.end_date IS NULL THEN 'running'
                     WHEN incoming.succeeded THEN 'succeeded'
                     ELSE 'failed' END AS watcher.execution_state) AS state,
           incoming.start_date,
           CASE WHEN incoming.end_date < incoming.start_date THEN incoming.start_date
                ELSE incoming.end_date END AS end_date,
           {_count("inserts")}, {_count("updates")}, {_count("soft_deletes")}, {_count("total_rows")},
           coalesce(incoming.full_load, false) AS full_load, incoming.watermark, incoming.next_watermark,
           CASE jsonb_typeof(incoming.metadata)
                WHEN 'object' THEN incoming.metadata
                     || CASE jsonb_typeof(incoming.metadata -> 'error')
                             WHEN 'string' THEN jsonb_build_object(
                                  'error', jsonb_build_object('message', incoming.metadata -> 'error'))
                             ELSE '{{}}' END
                WHEN 'null' THEN '{{}}'
                ELSE CASE WHEN incoming.metadata IS NULL THEN '{{}}'
                          ELSE jsonb_build_object('value', incoming.metadata) END END
           || CASE WHEN incoming.end_date < incoming.start_date
                   THEN jsonb_build_object('reported_end_date', incoming.end_date)
                   ELSE '{{}}' END AS execution_metadata
      FROM incoming
      JOIN unnest(CAST(%(source_ids)s AS bigint[]), CAST(%(pipeline_ids)s AS bigint[])) AS pipeline (source_id, id)
        ON pipeline.source_id = incoming.source_pipeline_id
"""

MATCHED: Final = f"""
    CREATE TEMPORARY TABLE matched ON COMMIT DROP AS
    SELECT record.source_id, execution.id, execution.start_date
      FROM record
      JOIN watcher.pipeline_execution AS execution
        ON {recording.is_identity("execution", "'import'", "record.external_id")}
"""

OTHERS: Final = """
    SELECT source_id, record.start_date, matched.start_date, matched.id
      FROM matched
      JOIN record USING (source_id)
     WHERE record.start_date <> matched.start_date
     ORDER BY source_id
     LIMIT 1
"""

# A parent has a smaller id than its children: who names it has been given its id. Any other number is an orphan's.
PARENT: Final = f"""
    LEFT JOIN watcher.pipeline_execution AS parent
      ON record.parent_source_id < record.source_id
     AND {recording.is_identity("parent", "'import'", "(%(prefix)s || record.parent_source_id)")}"""

INSERT: Final = f"""
    INSERT INTO watcher.pipeline_execution
          (pipeline_id, parent_id, source, external_id, state, start_date, end_date, full_load, watermark,
           next_watermark, inserts, updates, soft_deletes, total_rows, execution_metadata)
    SELECT record.pipeline_id, parent.id, 'import', record.external_id, record.state, record.start_date,
           record.end_date, record.full_load, record.watermark, record.next_watermark, record.inserts, record.updates,
           record.soft_deletes, record.total_rows, record.execution_metadata
      FROM record
    {PARENT}
     WHERE record.level = %(level)s
       AND NOT EXISTS (SELECT FROM matched WHERE matched.source_id = record.source_id)
     ORDER BY record.source_id
"""

# An execution may be ended again there, with other values. One that somebody has ended here stays so while it runs
# there.
CHANGEABLE: Final = (
    "pipeline_id, state, end_date, full_load, watermark, next_watermark, inserts, updates, soft_deletes, total_rows, "
    "execution_metadata"
)


def _of(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in CHANGEABLE.split(", "))


UPDATE: Final = f"""
    UPDATE watcher.pipeline_execution AS known
       SET ({CHANGEABLE}) = ROW({_of("changed")}),
           parent_id = coalesce(known.parent_id, changed.found_parent_id),
           updated_at = now()
      FROM (SELECT record.*, matched.id AS known_id, parent.id AS found_parent_id
              FROM record
              JOIN matched USING (source_id)
            {PARENT}) AS changed
     WHERE known.id = changed.known_id
       AND (changed.state <> 'running' OR known.state = 'running')
       AND (ROW({_of("known")}) IS DISTINCT FROM ROW({_of("changed")})
            OR known.parent_id IS NULL AND changed.found_parent_id IS NOT NULL)
"""

# The history of another system is no news for who collects traces or events of OpenLineage: their queues pass over it.
NOT_EXPORTED: Final = "SET LOCAL watcher.is_rewriting = 'on'"

CHANGES: Final = f"""
    SELECT pipeline_id, max(last_insert), max(last_update), max(last_soft_delete)
      FROM (SELECT pipeline_id, {recording.CHANGES} FROM record WHERE state = 'succeeded') AS success
     GROUP BY pipeline_id
"""

# One import of a name at a time writes a batch.
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('watcher.import/' || %s, 0))"


@dataclass
class Batch:
    """Executions that are read together.

    Attributes:
        lines: As `COPY` writes them, each with the level below its parents in this batch in front.
        first, last: The ids of the first and the last.
        levels: How many levels there are.
    """

    lines: list[bytes]
    first: int
    last: int
    levels: int


@dataclass
class Result:
    """What became of a batch.

    Attributes:
        created, changed: How many executions were new, and how many are now others.
        changes: When pipelines had inserts, updates and soft deletes last, by their id.
    """

    created: int
    changed: int
    changes: dict[int, tuple[dt.datetime | None, ...]]


def prefix(name: str) -> str:
    """Return what the identities of an import's executions begin with; the id there follows."""
    return f"etl-watcher:{name}:"


def read_batches(source: Source, *, since: dt.datetime | None) -> Iterator[Batch]:
    """Read executions in the order of their ids."""
    parent = "CASE WHEN parent_id < id THEN parent_id END"
    query = READ.format(parent=parent, full_load=source.either("pipeline_execution", "full_load", default="false"))
    after = -(2**63)
    while True:
        given = {"after": after, "since": since or dt.datetime(1, 1, 1, tzinfo=dt.UTC), "limit": BATCH}
        batch = _batch(source.copy(query, given))
        if batch is None:
            return
        yield batch
        after = batch.last


def _batch(lines: Iterable[bytes]) -> Batch | None:
    levels: dict[bytes, int] = {}
    written = []
    for line in lines:
        row_id, parent, rest = line.split(b"\t", 2)
        level = levels.get(parent, -1) + 1
        levels[row_id] = level
        written.append(b"%d\t%b\t%b\t%b" % (level, row_id, parent, _masked(rest)))
    if not levels:
        return None
    ids = list(levels)
    return Batch(written, int(ids[0]), int(ids[-1]), max(levels.values()) + 1)


def _masked(line: bytes) -> bytes:
    """Mask the secrets in metadata, which is the last column. Most has none, and goes on as it is."""
    before, _, metadata = line.rpartition(b"\t")
    written = metadata[:-1]
    if written == NULL:
        return line
    text = written.replace(b"\\\\", b"\\").decode()  # JSON has no other character that COPY escapes
    if not masking.may_hold_secrets(text) and (len(text) < READABLE or _is_readable(text)):
        return line
    masked = (
        {"left_out": f"it is nested more than {arguments.MAX_JSON_LEVELS} levels deep"}
        if arguments.nests_too_deeply(text)
        else masking.mask_json(read_json(text), text)
    )
    return b"%b\t%b\n" % (before, arguments.json_text(masked).encode().replace(b"\\", b"\\\\"))


def _is_readable(text: str) -> bool:
    """Whether what is stored as it is can be read again."""
    if arguments.nests_too_deeply(text):
        return False
    try:
        json.loads(text)
    except ValueError:  # a number that is too long for Python
        return False
    return True


def write_batch(connection: Driver, batch: Batch, *, name: str, pipeline_ids: Mapping[int, int]) -> Result:
    """Write executions that are not here, and change those that are others there.

    Leaves the temporary table `record` for the rest of the transaction.

    Raises:
        InvalidValueError: What is here of that name is of another database.
    """
    given = {
        "prefix": prefix(name),
        "source_ids": list(pipeline_ids),
        "pipeline_ids": list(pipeline_ids.values()),
    }
    connection.execute(LOCK, [name])
    connection.execute(NOT_EXPORTED)
    fill(connection, "incoming", INCOMING, batch.lines)
    connection.execute(RECORDS, given)
    connection.execute("ANALYZE record")
    connection.execute(MATCHED, given)
    connection.execute("ANALYZE matched")
    _refuse_others(connection, name)
    created = sum(connection.execute(INSERT, {**given, "level": level}).rowcount for level in range(batch.levels))
    changed = connection.execute(UPDATE, given).rowcount
    changes = {pipeline_id: tuple(dates) for pipeline_id, *dates in connection.execute(CHANGES)}
    return Result(created, changed, changes)


def fill(connection: Driver, table: str, definition: str, lines: Sequence[bytes]) -> None:
    """Make a temporary table, and copy lines into it."""
    connection.execute(definition)
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        copy.write(b"".join(lines))
    connection.execute(f"ANALYZE {table}")


def _refuse_others(connection: Driver, name: str) -> None:
    other = connection.execute(OTHERS).fetchone()
    if other is not None:
        source_id, there, here, execution_id = other
        raise InvalidValueError(
            f"execution {source_id} there started at {there.isoformat()}, and what was imported as "
            f"{prefix(name)}{source_id}, execution {execution_id}, at {here.isoformat()}: they are of two databases. "
            f"Give this one a name of its own with --source; {name!r} is taken"
        )

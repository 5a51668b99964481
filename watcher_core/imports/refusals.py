"""What an etl-watcher database may hold and cannot be stored here, found before anything is written.

Definitions are checked one by one as they are read; see `definitions`. Here is what PostgreSQL looks for in all tables:
times that no Python can read, units that are not known, rows that refer to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from watcher_core.enums import DatePart
from watcher_core.errors import InvalidValueError
from watcher_core.imports.definitions import MOST_NAMED
from watcher_core.imports.source import Source, known_columns

# The foreign keys that an import follows. Who has loaded the tables without them may have rows that refer to nothing.
REFERENCES: Final = (
    ("pipeline", "pipeline_type_id", "pipeline_type"),
    ("pipeline_execution", "pipeline_id", "pipeline"),
    ("address", "address_type_id", "address_type"),
    ("address_lineage", "pipeline_id", "pipeline"),
    ("address_lineage", "source_address_id", "address"),
    ("address_lineage", "target_address_id", "address"),
    ("anomaly_detection_rule", "pipeline_id", "pipeline"),
)

FIND: Final = """
    SELECT {row}, CAST({column} AS text)
      FROM {{{table}}} AS found
     WHERE {is_wrong}
     ORDER BY 1
     LIMIT {limit}
"""

IS_UNREADABLE: Final = "({column} < '0001-01-01 00:00Z' OR {column} >= '10000-01-01 00:00Z')"
IS_NO_DATEPART: Final = "lower(CAST({column} AS text)) NOT IN ({known})"
REFERS_TO_NOTHING: Final = "NOT EXISTS (SELECT FROM {{{parent}}} AS parent WHERE parent.id = found.{column})"


def refuse_what_cannot_be_stored(source: Source) -> None:
    """Look through all tables.

    Raises:
        InvalidValueError: Something cannot be stored here; the message names table, row, value and rule.
    """
    found = [*_wrong_values(source), *_wrong_references(source)]
    if not found:
        return
    shown = "; ".join(found[:MOST_NAMED])
    more = "; and more" if len(found) > MOST_NAMED else ""
    raise InvalidValueError(
        f"nothing was imported, because some of it cannot be stored here; change it there: {shown}{more}"
    )


def _wrong_values(source: Source) -> Iterator[str]:
    dateparts = ", ".join(f"'{datepart}'" for datepart in DatePart)
    for table in source.columns:
        for column in known_columns(table):
            if not source.has(table, column.name):
                continue
            if column.kind == "time":
                condition = IS_UNREADABLE.format(column=column.name)
                yield from _find(source, table, column.name, condition, "times are in the years 1 to 9999")
            elif column.name.endswith("_datepart"):
                condition = IS_NO_DATEPART.format(column=column.name, known=dateparts)
                yield from _find(source, table, column.name, condition, f"it may be {', '.join(DatePart)}")


def _wrong_references(source: Source) -> Iterator[str]:
    for table, column, parent in REFERENCES:
        if source.has(table):
            condition = REFERS_TO_NOTHING.format(parent=parent, column=column)
            yield from _find(source, table, column, condition, f"there is no {parent} of that id")


def _find(source: Source, table: str, column: str, is_wrong: str, rule: str) -> Iterator[str]:
    row = "id" if source.has(table, "id") else "pipeline_execution_id"
    query = FIND.format(row=row, column=column, table=table, is_wrong=is_wrong, limit=MOST_NAMED + 1)
    for row_id, value in source.rows(query):
        yield f"{table} {row_id}: {column} is {value}; {rule}"

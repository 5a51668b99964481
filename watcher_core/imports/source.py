"""The database of etl-watcher that is imported: a snapshot of it, and which shape its tables have.

Its tables have had several shapes. So the columns are read first, and what is not understood is refused before
anything is written. The database is only read, in one transaction that sees one state of it.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from psycopg import sql

from watcher_core import database
from watcher_core.errors import DatabaseUnavailableError, InvalidValueError

# A batch is read by its primary key. What takes longer than this waits for something.
LIMITS: Final = """
    SET LOCAL statement_timeout = '10min';
    SET LOCAL lock_timeout = '30s';
    SET LOCAL idle_in_transaction_session_timeout = 0
"""

# Python reads no longer numbers.
MOST_DIGITS: Final = 4000

# What types a column may have, as information_schema names them. What is not read may have any.
TYPES: Final[Mapping[str, frozenset[str]]] = {
    "id": frozenset({"smallint", "integer", "bigint"}),
    "text": frozenset({"text", "character varying"}),
    "time": frozenset({"timestamp with time zone"}),
    "flag": frozenset({"boolean"}),
    "number": frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"}),
    "json": frozenset({"json", "jsonb"}),
    "word": frozenset({"USER-DEFINED", "text", "character varying"}),
}

# The columns of each table. After `?`, those that not all versions have; after `-`, those that are not read, because
# they follow from others or mean nothing here.
COLUMNS: Final[Mapping[str, str]] = {
    "pipeline_type": """
        id:id name:text freshness_number:id freshness_datepart:word mute_freshness_check:flag timeliness_number:id
        timeliness_datepart:word mute_timeliness_check:flag -created_at -updated_at""",
    "pipeline": """
        id:id name:text pipeline_type_id:id watermark:text next_watermark:text pipeline_metadata:json
        last_target_insert:time last_target_update:time last_target_soft_delete:time freshness_number:id
        freshness_datepart:word mute_freshness_check:flag timeliness_number:id timeliness_datepart:word
        mute_timeliness_check:flag load_lineage:flag active:flag -input_hash -created_at -updated_at""",
    "pipeline_execution": """
        id:id parent_id:id pipeline_id:id start_date:time end_date:time completed_successfully:flag inserts:id
        updates:id soft_deletes:id total_rows:id watermark:text next_watermark:text execution_metadata:json
        ?full_load:flag -date_recorded -hour_recorded -duration_seconds -throughput -anomaly_flags""",
    "address_type": "id:id name:text group_name:text -created_at -updated_at",
    "address": """
        id:id name:text address_type_id:id database_name:text schema_name:text table_name:text primary_key:text
        ?deprecated:flag ?address_metadata:json -input_hash -created_at -updated_at""",
    "address_lineage": "pipeline_id:id source_address_id:id target_address_id:id -id",
    "anomaly_detection_rule": """
        id:id pipeline_id:id metric_field:word lookback_days:id minimum_executions:id active:flag ?z_threshold:number
        ?std_deviation_threshold_multiplier:number -created_at -updated_at""",
    "anomaly_detection_result": """
        pipeline_execution_id:id rule_id:id violation_value:number detected_at:time context:json ?z_score:number
        ?historical_mean:number ?threshold_min_value:number ?threshold_max_value:number ?baseline_value:number
        ?confidence_score:number -id -deviation_percentage -std_deviation_value -z_threshold""",
    "freshness_pipeline_log": """
        pipeline_id:id last_dml_timestamp:time evaluation_timestamp:time freshness_number:id freshness_datepart:word
        used_child_config:flag -id -created_at""",
    "timeliness_pipeline_execution_log": """
        pipeline_execution_id:id pipeline_id:id duration_seconds:number execution_status:text timely_number:id
        timely_datepart:word used_child_config:flag created_at:time -id -seconds_threshold""",
}

FOUND: Final = """
    SELECT table_schema, table_name, column_name, data_type
      FROM information_schema.columns
     WHERE table_name = ANY(%s)
       AND table_schema NOT IN ('pg_catalog', 'information_schema')
     ORDER BY table_schema, table_name, ordinal_position
"""

# No other table of that name has this column, ours least of all.
TELLING: Final = ("pipeline_execution", "completed_successfully")


@dataclass(frozen=True)
class Column:
    """A column that is known."""

    name: str
    kind: str | None  # of TYPES; None: it is not read
    optional: bool


@dataclass(frozen=True)
class Source:
    """A snapshot of the database.

    Attributes:
        connection: Its transaction.
        database: The database's name.
        where: The database in words, without secrets.
        schema: The schema of PostgreSQL that the tables are in.
        columns: The columns that each table has.
        unknown: Those that are left out, as `table.column`.
    """

    connection: database.Driver
    database: str
    where: str
    schema: str
    columns: Mapping[str, frozenset[str]]
    unknown: tuple[str, ...]

    def rows(self, query: str, given: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query, in which `{table}` stands for a table of the schema."""
        return self.connection.execute(self.composed(query), given).fetchall()

    def copy(self, query: str, given: Mapping[str, Any]) -> list[bytes]:
        """Return the rows of a query as `COPY` writes them, each with the end of its line.

        All at once: whatever goes wrong with one of them, the connection is no longer in the middle of a `COPY` then,
        where nothing else can be asked of it.
        """
        literals = {name: sql.Literal(value) for name, value in given.items()}
        with self.connection.cursor().copy(
            sql.SQL("COPY ({}) TO STDOUT").format(self.composed(query, **literals))
        ) as copy:
            return [bytes(line) for line in copy]

    def composed(self, query: str, **literals: sql.Composable) -> sql.Composed:
        """Return a query with the names of its tables, in this schema."""
        tables = {name: sql.Identifier(self.schema, name) for name in COLUMNS}
        return sql.SQL(query).format(**tables, **literals)

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether there is a table, or a column of it."""
        return table in self.columns and (column is None or column in self.columns[table])

    def either(self, table: str, *columns: str, default: str = "NULL") -> str:
        """Return the first of these columns that the table has, else the default, as SQL."""
        return next((column for column in columns if self.has(table, column)), default)


@contextmanager
def opened(url: str, *, skip_unknown: bool) -> Iterator[Source]:
    """Open a snapshot of the database.

    Args:
        url: The database, as in `postgresql://user:password@host:5432/watcher`.
        skip_unknown: Leave out columns that are not known; else they are an error.

    Raises:
        ConfigurationError: The URL cannot be read.
        DatabaseUnavailableError: The database cannot be reached.
        InvalidValueError: It is no database of etl-watcher, or it has what is not understood.
    """
    engine = database.create_engine(database.normalize_url(url), pool_size=1, pool_overflow=0)
    where = database.describe(engine.url)
    try:
        with database.driver_transaction(engine) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            connection.execute(LIMITS)
            name, path = (connection.execute("SELECT current_database(), current_schemas(false)").fetchone()) or (
                "",
                [],
            )
            found = connection.execute(FOUND, [list(COLUMNS)]).fetchall()
            schema, tables = _tables(found, path, where)
            unknown = _check(tables, where, skip_unknown=skip_unknown)
            columns = {table: frozenset(types) for table, types in tables.items()}
            yield Source(connection, name, where, schema, columns, unknown)
    except DatabaseUnavailableError as exc:
        if str(exc).startswith(where):  # and not where it is imported to
            exc.add_note("that is the database to import from: is it up, and the URL of the command right?")
        raise
    finally:
        engine.dispose()


def read_json(text: str) -> Any:
    """Read JSON as PostgreSQL holds it: a number that Python cannot read stays text."""
    return json.loads(text, parse_float=_number, parse_int=_whole)


def _number(written: str) -> float | str:
    number = float(written)
    return number if math.isfinite(number) else written


def _whole(written: str) -> int | str:
    return int(written) if len(written) < MOST_DIGITS else written


def known_columns(table: str) -> list[Column]:
    """Return the columns that a table may have."""
    columns = []
    for word in COLUMNS[table].split():
        name, _, kind = word.lstrip("?-").partition(":")
        columns.append(Column(name, kind or None, word[0] in "?-"))
    return columns


def _tables(
    found: Sequence[tuple[str, str, str, str]], path: Sequence[str], where: str
) -> tuple[str, dict[str, dict[str, str]]]:
    """Return the schema of the tables, and the types of their columns."""
    schemas: defaultdict[str, defaultdict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for schema, table, column, kind in found:
        schemas[schema][table][column] = kind
    theirs = [schema for schema, tables in schemas.items() if TELLING[1] in tables.get(TELLING[0], {})]
    if not theirs:
        raise InvalidValueError(
            f"{where} is no database of etl-watcher that its user may read: no schema in it has a table {TELLING[0]} "
            f"with a column {TELLING[1]}"
        )
    chosen = [schema for schema in path if schema in theirs][:1] or theirs
    if len(chosen) > 1:
        raise InvalidValueError(
            f"{where} has the tables of etl-watcher in the schemas {', '.join(chosen)}; choose one with "
            f"?options=-csearch_path%3D{chosen[0]} at the end of the URL"
        )
    return chosen[0], {table: dict(columns) for table, columns in schemas[chosen[0]].items()}


# Without these there is nothing to import; the others hold rules and what came of them.
NEEDED: Final = ("pipeline_type", "pipeline", "pipeline_execution", "address_type", "address", "address_lineage")


def _check(tables: Mapping[str, Mapping[str, str]], where: str, *, skip_unknown: bool) -> tuple[str, ...]:
    """Refuse what is not understood, all of it at once; return what is left out."""
    wrong = [f"there is no table {table}" for table in NEEDED if table not in tables]
    unknown: list[str] = []
    for table, types in tables.items():
        known = {column.name: column for column in known_columns(table)}
        wrong += [
            f"{table} has no column {column.name}"
            for column in known.values()
            if column.name not in types and not column.optional
        ]
        wrong += [
            f"{table}.{name} is of type {kind}"
            for name, kind in types.items()
            if name in known and known[name].kind and kind not in TYPES[known[name].kind or ""]
        ]
        unknown += [f"{table}.{name}" for name in types if name not in known]
    if wrong:
        raise InvalidValueError(
            f"{where} has tables that are not understood: {'; '.join(wrong)}. This version of Watcher reads "
            "etl-watcher of September 2025 to March 2026"
        )
    if unknown and not skip_unknown:
        raise InvalidValueError(
            f"{where} has columns that are not known: {', '.join(unknown)}. To import without them, add --skip-unknown"
        )
    return tuple(unknown)


def count_rows(source: Source) -> Counter[str]:
    """Count the rows of each table."""
    return Counter(
        {table: source.rows(f"SELECT count(*) FROM {{{table}}}")[0][0] for table in COLUMNS if source.has(table)}
    )

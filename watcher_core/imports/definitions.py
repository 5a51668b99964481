"""Pipelines, addresses, lineage and rules of etl-watcher: read and checked as a whole, then written.

All that cannot be stored here is named at once, before anything is written.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import anomalies, arguments, catalog, database, lineage, values
from watcher_core.enums import AnomalyMethod
from watcher_core.errors import InvalidValueError
from watcher_core.imports.source import Source, read_json
from watcher_core.values import ImportedRows, ImportNote

# So many are named in an error, and in a note.
MOST_NAMED: Final = 100
MOST_EXAMPLES: Final = 5

THRESHOLDS: Final = """
    freshness_number, lower(CAST(freshness_datepart AS text)), mute_freshness_check,
    timeliness_number, lower(CAST(timeliness_datepart AS text)), mute_timeliness_check"""

DEPRECATE = sa.text("""
    UPDATE watcher.address
       SET deprecated = true
     WHERE id = ANY(CAST(:ids AS bigint[]))
       AND NOT deprecated
""")

# How the hash of a rule begins where an import has written it; see `catalog.imported`.
MARK: Final = "import:"

WRITE_RULES = sa.text(f"""
    INSERT INTO watcher.anomaly_detection_rule AS known
          (pipeline_id, metric_field, method, lookback_days, minimum_executions, std_deviation_threshold_multiplier,
           active, configuration_hash)
    SELECT pipeline_id, metric_field, '{AnomalyMethod.ZSCORE}', lookback_days, minimum_executions, multiplier, active,
           hash
      FROM jsonb_to_recordset(CAST(:rules AS jsonb)) AS imported (
               pipeline_id bigint, metric_field text, lookback_days integer, minimum_executions integer,
               multiplier double precision, active boolean, hash text)
     ORDER BY pipeline_id, metric_field
        ON CONFLICT (pipeline_id, metric_field) DO UPDATE
       SET method = excluded.method, lookback_days = excluded.lookback_days,
           minimum_executions = excluded.minimum_executions,
           std_deviation_threshold_multiplier = excluded.std_deviation_threshold_multiplier,
           active = excluded.active, configuration_hash = excluded.configuration_hash, updated_at = :now
     WHERE known.configuration_hash LIKE '{MARK}%'
       AND known.configuration_hash <> excluded.configuration_hash
    RETURNING (xmax = 0) AS created
""")

RULE_IDS = sa.text("""
    SELECT pipeline_id, metric_field, id
      FROM watcher.anomaly_detection_rule
     WHERE pipeline_id = ANY(CAST(:ids AS bigint[]))
""")


@dataclass
class Definitions:
    """What was read, by the ids that it has there.

    Attributes:
        types, pipelines: Fields, checked.
        type_of: The type of each pipeline.
        last_changes: When each had inserts, updates and soft deletes last.
        addresses: Addresses, checked.
        deprecated: Those of them that are on their way out.
        edges: Sources and targets, by pipeline.
        address_types: The group of each, by name.
        rules: The pipeline and the metric of each rule, and its fields.
        notes: What a person should know.
        problems: What cannot be stored here.
    """

    types: dict[int, dict[str, Any]] = field(default_factory=dict)
    pipelines: dict[int, dict[str, Any]] = field(default_factory=dict)
    type_of: dict[int, int] = field(default_factory=dict)
    last_changes: dict[int, tuple[dt.datetime | None, ...]] = field(default_factory=dict)
    addresses: dict[int, values.Address] = field(default_factory=dict)
    deprecated: set[int] = field(default_factory=set)
    edges: dict[int, set[tuple[int, int]]] = field(default_factory=dict)
    rules: dict[int, dict[str, Any]] = field(default_factory=dict)
    address_types: dict[str, str] = field(default_factory=dict)
    notes: list[ImportNote] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @contextmanager
    def noting(self, table: str, row_id: int) -> Iterator[None]:
        """Note what is wrong with a row, and go on with the next one."""
        try:
            yield
        except InvalidValueError as exc:
            self.problems.append(f"{table} {row_id}: {exc}")


def read_definitions(source: Source) -> Definitions:
    """Read all but executions and what came of them.

    Raises:
        InvalidValueError: Something cannot be stored here; the message names all of it.
    """
    found = Definitions()
    _read_types(source, found)
    _read_pipelines(source, found)
    _read_addresses(source, found)
    _read_edges(source, found)
    if source.has("anomaly_detection_rule"):
        _read_rules(source, found)
    if found.problems:
        shown = found.problems[:MOST_NAMED]
        more = len(found.problems) - len(shown)
        raise InvalidValueError(
            "nothing was imported, because some of it cannot be stored here; change it there: "
            + "; ".join(shown)
            + (f"; and {more:,} more" if more else "")
        )
    return found


def _read_types(source: Source, found: Definitions) -> None:
    left_out: list[str] = []
    for row_id, name, *thresholds in source.rows(f"SELECT id, name, {THRESHOLDS} FROM {{pipeline_type}} ORDER BY id"):
        fields = {"name": name, **_thresholds(thresholds, str(name), left_out)}
        with found.noting("pipeline_type", row_id):
            found.types[row_id] = catalog.clean_pipeline_fields(fields)
    _refuse_equal_names(found, "pipeline_type", {key: row["name"] for key, row in found.types.items()})
    _note_left_out(found, "pipeline types", left_out)


def _read_pipelines(source: Source, found: Definitions) -> None:
    left_out: list[str] = []
    rows = source.rows(f"""
        SELECT id, name, pipeline_type_id, active, CAST(pipeline_metadata AS text), load_lineage, watermark,
               next_watermark, last_target_insert, last_target_update, last_target_soft_delete, {THRESHOLDS}
          FROM {{pipeline}}
         ORDER BY id""")
    for row_id, name, type_id, active, metadata, load_lineage, watermark, next_watermark, *rest in rows:
        changes, thresholds = tuple(rest[:3]), rest[3:]
        fields = {
            "name": name,
            "active": active,
            "load_lineage": load_lineage,
            **_thresholds(thresholds, str(name), left_out),
        }
        with found.noting("pipeline", row_id):
            read = _metadata(metadata, "pipeline_metadata")
            fields["pipeline_metadata"] = read if isinstance(read, Mapping) or read is None else {"value": read}
            cleaned = catalog.clean_pipeline_fields(fields)
            # A watermark is as code there wrote it, whatever that is.
            found.pipelines[row_id] = cleaned | {"watermark": watermark, "next_watermark": next_watermark}
            found.last_changes[row_id] = changes
        found.type_of[row_id] = type_id
    _refuse_equal_names(found, "pipeline", {key: row["name"] for key, row in found.pipelines.items()})
    _note_left_out(found, "pipelines", left_out)


def _thresholds(row: list[Any], name: str, left_out: list[str]) -> dict[str, Any]:
    """Return thresholds; half a threshold judges nothing there, and is left out."""
    fields: dict[str, Any] = {}
    for check, (number, datepart, mute) in zip(("freshness", "timeliness"), (row[:3], row[3:]), strict=True):
        if (number is None) != (datepart is None) or (number is not None and number <= 0):
            left_out.append(name)
            number = datepart = None
        fields |= {f"{check}_number": number, f"{check}_datepart": datepart, f"mute_{check}_check": mute}
    return fields


def _metadata(text: str | None, argument: str) -> Any:
    if text is not None and arguments.nests_too_deeply(text):
        raise InvalidValueError(f"{argument} is nested more than {arguments.MAX_JSON_LEVELS} levels deep")
    return None if text is None else read_json(text)


def _note_left_out(found: Definitions, what: str, names: list[str]) -> None:
    if names:
        found.notes.append(
            ImportNote(
                what=f"thresholds of {what} that are half, or not above 0",
                count=len(names),
                message="they are left out",
                examples=tuple(names[:MOST_EXAMPLES]),
            )
        )


def _read_addresses(source: Source, found: Definitions) -> None:
    types = {
        row_id: (name, group) for row_id, name, group in source.rows("SELECT id, name, group_name FROM {address_type}")
    }
    for row_id, (name, group) in types.items():
        with found.noting("address_type", row_id):
            found.address_types[arguments.name(name, "name")] = arguments.name(group, "group_name")
    rows = source.rows(f"""
        SELECT id, name, address_type_id, database_name, schema_name, table_name, primary_key,
               CAST({source.either("address", "address_metadata")} AS text),
               {source.either("address", "deprecated", default="false")}
          FROM {{address}}
         ORDER BY id""")
    for row_id, name, type_id, *parts, metadata, deprecated in rows:
        # Ours has no empty parts.
        database_name, schema_name, table_name, primary_key = (
            part if part and part.strip() else None for part in parts
        )
        with found.noting("address", row_id):
            read = _metadata(metadata, "address_metadata")
            address = values.Address(
                name,
                *types[type_id],
                database_name=database_name,
                schema_name=schema_name,
                table_name=table_name,
                primary_key=primary_key,
                address_metadata=read if isinstance(read, dict) else {},
            )
            found.addresses[row_id] = catalog.clean_address(address)
        if deprecated:
            found.deprecated.add(row_id)
    _refuse_equal_names(found, "address", {key: row.name for key, row in found.addresses.items()})


def _read_edges(source: Source, found: Definitions) -> None:
    edges: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
    rows = source.rows("SELECT pipeline_id, source_address_id, target_address_id FROM {address_lineage}")
    for pipeline_id, *ends in rows:
        edges[pipeline_id].add((ends[0], ends[1]))
    found.edges = dict(edges)


def _read_rules(source: Source, found: Definitions) -> None:
    multiplier = source.either(
        "anomaly_detection_rule", "z_threshold", "std_deviation_threshold_multiplier", default="3.0"
    )
    rows = source.rows(f"""
        SELECT id, pipeline_id, lower(CAST(metric_field AS text)), lookback_days, minimum_executions,
               CAST(coalesce({multiplier}, 3.0) AS double precision), active
          FROM {{anomaly_detection_rule}}
         ORDER BY id""")
    for row_id, pipeline_id, metric, lookback_days, minimum_executions, threshold, active in rows:
        fields = {
            "lookback_days": lookback_days,
            "minimum_executions": minimum_executions,
            "std_deviation_threshold_multiplier": threshold,
            "active": active,
        }
        with found.noting("anomaly_detection_rule", row_id):
            found.rules[row_id] = {
                "source_pipeline_id": pipeline_id,
                "metric_field": anomalies.parse_metric(metric).value,
                **anomalies.clean_rule_fields(fields),
            }


def _refuse_equal_names(found: Definitions, table: str, names: Mapping[int, str]) -> None:
    """Names that differ by blanks around them, or by passwords in them, are one here."""
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for row_id, name in names.items():
        by_name[name].append(row_id)
    found.problems += [
        f"{table} {' and '.join(map(str, ids))} are both {arguments.shown(name)} here"
        for name, ids in by_name.items()
        if len(ids) > 1
    ]


# Writing


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        pipeline_ids, rule_ids: The id of each here, by its id there.
        rows: What became of the rows.
    """

    pipeline_ids: dict[int, int]
    rule_ids: dict[int, int]
    rows: tuple[ImportedRows, ...]


def write_definitions(session: Session, found: Definitions, *, now: dt.datetime) -> Written:
    """Write types, pipelines and rules. What code here has declared stays."""
    types = catalog.import_pipeline_types(session, types=list(found.types.values()), now=now)
    type_ids = {key: types.ids[row["name"]] for key, row in found.types.items()}
    rows = [{**row, "pipeline_type_id": type_ids[found.type_of[key]]} for key, row in found.pipelines.items()]
    pipelines = catalog.import_pipelines(session, pipelines=rows, now=now)
    pipeline_ids = {key: pipelines.ids[row["name"]] for key, row in found.pipelines.items()}
    rule_ids, rules = _write_rules(session, found, pipeline_ids, now=now)
    anomalies.create_rules_for_new_pipelines(session, pipeline_ids=sorted(pipelines.created), now=now)
    return Written(
        pipeline_ids,
        rule_ids,
        (
            _rows("pipeline types", len(found.types), types),
            _rows("pipelines", len(found.pipelines), pipelines),
            rules,
        ),
    )


def _rows(kind: str, count: int, done: catalog.Imported) -> ImportedRows:
    return ImportedRows(
        kind=kind, found=count, created=len(done.created), changed=len(done.changed), here=len(set(done.ids.values()))
    )


def _write_rules(
    session: Session, found: Definitions, pipeline_ids: Mapping[int, int], *, now: dt.datetime
) -> tuple[dict[int, int], ImportedRows]:
    rules = []
    for rule in found.rules.values():
        fields = {
            "metric_field": rule["metric_field"],
            "lookback_days": rule["lookback_days"],
            "minimum_executions": rule["minimum_executions"],
            "multiplier": rule["std_deviation_threshold_multiplier"],
            "active": rule["active"],
        }
        rules.append(
            {
                **fields,
                "pipeline_id": pipeline_ids[rule["source_pipeline_id"]],
                "hash": MARK + catalog.configuration_hash(fields),
            }
        )
    written = session.execute(WRITE_RULES, {"rules": arguments.json_text(rules), "now": now}).all()
    ids = {
        (row.pipeline_id, row.metric_field): row.id
        for row in session.execute(RULE_IDS, {"ids": sorted(set(pipeline_ids.values()))})
    }
    rule_ids = {
        key: ids[pipeline_ids[rule["source_pipeline_id"]], rule["metric_field"]] for key, rule in found.rules.items()
    }
    created = sum(row.created for row in written)
    return rule_ids, ImportedRows(
        kind="anomaly rules",
        found=len(found.rules),
        created=created,
        changed=len(written) - created,
        here=len(set(rule_ids.values())),
    )


def write_lineage(
    session: Session, found: Definitions, pipeline_ids: Mapping[int, int], *, now: dt.datetime
) -> tuple[ImportedRows, ...]:
    """Write addresses and edges. A transaction of its own, because lineage is locked before all else."""
    connection = database.driver(session)
    lineage.lock_closure(connection)
    before = {table: _count(connection, table) for table in ("address_type", "address", "address_lineage")}
    known = {each.name for each in catalog.list_address_types(session)}
    for name in sorted(found.address_types.keys() - known):
        catalog.get_or_create_address_type(session, name=name, group_name=found.address_types[name], now=now)
    ids = catalog.ensure_addresses(session, addresses=found.addresses.values(), now=now)
    address_ids = {key: ids[address.name] for key, address in found.addresses.items()}
    session.execute(DEPRECATE, {"ids": [address_ids[key] for key in found.deprecated]})
    edges = {
        pipeline_id: {(address_ids[one], address_ids[other]) for one, other in found.edges.get(key, ())}
        for key, pipeline_id in pipeline_ids.items()
    }
    lineage.import_edges(session, edges=edges)
    found_rows = (
        ("address types", "address_type", len(found.address_types)),
        ("addresses", "address", len(found.addresses)),
        ("edges of lineage", "address_lineage", sum(map(len, found.edges.values()))),
    )
    return tuple(
        ImportedRows(kind=kind, found=count, created=max(0, _count(connection, table) - before[table]))
        for kind, table, count in found_rows
    )


def _count(connection: database.Driver, table: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM watcher.{table}").fetchone() or (0,)
    return int(count)

"""The columns that materializations report: a change of them is a result of an asset check of Watcher's own.

The columns that an asset was last seen with are kept for each Dagster instance, where a rule says that a change opens
an alert. Where partitions follow one another in time they are parts of one table: the newest partition counts, and an
older one, as in a backfill, is no news. Other partitions are compared with themselves.

The first columns are no change. What is older than what is known is passed by, so that a run may be recorded any number
of times and in any order. A change is described against the columns before the first change that is still open. Those
count as right until a person has resolved the alert, or other columns have stayed for a week.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, database, text, values
from watcher_core.enums import AlertLevel, AssetCheckStatus
from watcher_core.errors import InvalidValueError
from watcher_core.recording import column_types
from watcher_core.recording.asset_checks import record_asset_checks

logger = logging.getLogger("watcher.progress")

WATCHED = sa.text(f"""
    SELECT pipeline.name, known.scope, known.columns, known.logical_date, known.reported_at, known.changed_at,
           CASE WHEN NOT EXISTS (SELECT
                                   FROM watcher.asset_check
                                   JOIN watcher.alert
                                     ON alert.deduplication_key = 'asset_check/' || asset_check.id
                                  WHERE asset_check.pipeline_id = known.pipeline_id
                                    AND asset_check.instance_id = known.instance_id
                                    AND asset_check.name = '{text.COLUMNS_CHECK}'
                                    AND alert.resolved_by_hand
                                    AND alert.resolved_at >= known.changed_at)
                THEN known.before END AS before
      FROM watcher.pipeline
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
      LEFT JOIN watcher.pipeline_columns AS known
        ON known.pipeline_id = pipeline.id
       AND known.instance_id = :instance_id
       AND known.scope = ANY(CAST(:scopes AS text[]))
     WHERE pipeline.name = ANY(CAST(:names AS text[]))
       AND (pipeline.column_changes OR type.column_changes)
""")

KEEP = sa.text("""
    INSERT INTO watcher.pipeline_columns
          (pipeline_id, instance_id, scope, columns, logical_date, reported_at, before, changed_at)
    SELECT pipeline.id, :instance_id, given.scope, given.columns, given.logical_date, given.reported_at, given.before,
           given.changed_at
      FROM jsonb_to_recordset(CAST(:given AS jsonb)) AS given (
               name text, scope text, columns jsonb, logical_date timestamptz, reported_at timestamptz, before jsonb,
               changed_at timestamptz)
      JOIN watcher.pipeline ON pipeline.name = given.name
     ORDER BY pipeline.id, given.scope
        ON CONFLICT (pipeline_id, instance_id, scope) DO UPDATE
       SET columns      = excluded.columns,
           logical_date = excluded.logical_date,
           reported_at  = excluded.reported_at,
           before       = excluded.before,
           changed_at   = excluded.changed_at
""")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns that an asset was last seen with, or one of its partitions.

    Attributes:
        columns: The type of each, fields of structures among them.
        reported_at: When the newest materialization was.
        logical_date: When the partition of the newest one begins.
        before: The columns before the first change that is open.
        changed_at: When they last changed.
    """

    columns: dict[str, str] = field(default_factory=dict)
    reported_at: dt.datetime
    logical_date: dt.datetime | None = None
    before: dict[str, str] | None = None
    changed_at: dt.datetime | None = None


def compare(known: Columns | None, seen: Columns) -> tuple[Columns, bool | None, str]:
    """Compare the columns that a materialization reports with those that are known.

    Returns:
        What is known from then on; whether a check of it passes, or `None` where it has nothing to say; and what it
        says.
    """
    if known is None:
        return seen, True, text.plural(len(seen.columns), "column")
    newest = [date for date in (known.logical_date, seen.logical_date) if date is not None]
    is_old = len(newest) == 2 and newest[1] < newest[0]
    if is_old or seen.reported_at <= known.reported_at:
        return known, None, ""
    followed = replace(known, reported_at=seen.reported_at, logical_date=max(newest, default=None))
    if not column_types.changes(known.columns, seen.columns):
        return followed, None, ""
    is_open = known.changed_at is not None and seen.reported_at - known.changed_at < text.COLUMNS_ACCEPTED_AFTER
    before = known.before if known.before is not None and is_open else known.columns
    changed = column_types.changes(before, seen.columns)
    followed = replace(followed, columns=seen.columns, before=before if changed else None, changed_at=seen.reported_at)
    return followed, not changed, column_types.in_words(changed) or "the columns are again as they were before"


def record_columns(session: Session, *, records: Iterable[values.ColumnsRecord]) -> None:
    """Compare the columns that materializations of one Dagster instance report, in any order, as often as one likes.

    Those of pipelines without a rule are passed by. The executions are written before. What breaks a rule is left out
    with a line in the log: it must not keep the rest of its run from being recorded.
    """
    given = [record for record in records if record.columns and _is_of_an_asset(record)]
    if not given:
        return
    now = database.clock(database.driver(session))
    instance_id = given[0].instance_id or ""
    names = catalog.current_pipeline_names(session, {record.pipeline_name for record in given})
    asked = {"names": list(names.values()), "scopes": list({record.partition or "" for record in given})}
    known: dict[tuple[str, str], Columns] = {}
    watched: set[str] = set()
    for row in session.execute(WATCHED, {**asked, "instance_id": instance_id}):
        watched.add(row.name)
        if row.scope is not None:
            found = {name: value for name, value in row._mapping.items() if name not in ("name", "scope")}
            known[row.name, row.scope] = Columns(**found)
    before = dict(known)
    checks: list[values.AssetCheckRecord] = []
    for record in sorted(given, key=lambda record: record.reported_at):
        name = names[record.pipeline_name]
        if name not in watched or (seen := _seen(record, now)) is None:
            continue
        place = name, record.partition or ""
        known[place], passed, said = compare(known.get(place), seen)
        if passed is not None:
            checks.append(_check(record, name, seen, passed=passed, said=said))
    _keep(session, {place: each for place, each in known.items() if before.get(place) != each}, instance_id)
    record_asset_checks(session, records=checks, now=now)


def _is_of_an_asset(record: values.ColumnsRecord) -> bool:
    """Whether there may be a pipeline, and a partition, of these names."""
    try:
        arguments.name(record.pipeline_name, "pipeline_name")
        arguments.text(record.partition or "", "partition")
    except InvalidValueError as error:
        logger.warning("the columns of %s are not recorded: %s", arguments.shown(record.pipeline_name), error)
        return False
    return True


def _seen(record: values.ColumnsRecord, now: dt.datetime) -> Columns | None:
    """What a materialization reports; a time ahead of the database's clock counts as now."""
    try:
        at = min(arguments.instant(record.reported_at, "reported_at"), now)
        logical = None if record.logical_date is None else arguments.instant(record.logical_date, "logical_date")
        columns = arguments.json_object(column_types.fields_of(record.columns), "columns")
    except InvalidValueError as error:
        logger.warning("the columns of %s are not recorded: %s", record.pipeline_name, error)
        return None
    return Columns(columns=columns, reported_at=at, logical_date=None if logical is None else min(logical, at))


def _check(
    record: values.ColumnsRecord, name: str, seen: Columns, *, passed: bool, said: str
) -> values.AssetCheckRecord:
    return values.AssetCheckRecord(
        pipeline_name=name,
        check_name=text.COLUMNS_CHECK,
        external_id=record.execution_external_id,
        execution_external_id=record.execution_external_id,
        instance_id=record.instance_id,
        partition=record.partition,
        status=AssetCheckStatus.PASSED if passed else AssetCheckStatus.FAILED,
        severity=AlertLevel.WARNING,
        description=said,
        result_metadata={"columns": len(seen.columns)},
        evaluated_at=seen.reported_at,
    )


def _keep(session: Session, changed: dict[tuple[str, str], Columns], instance_id: str) -> None:
    if changed:
        rows: list[dict[str, Any]] = [
            {"name": name, "scope": scope, **vars(columns)} for (name, scope), columns in changed.items()
        ]
        session.execute(KEEP, {"given": arguments.json_text(rows), "instance_id": instance_id})

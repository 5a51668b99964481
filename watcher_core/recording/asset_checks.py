"""Asset checks and their results: written by the recorder as often as it likes, and listed.

A result that did not pass is `open` until a later one replaces it: one of the same partition, one of the whole asset,
or, where it is of the whole asset itself, any. So what does not pass now is found without reading the history.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
from psycopg.rows import dict_row
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, masking, values
from watcher_core.database import OF_NAMES, Driver, pattern_of_names
from watcher_core.enums import AlertLevel, AssetCheckStatus
from watcher_core.errors import InvalidValueError
from watcher_core.recording.identities import is_identity

logger = logging.getLogger("watcher.progress")

GIVEN = """
    given AS (
        SELECT record.*, pipeline.id AS pipeline_id
          FROM jsonb_to_recordset(CAST(:records AS jsonb)) AS record (
                   pipeline_name text, check_name text, external_id text, execution_external_id text, instance_id text,
                   partition text, status watcher.asset_check_status, severity watcher.alert_level, blocking boolean,
                   description text, step_key text, result_metadata jsonb, evaluated_at timestamptz)
          JOIN watcher.pipeline ON pipeline.name = record.pipeline_name
    )"""

# Each check with its newest result. A severity is that of a result that did not pass: one that did has none.
# A new check is in the code of its run's location, which has not declared it since it is known.
RECORD_CHECKS = sa.text(f"""
    WITH {GIVEN}
    INSERT INTO watcher.asset_check AS known
          (pipeline_id, name, instance_id, blocking, severity, status, partition, evaluated_at, declared_by)
    SELECT DISTINCT ON (given.pipeline_id, check_name, given.instance_id)
           given.pipeline_id, check_name, given.instance_id, blocking, severity, status, partition, evaluated_at,
           run.declared_by
      FROM given
      LEFT JOIN watcher.pipeline_execution AS execution
        ON {is_identity("execution", "'dagster'", "given.execution_external_id")}
      LEFT JOIN watcher.pipeline AS run ON run.id = execution.pipeline_id
     ORDER BY given.pipeline_id, check_name, given.instance_id, evaluated_at DESC, status DESC
        ON CONFLICT (pipeline_id, name, instance_id) DO UPDATE
       SET blocking     = coalesce(excluded.blocking, known.blocking),
           severity     = coalesce(excluded.severity, known.severity),
           status       = excluded.status,
           partition    = excluded.partition,
           evaluated_at = excluded.evaluated_at,
           declared_by  = CASE WHEN known.removed_at IS NULL THEN known.declared_by ELSE excluded.declared_by END,
           removed_at   = NULL
     WHERE excluded.evaluated_at > known.evaluated_at
        OR excluded.evaluated_at = known.evaluated_at
       AND CASE WHEN :newest_wins THEN excluded.status > known.status ELSE excluded.status <> known.status END
""")

RECORD_RESULTS = sa.text(f"""
    WITH {GIVEN}
    INSERT INTO watcher.asset_check_result AS known
          (asset_check_id, external_id, pipeline_execution_id, partition, status, severity, description, step_key,
           result_metadata, evaluated_at, open)
    SELECT asset_check.id, given.external_id, execution.id, given.partition, given.status, given.severity,
           given.description, given.step_key, given.result_metadata, given.evaluated_at, given.status <> 'passed'
      FROM given
      JOIN watcher.asset_check
        ON asset_check.pipeline_id = given.pipeline_id
       AND asset_check.name = given.check_name
       AND asset_check.instance_id = given.instance_id
      LEFT JOIN watcher.pipeline_execution AS execution
        ON {is_identity("execution", "'dagster'", "given.execution_external_id")}
     ORDER BY asset_check.id, given.external_id, coalesce(given.partition, '')
        ON CONFLICT (asset_check_id, external_id, coalesce(partition, '')) DO UPDATE
       SET pipeline_execution_id = coalesce(excluded.pipeline_execution_id, known.pipeline_execution_id),
           status                = excluded.status,
           severity              = excluded.severity,
           description           = excluded.description,
           step_key              = excluded.step_key,
           result_metadata       = excluded.result_metadata,
           evaluated_at          = excluded.evaluated_at,
           open                  = excluded.open
     WHERE (known.status, known.evaluated_at) IS DISTINCT FROM (excluded.status, excluded.evaluated_at)
       AND (NOT :newest_wins OR (excluded.evaluated_at, excluded.status) > (known.evaluated_at, known.status))
    RETURNING asset_check_id
""")


def _later(partition: str) -> str:
    return f"""EXISTS (SELECT
                    FROM watcher.asset_check_result AS later
                   WHERE later.asset_check_id = result.asset_check_id
                     AND {partition}
                     AND later.evaluated_at >= result.evaluated_at
                     AND (later.evaluated_at, later.id) > (result.evaluated_at, result.id))"""


SETTLE = sa.text(f"""
    UPDATE watcher.asset_check_result AS result
       SET open = false
     WHERE result.open
       AND result.asset_check_id = ANY(:ids)
       AND (result.partition IS NULL AND {_later("true")}
            OR {_later("later.partition = result.partition")}
            OR {_later("later.partition IS NULL")})
""")


def record_asset_checks(
    session: Session, *, records: Iterable[values.AssetCheckRecord], now: dt.datetime, newest_wins: bool = False
) -> int:
    """Write what came of asset checks, in any order, as often as a caller likes: a few statements, however many.

    Pipelines that are not known yet are made. The executions of the runs are written before. A record that breaks a
    rule is written without its description and metadata, or else is left out with a line in the log: it must not keep
    the rest of its run from being recorded.

    Args:
        session: The transaction.
        records: The results.
        now: The time.
        newest_wins: Whether a result that is older than the one that its run has is no news, and of two at the same
            time the worse one counts; otherwise the caller knows better than what is recorded, and its last one counts.

    Returns:
        How many results are new, or have changed.
    """
    all_cleaned = [cleaned for record in records if (cleaned := _cleaned_leniently(record)) is not None]
    if not all_cleaned:
        return 0
    types: dict[str, str | None] = {}
    for cleaned in all_cleaned:
        name = cleaned["pipeline_name"]
        types[name] = cleaned.pop("pipeline_type_name") or types.get(name)
    names = catalog.resolve_pipelines(session, types_by_name=types, now=now)
    newest: dict[tuple[str, ...], dict[str, Any]] = {}
    for cleaned in all_cleaned:
        cleaned["pipeline_name"] = names[cleaned["pipeline_name"]]
        identity = tuple(
            str(cleaned[field] or "")
            for field in ("pipeline_name", "check_name", "instance_id", "external_id", "partition")
        )
        known = newest.get(identity)  # a statement writes a row only once
        if known is None or _order(known, newest_wins) <= _order(cleaned, newest_wins):
            newest[identity] = cleaned
    given = {"records": arguments.json_text(list(newest.values())), "newest_wins": newest_wins}
    session.execute(RECORD_CHECKS, given)
    changed = session.scalars(RECORD_RESULTS, given).all()
    if changed:
        session.execute(SETTLE, {"ids": sorted(set(changed))})
    return len(changed)


# From good to bad, as PostgreSQL compares them.
STATUSES: Final = tuple(status.value for status in AssetCheckStatus)


def _order(cleaned: dict[str, Any], newest_wins: bool) -> tuple[dt.datetime, int]:
    return cleaned["evaluated_at"], STATUSES.index(cleaned["status"]) if newest_wins else 0


def _cleaned_leniently(record: values.AssetCheckRecord) -> dict[str, Any] | None:
    for each in (record, replace(record, description=None, result_metadata={}, step_key=None)):
        try:
            return _cleaned(each)
        except InvalidValueError as error:
            refused = error
    check = arguments.shown(record.check_name)  # which may be what is too long
    logger.warning("a result of check %s of %s is not recorded: %s", check, record.pipeline_name, refused)
    return None


def _cleaned(record: values.AssetCheckRecord) -> dict[str, Any]:
    def text_or_none(value: object, argument: str) -> str | None:
        return None if value is None else arguments.text(value, argument)

    status = arguments.choice(record.status, AssetCheckStatus, "status")
    description = text_or_none(record.description, "description")
    return {
        "pipeline_name": arguments.name(record.pipeline_name, "pipeline_name"),
        "pipeline_type_name": text_or_none(record.pipeline_type_name, "pipeline_type_name"),
        "check_name": arguments.name(record.check_name, "check_name"),
        "external_id": arguments.external_id(record.external_id, "external_id"),
        "execution_external_id": text_or_none(record.execution_external_id, "execution_external_id"),
        "instance_id": text_or_none(record.instance_id, "instance_id") or "",
        "partition": text_or_none(record.partition, "partition") or None,
        "status": status.value,
        "severity": None
        if record.severity is None or status is AssetCheckStatus.PASSED
        else arguments.choice(record.severity, AlertLevel, "severity").value,
        "blocking": None if record.blocking is None else arguments.flag(record.blocking, "blocking"),
        "description": None if description is None else masking.mask_text(description),
        "step_key": text_or_none(record.step_key, "step_key"),
        "result_metadata": arguments.json_object(record.result_metadata, "result_metadata"),
        "evaluated_at": arguments.instant(record.evaluated_at, "evaluated_at"),
    }


# What definitions declare

# A check that is back, because it was only moved or its location had failed to load, opens alerts again.
DECLARE = sa.text("""
    WITH declared AS (
        SELECT *
          FROM unnest(CAST(:pipelines AS text[]), CAST(:checks AS text[])) AS declared (pipeline_name, check_name)
    ), known AS (
        SELECT asset_check.id, declared.check_name IS NOT NULL AS is_declared
          FROM watcher.asset_check
          JOIN watcher.pipeline ON pipeline.id = asset_check.pipeline_id
          LEFT JOIN declared
            ON declared.pipeline_name = pipeline.name
           AND declared.check_name = asset_check.name
         WHERE asset_check.instance_id = :instance_id
           AND (declared.check_name IS NOT NULL OR asset_check.declared_by = :location)
         ORDER BY asset_check.pipeline_id, asset_check.name -- as the recorder does, so that both never deadlock
           FOR UPDATE OF asset_check
    )
    UPDATE watcher.asset_check
       SET declared_by = :location,
           removed_at  = CASE WHEN known.is_declared THEN NULL ELSE coalesce(asset_check.removed_at, :now) END
      FROM known
     WHERE known.id = asset_check.id
       AND (asset_check.declared_by IS DISTINCT FROM :location
            OR known.is_declared <> (asset_check.removed_at IS NULL))
""")


def declare_asset_checks(
    session: Session, *, checks: Sequence[tuple[str, str]], location: str, instance_id: str, now: dt.datetime
) -> int:
    """Record which checks a code location has: those that it had, and has no more, are gone.

    Args:
        session: The transaction.
        checks: Asset and check, by name.
        location: The code location.
        instance_id: The Dagster instance that has loaded it.
        now: The time.

    Returns:
        How many are declared anew or gone.
    """
    used = [arguments.name(pipeline, "pipeline") for pipeline, _ in checks]
    names = catalog.current_pipeline_names(session, used)
    given = {
        "pipelines": [names[name] for name in used],
        "checks": [arguments.name(check, "check") for _, check in checks],
        "location": arguments.text(location, "location"),
        "instance_id": arguments.text(instance_id, "instance_id"),
        "now": now,
    }
    return int(session.execute(DECLARE, given).rowcount)  # type: ignore[attr-defined] # of a statement that writes


# Reading

LIST_CHECKS = f"""
    SELECT asset_check.id, asset_check.pipeline_id, pipeline.name AS pipeline_name, asset_check.name,
           asset_check.instance_id, asset_check.blocking, asset_check.severity, asset_check.status,
           asset_check.partition, asset_check.evaluated_at, asset_check.removed_at, asset_check.created_at,
           (SELECT count(*)
              FROM watcher.asset_check_result AS result
             WHERE result.asset_check_id = asset_check.id
               AND result.open
               AND NOT {catalog.is_of_removed_partition("result.result_metadata")}) AS failing
      FROM watcher.asset_check
      JOIN watcher.pipeline ON pipeline.id = asset_check.pipeline_id
"""

# The newest of each check, and of those the newest: one check's history is not read, nor that of all.
LIST_RESULTS = """
    SELECT result.id, result.asset_check_id, pipeline.name AS pipeline_name, asset_check.name AS check_name,
           asset_check.instance_id, result.pipeline_execution_id, result.partition, result.status, result.severity,
           result.description, result.step_key, result.result_metadata, result.evaluated_at, result.open
      FROM watcher.asset_check
      JOIN watcher.pipeline ON pipeline.id = asset_check.pipeline_id
     CROSS JOIN LATERAL (SELECT *
                           FROM watcher.asset_check_result
                           {of_results}
                          ORDER BY evaluated_at DESC, id DESC
                          LIMIT %(limit)s) AS result
     {of_checks}
     ORDER BY result.evaluated_at DESC, result.id DESC
     LIMIT %(limit)s
"""


OF_CHECKS = {
    "pipeline_id": "asset_check.pipeline_id = %(pipeline_id)s",
    "names": OF_NAMES.format("asset_check.pipeline_id"),
}


def select_asset_checks(
    connection: Driver,
    *,
    pipeline_id: int | None = None,
    failing: bool | None = None,
    names: str | None = None,
    limit: int = 100,
) -> Iterator[values.AssetCheck]:
    """Ask for asset checks, by the names of asset and check."""
    given = {
        "pipeline_id": pipeline_id,
        "failing": None if failing is None else arguments.flag(failing, "failing"),
        "names": pattern_of_names(names),
        "limit": arguments.count(limit, "limit"),
    }
    is_failing = f"""EXISTS (SELECT
                              FROM watcher.asset_check_result AS result
                             WHERE result.asset_check_id = asset_check.id
                               AND result.open
                               AND NOT {catalog.is_of_removed_partition("result.result_metadata")}) = %(failing)s"""
    conditions = {**OF_CHECKS, "failing": is_failing}
    statement = f"""{LIST_CHECKS} {_where(conditions, given)}
     ORDER BY pipeline.name, asset_check.name, asset_check.instance_id LIMIT %(limit)s"""
    rows = connection.cursor(row_factory=dict_row).execute(statement, given)
    return (values.AssetCheck(**_with_enums(row)) for row in rows)


def select_asset_check_results(
    connection: Driver,
    *,
    pipeline_id: int | None = None,
    check: str | None = None,
    status: AssetCheckStatus | str | None = None,
    since: dt.datetime | None = None,
    names: str | None = None,
    limit: int = 100,
) -> Iterator[values.AssetCheckResult]:
    """Ask for results of asset checks, newest first."""
    given = {
        "pipeline_id": pipeline_id,
        "check": None if check is None else arguments.name(check, "check"),
        "status": None if status is None else arguments.choice(status, AssetCheckStatus, "status").value,
        "since": None if since is None else arguments.instant(since, "since"),
        "names": pattern_of_names(names),
        "limit": arguments.count(limit, "limit"),
    }
    of_checks = {**OF_CHECKS, "check": "asset_check.name = %(check)s"}
    of_results = {
        "id": "asset_check_id = asset_check.id",
        "status": "status = CAST(%(status)s AS watcher.asset_check_status)",
        "since": "evaluated_at >= %(since)s",
    }
    statement = LIST_RESULTS.format(
        of_checks=_where(of_checks, given), of_results=_where(of_results, {**given, "id": True})
    )
    rows = connection.cursor(row_factory=dict_row).execute(statement, given)
    return (values.AssetCheckResult(**_with_enums(row)) for row in rows)


def _where(conditions: dict[str, str], given: dict[str, Any]) -> str:
    asked = [condition for name, condition in conditions.items() if given[name] is not None]
    return f"WHERE {' AND '.join(asked)}" if asked else ""


def _with_enums(row: dict[str, Any]) -> dict[str, Any]:
    """A row in which the driver gives enums as text."""
    severity = row["severity"]
    return {
        **row,
        "status": AssetCheckStatus(row["status"]),
        "severity": None if severity is None else AlertLevel(severity),
    }

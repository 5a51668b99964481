"""The freshness check: pipelines whose data has not changed for longer than their threshold allows."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from watcher_core import calendars, catalog, database, text
from watcher_core.checks import causes, thresholds
from watcher_core.checks.causes import Opening
from watcher_core.database import Driver
from watcher_core.enums import AlertKind, AlertLevel, DatePart
from watcher_core.errors import InvalidValueError
from watcher_core.values import Finding

logger = logging.getLogger("watcher.checks")

# What thousands of findings have in common: looking a member up in its enum takes longer than all else about it.
KIND, LEVEL = AlertKind.FRESHNESS, AlertLevel.WARNING
DATEPARTS = {part.value: part for part in DatePart}


def _checked(*, one: bool) -> str:
    # A pipeline that never changed data is measured from its creation.
    return f"""
    checked AS (
        SELECT pipeline.id, pipeline.name, type.name AS type_name,
               CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners,
               {catalog.ASKED_LEVEL} AS asked_level,
               pipeline.last_target_insert, pipeline.last_target_update, pipeline.last_target_soft_delete,
               coalesce(greatest(pipeline.last_target_insert, pipeline.last_target_update,
                                 pipeline.last_target_soft_delete), pipeline.created_at) AS changed_at,
               {thresholds.CALENDAR} AS calendar,
               {thresholds.TIMEZONE} AS timezone,
               {thresholds.columns("freshness")}
          FROM watcher.pipeline
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
         WHERE {thresholds.is_checked("freshness", one=one)}
    )"""


def _by_calendar(*, one: bool) -> str:
    """What Python has to judge: pipelines with a calendar that would be stale without, or nearly.

    In a time zone where clocks change, days may be an hour shorter than in UTC.
    """
    return f"""
    WITH {_checked(one=one)}
    SELECT id, changed_at, number, datepart, calendar, timezone
      FROM checked
     WHERE coalesce(calendar, timezone) IS NOT NULL
       AND {thresholds.due_by_calendar("changed_at")} < %(now)s + interval '1 day'
    """


def _stale(*, one: bool) -> str:
    return f"""{_checked(one=one)}, due AS (
        SELECT checked.*,
               CASE WHEN coalesce(calendar, timezone) IS NOT NULL THEN judged.due_at
                    ELSE {thresholds.due_by_calendar("changed_at")} END AS due_at
          FROM checked
          LEFT JOIN unnest(CAST(%(judged)s AS bigint[]), CAST(%(judged_from)s AS timestamptz[]),
                           CAST(%(due_at)s AS timestamptz[])) AS judged (id, judged_from, due_at)
            ON judged.id = checked.id
           AND judged.judged_from = checked.changed_at
    ), stale AS MATERIALIZED (
        SELECT due.*, log.id IS NOT NULL AS is_known
          FROM due
          LEFT JOIN watcher.freshness_pipeline_log AS log
            ON log.pipeline_id = due.id
           AND log.last_dml_timestamp = due.changed_at
         WHERE due_at < %(now)s
    )"""


# Two checks at the same time write the same row; for one of the two it is new.
LOGGED = """
    logged AS (
        INSERT INTO watcher.freshness_pipeline_log
              (pipeline_id, last_dml_timestamp, evaluation_timestamp, freshness_number, freshness_datepart,
               used_child_config)
        SELECT id, changed_at, %(now)s, number, datepart, used_child_config
          FROM stale
         WHERE NOT is_known
         ORDER BY id
            ON CONFLICT (pipeline_id, last_dml_timestamp) DO NOTHING
        RETURNING pipeline_id
    )"""

# What a dry run would log.
UNLOGGED = "logged AS (SELECT id AS pipeline_id FROM stale WHERE NOT is_known)"

# The findings, as what opens alerts; see `finding_of`.
CAUSE = causes.cause(
    AlertKind.FRESHNESS,
    found="stale",
    pipeline_id="stale.id",
    execution_id="NULL",
    logged="pipeline_id",
    expected_number="stale.number",
    expected_datepart="stale.datepart",
    used_child_config="stale.used_child_config",
    measured_from=causes.at("stale.changed_at"),
    due_at=causes.at("stale.due_at"),
    last_dml_timestamp=causes.at(
        "greatest(stale.last_target_insert, stale.last_target_update, stale.last_target_soft_delete)"
    ),
    last_target_insert=causes.at("stale.last_target_insert"),
    last_target_update=causes.at("stale.last_target_update"),
    last_target_soft_delete=causes.at("stale.last_target_soft_delete"),
    calendar="stale.calendar",
    timezone="stale.timezone",
)

FOUND = """
    SELECT stale.id, stale.name, stale.type_name, stale.owners, stale.number, stale.datepart, stale.used_child_config,
           stale.calendar, stale.timezone, stale.changed_at, stale.due_at, stale.last_target_insert,
           stale.last_target_update, stale.last_target_soft_delete,
           stale.id IN (SELECT pipeline_id FROM logged) AS is_new
      FROM stale
     ORDER BY stale.due_at, stale.id
"""

# What an asset check asks of one pipeline, as CTEs: its findings are in `found`.
OF_ONE: str = f"{_stale(one=True)}, {UNLOGGED}, found AS ({FOUND})"

BY_CALENDAR, BY_CALENDAR_ONE = _by_calendar(one=False), _by_calendar(one=True)


def statement(opening: Opening | None, *, one: bool) -> str:
    """The check, which opens alerts, or nothing."""
    if opening is None:
        return f"WITH {_stale(one=one)}, {UNLOGGED} {FOUND}"
    return f"WITH {_stale(one=one)}, {LOGGED}, {CAUSE}, {opening.statement} {FOUND}"


def check_freshness(
    session: Session, *, now: dt.datetime, pipeline_id: int | None = None, opening: Opening | None = None
) -> list[Finding]:
    """Return the pipelines whose data is stale, the longest overdue first; log those that are new, and open alerts.

    A pipeline that was logged is not new again before its data has changed.

    Args:
        session: The transaction.
        now: The time at which age is measured.
        pipeline_id: Check this pipeline only.
        opening: How alerts are opened; without, nothing is written.
    """
    connection = database.driver(session)
    given = {
        "now": now,
        "pipeline_id": pipeline_id,
        **judge_calendars(connection, now=now, pipeline_id=pipeline_id),
        **(opening.given if opening else {}),
    }
    one = pipeline_id is not None
    # Of one pipeline, planning takes longer than all else, and the plan is the same for each.
    found = connection.execute(statement(opening, one=one), given, prepare=None if one else False)
    return [finding_of(row, now) for row in found.fetchall()]


NONE_JUDGED: Mapping[str, list[Any]] = {"judged": [], "judged_from": [], "due_at": []}


def judge_calendars(connection: Driver, *, now: dt.datetime, pipeline_id: int | None = None) -> Mapping[str, list[Any]]:
    """Return which pipelines with a calendar are due, from which change and when, as parameters of the check."""
    statement = BY_CALENDAR if pipeline_id is None else BY_CALENDAR_ONE
    judged: list[tuple[int, dt.datetime, dt.datetime]] = []
    rows = connection.execute(statement, {"now": now, "pipeline_id": pipeline_id})
    for of_id, changed_at, number, datepart, calendar, timezone in rows:
        try:
            due = calendars.due_at(
                changed_at, number=number, datepart=DatePart(datepart), calendar=calendar, timezone=timezone, now=now
            )
        except InvalidValueError as error:  # another host knows other time zones
            logger.error("the freshness of pipeline %d cannot be judged: %s", of_id, error)
            continue
        if due is not None:
            judged.append((of_id, changed_at, due))
    return dict(zip(NONE_JUDGED, map(list, zip(*judged, strict=True)), strict=True)) if judged else NONE_JUDGED


def deduplication_key(pipeline_id: int) -> str:
    """Return the key of the alert that a pipeline's data is stale."""
    return f"freshness/{pipeline_id}"


def finding_of(row: Sequence[Any], now: dt.datetime) -> Finding:
    """Return a row of `FOUND` as a finding."""
    pipeline_id, name, type_name, owners, number, datepart, used_child_config, calendar, timezone, *dates, new = row
    changed_at, due_at, inserted, updated, soft_deleted = dates
    details: dict[str, Any] = {}
    if calendar is not None:
        details["calendar"] = calendar
    if timezone is not None:
        details["timezone"] = timezone
    return Finding(
        kind=KIND,
        level=LEVEL,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        execution_id=None,
        new=new,
        deduplication_key=deduplication_key(pipeline_id),
        at=now,
        owners=text.owners(owners),
        expected_number=number,
        expected_datepart=DATEPARTS[datepart],
        used_child_config=used_child_config,
        measured_from=changed_at,
        due_at=due_at,
        last_dml_timestamp=changed_at if inserted or updated or soft_deleted else None,
        last_target_insert=inserted,
        last_target_update=updated,
        last_target_soft_delete=soft_deleted,
        details=details,
    )

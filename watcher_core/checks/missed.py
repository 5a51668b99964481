"""The check of runs that did not come: pipelines without a rule that usually run by now, and have not.

What a pipeline's history says is learned once a day, and kept; when the next run is due follows from it with each new
start. So a check reads one start for each pipeline, and the history of a few.

A pipeline with a rule for freshness is not looked at: its rule says when data is too old. Nor is one that is muted for
freshness.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from watcher_core import arguments, calendars, catalog, database, text
from watcher_core.checks import thresholds
from watcher_core.checks.cadence import SAME_RUN, Cadence, learn_cadence, refine_cadence
from watcher_core.enums import AlertKind, AlertLevel
from watcher_core.values import Finding

LEARNED_FOR: Final = dt.timedelta(days=1)
# What is learned from: the newest starts, or, where these are of a few days, the last of each hour of four weeks.
MOST_STARTS: Final = 700
HOURS: Final = 24 * 28
# Pipelines that one check learns of; the others follow at the next.
MOST_LEARNED: Final = 300
# What was due longer ago than this when it is first looked at has ended long ago; nobody waits for it.
LONG_AGO: Final = dt.timedelta(days=2)
# How far back a usual run is looked for, where the newest ones were at unusual times; and how many due times may have
# passed since.
MOST_UNUSUAL: Final = 100
MOST_PASSED: Final = 10_000

# Runs start by the clock of their schedule; that of the partitions is the next best.
RHYTHM_ZONE: Final = """coalesce(pipeline.pipeline_metadata ->> 'schedule_timezone',
                                pipeline.pipeline_metadata ->> 'partitions_timezone')"""

WATCHED: Final = f"""
    watched AS (
        SELECT pipeline.id, pipeline.name, type.name AS type_name, {RHYTHM_ZONE} AS zone,
               CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners
          FROM watcher.pipeline
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
         WHERE {thresholds.is_checked("freshness", one=False)}
           AND {thresholds.number("freshness")} IS NULL
    )"""

RUNS: Final = f"""
    SELECT execution.start_date
      FROM watcher.pipeline_execution AS execution
     WHERE execution.pipeline_id = %(pipeline_id)s
       AND {catalog.is_no_backfill("execution")}
     ORDER BY execution.start_date DESC
     LIMIT %(limit)s
"""

# Those that have started since they were last looked at. What is known longest comes first.
STARTED: Final = f"""
    WITH {WATCHED}
    SELECT watched.id, watched.zone, newest.start_date, newest.logical_date, known.cadence, known.learned_at
      FROM watched
     CROSS JOIN LATERAL (SELECT start_date, logical_date
                           FROM watcher.pipeline_execution
                          WHERE pipeline_id = watched.id
                          ORDER BY start_date DESC
                          LIMIT 1) AS newest
      LEFT JOIN watcher.pipeline_cadence AS known ON known.pipeline_id = watched.id
     WHERE known.last_start IS DISTINCT FROM newest.start_date
     ORDER BY known.learned_at NULLS FIRST, watched.id
"""

STARTS: Final = """
    SELECT start_date, logical_date
      FROM watcher.pipeline_execution AS execution
     WHERE pipeline_id = %(pipeline_id)s{without_backfills}
     ORDER BY start_date DESC
     LIMIT %(limit)s
"""

# One look into the index for each hour, however often the pipeline runs.
LAST_OF_HOURS: Final = """
    SELECT last.start_date, last.logical_date
      FROM generate_series(1, %(hours)s) AS hour
     CROSS JOIN LATERAL (SELECT start_date, logical_date
                           FROM watcher.pipeline_execution AS execution
                          WHERE pipeline_id = %(pipeline_id)s
                            AND start_date >= %(until)s - hour * interval '1 hour'
                            AND start_date < %(until)s - (hour - 1) * interval '1 hour'{without_backfills}
                          ORDER BY start_date DESC
                          LIMIT 1) AS last
     ORDER BY last.start_date DESC
"""

# How long it waited after the starts of each hour: the usual and the longest wait, and where that was.
WAITS_OF_HOURS: Final = """
    SELECT (array_agg(start_date ORDER BY wait DESC))[1], percentile_cont(0.5) WITHIN GROUP (ORDER BY wait), max(wait)
      FROM (SELECT start_date,
                   CAST(extract(epoch FROM lead(start_date) OVER (ORDER BY start_date) - start_date) AS float8) AS wait
              FROM watcher.pipeline_execution AS execution
             WHERE pipeline_id = %(pipeline_id)s
               AND start_date >= %(until)s - %(hours)s * interval '1 hour'{without_backfills}) AS start
     WHERE wait IS NOT NULL
     GROUP BY date_trunc('hour', start_date)
"""

# Of the statements above. To ask that of each execution takes longer, so it is asked where there are some.
WITHOUT_BACKFILLS: Final = f"\n       AND {catalog.is_no_backfill('execution')}"

IS_OF_BACKFILL: Final = f"""
    SELECT
      FROM watcher.pipeline_execution AS execution
     WHERE pipeline_id = %(pipeline_id)s
       AND start_date = %(start)s
       AND NOT {catalog.is_no_backfill("execution")}
"""

LEARNED: Final = """jsonb_to_recordset(%(learned)s)
           AS learned (pipeline_id bigint, learned_at timestamptz, cadence jsonb, last_start timestamptz,
                       due_at timestamptz, missed_at timestamptz)"""

KEEP: Final = f"""
    INSERT INTO watcher.pipeline_cadence (pipeline_id, learned_at, cadence, last_start, due_at, missed_at)
    SELECT pipeline_id, learned_at, cadence, last_start, due_at, missed_at
      FROM {LEARNED}
        ON CONFLICT (pipeline_id) DO UPDATE
       SET learned_at = excluded.learned_at,
           cadence = excluded.cadence,
           last_start = excluded.last_start,
           due_at = excluded.due_at,
           missed_at = excluded.missed_at,
           reported_at = CASE WHEN excluded.due_at = pipeline_cadence.due_at THEN pipeline_cadence.reported_at END
"""

# As the table is once that is kept, which a dry run does not do.
AS_IF_KEPT: Final = f"""(
        SELECT pipeline_id, learned.cadence, learned.last_start, learned.due_at, learned.missed_at,
               CASE WHEN learned.due_at = kept.due_at THEN kept.reported_at END AS reported_at
          FROM {LEARNED}
          LEFT JOIN watcher.pipeline_cadence AS kept USING (pipeline_id)
         UNION ALL
        SELECT pipeline_id, cadence, last_start, due_at, missed_at, reported_at
          FROM watcher.pipeline_cadence
         WHERE pipeline_id <> ALL(%(learned_ids)s))"""

# An asset that a job makes is missed with the job, also while a backfill of its own runs. What was imported ran
# elsewhere, where its next run is waited for.
MISSED: Final = f"""
    WITH {WATCHED}, missed AS (
        SELECT pipeline_id
          FROM {{known}} AS known
         WHERE missed_at < %(now)s AND pipeline_id IN (SELECT id FROM watched)
    )
    SELECT watched.id, watched.name, watched.type_name, watched.owners, known.cadence,
           coalesce(newest.start_date, known.last_start) AS last_start, known.due_at,
           known.reported_at IS NULL AS is_new
      FROM {{known}} AS known
      JOIN watched ON watched.id = known.pipeline_id
      LEFT JOIN LATERAL (SELECT execution.start_date, execution.parent_id, execution.source
                           FROM watcher.pipeline_execution AS execution
                          WHERE execution.pipeline_id = watched.id
                            AND known.missed_at < %(now)s
                            AND {catalog.is_no_backfill("execution")}
                          ORDER BY execution.start_date DESC
                          LIMIT 1) AS newest ON true
      LEFT JOIN watcher.pipeline_execution AS parent ON parent.id = newest.parent_id
     WHERE known.missed_at < %(now)s
       AND newest.source IS DISTINCT FROM 'import'
       AND (parent.id IS NULL OR parent.pipeline_id NOT IN (SELECT pipeline_id FROM missed))
     ORDER BY known.due_at, watched.id
"""

REPORTED: Final = "UPDATE watcher.pipeline_cadence SET reported_at = %(now)s WHERE pipeline_id = ANY(%(ids)s)"

# What another host waits for: one that learns does so each day.
MISSED_ELSEWHERE: Final = """
    SELECT 'missed/' || pipeline_id
      FROM watcher.pipeline_cadence
     WHERE missed_at < %(now)s
       AND (SELECT max(learned_at) FROM watcher.pipeline_cadence) > %(now)s - %(lately)s
"""

KNOWN: Final = f"""
    WITH {WATCHED}
    SELECT watched.id, watched.name, known.cadence
      FROM watcher.pipeline_cadence AS known
      JOIN watched ON watched.id = known.pipeline_id
     WHERE known.cadence IS NOT NULL
       AND (CAST(%(ids)s AS bigint[]) IS NULL OR known.pipeline_id = ANY(%(ids)s))
     ORDER BY watched.name
"""


@dataclass(frozen=True, slots=True)
class KnownCadence:
    """How often a pipeline without a rule for freshness usually runs."""

    pipeline_id: int
    pipeline_name: str
    cadence: Cadence


def check_missed(session: Session, *, now: dt.datetime, dry_run: bool = False) -> list[Finding]:
    """Learn of the pipelines that have started since, and return those whose next run did not come, earliest first.

    Args:
        session: The transaction.
        now: The time by which runs should have come.
        dry_run: Write nothing.
    """
    connection = database.driver(session)
    learned = _learned(connection, now=now)
    given: dict[str, Any] = {"now": now, "learned": arguments.json_text(learned)}
    known = "watcher.pipeline_cadence"
    if dry_run:
        given["learned_ids"] = [each["pipeline_id"] for each in learned]
        known = AS_IF_KEPT
    elif learned:
        connection.execute(KEEP, given)
    found = [_finding(row, now) for row in connection.execute(MISSED.format(known=known), given).fetchall()]
    new = [finding.pipeline_id for finding in found if finding.new]
    if new and not dry_run:
        connection.execute(REPORTED, {"ids": new, "now": now})
    return found


def missed_elsewhere(session: Session, *, now: dt.datetime) -> list[str]:
    """Return the deduplication keys of what other hosts find that learn, which this one does not."""
    given = {"now": now, "lately": 2 * LEARNED_FOR}
    return [key for (key,) in database.driver(session).execute(MISSED_ELSEWHERE, given)]


def list_cadences(connection: database.Driver, *, pipeline_ids: Collection[int] | None = None) -> list[KnownCadence]:
    """Return the pipelines without a rule whose rhythm is known; of these pipelines only, where they are given."""
    rows = connection.execute(KNOWN, {"ids": None if pipeline_ids is None else list(pipeline_ids)}).fetchall()
    return [KnownCadence(pipeline_id, name, Cadence.from_json(known)) for pipeline_id, name, known in rows]


def _learned(connection: database.Driver, *, now: dt.datetime) -> list[dict[str, Any]]:
    """Return what follows from the starts that have come since the last check, a row for each pipeline."""
    learned: list[dict[str, Any]] = []
    histories = 0
    for pipeline_id, zone, last_start, logical_date, known, learned_at in connection.execute(STARTED).fetchall():
        is_first = learned_at is None
        cadence = None if known is None else Cadence.from_json(known)
        is_fresh = learned_at is not None and now - learned_at < LEARNED_FOR
        if not is_fresh or (cadence is not None and not cadence.is_known_here):
            if histories == MOST_LEARNED:
                continue
            histories += 1
            # The zone is metadata, which may say anything. In UTC a rhythm lasts as well, until clocks change.
            zone = zone if calendars.is_known(zone) else None
            cadence, learned_at = _learn(connection, pipeline_id, last_start, zone), now
        due = None if cadence is None else cadence.due(last_start)
        if cadence is not None and (due is None or logical_date is not None):
            due = _due(connection, pipeline_id, cadence)
        if due is not None and is_first and due[1] < now - LONG_AGO:
            due = None
        learned.append(
            {
                "pipeline_id": pipeline_id,
                "learned_at": learned_at,
                "cadence": None if cadence is None else cadence.as_json(),
                "last_start": last_start,
                "due_at": None if due is None else due[0],
                "missed_at": None if due is None else due[1],
            }
        )
    return learned


def _due(connection: database.Driver, pipeline_id: int, cadence: Cadence) -> tuple[dt.datetime, dt.datetime] | None:
    """Return when the next run is due, and when it is missed, whatever backfills and runs at unusual times came last.

    A run at an unusual time, as on a weekend, takes the place of what was due before it; what is due after it still is.
    """
    given = {"pipeline_id": pipeline_id, "limit": 1}
    last = connection.execute(RUNS, given).fetchone()
    if last is None:
        return None
    due = cadence.due(last[0])
    if due is not None:
        return due
    earlier = connection.execute(RUNS, {**given, "limit": MOST_UNUSUAL})
    due = next((found for (start,) in earlier if (found := cadence.due(start)) is not None), None)
    is_done_early = dt.timedelta(seconds=SAME_RUN * cadence.usual)
    for _ in range(MOST_PASSED):
        if due is None or due[0] - is_done_early > last[0]:
            break
        due = cadence.due(due[0])
    return due


def _learn(connection: database.Driver, pipeline_id: int, last: dt.datetime, zone: str | None) -> Cadence | None:
    given = {"pipeline_id": pipeline_id, "limit": MOST_STARTS, "hours": HOURS, "until": _next_hour(last)}
    without = ""
    rows = connection.execute(STARTS.format(without_backfills=without), given).fetchall()
    if len(rows) == MOST_STARTS and _has_backfills(connection, pipeline_id, rows):
        # Hundreds that a backfill has started hide the others.
        without = WITHOUT_BACKFILLS
        rows = connection.execute(STARTS.format(without_backfills=without), given).fetchall()
    is_frequent = len(rows) == MOST_STARTS and last - rows[-1][0] < dt.timedelta(hours=HOURS)
    if is_frequent:
        rows = connection.execute(LAST_OF_HOURS.format(without_backfills=without), given).fetchall()
    cadence = learn_cadence(_regular(reversed(rows)), zone=zone)
    if cadence is None or not is_frequent:
        return cadence
    return refine_cadence(cadence, connection.execute(WAITS_OF_HOURS.format(without_backfills=without), given))


def _has_backfills(connection: database.Driver, pipeline_id: int, rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether some of these starts, newest first, are of a backfill; before the oldest one there may be others."""
    if len(_regular(reversed(rows))) < len(rows):
        return True
    given = {"pipeline_id": pipeline_id, "start": rows[-1][0]}
    return connection.execute(IS_OF_BACKFILL, given).fetchone() is not None


def _next_hour(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)


def _regular(rows: Iterable[tuple[Any, ...]]) -> list[dt.datetime]:
    """Leave out what loads old data again: a backfill says nothing of when the next run is due."""
    starts: list[dt.datetime] = []
    newest: dt.datetime | None = None
    for start, logical in rows:
        if logical is not None:
            if newest is not None and logical <= newest:
                continue
            newest = logical
        starts.append(start)
    return starts


def _finding(row: Sequence[Any], now: dt.datetime) -> Finding:
    pipeline_id, name, type_name, owners, known, last_start, due_at, is_new = row
    cadence = Cadence.from_json(known)
    return Finding(
        kind=AlertKind.MISSED,
        level=AlertLevel.WARNING,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        execution_id=None,
        new=is_new,
        deduplication_key=f"missed/{pipeline_id}",
        at=now,
        owners=text.owners(owners),
        measured_from=last_start,
        due_at=due_at,
        details={
            "message": f"did not run when it usually does: {cadence.rhythm}; last {text.ago(last_start, now=now)}",
            "usual_seconds": cadence.usual,
            "advice": "see its schedule or cron, and the host that it runs on; a rule in place of what was learned: "
            "watcher check suggest",
        },
    )

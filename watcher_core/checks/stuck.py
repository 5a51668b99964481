"""The check of executions that will not end: their process is silent, or they run far longer than ever.

What is found:

- An execution outside Dagster of whose process no heartbeat came for `SILENT_AFTER`. It is over when the execution is
  ended, when a heartbeat comes again, or when a later execution that does the same succeeds. Where its host sees that
  the process is gone, that ends the execution (`recording.end_gone`). Of its own runs Dagster knows.
- An execution that has run for more than `TIMES_USUAL` times the 95th percentile of its pipeline's last successes, and
  for `LEAST` at least. Where there is a rule for timeliness, that rule judges; muting it mutes this, too. Of a run and
  what runs in it, the innermost is reported.

Nothing is learned from fewer than five successes: a pipeline that never ends may be meant to run for ever.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from sqlalchemy.orm import Session

from watcher_core import database, text
from watcher_core.checks.usual import usual_seconds
from watcher_core.enums import AlertKind, AlertLevel, ExecutionState
from watcher_core.values import Finding

# Three heartbeats.
SILENT_AFTER: Final = dt.timedelta(minutes=3)

LEAST: Final = dt.timedelta(hours=1)
TIMES_USUAL: Final = 5

# When an execution was last heard of: by a heartbeat, or by the start that promised them.
HEARD: Final = """
      LEFT JOIN watcher.execution_process AS beating ON beating.pipeline_execution_id = execution.id
     CROSS JOIN LATERAL (
           SELECT greatest(beating.heartbeat_at, CAST(execution.process ->> 'since' AS timestamptz)) AS of_at
           ) AS heard
"""

# A later success of the same pipeline has done what the execution was to do.
IS_MADE_GOOD: Final = """
    EXISTS (SELECT
              FROM watcher.pipeline_execution AS later
             WHERE later.pipeline_id = {execution}.pipeline_id
               AND later.state = 'succeeded'
               AND coalesce(later.scope, '') IN (coalesce({execution}.scope, ''), '')
               AND later.end_date >= {execution}.start_date
               AND later.start_date > {execution}.start_date)
"""

# Nobody waits for these any more, and nobody says how they ended: their host is gone, or knows only an address.
SILENT: Final = f"""
    SELECT execution.id, greatest(heard.of_at, execution.start_date) AS last_seen_at
      FROM watcher.pipeline_execution AS execution
      {HEARD}
     WHERE execution.state = 'running'
       AND heard.of_at < %(now)s - %(silent_after)s
       AND {IS_MADE_GOOD.format(execution="execution")}
     ORDER BY execution.id
"""

FOUND: Final = f"""
    WITH running AS MATERIALIZED (
        SELECT execution.id, execution.parent_id, execution.pipeline_id, execution.start_date, execution.scope,
               execution.source, pipeline.name, type.name AS type_name,
               CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners,
               coalesce(beating.host, execution.process ->> 'host') AS host,
               coalesce(beating.process_id, CAST(execution.process ->> 'process_id' AS bigint)) AS process_id,
               heard.of_at,
               coalesce(heard.of_at < %(now)s - %(silent_after)s, false) AS is_dead,
               coalesce(pipeline.timeliness_number, type.timeliness_number) IS NOT NULL
               OR pipeline.mute_timeliness_check OR type.mute_timeliness_check AS has_rule
          FROM watcher.pipeline_execution AS execution
          JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
          {HEARD}
         WHERE execution.state = 'running' AND pipeline.active AND pipeline.removed_at IS NULL
           AND execution.source <> 'import' -- only the next import knows whether it still runs
    ), usual AS (
        SELECT running.id, past.seconds
          FROM running
         CROSS JOIN LATERAL ({usual_seconds("running.pipeline_id")}) AS past
         WHERE NOT running.is_dead
           AND NOT running.has_rule
           AND running.start_date < %(now)s - %(least)s
    )
    SELECT running.id, running.parent_id, running.pipeline_id, running.name, running.type_name, running.owners,
           running.start_date, running.host, running.process_id, running.of_at, running.is_dead,
           usual.seconds, alert.id IS NULL AND settled.by_hand IS NULL AS is_new
      FROM running
      LEFT JOIN usual ON usual.id = running.id
      LEFT JOIN watcher.alert ON alert.deduplication_key = 'stuck/' || running.id AND alert.state <> 'resolved'
      -- Whoever has resolved it knows of it, until it falls silent, or has been heard of since.
      LEFT JOIN LATERAL (SELECT true AS by_hand
                           FROM watcher.alert AS known
                          WHERE known.deduplication_key = 'stuck/' || running.id
                            AND known.state = 'resolved'
                            AND known.resolved_by_hand
                            AND known.facts ->> 'reason' = CASE WHEN running.is_dead THEN 'silent' ELSE 'runs_long' END
                            AND (NOT running.is_dead OR known.resolved_at >= running.of_at)
                          LIMIT 1) AS settled ON true
     WHERE (running.is_dead
            AND NOT {IS_MADE_GOOD.format(execution="running")})
        OR usual.seconds * {TIMES_USUAL} < extract(epoch FROM %(now)s - running.start_date)
     ORDER BY running.start_date, running.id
"""


def check_stuck(session: Session, *, now: dt.datetime) -> list[Finding]:
    """Return the executions that will not end, oldest first.

    Args:
        session: The transaction.
        now: The time at which durations and silences are measured.
    """
    rows = (
        database.driver(session).execute(FOUND, {"now": now, "silent_after": SILENT_AFTER, "least": LEAST}).fetchall()
    )
    parents = {parent_id for _, parent_id, *_ in rows}
    return [_finding(row, now) for row in rows if row[0] not in parents]


def silent_and_made_good(session: Session, *, now: dt.datetime) -> list[tuple[int, dt.datetime]]:
    """Return the executions whose heartbeats stopped and that a later success has made good, and when each lived."""
    return database.driver(session).execute(SILENT, {"now": now, "silent_after": SILENT_AFTER}).fetchall()


def deduplication_key(execution_id: int) -> str:
    """Return the key of the alert that an execution is stuck."""
    return f"stuck/{execution_id}"


def _finding(row: tuple[Any, ...], now: dt.datetime) -> Finding:
    execution_id, _, pipeline_id, name, type_name, owners, start_date, *process, is_dead, usual, is_new = row
    host, process_id, heard_of_at = process
    lasted = (now - start_date).total_seconds()
    where = f"process {process_id} on {host}" if process_id is not None else f"a process on {host}"
    if not is_dead:
        message = f"has run for {text.duration(lasted)}; 95 % of its last runs took at most {text.duration(usual)}"
        advice = f"see whether it still works; if not, stop it, or: watcher executions end {execution_id}"
    else:
        silent = text.duration((now - heard_of_at).total_seconds())
        message = f"no heartbeat for {silent} of {where}: it was killed or suspended, or cannot reach Watcher"
        advice = (  # one that still runs must not be started twice
            f"see whether it still runs there; if not, start it again, "
            f"and end what it left: watcher executions end {execution_id}"
        )
    details = {
        "reason": "silent" if is_dead else "runs_long",
        "message": message,
        "advice": advice,
        "host": host,
        "process_id": process_id,
        "heartbeat_at": None if heard_of_at is None else heard_of_at.isoformat(),
        "usual_seconds": usual,
    }
    return Finding(
        kind=AlertKind.STUCK,
        level=AlertLevel.ERROR if is_dead else AlertLevel.WARNING,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        execution_id=execution_id,
        new=is_new,
        deduplication_key=deduplication_key(execution_id),
        at=now,
        owners=text.owners(owners),
        measured_from=start_date,
        duration_seconds=lasted,
        execution_state=ExecutionState.RUNNING,
        details={name: value for name, value in details.items() if value is not None},
    )

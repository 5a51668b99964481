"""Whether something has changed that the board shows: a text to compare with the one before."""

from __future__ import annotations

import datetime as dt
import hashlib

from watcher_core.database import Driver

# So many of the last ids of a table are looked at: a transaction that takes an id before another one may be committed
# after it, and changes no highest id.
LAST_IDS = 200


def _last(table: str) -> str:
    return f"(SELECT sum(id) FROM (SELECT id FROM watcher.{table} ORDER BY id DESC LIMIT {LAST_IDS}) AS last)"


# The ends of some indexes, what runs, and the alerts that are not resolved, which partial indexes have. A counter
# would be cheaper, and wrong: what is counted before its transaction is committed is looked at too early, and never
# again.
CHANGES = f"""
    SELECT {_last("pipeline_execution")},
           (SELECT max(end_date) FROM watcher.pipeline_execution WHERE end_date IS NOT NULL),
           (SELECT count(*) FROM watcher.pipeline_execution WHERE state = 'running'),
           {_last("alert")},
           {_last("alert_action")},
           count(*),
           sum(hashtextextended(concat_ws('/', id, state, level, acknowledged_at, acknowledged_by, snoozed_by,
                                          snoozed_until, snoozed_until <= %(now)s, reopened_at, grew_at,
                                          cause_alert_id, note), 0))
      FROM watcher.alert
     WHERE state <> 'resolved'
"""


def board_version(connection: Driver, *, now: dt.datetime) -> str:
    """Return a text that is another one once something has changed."""
    row = connection.execute(CHANGES, {"now": now}).fetchone()
    return hashlib.sha256(repr(row).encode()).hexdigest()[:16]

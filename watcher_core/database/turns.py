"""Which statements give way where all connections are in use: those that wait for a lock of another session.

Somebody has changed a row in psql, say, and has not ended the transaction. What is about that row waits for it; what is
about others must not wait for that, for want of a connection.
"""

from __future__ import annotations

from collections.abc import Mapping

from watcher_core.database.connections import Driver
from watcher_core.database.timed import TimedConnection

# Those of ours that have waited for longer than a transaction of ours takes, and at the end of whose queue another
# session stands: what waits for one of ours gets its turn without this.
IMPATIENT = """
    WITH RECURSIVE waiting AS (
        SELECT pid, query_start
          FROM pg_stat_activity
         WHERE pid = ANY(%(ours)s)
           AND wait_event_type = 'Lock'
           AND query_start < clock_timestamp() - interval '0.5 seconds'
    ), held_by AS (
        SELECT pid, unnest(pg_blocking_pids(pid)) AS holder FROM waiting
    ), behind AS (
        SELECT pid, holder FROM held_by
        UNION
        SELECT behind.pid, held_by.holder
          FROM behind
          JOIN held_by ON held_by.pid = behind.holder
    )
    SELECT pid, query_start
      FROM waiting
     WHERE pid IN (SELECT pid FROM behind WHERE holder <> ALL(%(ours)s))
     ORDER BY query_start
    OFFSET %(patient)s
"""
# The same wait: the lock may have been given back meanwhile.
CANCEL = """
    SELECT pg_cancel_backend(pid)
      FROM pg_stat_activity
      JOIN unnest(CAST(%(pids)s AS integer[]), CAST(%(since)s AS timestamptz[])) AS impatient (pid, query_start)
     USING (pid, query_start)
     WHERE wait_event_type = 'Lock'
"""


def cancel_waits(connection: Driver, ours: Mapping[int, TimedConnection], *, patient: int) -> int:
    """Cancel the statements of these sessions that wait for a lock of another one; return how many.

    Their errors say that a lock is held.

    Args:
        connection: Another session of the same role.
        ours: The sessions, by the ids of their processes.
        patient: So many may go on waiting, those that have waited for the longest.
    """
    impatient = connection.execute(IMPATIENT, {"ours": list(ours), "patient": patient}).fetchall()
    if not impatient:
        return 0
    pids, since = map(list, zip(*impatient, strict=True))
    for pid in pids:
        ours[pid].let_others_go_first()  # before it is canceled: its thread sees that at once
    return connection.execute(CANCEL, {"pids": pids, "since": since}).rowcount

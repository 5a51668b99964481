"""How far this host's clock, and those of hosts that recorded, are from the database's."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import values
from watcher_core.recording import clocks

# A clock that has been set right is no news.
LOOKED_BACK = dt.timedelta(days=1)

IS_BEHIND = f"execution.updated_at < execution.created_at - interval '{clocks.TOLERANCE.total_seconds():.0f} seconds'"

# Who is ahead has reported dates that do not count. A row is made by the database's clock, and changed by the host's:
# who is behind has changed one before it was made, and is known by that execution alone.
HOSTS = sa.text(f"""
    WITH off AS (
        SELECT execution_metadata ->> '{clocks.REPORTED_BY}' AS host, execution.id, pipeline.name AS pipeline_name,
               start_date,
               CASE WHEN {IS_BEHIND} THEN execution.updated_at - execution.created_at
                    ELSE greatest(interval '0',
                                  {clocks.when_reported("start_date")} - start_date,
                                  {clocks.when_reported("end_date")} - end_date) END AS difference
          FROM watcher.pipeline_execution AS execution
          JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
         WHERE start_date > {clocks.NOW} - :looked_back
           AND ({IS_BEHIND} OR execution_metadata ?| ARRAY['reported_start_date', 'reported_end_date'])
    )
    SELECT DISTINCT ON (host, sign(seconds_ahead)) host, id AS execution_id, pipeline_name, seconds_ahead
      FROM off
     CROSS JOIN LATERAL (SELECT CAST(extract(epoch FROM difference) AS double precision)) AS measured (seconds_ahead)
     WHERE seconds_ahead <> 0
     ORDER BY host, sign(seconds_ahead), start_date DESC
""")


def clock_report(session: Session) -> values.ClockReport:
    """Compare this host's clock, and those of the last day's executions, with the database's."""
    before = dt.datetime.now(dt.UTC)
    now: dt.datetime = session.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    after = dt.datetime.now(dt.UTC)
    rows = session.execute(HOSTS, {"looked_back": LOOKED_BACK})
    return values.ClockReport(
        # What the round trip took is no difference.
        seconds_ahead=min(0.0, (after - now).total_seconds()) + max(0.0, (before - now).total_seconds()),
        hosts=tuple(values.HostClock(**row._mapping) for row in rows),
    )

"""The database of a stack: what Dagster and Watcher have written, and times that are set back in place of waiting."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from watcher_core.database.engine import normalize_url

# Whose tick a row of `job_ticks` is.
OF_TICK = "tick_body::jsonb ->> 'job_name'"


class Storage:
    """A database that holds both schemas.

    Args:
        database_url: Where it is.
    """

    def __init__(self, database_url: str) -> None:
        self._engine = sa.create_engine(normalize_url(database_url))

    def dispose(self) -> None:
        self._engine.dispose()

    def ask(self, statement: str, **values: object) -> Any:
        """The first value that a statement finds."""
        with self._engine.connect() as connection:
            return connection.scalar(sa.text(statement), values)

    def change(self, statement: str, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.text(statement), values)

    def set_back(self, table: str, *columns: str, where: str = "true", minutes: float = 20, **values: object) -> None:
        """Set times back, as if so much time had passed."""
        changes = ", ".join(
            f"{column} = {column} - CAST(:by AS double precision) * interval '1 minute'" for column in columns
        )
        self.change(f"UPDATE {table} SET {changes} WHERE {where}", by=minutes, **values)

    def set_back_ticks(self, minutes: float = 20) -> None:
        """Set back the ticks of all schedules and sensors."""
        self.set_back("job_ticks", "timestamp", minutes=minutes)
        self.set_back_in("job_ticks", "tick_body", "timestamp", minutes=minutes)

    def set_back_daemons(self, minutes: float) -> None:
        """Set back the heartbeats of all daemons."""
        self.set_back("daemon_heartbeats", "timestamp", minutes=minutes)
        self.set_back_in("daemon_heartbeats", "body", "timestamp", minutes=minutes)

    def set_back_heartbeats(self, process_id: int, *, minutes: float) -> None:
        """Set back when a process of a job outside Dagster was last heard of, and when it has begun."""
        self.set_back(
            "watcher.execution_process", "heartbeat_at", where="process_id = :id", minutes=minutes, id=process_id
        )
        self.change(
            """UPDATE watcher.pipeline_execution
                  SET process = process || jsonb_build_object('since', CAST(process ->> 'since' AS timestamptz) - :by)
                WHERE CAST(process ->> 'process_id' AS bigint) = :id""",
            by=dt.timedelta(minutes=minutes),
            id=process_id,
        )

    def set_back_backfill(self, backfill_id: str, *, minutes: float) -> None:
        """Set back when a backfill was requested, and when its runs last changed."""
        self.set_back_in(
            "bulk_actions", "body", "backfill_timestamp", where="key = :id", minutes=minutes, id=backfill_id
        )
        of_backfill = "run_id IN (SELECT run_id FROM run_tags WHERE key = 'dagster/backfill' AND value = :id)"
        self.set_back("runs", "update_timestamp", where=of_backfill, minutes=minutes, id=backfill_id)

    def set_back_in(
        self, table: str, column: str, key: str, *, where: str = "true", minutes: float, **values: object
    ) -> None:
        """Set a time back that stands in a text of JSON; Dagster takes no whole number for it."""
        time = f"CAST({column}::jsonb ->> '{key}' AS double precision) - CAST(:seconds AS double precision)"
        changed = f"CAST({column}::jsonb || jsonb_build_object('{key}', {time}) AS text)"
        self.change(f"UPDATE {table} SET {column} = {changed} WHERE {where}", seconds=60 * minutes + 0.5, **values)

    def has_run(self, pipeline: str, state: str) -> bool:
        """Whether the newest execution of a pipeline that Watcher has recorded is of that state."""
        statement = """
            SELECT CAST(execution.state AS text)
              FROM watcher.pipeline_execution AS execution
              JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
             WHERE pipeline.name = :name
             ORDER BY execution.start_date DESC
             LIMIT 1
        """
        return bool(self.ask(statement, name=pipeline) == state)

    def is_behind(self, pipeline: str, cause: str) -> bool:
        """Whether an open alert of a pipeline is known to be behind one of another pipeline."""
        statement = """
            SELECT 1
              FROM watcher.alert
              JOIN watcher.alert AS above ON above.id = alert.cause_alert_id
              JOIN watcher.pipeline ON pipeline.id = alert.pipeline_id
              JOIN watcher.pipeline AS upstream ON upstream.id = above.pipeline_id
             WHERE pipeline.name = :name
               AND upstream.name = :cause
               AND alert.state = 'open'
        """
        return bool(self.ask(statement, name=pipeline, cause=cause))

    def waits_after_a_failure(self, pipeline: str) -> bool:
        """Whether an alert of a pipeline could not be delivered."""
        statement = """
            SELECT true
              FROM watcher.alert_delivery AS delivery
              JOIN watcher.alert ON alert.id = delivery.alert_id
              JOIN watcher.pipeline ON pipeline.id = alert.pipeline_id
             WHERE pipeline.name = :name AND delivery.last_error IS NOT NULL
        """
        return bool(self.ask(statement, name=pipeline))

    def has_ticked(self, name: str) -> bool:
        return bool(self.ask(f"SELECT count(*) FROM job_ticks WHERE {OF_TICK} = :name", name=name))

    def newest_tick_failed(self, name: str, *, since: float) -> float | None:
        """When a tick of a schedule or sensor failed first, since then."""
        statement = f"""
            SELECT min(CAST(tick_body::jsonb ->> 'end_timestamp' AS double precision))
              FROM job_ticks
             WHERE status = 'FAILURE' AND timestamp >= to_timestamp(:since) AT TIME ZONE 'UTC' AND {OF_TICK} = :name
        """
        found: float | None = self.ask(statement, since=since, name=name)
        return found

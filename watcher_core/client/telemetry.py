"""`Watcher`'s methods for monitoring systems."""

from __future__ import annotations

from watcher_core import alerts, anomalies, arguments, checks, database, recording, telemetry, values
from watcher_core.client.connection import WITHOUT_COMPILER
from watcher_core.client.health import HealthMethods


class TelemetryMethods(HealthMethods):
    """Figures."""

    def figures(self, *, most_pipelines: int = 1000) -> values.Figures:
        """Return what monitoring systems ask for: what ended in the last hour, what runs, how old the data is, alerts.

        Its cost follows the executions of the last hour, and not the history.

        Args:
            most_pipelines: How many pipelines are named: those with an alert that is not resolved first, then those
                that have a freshness threshold of their own, then those that were known first. All others are added up.

        Raises:
            DatabaseUnavailableError: PostgreSQL cannot be reached.
        """
        most = arguments.count(most_pipelines, "most_pipelines")
        with self._transaction() as (session, now):
            session.execute(WITHOUT_COMPILER)
            active, inactive, removed = telemetry.pipeline_counts(session)
            return values.Figures(
                pipelines=telemetry.pipeline_figures(session, most=most or 0, now=now),
                active=active,
                inactive=inactive,
                removed=removed,
                alerts=telemetry.alert_counts(session),
                undelivered=alerts.undelivered_alerts(session, routes=self._routes(), now=now),
                failing_deliveries=telemetry.failing_deliveries(session),
                recorders=tuple(recording.list_recorders(session)),
                checks=tuple(checks.list_check_states(session)),
                unjudged=anomalies.unjudged_executions(database.driver(session)),
                spooled=len(recording.spooled_executions(self.spool_directories)),
                set_aside=len(recording.broken_executions(self.spool_directories)),
            )

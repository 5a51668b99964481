"""`Watcher`'s methods for monitoring systems."""

from __future__ import annotations

import datetime as dt
import os
from functools import partial

from watcher_core import alerts, anomalies, arguments, checks, database, recording, telemetry, values
from watcher_core.client.connection import WITHOUT_COMPILER
from watcher_core.client.exporting import ExportMethods
from watcher_core.client.health import HealthMethods


class TelemetryMethods(HealthMethods, ExportMethods):
    """Figures, and executions as traces."""

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
        now = self._clock()
        with self._transaction() as (session, _):
            database.driver(session).execute(WITHOUT_COMPILER)
            pending_traces, traces_since = telemetry.TRACES.pending(database.driver(session))
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
                pending_traces=pending_traces,
                traces_since=traces_since,
                spooled=len(recording.spooled_executions(self.spool_directories)),
                set_aside=len(recording.broken_executions(self.spool_directories)),
            )

    def export_traces(self, *, since: dt.datetime | None = None) -> int:
        """Export the executions that have ended since the last export, as traces over OTLP.

        The first export begins with what ends from then on. Each execution is exported at least once, and again after
        it was corrected, with the same ids. Where to, say the `OTEL_*` variables of the process.

        Args:
            since: Export what has ended since then once more, too; with time zone.

        Returns:
            How many spans the collector has taken.

        Raises:
            ConfigurationError: OpenTelemetry is not installed, `OTEL_EXPORTER_OTLP_ENDPOINT` is not set, or the
                database's user may not switch the queue on.
            DeliveryError: The collector cannot be reached, or takes nothing; what waits goes on to wait.
        """
        from watcher_core import __version__

        deployment = self.settings.environment
        open_exporter = partial(telemetry.open_exporter, os.environ, version=__version__, deployment=deployment)
        return self._export(telemetry.TRACES, since, open_exporter, telemetry.export_waiting)

    def stop_traces(self) -> int:
        """Let executions wait for no export any more, until the next one; return how many waited."""
        return self._stop_export(telemetry.TRACES)

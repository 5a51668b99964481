"""`Watcher`'s methods on its own health, and on that of the Dagster that it watches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from watcher_core import (
    alerts,
    anomalies,
    arguments,
    checks,
    database,
    health,
    openlineage,
    recording,
    telemetry,
    values,
)
from watcher_core.client.connection import Connection
from watcher_core.enums import AlertKind
from watcher_core.errors import ConfigurationError, DatabaseUnavailableError, SchemaVersionError, WatcherError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    # A family of facts: what the keys of its alerts begin with, its topic, and the query and judgement of it.
    Family = tuple[str | None, str, Callable[[Session, dt.datetime], Iterable[values.HealthFact]]]


class HealthMethods(Connection):
    """Health: what stops Watcher, or the Dagster that it watches, from doing its work."""

    def health(self, *, now: dt.datetime | None = None, embedded: bool | None = None) -> values.HealthReport:
        """Look at Watcher's own parts: recorders, checks, what waits, heartbeats. Writes nothing.

        A part that cannot be looked at is a fact of its own.

        Args:
            now: The time at which age is measured, with time zone; the present by default.
            embedded: Whether the database is for development, where Dagster is stopped at will; by default, whether it
                is the embedded one.

        Raises:
            DatabaseUnavailableError: PostgreSQL cannot be reached.
            SchemaVersionError: The schema is another version's.
        """
        moment = self._present(now)
        families = list(self._families(embedded=self._embedded if embedded is None else embedded))
        facts: list[values.HealthFact] = []
        unknown: list[str] = []
        for key, topic, ask in families:
            try:
                with self._transaction() as (session, _):
                    facts += ask(session, moment)
            except (DatabaseUnavailableError, SchemaVersionError):
                raise
            except WatcherError as exc:
                facts.append(values.HealthFact("problem", topic, str(exc)))
                unknown += [] if key is None else [key]
        examined = tuple(key for key, _, _ in families if key is not None)
        return values.HealthReport(facts=tuple(facts), examined=examined, unknown=tuple(unknown))

    def spool_health(self, *, now: dt.datetime | None = None) -> values.HealthReport:
        """Look at the executions of this host that wait for the database. Needs no database.

        Args:
            now: The time at which age is measured, with time zone; the present by default.

        Raises:
            ConfigurationError: The address of the database cannot be read.
        """
        moment = dt.datetime.now(dt.UTC) if now is None else arguments.instant(now, "now")
        host = recording.this_host()
        facts = health.spool_facts(self.spool_directories, home=self.settings.home, host=host, now=moment)
        return values.HealthReport(facts=tuple(facts), examined=(health.spool_key(host),))

    def dagster_health(self, *, now: dt.datetime | None = None, again_after: float = 0.0) -> values.HealthReport:
        """Ask Dagster's webserver for what no sensor sees. Needs no database.

        Code locations that do not load, daemons without a heartbeat, ticks that failed or did not come, runs that wait
        for too long, storage that cannot be read.

        Args:
            now: The time at which age is measured, with time zone; the present by default.
            again_after: Seconds after which what a restart may have caused is looked at again before it counts.
        """
        return health.examine_dagster(
            self.settings,
            now=None if now is None else arguments.instant(now, "now"),
            again_after=again_after,
        )

    def check_health(
        self,
        *,
        dagster: bool = True,
        again_after: float = 0.0,
        now: dt.datetime | None = None,
        dry_run: bool = False,
    ) -> list[values.HealthFact]:
        """Look at the health of Watcher and of Dagster. Open an alert for what is wrong, and resolve the others.

        First it records what jobs of this host could not: the next run of theirs may be far.

        Args:
            dagster: Whether to ask Dagster, too, where `WATCHER_DAGSTER_URL` or `WATCHER_DAGSTER_GRAPHQL_URL` is set.
            again_after: As of `dagster_health`.
            now: The time at which age is measured, with time zone; the present by default.
            dry_run: Write nothing.

        Returns:
            All that was looked at; a fact that is wrong and has a key has an alert.

        Raises:
            DatabaseUnavailableError: PostgreSQL cannot be reached.
            SchemaVersionError: The schema is another version's.
        """
        moment = self._present(now)
        if not dry_run:
            self._catch_up()
        reports = [self.health(now=moment), self.spool_health(now=now)]  # files are dated by this host's clock
        if dagster:
            reports.append(self.dagster_health(now=moment, again_after=again_after))
        if is_whole := dagster and bool(reports[-1].examined):
            # The check that has just succeeded is not overdue.
            own = tuple(fact for fact in reports[0].facts if fact.key != f"{health.CHECK_KEY}{AlertKind.HEALTH.value}")
            reports[0] = replace(reports[0], facts=own)
        if not dry_run:
            with self._transaction() as (session, _):
                for report in reports:
                    health.update_alerts(session, report, now=moment)
                if is_whole:
                    checks.mark_checked(session, kind=AlertKind.HEALTH, now=moment)
        return [fact for report in reports for fact in report.facts]

    def delivery_health(self) -> values.HealthFact:
        """Look at whether alerts get through; one of `health`'s facts."""
        now = self._clock()
        with self._transaction() as (session, _):
            return self._delivery_fact(session, now)

    def _delivery_fact(self, session: Session, now: dt.datetime) -> values.HealthFact:
        try:
            routes = alerts.load_routes(self.settings)
        except ConfigurationError as exc:
            return health.unreadable_routes_fact(exc, host=recording.this_host())
        waiting = alerts.undelivered_alerts(
            session, routes=routes, besides=health.DELIVERY_KEY, names=self._names, now=now
        )
        return health.undelivered_fact(waiting, now=now)

    def _routes(self) -> alerts.Routes | None:
        try:
            return alerts.load_routes(self.settings)
        except ConfigurationError:  # which the delivery says, too
            return None

    def _families(self, *, embedded: bool) -> Iterator[Family]:
        heartbeat = self.settings.heartbeat_url
        url = None if heartbeat is None else heartbeat.get_secret_value()
        yield (
            health.RECORDER_KEY,
            "recorder",
            lambda session, now: health.recorder_facts(recording.list_recorders(session), now=now, embedded=embedded),
        )
        yield None, "clock", lambda session, _: health.clock_facts(recording.clock_report(session))
        yield (
            health.CHECK_KEY,
            "checks",
            lambda session, now: health.check_facts(checks.list_check_states(session), now=now, embedded=embedded),
        )
        yield (
            health.DELIVERY_KEY,
            "alerts",
            lambda session, now: [self._delivery_fact(session, now)],
        )
        yield (
            health.ANOMALIES_KEY,
            "anomalies",
            lambda session, now: [
                health.unjudged_fact(anomalies.unjudged_executions(database.driver(session)), now=now)
            ],
        )
        yield (
            health.TRACES_KEY,
            "traces",
            lambda session, now: health.unexported_facts(*telemetry.TRACES.pending(database.driver(session)), now=now),
        )
        yield (
            health.OPENLINEAGE_KEY,
            "openlineage",
            lambda session, now: health.unexported_facts(
                *openlineage.EVENTS.pending(database.driver(session)), what="openlineage", now=now
            ),
        )
        yield (
            health.HEARTBEAT_KEY,
            "heartbeat",
            lambda session, now: health.heartbeat_facts(health.list_heartbeats(session), url=url, now=now),
        )

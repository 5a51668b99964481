"""`Watcher`'s methods for the board and for reports: what people look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from watcher_core import alerts, arguments, catalog, checks, database, health, overview, recording, telemetry, values
from watcher_core.client.connection import WITHOUT_COMPILER
from watcher_core.client.telemetry import TelemetryMethods
from watcher_core.enums import AlertKind, AlertState, ExecutionState


class OverviewMethods(TelemetryMethods):
    """What is wrong now, what a pipeline does, what ran, what has failed, and how Watcher itself works."""

    def now(
        self,
        *,
        problem: values.Problem | str | None = None,
        state: AlertState | str | None = None,
        owner: str | None = None,
        pipeline_type: str | None = None,
        group: str | None = None,
        search: str | None = None,
        limit: int = 100,
    ) -> values.Overview:
        """Return what is wrong now, what is fine, and what nobody watches.

        An incident is an alert that is not resolved and behind no other, or a pipeline whose newest execution failed or
        was blocked, and that is in no alert.

        Args:
            problem: Incidents of this problem only: `failing`, `stale`, `late`, `strange`, `blocked`, …
            state: Incidents in this state only: `open`, `acknowledged` or `snoozed`.
            owner: Of pipelines of this owner only; an empty text: of those without one.
            pipeline_type: Of pipelines of this type only.
            group: Of pipelines of this group only.
            search: Of pipelines whose name contains this text, whatever its case.
            limit: At most so many incidents, at most 1,000.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        chosen = overview.Filter(owner=owner, pipeline_type=pipeline_type, group=group, search=search)
        most = overview.limit(limit, "limit", overview.MOST_INCIDENTS)
        now = self._clock()
        with self._driver_transaction() as (connection, _):
            connection.execute(WITHOUT_COMPILER)
            return overview.read_overview(
                connection,
                chosen=chosen,
                problem=problem,
                state=state,
                most=most,
                missed_alerts=self._missed_alerts,
                now=now,
            )

    def unwatched_pipelines(self, *, names: int | None = None) -> list[values.UnwatchedPipelines]:
        """Return the pipelines about which nobody would be notified, by reason; a pipeline may have several.

        One that runs regularly needs no threshold for freshness where `WATCHER_LEARN_CADENCE` is `alert`; neither does
        Dagster's job of ad hoc runs, which stands for no data of its own.

        Args:
            names: How many are named for each reason; all by default.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        number = None if names is None else arguments.count(names, "names")
        with self._driver_transaction() as (connection, _):
            return overview.unwatched_pipelines(
                connection,
                missed_alerts=self._missed_alerts,
                names=number,
                chosen=overview.Filter(names=self._names),
            )

    @property
    def _missed_alerts(self) -> bool:
        return self.settings.learn_cadence == "alert"

    def suggest_rules(
        self, *, pipelines: Collection[int] | None = None, now: dt.datetime | None = None
    ) -> list[values.RuleSuggestion]:
        """Return a rule for each pipeline that has none for freshness, or one that does not fit, by name.

        A first rule comes from what `check_missed` has learned. A rule does not fit that has found data stale after
        three of the last ten runs, before anything ran again: the pipeline runs less often than it did.

        Args:
            pipelines: Of those with these ids only.
            now: The time of the question, with time zone; the present by default.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        moment = self._present(now)
        with self._driver_transaction() as (connection, _):
            return checks.suggest_rules(connection, now=moment, pipeline_ids=pipelines)

    def alert_context(self, alert: values.Alert) -> values.AlertContext:
        """Return what whoever acts on an alert asks next, as it is now; of one that is resolved, only what to do.

        Args:
            alert: The alert.
        """
        advice = alert.facts.get("advice")
        if alert.resolved_at is not None:
            return values.AlertContext(advice=advice)
        now = self.clock()
        with self._driver_transaction() as (connection, _):
            blocked, last_success_at, last_success_scope = alerts.read_context(connection, alert.id)
            rules = []
            if alert.kind is AlertKind.FRESHNESS and alert.pipeline_id is not None:
                rules = checks.suggest_rules(connection, now=now, pipeline_ids=[alert.pipeline_id])
        advice = rules[0].advice if rules else advice
        return values.AlertContext(
            blocked=tuple(blocked),
            last_success_at=last_success_at,
            last_success_scope=last_success_scope,
            advice=advice,
        )

    def search(self, text: str, *, limit: int = 20) -> list[values.SearchHit]:
        """Return pipelines, addresses and alerts whose names contain a text, whatever its case.

        Names that are the text come first, then those that begin with it. Alerts are found by their number, and those
        that are not resolved by the name of their pipeline. Former names of pipelines and addresses are found, too.

        Args:
            text: What to look for; several words are all in the name, in any order.
            limit: At most so many, at most 200.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        with self._driver_statements() as (connection, _):
            return overview.search(connection, text, names=self._names, most=limit)

    def pipeline_page(
        self, pipeline: int | str, *, executions: int = 200, days: int = 30, now: dt.datetime | None = None
    ) -> values.PipelinePage:
        """Return all that is known of one pipeline, read from one snapshot.

        Args:
            pipeline: Its id or name.
            executions: How many executions, at most 2,000.
            days: The days of its series, up to its newest data, at most 365; at most 2,000 successes.
            now: The time at which age is measured, with time zone; the present by default.

        Raises:
            NotFoundError: No pipeline has that id or name.
            InvalidValueError: A value breaks a rule.
        """
        most = overview.limit(executions, "executions", overview.MOST_EXECUTIONS)
        span = overview.limit(days, "days", overview.MOST_DAYS)
        moment = self._present(now)
        with self._driver_transaction() as (connection, _):
            return overview.read_page(connection, reference=pipeline, executions=most, days=span, now=moment)

    def pipeline_list(
        self,
        *,
        state: ExecutionState | str | None = None,
        owner: str | None = None,
        pipeline_type: str | None = None,
        group: str | None = None,
        search: str | None = None,
        active: bool | None = None,
        sort: str = "name",
        descending: bool = False,
        limit: int | None = 100,
        offset: int = 0,
    ) -> values.PipelineList:
        """Return pipelines as they stand: their newest executions, freshness and alerts.

        Args:
            state: Those whose newest execution is in this state only; `never ran`: those without one.
            owner, pipeline_type, group, search: As of `now`.
            active: Those that checks look at only, or the others.
            sort: `name`, `state` (bad ones first), `started`, `took`, `rows`, `type`, `owner` or `alerts`.
            descending: Whether the last ones come first; those without a value come last in any case.
            limit: At most so many; `None`: all.
            offset: How many to pass over.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        chosen = overview.Filter(owner=owner, pipeline_type=pipeline_type, group=group, search=search)
        most, passed = (
            None if limit is None else arguments.count(limit, "limit"),
            arguments.count(offset, "offset") or 0,
        )
        now = self._clock()
        with self._driver_transaction() as (connection, _):
            connection.execute(WITHOUT_COMPILER)
            return overview.list_summaries(
                connection,
                chosen=chosen,
                state=state,
                active=active,
                sort=sort,
                descending=descending,
                limit=most,
                offset=passed,
                now=now,
            )

    def report(
        self,
        *,
        days: int = 30,
        by: str = "type",
        owner: str | None = None,
        pipeline_type: str | None = None,
        pipeline: int | str | None = None,
        limit: int = 100,
        now: dt.datetime | None = None,
    ) -> values.Report:
        """Return what ended in the last days, by day and by group, beside as many days before.

        Days are days in UTC; the last one is today. What cleanup has deleted still counts.

        Args:
            days: How many days, at most 366.
            by: `type`, `owner` or `pipeline`.
            owner: Of pipelines of this owner only; an empty text: of those without one.
            pipeline_type: Of pipelines of this type only.
            pipeline: Of this pipeline only, by id or name.
            limit: At most so many groups, at most 100,000; those with the most failures come first.
            now: The time whose day is the last one, with time zone; the present by default.

        Raises:
            NotFoundError: No pipeline has that id or name.
            InvalidValueError: A value breaks a rule.
        """
        span = overview.limit(days, "days", overview.MOST_REPORT_DAYS)
        most = overview.limit(limit, "limit", overview.MOST_GROUPS)
        moment = self._present(now)
        with self._driver_transaction() as (connection, _):
            pipeline_id = None if pipeline is None else catalog.find_pipeline_id(connection, pipeline)
            chosen = overview.Filter(
                owner=owner, pipeline_type=pipeline_type, pipeline_id=pipeline_id, names=self._names
            )
            connection.execute(WITHOUT_COMPILER)
            return overview.read_report(connection, by=by, days=span, chosen=chosen, most=most, now=moment)

    def timeline(
        self,
        begin: dt.datetime,
        end: dt.datetime,
        *,
        group_by: str = "type",
        owner: str | None = None,
        pipeline_type: str | None = None,
        group: str | None = None,
        search: str | None = None,
        limit: int = 5_000,
        now: dt.datetime | None = None,
    ) -> values.Timeline:
        """Return the executions that ran in some time, grouped, each with its usual end.

        Args:
            begin, end: The time, with time zones; at most 31 days.
            group_by: `type`, `owner`, `group` or `pipeline`.
            owner, pipeline_type, group, search: As of `now`.
            limit: At most so many executions, 5,000 at most: failures first, then what took longest.
            now: Up to when running executions go on; the present by default.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        chosen = overview.Filter(owner=owner, pipeline_type=pipeline_type, group=group, search=search)
        most = overview.limit(limit, "limit", overview.MOST_TIMELINE_EXECUTIONS)
        since, until = arguments.instant(begin, "begin"), arguments.instant(end, "end")
        moment = self._present(now)
        with self._driver_transaction() as (connection, _):
            connection.execute(WITHOUT_COMPILER)
            return overview.read_timeline(
                connection,
                begin=since,
                end=until,
                group_by=group_by,
                chosen=chosen,
                most=most,
                now=moment,
            )

    def unfixed_failures(self, *, limit: int = 100, pipelines: int = 50) -> list[values.UnfixedError]:
        """Return the errors of pipelines that fail and have not succeeded since; those of the most pipelines first.

        Args:
            limit: At most so many errors, at most 1,000.
            pipelines: At most so many pipelines of each, at most 1,000.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        most = overview.limit(limit, "limit", overview.MOST_ERRORS)
        named = overview.limit(pipelines, "pipelines", overview.MOST_PIPELINES)
        with self._driver_transaction() as (connection, _):
            connection.execute(WITHOUT_COMPILER)
            return overview.read_unfixed(connection, most=most, pipelines=named)

    def diagnostics(self, *, now: dt.datetime | None = None) -> values.Diagnostics:
        """Return how Watcher and its database work: health, queues, sizes, locks, slow statements.

        Args:
            now: The time at which age is measured, with time zone; the present by default.
        """
        moment = self._present(now)
        # Files are dated by this host's clock.
        facts = (*self.health(now=moment).facts, *self.spool_health(now=now).facts)
        with self._transaction() as (session, _):
            routes = self._routes()
            found = overview.read_database_facts(database.driver(session))
            return values.Diagnostics(
                at=moment,
                facts=facts,
                recorders=tuple(recording.list_recorders(session)),
                checks=tuple(checks.list_check_states(session)),
                heartbeats=tuple(health.list_heartbeats(session)),
                undelivered=alerts.undelivered_alerts(session, routes=routes, now=moment),
                failing_deliveries=telemetry.failing_deliveries(session),
                spooled=len(recording.spooled_executions(self.spool_directories)),
                set_aside=len(recording.broken_executions(self.spool_directories)),
                schema_version=database.SCHEMA_VERSION,
                **vars(found),
            )

    def graph_pipelines(self) -> list[values.GraphPipeline]:
        """Return the pipelines of the lineage graph, by name: where their assets live, and their newest execution."""
        with self._driver_transaction() as (connection, _):
            connection.execute(WITHOUT_COMPILER)
            return overview.graph_pipelines(connection)

    def board_version(self) -> str:
        """Return a short text that changes when something that the board shows has changed.

        That is: an execution that starts or ends, and an alert that opens, changes its state or is resolved. It reads
        the ends of three indexes, what runs, and the alerts that are not resolved.
        """
        now = self._clock()
        with self._driver_transaction() as (connection, _):
            return overview.board_version(connection, now=now)

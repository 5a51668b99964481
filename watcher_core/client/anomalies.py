"""`Watcher`'s methods on anomalies: detection, results, backtests and explanations."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from watcher_core import alerts, anomalies, arguments, catalog, database, recording, values
from watcher_core.client.anomaly_rules import AnomalyRuleMethods, fields_of_rule
from watcher_core.client.connection import WITHOUT_COMPILER
from watcher_core.enums import AnomalyMethod, AnomalyMetric, ExecutionSource, ExecutionState
from watcher_core.errors import ConfigurationError, InvalidValueError, NotFoundError
from watcher_core.metrics import Metric

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

if TYPE_CHECKING:
    import pandas as pd

# How many executions one transaction judges: enough that its commit costs little, and so few that processes which share
# what is pending end at about the same time.
BATCH = 200

# How much of the past a backtest judges by default: as much as `seasonal` learns from.


class AnomalyMethods(AnomalyRuleMethods):
    """Anomalies: unusual metrics of executions."""

    # Detection

    def detect_anomalies(
        self,
        execution_id: int | None = None,
        *,
        external_id: str | None = None,
        source: ExecutionSource | str = ExecutionSource.DAGSTER,
        now: dt.datetime | None = None,
        explained: Callable[[values.AnomalyExplanation], None] | None = None,
    ) -> list[values.AnomalyResult]:
        """Judge one execution by the rules of its pipeline; open an alert if it is unusual.

        What has been judged is not judged again, unless its value has changed: the call may be repeated. An execution
        that has not succeeded is not judged; nor is a metric that has no value, or too little history.

        Args:
            execution_id: The execution.
            external_id: Its identity at its source, in place of its id.
            source: That source.
            now: The time of the detection, with time zone; the present by default.
            explained: Called with an explanation of each metric that this call finds unusual, as `draw_anomaly` takes
                it; what was judged before is explained by `explain_anomalies`.

        Returns:
            All recorded results of the execution, by metric.

        Raises:
            NotFoundError: There is no such execution.
            InvalidValueError: Not exactly one of `execution_id` and `external_id` is passed.
            ConfigurationError: NumPy or SciPy is not installed.
        """
        moment = None if now is None else arguments.instant(now, "now")
        with self._transaction() as (session, _):
            database.driver(session).execute(WITHOUT_COMPILER)
            execution_id = _identified(session, execution_id, source, external_id)
            detected, recorded = anomalies.detect_execution(
                session, execution_id=execution_id, now=moment, explained=explained
            )
            # The call may have waited for another detection since the transaction began.
            _update_alerts(session, detected, now=moment or database.clock(database.driver(session)))
            return recorded

    def detect_pending_anomalies(
        self,
        *,
        limit: int | None = None,
        seconds: float | None = None,
        now: dt.datetime | None = None,
        dry_run: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> values.AnomalyDetection:
        """Judge the pending executions: those that have succeeded or were corrected since the last detection.

        Each batch is a transaction: what an interrupted call has judged stays, and the next call continues from there.
        Several processes may do this at once; each takes pipelines that no other process judges.

        Args:
            limit: How many executions at most; all by default.
            seconds: Begin no batch after this many seconds.
            now: The time of the detection, with time zone; the present by default.
            dry_run: Write nothing; pending executions stay pending.
            progress: Called after each batch with the number of executions so far.

        Raises:
            InvalidValueError: A value breaks a rule.
            ConfigurationError: NumPy or SciPy is not installed, and there is something to judge.
        """
        moment = None if now is None else arguments.instant(now, "now")
        most = arguments.count(limit, "limit")
        until = None if seconds is None else time.monotonic() + _seconds(seconds)
        executions, results, opened = 0, 0, 0
        flagged: list[values.AnomalyResult] = []
        if not dry_run:
            opened += self._follow_watching(moment)
        place, is_interrupted = anomalies.BEGINNING, False
        while not is_interrupted:
            size = BATCH if most is None else min(BATCH, most - executions)
            if size == 0 or (until is not None and time.monotonic() > until):
                is_interrupted = True
                break
            present = self._present(moment)
            with self._transaction() as (session, _):
                database.driver(session).execute(WITHOUT_COMPILER)
                batch = anomalies.detect_batch(session, after=place, limit=size, now=present, dry_run=dry_run)
                if not dry_run:
                    opened += _update_alerts(session, batch.detected, now=present)
            executions += batch.executions
            results += len(batch.detected.results)
            flagged += batch.detected.flagged
            if progress is not None:
                progress(executions)
            if batch.next is None:
                break
            place = batch.next
        return values.AnomalyDetection(
            executions=executions,
            results=results,
            flagged=tuple(flagged),
            alerts=opened,
            remaining=(is_interrupted or not dry_run) and self._has_pending(),
        )

    def _follow_watching(self, now: dt.datetime | None) -> int:
        """Resolve the alerts that no judgement will: of pipelines or rules that are switched off.

        Returns:
            How many were opened again because theirs are switched on again, and nothing else has changed.
        """
        with self._transaction() as (session, _):
            database.read_by_index(session)
            present = self._present(now)
            if keys := anomalies.unwatched_alerts(session):
                alerts.resolve_alerts(session, keys=keys, now=present)
            found = anomalies.watched_again(session, since=present - anomalies.NEWS, now=present)
            return alerts.open_alerts(session, found, now=present) if found else 0

    def _has_pending(self) -> bool:
        with self._driver_statements() as (connection, _):
            return anomalies.has_pending(connection)

    def unjudged_executions(self) -> values.UnjudgedExecutions:
        """Return how many executions are still to be judged, and since when."""
        with self._driver_statements() as (connection, _):
            return anomalies.unjudged_executions(connection, names=self._names)

    # Results

    def anomaly_results(
        self,
        *,
        pipeline: int | str | None = None,
        execution_id: int | None = None,
        flagged: bool | None = None,
        since: dt.datetime | None = None,
        before: tuple[dt.datetime, int, AnomalyMetric | str] | None = None,
        limit: int = 100,
    ) -> list[values.AnomalyResult]:
        """Return recorded results, those of the newest execution first.

        Args:
            pipeline: Of this pipeline only, by id or name.
            execution_id: Of this execution only.
            flagged: `True` for those that are flagged and not unflagged, `False` for the others; all by default.
            since: Of executions that started at this time or later, with time zone.
            before: Those that follow a result in this order, by its `start_date`, the id of its execution, and its
                metric: the next page.
            limit: How many at most.

        Raises:
            NotFoundError: The pipeline is not known.
            InvalidValueError: A value breaks a rule.
        """
        with self._transaction() as (session, _):
            pipeline_id = None if pipeline is None else catalog.get_pipeline(session, pipeline).id
            return anomalies.list_results(
                session,
                pipeline_id=pipeline_id,
                execution_id=execution_id,
                flagged=flagged,
                since=since,
                names=self._names,
                before=None if before is None else (before[0], before[1], anomalies.parse_metric(before[2])),
                limit=limit,
            )

    def unflag_anomaly(
        self, execution_id: int, *, metric_field: AnomalyMetric | str | None = None, by: str | None = None
    ) -> list[values.AnomalyResult]:
        """Record that a flagged execution is normal. It counts as normal from then on.

        The alert of the execution resolves when nothing flagged is left.

        Args:
            execution_id: The execution.
            metric_field: This metric only; all that are flagged by default.
            by: Who unflags it.

        Returns:
            All results of the execution that are unflagged, those that were before among them.

        Raises:
            NotFoundError: Nothing of that execution was flagged.
            InvalidValueError: There is no such metric.
        """
        metric = None if metric_field is None else anomalies.parse_metric(metric_field)
        now = self._clock()
        with self._transaction() as (session, _):
            unflagged = anomalies.unflag(session, execution_id=execution_id, metric_field=metric, by=by, now=now)
            alerts.correct_alerts(session, unflagged.findings)
            if unflagged.resolved:
                said = {"how": "unflagged"} if by is None else {"how": "unflagged", "by": by}
                alerts.resolve_alerts(session, keys=unflagged.resolved, resolution=said, now=now)
            for key, resolution in unflagged.ended.items():
                alerts.resolve_alerts(session, keys=[key], resolution=resolution, now=now)
            return unflagged.results

    # The past

    def backtest_anomalies(
        self,
        pipeline: int | str,
        *,
        metric_field: AnomalyMetric | str | None = None,
        method: AnomalyMethod | str = AnomalyMethod.SEASONAL,
        days: int | None = None,
        lookback_days: int = 30,
        minimum_executions: int = 10,
        std_deviation_threshold_multiplier: float = 2.0,
        timezone: str | None = None,
        until: dt.datetime | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[values.AnomalyVerdict]:
        """Judge a pipeline's past as a rule would have judged it; nothing is written.

        Args:
            pipeline: Its id or name.
            metric_field: This metric only; all by default.
            method, lookback_days, minimum_executions, std_deviation_threshold_multiplier, timezone: As of
                `get_or_create_anomaly_rule`.
            days: How much of the past to judge, in logical time; earlier runs are history. By default 60 days, and of
                what seldom runs, the newest 30 runs.
            until: The end of that time, with time zone; the newest run by default.
            progress: Called from time to time with the number of judgements made, and their total.

        Returns:
            A verdict for each run and metric that could be judged, oldest first.

        Raises:
            NotFoundError: The pipeline is not known.
            InvalidValueError: A value breaks a rule.
            ConfigurationError: NumPy or SciPy is not installed.
        """
        metrics: list[Metric] = [*AnomalyMetric] if metric_field is None else [anomalies.parse_metric(metric_field)]
        fields = anomalies.clean_rule_fields(fields_of_rule(locals()))
        end = None if until is None else arguments.instant(until, "until")
        span = anomalies.parse_span(days)
        with self._transaction() as (session, _):
            database.read_one_snapshot(database.driver(session))
            database.driver(session).execute(WITHOUT_COMPILER)
            return anomalies.backtest(
                session,
                pipeline_id=catalog.get_pipeline(session, pipeline).id,
                metrics=metrics,
                fields=fields,
                span=span,
                until=end,
                progress=progress,
            )

    def explain_anomalies(self, execution_id: int) -> list[values.AnomalyExplanation]:
        """Judge an execution now by each rule of its pipeline, and return why; nothing is written.

        Raises:
            NotFoundError: There is no such execution.
            InvalidValueError: It has not succeeded.
            ConfigurationError: NumPy or SciPy is not installed.
        """
        with self._transaction() as (session, _):
            database.read_one_snapshot(database.driver(session))
            database.driver(session).execute(WITHOUT_COMPILER)
            execution = recording.get_execution(database.driver(session), execution_id)
            return anomalies.explain_execution(session, execution=execution)

    def executions_frame(
        self,
        *,
        pipeline: int | str | None = None,
        state: ExecutionState | str | None = None,
        since: dt.datetime | None = None,
        limit: int = 10_000,
    ) -> pd.DataFrame:
        """Return executions as a pandas DataFrame, oldest first, for notebooks: a row an execution, indexed by its id.

        Args:
            pipeline, state, since, limit: As of `executions`; the newest if there are more than `limit`.

        Raises:
            NotFoundError: The pipeline is not known.
            InvalidValueError: A value breaks a rule.
            ConfigurationError: pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as exc:
            raise ConfigurationError("a DataFrame needs pandas; install it with: pip install pandas") from exc
        with self._transaction() as (session, _):
            pipeline_id = None if pipeline is None else catalog.get_pipeline(session, pipeline).id
            found = recording.list_executions(
                database.driver(session), pipeline_id=pipeline_id, state=state, since=since, limit=limit
            )
        columns = [name for name in values.Execution.__dataclass_fields__ if name != "id"]
        rows = [vars(execution) for execution in reversed(found)]
        frame = pd.DataFrame.from_records(rows, index="id", columns=["id", *columns])
        for name in values.COUNTS:  # Int64 holds missing counts, too; through a float, large ones would become others
            frame[name] = pd.array([row[name] for row in rows], dtype="Int64")
        return frame.astype({"state": "str", "source": "str", "duration_seconds": "float64"})


def _update_alerts(session: Session, detected: anomalies.Detected, *, now: dt.datetime) -> int:
    """Open alerts for unusual executions, and resolve those that are over.

    Returns:
        How many were opened, or opened again.
    """
    opened = alerts.open_alerts(session, detected.findings, now=now) if detected.findings else 0
    alerts.correct_alerts(session, [finding for finding in detected.findings if not finding.new])
    if detected.normal:
        alerts.resolve_alerts(session, keys=detected.normal, resolution={"how": "corrected"}, now=now)
    if detected.judged_pipelines:
        # After alerts were opened: a later execution of the same batch may be normal.
        ended = anomalies.past_alerts(session, pipeline_ids=detected.judged_pipelines)
        for key, resolution in ended.items():
            alerts.resolve_alerts(session, keys=[key], resolution=resolution, now=now)
    return opened


def _identified(
    session: Session, execution_id: int | None, source: ExecutionSource | str, external_id: str | None
) -> int:
    if (execution_id is None) == (external_id is None):
        raise InvalidValueError(
            f"execution_id is {execution_id!r} and external_id is {external_id!r}; pass exactly one of them"
        )
    if execution_id is not None:
        return execution_id
    identity = arguments.external_id(external_id, "external_id")
    found = recording.find_execution_id(
        database.driver(session), source=arguments.choice(source, ExecutionSource, "source"), external_id=identity
    )
    if found is None:
        raise NotFoundError("execution", identity)
    return found


def _seconds(value: object) -> float:
    found = arguments.number(value)
    if found is None or not found >= 0:
        raise InvalidValueError(f"seconds is {arguments.shown(value)}; it must be a number from 0")
    return found

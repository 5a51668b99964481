"""`Watcher`'s methods on anomalies: detection, results, and what rules would say of the past."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from watcher_core import alerts, anomalies, arguments, catalog, database, recording, values
from watcher_core.client.anomaly_rules import AnomalyRuleMethods, fields_of_rule
from watcher_core.client.connection import WITHOUT_COMPILER
from watcher_core.enums import AnomalyMethod, AnomalyMetric, ExecutionSource, ExecutionState
from watcher_core.errors import ConfigurationError, InvalidValueError, NotFoundError

if TYPE_CHECKING:
    import pandas as pd

# Executions that one transaction judges: enough that its commit costs little, few enough that it is short.
BATCH = 500

# What a backtest looks at by default: as much as `seasonal` learns from.
BACKTEST_DAYS = 60
LONGEST_BACKTEST_DAYS = 3_660


class AnomalyMethods(AnomalyRuleMethods):
    """What anomaly rules say."""

    # Detection

    def detect_anomalies(
        self,
        execution_id: int | None = None,
        *,
        external_id: str | None = None,
        source: ExecutionSource | str = ExecutionSource.DAGSTER,
        now: dt.datetime | None = None,
    ) -> list[values.AnomalyResult]:
        """Judge one execution by the rules of its pipeline; open an alert where it is unusual.

        What has been judged is not judged again, unless its value has changed: the call may be repeated. An execution
        that has not succeeded is not judged; nor is a metric that has no value, or too little history.

        Args:
            execution_id: The execution.
            external_id: Its identity at its source, in place of its id.
            source: That source.
            now: The time of the detection, with time zone; the present by default.

        Returns:
            All that is on record about the execution, by metric.

        Raises:
            NotFoundError: There is no such execution.
            InvalidValueError: Not exactly one of `execution_id` and `external_id` is passed.
            ConfigurationError: NumPy is not installed.
        """
        moment = None if now is None else arguments.instant(now, "now")
        with self._transaction() as (session, _):
            session.execute(WITHOUT_COMPILER)
            execution_id = _identified(session, execution_id, source, external_id)
            pipeline_id = anomalies.hold_pipeline_of(session, execution_id=execution_id)
            at = moment or dt.datetime.now(dt.UTC)  # after the wait for another detection
            anomalies.remove_pending(database.driver(session), pipeline_id=pipeline_id, execution_id=execution_id)
            found = anomalies.detect_anomalies(session, execution_ids=[execution_id], now=at)
            _tell(session, found, now=at)
            return sorted(
                anomalies.list_results(session, execution_id=execution_id),
                key=lambda result: list(AnomalyMetric).index(result.metric_field),
            )

    def detect_pending_anomalies(
        self,
        *,
        limit: int | None = None,
        seconds: float | None = None,
        now: dt.datetime | None = None,
        dry_run: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> values.AnomalyDetection:
        """Judge the executions that are pending: those that have succeeded, or were corrected, since the last time.

        Each batch is a transaction: one that is stopped has done its part, and the next one goes on from there. Several
        processes may do this at once; each takes pipelines that no other one judges.

        Args:
            limit: Executions at most; all by default.
            seconds: Begin no batch after so many seconds.
            now: The time of the detection, with time zone; the present by default.
            dry_run: Write nothing; what is pending stays so.
            progress: Called after each batch with the executions so far.

        Raises:
            InvalidValueError: A value breaks a rule.
            ConfigurationError: NumPy is not installed, and there is something to judge.
        """
        moment = None if now is None else arguments.instant(now, "now")
        most = arguments.count(limit, "limit")
        until = None if seconds is None else time.monotonic() + _seconds(seconds)
        total = values.AnomalyDetection(executions=0, results=0, flagged=(), alerts=0, remaining=False)
        place: anomalies.Pending | None = anomalies.QUEUE_BEGINNING
        while place is not None:
            size = BATCH if most is None else min(BATCH, most - total.executions)
            if size == 0 or (until is not None and time.monotonic() > until):
                return self._with_remaining(total)
            batch, place = self._detect_batch(place, size, moment, dry_run=dry_run)
            total = _sum(total, batch)
            if progress is not None:
                progress(total.executions)
        return total if dry_run else self._with_remaining(total)

    def _with_remaining(self, total: values.AnomalyDetection) -> values.AnomalyDetection:
        with self._driver_statements() as (connection, _):
            return replace(total, remaining=anomalies.pipeline_exists(connection))

    def _detect_batch(
        self, place: anomalies.Pending, size: int, moment: dt.datetime | None, *, dry_run: bool
    ) -> tuple[values.AnomalyDetection, anomalies.Pending | None]:
        with self._transaction() as (session, present):
            session.execute(WITHOUT_COMPILER)
            now = moment or present
            connection = database.driver(session)
            claim = anomalies.claim_pending(connection, after=place, limit=size)
            execution_ids = list(dict.fromkeys(pending.execution_id for pending in claim.taken))
            found = anomalies.detect_anomalies(session, execution_ids=execution_ids, now=now)
            if dry_run:
                session.rollback()
                opened = 0
            else:
                opened = _tell(session, found, now=now)
                anomalies.remove_judged(connection, claim.taken)
            batch = values.AnomalyDetection(
                executions=len(execution_ids),
                results=found.results,
                flagged=found.flagged,
                alerts=opened,
                remaining=False,
            )
            return batch, claim.reached

    def unjudged_executions(self) -> values.UnjudgedExecutions:
        """Say how many executions wait to be judged, and since when."""
        with self._driver_statements() as (connection, _):
            return anomalies.unjudged_executions(connection)

    # Results

    def anomaly_results(
        self,
        *,
        pipeline: int | str | None = None,
        execution_id: int | None = None,
        flagged: bool | None = None,
        since: dt.datetime | None = None,
        limit: int = 100,
    ) -> list[values.AnomalyResult]:
        """Give what rules have said about executions, those of the newest execution first.

        Args:
            pipeline: Of this pipeline only, by id or name.
            execution_id: Of this execution only.
            flagged: Only what is unusual, without what was unflagged; or, where `False`, only the rest.
            since: Of executions that started at this time or later, with time zone.
            limit: At most so many.

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
                limit=limit,
            )

    def unflag_anomaly(
        self, execution_id: int, *, metric_field: AnomalyMetric | str | None = None, by: str | None = None
    ) -> list[values.AnomalyResult]:
        """Say that what was flagged is normal, on record. The run counts as normal from then on.

        The alert of the execution resolves when nothing flagged is left.

        Args:
            execution_id: The execution.
            metric_field: This metric only; all that are flagged by default.
            by: Who says so.

        Returns:
            What of the execution is unflagged now, or was before.

        Raises:
            NotFoundError: Nothing of that execution was flagged.
            InvalidValueError: There is no such metric.
        """
        metric = None if metric_field is None else anomalies.parse_metric(metric_field)
        with self._transaction() as (session, now):
            pipeline_id = anomalies.hold_pipeline_of(session, execution_id=execution_id)
            changed = anomalies.unflag_results(session, execution_id=execution_id, metric_field=metric, by=by, now=now)
            keys = anomalies.resolved_keys(session, pipeline_ids=[pipeline_id])
            left = anomalies.still_unusual(session, execution_id=execution_id, now=now)
            alerts.correct_alerts(session, left)
            if not left:
                keys.append(anomalies.anomaly_key(execution_id))
            if keys:
                alerts.resolve_alerts(session, keys=keys, now=now)
            return changed

    # The past

    def backtest_anomalies(
        self,
        pipeline: int | str,
        *,
        metric_field: AnomalyMetric | str | None = None,
        method: AnomalyMethod | str = AnomalyMethod.SEASONAL,
        days: int = BACKTEST_DAYS,
        lookback_days: int = 30,
        minimum_executions: int = 10,
        std_deviation_threshold_multiplier: float = 2.0,
        until: dt.datetime | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[values.AnomalyVerdict]:
        """Say what a rule would have said about a pipeline's past, had it been there; nothing is written.

        Args:
            pipeline: Its id or name.
            metric_field: This metric; by default each one.
            method, lookback_days, minimum_executions, std_deviation_threshold_multiplier: As of
                `get_or_create_anomaly_rule`.
            days: How much of the past to judge, in logical time; what lies before it is history.
            until: Where that past ends, with time zone; with the newest run by default.
            progress: Called now and then with the judgements that are made, and how many there are in all.

        Returns:
            A verdict for each run and metric where there is something to say, oldest first.

        Raises:
            NotFoundError: The pipeline is not known.
            InvalidValueError: A value breaks a rule.
            ConfigurationError: NumPy is not installed.
        """
        metrics = list(AnomalyMetric) if metric_field is None else [anomalies.parse_metric(metric_field)]
        fields = anomalies.clean_rule_fields(fields_of_rule(locals()))
        end = None if until is None else arguments.instant(until, "until")
        span = dt.timedelta(days=_days(days))
        with self._transaction() as (session, _):
            database.read_one_snapshot(database.driver(session))
            session.execute(WITHOUT_COMPILER)
            pipeline_id = catalog.get_pipeline(session, pipeline).id
            end = end or anomalies.newest_executions(database.driver(session), pipeline_id=pipeline_id)
            if end is None:
                return []
            rules = [
                anomalies.Rule(
                    0,
                    pipeline_id,
                    metric,
                    fields["method"],
                    fields["lookback_days"],
                    fields["minimum_executions"],
                    fields["std_deviation_threshold_multiplier"],
                )
                for metric in metrics
            ]
            return anomalies.backtest_rule(session, rules=rules, since=end - span, until=end, progress=progress)

    def explain_anomalies(self, execution_id: int) -> list[values.AnomalyExplanation]:
        """Say what each rule of its pipeline says about an execution as things stand now, and by which history.

        Raises:
            NotFoundError: There is no such execution.
            InvalidValueError: It has not succeeded.
            ConfigurationError: NumPy is not installed.
        """
        with self._transaction() as (session, _):
            database.read_one_snapshot(database.driver(session))
            session.execute(WITHOUT_COMPILER)
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
        """Give executions as a pandas DataFrame, oldest first, for notebooks: a row an execution, indexed by its id.

        Args:
            pipeline, state, since, limit: As of `executions`; the newest, where there are more than `limit`.

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
        counts = dict.fromkeys(recording.COUNTS, "Int64")  # which knows a count that is missing
        rows = [vars(execution) for execution in reversed(found)]
        frame = pd.DataFrame.from_records(rows, index="id", columns=["id", *columns])
        return frame.astype({"state": "str", "source": "str", "duration_seconds": "float64", **counts})


def _tell(session: Session, found: anomalies.Detected, *, now: dt.datetime) -> int:
    """Open alerts for what is unusual, and resolve those of what is over.

    Returns:
        How many were opened, or opened again.
    """
    opened = alerts.open_alerts(session, found.findings, now=now) if found.findings else 0
    alerts.correct_alerts(session, [finding for finding in found.findings if not finding.new])
    gone = [
        *found.normal,
        *(anomalies.resolved_keys(session, pipeline_ids=found.pipeline_ids) if found.results else ()),
    ]
    if gone:
        alerts.resolve_alerts(session, keys=gone, now=now)
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


def _sum(one: values.AnomalyDetection, other: values.AnomalyDetection) -> values.AnomalyDetection:
    return values.AnomalyDetection(
        executions=one.executions + other.executions,
        results=one.results + other.results,
        flagged=one.flagged + other.flagged,
        alerts=one.alerts + other.alerts,
        remaining=other.remaining,
    )


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise InvalidValueError(f"seconds is {arguments.shown(value)}; it must be a number from 0")
    return float(value)


def _days(value: object) -> int:
    days = arguments.positive(value, "days")
    if days is None or days > LONGEST_BACKTEST_DAYS:
        raise InvalidValueError(
            f"days is {arguments.shown(value)}; it must be a whole number from 1 to {LONGEST_BACKTEST_DAYS:,}"
        )
    return days

"""Backtests: what rules would have flagged in a pipeline's past; nothing is written.

Each run is judged by those before it, as if it had just ended. A run that is flagged on the way counts as flagged in
the history of those after it; nothing is unflagged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from watcher_core import arguments, database
from watcher_core.anomalies import history, judge
from watcher_core.anomalies.history import LEAST_DAYS, Span
from watcher_core.anomalies.judge import Rule
from watcher_core.errors import InvalidValueError
from watcher_core.metrics import Metric
from watcher_core.values import AnomalyVerdict

if TYPE_CHECKING:
    from watcher_core.anomalies.methods.history import History

# Progress is reported after this many judgements.
PROGRESS_EVERY = 200
LONGEST_DAYS = 3_660
DEFAULT_SPAN = dt.timedelta(days=LEAST_DAYS)


def backtest(
    session: Session,
    *,
    pipeline_id: int,
    metrics: Sequence[Metric],
    fields: Mapping[str, Any],
    span: dt.timedelta | None,
    until: dt.datetime | None,
    progress: Callable[[int, int], None] | None = None,
) -> list[AnomalyVerdict]:
    """Judge the past runs of a pipeline as rules would have judged them.

    Args:
        session: The transaction.
        pipeline_id: The pipeline.
        metrics: The metrics to judge.
        fields: All fields of a rule, checked.
        span: How much of the past to judge, in logical time; earlier runs are history. By default 60 days, and of what
            seldom runs, the newest 30 runs.
        until: The end of that time; the newest run by default.
        progress: Called from time to time with the number of judgements made, and their total.

    Returns:
        A verdict for each run and metric that could be judged, oldest first.

    Raises:
        ConfigurationError: NumPy or SciPy is not installed.
    """
    connection = database.driver(session)
    newest = history.newest_times(connection, pipeline_id=pipeline_id, until=until)
    if not newest:
        return []
    history.require_methods()
    zone = fields["timezone"] or history.pipeline_zone(connection, pipeline_id=pipeline_id)
    rules = [_rule(pipeline_id, metric, {**fields, "timezone": zone}) for metric in metrics]
    until = until or newest[0]
    since = until - (span or DEFAULT_SPAN)
    if span is None:
        since = min(since, newest[-1] - dt.timedelta(seconds=1))
    days = max(LEAST_DAYS, fields["lookback_days"])
    [runs] = history.load(connection, [Span(pipeline_id, since, until, days, history.metadata_metrics(metrics))])
    first, last = (
        int(runs.at.searchsorted(since.timestamp(), "right")),
        int(runs.at.searchsorted(until.timestamp(), "right")),
    )
    verdicts = []
    done, expected = 0, (last - first) * len(rules)
    for rule in rules:
        past = judge.history(runs, rule.metric_field)
        for position in range(first, last):
            judgement = judge.judge(rule, _up_to(past, position), position)
            if judgement is not None:
                past.flagged[position] = judgement.flagged
                verdicts.append(judge.verdict(rule, runs, position, judgement))
            done += 1
            if progress is not None and (done % PROGRESS_EVERY == 0 or done == expected):
                progress(done, expected)
    return sorted(verdicts, key=lambda verdict: (verdict.at, verdict.execution_id))


def parse_span(days: object) -> dt.timedelta | None:
    """Return how much of the past to judge.

    Raises:
        InvalidValueError: `days` is no whole number, or out of bounds.
    """
    if days is None:
        return None
    whole = arguments.positive(days, "days")
    if whole is None or whole > LONGEST_DAYS:
        raise InvalidValueError(
            f"days is {arguments.shown(days)}; it must be a whole number from 1 to {LONGEST_DAYS:,}"
        )
    return dt.timedelta(days=whole)


def _rule(pipeline_id: int, metric: Metric, fields: Mapping[str, Any]) -> Rule:
    return Rule(
        0,
        pipeline_id,
        metric,
        fields["method"],
        fields["lookback_days"],
        fields["minimum_executions"],
        fields["std_deviation_threshold_multiplier"],
        fields["timezone"],
    )


def _up_to(past: History, position: int) -> History:
    """Return the history at the time when a run had just ended; both share their marks."""
    known = slice(position + 1)
    return type(past)(past.at[known], past.values[known], past.flagged[known])

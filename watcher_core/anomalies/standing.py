"""Why rules judge nothing yet: too few runs, a metric that no run has, an hour of the day that is seldom the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from watcher_core import calendars, text
from watcher_core.anomalies.history import LEAST_DAYS, MOST_RUNS, RHYTHM_RUNS, VALUE
from watcher_core.anomalies.results import AT
from watcher_core.database import Driver
from watcher_core.enums import AnomalyMethod
from watcher_core.values import AnomalyRule

# The fewest runs that `seasonal` judges by, whatever the rule says.
FEWEST_RUNS = 8
# Looked at for a rule: so many runs, or twice as many as it needs.
LOOKED_AT = 100

# The newest successes of a rule's pipeline: how many there are, how many of them have the metric, and how many of these
# the next run would be compared with. `zscore` compares those in its lookback that have the same hour, of which the
# times are returned.
STANDING = f"""
    SELECT rule.id, count(run.id), count(run.value),
           count(run.value) FILTER (
               WHERE run.at > newest - make_interval(days => greatest(lookback_days, {LEAST_DAYS}))
                  OR run.place <= {RHYTHM_RUNS}),
           max(newest),
           array_agg(run.at) FILTER (
               WHERE rule.method = 'zscore'
                 AND run.value IS NOT NULL
                 AND run.at > newest - make_interval(days => lookback_days))
      FROM watcher.anomaly_detection_rule AS rule
      LEFT JOIN LATERAL (
           SELECT id, at, value, max(at) OVER () AS newest,
                  row_number() OVER (PARTITION BY value IS NULL ORDER BY at DESC) AS place
             FROM (SELECT execution.id, {AT.format("execution")} AS at, ({VALUE}) AS value
                     FROM watcher.pipeline_execution AS execution
                    WHERE execution.pipeline_id = rule.pipeline_id
                      AND execution.state = 'succeeded'
                    ORDER BY {AT.format("execution")} DESC
                    LIMIT least({MOST_RUNS}, greatest({LOOKED_AT}, 2 * rule.minimum_executions))) AS success) AS run
           ON true
     WHERE rule.active AND"""
OF_RULES = f"{STANDING} rule.id = ANY(%(ids)s) GROUP BY rule.id"
OF_PIPELINE = f"{STANDING} rule.pipeline_id = %(pipeline_id)s GROUP BY rule.id"


def select_standing(
    connection: Driver, *, rule_ids: Sequence[int] = (), pipeline_id: int | None = None
) -> Iterable[Sequence[Any]]:
    """Ask what rules that are used would judge by: these rules, or those of a pipeline. `with_standing` reads it."""
    if pipeline_id is None:
        return connection.execute(OF_RULES, {"ids": list(rule_ids)})
    return connection.execute(OF_PIPELINE, {"pipeline_id": pipeline_id})


def with_standing(rules: Iterable[AnomalyRule], standing: Iterable[Sequence[Any]]) -> list[AnomalyRule]:
    """Return rules, those that are used and cannot judge with the reason."""
    counts = {rule_id: found for rule_id, *found in standing}
    return [_standing(rule, *counts[rule.id]) if rule.id in counts else rule for rule in rules]


def _standing(
    rule: AnomalyRule,
    runs: int,
    known: int,
    compared: int,
    newest: dt.datetime | None,
    times: Sequence[dt.datetime] | None,
) -> AnomalyRule:
    is_zscore = rule.method is AnomalyMethod.ZSCORE
    if is_zscore and newest is not None:
        zone = _zone(rule.zone)
        compared = sum(at.astimezone(zone).hour == newest.astimezone(zone).hour for at in times or ())
    needed = rule.minimum_executions if is_zscore else max(rule.minimum_executions, FEWEST_RUNS)
    if compared >= needed:
        return rule
    if runs == 0:
        reason = "no run has succeeded yet"
    elif known == 0:
        reason = f"{text.plural(runs, 'run')} without {rule.metric_field.value}"
    elif is_zscore:
        reason = f"{text.plural(compared, 'run')} at the same hour in {text.plural(rule.lookback_days, 'day')}"
    elif known < needed:
        reason = f"{text.plural(known, 'run')} with {rule.metric_field.value}"
    else:
        reason = f"{text.plural(compared, 'run')} in {text.plural(max(rule.lookback_days, LEAST_DAYS), 'day')}"
    has_enough_runs = runs >= min(needed, MOST_RUNS)
    return replace(rule, cannot_judge=f"{reason}; it needs {needed:,}", more_runs_help=not has_enough_runs)


def _zone(name: str | None) -> dt.tzinfo:
    """Return a time zone; UTC if there is none of that name."""
    return calendars.zone_of(name) if calendars.is_known(name) else dt.UTC

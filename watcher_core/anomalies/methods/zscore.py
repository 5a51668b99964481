"""The method `zscore`: mean and standard deviation of the runs at the same hour of day.

It ignores weekdays, and a changed level is unusual until the mean has followed. Flagged runs stay in the history, since
otherwise the mean would never reach a new level. `seasonal` is for everyday use; `zscore` is for those who want a rule
that they can compute by hand.
"""

from __future__ import annotations

import math

from watcher_core.anomalies.methods import zones
from watcher_core.anomalies.methods.arrays import HOUR
from watcher_core.anomalies.methods.history import History, judgeable
from watcher_core.anomalies.methods.judgement import Judgement

MULTIPLIER = 2.0
LOOKBACK_DAYS = 30.0
MINIMUM_EXECUTIONS = 10

# The standard deviation is at least this share of the mean, so that a flat history has a band, too.
SMALLEST_SHARE = 0.01


def judge(
    history: History,
    value: float,
    at: float,
    *,
    multiplier: float = MULTIPLIER,
    lookback_days: float = LOOKBACK_DAYS,
    minimum_executions: int = MINIMUM_EXECUTIONS,
    least_deviation: float = 0.0,
    zone: str | None = None,
) -> Judgement | None:
    """Judge the value of a run by the runs before it, at the same hour of the day.

    Args:
        history: The metric of earlier runs.
        value: The metric of this run, in any unit.
        at: Logical time of this run, in UTC epoch seconds.
        multiplier: A value is unusual if it is more than this many standard deviations above or below the mean.
        lookback_days: How much history to learn from.
        minimum_executions: With fewer earlier runs at this hour there is no verdict; at least 2.
        least_deviation: In the unit of the value: smaller deviations from the mean are not flagged.
        zone: The time zone of the hours; UTC by default.

    Returns:
        The judgement; `None` if the value cannot be judged or the history is too short.
    """
    if not judgeable(value):
        return None
    positions = history.before(at, days=lookback_days)
    local, hour = history.at[positions], at // HOUR % 24
    if zone is not None:
        local, hour = local + zones.offsets(zone, local), (at + zones.offset(zone, at)) // HOUR % 24
    positions = positions[local // HOUR % 24 == hour]
    if len(positions) < max(minimum_executions, 2):
        return None
    values = history.values[positions]
    mean = float(values.mean())
    deviation = max(float(values.std(ddof=1)), SMALLEST_SHARE * abs(mean))
    half = max(multiplier * deviation, least_deviation)
    return Judgement.by_band(
        value,
        expected=mean,
        lower=mean - half,
        upper=mean + half,
        z_score=(value - mean) / deviation if deviation else math.copysign(10.0, value - mean) * (value != mean),
        profile=f"{int(hour):02}:00 to {int(hour):02}:59",
        compared_with=positions,
    )

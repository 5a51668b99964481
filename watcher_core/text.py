"""Numbers, metrics and verdicts in words: the same in a message, on the command line and in Dagster."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from watcher_core.enums import AnomalyMetric

# All others count rows.
UNITS: dict[str, str] = {AnomalyMetric.DURATION_SECONDS: " s", AnomalyMetric.THROUGHPUT: " rows/s"}
# What a metric is compared with where that needs no words.
EVERY_RUN = "all runs"


def number(value: object) -> str:
    """A number as people read it; anything else as it is."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1_000 or value == int(value) else f"{value:,.4g}"


def amount(value: object, metric: str) -> str:
    """A value of a metric with its unit, as in `1,234`, `65.2 s` or `12.5 rows/s`."""
    return number(value) if value is None else f"{number(value)}{UNITS.get(metric, '')}"


def z(score: object) -> str:
    """A z-score: what is beyond ten needs no decimals."""
    if isinstance(score, bool) or not isinstance(score, int | float):
        return "–"
    return f"{score:,.0f}" if abs(score) >= 10 else f"{score:.1f}"


def compared_with(profile: object, runs: object) -> str:
    """What a metric was compared with, as in `Mondays 09:00 (26 runs)`."""
    return "–" if profile is None or runs is None else f"{profile} ({_counted(runs)})"


def verdict(facts: Mapping[str, Any]) -> str:
    """What a rule says, as in `total_rows is 458; usual for Fridays is 930 (840 to 1,020), z = -9.1, from 6 runs`.

    Args:
        facts: Of a metric, by the names that `AnomalyResult` and its explanation have; what is missing is left out.
    """
    metric = str(facts.get("metric_field") or "a metric")
    told = f"{metric} is {amount(facts.get('value'), metric)}"
    if facts.get("repeated"):
        told += f", {facts.get('reason')}"
    if facts.get("expected") is not None:
        profile = facts.get("profile")
        compared = f" for {profile}" if profile not in (None, "", EVERY_RUN) else ""
        told += f"; usual{compared} is {amount(facts['expected'], metric)}"
        edges = [facts.get("lower"), facts.get("upper")]
        if any(edge is not None for edge in edges):
            told += f" ({' to '.join('any' if edge is None else number(edge) for edge in edges)})"
    if isinstance(facts.get("z_score"), int | float):
        told += f", z = {z(facts['z_score'])}"
    return f"{told}, from {_counted(facts['runs'])}" if isinstance(facts.get("runs"), int) else told


def _counted(runs: object) -> str:
    return f"{number(runs)} run{'' if runs == 1 else 's'}"


# Few own many, and reading JSON takes as long as all else that is done for a finding.
@functools.lru_cache(maxsize=1024)
def owners(declared: str | None) -> tuple[str, ...]:
    """Who owns a pipeline, as its metadata says: a list of names, or one, in JSON; people write anything there."""
    told = None if declared is None else json.loads(declared)
    names = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    return tuple(name for name in names if isinstance(name, str))

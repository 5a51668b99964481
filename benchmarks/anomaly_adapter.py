"""Watcher's methods of anomaly detection under the signature that a bench of online detectors calls."""

from __future__ import annotations

import math

from watcher_core.anomalies.methods import seasonal, zscore
from watcher_core.anomalies.methods.arrays import Flags, Floats
from watcher_core.anomalies.methods.history import History
from watcher_core.anomalies.methods.judgement import Judgement

Verdict = tuple[bool, float, float, float]


def detect(ts: Floats, v: Floats, ok: Flags, i: int, flags: Flags) -> Verdict:
    """Judge run `i` by `seasonal`, from the successful runs before it."""
    return _verdict(seasonal.judge(_history(ts, v, ok, i, flags), float(v[i]), float(ts[i])))


def detect_zscore(ts: Floats, v: Floats, ok: Flags, i: int, flags: Flags) -> Verdict:
    """Judge run `i` by `zscore`, from the successful runs before it."""
    return _verdict(zscore.judge(_history(ts, v, ok, i, flags), float(v[i]), float(ts[i])))


def _history(ts: Floats, v: Floats, ok: Flags, i: int, flags: Flags) -> History:
    succeeded = ok[:i]
    return History(ts[:i][succeeded], v[:i][succeeded], flags[:i][succeeded])


def _verdict(judgement: Judgement | None) -> Verdict:
    """Return whether the value is flagged, its deviation, and the band."""
    if judgement is None:
        return False, 0.0, math.nan, math.nan
    return judgement.flagged, judgement.z_score, judgement.lower, judgement.upper

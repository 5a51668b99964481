"""How well anomalies are found, and what a judgement costs: each method on histories whose anomalies are known.

The raw limit is the simplest method, three standard deviations around the mean of the last 30 days. Where a
part of `seasonal` is left out, the raw limit is all of it: below 1.00 the part helps on these series.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.harness import Bench, Effort, Result
from benchmarks.series import SIMPLEST, Judge, Quality, Series, make, methods, parts, quality, z_score_of_all_runs
from watcher_core.anomalies.methods import seasonal
from watcher_core.anomalies.methods.arrays import HOUR, Floats
from watcher_core.anomalies.methods.history import History

NAME = "quality"
# Of what the simplest method reaches.
LEAST_F1, MOST_FALSE_ALERTS = 1.5, 0.25
MOST_MICROSECONDS = 500


def run(bench: Bench) -> Iterator[Result]:
    """Judge series by each method, then by `seasonal` without one part after another; then measure the time."""
    made = [one for seed in range(1, 1 + bench.choose(full=1, quick=1, large=2)) for one in make(seed)]
    series = made[:: bench.choose(full=1, quick=4)]
    size = f"{len(series)} series"
    bench.tell(f"judging {sum(len(one.at) for one in series):,} runs by each method")
    found = {name: quality(name, judge, series) for name, judge in methods().items()}
    simplest = found[SIMPLEST]
    for each in found.values():
        yield _f1(each, simplest, size)
        yield _false_alerts(each, simplest, size)
    if bench.effort is not Effort.QUICK:
        yield from _parts(made[:: bench.choose(full=4, quick=4, large=1)])
    for runs in (60, 500, 2_000):
        yield _microseconds(bench, runs)


def _parts(series: Sequence[Series]) -> Iterator[Result]:
    """Judge by `seasonal` without each of its parts, beside all of it, which takes as long as each."""
    whole = quality("seasonal", methods()["seasonal"], series)
    for name, judge in parts().items():
        yield _f1(quality(name, judge, series), whole, f"{len(series)} series")


def _f1(found: Quality, beside: Quality, size: str) -> Result:
    has_goal = found.method == "seasonal"
    return Result(
        case=NAME,
        what=found.method,
        size=size,
        figure=found.f1,
        unit="F1",
        raw=beside.f1,
        raw_is=beside.method,
        goal=f"at least {LEAST_F1} × raw" if has_goal else "",
        met=found.f1 >= LEAST_F1 * beside.f1 if has_goal else None,
        details={"precision": round(found.precision, 3), "recall": round(found.recall, 3), "found": found.found},
    )


def _false_alerts(found: Quality, beside: Quality, size: str) -> Result:
    has_goal = found.method == "seasonal"
    ours, raw = found.false_alerts_in_30_days, beside.false_alerts_in_30_days
    return Result(
        case=NAME,
        what=f"{found.method}, false alerts",
        size=size,
        figure=ours,
        unit="/metric/30 days",
        raw=raw,
        raw_is=beside.method,
        goal=f"at most {MOST_FALSE_ALERTS} × raw" if has_goal else "",
        met=ours <= MOST_FALSE_ALERTS * raw if has_goal else None,
        details={"false_alerts": found.false_alerts},
    )


def _microseconds(bench: Bench, runs: int) -> Result:
    """CPU time of a judgement, of a job that runs once an hour and grows with the day."""
    chance = np.random.default_rng(runs)
    at: Floats = 1_735_689_600.0 + HOUR * np.arange(runs + 1, dtype=np.float64)
    values: Floats = np.rint(
        1_000 * (1.5 + np.sin(at / HOUR * 2 * np.pi / 24)) * np.exp(chance.normal(0, 0.1, runs + 1))
    )
    history = History(at[:-1], values[:-1], np.zeros(runs, np.bool_))

    def measured(judge: Judge) -> float:
        calls = bench.choose(full=1_000, quick=100)
        start = time.process_time()
        for _ in range(calls):
            judge(history, float(values[-1]), float(at[-1]))
        return 1e6 * (time.process_time() - start) / calls

    for judge in (seasonal.judge, z_score_of_all_runs):
        judge(history, float(values[-1]), float(at[-1]))
    ours, raw = measured(seasonal.judge), measured(z_score_of_all_runs)
    return Result(
        case=NAME,
        what="seasonal, CPU of a judgement",
        size=f"history of {runs:,}",
        figure=ours,
        unit="µs",
        raw=raw,
        raw_is=SIMPLEST,
        goal=f"below {MOST_MICROSECONDS} µs",
        met=ours < MOST_MICROSECONDS,
    )

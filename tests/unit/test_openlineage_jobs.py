"""What is kept of the runs of a job, as long as they may decide its lineage: a few, however many there were."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher_core.openlineage.jobs import MOST_RUNS, Job, newer

NOON = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
IN = ["s3://lake", "raw.csv"]
OUT = ["postgres://db:5432", "shop.public.orders"]


def run(number: int, *, inputs: bool = True, outputs: bool = True, without_start: bool = True) -> Job:
    datasets = {"inputs": [IN] if inputs else [], "outputs": [OUT] if outputs else [], "columns": []}
    at = (NOON + dt.timedelta(minutes=number)).isoformat(timespec="microseconds")
    return Job(at, f"run-{number}", datasets, without_start=without_start)


def kept(job: Job | None) -> list[str | None]:
    """The runs that are kept, the newest first; each as its row has it."""
    stored: dict[str, Any] | None = None if job is None else {"run_id": job.run_id, "datasets": job.stored}
    found = []
    while stored is not None:
        found.append(stored["run_id"])
        stored = stored["datasets"].get("before")
    return found


def said(*runs: Job) -> Job | None:
    job: Job | None = None
    for each in runs:
        job = newer(job, each)
    return job


@pytest.mark.parametrize("sides", [{}, {"inputs": False}, {"outputs": False}])
def test_of_a_producer_that_sends_no_start_a_few_runs_are_kept(sides: dict[str, bool]) -> None:
    job = said(*(run(number, **sides) for number in range(200)))
    assert kept(job) == ["run-199", "run-198", "run-197", "run-196"]
    assert len(kept(job)) == MOST_RUNS


def test_and_the_newest_that_is_whole() -> None:
    job = said(run(0), run(1), *(run(number, outputs=False) for number in range(2, 200)))
    assert kept(job) == ["run-199", "run-198", "run-197", "run-196", "run-1"]
    assert job is not None
    assert job.decisive.run_id == "run-1"


def test_a_run_with_a_start_that_is_whole_ends_the_waiting() -> None:
    waiting = [run(number, outputs=False) for number in range(200)]
    assert kept(said(*waiting, run(200, without_start=False))) == ["run-200"]
    assert kept(said(*waiting, run(200))) == ["run-200", "run-199", "run-198", "run-197"]


@given(st.permutations(range(8)), st.integers(0, 2**16 - 1))
def test_never_more_in_any_order(order: list[int], kinds: int) -> None:
    flags = [bool(kinds >> place & 1) for place in range(16)]
    runs = [run(place, outputs=flags[place], without_start=flags[8 + place]) for place in range(8)]
    for count, _ in enumerate(order, 1):
        assert len(kept(said(*(runs[place] for place in itertools.islice(order, count))))) <= MOST_RUNS + 1


def test_an_event_of_a_job_that_comes_again_is_the_same_one() -> None:
    """And pushes out no run that is to name its other side."""
    half, event = run(0, outputs=False, without_start=False), replace(run(1, inputs=False), run_id=None)
    job = said(half, *[replace(event, without_start=False)] * (MOST_RUNS + 1))
    assert kept(job) == [None, "run-0"]


def test_the_newest_run_that_has_named_columns_is_kept_behind_the_one_that_decides() -> None:
    columns = [[*OUT, NOON.isoformat(), {"total": [[*IN, "amount"]]}]]
    told, older, newest = (run(number, without_start=False) for number in (1, 0, 2))
    told, older = (replace(each, datasets={**each.datasets, "columns": columns}) for each in (told, older))
    for order in itertools.permutations((told, older, newest)):
        job = said(*order)
        assert kept(job) == ["run-2", "run-1"]
        assert job is not None
        assert job.lineage == {"inputs": [IN], "outputs": [OUT], "columns": columns}

"""Processes that call get-or-create with the same new name at the same moment, again and again.

A get-or-create that looks first and inserts then fails for most of them.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import psycopg

from benchmarks.harness import Bench, Result, open_watcher
from watcher_core import WatcherError

NAME = "race"

INSERT = "INSERT INTO watcher.pipeline (name, pipeline_type_id) VALUES (%s, 1) ON CONFLICT (name) DO NOTHING"
FIND = "SELECT id FROM watcher.pipeline WHERE name = %s"


class Finish(NamedTuple):
    """What one process saw: the id of each round, what went wrong, and the seconds that its calls took."""

    ids: list[int]
    errors: list[str]
    seconds: float


Racer = Callable[[str, Path, threading.Barrier, int], Finish]


def run(bench: Bench) -> Iterator[Result]:
    """Race ever more processes."""
    rounds = bench.choose(full=60, quick=20)
    for processes in bench.choose(full=(2, 4, 8), quick=(4,)):
        url = bench.new_database()
        with bench.watcher(url) as watcher:
            watcher.get_or_create_pipeline_type("default")
        ours = _race(_ours, bench, url, processes, rounds)
        raw = _race(_raw, bench, url, processes, rounds)
        yield _result(processes, rounds, ours, raw)


def _race(racer: Racer, bench: Bench, url: str, processes: int, rounds: int) -> list[Finish]:
    # Spawned, not forked: processes that share nothing, as those of different hosts.
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(processes, context) as pool:
        start = manager.Barrier(processes)
        racers = [pool.submit(racer, url, bench.directory, start, rounds) for _ in range(processes)]
        return [each.result() for each in racers]


def _ours(url: str, directory: Path, start: threading.Barrier, rounds: int) -> Finish:
    ids, errors, seconds = [], [], 0.0
    with open_watcher(url, directory) as watcher:
        watcher.pipeline_types()
        for number in range(rounds):
            start.wait()
            began = time.perf_counter()
            try:
                name = f"ours-{number}"
                ids.append(watcher.get_or_create_pipeline(name, freshness_number=2, freshness_datepart="day").id)
            except WatcherError as error:
                errors.append(str(error))
                ids.append(0)
            seconds += time.perf_counter() - began
    return Finish(ids, errors, seconds)


def _raw(url: str, _: Path, start: threading.Barrier, rounds: int) -> Finish:
    ids, seconds = [], 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        for number in range(rounds):
            name = f"raw-{number}"
            start.wait()
            began = time.perf_counter()
            with connection.transaction():
                connection.execute(INSERT, (name,))
                row = connection.execute(FIND, (name,)).fetchone()
            seconds += time.perf_counter() - began
            assert row is not None
            ids.append(row[0])
    return Finish(ids, [], seconds)


def _result(processes: int, rounds: int, ours: Sequence[Finish], raw: Sequence[Finish]) -> Result:
    errors = [error for finish in ours for error in finish.errors]
    of_each_round = zip(*(finish.ids for finish in ours), strict=True)
    agreed = sum(len(set(ids)) == 1 and 0 not in ids for ids in of_each_round)
    return Result(
        case=NAME,
        what="get-or-create of one new name",
        size=f"{processes} processes, {rounds} rounds",
        figure=_calls_per_second(ours),
        unit="calls/s",
        raw=_calls_per_second(raw),
        raw_is="psycopg, insert on conflict",
        goal="no call fails, one id a round",
        met=not errors and agreed == rounds,
        details={"failures": len(errors), "rounds_with_one_id": agreed, "first_errors": errors[:3]},
    )


def _calls_per_second(finishes: Sequence[Finish]) -> float:
    """While all of them call; waiting for the others to be ready does not count."""
    return sum(len(finish.ids) / finish.seconds for finish in finishes)

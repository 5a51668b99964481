"""What grows with history: each call at 1, 10 and 30 million executions, asked in turns.

python -m benchmarks.scale                                    all sizes: an hour, and 45 GB of disk
python -m benchmarks.scale --sizes 100000 1000000             others
python -m benchmarks.scale --directory DIRECTORY              keep what is filled, and use it again
python -m benchmarks.scale --calls board check                calls with one of these words only
python -m benchmarks.scale --json growth.jsonl                also to a file

The databases are those of one deployment at three ages (`benchmarks/year.py`): 10,000 hourly pipelines make a million
executions in four days, and thirty in four months. What is asked has the same answer at each age, so the time should be
the same, too. All databases are there at once, and each call goes from one to the next, so that other work on the
machine slows down all alike.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import perf_counter

import psycopg
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from benchmarks import year
from benchmarks.harness import Bench, Effort, bench, in_milliseconds, open_watcher, percentile, text
from benchmarks.scale_calls import CALLS, Call, prepare
from watcher_core.embedded.server import EmbeddedPostgres

SIZES = (1_000_000, 10_000_000, 30_000_000)
FLAT = 1.3  # what a call may grow by, from the first size to the last

# Of each call at each size.
ROUNDS = 60
MOST_SECONDS = 4.0
LEAST_ROUNDS = 5
WARM_UP = 12  # PostgreSQL may keep a plan for reuse after five calls, and psycopg prepares a statement after as many
MOST_WARM_UP_SECONDS = 2.0

# A server that is only filled may lose its data: nothing of it is written twice.
FILLING = ("wal_level = minimal", "max_wal_senders = 0", "max_wal_size = '4GB'", "autovacuum = off")
FILLED_AT_ONCE = 2
SECONDS_A_MILLION = 60

FILLED = """
    SELECT datname, shobj_description(oid, 'pg_database')
      FROM pg_database
     WHERE datname LIKE 'executions%'
       AND shobj_description(oid, 'pg_database') IS NOT NULL
"""

COUNTING = "cleanup(dry_run=True)"
MOST_TIMES_A_COUNT = 3
ONE_COUNT = "one count of what has expired, by the index"
COUNT = "SELECT count(*) FROM watcher.pipeline_execution WHERE start_date <= %s"

OTHERS = "all other tables"
BYTES = f"""
    SELECT 'heap of executions', pg_table_size('watcher.pipeline_execution')
     UNION ALL
    (SELECT indexrelid::regclass::text, pg_relation_size(indexrelid)
       FROM pg_index
      WHERE indrelid = 'watcher.pipeline_execution'::regclass
      ORDER BY 2 DESC)
     UNION ALL
    SELECT '{OTHERS}', sum(pg_total_relation_size(oid))
      FROM pg_class
     WHERE relnamespace = 'watcher'::regnamespace
       AND relkind = 'r'
       AND relname <> 'pipeline_execution'
"""
# What the code of assets has put into the metadata of executions: as much as it likes.
USERS_BYTES = """
    SELECT sum(pg_column_size(execution_metadata || '{}') - pg_column_size(execution_metadata - CAST(%s AS text[])))
      FROM watcher.pipeline_execution
"""

Figures = dict[str, float]
Seconds = dict[int, list[float]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill what is not filled yet, ask each call in turns, and print how each figure grows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description="Measure what grows with history.")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, metavar="N", help="numbers of executions")
    parser.add_argument(
        "--directory", type=Path, metavar="DIRECTORY", help="keep the databases there, and use them again"
    )
    parser.add_argument("--calls", nargs="+", metavar="WORD", help="only calls whose name has one of these words")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write a JSON line a size to this file")
    asked = parser.parse_args(arguments)
    console = Console(stderr=True, width=None if sys.stderr.isatty() else 160)
    calls = [call for call in CALLS if not asked.calls or any(word in call.name for word in asked.calls)]
    with bench(
        effort=Effort.FULL, console=console, kept=asked.directory, before=lambda d: _fill(d, asked.sizes)
    ) as prepared:
        times = _asked(prepared, asked.sizes, calls)
        sizes = {size: _bytes(prepared.database(_name(size)), size) for size in asked.sizes}
    if asked.json is not None:
        asked.json.write_text("".join(_lines(times, sizes)), encoding="utf-8")
    console.print(_growth(times))
    console.print(_table("Bytes of an execution", sizes))
    return 0


# Filling


def _name(executions: int) -> str:
    return f"executions_{executions}"


def _fill(directory: Path, sizes: Sequence[int]) -> None:
    """Fill the databases that are not filled yet, two at a time, and wait until the newest execution has ended."""
    server = EmbeddedPostgres(directory / "postgres", fsync=False)
    url = sa.make_url(server.start())
    with psycopg.connect(text(url), autocommit=True) as connection:
        filled: dict[str, str] = dict(connection.execute(FILLED).fetchall())
        known = [dt.datetime.fromisoformat(until) for until in filled.values()]
        missing = [size for size in sorted(sizes, reverse=True) if _name(size) not in filled]
        seconds = SECONDS_A_MILLION * sum(missing) / 1e6
        until = max(known, default=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds))
        for setting in FILLING if missing else ():
            connection.execute(f"ALTER SYSTEM SET {setting}")
    server.stop()
    if missing:
        url = sa.make_url(server.start())
        with ThreadPoolExecutor(FILLED_AT_ONCE) as pool:
            list(pool.map(lambda size: _fill_one(url, directory, size, until), missing))
        with psycopg.connect(text(url), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM RESET ALL")
        server.stop()
    time.sleep(max(0.0, (until + year.LONGEST_RUN - dt.datetime.now(dt.UTC)).total_seconds()))


def _fill_one(server: sa.URL, directory: Path, size: int, until: dt.datetime) -> None:
    """Fill one database; a comment says that it is complete, since a fill may be interrupted."""
    name = _name(size)
    with psycopg.connect(text(server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
        url = text(server.set(database=name))
        with open_watcher(url, directory) as watcher:
            watcher.upgrade()
        year.fill(url, size, until=until)
        connection.execute(f"COMMENT ON DATABASE {name} IS '{until.isoformat()}'")


# Asking


def _asked(prepared: Bench, sizes: Sequence[int], calls: Sequence[Call]) -> dict[str, Seconds]:
    """The seconds of each call, at each size."""
    with ExitStack() as stack:
        watchers = {}
        connections = {}
        for size in sizes:
            url = prepared.database(_name(size))
            watchers[size] = stack.enter_context(prepared.watcher(url))
            connections[size] = stack.enter_context(psycopg.connect(url, autocommit=True))
            prepared.tell(f"opening the alerts of the present beside {size:,} executions")
            prepare(watchers[size])
            connections[size].execute("ANALYZE")
        found = {}
        for call in calls:
            found[call.name] = _in_turns(
                {size: partial(call.call, watcher) for size, watcher in watchers.items()},
                {size: partial(call.before, connections[size]) for size in sizes} if call.before else {},
            )
            middle = (f"{1000 * percentile(each, 50):,.1f}" for each in found[call.name].values())
            prepared.tell(f"{call.name}: {', '.join(middle)} ms")
            if call.name == COUNTING:
                until = watchers[sizes[0]].cleanup(dry_run=True).retention_date
                counts = {size: partial(connections[size].execute, COUNT, [until]) for size in sizes}
                found[ONE_COUNT] = _in_turns(counts, {})
    return found


def _in_turns(calls: Mapping[int, Callable[[], object]], before: Mapping[int, Callable[[], object]]) -> Seconds:
    """Ask one size after the other, again and again, until there are enough figures or they have taken long enough."""
    for size, call in calls.items():
        warm_up = perf_counter()
        for _ in range(WARM_UP):
            _timed(call, before.get(size))
            if perf_counter() - warm_up > MOST_WARM_UP_SECONDS:
                break
    seconds: Seconds = {size: [] for size in calls}
    order = list(calls)
    for number in range(ROUNDS):
        for size in order:
            seconds[size].append(_timed(calls[size], before.get(size)))
        order.reverse()
        if number + 1 >= LEAST_ROUNDS and sum(map(sum, seconds.values())) > MOST_SECONDS * len(calls):
            break
    return seconds


def _timed(call: Callable[[], object], before: Callable[[], object] | None) -> float:
    if before is not None:
        before()
    start = perf_counter()
    call()
    return perf_counter() - start


def _bytes(url: str, executions: int) -> Figures:
    with psycopg.connect(url, autocommit=True) as connection:
        sizes = {name: int(size) / executions for name, size in connection.execute(BYTES)}
        row = connection.execute(USERS_BYTES, [list(year.USER_METADATA)]).fetchone()
    in_all, of_users = sum(sizes.values()) - sizes[OTHERS], 0.0 if row is None else int(row[0]) / executions
    return {**sizes, "executions in all": in_all, "the same, without the metadata of users": in_all - of_users}


# Showing


def _lines(times: Mapping[str, Seconds], sizes: Mapping[int, Figures]) -> Iterator[str]:
    for size, figures in sizes.items():
        calls = {name: in_milliseconds(seconds[size]) for name, seconds in times.items()}
        yield json.dumps({"executions": size, "calls": calls, "bytes_an_execution": figures}) + "\n"


def _growth(times: Mapping[str, Seconds]) -> Table:
    """p50 and p99 in milliseconds, and by what p50 grows from the first size to the others."""
    sizes = list(next(iter(times.values())))
    table = Table(title="Milliseconds, p50 / p99", title_justify="left")
    table.add_column("call")
    for size in sizes:
        table.add_column(f"{size:,}", justify="right")
    for size in sizes[1:]:
        table.add_column(f"× at {size:,}", justify="right")
    table.add_column("goal")
    exempt = {call.name: call.exempt for call in CALLS}
    for name, seconds in times.items():
        p50 = [1000 * percentile(seconds[size], 50) for size in sizes]
        p99 = [1000 * percentile(seconds[size], 99) for size in sizes]
        growth = [each / p50[0] for each in p50[1:]]
        cells = [f"{middle:,.1f} / {high:,.1f}" for middle, high in zip(p50, p99, strict=True)]
        table.add_row(name, *cells, *(f"{each:.2f}" for each in growth), _goal(name, growth, exempt, times))
    return table


def _goal(name: str, growth: Sequence[float], exempt: Mapping[str, str], times: Mapping[str, Seconds]) -> str:
    if name == ONE_COUNT or not growth:
        return ""
    if name == COUNTING:
        last = max(times[name])
        counts = percentile(times[name][last], 50) / percentile(times[ONE_COUNT][last], 50)
        return f"at most {MOST_TIMES_A_COUNT} counts; {counts:.1f}: {_met(counts <= MOST_TIMES_A_COUNT)}"
    if exempt[name]:
        return f"grows: {exempt[name]}"
    return f"at most {FLAT}: {_met(growth[-1] <= FLAT)}"


def _met(is_met: bool) -> str:
    return "met" if is_met else "[red]missed[/red]"


def _table(title: str, figures: Mapping[int, Figures]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("what")
    for size in figures:
        table.add_column(f"{size:,}", justify="right")
    for name in next(iter(figures.values())):
        table.add_row(name, *(f"{each.get(name, 0):,.1f}" for each in figures.values()))
    return table


if __name__ == "__main__":
    sys.exit(main())

"""What Watcher adds to a process before it does anything: to each Dagster step, and to each call of the command line.

CPU time, not seconds: on a busy machine those say more about what else runs. The least of many rounds counts, because
whatever disturbs a process makes it slower.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks import history
from benchmarks.builds import ROOT, builds, environment
from benchmarks.harness import Bench, Result
from watcher_core.catalog import lookup as catalog
from watcher_core.checks import thresholds
from watcher_core.recording import activity
from watcher_core.recording import lookup as recording

NAME = "imports"
EXECUTIONS = 10_000

DAGSTER = "import dagster"
# Every `track` in a step needs both.
STEP = "import dagster, watcher_dagster\nfrom watcher_core import Watcher"

# As many commands as ours has, each with a line of help.
TYPER = """
import rich, typer
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
for number in range(20):
    def command(name: str = "") -> None:
        "Do one thing, and say so."
    app.command(f"command-{number}")(command)
app()
"""

# What the listings print, read by the same statements with the driver alone.
LISTED = """
import datetime, os, psycopg
given = {"ids": None, "limit": 30, "now": datetime.datetime.now(datetime.timezone.utc)}
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    for statement in STATEMENTS:
        for row in connection.execute(statement, given):
            print(*row)
"""
STATEMENTS = {
    "executions": (f"{recording.SELECT} ORDER BY execution.start_date DESC, execution.id DESC LIMIT %(limit)s",),
    "pipelines": (
        f"{catalog.SELECT} ORDER BY pipeline.name",
        activity.ACTIVITY.format(condition="true"),
        thresholds.ALL,
    ),
}


def run(bench: Bench) -> Iterator[Result]:
    """Start each process again and again, in turns with the raw one and with that of the build before."""
    rounds = bench.choose(full=5, quick=2)
    places = builds(bench)
    yield _compared(
        "import watcher_dagster and Watcher", rounds, places, ("-c", STEP), ("-c", DAGSTER), "import dagster", 1.15
    )
    help_ = ("-m", "watcher_core", "--help")
    yield _compared("watcher --help", rounds, places, help_, ("-c", TYPER, "--help"), "typer, 20 commands", 1.5)
    urls = {side: history.filled(bench, EXECUTIONS, build) for side, build in places.items()}
    for what, statements in STATEMENTS.items():
        listed = ("-m", "watcher_core", what, "list")
        raw = ("-c", LISTED.replace("STATEMENTS", repr(statements)))
        yield _compared(f"watcher {what} list", rounds, places, listed, raw, "psycopg, the same rows", 3, urls)


def _compared(
    what: str,
    rounds: int,
    places: Mapping[str, Path],
    ours: Sequence[str],
    raw: Sequence[str],
    raw_is: str,
    goal: float,
    urls: Mapping[str, str] | None = None,
) -> Result:
    addresses = urls or {}
    processes = {side: _process(ours, build, addresses.get(side)) for side, build in places.items()}
    processes["raw"] = _process(raw, ROOT, addresses.get("ours"))
    milliseconds: dict[str, list[float]] = {side: [] for side in processes}
    for number in range(rounds + 1):
        for side, process in processes.items():
            took = process()
            if number:  # the first compiles the modules, and fills the caches of the file system
                milliseconds[side].append(took)
    least = {side: min(values) for side, values in milliseconds.items()}
    return Result(
        case=NAME,
        what=f"{what}, CPU",
        size=f"least of {rounds}",
        figure=least["ours"],
        unit="ms",
        raw=least["raw"],
        before=least.get("before"),
        raw_is=raw_is,
        goal=f"at most {goal:g} × raw",
        met=least["ours"] <= goal * least["raw"],
        details=milliseconds,
    )


def _process(arguments: Sequence[str], build: Path, url: str | None) -> Callable[[], float]:
    """Return what starts a process and gives the milliseconds of CPU that it took."""
    variables = {**environment(build), **({"DATABASE_URL": url} if url else {})}

    def start() -> float:
        before = _cpu_of_children()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=variables, cwd=build)
        return 1000 * (_cpu_of_children() - before)

    return start


def _cpu_of_children() -> float:
    """Give the CPU seconds of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

"""What the cases share: a PostgreSQL of their own, timing that drift cannot bend, and results that can be compared.

A figure alone says little: machines differ, and one machine differs from minute to minute. So each case also measures
the least that the same effect costs without our code, in turns with it, and the ratio of the two is what counts.
"""

from __future__ import annotations

import math
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from rich.console import Console

from watcher_core import Settings, Watcher
from watcher_core.embedded.server import EmbeddedPostgres

SETTINGS = ("DATABASE_URL", "ENV_STATE", "LOGFIRE_TOKEN", "SLACK_WEBHOOK_URL")


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure, what it is measured against, and whether that is good enough.

    Attributes:
        case: The module that measured it.
        what: What was measured.
        size: Of the data that it was measured with.
        figure: Ours, in `unit`.
        raw: The same without our code, in `unit`; what that is says `raw_is`.
        before: The same with the earlier build (`benchmarks/builds.py`), in `unit`.
        goal: In words, as the table shows it.
        met: Whether the goal is met; `None` where the figure has none.
        details: Other numbers worth keeping, for the JSON lines.
    """

    case: str
    what: str
    size: str
    figure: float
    unit: str
    raw: float | None = None
    before: float | None = None
    raw_is: str = ""
    goal: str = ""
    met: bool | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return self.figure / self.raw if self.raw else None

    @property
    def ratio_to_before(self) -> float | None:
        return self.figure / self.before if self.before else None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "ratio_to_before": self.ratio_to_before}


class Bench:
    """What a case gets: databases to work in, and how hard to work.

    Args:
        server: The address of a PostgreSQL server where databases can be made.
        directory: For files of the cases.
        quick: Whether a rough figure in seconds is wanted, in place of a good one in minutes.
        console: Where progress is told.
    """

    def __init__(self, server: sa.URL, directory: Path, *, quick: bool, console: Console) -> None:
        self.directory = directory
        self.quick = quick
        self._server = server
        self._console = console
        self._databases = 0

    def tell(self, progress: str) -> None:
        """Say what is being done."""
        self._console.print(f"[dim]  {progress}[/dim]")

    def choose(self, *, full: int, quick: int) -> int:
        """How much of something: enough for a good figure, or for a rough one."""
        return quick if self.quick else full

    def new_empty_database(self) -> str:
        """Make a database, and give its address."""
        self._databases += 1
        name = f"bench_{self._databases}"
        with psycopg.connect(text(self._server), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return text(self._server.set(database=name))

    def new_database(self) -> str:
        """Make a database with our schema, and give its address."""
        url = self.new_empty_database()
        with open_watcher(url, self.directory) as watcher:
            watcher.upgrade()
        return url

    def database(self, name: str) -> str:
        """The address of a database that is there."""
        return text(self._server.set(database=name))

    def watcher(self, url: str) -> Watcher:
        """A Watcher on a database, that knows nothing of the environment."""
        return open_watcher(url, self.directory)


def open_watcher(url: str, directory: Path) -> Watcher:
    return Watcher(url, settings=Settings(home=directory / "home"))


def text(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def bench(
    *,
    quick: bool,
    console: Console,
    kept: Path | None = None,
    before: Callable[[Path], object] = lambda _: None,
) -> Iterator[Bench]:
    """Start a server for the cases: the embedded PostgreSQL as users get it, so with fsync on.

    Args:
        quick: Whether rough figures will do.
        console: Where progress is told.
        kept: A directory for all files, which stays with what is in it; without one, all is deleted at the end.
        before: Called with the directory before the server is started.
    """
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory(prefix="watcher-benchmarks-") as name:
        directory = Path(name)
        server = EmbeddedPostgres(directory / "postgres")
        try:
            with _own_environment(directory):
                before(directory)
                yield Bench(sa.make_url(server.start()), directory, quick=quick, console=console)
        finally:
            if kept:
                server.stop()
            else:
                server.destroy()


@contextmanager
def _own_environment(directory: Path) -> Iterator[None]:
    """No setting of the machine reaches a case, and none records what waits in the spool of the working directory."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(("WATCHER_", "DEV_", "PROD_", "TEST_", "DAGSTER_")) or name in SETTINGS:
            del os.environ[name]
    os.environ["WATCHER_HOME"] = str(directory / "home")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def in_turns(
    sides: Mapping[str, Callable[[], object]], *, rounds: int, calls: int, warm_up: int = 20
) -> dict[str, list[float]]:
    """Time each side's calls in short rounds, one side after the other, so that what drifts drifts for all.

    Returns:
        The seconds of each call, by side.
    """
    for call in sides.values():
        for _ in range(warm_up):
            call()
    seconds: dict[str, list[float]] = {side: [] for side in sides}
    order = list(sides)
    for _ in range(rounds):
        for side in order:
            seconds[side] += timed(sides[side], calls)
        order.reverse()
    return seconds


def timed(call: Callable[[], object], calls: int) -> list[float]:
    """Give the seconds of each of so many calls."""
    seconds = []
    for _ in range(calls):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return seconds


def per_second(seconds: Iterable[float]) -> float:
    return 1 / statistics.fmean(seconds)


def percentile(seconds: Iterable[float], percent: float) -> float:
    """The smallest of the values that is at least as large as so many percent of them."""
    ordered = sorted(seconds)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def in_milliseconds(seconds: Iterable[float]) -> dict[str, float]:
    values = list(seconds)
    return {
        "p50_ms": round(1000 * percentile(values, 50), 3),
        "p99_ms": round(1000 * percentile(values, 99), 3),
        "max_ms": round(1000 * max(values), 3),
    }

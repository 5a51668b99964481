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
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from rich.console import Console

from watcher_core import Settings, Watcher
from watcher_core.embedded.server import EmbeddedPostgres

SETTINGS = ("DATABASE_URL", "ENV_STATE", "LOGFIRE_TOKEN", "SLACK_WEBHOOK_URL")


Chosen = TypeVar("Chosen")


class Effort(StrEnum):
    """How hard the cases work."""

    QUICK = "quick"  # rough figures of all cases, in three minutes
    FULL = "full"  # good figures, in a quarter of an hour
    LARGE = "large"  # and the largest sizes that the documentation quotes, for as long as they take


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure, what it is measured against, and whether that is good enough.

    Attributes:
        case: The module that measured it.
        what: What was measured. Results that have this in common, too, are of ever larger sizes.
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

    @property
    def cost(self) -> float:
        """What grows when it gets slower: the figure, or of a rate the time for one."""
        return 1 / self.figure if self.unit.endswith("/s") and self.figure else self.figure

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "ratio_to_before": self.ratio_to_before}


class Bench:
    """What a case gets: databases to work in, and how hard to work.

    Args:
        server: The address of a PostgreSQL server where databases can be made.
        directory: For files of the cases.
        effort: How hard to work.
        console: Where progress is told.
    """

    def __init__(self, server: sa.URL, directory: Path, *, effort: Effort, console: Console) -> None:
        self.directory = directory
        self.effort = effort
        self._server = server
        self._console = console
        self._databases = 0
        self._templates: dict[str, str] = {}
        self._copies: list[str] = []

    def tell(self, progress: str) -> None:
        """Say what is being done."""
        self._console.print(f"[dim]  {progress}[/dim]")

    def choose(self, *, full: Chosen, quick: Chosen, large: Chosen | None = None) -> Chosen:
        """How much of something: enough for a good figure, or for a rough one, or as much as `--large` asks for."""
        if self.effort is Effort.QUICK:
            return quick
        return large if large is not None and self.effort is Effort.LARGE else full

    def new_empty_database(self) -> str:
        """Make a database, and give its address."""
        return self._created("template0")

    def new_database(self) -> str:
        """Make a database with our schema, and give its address."""
        return self.copy_of("schema", self._upgraded)

    def copy_of(self, contents: str, make: Callable[[], str]) -> str:
        """Make a database like one that is made once, for all cases, and give its address.

        Args:
            contents: What is in it. Who asks for the same gets a copy of the same.
            make: Makes the first one, closes its connections, and gives its address.
        """
        if contents not in self._templates:
            name = _name(make())
            self._copies.remove(name)
            self._templates[contents] = name
        return self._created(self._templates[contents])

    def postgresql(self) -> str:
        """The server's version."""
        with psycopg.connect(text(self._server)) as connection:
            return str(connection.execute("SHOW server_version").fetchone()[0])  # type: ignore[index] # one row

    def drop_copies(self) -> None:
        """Drop the databases of a case, which PostgreSQL would go on vacuuming beside the next one."""
        with psycopg.connect(text(self._server), autocommit=True) as connection:
            for name in self._copies:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        self._copies.clear()

    def _created(self, template: str) -> str:
        self._databases += 1
        name = f"bench_{self._databases}"
        with psycopg.connect(text(self._server), autocommit=True) as connection:
            # Copied as files, a million rows are there in a second, and are not written to the log.
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        self._copies.append(name)
        return self.database(name)

    def _upgraded(self) -> str:
        url = self.new_empty_database()
        with self.watcher(url) as watcher:
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


def _name(url: str) -> str:
    return str(sa.make_url(url).database)


def text(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def bench(
    *,
    effort: Effort,
    console: Console,
    kept: Path | None = None,
    before: Callable[[Path], object] = lambda _: None,
) -> Iterator[Bench]:
    """Start a server for the cases: the embedded PostgreSQL as users get it, so with fsync on.

    Args:
        effort: How hard the cases work.
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
                yield Bench(sa.make_url(server.start()), directory, effort=effort, console=console)
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

"""The results as text, in 80 columns: what they were measured on, a block for each case, and what is missed."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from benchmarks.builds import BEFORE, ROOT
from benchmarks.harness import Effort, Result

WIDTH = 80
FIGURES = 9  # columns of a number
RATIOS = 7


def machine(*, postgresql: str, effort: Effort) -> dict[str, Any]:
    """Return what results depend on: the machine, the versions, and how hard it was worked."""
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1),
        "load": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": postgresql,
        "ours": _commit(),
        "before": BEFORE,
        "effort": effort,
    }


def _commit() -> str:
    described = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    return subprocess.run(described, check=False, capture_output=True, text=True).stdout.strip() or "no clone"


def lines(machine: Mapping[str, Any], results: Sequence[Result], seconds: Mapping[str, float]) -> Iterator[str]:
    """Give the lines of the report.

    Args:
        machine: From `machine`.
        results: In the order in which they were measured.
        seconds: What each case took.
    """
    yield "Measured {date} on {cores} cores with {memory_gb} GB, load {load}".format_map(machine)
    yield "{system}; Python {python}; PostgreSQL {postgresql}, fsync on".format_map(machine)
    yield "ours: {ours}; before: {before}".format_map(machine) + f"; effort: {machine['effort']}"
    yield "growth: the cost at this size by that at the first"
    yield ""
    yield _row("", "ours", "raw", "before", "/ raw", "growth")
    for case, of_case in groupby(results, key=lambda result: result.case):
        yield "─" * WIDTH
        yield f"{case} ({seconds[case]:.0f} s)" if case in seconds else case
        yield from _case(list(of_case))
    missed = [result for result in results if result.met is False]
    yield "─" * WIDTH
    yield f"{len(missed)} of {sum(result.met is not None for result in results)} goals missed (*)"
    yield from (f"missed: {result.case}: {result.what}, {result.size}: {result.goal}" for result in missed)
    yield f"{sum(seconds.values()):.0f} s in all"


def growths(results: Iterable[Result]) -> Iterator[float | None]:
    """Give for each result how many times the cost of the first size of the same it has; `None` for that itself."""
    first: dict[tuple[str, str], Result] = {}
    for result in results:
        smallest = first.setdefault((result.case, result.what), result)
        yield None if smallest is result else result.cost / smallest.cost if smallest.cost else None


def _case(results: Sequence[Result]) -> Iterator[str]:
    growth = dict(zip(map(id, results), growths(results), strict=True))
    for what in dict.fromkeys(result.what for result in results):
        same = [result for result in results if result.what == what]
        yield f"  {what}, {same[0].unit}" + (f"; raw: {same[0].raw_is}" if same[0].raw_is else "")
        for result in same:
            yield (
                _row(
                    f"    {result.size}",
                    number(result.figure),
                    *("" if figure is None else number(figure) for figure in (result.raw, result.before)),
                    "" if result.ratio is None else f"{result.ratio:.2f}",
                    "" if growth[id(result)] is None else f"{growth[id(result)]:.2f}",
                )
                + {True: "", False: " *", None: ""}[result.met]
            )


def _row(name: str, *cells: str) -> str:
    """Give a line; a name that is too long has one to itself."""
    widths = (FIGURES,) * 3 + (RATIOS,) * 2
    room = WIDTH - 2 - sum(widths)
    figures = "".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
    return f"{name:{room}}{figures}" if len(name) <= room else f"{name}\n{'':{room}}{figures}"


def number(value: float) -> str:
    """Three digits that matter."""
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 10 else f"{value:,.2f}"

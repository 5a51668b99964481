"""Run the cases, show a table, and write JSON lines.

python -m benchmarks                        all cases
python -m benchmarks pairs track            some of them
python -m benchmarks --quick                rough figures, in seconds
python -m benchmarks --json results.jsonl   also to a file; `-` is the standard output
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.table import Table

from benchmarks.harness import Bench, Result, bench

CASES = (
    "pairs",
    "track",
    "lists",
    "http",
    "board",
    "browser",
    "metrics",
    "recorder",
    "race",
    "lineage",
    "openlineage",
    "checks",
    "asset_check",
    "cleanup",
    "alerts",
    "failures",
    "anomalies",
    "quality",
    "imports",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for, and name the goals that are missed and the cases that broke; neither fails."""
    asked = _parse(arguments)
    console = Console(stderr=True, width=None if sys.stderr.isatty() else 160)
    results: list[Result] = []
    broken: list[str] = []
    with bench(quick=asked.quick, console=console) as prepared, _opened(asked.json) as lines:
        for case in asked.cases or CASES:
            try:
                for result in _run(case, prepared, console):
                    results.append(result)
                    # At once: what is measured stays measured, whatever happens to the next case.
                    print(json.dumps(result.as_json()), file=lines, flush=True)
            except Exception:  # whatever breaks a case, the others are measured
                console.print_exception()
                broken.append(case)
    console.print(_table(results))
    missed = [result for result in results if result.met is False]
    for result in missed:
        console.print(f"[red]missed:[/red] {result.case}: {result.what}, {result.size}: {result.goal}")
    for case in broken:
        console.print(f"[red]broken:[/red] {case}: its error is above")
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Watcher beside the raw limit.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"which to run: {', '.join(CASES)}; all by default")
    parser.add_argument("--quick", action="store_true", help="rough figures, in seconds")
    parser.add_argument("--json", metavar="FILE", help="write a JSON line a result to this file; - is standard output")
    asked = parser.parse_args(arguments)
    unknown = sorted(set(asked.cases) - set(CASES))
    if unknown:
        parser.error(f"there is no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    return asked


def _opened(file: str | None) -> AbstractContextManager[TextIO]:
    """Where JSON lines go: a file, the standard output, or nowhere."""
    return nullcontext(sys.stdout) if file == "-" else Path(file or os.devnull).open("w", encoding="utf-8")


def _run(case: str, prepared: Bench, console: Console) -> Iterator[Result]:
    console.print(f"[bold]{case}[/bold]")
    # Loaded only now, so that a case without Dagster does not pay for it.
    for result in import_module(f"benchmarks.{case}").run(prepared):
        console.print(f"  {result.what}, {result.size}: {_number(result.figure)} {result.unit}")
        yield result


def _table(results: Sequence[Result]) -> Table:
    cores = os.cpu_count()
    table = Table(
        title=f"Measured on {cores} cores with Python {platform.python_version()}; PostgreSQL with fsync on",
        title_justify="left",
    )
    for heading in ("case", "what", "size"):
        table.add_column(heading)
    for heading in ("ours", "raw", "before", "ours / raw", "ours / before"):
        table.add_column(heading, justify="right")
    for heading in ("raw is", "goal", "met"):
        table.add_column(heading)
    previous = ""
    for result in results:
        if previous and result.case != previous:
            table.add_section()
        table.add_row(*_cells(result))
        previous = result.case
    return table


def _cells(result: Result) -> tuple[str, ...]:
    return (
        result.case,
        result.what,
        result.size,
        f"{_number(result.figure)} {result.unit}",
        "" if result.raw is None else f"{_number(result.raw)} {result.unit}",
        "" if result.before is None else f"{_number(result.before)} {result.unit}",
        "" if result.ratio is None else f"{result.ratio:.2f}",
        "" if result.ratio_to_before is None else f"{result.ratio_to_before:.2f}",
        result.raw_is,
        result.goal,
        "" if result.met is None else "yes" if result.met else "[red]no[/red]",
    )


def _number(value: float) -> str:
    """Three digits that matter."""
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 10 else f"{value:,.2f}"


if __name__ == "__main__":
    sys.exit(main())

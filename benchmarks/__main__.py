"""Run the cases, show a table, and write JSON lines: one about the machine, then one a result.

python -m benchmarks                        all cases, in a quarter of an hour
python -m benchmarks pairs track            some of them
python -m benchmarks --quick                rough figures of all, in three minutes
python -m benchmarks --large                the largest sizes, too, which take longer
python -m benchmarks --json results.jsonl   also to a file; `-` is the standard output
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console

from benchmarks import report
from benchmarks.harness import Bench, Effort, Result, bench

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
EFFORTS = {
    Effort.QUICK: "rough figures, in three minutes",
    Effort.LARGE: "the largest sizes, too, for as long as they take; a quarter of an hour without it",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for, and name the goals that are missed and the cases that broke; neither fails."""
    asked = _parse(arguments)
    console = Console(stderr=True, width=None if sys.stderr.isatty() else report.WIDTH)
    results: list[Result] = []
    seconds: dict[str, float] = {}
    broken: list[str] = []
    with bench(effort=asked.effort, console=console) as prepared, _opened(asked.json) as lines:
        machine = report.machine(postgresql=prepared.postgresql(), effort=asked.effort)
        _write({"machine": machine}, lines)
        for case in asked.cases or CASES:
            began = time.perf_counter()
            try:
                for result in _run(case, prepared, console):
                    results.append(result)
                    # At once: what is measured stays measured, whatever happens to the next case.
                    _write(result.as_json(), lines)
            except Exception:  # whatever breaks a case, the others are measured
                console.print_exception()
                broken.append(case)
            prepared.drop_copies()
            seconds[case] = time.perf_counter() - began
            prepared.tell(f"{case} took {seconds[case]:.0f} s")
    for line in report.lines(machine, results, seconds):
        console.print(line, markup=False, highlight=False)
    for case in broken:
        console.print(f"[red]broken:[/red] {case}: its error is above")
    return 0


def _write(values: Mapping[str, Any], lines: TextIO) -> None:
    print(json.dumps(values), file=lines, flush=True)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Watcher beside the raw limit.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"which to run: {', '.join(CASES)}; all by default")
    efforts = parser.add_mutually_exclusive_group()
    for effort, means in EFFORTS.items():
        efforts.add_argument(f"--{effort}", dest="effort", action="store_const", const=effort, help=means)
    parser.set_defaults(effort=Effort.FULL)
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
        console.print(f"  {result.what}, {result.size}: {report.number(result.figure)} {result.unit}")
        yield result


if __name__ == "__main__":
    sys.exit(main())

"""This build and an earlier one, each in processes of its own, so that one run can measure both in turns.

A side is a script under `benchmarks/sides/` that uses only what both builds have: PYTHONPATH chooses the build. It
prepares itself, prints `null`, and then answers each line of JSON that it reads with one, most often the seconds that
its work took.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.harness import Bench, Effort

ROOT = Path(__file__).parent.parent

# The last build before reading, judging and checking were made faster.
BEFORE = "4f24794"


def earlier_build(bench: Bench, commit: str = BEFORE) -> Path | None:
    """Unpack an earlier build, once; `None` for rough figures, and where this clone lacks it, which is reported."""
    if bench.effort is Effort.QUICK:
        return None
    directory = bench.directory / f"build-{commit}"
    if directory.exists():
        return directory
    packed = subprocess.run(["git", "-C", str(ROOT), "archive", commit], check=False, capture_output=True)
    if packed.returncode:
        bench.tell(f"{commit} is not in this clone: nothing to compare with")
        return None
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.4 has it
        archive.extractall(directory)
    return directory


def builds(bench: Bench) -> dict[str, Path]:
    """Give where this build ("ours") lies, and the earlier one ("before") where there is one."""
    before = earlier_build(bench)
    return {"ours": ROOT, **({"before": before} if before else {})}


def environment(build: Path) -> Mapping[str, str]:
    """Give the environment of a process that runs this build."""
    return {**os.environ, "PYTHONPATH": str(build)}


def new_database(bench: Bench, build: Path) -> str:
    """Make a database with the schema of this build, and give its address."""
    return bench.new_database() if build == ROOT else bench.copy_of(build.name, partial(_upgraded, bench, build))


def _upgraded(bench: Bench, build: Path) -> str:
    url = bench.new_empty_database()
    subprocess.run(
        [sys.executable, "-m", "watcher_core", "db", "upgrade"],
        env={**environment(build), "DATABASE_URL": url},
        cwd=build,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return url


class Side:
    """A script of `benchmarks/sides/` that runs with one build and waits to be asked."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._answer()

    def ask(self, request: object = None) -> Any:
        """Let it do its work once; return its answer: most often seconds.

        Args:
            request: What it is to do, as its script reads it.

        Raises:
            RuntimeError: It ended instead.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended with {self._process.wait()}")
        return json.loads(line)


@contextmanager
def sides(script: str, arguments: Mapping[str, Sequence[str]], builds: Mapping[str, Path]) -> Iterator[dict[str, Side]]:
    """Start `benchmarks/sides/SCRIPT.py` with each build, with the arguments that are given for it."""
    with ExitStack() as stack:
        running = {}
        for name, build in builds.items():
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "benchmarks" / "sides" / f"{script}.py"), *arguments[name]],
                env=environment(build),
                cwd=build,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            running[name] = Side(process)
        yield running

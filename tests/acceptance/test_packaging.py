"""The wheel, installed into an environment that has nothing else of ours: no checkout, no Dagster."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from watcher_core import Watcher

ROOT = Path(__file__).parents[2]

PROOF = """
import importlib.util, sys
import watcher_core
assert importlib.util.find_spec("dagster") is None
with watcher_core.Watcher() as watcher, watcher.track("outside", next_watermark=1) as execution:
    execution.record(inserts=1)
assert "site-packages" in watcher_core.__file__
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(directory), str(ROOT))
    return next(directory.glob("*.whl"))


def run(*command: str, **environment: str) -> str:
    completed = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(sys.prefix), env={**os.environ, **environment}, check=False
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


def test_the_wheel_brings_migrations_types_and_nothing_of_the_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in ("watcher_core/migrations/env.py", "watcher_core/migrations/versions/0001_initial.py"):
        assert name in names
    assert {"watcher_core/dagster.yaml", "watcher_core/py.typed", "watcher_dagster/py.typed"} <= names
    assert not [name for name in names if name.startswith(("tests", "examples", "benchmarks", "docs"))]


def test_the_wheel_works_in_an_environment_without_dagster(
    wheel: Path, tmp_path: Path, empty_database_url: str
) -> None:
    environment = tmp_path / "clean"
    venv.create(environment)
    programs = environment / "bin"
    # As pip does, with the packages that uv has at hand: a tenth of the time.
    uv = str(Path(sys.executable).with_name("uv"))
    run(uv, "pip", "install", "--quiet", "--python", str(programs / "python"), str(wheel))

    run(str(programs / "watcher"), "db", "upgrade", WATCHER_DATABASE_URL=empty_database_url)
    run(str(programs / "python"), "-c", PROOF, WATCHER_DATABASE_URL=empty_database_url)

    with Watcher(empty_database_url) as watcher:
        assert watcher.pipeline("outside").watermark == "1"

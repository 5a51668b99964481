"""What `watcher doctor` says of Dagster: what is installed, where it keeps its runs, and which checks say nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from watcher_core.cli.dagster_storage import SCHEME, driver_problems
from watcher_core.cli.deployment import problem_of_home
from watcher_core.environment import process_environment
from watcher_core.errors import WatcherError
from watcher_core.values import HealthFact

if TYPE_CHECKING:
    from watcher_core.settings import Settings

SECONDS_TO_EXAMINE = 60
# What the dagster.yaml of `watcher dev` reads.
VARIABLE = "DAGSTER_POSTGRES_URL"


def dagster_findings(settings: Settings) -> Iterator[HealthFact]:
    installed = {name: _version(name) for name in ("dagster", "dagster-webserver", "dagster-postgres")}
    if installed["dagster"] is None:
        yield HealthFact(
            "ok",
            "dagster",
            "not installed here; jobs outside Dagster do without",
            "where Dagster runs: pip install 'watcher-dagster[dagster]'",
        )
        return
    missing = [name for name, found in installed.items() if found is None]
    yield HealthFact(
        "warning" if "dagster-postgres" in missing else "ok",
        "dagster",
        ", ".join(f"{name} {found}" for name, found in installed.items() if found),
        f"for watcher dev, install {' and '.join(missing)}: pip install 'watcher-dagster[webserver]'"
        if missing
        else None,
    )
    yield from _dagster_home(settings)
    file = _configuration_file(settings)
    url = process_environment().get(VARIABLE)
    if file is None and url and not url.startswith(f"{SCHEME}://"):
        yield HealthFact(
            "warning",
            "dagster",
            f"{VARIABLE} does not start with {SCHEME}://, the driver that dagster-postgres needs",
            "print the right spelling with: watcher db url --dagster --show-password",
        )
    if file is not None:
        yield from (HealthFact("problem", "dagster", *problem) for problem in driver_problems(file))
        yield from unevaluated_findings(file.parent, variables_of_dev(settings, file.parent))


def _dagster_home(settings: Settings) -> Iterator[HealthFact]:
    given = process_environment().get("DAGSTER_HOME")
    if not given:
        own = settings.home.absolute() / "dagster"
        yield HealthFact("ok", "dagster", f"DAGSTER_HOME is not set; watcher dev uses {own}")
        return
    home = Path(given)
    problem = problem_of_home(home)
    if problem is not None:
        yield HealthFact(
            "problem", "dagster", f"DAGSTER_HOME = {given} {problem}", "set it to a directory's absolute path"
        )
    elif not (home / "dagster.yaml").is_file():
        yield HealthFact(
            "warning",
            "dagster",
            f"DAGSTER_HOME = {given} has no dagster.yaml, so that Dagster keeps its runs in SQLite",
            "fine to try things; a dagster.yaml puts them into PostgreSQL",
        )
    else:
        yield HealthFact("ok", "dagster", f"DAGSTER_HOME = {given}")


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _configuration_file(settings: Settings) -> Path | None:
    """The dagster.yaml that holds: that of DAGSTER_HOME, else the one that `watcher dev` has made."""
    home = Path(process_environment().get("DAGSTER_HOME") or settings.home.absolute() / "dagster")
    file = home / "dagster.yaml"
    return file if problem_of_home(home) is None and file.is_file() else None


def variables_of_dev(settings: Settings, home: Path) -> dict[str, str]:
    """The variables of the environment that the dagster.yaml of `watcher dev` reads, and that only it sets."""
    from watcher_core.cli.db import database_url

    if home != settings.home.absolute() / "dagster":
        return {}
    with suppress(WatcherError):  # reported with the database
        url = database_url(settings)
        return {VARIABLE: url.set(drivername=SCHEME).render_as_string(hide_password=False)}
    return {}


def unevaluated_findings(home: Path, variables: Mapping[str, str] | None = None) -> Iterator[HealthFact]:
    """Name the asset checks that were to run, ran, and gave no result; Dagster's own process reads its event log.

    Args:
        home: The directory of the dagster.yaml.
        variables: What that reads, where the environment does not say it.
    """
    command = [sys.executable, "-m", "watcher_dagster.unevaluated"]
    try:
        done = subprocess.run(
            command,
            env={**(variables or {}), **process_environment(), "DAGSTER_HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_EXAMINE,
            check=True,
        )
        names = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        yield HealthFact("warning", "dagster", f"its event log was not read within {SECONDS_TO_EXAMINE} s")
        return
    except subprocess.CalledProcessError as exc:
        reason = _reason(exc.stderr)
        yield HealthFact("warning", "dagster", f"its event log cannot be read: {reason}")
        return
    for name in names:
        yield HealthFact(
            "warning",
            "dagster",
            f"asset check {name} ran, and gave no result",
            "a check function returns AssetCheckResult(passed=…); True, False or nothing is no result to Dagster",
        )


def _reason(stderr: str) -> str:
    """The line of a traceback that names the error: the last that begins as `package.Error: `.

    What Dagster raises goes on below it, with a stack of its own.
    """
    lines = stderr.strip().splitlines()
    named = [line for line in lines if re.match(r"[\w.]+: ", line)]
    return (named or lines or ["no reason given"])[-1]

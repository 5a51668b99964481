"""The examples that the documentation shows, for the tests that run them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
# Those whose examples need what `make integrations` installs.
PAGES_OF_INTEGRATIONS: Final = [ROOT / "docs" / "how-to" / name for name in ("dbt.md", "dlt-and-sling.md", "dg.md")]


def examples(page: Path, language: str) -> list[str]:
    """The blocks of a page in a language."""
    blocks = re.finditer(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [block[1] for block in blocks]


def python_examples(pages: list[Path]) -> list[Any]:
    """The Python of pages, as parameters of a test."""
    return [
        pytest.param(source, id=f"{page.relative_to(ROOT)}-{number}")
        for page in pages
        for number, source in enumerate(examples(page, "python"), start=1)
    ]


def run_example(source: str) -> dict[str, Any]:
    """Run an example, and return the names that it has bound."""
    module = sys.modules["example"] = ModuleType("example")  # dlt looks for the module of a function
    names = vars(module)
    try:
        exec(compile(source, "example", "exec", dont_inherit=True), names)
    finally:
        if "watcher" in names and hasattr(names["watcher"], "close"):
            names["watcher"].close()
    return names

"""What the documentation shows works: its Python runs, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.documentation import PAGES, PAGES_OF_INTEGRATIONS, ROOT, python_examples, run_example

LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


@pytest.mark.parametrize("source", python_examples([page for page in PAGES if page not in PAGES_OF_INTEGRATIONS]))
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # an example may leave closing to the end of the process
def test_examples_run(source: str, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", database_url)
    run_example(source)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_reference_says_the_whole_of_what_a_setting_means() -> None:
    rows = [line for line in (ROOT / "docs/reference/settings.md").read_text().splitlines() if line.startswith("| `")]
    meanings = [row.split(" | ")[2] for row in rows]
    assert [meaning for meaning in meanings if not meaning.endswith(".")] == []

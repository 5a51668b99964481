"""The fault matrix: every fault with the real parts, once; `make faults`. It writes the table of docs/faults.md.

`FAULTS=orders,stock` runs these alone, to find out why they fail.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.faults.cases import CASES, OWN_PLACES
from tests.faults.matrix import Outcome, run_cases
from tests.faults.stack import Stack, running_stack

RESULTS = Path(__file__).parents[2] / "docs" / "faults.json"
CHOSEN = [case for case in CASES if case.name in os.environ.get("FAULTS", case.name).split(",")]


@pytest.fixture
def stack(tmp_path: Path, dagster_home: Path, database_url: str) -> Iterator[Stack]:
    with running_stack(tmp_path, dagster_home, database_url, own_places=OWN_PLACES) as running:
        yield running


def test_every_fault_is_one_message_that_comes_soon_and_is_taken_back(stack: Stack) -> None:
    outcomes = run_cases(stack, CHOSEN)
    _write(outcomes)
    for outcome in outcomes:
        print(
            f"{outcome.case.name:10} {outcome.soon:4.0f} s {outcome.over_after:4.0f} s  {outcome.line} | {outcome.over}"
        )
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    print("\n".join(problems))
    assert not problems


def _write(outcomes: Sequence[Outcome]) -> None:
    """Keep what was confirmed, and how soon. Ticks fall differently each time, so the slowest run of a fault counts."""
    before = json.loads(RESULTS.read_text())["faults"]
    kept = {} if os.environ.get("FAULTS_ANEW") else {each["name"]: each["seconds"] for each in before}
    for outcome in outcomes:
        if not outcome.problems:
            kept[outcome.case.name] = max(round(outcome.soon, 1), kept.get(outcome.case.name, 0.0))
    faults = [
        {
            "name": case.name,
            "section": case.section.title,
            "fault": case.fault,
            "said": case.said,
            "where": case.section.where,
            "seconds": kept[case.name],
        }
        for case in CASES
        if case.name in kept
    ]
    found = {"date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}", "machine": f"{os.cpu_count()} cores", "faults": faults}
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")

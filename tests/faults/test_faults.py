"""The fault matrix: every fault with the real parts, once; `make faults`. It writes the table of docs/faults.md."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.faults.cases import CASES
from tests.faults.matrix import Outcome, run_wave, wrong
from tests.faults.stack import Stack, running_stack
from watcher_core import AlertKind

RESULTS = Path(__file__).parents[2] / "docs" / "faults.json"
WAVES = sorted({case.wave for case in CASES})


@pytest.fixture
def stack(tmp_path: Path, dagster_home: Path, database_url: str) -> Iterator[Stack]:
    own_places = [case.subject for case in CASES if case.kind is not AlertKind.HEALTH]
    with running_stack(tmp_path, dagster_home, database_url, own_places=own_places) as running:
        yield running


def test_every_fault_is_one_message_that_comes_soon_and_is_taken_back(stack: Stack) -> None:
    outcomes: list[Outcome] = []
    for wave in WAVES:
        outcomes += run_wave(stack, [case for case in CASES if case.wave == wave])
    _write(outcomes)
    for outcome in outcomes:
        print(
            f"{outcome.case.name:15} {outcome.soon:4.0f} s {outcome.over_after:4.0f} s  {outcome.line} | {outcome.over}"
        )
    problems = [text for outcome in outcomes for text in wrong(stack, outcome)]
    print("\n".join(problems))
    assert not problems


def _write(outcomes: Sequence[Outcome]) -> None:
    """Keep how soon each message came. Ticks fall differently each time, so the slowest run of a fault counts."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() and not os.environ.get("FAULTS_ANEW") else {"faults": []}
    slowest = {each["name"]: each["seconds"] for each in kept["faults"]}
    faults = [
        {
            "name": outcome.case.name,
            "section": outcome.case.section,
            "fault": outcome.case.fault,
            "said": outcome.case.said,
            "where": outcome.case.where,
            "seconds": max(round(outcome.soon, 1), slowest.get(outcome.case.name, 0.0)),
        }
        for outcome in outcomes
        if outcome.arrived_at and outcome.seen_at
    ]
    found = {"date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}", "machine": f"{os.cpu_count()} cores", "faults": faults}
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")

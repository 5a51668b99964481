"""The fault matrix: every fault with the real parts, once; `make faults`. It writes the table of docs/faults.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.cases import CASES
from tests.faults.matrix import Outcome, run_wave, wrong
from tests.faults.stack import Stack, running_stack

WAVES = sorted({case.wave for case in CASES})


@pytest.fixture
def stack(tmp_path: Path, dagster_home: Path, database_url: str) -> Iterator[Stack]:
    own_places = [case.subject for case in CASES if case.kind != "health"]
    with running_stack(tmp_path, dagster_home, database_url, own_places=own_places) as running:
        yield running


def test_every_fault_is_one_message_that_comes_soon_and_is_taken_back(stack: Stack) -> None:
    outcomes: list[Outcome] = []
    for wave in WAVES:
        outcomes += run_wave(stack, [case for case in CASES if case.wave == wave])
    for outcome in outcomes:
        print(
            f"{outcome.case.name:16} {outcome.soon:5.0f} s {outcome.over_after:5.0f} s  {outcome.line}  |  {outcome.over}"
        )
    assert not [text for outcome in outcomes for text in wrong(stack, outcome)]

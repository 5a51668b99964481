"""A few faults with the real parts of Dagster, from cause to recovery; `make faults` runs all of them, and measures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.cases import CASES
from tests.faults.matrix import run_cases
from tests.faults.stack import Stack, running_stack

SHORT = [case for case in CASES if case.name in ("orders", "stock", "inbox", "marketing")]
WITHOUT_DAEMON = [case for case in CASES if case.name in ("daemon", "schedules", "sensors", "event log")]


@pytest.fixture
def stack(tmp_path: Path, dagster_home: Path, database_url: str) -> Iterator[Stack]:
    places = [case.subject for case in SHORT if case.has_own_place]
    with running_stack(
        tmp_path, dagster_home, database_url, own_places=places, locations=["sales"], interval=2
    ) as running:
        yield running


def test_a_few_faults_are_one_message_each_and_are_taken_back(stack: Stack) -> None:
    outcomes = run_cases(stack, SHORT, measured=False)
    assert not [problem for outcome in outcomes for problem in outcome.problems]

"""Runs cases: all of a wave at once, each until its message is there, and then until its recovery is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.faults.cases import Case, Sign, matches
from tests.faults.places import HEALTH, Message
from tests.faults.stack import Stack, now
from watcher_core import Alert

# Until each fault of a wave can be seen and its message is there, and until all are taken back: what comes too late is
# said to be late, and not that it never came.
OPENING_SECONDS = 330
RECOVERY_SECONDS = 240


@dataclass
class Outcome:
    """What came of a case."""

    case: Case
    caused_at: float
    sign: Sign
    seen_at: float | None = None
    alert: Alert | None = None
    line: str = ""
    arrived_at: float = 0.0
    over: str = ""
    over_after: float = 0.0

    @property
    def soon(self) -> float:
        """Seconds from when it could be seen to its message."""
        return self.arrived_at - (self.seen_at or self.arrived_at)


def run_wave(stack: Stack, cases: Sequence[Case]) -> list[Outcome]:
    """Cause all of them, wait for each message, make them good, and wait for each recovery."""
    outcomes = [Outcome(case, now(), case.cause(stack)) for case in cases]
    _until(lambda: sum(_has_opened(stack, outcome) for outcome in outcomes) == len(outcomes), OPENING_SECONDS)
    mended = now()
    for outcome in outcomes:
        outcome.case.mend(stack)
    _until(lambda: sum(_is_over(stack, outcome, mended) for outcome in outcomes) == len(outcomes), RECOVERY_SECONDS)
    return outcomes


def _until(condition: Callable[[], bool], seconds: float) -> None:
    """Wait for a condition; what is missing at the end is found by `wrong`."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.5)  # between two looks at other processes


def _has_opened(stack: Stack, outcome: Outcome) -> bool:
    outcome.seen_at = outcome.seen_at or outcome.sign()
    if not outcome.arrived_at and (message := opening(stack, outcome)):
        outcome.line, outcome.arrived_at = line_of(message, outcome), message.at
    return bool(outcome.seen_at and outcome.arrived_at)


def _is_over(stack: Stack, outcome: Outcome, mended: float) -> bool:
    if not outcome.over and (message := recovery(stack, outcome)):
        outcome.over, outcome.over_after = line_of(message, outcome), message.at - mended
    return bool(outcome.over)


def opening(stack: Stack, outcome: Outcome) -> Message | None:
    outcome.alert = outcome.alert or find_alert(stack, outcome)
    return next((each for each in messages(stack, outcome) if not each.is_recovery), None)


def recovery(stack: Stack, outcome: Outcome) -> Message | None:
    return next((each for each in messages(stack, outcome) if each.is_recovery), None)


def find_alert(stack: Stack, outcome: Outcome) -> Alert | None:
    alerts = stack.watcher.alerts(kind=outcome.case.kind, limit=1000)
    return next(
        (
            alert
            for alert in alerts
            if alert.subject == outcome.case.subject and alert.opened_at.timestamp() >= outcome.caused_at
        ),
        None,
    )


def messages(stack: Stack, outcome: Outcome) -> list[Message]:
    """The messages about its alert, at any place."""
    if outcome.alert is None:
        return []
    return [each for each in list(stack.arrived.messages) if f"[alert {outcome.alert.id}]" in each.text]


def line_of(message: Message, outcome: Outcome) -> str:
    """The first line; of a message about the health of several things, the line of this one."""
    if message.place != HEALTH:
        return message.title
    assert outcome.alert is not None
    [line] = [each for each in message.text.splitlines() if f"[alert {outcome.alert.id}]" in each]
    return line.removeprefix("• ").partition(" [alert")[0]


def wrong(stack: Stack, outcome: Outcome, *, measured: bool = True) -> list[str]:
    """What of an outcome is not as declared; how soon it came counts where that is measured."""
    case, found = outcome.case, []
    if outcome.seen_at is None:
        return [f"{case.name}: Dagster did not show it"]
    about = messages(stack, outcome)
    openings = [each for each in about if not each.is_recovery]
    if len(openings) != 1:
        found.append(f"{len(openings)} messages: {[each.title for each in openings]}")
    if len(about) - len(openings) != 1:
        found.append(f"{len(about) - len(openings)} recoveries")
    if not matches(case.said, outcome.line):
        found.append(f"said {outcome.line!r}, not {case.said!r}")
    if not matches(case.over, outcome.over):
        found.append(f"said of its end {outcome.over!r}, not {case.over!r}")
    if measured and outcome.soon > case.tolerance:
        found.append(f"after {outcome.soon:.0f} s, not {case.tolerance:.0f} s")
    return [f"{case.name}: {each}" for each in found]

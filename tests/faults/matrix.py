"""Runs cases: each is caused, and made good once its message is there; then its recovery is waited for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from tests.faults.cases import STALE, Case, matches
from tests.faults.causes import Sign
from tests.faults.places import HEALTH, Message
from tests.faults.stack import Stack, now

# Until a fault can be seen and its message is there, and until it is taken back: what comes too late is late, and not
# missing.
OPENING_SECONDS = 330
RECOVERY_SECONDS = 240
# Cases that are under way at a time: their runs would wait for processors otherwise, and that is not what is measured.
AT_ONCE = 12
LOOK_SECONDS = 0.5
# Within these, counted from when the fault can be seen, its message has to be there.
MOST_SECONDS = 60.0


@dataclass
class Outcome:
    """What came of a case."""

    case: Case
    caused_at: float
    sign: Sign
    seen_at: float | None = None
    alert_id: int | None = None  # of one about health, which may share a message with others
    line: str = ""
    arrived_at: float = 0.0
    mended_at: float = 0.0
    over: str = ""
    over_after: float = 0.0
    problems: list[str] = field(default_factory=list)
    looked_at: float = 0.0

    @property
    def soon(self) -> float:
        """Seconds from when it could be seen to its message."""
        return self.arrived_at - (self.seen_at or self.arrived_at)


def run_cases(stack: Stack, cases: Sequence[Case], *, measured: bool = True) -> list[Outcome]:
    """Run all of them: many at a time, and then those that stop a part of Dagster, one group after the other.

    Args:
        stack: Where.
        cases: Which.
        measured: Whether how soon their messages come counts.
    """
    found: list[Outcome] = []
    # What is never materialized is stale before its case begins.
    ordered = sorted(cases, key=lambda case: (case.apart, case.section is not STALE))
    for _, group in groupby(ordered, lambda case: case.apart):
        outcomes = _run_group(stack, list(group))
        for outcome in outcomes:
            problems = _problems(stack, outcome, measured=measured)
            outcome.problems = [f"{outcome.case.name}: {problem}" for problem in problems]
        found += outcomes
    return found


def _run_group(stack: Stack, cases: list[Case]) -> list[Outcome]:
    found: list[Outcome] = []
    going: list[Outcome] = []
    waiting = list(cases)
    together = bool(cases[0].apart)
    while waiting or going:
        while waiting and (together or len(going) < AT_ONCE or waiting[0].how.comes_with_the_one_before):
            case = waiting.pop(0)
            going.append(Outcome(case, now(), case.how.cause(stack)))
            found.append(going[-1])
        opened = [_has_opened(stack, outcome) for outcome in going]
        for outcome, has_opened in zip(going, opened, strict=True):
            # What ends together with others is made good when all of them have been said.
            if not outcome.mended_at and (has_opened if not together else all(opened)):
                outcome.mended_at = now()
                outcome.case.how.mend(stack)
        going = [outcome for outcome in going if not _is_over(stack, outcome)]
        time.sleep(LOOK_SECONDS)  # between two looks at other processes
    return found


def _has_opened(stack: Stack, outcome: Outcome) -> bool:
    """Whether its message is there, or does not come any more."""
    outcome.seen_at = outcome.seen_at or outcome.sign()
    if not outcome.arrived_at:
        if not outcome.case.is_sent:
            _look(stack, outcome)
        elif message := next((each for each in messages(stack, outcome) if not each.is_recovery), None):
            outcome.line, outcome.arrived_at = _line_of(message, outcome), message.at
    return bool(outcome.seen_at and outcome.arrived_at) or now() > outcome.caused_at + OPENING_SECONDS


def _is_over(stack: Stack, outcome: Outcome) -> bool:
    if not outcome.mended_at:
        return False
    if not outcome.over_after:
        if not outcome.case.is_sent:
            _look(stack, outcome)
        elif message := next((each for each in messages(stack, outcome) if each.is_recovery), None):
            outcome.over, outcome.over_after = _line_of(message, outcome), message.at - outcome.mended_at
    return bool(outcome.over_after) or now() > outcome.mended_at + RECOVERY_SECONDS


def _look(stack: Stack, outcome: Outcome) -> None:
    """Whether what is shown, and not sent, is there, or no longer there."""
    if now() < outcome.looked_at + 5:
        return
    lines = [f"{fact.subject}: {fact.message}" for fact in stack.health() if fact.level != "ok" and fact.key is None]
    outcome.looked_at = now()
    found = next((line for line in lines if line.startswith(f"{outcome.case.subject}: ")), "")
    if found and not outcome.mended_at:
        outcome.line, outcome.arrived_at = found, now()
    elif not found and outcome.mended_at:
        outcome.over_after = now() - outcome.mended_at


def messages(stack: Stack, outcome: Outcome) -> list[Message]:
    """The messages about it: those at its own place, or those that name its alert."""
    since = [each for each in list(stack.arrived.messages) if each.at >= outcome.caused_at]
    if outcome.case.has_own_place:
        return [each for each in since if each.place == outcome.case.subject]
    if outcome.alert_id is None:
        outcome.alert_id = next(_alerts(stack, outcome), None)
    return [each for each in since if f"[alert {outcome.alert_id}]" in each.text]


def _alerts(stack: Stack, outcome: Outcome) -> Iterator[int]:
    for alert in stack.watcher.alerts(kind=outcome.case.kind, limit=1000):
        since = max(alert.opened_at, alert.reopened_at or alert.opened_at).timestamp()
        if matches(outcome.case.subject, alert.subject) and since >= outcome.caused_at:
            yield alert.id


def _line_of(message: Message, outcome: Outcome) -> str:
    """The first line; of a message about the health of several things, the line of this one without its advice."""
    if message.place != HEALTH:
        return message.title
    [line] = [each for each in message.text.splitlines() if f"[alert {outcome.alert_id}]" in each]
    return line.removeprefix("• ").partition(" [alert")[0].partition(" → ")[0]


def _problems(stack: Stack, outcome: Outcome, *, measured: bool) -> Iterator[str]:
    """What of an outcome is not as declared; how soon it came counts where that is measured."""
    case = outcome.case
    if outcome.seen_at is None:
        yield "Dagster did not show it"
        return
    if not outcome.arrived_at:
        yield "nothing was said"
        return
    if not matches(case.said, outcome.line):
        yield f"said {outcome.line!r}, not {case.said!r}"
    if measured and outcome.soon > MOST_SECONDS:
        yield f"after {outcome.soon:.0f} s, not {MOST_SECONDS:.0f} s"
    if not outcome.over_after:
        yield "no recovery"
        return
    if not matches(case.over, outcome.over):
        yield f"said of its end {outcome.over!r}, not {case.over!r}"
    # What is said later is of another time: data gets stale again.
    until = outcome.mended_at + outcome.over_after
    if case.is_sent:
        about = [each for each in messages(stack, outcome) if each.at <= until]
    else:
        about = [each for each in list(stack.arrived.messages) if f"{case.subject}: " in each.text]
    titles = [each.title for each in about]
    if len(titles) != (2 if case.is_sent else 0):
        yield f"{len(titles)} messages: {titles}"

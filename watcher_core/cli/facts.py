"""Facts of health, as `watcher doctor` and `watcher check health` print them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from watcher_core import text as words
from watcher_core.cli import output

if TYPE_CHECKING:
    from watcher_core.values import HealthFact


def print_facts(facts: Sequence[HealthFact]) -> None:
    """Print a line for each fact, with what to do, and how many are not well."""
    rows: list[tuple[output.Cell, ...]] = []
    topic = ""
    for fact in facts:
        subject = f"{fact.subject}: " if fact.subject and fact.subject != fact.topic else ""
        rows.append((output.level(fact.level), fact.topic if fact.topic != topic else "", f"{subject}{fact.message}"))
        topic = fact.topic
        if fact.advice:
            rows.append(("", "", f"→ {fact.advice}"))
    output.print_grid(rows)
    counts = {level: sum(fact.level == level for fact in facts) for level in ("problem", "warning")}
    counted = [words.plural(count, level) for level, count in counts.items() if count]
    print()
    output.print_text(f"{', '.join(counted) or 'all is well'}")

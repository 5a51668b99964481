"""The facts of an alert for people: what its first line does not say, by names in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from watcher_core import text

# What the first line says, what is shown elsewhere, and ids that only checks need.
HIDDEN: Final = frozenset(
    {
        "advice", "backfill", "backfill_state", "blocking", "check", "condition", "description", "ended_at", "error",
        "error_class", "execution_state", "expected_datepart", "expected_number", "failed_partition_count", "failing",
        "instance_id", "is_over", "last_dml_timestamp", "last_error_class", "measured_from", "message", "page",
        "partition", "process_id", "reason", "result", "run_id", "run_pipelines", "seen_at", "signature", "status",
        "stopped", "subject", "topic", "unfilled", "unfilled_removed", "used_child_config",
    }
)  # fmt: skip
NAMES: Final = {
    "due_at": "was due",
    "heartbeat_at": "last heartbeat",
    "last_target_insert": "last insert",
    "last_target_soft_delete": "last soft delete",
    "last_target_update": "last update",
    "progress_at": "last progress",
    "step_key": "step",
    "usual_seconds": "usually takes",
}
# Of a run that did not come, and of a check, it is how often they come.
USUALLY: Final = {"missed": "usually every", "asset_check": "usually every"}
# A count of one is what the first line says already.
COUNTS: Final = ("attempts", "failures_in_a_row")
LISTED: Final = (
    "assets",
    "checks",
    "failed_assets",
    "failed_partitions",
    "failed_steps",
    "missing_partitions",
    "pipelines",
)


def readable_facts(kind: str, facts: Mapping[str, Any]) -> dict[str, str | dt.datetime]:
    """Return the facts that tell a person more, by their names in words: instants as such, all else in words.

    Args:
        kind: The kind of the alert.
        facts: Its facts.
    """
    shown: dict[str, str | dt.datetime] = {}
    for key, value in facts.items():
        if key in HIDDEN or value is None or isinstance(value, bool) or (key in COUNTS and value == 1):
            continue
        title = NAMES.get(key, key.replace("_", " "))
        if key == "usual_seconds":
            title = USUALLY.get(kind, title)
        elif key == "duration_seconds":
            title = "had run for" if facts.get("execution_state") == "running" else "took"
        if key == "metrics" and isinstance(value, list):
            shown[title] = "\n".join(text.verdict(each) for each in value if isinstance(each, Mapping))
        elif key in LISTED and isinstance(value, list):
            if value:
                count = facts.get(f"{key.removesuffix('s')}_count")
                shown[title] = text.listed(value, count if isinstance(count, int) else None)
        elif not isinstance(value, dict | list):
            shown[title] = text.duration(value) if key.endswith("_seconds") else _instant(value) or text.number(value)
    return shown


def _instant(value: object) -> dt.datetime | None:
    if not isinstance(value, str) or len(value) < len("2026-01-31T06:00"):
        return None
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return None if found.tzinfo is None else text.as_moment(found)

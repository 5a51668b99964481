"""The rules of the checks in SQL: which pipelines are looked at, whose threshold holds, and when it ends."""

from __future__ import annotations

from watcher_core.enums import DatePart

# A threshold of 100,000 years never ends, and one that is longer is no time that PostgreSQL could compute.
_LONGEST = {
    DatePart.MINUTE: ("mins", 2_000_000_000),  # what its integer holds: 3,800 years
    DatePart.HOUR: ("hours", 876_000_000),
    DatePart.DAY: ("days", 36_500_000),
    DatePart.WEEK: ("weeks", 5_200_000),
    DatePart.MONTH: ("months", 1_200_000),
    DatePart.YEAR: ("years", 100_000),
}


def rule(check: str) -> str:
    """The columns of a pipeline's rule, with `pipeline` and its `type` in reach: its own, else its type's.

    `number`, `datepart` and `allowed`, the interval that they make, are NULL where neither has a rule.
    """
    own = f"pipeline.{check}_number IS NOT NULL"
    return f"""
           {own} AS used_child_config,
           coalesce(pipeline.{check}_number, type.{check}_number) AS number,
           CASE WHEN {own} THEN pipeline.{check}_datepart ELSE type.{check}_datepart END AS datepart,
           CASE WHEN {own} THEN {_interval(f"pipeline.{check}")}
                ELSE {_interval(f"type.{check}")} END AS allowed"""


def is_checked(check: str) -> str:
    """The pipelines that a check looks at: switched on, and muted neither by themselves nor by their type."""
    return f"pipeline.active AND NOT pipeline.mute_{check}_check AND NOT type.mute_{check}_check"


def due(since: str, allowed: str = "allowed") -> str:
    """The moment at which a threshold ends that began at `since`.

    In UTC, whatever time zone the session is in: elsewhere a day has 23 hours when the clocks change, and a month
    begins on another day.
    """
    return f"({since} AT TIME ZONE 'UTC' + {allowed}) AT TIME ZONE 'UTC'"


def _interval(rule: str) -> str:
    cases = " ".join(
        f"WHEN '{part}' THEN make_interval({unit} => CAST(least({rule}_number, {longest}) AS integer))"
        for part, (unit, longest) in _LONGEST.items()
    )
    return f"CASE {rule}_datepart {cases} END"

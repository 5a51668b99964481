"""Numbers, durations, times, owners and verdicts in words, for messages, the command line and Dagster alike."""

from __future__ import annotations

import datetime as dt
import functools
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from watcher_core.enums import AlertEvent, AnomalyMetric

# All others count rows.
UNITS: dict[str, str] = {AnomalyMetric.DURATION_SECONDS: " s", AnomalyMetric.THROUGHPUT: " rows/s"}
# The rows that a dbt test found, as dagster-dbt reports them.
DBT_FAILED_ROWS = "dagster_dbt/failed_row_count"
# The check of an asset's columns, which is Watcher's own, and after which time other columns are taken for right.
COLUMNS_CHECK = "watcher_columns"
COLUMNS_ACCEPTED_AFTER = dt.timedelta(days=7)
# Characters of the id of a backfill, as Dagster shows it.
BACKFILL_CHARACTERS = 8
# Partitions, or checks, that are named, and numbers of a check that says nothing.
SHOWN_NAMES = 10
SHOWN_NUMBERS = 3
# The profile of a metric that is compared with all runs; a verdict does not mention it.
EVERY_RUN = "all runs"

# The scope of a run of Dagster: its selection, and the partition, or the first and the last.
RUN_SCOPE = re.compile(r"(?P<selection>all|[0-9a-f]{16})(/(?P<partitions>.*))?", re.DOTALL)

# The message that a destination of an alert is to get next.
PENDING: dict[AlertEvent, str] = {
    AlertEvent.OPENED: "the first message",
    AlertEvent.REMINDED: "a reminder",
    AlertEvent.REOPENED: "the message that it is back",
    AlertEvent.UPDATED: "an update",
    AlertEvent.ACKNOWLEDGED: "the acknowledgement",
    AlertEvent.SNOOZED: "the snooze",
    AlertEvent.RESOLVED: "the recovery",
    AlertEvent.MISSED: "the message that it came and went",
}

# A duration is written in two units, the largest that fits and the next smaller one.
_DAYS, _HOURS, _MINUTES = (86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")


# What colours a terminal, moves its cursor, or names a link: what is written to a file where FORCE_COLOR is set.
_TERMINAL_CODE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")


def without_colors(written: str) -> str:
    """Return what was written for a terminal as plain text."""
    return _TERMINAL_CODE.sub("", written) if "\x1b" in written else written


def number(value: object) -> str:
    """A number with separators and few decimals; anything else as text."""
    if value is None:
        return "–"
    if not _is_finite(value):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if abs(value) >= 1_000 or value == int(value) else f"{value:,.4g}"


def _is_finite(value: object) -> TypeGuard[int | float]:
    """Whether this is a number, and neither NaN nor infinite; whole ones may be too large for a float."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def rounded(value: float) -> float:
    """A number with the decimals that `number` shows, for places that write numbers themselves."""
    return float(f"{value:.0f}" if abs(value) >= 1_000 else f"{value:.4g}")


def shortened(name: str, most: int) -> str:
    """A name with at most so many characters: of a longer one the beginning and the end, which tell it from others."""
    kept = most - 1
    return name if len(name) <= most else f"{name[: kept // 2]}…{name[len(name) - (kept - kept // 2) :]}"


def error(name: object, message: object) -> str:
    """Return the class of an error and its message, of which many begin with it."""
    of, said = str(name or ""), str(message or "")
    is_said = not of or said == of or re.match(rf"[\w.]*\b{re.escape(of)}:", said) is not None
    return said if is_said else f"{of}: {said}" if said else of


def plural(count: int, noun: str, several: str | None = None) -> str:
    """A count with its noun, as in `1 run` or `2,000 runs`."""
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"


def duration(seconds: object, *, unknown: str = "–") -> str:
    """A duration in its two largest units, as in `350 ms`, `3.2 s`, `1 h 30 min` or `2 d 3 h`.

    Args:
        seconds: A number of seconds; below zero counts as zero.
        unknown: What to return for anything that is not a finite number.
    """
    if not _is_finite(seconds):
        return unknown
    if seconds < 0.9995:
        return f"{max(0.0, seconds) * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    size, unit, part, part_unit = _DAYS if whole >= 86_400 else _HOURS if whole >= 3_600 else _MINUTES
    rest = whole % size // part
    return f"{whole // size:,} {unit}" + (f" {rest} {part_unit}" if rest else "")


def clock(moment: dt.datetime | None, *, unknown: str = "–") -> str:
    """A moment in UTC, as in `2026-01-31 06:00:00 UTC`."""
    return unknown if moment is None else f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def as_moment(value: object) -> dt.datetime | None:
    """The moment that a fact says, in UTC where it names no zone; `None` where it says none."""
    try:
        moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
        return moment.replace(tzinfo=dt.UTC) if moment.utcoffset() is None else moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):  # the latter in the first hours of year 1 and the last ones of year 9999
        return None


def ago(moment: dt.datetime, *, now: dt.datetime) -> str:
    """How long ago that was, as in `5 min ago`; what lies ahead by another clock is now."""
    return f"{lasting(moment, now=now)} ago"


def lasting(since: dt.datetime, *, now: dt.datetime) -> str:
    """For how long something has been so, as in `5 min`."""
    return duration((now - since).total_seconds())


def threshold(
    number: int | None, datepart: str | None, calendar: str | None = None, timezone: str | None = None
) -> str:
    """A threshold, as in `2 hours` or `2 hours (Mon-Fri, Europe/Berlin)`; `none` where there is none."""
    if number is None:
        return "none"
    when = ", ".join(filter(None, (calendar, timezone)))
    return plural(number, str(datepart)) + (f" ({when})" if when else "")


def amount(value: object, metric: str) -> str:
    """A value of a metric with its unit, as in `1,234`, `65.2 s` or `12.5 rows/s`."""
    return number(value) if value is None else f"{number(value)}{UNITS.get(metric, '')}"


def z(score: object) -> str:
    """A z-score, with a decimal below ten."""
    if isinstance(score, bool) or not isinstance(score, int | float):
        return "–"
    return f"{score:,.0f}" if abs(score) >= 10 else f"{score:.1f}"


def compared_with(profile: object, runs: int | None) -> str:
    """What a metric was compared with, as in `Mondays 09:00 (26 runs)`."""
    return "–" if profile is None or runs is None else f"{profile} ({plural(runs, 'run')})"


def verdict(facts: Mapping[str, Any]) -> str:
    """The verdict of a rule, as in `total_rows is 458; usual for Fridays is 930 (840 to 1,020), z = -9.1, from 6 runs`.

    Args:
        facts: Facts about a metric, named as in `AnomalyResult` and its explanation; missing ones are left out.
    """
    metric = str(facts.get("metric_field") or "a metric")
    said = f"{metric} is {amount(facts.get('value'), metric)}"
    if facts.get("repeated"):
        said += f", {facts.get('reason')}"
    if facts.get("expected") is not None:
        profile = facts.get("profile")
        compared = f" for {profile}" if profile not in (None, "", EVERY_RUN) else ""
        said += f"; usual{compared} is {amount(facts['expected'], metric)}"
        edges = [facts.get("lower"), facts.get("upper")]
        if any(edge is not None for edge in edges):
            said += f" ({' to '.join('any' if edge is None else number(edge) for edge in edges)})"
    if isinstance(facts.get("z_score"), int | float):
        said += f", z = {z(facts['z_score'])}"
    return f"{said}, from {plural(facts['runs'], 'run')}" if isinstance(facts.get("runs"), int) else said


def of_rules(found: int, what: str, *, with_rule: int, without_rule: int, muted: int = 0) -> str:
    """How many were found, and of how many that have a rule, as in `0 stale of 12 that have a rule; 30 have none`.

    Args:
        found: How many.
        what: What they are: `stale` or `late`.
        with_rule: The pipelines that the check looks at.
        without_rule: Those that have no rule.
        muted: Those that have one and are muted.
    """
    parts = [f"{found:,} {what} of {plural(with_rule, 'pipeline')} that {'has' if with_rule == 1 else 'have'} a rule"]
    parts += [f"{without_rule:,} {'has' if without_rule == 1 else 'have'} none"] if without_rule else []
    parts += [f"{muted:,} {'is' if muted == 1 else 'are'} muted"] if muted else []
    return "; ".join(parts)


def scope(found: str | None) -> str:
    """What part of its pipeline an execution is about, as in `2026-01-31` or `a part of it, 2026-01-31`; empty: all.

    Args:
        found: The scope. That of a run of Dagster begins with `all`, or with what stands for its selection.
    """
    whole, part = RUN_SCOPE.fullmatch(found or ""), "a part of it"
    if whole is None:
        return found or ""
    partitions = whole["partitions"] or ""
    if partitions.count("/") == 1:  # a range of them
        partitions = partitions.replace("/", " to ")
    return ", ".join(filter(None, ("" if whole["selection"] == "all" else part, partitions)))


def check_name(facts: Mapping[str, Any]) -> str:
    """An asset check by its name, as in `check not_null`; that of an asset's columns is called `columns`."""
    name = facts.get("check", "of unknown name")
    return "columns" if name == COLUMNS_CHECK else f"check {name}"


def check_result(facts: Mapping[str, Any]) -> str:
    """What came of an asset check, as in `failed for 2026-11-26: 3 rows` or `raised an error: ValueError: no file`.

    Args:
        facts: Facts about it, named as in a finding of the check of asset checks; missing ones are left out.
    """
    status = facts.get("status")
    if status == "not_run":
        since = f"has not run since {_written_clock(facts.get('evaluated_at'))}"
        usual = f", usually every {duration(facts.get('usual_seconds'))}"
        return f"{since}{usual}, although the asset was materialized at {_written_clock(facts.get('unchecked_since'))}"
    if status == "no_result":
        return f"ran{for_partitions(facts)} and gave no result"
    checks = facts.get("checks")
    others = f" in {plural(len(checks), 'check')} ({listed(checks)})" if isinstance(checks, list) else ""
    what = f"raised an error{others}" if status == "errored" else "failed"
    if facts.get("check") == COLUMNS_CHECK:
        what = "changed"
    reason = check_reason(facts.get("description"), facts.get("result"))
    held_back = facts.get("held_back")
    held = f", blocks {plural(held_back, 'asset')} downstream" if isinstance(held_back, int) else ""
    return f"{what}{for_partitions(facts)}" + (f": {reason}" if reason else "") + held


def check_reason(description: object, reported: object) -> str:
    """What an asset check says of its result: the first line of its description, else the numbers that it reported."""
    result: Mapping[str, Any] = reported if isinstance(reported, Mapping) else {}
    rows = result.get(DBT_FAILED_ROWS)
    counted = [plural(rows, "row")] if isinstance(rows, int) and rows > 0 else []
    if stated := str(description or "").strip():
        return ", ".join([stated.splitlines()[0], *counted])
    numbers = {
        name: value for name, value in result.items() if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return ", ".join(counted or [f"{name} {number(value)}" for name, value in list(numbers.items())[:SHOWN_NUMBERS]])


def for_partitions(facts: Mapping[str, Any]) -> str:
    """The partitions that facts are about, as in ` for 2026-11-26` or ` for 3 of 7 partitions (a, b, c)`."""
    partitions, count = facts.get("failed_partitions"), facts.get("failed_partition_count")
    if not isinstance(partitions, list) or not partitions or not isinstance(count, int):
        return ""
    if count == 1:
        return f" for {partitions[0]}"
    known = facts.get("partition_count")
    of_all = f" of {known:,}" if isinstance(known, int) and known >= count else ""
    return f" for {count:,}{of_all} partitions ({listed(partitions, count)})"


def backfill(facts: Mapping[str, Any]) -> str:
    """What is wrong with a backfill, as in `3 of 40 partitions failed in backfill abcdefgh: 2026-01-03, …`."""
    which = f"backfill {str(facts.get('backfill'))[:BACKFILL_CHARACTERS]}"
    state, failed = facts.get("backfill_state"), facts.get("failed_partition_count") or 0
    done, missing = facts.get("succeeded_partition_count") or 0, facts.get("missing_partition_count") or 0
    of_all = f"of {plural(facts.get('partition_count') or 0, 'partition')}"
    partitions = facts.get("failed_partitions")
    named = f": {listed(partitions, failed)}" if isinstance(partitions, list) and partitions else ""
    counted = f"{done:,} {of_all} succeeded"
    if failed:
        counted += f", {failed:,} failed{named}"
    not_run = f", {missing:,} did not run" if missing else ""
    if state == "canceled":
        return f"{which} was canceled: {counted}{not_run}"
    if state == "failed" and (facts.get("backfill_error") or not failed):
        why = str(facts.get("backfill_error") or "").strip().splitlines()
        return f"{which} failed: " + (f"{why[0]}; " if why else "") + counted + not_run
    if facts.get("stopped"):
        return f"{which} makes no progress: {counted}"
    so_far = " so far" if state == "running" else ""
    return f"{failed:,} {of_all} failed{so_far} in {which}{named}"


def listed(names: list[Any], count: int | None = None) -> str:
    """Names, cut to the first ones; `count` is how many there are in all."""
    more = (count or len(names)) - len(names[:SHOWN_NAMES])
    return ", ".join(map(str, names[:SHOWN_NAMES])) + (f" and {more:,} more" if more > 0 else "")


def _written_clock(moment: object) -> str:
    return clock(as_moment(moment), unknown="an unknown time")


# What ended an alert; see `watcher_core.alerts.resolutions`. After these nobody looks any more: it may still be wrong.
_UNWATCHED = {
    "removed": "no longer watched: it is gone from the code",
    "partitions_removed": "no longer watched for partitions that are gone from the code",
    "inactive": "no longer watched: its pipeline is inactive",
    "muted": "no longer watched: it is muted",
    "not_automated": "no longer watched: no automation makes it now",
    "rule_removed": "no longer watched: its rule was removed",
}
_ENDINGS = {
    **_UNWATCHED,
    "execution": "fixed by the run of {at}",
    "changed": "new data at {at}",
    "ended": "ended at {at}",
    "ran": "ran at {at}",
    "usual": "usual again with the run of {at}",
    "accepted": "taken for usual from now on, since the run of {at} is like it",
    "corrected": "its numbers were corrected, and are usual",
    "heartbeat": "a heartbeat came again at {at}",
    "healthy": "found in order at {at}",
    "partitions_good": "what it named has succeeded since",
    "rule_changed": "its rule was changed, and allows it",
    "passed": "passed at {at}",
    "kept": f"its columns have stayed as they are for {COLUMNS_ACCEPTED_AFTER.days} days, and are taken for right",
    "backfill_succeeded": "its backfill succeeded at {at}",
    "backfill_goes_on": "its backfill goes on since {at}",
    "rule_judges": "its rule for {rule} says now when it is wrong",
}
_BY_HAND = {"by_hand": "closed by hand", "unflagged": "marked as usual by hand"}


def resolution(
    found: Mapping[str, Any] | None,
    *,
    by: str | None = None,
    clock: Callable[[dt.datetime], str] = clock,
) -> str:
    """What ended an alert, as in `fixed by the run of 2026-01-31 06:00:00 UTC`; empty where that is not known.

    Args:
        found: The alert's resolution.
        by: Who resolved it by hand.
        clock: Writes a time.
    """
    how = (found or {}).get("how")
    if how in _BY_HAND:
        person, note = by or (found or {}).get("by"), (found or {}).get("note")
        return _BY_HAND[how] + (f" by {person}" if person else "") + (f": {note}" if note else "")
    moment = as_moment((found or {}).get("at"))
    at = "an unknown time" if moment is None else clock(moment)
    return _ENDINGS.get(str(how), "").format(at=at, rule=(found or {}).get("rule"))


def is_unwatched(found: Mapping[str, Any] | None) -> bool:
    """Whether an alert has ended because nobody looks any more.

    Args:
        found: How it ended, as in `resolution`.
    """
    return (found or {}).get("how") in _UNWATCHED


def parse_owners(declared: object) -> tuple[str, ...]:
    """Return who owns a pipeline, each once: the texts in a list of names, or one name; anything else is nobody.

    Args:
        declared: The value of `owners` in a pipeline's metadata, in which people write anything.
    """
    names = [declared] if isinstance(declared, str) else declared if isinstance(declared, list | tuple) else []
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))


def parse_runbook(declared: object) -> str | None:
    """Return what to do about a pipeline, an address or a few words; `None` where nothing is said.

    Args:
        declared: The value of `runbook` in a pipeline's metadata, in which people write anything.
    """
    return declared.strip() or None if isinstance(declared, str) else None


# Few own many, and parsing JSON takes as long as everything else that is done for a finding.
@functools.lru_cache(maxsize=1024)
def owners(declared: str | None) -> tuple[str, ...]:
    """Return who owns a pipeline, as `parse_owners` does, from JSON text."""
    return () if declared is None else parse_owners(json.loads(declared))

"""What a check says of one asset, as Dagster's UI shows it: passed or not, in words, and with the numbers.

The same words come from the asset check in a run and from the jobs outside of it, so that the history of an asset in
the UI is one history.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from watcher_core import AlertKind, Execution, Finding, NotFoundError, Pipeline, PipelineType

if TYPE_CHECKING:
    from watcher_core import Watcher

# The names of the checks on an asset.
CHECK_NAMES: Final[Mapping[AlertKind, str]] = {
    AlertKind.FRESHNESS: "watcher_freshness",
    AlertKind.TIMELINESS: "watcher_timeliness",
    AlertKind.ANOMALY: "watcher_anomalies",
}

CHECK_KEY: Final = "watcher/check"
PASSED_KEY: Final = "watcher/passed"
# Tells a verdict from the one before it: what is found anew is news, what is found again is not.
FINDING_KEY: Final = "watcher/finding"
LAST_CHANGE_KEY: Final = "watcher/last_change"
EXPECTED_KEY: Final = "watcher/expected_within"
AGE_KEY: Final = "watcher/age_seconds"
DURATION_KEY: Final = "watcher/duration_seconds"
OVERDUE_KEY: Final = "watcher/overdue_seconds"
EXECUTION_KEY: Final = "watcher/execution"

FRESHNESS, TIMELINESS = AlertKind.FRESHNESS, AlertKind.TIMELINESS


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check says of an asset.

    Attributes:
        kind: Which check.
        passed: Whether all is well.
        description: A sentence.
        finding: What was found; empty where all is well.
        numbers: Metadata with the numbers, of the types that Dagster plots.
        is_judged: Whether the check could be made at all.
    """

    kind: AlertKind
    passed: bool
    description: str
    finding: str = ""
    numbers: Mapping[str, dg.MetadataValue[Any]] = field(default_factory=dict)
    is_judged: bool = True

    @property
    def metadata(self) -> dict[str, dg.MetadataValue[Any]]:
        """All of it but the sentence, for an asset check."""
        return {**self.numbers, FINDING_KEY: dg.MetadataValue.text(self.finding or "none")}


def judge(watcher: Watcher, kind: AlertKind, pipeline_name: str, *, now: dt.datetime | None = None) -> Verdict:
    """Judge a pipeline by its own rule, as the check of all pipelines would, and write nothing.

    Args:
        watcher: Where the pipeline is on record.
        kind: Which check: freshness or timeliness.
        pipeline_name: Its name.
        now: The moment to judge at; the present by default.
    """
    now = now or dt.datetime.now(dt.UTC)
    try:
        pipeline = watcher.pipeline(pipeline_name)
    except NotFoundError:
        return Verdict(kind=kind, passed=True, description="Watcher knows nothing of this asset yet.")
    newest = None
    if kind is TIMELINESS:
        newest = next(iter(watcher.executions(pipeline=pipeline.id, limit=1)), None)
    verdict = in_time(kind, pipeline, type_of(watcher, pipeline), newest, now)
    if not verdict.numbers.get(EXPECTED_KEY):
        return verdict
    if kind is FRESHNESS:
        found = watcher.check_freshness(now=now, dry_run=True)
    else:
        since = newest.start_date if newest else now
        found = watcher.check_timeliness(lookback_minutes=minutes_back(since, now), now=now, dry_run=True)
    own = [finding for finding in found if finding.pipeline_id == pipeline.id]
    return of_finding(own[-1]) if own else verdict


def minutes_back(since: dt.datetime, now: dt.datetime) -> int:
    """The whole minutes that reach back to a time."""
    return max(1, math.ceil((now - since).total_seconds() / 60))


def type_of(watcher: Watcher, pipeline: Pipeline) -> PipelineType:
    """The type of a pipeline."""
    return next(known for known in watcher.pipeline_types() if known.id == pipeline.pipeline_type_id)


# What was found


def of_finding(finding: Finding) -> Verdict:
    """The verdict on the pipeline of a finding."""
    if finding.kind is FRESHNESS:
        age = _seconds(finding.measured_from, finding.at)
        since = finding.last_dml_timestamp
        told = f"last change {told_time(since)}" if since else f"no change since {told_time(finding.measured_from)}"
        description = f"Stale: {told}, {told_duration(age)} ago; expected within {expected(finding)}."
        numbers = _freshness_numbers(since, age)
    else:
        age = finding.duration_seconds
        state = finding.execution_state or "running"
        described = "has been running for" if state == "running" else f"{state} after"
        description = (
            f"Late: execution {finding.execution_id} {described} {told_duration(age)};"
            f" expected within {expected(finding)}."
        )
        numbers = _timeliness_numbers(finding.execution_id, age)
    numbers[EXPECTED_KEY] = dg.MetadataValue.text(expected(finding))
    numbers[OVERDUE_KEY] = _float(finding.overdue_seconds or 0)
    measured = "" if finding.measured_from is None else finding.measured_from.astimezone(dt.UTC).isoformat()
    return Verdict(
        kind=finding.kind,
        passed=False,
        description=description,
        finding=f"{finding.deduplication_key} since {measured}",
        numbers=numbers,
    )


def expected(finding: Finding) -> str:
    """The rule that a finding breaks, in words."""
    return _told_threshold(finding.expected_number, finding.expected_datepart, finding.used_child_config)


# What is well


def in_time(
    kind: AlertKind, pipeline: Pipeline, its_type: PipelineType, newest: Execution | None, now: dt.datetime
) -> Verdict:
    """The verdict on a pipeline that a check has found nothing of.

    Args:
        kind: Which check.
        pipeline: The pipeline.
        its_type: Its type.
        newest: Its newest execution, for timeliness.
        now: The moment of the check.
    """
    check = kind.value
    rule = _rule(check, pipeline, its_type)
    if kind is FRESHNESS:
        changes = (pipeline.last_target_insert, pipeline.last_target_update, pipeline.last_target_soft_delete)
        last = max((change for change in changes if change), default=None)
        age = _seconds(last or pipeline.created_at, now)
        numbers = _freshness_numbers(last, age)
        told = f"Changed {told_duration(age)} ago" if last else f"No change yet, {told_duration(age)} after it was made"
    elif newest is None:
        numbers, told = {}, "No execution yet"
    else:
        age = newest.duration_seconds
        if age is None:
            age = _seconds(newest.start_date, now)
        numbers = _timeliness_numbers(newest.id, age)
        told = f"The newest execution {'runs since' if newest.end_date is None else 'took'} {told_duration(age)}"
    if unchecked := _unchecked(check, pipeline, its_type, rule):
        return Verdict(kind=kind, passed=True, description=f"{told}. {unchecked}", numbers=numbers)
    numbers[EXPECTED_KEY] = dg.MetadataValue.text(rule or "")
    numbers[OVERDUE_KEY] = _float(0)
    return Verdict(kind=kind, passed=True, description=f"{told}; expected within {rule}.", numbers=numbers)


def _unchecked(check: str, pipeline: Pipeline, its_type: PipelineType, rule: str | None) -> str:
    """Why a check passes over a pipeline; empty where it does not."""
    if rule is None:
        return f"There is no {check} rule: set one with watcher_metadata({check}=(2, 'hour'))."
    if not pipeline.active:
        return "Not checked: the pipeline is inactive."
    for each, whose in ((pipeline, "the pipeline"), (its_type, f"its type {its_type.name}")):
        if getattr(each, f"mute_{check}_check"):
            return f"Not checked: {whose} is muted."
    return ""


def _rule(check: str, pipeline: Pipeline, its_type: PipelineType) -> str | None:
    for each, is_own in ((pipeline, True), (its_type, False)):
        number = getattr(each, f"{check}_number")
        if number is not None:
            return _told_threshold(number, getattr(each, f"{check}_datepart"), is_own)
    return None


# Words and numbers


def told_time(moment: dt.datetime | None) -> str:
    """A moment, in UTC."""
    return "never" if moment is None else f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def told_duration(seconds: float | None) -> str:
    """A duration, as in `1 day, 2:03:04` or `3.2 s`."""
    if seconds is None:
        return "an unknown time"
    if seconds < 10:
        return f"{max(0.0, seconds):.1f} s"
    return str(dt.timedelta(seconds=round(seconds)))


def _told_threshold(number: int | None, datepart: str | None, is_own: bool | None) -> str:
    unit = f"{datepart}{'' if number == 1 else 's'}"
    return f"{number} {unit}" + ("" if is_own else " (rule of its type)")


def _freshness_numbers(last: dt.datetime | None, age: float | None) -> dict[str, dg.MetadataValue[Any]]:
    numbers: dict[str, dg.MetadataValue[Any]] = {}
    if last is not None:
        numbers[LAST_CHANGE_KEY] = dg.MetadataValue.timestamp(last)
    if age is not None:
        numbers[AGE_KEY] = _float(age)
    return numbers


def _timeliness_numbers(execution_id: int | None, seconds: float | None) -> dict[str, dg.MetadataValue[Any]]:
    numbers: dict[str, dg.MetadataValue[Any]] = {}
    if execution_id is not None:
        numbers[EXECUTION_KEY] = dg.MetadataValue.text(str(execution_id))  # a number would be plotted
    if seconds is not None:
        numbers[DURATION_KEY] = _float(seconds)
    return numbers


def _float(seconds: float) -> dg.FloatMetadataValue:
    return dg.MetadataValue.float(round(float(seconds), 3))


def _seconds(since: dt.datetime | None, until: dt.datetime) -> float | None:
    return None if since is None else (until - since).total_seconds()

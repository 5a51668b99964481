"""The verdict of a check on one asset, as Dagster's UI shows it: passed or not, a description, and numbers.

The asset check in a run and the jobs outside it make the same verdicts, so that an asset has one history in the UI.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from watcher_core import AlertKind, EffectiveThreshold, Finding, NotFoundError, PipelineCheck, text

if TYPE_CHECKING:
    from watcher_core import Watcher

CHECK_KEY: Final = "watcher/check"
PASSED_KEY: Final = "watcher/passed"
# Distinguishes a verdict from the previous one: a new finding is reported, the same finding again is not.
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
    """The verdict of a check on an asset.

    Attributes:
        kind: The check.
        passed: Whether nothing was found.
        description: A sentence.
        finding: Identifies what was found; empty where nothing was.
        numbers: Metadata with the numbers, of the types that Dagster plots.
        is_judged: Whether the check could be made at all.
        partition: The partition that it is about; `None`: the whole asset.
    """

    kind: AlertKind
    passed: bool
    description: str
    finding: str = ""
    numbers: Mapping[str, dg.MetadataValue[Any]] = field(default_factory=dict)
    is_judged: bool = True
    partition: str | None = None

    @property
    def metadata(self) -> dict[str, dg.MetadataValue[Any]]:
        """Return the numbers and the finding, for an asset check."""
        return {**self.numbers, FINDING_KEY: dg.MetadataValue.text(self.finding or "none")}


def judge(watcher: Watcher, kind: AlertKind, pipeline_name: str, *, now: dt.datetime | None = None) -> Verdict:
    """Check one pipeline, as the check of all pipelines would, and write nothing.

    Args:
        watcher: Where the pipeline is recorded.
        kind: Freshness or timeliness.
        pipeline_name: Its name.
        now: The time of the check; the present by default.
    """
    try:
        check = watcher.check_pipeline(pipeline_name, kind, now=now)
    except NotFoundError:
        return Verdict(kind=kind, passed=True, description="Watcher knows nothing of this asset yet.")
    return of_finding(check.findings[-1]) if check.findings else in_time(check)


# Findings


def of_finding(finding: Finding) -> Verdict:
    """Return the verdict on the pipeline of a finding."""
    if finding.kind is FRESHNESS:
        age = _seconds(finding.measured_from, finding.at)
        since = finding.last_dml_timestamp
        changed = (
            f"last change {text.clock(since)}" if since else f"no change since {text.clock(finding.measured_from)}"
        )
        description = f"Stale: {changed}, {text.duration(age)} ago; expected within {expected(finding)}."
        numbers = _freshness_numbers(since, age)
    else:
        age = finding.duration_seconds
        state = finding.execution_state or "running"
        described = "has been running for" if state == "running" else f"{state} after"
        description = (
            f"Late: execution {finding.execution_id} {described} {text.duration(age)};"
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
    """Return the threshold of a finding in words, as in `2 hours (rule of its type)`."""
    when = {key: finding.details.get(key) for key in ("calendar", "timezone")}
    threshold = text.threshold(finding.expected_number, finding.expected_datepart, **when)
    return threshold if finding.used_child_config else f"{threshold} (rule of its type)"


# No finding


def in_time(check: PipelineCheck) -> Verdict:
    """Return the verdict on a pipeline that a check found nothing of."""
    newest, threshold = check.newest_execution, check.threshold
    if check.kind is FRESHNESS:
        pipeline = check.pipeline
        changes = (pipeline.last_target_insert, pipeline.last_target_update, pipeline.last_target_soft_delete)
        last = max((change for change in changes if change), default=None)
        age = _seconds(last or pipeline.created_at, check.at)
        numbers = _freshness_numbers(last, age)
        state = (
            f"Changed {text.duration(age)} ago" if last else f"No change yet, {text.duration(age)} after it was made"
        )
    elif newest is None:
        numbers, state = {}, "No execution yet"
    else:
        age = newest.duration_seconds
        if age is None:
            age = _seconds(newest.start_date, check.at)
        numbers = _timeliness_numbers(newest.id, age)
        verb = "has been running for" if newest.end_date is None else "took"
        state = f"The newest execution {verb} {text.duration(age)}"
    if not threshold.is_checked:
        return Verdict(kind=check.kind, passed=True, description=f"{state}. {_unchecked(threshold)}", numbers=numbers)
    allowed = text.threshold(threshold.number, threshold.datepart, threshold.calendar, threshold.timezone)
    rule = allowed if threshold.set_by == "pipeline" else f"{allowed} (rule of its type)"
    numbers[EXPECTED_KEY] = dg.MetadataValue.text(rule)
    numbers[OVERDUE_KEY] = _float(0)
    return Verdict(kind=check.kind, passed=True, description=f"{state}; expected within {rule}.", numbers=numbers)


def _unchecked(threshold: EffectiveThreshold) -> str:
    """Return why a check does not look at a pipeline."""
    if threshold.number is None:
        check = threshold.kind.value
        return f"There is no {check} rule: set one with watcher_metadata({check}=(2, 'hour'))."
    if threshold.removed_at is not None:
        return f"Not checked: its code location has it no more since {text.clock(threshold.removed_at)}."
    if not threshold.active:
        return "Not checked: the pipeline is inactive."
    whose = "the pipeline" if threshold.muted_by == "pipeline" else f"its type {threshold.pipeline_type_name}"
    return f"Not checked: {whose} is muted."


# Numbers


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
    return dg.MetadataValue.float(text.rounded(seconds))


def _seconds(since: dt.datetime | None, until: dt.datetime) -> float | None:
    return None if since is None else (until - since).total_seconds()

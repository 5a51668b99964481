"""What pipelines did, by day and by group, beside the time before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFigures:
    """Executions that ended in some days, together.

    Attributes:
        runs: How many ended, however.
        succeeded, failed, canceled, skipped, blocked: How many of those ended so.
        inserts, updates, soft_deletes: The rows that they counted.
        rows: The rows that they handled: the total of each, or else the sum of its counts.
        timed: Successes whose own duration is known; a duration that is shared with other work does not count.
        seconds: The durations of those together.
    """

    runs: int = 0
    succeeded: int = 0
    failed: int = 0
    canceled: int = 0
    skipped: int = 0
    blocked: int = 0
    inserts: int = 0
    updates: int = 0
    soft_deletes: int = 0
    rows: int = 0
    timed: int = 0
    seconds: float = 0.0

    @property
    def average_seconds(self) -> float | None:
        """The average duration of a success; `None` where none is known."""
        return self.seconds / self.timed if self.timed else None

    @property
    def failure_rate(self) -> float | None:
        """The share of failures among what succeeded or failed, from 0 to 1; `None` where nothing did."""
        tried = self.succeeded + self.failed
        return self.failed / tried if tried else None


@dataclass(frozen=True, kw_only=True)
class ReportDay:
    """One day, in UTC; a day on which nothing ended has zeros."""

    day: dt.date
    figures: ReportFigures


@dataclass(frozen=True, kw_only=True)
class ReportGroup:
    """One pipeline, one type, or one owner.

    Attributes:
        name: Its name; `None`: the pipelines without an owner.
        pipelines: How many pipelines there are in it.
        figures: The days of the report.
        before: As many days before those.
        runs_by_day, failures_by_day: Executions that ended, and failures, for each day of the report.
    """

    name: str | None
    pipelines: int
    figures: ReportFigures
    before: ReportFigures
    runs_by_day: tuple[int, ...]
    failures_by_day: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What ended in the last days, by day and by group, beside as many days before.

    A day is one of UTC, whatever the time zone of the reader or of a schedule, so that everybody reads the same
    numbers. An execution counts on the day on which it ended. The last day is not over yet. What cleanup has deleted
    still counts.

    Attributes:
        first, last: The first and the last day; the last one is today.
        by: What it is grouped by: `type`, `owner` or `pipeline`.
        figures: All of it. By owner, the groups may add up to more: a pipeline may have several.
        before: As many days before `first`.
        days: Each day, oldest first.
        groups: Those with the most failures first, then those with the most runs.
        left_out: Groups beyond the limit.
    """

    first: dt.date
    last: dt.date
    by: str
    figures: ReportFigures
    before: ReportFigures
    days: tuple[ReportDay, ...]
    groups: tuple[ReportGroup, ...]
    left_out: int

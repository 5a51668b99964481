"""What a check of one pipeline returns, and the threshold that holds for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from watcher_core.enums import AlertKind, DatePart
from watcher_core.values.executions import Execution
from watcher_core.values.findings import Finding
from watcher_core.values.pipelines import Pipeline

# Where a threshold or a mute comes from.
Setter = Literal["pipeline", "pipeline type"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveThreshold:
    """The threshold of a check that holds for a pipeline: its own, else its type's.

    Attributes:
        pipeline_id: The pipeline.
        pipeline_type_name: Its type.
        kind: The check.
        number, datepart: The threshold, as in 2 and `hour`; `None` where neither the pipeline nor its type has one.
            Failures in a row have no datepart, and are 1 without a threshold.
        calendar, timezone: When changes are expected, for freshness; `None` where that is always, and in UTC.
        set_by: Whose threshold it is; `None` where neither has one.
        active: Whether the pipeline is active; no check looks at one that is not.
        removed_at: When its code location had it no more; no check looks at it then.
        muted_by: What mutes the check; `None` where nothing does.
    """

    pipeline_id: int
    pipeline_type_name: str
    kind: AlertKind
    number: int | None
    datepart: DatePart | None
    set_by: Setter | None
    active: bool
    muted_by: Setter | None
    calendar: str | None = None
    timezone: str | None = None
    removed_at: dt.datetime | None = None

    @property
    def is_checked(self) -> bool:
        """Whether the check looks at the pipeline at all."""
        return self.number is not None and self.active and self.removed_at is None and self.muted_by is None


@dataclass(frozen=True, kw_only=True)
class PipelineCheck:
    """One check of one pipeline, read in one transaction.

    Attributes:
        kind: The check.
        at: The time at which age and duration were measured.
        pipeline: The pipeline.
        threshold: The threshold that holds for it.
        newest_execution: The execution that started last; `None` where there is none.
        findings: What the check found, the newest last; empty where the data is fresh, the execution in time, or the
            pipeline not checked.
    """

    kind: AlertKind
    at: dt.datetime
    pipeline: Pipeline
    threshold: EffectiveThreshold
    newest_execution: Execution | None
    findings: tuple[Finding, ...]

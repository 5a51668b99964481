"""What a check of one pipeline returns, and the threshold that holds for it."""

from __future__ import annotations

import datetime as dt
import shlex
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCoverage:
    """How many pipelines a check looks at, of those that are active and in the code.

    Attributes:
        kind: The check: `freshness` or `timeliness`.
        with_rule: Pipelines that have a threshold, or whose type has one, and that are not muted.
        without_rule: Pipelines that have none.
        muted: Pipelines that have one and are muted, themselves or by their type.
    """

    kind: AlertKind
    with_rule: int
    without_rule: int
    muted: int


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


@dataclass(frozen=True, kw_only=True)
class RuleSuggestion:
    """A rule that fits what a pipeline has done so far, which has none for freshness, or one that does not fit.

    Attributes:
        pipeline_name: The pipeline.
        usual_seconds: The time from a run to the next one that is most usual.
        freshness_number, freshness_datepart: A change is expected within this.
        freshness_calendar, freshness_timezone: Of the days on which it runs; `None`: on all.
        timeliness_number, timeliness_datepart: An execution is late after this; `None` where there is a rule, or too
            little history.
        instead_of: The rule for freshness that does not fit, as number and unit; `None` where there is none.
        reason: Why it does not fit.
    """

    pipeline_name: str
    usual_seconds: float
    freshness_number: int
    freshness_datepart: DatePart
    freshness_calendar: str | None = None
    freshness_timezone: str | None = None
    timeliness_number: int | None = None
    timeliness_datepart: DatePart | None = None
    instead_of: tuple[int, DatePart] | None = None
    reason: str | None = None

    @property
    def why(self) -> str | None:
        """Why there should be another rule for freshness; `None` where there is none yet."""
        if self.instead_of is None:
            return None
        return f"its rule of {_spoken(*self.instead_of)} does not fit: {self.reason}"

    @property
    def advice(self) -> str | None:
        """What to do where a rule does not fit."""
        return f"{self.why}; one that fits: {self.command}" if self.why else None

    @property
    def command(self) -> str:
        """The command that sets it."""
        options = {
            "freshness": _spoken(self.freshness_number, self.freshness_datepart),
            "freshness-calendar": self.freshness_calendar,
            "freshness-timezone": self.freshness_timezone,
            "timeliness": _spoken(self.timeliness_number, self.timeliness_datepart),
        }
        given = [f'--{name} "{value}"' for name, value in options.items() if value is not None]
        return " ".join(["watcher pipelines set", shlex.quote(self.pipeline_name), *given])

    @property
    def code(self) -> str:
        """The metadata of an asset that declares it."""
        arguments = {
            "freshness": (self.freshness_number, str(self.freshness_datepart)),
            "freshness_calendar": self.freshness_calendar,
            "freshness_timezone": self.freshness_timezone,
            "timeliness": None
            if self.timeliness_number is None
            else (self.timeliness_number, str(self.timeliness_datepart)),
        }
        given = [f"{name}={value!r}".replace("'", '"') for name, value in arguments.items() if value is not None]
        return f"watcher_metadata({', '.join(given)})"


def _spoken(number: int | None, datepart: DatePart | None) -> str | None:
    return None if number is None else f"{number} {datepart}{'' if number == 1 else 's'}"

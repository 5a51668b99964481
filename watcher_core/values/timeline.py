"""What ran in some time, beside how long it usually takes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from watcher_core.enums import ExecutionState


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineExecution:
    """An execution that ran, or runs, in the time.

    Attributes:
        id: The execution.
        pipeline_id, pipeline_name: Its pipeline.
        scope: What of the pipeline it did; a partition, for example.
        state: How it ended, or that it runs.
        start_date: When it started, which may be before the time.
        end_date: When it ended; `None` while it runs.
        usual_end: When it would have ended, had it taken as long as its pipeline usually takes; `None` where that is
            not known.
    """

    id: int
    pipeline_id: int
    pipeline_name: str
    scope: str | None
    state: ExecutionState
    start_date: dt.datetime
    end_date: dt.datetime | None
    usual_end: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class TimelineGroup:
    """Executions of one pipeline, one type or one owner, by their start.

    Attributes:
        name: Its name; `None`: the pipelines without an owner.
        executions: Those that ran in the time.
        failures: How many of them failed.
    """

    name: str | None
    executions: tuple[TimelineExecution, ...]
    failures: int


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """What ran in some time.

    Attributes:
        begin, end: The time.
        group_by: `type`, `owner`, `group` or `pipeline`. A pipeline with several owners is shown with the first.
        groups: By name.
        shown: How many executions there are in the groups.
        left_out: How many more ran in the time. Failures and what took longest are shown first.
        known_since: When the first execution of all started, whose history is kept; `None` where there is none.
        owners, types, all_groups: What there is to choose from, among all pipelines, in order.
    """

    begin: dt.datetime
    end: dt.datetime
    group_by: str
    groups: tuple[TimelineGroup, ...]
    shown: int
    left_out: int
    known_since: dt.datetime | None = None
    owners: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    all_groups: tuple[str, ...] = ()

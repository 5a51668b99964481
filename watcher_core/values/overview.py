"""What people look at first: incidents, what is fine, what nobody watches, and what a search finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from watcher_core.enums import AlertKind, AlertLevel, AlertState


class Problem(StrEnum):
    """What is wrong, in the order in which people look."""

    HEALTH = "health"  # Watcher or Dagster itself does not work
    FAILING = "failing"  # its newest executions failed
    BLOCKED = "blocked"  # it did not run: something upstream failed, or a blocking check did
    STUCK = "stuck"  # an execution goes on for ever
    CHECK = "check"  # an asset check does not pass
    MISSED = "missed"  # a run that was due did not come
    STALE = "stale"  # its data is older than its threshold allows
    LATE = "late"  # an execution took, or takes, longer than its threshold allows
    STRANGE = "strange"  # a metric of an execution is unusual


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Something that is wrong now: an alert that is behind no other, or a pipeline in a bad state without an alert.

    Attributes:
        problem: What is wrong.
        title: One line in words, without the time: as in `orders failed: duplicate key`.
        level: How loud it is.
        since: Since when.
        state: `open` is new; `acknowledged` and `snoozed` as people have said.
        alert_id: The alert to open; `None` where there is none, as of a failure that its rule does not count yet.
        kind: The alert's kind; `None` without an alert.
        pipeline_id, pipeline_name, pipeline_type_name, group, owners: The pipeline; none for problems of health.
        execution_id: The execution that it is about, where it is about one.
        acknowledged_by, acknowledged_at, snoozed_by, snoozed_until, note, noted_by: What people last did about it.
        behind: How many other pipelines have it as their cause: by an alert, or as part of the same run.
        behind_names: The first of those, by name.
        facts: The numbers of the finding.
    """

    problem: Problem
    title: str
    level: AlertLevel
    since: dt.datetime
    state: AlertState
    alert_id: int | None
    kind: AlertKind | None
    pipeline_id: int | None
    pipeline_name: str | None
    pipeline_type_name: str | None
    group: str | None
    owners: tuple[str, ...] = ()
    execution_id: int | None = None
    acknowledged_by: str | None = None
    acknowledged_at: dt.datetime | None = None
    snoozed_by: str | None = None
    snoozed_until: dt.datetime | None = None
    note: str | None = None
    noted_by: str | None = None
    behind: int = 0
    behind_names: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class UnwatchedPipelines:
    """Pipelines about which nobody would be notified, for one reason.

    Attributes:
        reason: Why, in words.
        count: How many there are.
        names: The first of them, by name.
    """

    reason: str
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What is wrong now, what is fine, and what nobody watches.

    Attributes:
        at: When it was read.
        incidents: Those that are open first, of those the loudest, and of those the newest; as many as were asked for.
        total: How many there are that match the filters.
        problems: How many there are of each problem, whatever `problem` asks for; none that there is nothing of.
        states: How many there are in each state, whatever `state` asks for.
        fine: Pipelines that match the filters, are checked, and have no problem, not even behind another.
        affected: Pipelines that match the filters and are in an incident, or behind one.
        running: Executions that run now, of pipelines that match the filters.
        muted: Pipelines whose newest execution failed or was blocked, about which nobody is notified.
        inactive, removed: Pipelines that are switched off, and that are gone from the code.
        unwatched: Pipelines that nobody watches, by reason; they match the filters.
        owners, types, groups: All that there are, to choose a filter from.
    """

    at: dt.datetime
    incidents: tuple[Incident, ...]
    total: int
    problems: Mapping[Problem, int]
    states: Mapping[AlertState, int]
    fine: int
    affected: int
    running: int
    inactive: int
    removed: int
    muted: int = 0
    unwatched: tuple[UnwatchedPipelines, ...]
    owners: tuple[str, ...]
    types: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SearchHit:
    """Something that a search has found.

    Attributes:
        kind: `pipeline`, `address` or `alert`.
        id: Its id.
        name: Its name; of an alert, that of its pipeline, or the part of Watcher or Dagster that it is about.
        detail: What else helps to recognize it: the type of a pipeline or an address, the kind and state of an alert.
    """

    kind: Literal["pipeline", "address", "alert"]
    id: int
    name: str
    detail: str

"""What a check finds: one fact that holds now, with its numbers."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from watcher_core.enums import AlertKind, AlertLevel, DatePart, ExecutionState

# An alert has columns for these, or reads them from the pipeline when it is delivered. All other fields are its facts.
_IDENTITY = frozenset(
    (
        "kind",
        "level",
        "pipeline_id",
        "pipeline_name",
        "pipeline_type_name",
        "owners",
        "execution_id",
        "new",
        "deduplication_key",
        "at",
        "details",
    )
)


class Cause(Protocol):
    """What opens an alert."""

    @property
    def kind(self) -> AlertKind: ...
    @property
    def level(self) -> AlertLevel: ...
    @property
    def deduplication_key(self) -> str: ...
    @property
    def pipeline_id(self) -> int | None: ...
    @property
    def execution_id(self) -> int | None: ...
    @property
    def at(self) -> dt.datetime: ...
    @property
    def new(self) -> bool: ...
    @property
    def facts(self) -> dict[str, Any]: ...


# A check may return a hundred thousand in one list: so they have slots, and compute nothing before it is asked for.
@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a check found: stale data, a late execution, failures, an unusual metric.

    Attributes:
        kind: The check that found it.
        level: The level of its alert.
        pipeline_id, pipeline_name, pipeline_type_name: The pipeline that it is about.
        execution_id: The execution that it is about; `None` where it is about the pipeline as a whole.
        new: Whether it was not logged before.
        deduplication_key: Identifies the cause: findings with the same key share an alert.
        at: The time of the check.
        owners: Who owns the pipeline, as its metadata says.
        expected_number, expected_datepart: The threshold, as in 2 and `hour`.
        used_child_config: Whether the rule was the pipeline's own, not its type's.
        measured_from: Where the threshold begins: the last change of data, or the pipeline's creation; the start of a
            late execution.
        due_at: Where it ended.
        last_dml_timestamp: The last change of data; `None` where there was none yet.
        last_target_insert, last_target_update, last_target_soft_delete: The same, by what changed.
        duration_seconds: How long the execution took, or has been running for.
        execution_state: The state that the execution was in.
        failures_in_a_row: How often the pipeline has failed since it last succeeded.
        details: What only this kind of finding knows; JSON.
    """

    kind: AlertKind
    level: AlertLevel
    pipeline_id: int
    pipeline_name: str
    execution_id: int | None
    new: bool
    deduplication_key: str
    at: dt.datetime
    pipeline_type_name: str | None = None
    owners: tuple[str, ...] = ()
    expected_number: int | None = None
    expected_datepart: DatePart | None = None
    used_child_config: bool | None = None
    measured_from: dt.datetime | None = None
    due_at: dt.datetime | None = None
    last_dml_timestamp: dt.datetime | None = None
    last_target_insert: dt.datetime | None = None
    last_target_update: dt.datetime | None = None
    last_target_soft_delete: dt.datetime | None = None
    duration_seconds: float | None = None
    execution_state: ExecutionState | None = None
    failures_in_a_row: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        """Return the numbers of the finding as an alert keeps them: plain JSON, without what is `None`."""
        stated = {
            name: value if type(value) in _PLAIN else _plain(value)
            for name, value in zip(_FACTS, _facts_of(self), strict=True)
            if value is not None
        }
        stated.update(self.details)
        return stated

    @property
    def overdue_seconds(self) -> float | None:
        """Return how many seconds it is past its threshold."""
        if self.due_at is None:
            return None
        until = self.at
        if self.measured_from is not None and self.duration_seconds is not None:
            until = self.measured_from + dt.timedelta(seconds=self.duration_seconds)
        return (until - self.due_at).total_seconds()

    def as_json(self) -> dict[str, Any]:
        """Return the finding as plain JSON."""
        named = {name: _plain(getattr(self, name)) for name in Finding.__slots__ if name != "details"}
        return {**named, "overdue_seconds": self.overdue_seconds, "details": dict(self.details)}


_FACTS = tuple(name for name in Finding.__slots__ if name not in _IDENTITY)
_facts_of = operator.attrgetter(*_FACTS)

# What is plain as it is, as most values are.
_PLAIN = frozenset((int, float, str, bool))


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return str(value)
    return list(value) if isinstance(value, tuple) else value

"""A list of pipelines, narrowed down and sorted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from watcher_core.enums import AlertKind, ExecutionState
from watcher_core.values.activity import PipelineActivity
from watcher_core.values.pipeline_page import FreshnessStanding
from watcher_core.values.pipelines import Pipeline


@dataclass(frozen=True, kw_only=True)
class PipelineSummary:
    """A pipeline in a list.

    Attributes:
        pipeline: The pipeline.
        group, owners: As its metadata says; without a group there, its type.
        activity: Its newest execution, and how long it usually takes.
        rows: The rows that its newest execution handled; `None` where it has counted none.
        freshness: Whether its data is recent enough, and when it is due.
        alerts: The kinds of its alerts that are not resolved, each once.
    """

    pipeline: Pipeline
    group: str
    owners: tuple[str, ...]
    activity: PipelineActivity
    rows: int | None
    freshness: FreshnessStanding
    alerts: tuple[AlertKind, ...]


@dataclass(frozen=True, kw_only=True)
class PipelineList:
    """Pipelines, narrowed down and sorted.

    Attributes:
        at: When it was read.
        pipelines: Those that were asked for.
        total: How many there are that match the filters.
        states: How many of those that match the other filters have a newest execution in each state; `None`: none ran.
        owners, types, groups: All that there are, to choose a filter from.
    """

    at: dt.datetime
    pipelines: tuple[PipelineSummary, ...]
    total: int
    states: Mapping[ExecutionState | None, int]
    owners: tuple[str, ...]
    types: tuple[str, ...]
    groups: tuple[str, ...]

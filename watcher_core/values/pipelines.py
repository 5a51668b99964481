"""Pipelines and their types: as stored, and as code declares them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, TypedDict, final

from watcher_core.enums import AlertLevel, DatePart


@final
class Unset:
    """The type of `UNSET`: an argument that was not passed, where `None` means "remove it"."""

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset()


class ThresholdArguments(TypedDict, total=False):
    """The thresholds of a pipeline, or of all pipelines of a type, as keyword arguments.

    What is not passed, or is `UNSET`, stays as it is. `None` removes a threshold.

    Attributes:
        freshness_number: Data is stale when it is older than this many dateparts. Comes with `freshness_datepart`.
        freshness_datepart: `minute`, `hour`, `day`, `week`, `month` or `year`; calendar units, in UTC. A month that
            begins on the last day of a month ends on the last day of one.
        freshness_calendar: When changes are expected, where that is not always:

            - `Mon-Fri`, `Mon,Wed,Fri`, …: data ages on these days only;
            - `0 6 * * 1-5`, times as cron has them: a change is expected after each, within the threshold;
            - `by 0 8 * * 1-5`: by each of these times there must be a change that is no older than the threshold.
        freshness_timezone: The calendar's time zone, as in `Europe/Berlin`; UTC without it.
        mute_freshness_check: Whether the freshness check skips the pipeline.
        timeliness_number: An execution is late when it takes longer than this many dateparts. Comes with
            `timeliness_datepart`.
        timeliness_datepart: As `freshness_datepart`.
        mute_timeliness_check: Whether the timeliness check skips the pipeline.
        failure_number: The number of failures in a row that opens an alert, from 1 to 100; without it, the first does.
        mute_failure_check: Whether the failure check skips the pipeline.
        mute_asset_check: Whether Dagster's asset checks on the pipeline open no alerts.
        column_changes: Whether a change of the columns of an asset opens an alert: one added, removed, or of another
            type.
        alert_level: The level of its alerts: `info`, `warning`, `error` or `critical`. Unusual numbers and asset checks
            of severity WARN are never louder than a warning.
    """

    freshness_number: int | Unset | None
    freshness_datepart: DatePart | str | Unset | None
    freshness_calendar: str | Unset | None
    freshness_timezone: str | Unset | None
    mute_freshness_check: bool | Unset | None
    timeliness_number: int | Unset | None
    timeliness_datepart: DatePart | str | Unset | None
    mute_timeliness_check: bool | Unset | None
    failure_number: int | Unset | None
    mute_failure_check: bool | Unset | None
    mute_asset_check: bool | Unset | None
    column_changes: bool | Unset | None
    alert_level: AlertLevel | str | Unset | None


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The thresholds of freshness, timeliness and failures that pipelines and pipeline types share."""

    freshness_number: int | None
    freshness_datepart: DatePart | None
    freshness_calendar: str | None
    freshness_timezone: str | None
    mute_freshness_check: bool
    timeliness_number: int | None
    timeliness_datepart: DatePart | None
    mute_timeliness_check: bool
    failure_number: int | None
    mute_failure_check: bool
    mute_asset_check: bool
    column_changes: bool = False
    alert_level: AlertLevel | None = None


@dataclass(frozen=True, kw_only=True)
class PipelineType(Thresholds):
    """A class of pipelines, with the thresholds of those that have none of their own."""

    id: int
    name: str
    configuration_hash: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    created: bool = False


@dataclass(frozen=True, kw_only=True)
class Pipeline(Thresholds):
    """A unit of recurring work, by name.

    Attributes:
        declared_by: The code location whose definitions last had it; `None` for what is no asset and no job of any.
        removed_at: When that code location had it no more; no check looks at it then.
        created: Whether this call created it.
    """

    id: int
    name: str
    pipeline_type_id: int
    pipeline_type_name: str
    address_id: int | None
    active: bool
    load_lineage: bool
    watermark: str | None
    next_watermark: str | None
    pipeline_metadata: dict[str, Any]
    last_target_insert: dt.datetime | None
    last_target_update: dt.datetime | None
    last_target_soft_delete: dt.datetime | None
    declared_by: str | None
    removed_at: dt.datetime | None
    configuration_hash: str | None
    lineage_hash: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    created: bool = False


@dataclass(frozen=True, kw_only=True)
class PipelineConfiguration:
    """What code declares of one pipeline. A field that is `UNSET` stays as it is; `None` removes it."""

    name: str
    pipeline_type_name: str | Unset = UNSET
    pipeline_metadata: dict[str, Any] | Unset = UNSET
    freshness_number: int | Unset | None = UNSET
    freshness_datepart: DatePart | str | Unset | None = UNSET
    freshness_calendar: str | Unset | None = UNSET
    freshness_timezone: str | Unset | None = UNSET
    mute_freshness_check: bool | Unset = UNSET
    timeliness_number: int | Unset | None = UNSET
    timeliness_datepart: DatePart | str | Unset | None = UNSET
    mute_timeliness_check: bool | Unset = UNSET
    failure_number: int | Unset | None = UNSET
    mute_failure_check: bool | Unset = UNSET
    mute_asset_check: bool | Unset = UNSET
    column_changes: bool | Unset = UNSET
    alert_level: AlertLevel | str | Unset | None = UNSET


@dataclass(frozen=True, kw_only=True)
class AutomatedAsset:
    """An asset that Dagster's automation makes, as a code location declares it.

    Attributes:
        pipeline_name: The asset.
        condition: `eager` or `on_missing`.
        upstream: The assets that it is made from.
        was_missing: Whether Dagster has no materialization of it.
        is_held: Whether a run of it, or of its upstream, is under way.
    """

    pipeline_name: str
    condition: str
    upstream: tuple[str, ...] = ()
    was_missing: bool = False
    is_held: bool = False

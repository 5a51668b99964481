"""Pipelines and their types: what is known of them, and what code asks of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, final

from watcher_core.enums import DatePart


@final
class Unset:
    """The type of `UNSET`: an argument that was not passed, where `None` means "take it away"."""

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset()


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The rules of freshness, timeliness and failures that pipelines and pipeline types share."""

    freshness_number: int | None
    freshness_datepart: DatePart | None
    mute_freshness_check: bool
    timeliness_number: int | None
    timeliness_datepart: DatePart | None
    mute_timeliness_check: bool
    failure_number: int | None
    mute_failure_check: bool


@dataclass(frozen=True, kw_only=True)
class PipelineType(Thresholds):
    """A class of pipelines, with default rules."""

    id: int
    name: str
    configuration_hash: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    created: bool = False


@dataclass(frozen=True, kw_only=True)
class Pipeline(Thresholds):
    """What runs again and again, by name. `created`: whether this call made it."""

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
    configuration_hash: str | None
    lineage_hash: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    created: bool = False


@dataclass(frozen=True, kw_only=True)
class PipelineConfiguration:
    """What code declares of one pipeline. A field left `UNSET` is left as it is; `None` takes it away."""

    name: str
    pipeline_type_name: str | Unset = UNSET
    pipeline_metadata: dict[str, Any] | Unset = UNSET
    freshness_number: int | Unset | None = UNSET
    freshness_datepart: DatePart | str | Unset | None = UNSET
    mute_freshness_check: bool | Unset = UNSET
    timeliness_number: int | Unset | None = UNSET
    timeliness_datepart: DatePart | str | Unset | None = UNSET
    mute_timeliness_check: bool | Unset = UNSET
    failure_number: int | Unset | None = UNSET
    mute_failure_check: bool | Unset = UNSET

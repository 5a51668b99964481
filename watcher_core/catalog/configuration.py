"""What code declares of a pipeline or a type: checked, and as a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from watcher_core import arguments, calendars, enums, values
from watcher_core.errors import InvalidValueError
from watcher_core.values import Unset


def _clean_datepart(value: object, argument: str) -> enums.DatePart | None:
    return None if value is None else arguments.choice(value, enums.DatePart, argument)


def _clean_level(value: object, argument: str) -> enums.AlertLevel | None:
    return None if value is None else arguments.choice(value, enums.AlertLevel, argument)


def _clean_flag(value: object, argument: str) -> bool:
    return value is not None and arguments.flag(value, argument)


def _clean_failure_number(value: object, argument: str) -> int | None:
    number = arguments.positive(value, argument)
    if number is not None and number > arguments.MAX_FAILURE_NUMBER:
        raise InvalidValueError(f"{argument} is {number:,}; it must be at most {arguments.MAX_FAILURE_NUMBER}")
    return number


PIPELINE_FIELDS: Mapping[str, Callable[[Any, str], Any]] = {
    "name": arguments.name,
    "freshness_number": arguments.positive,
    "freshness_datepart": _clean_datepart,
    "freshness_calendar": calendars.clean_calendar,
    "freshness_timezone": calendars.clean_timezone,
    "mute_freshness_check": _clean_flag,
    "timeliness_number": arguments.positive,
    "timeliness_datepart": _clean_datepart,
    "mute_timeliness_check": _clean_flag,
    "failure_number": _clean_failure_number,
    "mute_failure_check": _clean_flag,
    "mute_asset_check": _clean_flag,
    "column_changes": _clean_flag,
    "alert_level": _clean_level,
    "pipeline_type_name": arguments.name,
    "pipeline_metadata": arguments.json_object,
    "active": arguments.flag,
    "load_lineage": arguments.flag,
    "next_watermark": arguments.watermark,
}


def clean_pipeline_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that were passed, checked, without those that are `UNSET`.

    Raises:
        InvalidValueError: A value breaks a rule.
    """
    cleaned = {
        field: PIPELINE_FIELDS[field](value, field) for field, value in fields.items() if not isinstance(value, Unset)
    }
    for check in ("freshness", "timeliness"):
        number, datepart = f"{check}_number", f"{check}_datepart"
        if number in cleaned and datepart in cleaned and (cleaned[number] is None) != (cleaned[datepart] is None):
            raise InvalidValueError(
                f"{number} is {cleaned[number]!r} and {datepart} is {cleaned[datepart]!r}; they come together"
            )
    return cleaned


def clean_configuration(configuration: values.PipelineConfiguration) -> dict[str, Any]:
    """Return what code declares of a pipeline besides its name, checked.

    Raises:
        InvalidValueError: A value breaks a rule.
    """
    return clean_pipeline_fields({field: value for field, value in vars(configuration).items() if field != "name"})


def configuration_hash(fields: Mapping[str, Any]) -> str:
    """Return a hash of the configuration that is the same in every process: SHA-256 of canonical JSON."""
    canonical = arguments.json_text(dict(fields), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()

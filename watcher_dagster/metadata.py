"""The metadata keys that Watcher reads and writes, and `watcher_metadata`, which sets those of an asset's definition.

All keys stand here, because three places must agree on them: what an asset declares, what a materialization reports,
and what the recorder looks for. A threshold is kept as text ("2 hours"), so that the Dagster UI shows it as people say
it, and so that it can be written by hand where there is no Python to call: in YAML, or in a dbt project.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import dagster as dg

from watcher_core import (
    UNSET,
    AlertLevel,
    AnomalyMetric,
    DatePart,
    InvalidValueError,
    Unset,
    clean_calendar,
    clean_timezone,
)

# What a materialization reports, by the execution's field.
COUNT_KEYS: Final[Mapping[str, str]] = {
    "inserts": "watcher/inserts",
    "updates": "watcher/updates",
    "soft_deletes": "watcher/soft_deletes",
    "total_rows": "watcher/total_rows",
}
# Says that the counts of an event add up with those of the events before it, as of one event for each chunk. Without
# it the last one is right.
COUNTS_KEY: Final = "watcher/counts"
COUNTS_THAT_ADD_UP: Final = "add"
# Where the watermark goes, so that the recorder can move it when our database was away during the step.
NEXT_WATERMARK_KEY: Final = "watcher/next_watermark"
# On what we report to Dagster ourselves, so that it is not recorded a second time: the execution that it is about.
EXECUTION_ID_KEY: Final = "watcher/execution_id"
# Where the board shows the pipeline.
BOARD_KEY: Final = "watcher/board"
# Dagster's own words for the total: of the partition, or of the whole table.
PARTITION_ROW_COUNT_KEY: Final = "dagster/partition_row_count"
ROW_COUNT_KEY: Final = "dagster/row_count"
# And for where the data lives, and which of its columns come from which.
URI_KEY: Final = "dagster/uri"
TABLE_NAME_KEY: Final = "dagster/table_name"
STORAGE_KIND_KEY: Final = "dagster/storage_kind"
COLUMN_LINEAGE_KEY: Final = "dagster/column_lineage"
CODE_REFERENCES_KEY: Final = "dagster/code_references"
COLUMN_SCHEMA_KEY: Final = "dagster/column_schema"

# What an asset's definition declares.
PREFIX: Final = "watcher/"
FRESHNESS_KEY: Final = "watcher/freshness"
FRESHNESS_CALENDAR_KEY: Final = "watcher/freshness_calendar"
FRESHNESS_TIMEZONE_KEY: Final = "watcher/freshness_timezone"
MUTE_FRESHNESS_KEY: Final = "watcher/mute_freshness"
TIMELINESS_KEY: Final = "watcher/timeliness"
MUTE_TIMELINESS_KEY: Final = "watcher/mute_timeliness"
FAILURES_KEY: Final = "watcher/failures"
MUTE_FAILURES_KEY: Final = "watcher/mute_failures"
MUTE_ASSET_CHECKS_KEY: Final = "watcher/mute_asset_checks"
COLUMN_CHANGES_KEY: Final = "watcher/column_changes"
LEVEL_KEY: Final = "watcher/level"
ANOMALIES_KEY: Final = "watcher/anomalies"
PIPELINE_TYPE_KEY: Final = "watcher/pipeline_type"
ADDRESS_KEY: Final = "watcher/address"
ADDRESS_TYPE_KEY: Final = "watcher/address_type"
ADDRESS_TYPE_GROUP_KEY: Final = "watcher/address_type_group"
RUNBOOK_KEY: Final = "watcher/runbook"
METADATA_KEY: Final = "watcher/metadata"

# What an external asset carries: the pipelines that write it, whose successes are its materializations.
PIPELINES_KEY: Final = "watcher/pipelines"
EXTERNAL_TAG: Final = "watcher/external"
DEPRECATED_TAG: Final = "watcher/deprecated"

# The metrics by all of their names, and the options of a rule.
ANOMALY_METRICS: Final = frozenset(AnomalyMetric) | {"total_inserts", "total_updates", "total_soft_deletes"}
ANOMALY_OPTIONS: Final = frozenset(
    {"method", "lookback_days", "minimum_executions", "std_deviation_threshold_multiplier", "active", "timezone"}
)

# As the schema has it.
MAX_FAILURES: Final = 100

_METADATA_METRIC = re.compile(r"metadata:\s*\S.*", re.DOTALL)
_THRESHOLD_TEXT = re.compile(r"\s*(\d+)\s+([A-Za-z]+)\s*")
_THRESHOLD_RULE = f"a whole number above zero and a unit ({', '.join(DatePart)})"


def board_entry(address: str | None) -> dict[str, dg.MetadataValue[Any]]:
    """Return the metadata that leads to a page of the board; none where there is no address."""
    return {} if address is None else {BOARD_KEY: dg.MetadataValue.url(address)}


def watcher_metadata(
    *,
    freshness: tuple[int, str] | Unset | None = UNSET,
    freshness_calendar: str | Unset | None = UNSET,
    freshness_timezone: str | Unset | None = UNSET,
    mute_freshness: bool | Unset = UNSET,
    timeliness: tuple[int, str] | Unset | None = UNSET,
    mute_timeliness: bool | Unset = UNSET,
    failures: int | Unset | None = UNSET,
    mute_failures: bool | Unset = UNSET,
    mute_asset_checks: bool | Unset = UNSET,
    column_changes: bool | Unset = UNSET,
    level: str | Unset | None = UNSET,
    anomalies: bool | Sequence[str] | Mapping[str, Mapping[str, Any]] | Unset = UNSET,
    pipeline_type: str | Unset = UNSET,
    address: str | Unset = UNSET,
    address_type: str | Unset = UNSET,
    address_type_group: str | Unset = UNSET,
    runbook: str | Unset = UNSET,
    metadata: Mapping[str, Any] | Unset = UNSET,
) -> dict[str, Any]:
    """Build metadata of an asset's definition that configures it in Watcher.

    What is not passed stays as it is in Watcher's database, where `watcher pipelines set` may have put it. An
    explicit `None` takes a threshold away, so that the pipeline type's holds.

    Args:
        freshness: The data is stale when its last change is older than this: a number and a unit (minute, hour, day,
            week, month, year). Without it, that of a `FreshnessPolicy` is taken: the fail window, or the deadlines.
        freshness_calendar: When changes are expected, where that is not always: days on which the data ages
            (`Mon-Fri`), times as cron has them, after each of which a change is expected within `freshness`
            (`0 6 * * 1-5`), or deadlines, by each of which there must be one no older than `freshness`
            (`by 0 8 * * 1-5`).
        freshness_timezone: The calendar's time zone, as in `Europe/Berlin`; UTC without it.
        mute_freshness: Whether the freshness check passes over this asset.
        timeliness: A materialization is late when it takes longer than this: a number and a unit.
        mute_timeliness: Whether the timeliness check passes over this asset.
        failures: So many failures in a row are worth an alert, from 1 to 100. Without it, and without one of the
            pipeline type, the first is.
        mute_failures: Whether the failure check passes over this asset.
        mute_asset_checks: Whether asset checks on this asset that do not pass open no alert.
        column_changes: Whether an alert is opened where a materialization reports other columns than the one before: a
            column added, removed, or of another type. They are read from `dagster/column_schema`.
        level: The level of its alerts: `info`, `warning`, `error` or `critical`. Unusual numbers and asset checks of
            severity WARN are never louder than a warning.
        anomalies: The metrics to judge against their history: a list (`duration_seconds`, `total_rows`, `inserts`,
            `updates`, `soft_deletes`, `throughput`), or a mapping of each to options of its rule, as in
            `{"total_rows": {"std_deviation_threshold_multiplier": 3}}`; see `Watcher.get_or_create_anomaly_rule`.
            `True` means all of them; `False` switches them all off. A metric that is not named keeps its rule.
        pipeline_type: The class of pipelines that it belongs to, in place of its asset group.
        address: Where its data lives, in place of `dagster/uri`, `dagster/table_name` and its key.
        address_type: The kind of that address (`postgresql`, `s3`), in place of `dagster/storage_kind` and its kind.
        address_type_group: The group of that kind (`database`, `bucket`), for a kind that Watcher does not know.
        runbook: What to do when it fails: the address of a page, or a few words; messages about it have it.
        metadata: Anything else worth keeping with the pipeline; a mapping that JSON can hold.

    Returns:
        A dictionary with keys under `watcher/`, for `metadata=` of `@asset`, `AssetSpec`, `AssetOut` and the like.

    Raises:
        InvalidValueError: A value breaks a rule; the message names both.

    Examples:
        .. code-block:: python

            import dagster as dg
            from watcher_dagster import watcher_metadata

            @dg.asset(
                group_name="sales",
                metadata={
                    **watcher_metadata(freshness=(2, "hour"), timeliness=(15, "minute")),
                    "dagster/table_name": "warehouse.stock_prices",
                },
            )
            def stock_prices(): ...
    """
    declared: dict[str, Any] = {
        FRESHNESS_KEY: _threshold_text("freshness", freshness),
        FRESHNESS_CALENDAR_KEY: _unless_unset(clean_calendar, "freshness_calendar", freshness_calendar),
        FRESHNESS_TIMEZONE_KEY: _unless_unset(clean_timezone, "freshness_timezone", freshness_timezone),
        MUTE_FRESHNESS_KEY: _flag("mute_freshness", mute_freshness),
        TIMELINESS_KEY: _threshold_text("timeliness", timeliness),
        MUTE_TIMELINESS_KEY: _flag("mute_timeliness", mute_timeliness),
        FAILURES_KEY: failures
        if failures is None or isinstance(failures, Unset)
        else parse_failures("failures", failures),
        MUTE_FAILURES_KEY: _flag("mute_failures", mute_failures),
        MUTE_ASSET_CHECKS_KEY: _flag("mute_asset_checks", mute_asset_checks),
        COLUMN_CHANGES_KEY: _flag("column_changes", column_changes),
        LEVEL_KEY: level if level is None or isinstance(level, Unset) else parse_level("level", level).value,
        ANOMALIES_KEY: anomalies if isinstance(anomalies, Unset) else _anomalies("anomalies", anomalies),
        PIPELINE_TYPE_KEY: _name("pipeline_type", pipeline_type),
        ADDRESS_KEY: _name("address", address),
        ADDRESS_TYPE_KEY: _name("address_type", address_type),
        ADDRESS_TYPE_GROUP_KEY: _name("address_type_group", address_type_group),
        RUNBOOK_KEY: _name("runbook", runbook),
        METADATA_KEY: _json("metadata", metadata),
    }
    return {key: value for key, value in declared.items() if not isinstance(value, Unset)}


def parse_threshold(field: str, value: object) -> tuple[int, DatePart]:
    """Read a threshold: `(2, "hour")`, or text such as "2 hours".

    Raises:
        InvalidValueError: It is neither; the message names `field`, the value and the rule.
    """
    number, unit = _split_threshold(value)
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise InvalidValueError(f"{field} is {value!r}; it must be {_THRESHOLD_RULE}, as in (2, 'hour')")
    try:
        return number, DatePart(str(unit).lower().removesuffix("s"))
    except ValueError:
        raise InvalidValueError(f"{field} is {value!r}; it must be {_THRESHOLD_RULE}, as in (2, 'hour')") from None


def parse_failures(field: str, value: object) -> int:
    """Read how many failures in a row are worth an alert.

    Raises:
        InvalidValueError: It is no such number; the message names `field`, the value and the rule.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_FAILURES:
        raise InvalidValueError(f"{field} is {value!r}; it must be a whole number from 1 to {MAX_FAILURES}")
    return value


def parse_level(field: str, value: object) -> AlertLevel:
    """Read the level of alerts.

    Raises:
        InvalidValueError: It is none; the message names `field`, the value and the rule.
    """
    try:
        return AlertLevel(str(value).lower())
    except ValueError:
        raise InvalidValueError(f"{field} is {value!r}; it may be {', '.join(AlertLevel)}") from None


def parse_anomalies(field: str, value: object) -> dict[str, dict[str, Any]]:
    """Read which metrics are judged: each with the options of its rule.

    Raises:
        InvalidValueError: It names no metrics; the message names `field`, the value and the rule. The options are
            looked at where the rule is made.
    """
    if isinstance(value, bool):
        return {metric.value: {} if value else {"active": False} for metric in AnomalyMetric}
    if isinstance(value, Mapping):
        named = dict(value)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        named = {metric: {} for metric in value if isinstance(metric, str)} if all(map(_is_text, value)) else {}
    else:
        named = {}
    if not named or not all(map(_is_text, named)) or not all(map(_is_options, named.values())):
        raise InvalidValueError(
            f"{field} is {value!r}; it must be True, False, a list of metrics ({', '.join(AnomalyMetric)}), or a"
            " mapping of metrics to options, as in {'total_rows': {'std_deviation_threshold_multiplier': 3}}"
        )
    unknown = sorted(name for name in named if name not in ANOMALY_METRICS and not _METADATA_METRIC.fullmatch(name))
    if unknown:
        raise InvalidValueError(
            f"{field} has {unknown[0]!r}; there are {', '.join(AnomalyMetric)}, and metadata: with a key"
        )
    return {metric: dict(options) for metric, options in named.items()}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_options(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) <= set(ANOMALY_OPTIONS)


def _anomalies(field: str, value: object) -> bool | dict[str, dict[str, Any]]:
    """As it is kept in metadata: what is said of all metrics stays one word."""
    parsed = parse_anomalies(field, value)
    return value if isinstance(value, bool) else parsed


def _split_threshold(value: object) -> tuple[object, object]:
    if isinstance(value, str):
        match = _THRESHOLD_TEXT.fullmatch(value)
        return (int(match[1]), match[2]) if match else (None, None)
    if isinstance(value, Sequence) and len(value) == 2:
        return value[0], value[1]
    return None, None


def _threshold_text(field: str, value: tuple[int, str] | Unset | None) -> str | Unset | None:
    if value is None or isinstance(value, Unset):
        return value
    number, unit = parse_threshold(field, value)
    return f"{number} {unit}{'' if number == 1 else 's'}"  # plain digits: it is read again


def _unless_unset(
    clean: Callable[[object, str], str | None], field: str, value: str | Unset | None
) -> str | Unset | None:
    return value if isinstance(value, Unset) else clean(value, field)


def _flag(field: str, value: bool | Unset) -> bool | Unset:
    if not isinstance(value, bool | Unset):
        raise InvalidValueError(f"{field} is {value!r}; it must be True or False")
    return value


def _name(field: str, value: str | Unset) -> str | Unset:
    if isinstance(value, Unset):
        return value
    if not isinstance(value, str) or not value.strip():
        raise InvalidValueError(f"{field} is {value!r}; it must be text that is not blank")
    return value.strip()


def _json(field: str, value: Mapping[str, Any] | Unset) -> dict[str, Any] | Unset:
    if isinstance(value, Unset):
        return value
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InvalidValueError(f"{field} is {value!r}; it must be a mapping with text as keys")
    try:
        json.dumps(dict(value), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidValueError(f"{field} is {value!r}; it must be what JSON can hold: {error}") from error
    return dict(value)

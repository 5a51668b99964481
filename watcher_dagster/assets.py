"""Reads the configuration of pipelines and anomaly rules from asset definitions.

Code is the source of configuration, and an asset's definition is the code: its group is the pipeline's type, its
freshness policy a threshold, its kinds and owners metadata. Only what a definition states is recorded; the rest stays
`UNSET`, so that the recorder does not overwrite what a person set with `watcher pipelines set`.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import dagster as dg

from watcher_core import (
    UNSET,
    DatePart,
    InvalidValueError,
    PipelineConfiguration,
    Unset,
    clean_calendar,
    clean_timezone,
)
from watcher_dagster import compat
from watcher_dagster import metadata as keys
from watcher_dagster.identity import asset_pipeline_name
from watcher_dagster.partitions import partitions_format, time_windows

if TYPE_CHECKING:
    from watcher_core import AnomalyRuleConfiguration

logger = logging.getLogger("watcher.dagster")

Parsed = TypeVar("Parsed")

# Enough to recognise an asset by; the whole text is in Dagster.
DESCRIPTION_LENGTH = 200

# What says that an asset is a view: a kind, and what dagster-dbt keeps of a model's configuration.
VIEW = "view"
DBT_MATERIALIZATION_KEY = "dagster-dbt/materialization_type"

_UNITS = (
    (dt.timedelta(weeks=1), DatePart.WEEK),
    (dt.timedelta(days=1), DatePart.DAY),
    (dt.timedelta(hours=1), DatePart.HOUR),
)
_MINUTE = dt.timedelta(minutes=1)


def pipeline_configurations(repository_def: dg.RepositoryDefinition) -> list[PipelineConfiguration]:
    """Return the pipelines of a code location as its asset definitions declare them, sorted by name.

    Assets that Dagster does not materialize are left out unless they carry metadata of ours, and so are those that
    `build_external_assets` made. A value that breaks a rule is logged and left out: it must not stop the recording of
    everything else.
    """
    zones = schedule_zones(repository_def)
    configurations = [asset_configuration(spec, schedule_zone=zones.get(spec.key)) for spec in _specs(repository_def)]
    return sorted(configurations, key=lambda configuration: configuration.name)


def anomaly_rule_configurations(repository_def: dg.RepositoryDefinition) -> list[AnomalyRuleConfiguration]:
    """Return the anomaly rules that the asset definitions of a code location declare, by the name of their pipeline."""
    rules = [rule for spec in _specs(repository_def) for rule in asset_anomaly_rules(spec)]
    return sorted(rules, key=lambda rule: (rule.pipeline_name, rule.metric_field))


def asset_anomaly_rules(spec: dg.AssetSpec) -> list[AnomalyRuleConfiguration]:
    """Return the anomaly rules of one asset. A value that breaks a rule is logged and left out."""
    name = asset_pipeline_name(spec.key)
    if keys.ANOMALIES_KEY not in spec.metadata:
        return []
    try:
        declared = keys.parse_anomalies(keys.ANOMALIES_KEY, _plain(spec.metadata[keys.ANOMALIES_KEY]))
    except InvalidValueError as error:
        logger.warning("asset %s: %s; it is passed over", name, error)
        return []
    from watcher_core import AnomalyRuleConfiguration  # brings what a step, which declares no rules, can do without

    return [
        AnomalyRuleConfiguration(pipeline_name=name, metric_field=metric, **options)
        for metric, options in declared.items()
    ]


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """The freshness that a definition declares; what is `UNSET` stays as it is."""

    threshold: tuple[int, DatePart] | Unset | None = UNSET
    calendar: str | Unset | None = UNSET
    timezone: str | Unset | None = UNSET


def policy_freshness(policy: dg.FreshnessPolicy | None) -> Freshness:
    """Return what a freshness policy says: its fail window, or its deadlines with their lower bound and time zone."""
    window, bound = getattr(policy, "fail_window", None), getattr(policy, "lower_bound_delta", None)
    if window is not None:
        return Freshness(threshold=_threshold_of(window), calendar=None, timezone=None)
    if bound is None:
        return Freshness()
    deadlines, timezone = getattr(policy, "deadline_cron", ""), getattr(policy, "timezone", "UTC")
    return Freshness(
        threshold=_threshold_of(bound),
        calendar=clean_calendar(f"by {deadlines}", "deadline_cron"),
        timezone=clean_timezone(timezone, "timezone"),
    )


def _threshold_of(window: Any) -> tuple[int, DatePart]:
    """A length of time in the largest unit that divides it.

    Less than a whole minute is rounded up: our rule may be looser than Dagster's by seconds, never stricter.
    """
    length: dt.timedelta = window if isinstance(window, dt.timedelta) else window.to_timedelta()
    for unit, datepart in _UNITS:
        if not length % unit:
            return length // unit, datepart
    return -(-length // _MINUTE), DatePart.MINUTE


def asset_check_names(repository_def: dg.RepositoryDefinition) -> list[tuple[str, str]]:
    """Return the asset checks of a code location, each with the pipeline of its asset, sorted."""
    # Dagster lists those apart that the step of an asset evaluates, as tests of dbt.
    in_steps = (spec.key for assets in repository_def.assets_defs_by_key.values() for spec in assets.check_specs)
    found = {*repository_def.asset_checks_defs_by_key, *in_steps}
    return sorted((asset_pipeline_name(key.asset_key), key.name) for key in found)


def _specs(repository_def: dg.RepositoryDefinition) -> Iterator[dg.AssetSpec]:
    materializable = compat.materializable_keys(repository_def)
    for key, spec in compat.asset_specs(repository_def).items():
        declares = any(name.startswith(keys.PREFIX) for name in spec.metadata.keys() - {keys.PIPELINES_KEY})
        is_ours = declares and keys.EXTERNAL_TAG not in spec.tags
        has_policy = getattr(spec, "freshness_policy", None) is not None and keys.EXTERNAL_TAG not in spec.tags
        if key in materializable or is_ours or has_policy:
            yield spec


def schedule_zones(repository_def: dg.RepositoryDefinition) -> dict[dg.AssetKey, str]:
    """Return the time zones of the schedules that materialize assets, but for UTC and where an asset has several."""
    found: dict[dg.AssetKey, set[str]] = {}
    for schedule in repository_def.schedule_defs:
        if repository_def.has_job(schedule.job_name):
            for key in compat.job_assets(repository_def.get_job(schedule.job_name)):
                found.setdefault(key, set()).add(schedule.execution_timezone or "UTC")
    return {key: zone for key, zones in found.items() for zone in zones if len(zones) == 1 and zone != "UTC"}


def asset_configuration(spec: dg.AssetSpec, *, schedule_zone: str | None = None) -> PipelineConfiguration:
    """Return the pipeline of one asset, whose schedule has a time zone if that is known."""
    name = asset_pipeline_name(spec.key)
    declared = {key: _plain(value) for key, value in spec.metadata.items() if key.startswith(keys.PREFIX)}
    freshness = _freshness(name, spec, declared)
    freshness_number, freshness_datepart = _split(freshness.threshold)
    timeliness_number, timeliness_datepart = _split(_parsed(name, keys.TIMELINESS_KEY, declared, keys.parse_threshold))
    return PipelineConfiguration(
        name=name,
        pipeline_type_name=_text(declared.get(keys.PIPELINE_TYPE_KEY)) or spec.group_name or "default",
        pipeline_metadata=_pipeline_metadata(spec, declared, schedule_zone),
        freshness_number=freshness_number,
        freshness_datepart=freshness_datepart,
        freshness_calendar=freshness.calendar,
        freshness_timezone=freshness.timezone,
        mute_freshness_check=_mute_freshness(name, spec, declared),
        timeliness_number=timeliness_number,
        timeliness_datepart=timeliness_datepart,
        mute_timeliness_check=_flag(name, keys.MUTE_TIMELINESS_KEY, declared),
        failure_number=_parsed(name, keys.FAILURES_KEY, declared, keys.parse_failures),
        mute_failure_check=_flag(name, keys.MUTE_FAILURES_KEY, declared),
        mute_asset_check=_flag(name, keys.MUTE_ASSET_CHECKS_KEY, declared),
        column_changes=_flag(name, keys.COLUMN_CHANGES_KEY, declared),
        alert_level=_parsed(name, keys.LEVEL_KEY, declared, keys.parse_level),
    )


def _pipeline_metadata(spec: dg.AssetSpec, declared: Mapping[str, Any], schedule_zone: str | None) -> dict[str, Any]:
    own = declared.get(keys.METADATA_KEY)
    named = _text(declared.get(keys.PIPELINE_TYPE_KEY))
    found = {
        "description": _short(spec.description),
        "group": spec.group_name if named else None,  # else it is the pipeline's type
        "kinds": sorted(spec.kinds),
        "owners": list(spec.owners),
        "tags": {key: value for key, value in sorted(spec.tags.items()) if not key.startswith("dagster/")},
        "partitions": _partitions_type(spec.partitions_def),
        "partition_count": _partition_count(spec.partitions_def),
        "partitions_timezone": _partitions_timezone(spec.partitions_def, schedule_zone),
        "partitions_format": partitions_format(spec.partitions_def),
        "schedule_timezone": schedule_zone,
        "runbook": _text(declared.get(keys.RUNBOOK_KEY)),
        "code_link": _code_link(spec.metadata.get(keys.CODE_REFERENCES_KEY)),
    }
    return {key: value for key, value in found.items() if value} | (dict(own) if isinstance(own, Mapping) else {})


def _code_link(references: object) -> str | None:
    """Where the code is: the first address, which all can open; else the first file of this host, with its line."""
    found = getattr(references, "code_references", None)
    known = found if isinstance(found, list) else []
    urls = [each.url for each in known if isinstance(each, dg.UrlCodeReference)]
    files = [each.source for each in known if isinstance(each, dg.LocalFileCodeReference)]
    return next(iter((*urls, *files)), None)


def _short(description: str | None) -> str | None:
    """The first paragraph, on one line."""
    paragraph = re.split(r"\n\s*\n", (description or "").strip(), maxsplit=1)[0]
    line = " ".join(paragraph.split())
    return line if len(line) <= DESCRIPTION_LENGTH else line[: DESCRIPTION_LENGTH - 1] + "…"


def _partitions_type(partitions_def: dg.PartitionsDefinition[Any] | None) -> str | None:
    """`daily`, `static`, `time_window`, …: the class's name without what all of them share."""
    if partitions_def is None:
        return None
    name = type(partitions_def).__name__.removesuffix("PartitionsDefinition").removesuffix("Partitions")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _partitions_timezone(partitions_def: dg.PartitionsDefinition[Any] | None, schedule_zone: str | None) -> str | None:
    """The time zone in which partitions are cut. UTC is said only where their schedule has another one."""
    windows = time_windows(partitions_def)
    if windows is None or (windows.timezone == "UTC" and schedule_zone is None):
        return None
    return windows.timezone


def _partition_count(partitions_def: dg.PartitionsDefinition[Any] | None) -> int | None:
    """How many partitions there are, where code alone says so: static ones. Others come with time, or by hand."""
    if isinstance(partitions_def, dg.StaticPartitionsDefinition):
        return len(partitions_def.get_partition_keys())
    if isinstance(partitions_def, dg.MultiPartitionsDefinition):
        counts = [_partition_count(dimension.partitions_def) for dimension in partitions_def.partitions_defs]
        return math.prod(count for count in counts if count is not None) if None not in counts else None
    return None


def _freshness(asset: str, spec: dg.AssetSpec, declared: Mapping[str, Any]) -> Freshness:
    """What metadata of ours declares comes first; without a threshold there, a freshness policy holds."""
    try:
        policy = Freshness() if keys.FRESHNESS_KEY in declared else policy_freshness(spec.freshness_policy)
    except InvalidValueError as error:
        logger.warning("asset %s: its freshness policy: %s; it is passed over", asset, error)
        policy = Freshness()
    threshold = _parsed(asset, keys.FRESHNESS_KEY, declared, keys.parse_threshold)
    calendar = _cleaned(asset, keys.FRESHNESS_CALENDAR_KEY, declared, clean_calendar)
    timezone = _cleaned(asset, keys.FRESHNESS_TIMEZONE_KEY, declared, clean_timezone)
    return Freshness(
        threshold=policy.threshold if isinstance(threshold, Unset) else threshold,
        calendar=policy.calendar if isinstance(calendar, Unset) else calendar,
        timezone=policy.timezone if isinstance(timezone, Unset) else timezone,
    )


def _mute_freshness(asset: str, spec: dg.AssetSpec, declared: Mapping[str, Any]) -> bool | Unset:
    """A view has no freshness of its own, unless metadata of ours says so.

    Its data changes with what it reads, not when it is made; a policy or a pipeline type that covers many assets says
    something false of it.
    """
    muted = _flag(asset, keys.MUTE_FRESHNESS_KEY, declared)
    if isinstance(muted, Unset) and keys.FRESHNESS_KEY not in declared and is_view(spec):
        return True
    return muted


def is_view(spec: dg.AssetSpec) -> bool:
    """Whether an asset is a view, which holds no data: virtual to Dagster, or made as a view by dbt."""
    materialized = _plain(spec.metadata.get(DBT_MATERIALIZATION_KEY))
    return bool(getattr(spec, "is_virtual", False)) or VIEW in spec.kinds or materialized == VIEW


def _cleaned(
    asset: str, key: str, declared: Mapping[str, Any], clean: Callable[[object, str], str | None]
) -> str | Unset | None:
    value = declared.get(key, UNSET)
    if isinstance(value, Unset):
        return value
    try:
        return clean(value, key)
    except InvalidValueError as error:
        logger.warning("asset %s: %s; it is passed over", asset, error)
        return UNSET


def _parsed(
    asset: str, key: str, declared: Mapping[str, Any], parse: Callable[[str, object], Parsed]
) -> Parsed | Unset | None:
    value = declared.get(key, UNSET)
    if value is None or isinstance(value, Unset):
        return value
    try:
        return parse(key, value)
    except InvalidValueError as error:
        logger.warning("asset %s: %s; it is passed over", asset, error)
        return UNSET


def _flag(asset: str, key: str, declared: Mapping[str, Any]) -> bool | Unset:
    value = declared.get(key, UNSET)
    if isinstance(value, bool | Unset):
        return value
    logger.warning("asset %s: %s is %r; it must be true or false; it is passed over", asset, key, value)
    return UNSET


def _split(threshold: tuple[int, DatePart] | Unset | None) -> tuple[int | Unset | None, DatePart | Unset | None]:
    return threshold if isinstance(threshold, tuple) else (threshold, threshold)


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _plain(value: object) -> object:
    """Return a metadata value without the `MetadataValue` around it, if there is one.

    What is a tuple by its class alone, as a table of Dagster's, which fails when it is read as one, stands in a list:
    no key takes that, and the messages show it.
    """
    plain = value.value if isinstance(value, dg.MetadataValue) else value
    return [plain] if isinstance(plain, tuple) and type(plain).__iter__ is not tuple.__iter__ else plain

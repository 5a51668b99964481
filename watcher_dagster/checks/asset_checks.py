"""`build_watcher_asset_checks`: Watcher's verdicts as asset checks, in the run that materializes the asset."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from watcher_core import AlertKind, ExecutionRecord, InvalidValueError, WatcherError
from watcher_dagster import compat
from watcher_dagster import metadata as keys
from watcher_dagster.assets import asset_anomaly_rules, asset_configuration
from watcher_dagster.checks.anomaly_verdicts import judge_metrics
from watcher_dagster.checks.results import results, step_partitions
from watcher_dagster.checks.verdicts import Verdict, judge
from watcher_dagster.counts import CountKeys
from watcher_dagster.identity import CHECK_NAMES, asset_pipeline_name
from watcher_dagster.recorder import EventLog, translate_run
from watcher_dagster.runs import instance_id

if TYPE_CHECKING:
    from watcher_core import Watcher

logger = logging.getLogger("watcher.dagster")

# The checks, by the names that callers pass.
KINDS: Final[Mapping[str, AlertKind]] = {
    "freshness": AlertKind.FRESHNESS,
    "timeliness": AlertKind.TIMELINESS,
    "anomalies": AlertKind.ANOMALY,
}

DESCRIPTIONS: Final[Mapping[AlertKind, str]] = {
    AlertKind.FRESHNESS: "Whether the data has changed as recently as its rule in Watcher asks.",
    AlertKind.TIMELINESS: "Whether it is materialized as fast as its rule in Watcher asks.",
    AlertKind.ANOMALY: "Whether its rows and its duration are what its history in Watcher predicts.",
}

Checkable = dg.AssetsDefinition | dg.AssetSpec | dg.SourceAsset | dg.AssetKey | str | Sequence[str]


def build_watcher_asset_checks(
    assets: Iterable[Checkable],
    *,
    checks: Iterable[str] = ("freshness", "timeliness", "anomalies"),
    resource_key: str = "watcher",
    blocking: bool = False,
) -> list[dg.AssetChecksDefinition]:
    """Build asset checks that show Watcher's verdicts on assets in Dagster's UI, with numbers that the UI plots.

    A check runs in the run of its asset, after it. It records the materialization and judges the pipeline by its own
    threshold, else by its type's: the check fails where data has changed too long ago, where a materialization took too
    long, or where its number of rows is unusual for its history. An asset without a rule passes, and the description
    says so. `watcher_freshness_job` and `watcher_timeliness_job` report to the same checks when something becomes
    stale or late between runs.

    The verdicts on the numbers of a partitioned asset stand on the partitions that a run loads, if its definition is
    passed, not a spec or key; before Dagster 1.13, checks have no partitions. Freshness and timeliness are about the
    whole asset.

    A check never fails a run because the database cannot be reached: it does not pass, with the severity WARN, says
    that nothing could be judged, and blocks nothing. Alerts for stale data and late executions are opened by the jobs,
    not by the checks. An execution's metrics are judged once, and an alert is opened with the verdict: here, or later
    by `watcher_anomaly_sensor`.

    Args:
        assets: Definitions, specs or keys. What an asset declares with `watcher_metadata` is configured in Watcher
            before the asset is judged.
        checks: Which: "freshness", "timeliness", "anomalies".
        resource_key: The name of the `WatcherResource` among the definitions.
        blocking: Whether downstream assets in the same run wait for the checks, and are skipped where one fails. What
            is found then has the severity ERROR instead of WARN.

    Returns:
        One definition an asset, with all its checks in one step: `watcher_freshness`, `watcher_timeliness` and
        `watcher_anomalies`.

    Raises:
        InvalidValueError: There is no such check, or something is no asset.

    Examples:
        .. code-block:: python

            import dagster as dg
            from watcher_dagster import build_watcher_asset_checks, build_watcher_definitions, watcher_metadata

            @dg.asset(metadata=watcher_metadata(freshness=(2, "hour"), anomalies=["total_rows"]))
            def stock_prices(): ...

            defs = dg.Definitions.merge(
                dg.Definitions(assets=[stock_prices], asset_checks=build_watcher_asset_checks([stock_prices])),
                build_watcher_definitions(),
            )
    """
    kinds = _kinds(checks)
    severity = dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN
    if isinstance(assets, str):
        raise InvalidValueError(f"assets is {assets!r}; it must be a list, as in [{assets!r}]")
    targets: dict[dg.AssetKey, _Target] = {}
    for asset in assets:
        targets |= {target.key: target for target in _targets(asset)}
    return [
        _checks(target, kinds, resource_key=resource_key, severity=severity, blocking=blocking)
        for target in targets.values()
    ]


def _kinds(checks: Iterable[str]) -> list[AlertKind]:
    asked = [checks] if isinstance(checks, str) else list(dict.fromkeys(checks))
    unknown = [check for check in asked if check not in KINDS]
    if unknown or not asked:
        given = repr(unknown[0]) if unknown else "nothing"
        raise InvalidValueError(f"checks has {given}; there are {', '.join(map(repr, KINDS))}")
    return [KINDS[check] for check in asked]


@dataclass(frozen=True, kw_only=True)
class _Target:
    """An asset to check.

    Attributes:
        key: The asset.
        spec: What to configure in Watcher; `None` where there is nothing to.
        partitions_def: Its partitions, where they are known.
    """

    key: dg.AssetKey
    spec: dg.AssetSpec | None = None
    partitions_def: dg.PartitionsDefinition[Any] | None = None


def _targets(asset: Checkable) -> list[_Target]:
    """The assets of a definition."""
    if isinstance(asset, dg.AssetsDefinition):
        materializable = compat.is_materializable(asset)
        return [
            _Target(
                key=spec.key,
                spec=_declared(spec, is_materializable=materializable),
                partitions_def=spec.partitions_def,
            )
            for spec in asset.specs
        ]
    if isinstance(asset, dg.AssetSpec):
        # A check with partitions breaks a code location that does not define its asset, and a spec may be of another.
        return [_Target(key=asset.key, spec=_declared(asset, is_materializable=False))]
    if isinstance(asset, dg.SourceAsset):
        return [_Target(key=asset.key)]
    if isinstance(asset, dg.AssetKey | str | list | tuple):
        return [_Target(key=dg.AssetKey.from_coercible(asset))]
    raise InvalidValueError(f"assets has {asset!r}; it must be a definition, a spec or a key")


def _declared(spec: dg.AssetSpec, *, is_materializable: bool) -> dg.AssetSpec | None:
    """The spec, or `None` for an external asset without metadata of Watcher: others decide how it is configured."""
    return spec if is_materializable or any(name.startswith(keys.PREFIX) for name in spec.metadata) else None


def _loaded(context: dg.AssetCheckExecutionContext, key: dg.AssetKey, spec: dg.AssetSpec | None) -> dg.AssetSpec | None:
    """The spec as the code location defines it; else the one that was passed."""
    definition = _definition(context, key)
    if definition is None:
        return spec
    return _declared(definition.get_asset_spec(key), is_materializable=compat.is_materializable(definition))


def _checks(
    target: _Target,
    kinds: Sequence[AlertKind],
    *,
    resource_key: str,
    severity: dg.AssetCheckSeverity,
    blocking: bool,
) -> dg.AssetChecksDefinition:
    key = target.key
    specs = {
        kind: compat.check_spec(
            CHECK_NAMES[kind],
            asset=key,
            description=DESCRIPTIONS[kind],
            blocking=blocking,
            # Whether data is fresh and in time is asked of the asset; what is unusual, is a partition.
            partitions_def=target.partitions_def if kind is AlertKind.ANOMALY else None,
        )
        for kind in kinds
    }

    @dg.multi_asset_check(
        name=key.to_python_identifier("watcher_checks"),
        description="Checks in Watcher whether the asset is fresh, was in time, and has its usual numbers.",
        specs=list(specs.values()),
        can_subset=True,
        required_resource_keys={resource_key},
    )
    def watcher_checks(context: dg.AssetCheckExecutionContext) -> Iterator[Any]:
        resource: Any = getattr(context.resources, resource_key)
        selected = {check.name for check in context.selected_asset_check_keys}
        asked = {kind: spec for kind, spec in specs.items() if spec.name in selected}
        partitions = {kind: step_partitions(context, spec) for kind, spec in asked.items()}
        verdicts = _verdicts(context, resource, target, partitions)
        board = _board_address(resource, target.key)
        yield from results(context, asked, verdicts, severity=severity, board=board)

    return watcher_checks


def _verdicts(
    context: dg.AssetCheckExecutionContext,
    resource: Any,
    target: _Target,
    partitions: Mapping[AlertKind, Sequence[str | None]],
) -> list[Verdict]:
    """Judge an asset: by each kind of check, what it is to give a verdict on."""
    key, name = target.key, asset_pipeline_name(target.key)
    try:
        watcher: Watcher = resource.get_client()
        if declared := _loaded(context, key, target.spec):
            _configure(watcher, declared)
        own = _record(context, watcher, key, resource.get_count_keys())
        now = watcher.clock()
        verdicts = []
        for kind, asked in partitions.items():
            if kind is AlertKind.ANOMALY:
                verdicts += judge_metrics(watcher, name, own, asked)
            else:
                verdicts.append(judge(watcher, kind, name, now=now))
    except WatcherError as error:
        context.log.warning("asset %s cannot be judged: %s", name, error)
        return [
            Verdict(
                kind=kind,
                passed=False,
                description=f"Cannot be judged: {error}",
                finding="cannot be judged",
                is_judged=False,
                partition=partition,
            )
            for kind, asked in partitions.items()
            for partition in asked
        ]
    return verdicts


def _board_address(resource: Any, key: dg.AssetKey) -> str | None:
    try:
        address: str | None = resource.get_client().pipeline_address(asset_pipeline_name(key))
    except WatcherError:  # the verdicts say so
        return None
    return address


def _configure(watcher: "Watcher", spec: dg.AssetSpec) -> None:
    name = spec.key.to_user_string()
    try:
        watcher.configure_pipelines([asset_configuration(spec)])
    except InvalidValueError:
        logger.exception("the configuration of asset %s is refused; it is judged without", name)
    try:
        if rules := asset_anomaly_rules(spec):
            watcher.configure_anomaly_rules(rules)
    except InvalidValueError:
        logger.exception("the anomaly rules of asset %s are refused; it is judged without", name)


def _record(
    context: dg.AssetCheckExecutionContext, watcher: "Watcher", key: dg.AssetKey, count_keys: CountKeys
) -> list[ExecutionRecord]:
    """Record the asset's executions in this run as the recorder would, which comes later.

    Returns:
        Those that could be recorded.
    """
    run_id, pipeline_name = context.run.run_id, asset_pipeline_name(key)
    try:
        log = EventLog(context.instance)
        runs, _ = log.runs([run_id])
        if run_id not in runs:
            return []
        executions = _executions(log, runs[run_id], key, count_keys, _definition(context, key))
    except Exception:  # an event log that cannot be read, for whatever reason, must not fail the run
        context.log.warning("run %s cannot be read; %s is judged without it", run_id, pipeline_name, exc_info=True)
        return []
    own = [execution for execution in executions[1:] if execution.pipeline_name == pipeline_name]
    if not own:
        return []
    try:
        instance = instance_id(context.instance)
        watcher.record([replace(execution, instance_id=instance) for execution in (executions[0], *own)])
    except InvalidValueError as error:  # the recorder reports it
        context.log.warning("run %s is not recorded; %s is judged without it: %s", run_id, pipeline_name, error)
        return []
    return own


def _executions(
    log: EventLog, run: dg.RunRecord, key: dg.AssetKey, count_keys: CountKeys, definition: dg.AssetsDefinition | None
) -> list[ExecutionRecord]:
    """The run as the recorder translates it. Where it can, only the asset's events are read: each asset does this."""
    run_id = run.dagster_run.run_id
    found = log.materialization(run_id, key)
    if found is not None:
        event, step = found
        step_key = event.event_log_entry.step_key or ""
        if definition is not None or step_key == key.to_python_identifier():
            step.makes_others = definition is not None and _makes_others(definition, run.dagster_run)
            return translate_run(run, [event], steps={step_key: step}, count_keys=count_keys)
    events, _ = log.events(run_id)
    return translate_run(run, events, unpartitioned=log.unpartitioned(run, events), count_keys=count_keys)


def _makes_others(definition: dg.AssetsDefinition, run: dg.DagsterRun) -> bool:
    """Whether the step that makes an asset in this run was to make others too."""
    selected = run.asset_selection
    return len(definition.keys if selected is None else definition.keys & selected) > 1


def _definition(context: dg.AssetCheckExecutionContext, key: dg.AssetKey) -> dg.AssetsDefinition | None:
    """The definition of an asset as the code location has it, which may differ from the one that was passed."""
    repository = compat.repository(context)
    return repository.assets_defs_by_key.get(key) if repository is not None else None

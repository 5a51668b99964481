"""Verdicts as the results of a step: each on the partition that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import dagster as dg

from watcher_core import AlertKind
from watcher_dagster import compat
from watcher_dagster import metadata as keys
from watcher_dagster.checks.verdicts import Verdict


def step_partitions(context: dg.AssetCheckExecutionContext, spec: dg.AssetCheckSpec) -> Sequence[str | None]:
    """Return the partitions that a check gives a verdict on in this step; `None` stands for the whole asset."""
    if not _has_partitions(spec):
        return [None]
    if context.has_partition_key:
        return [context.partition_key]
    return context.partition_keys if context.has_partition_key_range else [None]


def results(
    context: dg.AssetCheckExecutionContext,
    specs: Mapping[AlertKind, dg.AssetCheckSpec],
    verdicts: Sequence[Verdict],
    *,
    severity: dg.AssetCheckSeverity,
    board: str | None,
) -> Iterator[dg.AssetCheckResult | dg.AssetCheckEvaluation | dg.Output[None]]:
    """Yield the results of a step.

    Args:
        context: The context of the step.
        specs: The checks that were selected.
        verdicts: Verdicts of each.
        severity: The severity of what is found.
        board: The address of the asset's page on the board.
    """
    # Of a range, Dagster takes one result a check and puts it on no partition. Without a partition, it takes no result
    # at all in a step that may have one. So the events are made here.
    makes_events = any(map(_has_partitions, specs.values())) and not context.has_partition_key
    checked: dict[str | None, dg.EventLogRecord] = {}
    if makes_events:
        key = next(iter(specs.values())).asset_key
        checked = _checked(context.instance, key, {verdict.partition for verdict in verdicts})
    for verdict in verdicts:
        spec = specs[verdict.kind]
        result = dg.AssetCheckResult(
            asset_key=spec.asset_key,
            check_name=spec.name,
            passed=verdict.passed,
            severity=severity if verdict.is_judged else dg.AssetCheckSeverity.WARN,
            description=verdict.description,
            metadata={**verdict.metadata, **keys.board_entry(board)},
        )
        if makes_events:
            yield compat.check_evaluation(
                result, spec, partition=verdict.partition, target=checked.get(verdict.partition)
            )
        else:
            yield result
    if makes_events:
        for spec in specs.values():
            yield dg.Output(None, output_name=spec.get_python_identifier())


def _checked(
    instance: dg.DagsterInstance, key: dg.AssetKey, partitions: Iterable[str | None]
) -> dict[str | None, dg.EventLogRecord]:
    """Return the newest materialization of each partition, and for `None` of the asset."""
    checked = {}
    with compat.kept_connection(instance):
        for partition in partitions:
            keys = None if partition is None else [partition]
            found = instance.fetch_materializations(dg.AssetRecordsFilter(key, asset_partitions=keys), limit=1).records
            if found:
                checked[partition] = found[0]
    return checked


def _has_partitions(spec: dg.AssetCheckSpec) -> bool:
    return getattr(spec, "partitions_def", None) is not None

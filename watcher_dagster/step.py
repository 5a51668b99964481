"""The step that runs, from Dagster's context: its pipeline, its execution, its partition.

The recorder will meet the same step in the event log. So the identity is made by the recorder's own functions, and a
partition is the asset's own: a run may have a partition that some of its assets know nothing of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import dagster as dg

from watcher_core import InvalidValueError, PipelineConfiguration
from watcher_dagster import compat
from watcher_dagster.assets import asset_configuration
from watcher_dagster.identity import asset_pipeline_name, materialization_identity
from watcher_dagster.partitions import readable_windows

AssetContext = dg.AssetExecutionContext | dg.OpExecutionContext
StepContext = AssetContext | dg.AssetCheckExecutionContext

# Contexts of Dagster that know of no step, or of one that is not theirs to track.
OTHER_CONTEXTS = (
    dg.HookContext,
    dg.InitResourceContext,
    dg.InputContext,
    dg.OutputContext,
    dg.ScheduleEvaluationContext,
    dg.SensorEvaluationContext,
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One asset's share of a step, or a step that has no asset."""

    pipeline: PipelineConfiguration
    asset_key: dg.AssetKey | None
    external_id: str | None  # None where there is no run: the asset's function was called as such, in a test
    run: dg.DagsterRun | None
    attempt: int
    partition: str | None
    partition_range: tuple[str, str] | None
    watermark: str | None  # the partition, where partitions follow one another in time
    logical_date: dt.datetime | None


def read_step(
    context: StepContext,
    *,
    asset_key: dg.AssetKey | str | list[str] | None = None,
    pipeline: str | None = None,
    partition: str | None = None,
) -> Step:
    """Return the step of a context.

    Args:
        context: Dagster's context, of an asset, a multi-asset, an op or an asset check.
        asset_key: Which asset, where the step has several or Dagster does not know of it.
        pipeline: A name, for work that is no asset's.
        partition: The partition that an op materializes; an asset's own is known.

    Raises:
        InvalidValueError: The context is not that of a step, it is not clear which pipeline is meant, or two are.
    """
    if isinstance(context, OTHER_CONTEXTS):
        raise InvalidValueError(
            f"context is {type(context).__name__} of Dagster; it must be that of an asset or an op: elsewhere, use"
            " watcher.get_client().track(…)"
        )
    if pipeline is not None:
        if asset_key is not None:
            raise InvalidValueError(f"pipeline {pipeline!r} and asset_key {asset_key!r}: pass one of them")
        return _step(context, PipelineConfiguration(name=pipeline), None, partition=partition)
    if isinstance(context, dg.AssetCheckExecutionContext):
        raise InvalidValueError("an asset check materializes no asset: pass pipeline= for a name")
    key = _asset_key(context, asset_key)
    spec = _asset_spec(context, key)
    if spec is None:
        return _step(context, PipelineConfiguration(name=asset_pipeline_name(key)), key, partition=partition)
    if partition is not None:
        raise InvalidValueError(f"partition {partition!r}: the partition of asset {key.to_user_string()!r} is known")
    return _asset_step(context, key, spec)


def _asset_step(context: AssetContext, key: dg.AssetKey, spec: dg.AssetSpec) -> Step:
    configuration, partitions_def = asset_configuration(spec), spec.partitions_def
    if partitions_def is None or not (context.has_partition_key or context.has_partition_key_range):
        return _step(context, configuration, key)
    first, last = context.partition_key_range.start, context.partition_key_range.end
    in_time = partitions_def is not None and readable_windows(partitions_def) is partitions_def
    return _step(
        context,
        configuration,
        key,
        partition=first if first == last else None,
        partition_range=None if first == last else (first, last),
        watermark=last if in_time else None,
        logical_date=_window_start(partitions_def, last),
    )


def _step(
    context: StepContext,
    pipeline: PipelineConfiguration,
    asset_key: dg.AssetKey | None,
    *,
    partition: str | None = None,
    partition_range: tuple[str, str] | None = None,
    watermark: str | None = None,
    logical_date: dt.datetime | None = None,
) -> Step:
    op_context = compat.op_context(context)
    step_key = compat.step_key(op_context)
    target = asset_key or dg.AssetKey([pipeline.name])
    return Step(
        pipeline=pipeline,
        asset_key=asset_key,
        external_id=step_key and materialization_identity(op_context.run_id, step_key, target, partition),
        run=context.run if step_key else None,
        attempt=op_context.retry_number + 1 if step_key else 1,
        partition=partition,
        partition_range=partition_range,
        watermark=watermark,
        logical_date=logical_date,
    )


def _asset_key(context: AssetContext, given: dg.AssetKey | str | list[str] | None) -> dg.AssetKey:
    materialized = sorted(_materialized_keys(context))
    if given is not None:
        key = dg.AssetKey.from_coercible(given)
        if materialized and key not in materialized:
            raise InvalidValueError(
                f"asset_key is {key.to_user_string()!r}; this step materializes {_list(materialized)}"
            )
        return key
    if len(materialized) == 1:
        return materialized[0]
    if materialized:
        raise InvalidValueError(
            f"this step materializes {_list(materialized)}: pass asset_key= to say which is tracked"
        )
    raise InvalidValueError(
        "this step materializes no asset that Dagster knows of: pass asset_key= for the asset that it materializes,"
        " or pipeline= for a name"
    )


def _materialized_keys(context: AssetContext) -> set[dg.AssetKey]:
    """What this very step materializes; in a graph asset every op belongs to the asset, and one materializes it."""
    if not context.has_assets_def:
        return set()
    if isinstance(context.assets_def.node_def, dg.OpDefinition):
        return compat.output_keys(context.assets_def)
    return set(_keys_of_outputs(context))


def _keys_of_outputs(context: AssetContext) -> Iterator[dg.AssetKey]:
    for output in context.op_def.output_defs:
        with suppress(Exception):  # Dagster has no public name for what it raises when an output is no asset's
            yield context.asset_key_for_output(output.name)


def _asset_spec(context: AssetContext, key: dg.AssetKey) -> dg.AssetSpec | None:
    return context.assets_def.get_asset_spec(key) if context.has_assets_def else None


def _window_start(partitions_def: dg.PartitionsDefinition[Any], partition: str) -> dt.datetime | None:
    if readable_windows(partitions_def) is None:
        return None
    in_time = cast("dg.TimeWindowPartitionsDefinition | dg.MultiPartitionsDefinition", partitions_def)
    return in_time.time_window_for_partition_key(partition).start


def _list(keys: list[dg.AssetKey]) -> str:
    return ", ".join(key.to_user_string() for key in keys)

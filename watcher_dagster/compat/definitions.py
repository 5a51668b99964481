"""Runs, steps and definitions: where they are, and what they make."""

from __future__ import annotations

from collections.abc import Collection

import dagster as dg

from watcher_dagster.compat.names import DEFAULT_REPOSITORY, REPOSITORY_TAG


def run_location(run: dg.DagsterRun) -> str | None:
    """Return the code location that a run was launched from; `None` for one that a process executed by itself."""
    if run.remote_job_origin is not None:
        return run.remote_job_origin.location_name
    _, found, location = run.tags.get(REPOSITORY_TAG, "").partition("@")
    return location if found else None


def run_repository(run: dg.DagsterRun) -> str | None:
    """Return the repository of its code location that a run's job is of; `None` for the one that most have."""
    if run.remote_job_origin is not None:
        name = run.remote_job_origin.repository_origin.repository_name
    else:
        name = run.tags.get(REPOSITORY_TAG, "").partition("@")[0]
    return None if name in ("", DEFAULT_REPOSITORY) else name


def location_name(context: dg.SensorEvaluationContext) -> str | None:
    """Return the name of the code location that a sensor belongs to; `None` where it is evaluated by itself."""
    return None if context.code_location_origin is None else str(context.code_location_origin.location_name)


def sensor_location(context: dg.SensorEvaluationContext, repository: dg.RepositoryDefinition) -> str | None:
    """Return the code location that a sensor belongs to; `None` where it is evaluated by itself, as in a test."""
    location = location_name(context)
    if location is None:
        return None
    return location if repository.name == DEFAULT_REPOSITORY else f"{repository.name}@{location}"


def run_declaring_location(run: dg.DagsterRun) -> str | None:
    """Return the code location that has a run's job, as `sensor_location` names it; `None` where that is not known."""
    location, repository = run_location(run), run_repository(run)
    return location if location is None or repository is None else f"{repository}@{location}"


def sensor_states(instance: dg.DagsterInstance, location: str) -> dict[str, tuple[bool, float | None]]:
    """Return the sensors of a code location of which Dagster keeps a state: whether each runs, and its last tick.

    Args:
        instance: The instance.
        location: As `sensor_location` returns it.
    """
    from dagster._core.definitions.run_request import InstigatorType

    found: dict[str, tuple[bool, float | None]] = {}
    for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
        origin = state.origin.repository_origin
        place, name = str(origin.code_location_origin.location_name), origin.repository_name
        if location == (place if name == DEFAULT_REPOSITORY else f"{name}@{place}"):
            found[state.instigator_name] = state.is_running, getattr(state.instigator_data, "last_tick_timestamp", None)
    return found


def op_context(
    context: dg.AssetExecutionContext | dg.OpExecutionContext | dg.AssetCheckExecutionContext,
) -> dg.OpExecutionContext:
    """Return the context of the op below an asset or a check of one; an op's own is that already."""
    return context.op_execution_context


def step_key(context: dg.OpExecutionContext) -> str | None:
    """Return the key of the step that runs; `None` where there is none: a test calls the op as a function."""
    try:
        return context.get_step_execution_context().step.key
    except dg.DagsterError:
        return None


def repository(
    context: dg.AssetExecutionContext | dg.OpExecutionContext | dg.AssetCheckExecutionContext,
) -> dg.RepositoryDefinition | None:
    """Return the code location that a step runs in; `None` for a job that was executed by itself."""
    try:
        return context.repository_def
    except Exception:  # Dagster has no public name for what it raises then
        return None


def is_materializable(assets: dg.AssetsDefinition) -> bool:
    """Whether Dagster can materialize these assets; all others are external."""
    return assets.is_materializable


def materializable_keys(repository: dg.RepositoryDefinition) -> set[dg.AssetKey]:
    """Return the assets that Dagster can make in a code location."""
    return {key for key, assets in repository.assets_defs_by_key.items() if is_materializable(assets)}


def asset_specs(repository: dg.RepositoryDefinition) -> dict[dg.AssetKey, dg.AssetSpec]:
    """Return what all assets of a code location say of themselves.

    Dagster keeps source assets apart, as those of `@observable_source_asset`.
    """
    sources = {
        key: dg.AssetSpec(
            key,
            description=source.description,
            metadata=source.metadata,
            group_name=source.group_name,
            tags=source.tags,
            partitions_def=source.partitions_def,
        )
        for key, source in repository.source_assets_by_key.items()
    }
    return sources | {key: assets.get_asset_spec(key) for key, assets in repository.assets_defs_by_key.items()}


def observed_keys(repository: dg.RepositoryDefinition) -> set[dg.AssetKey]:
    """Return the assets that a code location observes."""
    sources = {key for key, source in repository.source_assets_by_key.items() if source.is_observable}
    return sources | {key for key, assets in repository.assets_defs_by_key.items() if assets.is_observable}


def job_assets(job: dg.JobDefinition) -> Collection[dg.AssetKey]:
    """Return the assets that a job materializes."""
    return job.asset_layer.selected_asset_keys


def output_keys(assets: dg.AssetsDefinition) -> set[dg.AssetKey]:
    """Return the assets that the outputs of a definition are."""
    return set(assets.keys_by_output_name.values())

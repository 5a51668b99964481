"""Names that Dagster gives to tags, jobs and repositories, and its list of libraries."""

from __future__ import annotations

from typing import Final

from dagster_shared.libraries import DagsterLibraryRegistry

# Where a run was launched from, as `repository@location`; on runs whose origin is not kept.
REPOSITORY_TAG: Final = ".dagster/repository"
# On each materialization, one for every asset upstream of it: the key as a/b, and in the value the event that was read.
INPUT_TAG_PREFIX: Final = "dagster/input_event_pointer/"
# The partitions of a run that materializes several of them.
RANGE_START_TAG: Final = "dagster/asset_partition_range_start"
RANGE_END_TAG: Final = "dagster/asset_partition_range_end"
# On a run that was started from another: the first of these.
ROOT_RUN_TAG: Final = "dagster/root_run_id"
# On the runs of a sensor, and by what it knows that it has started one.
SENSOR_TAG: Final = "dagster/sensor_name"
RUN_KEY_TAG: Final = "dagster/run_key"
# On the runs of partitions of a job: whose partitions these are.
PARTITION_SET_TAG: Final = "dagster/partition_set"
# The job that Dagster makes for assets that are materialized ad hoc; older versions numbered it.
ASSET_JOB: Final = "__ASSET_JOB"
# The repository of a code location that names none; a location may have several.
DEFAULT_REPOSITORY: Final = "__repository__"
# The class of the error that Dagster raises inside a step that it cancels.
INTERRUPTION: Final = "DagsterExecutionInterruptedError"


def register_library(name: str, version: str) -> None:
    """Have Dagster know of a library, as those that come with it do."""
    DagsterLibraryRegistry.register(name, version, is_dagster_package=False)

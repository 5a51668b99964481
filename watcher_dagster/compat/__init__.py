"""The members of Dagster that Watcher needs and that Dagster does not mark as public, in one place.

A release of Dagster may change or remove any of them without a notice. tests/unit/test_compat.py names each, with what
of Watcher depends on it, and fails when one is gone. No other module of Watcher uses them.

Not here: the fields of Dagster's own records and specs (`RunRecord.start_time`, `AssetSpec.kinds`), which its
documentation lists, and the two forms of an asset key (`to_user_string`, `from_user_string`, `from_coercible`), which
every integration uses. The test watches the latter too.

Every step imports this module, so what `import dagster` does not load by itself is imported by the functions that need
it: backfills alone bring gRPC and the workspace along, and take as long as a third of Dagster.
"""

from __future__ import annotations

from watcher_dagster.compat.asset_checks import CHECKS_HAVE_PARTITIONS, check_evaluation, check_spec
from watcher_dagster.compat.automation import (
    AutomationSensor,
    assets_that_look_at,
    automation_evaluated_at,
    automation_sensors,
)
from watcher_dagster.compat.backfills import (
    BACKFILL_TAG,
    backfill,
    backfill_job,
    backfilled_assets,
    backfills_since,
    newest_runs,
    open_backfills,
)
from watcher_dagster.compat.definitions import (
    asset_specs,
    is_materializable,
    job_assets,
    location_name,
    materializable_keys,
    observed_keys,
    op_context,
    output_keys,
    repository,
    run_declaring_location,
    run_location,
    run_repository,
    sensor_location,
    sensor_states,
    step_key,
)
from watcher_dagster.compat.event_log import delete_run, first_of_version, newest_check_runs, newest_events, run_size
from watcher_dagster.compat.events import (
    event_data,
    event_error,
    materialization,
    observation,
    planned_check,
    planned_partitions,
)
from watcher_dagster.compat.instance import (
    count_runs,
    cursor_behind,
    kept_connection,
    latest_check_evaluation,
    retries_runs,
    run_events,
    run_ids,
    run_storage_id,
    step_stats,
    unpartitioned_assets,
)
from watcher_dagster.compat.names import (
    ASSET_JOB,
    DEFAULT_REPOSITORY,
    INPUT_TAG_PREFIX,
    INTERRUPTION,
    PARTITION_SET_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    REPOSITORY_TAG,
    ROOT_RUN_TAG,
    RUN_KEY_TAG,
    SENSOR_TAG,
    register_library,
)

__all__ = [
    "ASSET_JOB",
    "BACKFILL_TAG",
    "CHECKS_HAVE_PARTITIONS",
    "DEFAULT_REPOSITORY",
    "INPUT_TAG_PREFIX",
    "INTERRUPTION",
    "PARTITION_SET_TAG",
    "RANGE_END_TAG",
    "RANGE_START_TAG",
    "REPOSITORY_TAG",
    "ROOT_RUN_TAG",
    "RUN_KEY_TAG",
    "SENSOR_TAG",
    "AutomationSensor",
    "asset_specs",
    "assets_that_look_at",
    "automation_evaluated_at",
    "automation_sensors",
    "backfill",
    "backfill_job",
    "backfilled_assets",
    "backfills_since",
    "check_evaluation",
    "check_spec",
    "count_runs",
    "cursor_behind",
    "delete_run",
    "event_data",
    "event_error",
    "first_of_version",
    "is_materializable",
    "job_assets",
    "kept_connection",
    "latest_check_evaluation",
    "location_name",
    "materializable_keys",
    "materialization",
    "newest_check_runs",
    "newest_events",
    "newest_runs",
    "observation",
    "observed_keys",
    "op_context",
    "open_backfills",
    "output_keys",
    "planned_check",
    "planned_partitions",
    "register_library",
    "repository",
    "retries_runs",
    "run_declaring_location",
    "run_events",
    "run_ids",
    "run_location",
    "run_repository",
    "run_size",
    "run_storage_id",
    "sensor_location",
    "sensor_states",
    "step_key",
    "step_stats",
    "unpartitioned_assets",
]

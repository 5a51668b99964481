"""What part of its pipeline an execution is about: a partition, or the selection of a run; nothing for all of it.

One that is about an older part than those before it is a backfill.
"""

from __future__ import annotations

# How the scope of a run begins that is of a selection of its job, as the recorder makes it; one of all has `all` there.
SELECTION = "^[0-9a-f]{16}(?=/|$)"


def scope_of_all(scope: str) -> str:
    """Return the SQL of the scope of a run of all of a job, which is about each selection of it.

    Args:
        scope: The SQL of the scope of a run of a selection.
    """
    return f"regexp_replace({scope}, '{SELECTION}', 'all')"


# In the metadata of a failure, or of the result of an asset check, whose partition is gone from the code.
PARTITION_REMOVED = "partition_removed"


def is_of_removed_partition(metadata: str) -> str:
    """Return the SQL of whether what has this metadata was of a partition that its code has no more.

    What people have at that key is no such mark, as in `partition_removed: false`.

    Args:
        metadata: The SQL of the metadata.
    """
    return f"""{metadata} @> '{{"{PARTITION_REMOVED}": true}}'"""


def is_ad_hoc(execution: str) -> str:
    """Return the SQL of whether an execution is a run of what somebody chose, by the name that Dagster gives such jobs.

    Another one says nothing of when this one was last good.

    Args:
        execution: The SQL of its row.
    """
    return f"coalesce(starts_with({execution}.execution_metadata ->> 'job', '__'), false)"


def is_ad_hoc_job(name: str) -> str:
    """Return the SQL of whether a pipeline is Dagster's job of such runs, which stands for no data of its own.

    Args:
        name: The SQL of its name.
    """
    return f"{name} ~ '(^|/)__ASSET_JOB$'"


def is_no_backfill(execution: str) -> str:
    """The SQL of whether somebody waits for an execution: it loads no data again, and none older than a success before.

    A success that is about the future makes no backfill of what follows.

    Args:
        execution: The SQL of its row.
    """
    return f"""
    ({execution}.logical_date IS NULL
     -- From the newest date on, which is at hand: by those after its own, each of a backfill would look at all others.
     OR coalesce((SELECT before.logical_date
                    FROM watcher.pipeline_execution AS before
                   WHERE before.pipeline_id = {execution}.pipeline_id
                     AND before.state = 'succeeded'
                     AND before.logical_date IS NOT NULL
                     AND before.logical_date <= before.start_date
                     AND before.start_date < {execution}.start_date
                   ORDER BY before.logical_date DESC
                   LIMIT 1) < {execution}.logical_date, true))"""

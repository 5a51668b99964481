"""Observations of assets: what they say of when data changed, without being executions.

An observation that says when its data was last updated is believed. One that has only a version of the data says that
the data has changed, at the time of the observation, where the version is another than the last one. All else is no
news. How far back that goes is kept for each asset, Dagster instance and partition.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, values
from watcher_core.errors import InvalidValueError
from watcher_core.recording import clocks

logger = logging.getLogger("watcher.progress")

# In the order of their names, as everywhere, so that callers at once wait for each other and never in a circle.
LOCK_PIPELINES = sa.text("""
    SELECT id
      FROM watcher.pipeline
     WHERE name = ANY(CAST(:names AS text[]))
     ORDER BY name COLLATE "C"
       FOR NO KEY UPDATE
""")

# Nothing that is observed has been updated later than that. An observation that was recorded before changes nothing.
RECORD = sa.text(f"""
    WITH given AS (
        SELECT record.*, {clocks.counted("record.reported_at")} AS observed_at
          FROM jsonb_to_recordset(CAST(:records AS jsonb)) AS record (
                   pipeline_name text, scope text, step text, reported_at timestamptz, updated_at timestamptz,
                   data_version text)
    ), observed AS (
        SELECT pipeline.id AS pipeline_id, given.scope, given.step, given.data_version, given.observed_at,
               CASE WHEN given.updated_at IS NOT NULL THEN least(given.updated_at, given.observed_at) END AS updated_at
          FROM given
          JOIN watcher.pipeline ON pipeline.name = given.pipeline_name
    ), versioned AS (
        SELECT observed.*,
               lag(observed.data_version, 1, known.data_version)
                   OVER (PARTITION BY observed.pipeline_id, observed.scope ORDER BY observed.observed_at) AS before
          FROM observed
          LEFT JOIN watcher.observation AS known
            ON known.pipeline_id = observed.pipeline_id
           AND known.instance_id = :instance_id
           AND known.scope = observed.scope
         WHERE observed.data_version IS NOT NULL
           AND observed.observed_at > coalesce(known.data_version_at, '-infinity')
    ), changed AS (
        SELECT pipeline_id, max(changed_at) AS changed_at
          FROM (SELECT pipeline_id, updated_at
                  FROM observed
                 WHERE updated_at IS NOT NULL
                 UNION ALL
                SELECT pipeline_id, observed_at
                  FROM versioned
                 WHERE updated_at IS NULL
                   AND data_version IS DISTINCT FROM before) AS change (pipeline_id, changed_at)
         GROUP BY pipeline_id
    ), kept AS (
        INSERT INTO watcher.observation AS known
              (pipeline_id, instance_id, scope, data_version, data_version_at, step, step_observed_at)
        SELECT pipeline_id, :instance_id, scope,
               (array_agg(data_version ORDER BY observed_at DESC) FILTER (WHERE data_version IS NOT NULL))[1],
               max(observed_at) FILTER (WHERE data_version IS NOT NULL),
               (array_agg(step ORDER BY observed_at DESC) FILTER (WHERE step IS NOT NULL))[1],
               max(observed_at) FILTER (WHERE step IS NOT NULL)
          FROM observed
         WHERE num_nonnulls(data_version, step) > 0
         GROUP BY pipeline_id, scope
         ORDER BY pipeline_id, scope
            ON CONFLICT (pipeline_id, instance_id, scope) DO UPDATE
           SET data_version     = CASE WHEN excluded.data_version_at > coalesce(known.data_version_at, '-infinity')
                                       THEN excluded.data_version ELSE known.data_version END,
               data_version_at  = greatest(known.data_version_at, excluded.data_version_at),
               step         = CASE WHEN excluded.step_observed_at > coalesce(known.step_observed_at, '-infinity')
                                       THEN excluded.step ELSE known.step END,
               step_observed_at = greatest(known.step_observed_at, excluded.step_observed_at)
    )
    UPDATE watcher.pipeline
       SET last_target_update = changed.changed_at
      FROM changed
     WHERE pipeline.id = changed.pipeline_id
       AND changed.changed_at > coalesce(pipeline.last_target_update, '-infinity')
""")


def record_observations(
    session: Session, *, records: Iterable[values.ObservationRecord], instance_id: str, now: dt.datetime
) -> None:
    """Write what observations say of when data changed, in any order, as often as it likes.

    The pipeline of an asset is made where an observation says something of its data. An observation that breaks a rule
    is logged and passed over.

    Args:
        session: The transaction.
        records: The observations.
        instance_id: The Dagster instance that they were made in.
        now: The time.
    """
    cleaned = [row for record in records if (row := _cleaned(record)) is not None]
    if not cleaned:
        return
    names = catalog.current_pipeline_names(session, {row["pipeline_name"] for row in cleaned})
    types: dict[str, str | None] = {}
    observed_at: dict[str, dt.datetime] = {}
    for row in cleaned:
        row["pipeline_name"] = names[row["pipeline_name"]]
        type_name = row.pop("pipeline_type_name")
        if row["data_version"] is not None or row["updated_at"] is not None:
            name, at = row["pipeline_name"], row["reported_at"]
            types.setdefault(name, type_name)
            observed_at[name] = max(observed_at.get(name, at), at)
    # One that was gone from the code is observed elsewhere now.
    begun = {name: (at, None) for name, at in observed_at.items()}
    catalog.resolve_pipelines(session, types_by_name=types, begun=begun, now=now)
    session.execute(LOCK_PIPELINES, {"names": sorted({row["pipeline_name"] for row in cleaned})})
    session.execute(RECORD, {"records": arguments.json_text(cleaned), "instance_id": instance_id})


def _cleaned(record: values.ObservationRecord) -> dict[str, Any] | None:
    try:
        kind, step, version = record.pipeline_type_name, record.step, record.data_version
        return {
            "pipeline_name": arguments.name(record.pipeline_name, "pipeline_name"),
            "pipeline_type_name": None if kind is None else arguments.name(kind, "pipeline_type_name"),
            "scope": arguments.text(record.scope or "", "scope"),
            "step": None if step is None else arguments.text(step, "step"),
            "data_version": None if version is None else arguments.text(version, "data_version"),
            "reported_at": arguments.instant(record.observed_at, "observed_at"),
            "updated_at": None if record.updated_at is None else arguments.instant(record.updated_at, "updated_at"),
        }
    except InvalidValueError as error:
        logger.warning("an observation of %s is passed over: %s", record.pipeline_name, error)
        return None

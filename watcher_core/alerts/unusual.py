"""Unusual numbers that have one cause: those that go on, and those of rows that are made of unusual rows.

Both are parts of the statement in `causes` that links alerts. What is worse than people know of is behind nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

# Numbers that are by more than this as far from what was expected as those that people know of are news.
AS_UNUSUAL: Final = 1.5
# What is made of unusual rows is unusual within this time; much later it has another reason.
WITHIN: Final = dt.timedelta(days=1)

# How far a metric is from what was expected, as a part of that. Nothing at all is farther than little is.
DISTANCE: Final = """
    CASE WHEN metric.value = 0 THEN 'Infinity'
         ELSE coalesce(abs(metric.value - metric.expected) / coalesce(nullif(abs(metric.expected), 0), 1), 0) END"""

# Of rows `alive` with `metrics` and `partition`, which only anomalies have.
NUMBERS: Final = f"""unusual AS MATERIALIZED (
        -- Each number, and how far the same pipeline's has been from what was expected before, in the same direction.
        SELECT *, max(distance) OVER (PARTITION BY pipeline_id, partition, metric_field, direction ORDER BY at, id
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS known_distance
          FROM (SELECT alive.id, alive.pipeline_id, alive.partition, alive.at, alive.root_id, alive.is_linked,
                       jsonb_array_length(alive.metrics) AS metrics, metric.metric_field,
                       metric.metric_field NOT IN ('duration_seconds', 'throughput') AS is_of_rows,
                       CASE WHEN metric.repeated IS NULL THEN coalesce(sign(metric.value - metric.expected), 0)
                            ELSE 0 END AS direction, {DISTANCE} AS distance
                  FROM alive
                 CROSS JOIN LATERAL jsonb_to_recordset(alive.metrics) AS metric (
                                        metric_field text, value float8, expected float8, repeated jsonb)) AS number
    ), unusual_run AS (
        SELECT id, pipeline_id, at, root_id, is_linked,
               bool_and(coalesce(distance <= {AS_UNUSUAL} * known_distance, false)) AS is_known
          FROM unusual
         WHERE partition = ''
         GROUP BY id, pipeline_id, at, root_id, is_linked
    ), unusual_series AS (
        -- Each begins with one that is news.
        SELECT *, count(*) FILTER (WHERE NOT is_known) OVER (PARTITION BY pipeline_id ORDER BY at, id) AS number
          FROM unusual_run
    ), unusual_rows AS MATERIALIZED (
        SELECT pipeline_id, partition, direction, max(distance) AS distance, min(at) AS first_at, max(at) AS last_at,
               (array_agg(root_id ORDER BY distance DESC, at, id))[1] AS root_id
          FROM unusual
         WHERE is_of_rows
         GROUP BY pipeline_id, partition, direction
    )"""

# Alerts, and what they are behind: an earlier run of the same pipeline, or what is unusual upstream.
PAIRS: Final = f"""SELECT id, first_value(root_id) OVER (PARTITION BY pipeline_id, number ORDER BY at, id)
          FROM unusual_series
         UNION
        SELECT unusual.id, min(above.root_id)
          FROM unusual
          JOIN upstream USING (pipeline_id)
          JOIN unusual_rows AS above
            ON above.pipeline_id = upstream.above_id
           AND above.partition = unusual.partition
           AND above.direction = unusual.direction
         WHERE NOT unusual.is_linked
           AND unusual.distance <= {AS_UNUSUAL} * above.distance
           AND unusual.at BETWEEN above.first_at - CAST(:unusual_within AS interval)
                              AND above.last_at + CAST(:unusual_within AS interval)
         GROUP BY unusual.id, unusual.metrics, above.pipeline_id
        HAVING count(*) = unusual.metrics
           AND bool_or(unusual.is_of_rows)"""

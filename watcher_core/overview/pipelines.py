"""Which pipelines are asked for, and their owners and groups: parts of the statements of this package."""

from __future__ import annotations

from typing import Any

from watcher_core import arguments, catalog
from watcher_core.database import OF_NAMES, Driver, pattern_of_names
from watcher_core.errors import InvalidValueError

# With `pipeline` and its `type` in reach. People write anything in the metadata.
GROUP = """CASE jsonb_typeof(pipeline.pipeline_metadata -> 'group')
                    WHEN 'string' THEN pipeline.pipeline_metadata ->> 'group' ELSE type.name END"""

PIPELINES = """watcher.pipeline
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id"""

# The rows that an execution wrote, from its counts; NULL where it has none.
ROWS = """coalesce(CAST(total_rows AS numeric),
                    CASE WHEN num_nonnulls(inserts, updates, soft_deletes) > 0
                         THEN CAST(coalesce(inserts, 0) AS numeric) + coalesce(updates, 0)
                            + coalesce(soft_deletes, 0) END)"""

# Distinct first, then in order: sorting the names of ten thousand pipelines would take longer than all else.
CHOICES = f"""
    WITH each AS MATERIALIZED (
        SELECT DISTINCT {catalog.OWNERS} AS owners, {GROUP} AS group_name FROM {PIPELINES}
    )
    SELECT (SELECT array_agg(DISTINCT owner ORDER BY owner)
              FROM (SELECT DISTINCT owners FROM each) AS of_any
             CROSS JOIN LATERAL jsonb_array_elements_text(owners) AS owner),
           (SELECT array_agg(name ORDER BY name) FROM watcher.pipeline_type),
           ARRAY(SELECT DISTINCT group_name FROM each)
"""

# The newest execution of each pipeline. Most are among the newest of all, which lie together; the history of the others
# is looked into one by one. One look for each would need ten thousand pages from all over an index, and the longer the
# history is, the fewer of them are in memory.
LAST = """
    recent AS MATERIALIZED (
        SELECT DISTINCT ON (pipeline_id) *
          FROM (SELECT pipeline_id, start_date, {columns}
                  FROM watcher.pipeline_execution
                 WHERE {condition}
                 ORDER BY start_date DESC
                 LIMIT {recent}) AS newest
         ORDER BY pipeline_id, start_date DESC
    ), last AS (
        SELECT * FROM recent
         UNION ALL
        SELECT older.*
          FROM watcher.pipeline
         CROSS JOIN LATERAL (SELECT pipeline_id, start_date, {columns}
                               FROM watcher.pipeline_execution
                              WHERE pipeline_id = pipeline.id
                                AND {condition}
                              ORDER BY start_date DESC
                              LIMIT 1) AS older
         WHERE NOT EXISTS (SELECT FROM recent WHERE recent.pipeline_id = pipeline.id)
    )"""
# So many of the newest are read for each pipeline: hourly pipelines are among them, while a few run each minute.
RECENT_OF_EACH = 2

CONDITIONS = {
    "owner": f"({catalog.OWNERS} ? %(owner)s OR %(owner)s = '' AND {catalog.OWNERS} = '[]')",
    # A name that it had before it was renamed means it, too.
    "pipeline_type": """type.id = coalesce((SELECT id FROM watcher.pipeline_type WHERE name = %(pipeline_type)s),
                                           (SELECT pipeline_type_id FROM watcher.pipeline_type_alias
                                             WHERE name = %(pipeline_type)s))""",
    "group": f"{GROUP} = %(group)s",
    "search": "position(lower(%(search)s) IN lower(pipeline.name)) > 0",
    "pipeline_id": "pipeline.id = %(pipeline_id)s",
    "names": OF_NAMES.format("pipeline.id"),
}


class Filter:
    """The pipelines that are asked for.

    Attributes:
        given: The values of the condition.
        condition: SQL, with `pipeline` and its `type` in reach; `true` for all pipelines.
    """

    def __init__(
        self,
        *,
        owner: str | None = None,
        pipeline_type: str | None = None,
        group: str | None = None,
        search: str | None = None,
        pipeline_id: int | None = None,
        names: str | None = None,
    ) -> None:
        self.given: dict[str, Any] = {
            "owner": None if owner is None else "" if owner == "" else arguments.text(owner, "owner"),
            "pipeline_type": None if pipeline_type is None else arguments.text(pipeline_type, "pipeline_type"),
            "group": None if group is None else arguments.text(group, "group"),
            # A box that is empty asks for nothing.
            "search": None if search is None or not search.strip() else arguments.text(search.strip(), "search"),
            "pipeline_id": pipeline_id,
            "names": pattern_of_names(names),
        }
        asked = [condition for name, condition in CONDITIONS.items() if self.given[name] is not None]
        self.condition = " AND ".join(asked) or "true"

    @property
    def is_all(self) -> bool:
        """Whether no pipeline is left out."""
        return self.condition == "true"


# Whether the failure of a pipeline's last execution waits to be made good: see `checks.failing`. A run is good again
# once all that had failed in it is.
STANDS = f"""(
    SELECT execution.source = 'import'
           OR NOT {catalog.is_of_removed_partition("execution.execution_metadata")}
          AND execution.id IN (SELECT pipeline_execution_id FROM watcher.failure_pending)
          AND coalesce((SELECT bool_or(part.id IN (SELECT pipeline_execution_id FROM watcher.failure_pending))
                          FROM watcher.pipeline_execution AS part
                         WHERE part.parent_id = execution.id
                           AND part.state = 'failed'), true)
      FROM watcher.pipeline_execution AS execution
     WHERE execution.id = last.id)"""


def last_executions(connection: Driver, columns: str, *, condition: str = "true") -> str:
    """Return a part of a statement's WITH: `last`, the newest execution of each pipeline that has one.

    Args:
        connection: The transaction; the number of pipelines is written into the statement, since PostgreSQL has to
            know how little is read.
        columns: What it has beside `pipeline_id` and `start_date`.
        condition: The newest of which executions.
    """
    (pipelines,) = connection.execute("SELECT count(*) FROM watcher.pipeline").fetchone() or (0,)
    return LAST.format(columns=columns, condition=condition, recent=RECENT_OF_EACH * pipelines)


def read_choices(connection: Driver) -> dict[str, tuple[str, ...]]:
    """Return the `owners`, `types` and `groups` that pipelines have, in order."""
    owners, types, groups = connection.execute(CHOICES).fetchone() or (None, None, None)
    return {"owners": tuple(owners or ()), "types": tuple(types or ()), "groups": tuple(sorted(groups or ()))}


def limit(value: object, argument: str, most: int) -> int:
    """Return how many are asked for.

    Raises:
        InvalidValueError: The number is below one or above the most.
    """
    number = arguments.positive(value, argument)
    if number is None or number > most:
        raise InvalidValueError(f"{argument} is {value!r}; it must be from 1 to {most:,}")
    return number

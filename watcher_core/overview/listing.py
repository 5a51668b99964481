"""A list of pipelines: one statement finds and sorts all that match, others read what is shown of one page of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from watcher_core import arguments, catalog, checks, recording, text, values
from watcher_core.database import Driver
from watcher_core.enums import AlertKind, ExecutionState
from watcher_core.errors import InvalidValueError
from watcher_core.overview.pipelines import GROUP, PIPELINES, ROWS, Filter, last_executions, read_choices
from watcher_core.overview.standing import freshness_standing

# What stands for the state of a pipeline that has never run.
NEVER_RAN = "never ran"

# What comes first is what people look for: what is bad, new, long, large, alerting.
SORTS = {
    "name": "pipeline.name",
    "state": "array_position(CAST('{failed,blocked,running,canceled,skipped,succeeded}' AS text[]), last.state)",
    "started": "last.start_date",
    "took": "last.seconds",
    "rows": "last.rows",
    "type": "type.name",
    "owner": f"{catalog.OWNERS} ->> 0",
    "alerts": "coalesce(standing.number, 0)",
}

NEWEST = f"""CAST(state AS text) AS state, {ROWS} AS rows,
                       coalesce(duration_seconds, extract(epoch FROM %(now)s - start_date)) AS seconds"""

MATCHING = f"""
    WITH standing AS MATERIALIZED (
        SELECT pipeline_id, count(*) AS number, array_agg(DISTINCT CAST(kind AS text)) AS kinds
          FROM watcher.alert
         WHERE state <> 'resolved'
           AND pipeline_id IS NOT NULL
         GROUP BY pipeline_id
    ), {{last}}
    SELECT pipeline.id, last.state, last.rows, standing.kinds
      FROM {PIPELINES}
      LEFT JOIN last ON last.pipeline_id = pipeline.id
      LEFT JOIN standing ON standing.pipeline_id = pipeline.id
     WHERE {{condition}}
       AND (CAST(%(active)s AS boolean) IS NULL
            OR (pipeline.active AND pipeline.removed_at IS NULL) = CAST(%(active)s AS boolean))
     ORDER BY {{order}} {{direction}} NULLS LAST, pipeline.name
"""

SUBJECTS = f"SELECT pipeline.id, {GROUP}, {catalog.OWNERS} FROM {PIPELINES} WHERE pipeline.id = ANY(%(ids)s)"


def list_summaries(
    connection: Driver,
    *,
    chosen: Filter,
    state: ExecutionState | str | None,
    active: bool | None,
    sort: str,
    descending: bool,
    limit: int | None,
    offset: int,
    now: dt.datetime,
) -> values.PipelineList:
    """Return the pipelines that are asked for, as they stand."""
    wanted = None if state is None else _state(state)
    if sort not in SORTS:
        raise InvalidValueError(f"sort is {sort!r}; it must be one of {', '.join(SORTS)}")
    statement = MATCHING.format(
        last=last_executions(connection, NEWEST),
        condition=chosen.condition,
        order=SORTS[sort],
        direction="DESC" if descending else "ASC",
    )
    matching = connection.execute(statement, {**chosen.given, "active": active, "now": now}).fetchall()
    states = Counter(row[1] for row in matching)
    found = matching if state is None else [row for row in matching if row[1] == wanted]
    shown = found[offset:] if limit is None else found[offset : offset + limit]
    return values.PipelineList(
        at=now,
        pipelines=tuple(_summaries(connection, shown, now)),
        total=len(found),
        states={each: states[each] for each in (*ExecutionState, None) if states[each]},
        **read_choices(connection),
    )


def _state(state: ExecutionState | str) -> str | None:
    return None if state == NEVER_RAN else arguments.choice(state, ExecutionState, "state").value


def _summaries(connection: Driver, shown: Sequence[Sequence[Any]], now: dt.datetime) -> list[values.PipelineSummary]:
    ids = [row[0] for row in shown]
    pipelines = {each.id: each for each in catalog.list_pipelines(connection, ids=ids)}
    activity = {each.pipeline_id: each for each in recording.select_activity(connection, pipeline_ids=ids)}
    freshness: Mapping[int, values.EffectiveThreshold] = {
        each.pipeline_id: each
        for each in checks.select_thresholds(connection, pipeline_ids=ids)
        if each.kind is AlertKind.FRESHNESS
    }
    subjects = {pipeline_id: rest for pipeline_id, *rest in connection.execute(SUBJECTS, {"ids": ids})}
    return [
        values.PipelineSummary(
            pipeline=pipelines[pipeline_id],
            group=subjects[pipeline_id][0],
            owners=text.parse_owners(subjects[pipeline_id][1]),
            activity=activity[pipeline_id],
            rows=None if rows is None else int(rows),
            freshness=freshness_standing(pipelines[pipeline_id], freshness[pipeline_id], now=now),
            alerts=tuple(AlertKind(kind) for kind in kinds or ()),
        )
        for pipeline_id, _, rows, kinds in shown
    ]

"""What ran in some time, each execution with its usual end.

Executions that ran in a time ended in it, or ended later but started in it or before, or run: each is found by an index
of its own, and none is found twice. One that started before the time and ended after it is looked for among what ended
within a day after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from watcher_core import catalog, text, values
from watcher_core.database import Driver
from watcher_core.enums import ExecutionState
from watcher_core.errors import InvalidValueError
from watcher_core.overview.pipelines import GROUP, PIPELINES, Filter, read_choices
from watcher_core.recording import RECENT_EXECUTIONS
from watcher_core.values import TimelineExecution, TimelineGroup

# To look a member up takes a tenth of asking the enum for it.
STATES = {state.value: state for state in ExecutionState}

MOST_EXECUTIONS = 5_000
MOST_TIME = dt.timedelta(days=31)

NAMES = {"type": "type.name", "group": GROUP, "pipeline": "pipeline.name", "owner": f"CAST({catalog.OWNERS} AS text)"}

# For the executions of a month, so that none are written to a file and read again.
ROOM = "SET LOCAL work_mem = '32MB'"

COLUMNS = "id, pipeline_id, scope, state, start_date, end_date"

RAN = """
    WITH matching AS MATERIALIZED (
        SELECT pipeline.id, pipeline.name, {name} AS group_name
          FROM {pipelines}
         WHERE {condition}
    ), ran AS NOT MATERIALIZED (
        SELECT {columns} FROM watcher.pipeline_execution WHERE end_date >= %(begin)s AND end_date < %(end)s
         UNION ALL
        SELECT {columns}
          FROM watcher.pipeline_execution
         WHERE end_date >= %(end)s
           AND start_date >= %(begin)s
           AND start_date < %(end)s
         UNION ALL
        SELECT {columns}
          FROM watcher.pipeline_execution
         WHERE end_date >= %(end)s
           AND end_date < CAST(%(end)s AS timestamptz) + interval '1 day'
           AND start_date < %(begin)s
         UNION ALL
        SELECT {columns} FROM watcher.pipeline_execution WHERE state = 'running' AND start_date < %(end)s
    ), shown AS MATERIALIZED (
        SELECT *
          FROM ran
         WHERE {of_matching}
         ORDER BY state <> 'failed', coalesce(end_date, %(now)s) - start_date DESC, id DESC
         LIMIT %(limit)s
    ), usual AS (
        SELECT each.pipeline_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds) AS seconds
          FROM (SELECT DISTINCT pipeline_id FROM shown) AS each
         CROSS JOIN LATERAL (
               SELECT duration_seconds
                 FROM watcher.pipeline_execution
                WHERE pipeline_id = each.pipeline_id
                  AND state = 'succeeded'
                ORDER BY coalesce(logical_date, start_date) DESC
                LIMIT {recent}) AS success
         GROUP BY each.pipeline_id
    )
    SELECT shown.id, shown.pipeline_id, matching.name, shown.scope, shown.state, shown.start_date, shown.end_date,
           usual.seconds, matching.group_name, (SELECT count(*) FROM ran WHERE {of_matching})
      FROM shown
      JOIN matching ON matching.id = shown.pipeline_id
      LEFT JOIN usual ON usual.pipeline_id = shown.pipeline_id
     ORDER BY shown.start_date, shown.id
"""

KNOWN_SINCE = "SELECT min(start_date) FROM watcher.pipeline_execution"


def read_timeline(
    connection: Driver,
    *,
    begin: dt.datetime,
    end: dt.datetime,
    group_by: str,
    chosen: Filter,
    most: int,
    now: dt.datetime,
) -> values.Timeline:
    """Return the executions that ran in some time, grouped.

    Raises:
        InvalidValueError: There are no such groups, or the time is empty or too long.
    """
    if group_by not in NAMES:
        raise InvalidValueError(f"group_by is {group_by!r}; it must be one of {', '.join(NAMES)}")
    if not begin < end <= begin + MOST_TIME:
        raise InvalidValueError(
            f"the time from {begin.isoformat()} to {end.isoformat()} must be more than none and at most"
            f" {text.plural(MOST_TIME.days, 'day')}"
        )
    statement = RAN.format(
        columns=COLUMNS,
        name=NAMES[group_by],
        pipelines=PIPELINES,
        condition=chosen.condition,
        of_matching="true" if chosen.is_all else "pipeline_id IN (SELECT id FROM matching)",
        recent=RECENT_EXECUTIONS,
    )
    given = {**chosen.given, "begin": begin, "end": end, "limit": most, "now": now}
    groups: dict[str | None, list[TimelineExecution]] = {}
    total = 0
    connection.execute(ROOM)
    for *row, group_name, total in connection.execute(statement, given):  # noqa: B007 (the same in each row)
        name = next(iter(text.owners(group_name)), None) if group_by == "owner" else group_name
        groups.setdefault(name, []).append(_execution(row))
    (known_since,) = connection.execute(KNOWN_SINCE).fetchone() or (None,)
    choices = read_choices(connection)
    shown = sum(map(len, groups.values()))
    return values.Timeline(
        begin=begin,
        end=end,
        group_by=group_by,
        groups=tuple(
            TimelineGroup(
                name=name,
                executions=tuple(executions),
                failures=sum(each.state is ExecutionState.FAILED for each in executions),
            )
            for name, executions in sorted(groups.items(), key=_place)
        ),
        shown=shown,
        left_out=total - shown,
        known_since=known_since,
        owners=choices["owners"],
        types=choices["types"],
        all_groups=choices["groups"],
    )


def _place(item: tuple[str | None, list[TimelineExecution]]) -> tuple[bool, bool, str]:
    """Groups with a failure come first, then by name."""
    name, executions = item
    return all(each.state is not ExecutionState.FAILED for each in executions), name is None, name or ""


def _execution(row: Sequence[Any]) -> TimelineExecution:
    execution_id, pipeline_id, name, scope, state, start_date, end_date, usual_seconds = row
    return TimelineExecution(
        id=execution_id,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        scope=scope,
        state=STATES[state],
        start_date=start_date,
        end_date=end_date,
        usual_end=None if usual_seconds is None else start_date + dt.timedelta(seconds=usual_seconds),
    )

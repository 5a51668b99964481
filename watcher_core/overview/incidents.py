"""What is wrong now: one statement over the alerts that are not resolved and the last execution of each pipeline.

An incident is an alert that is behind no other one that still holds, or a pipeline in a bad state without an alert: its
newest execution failed or was blocked. One that failed or was blocked in the run that an alert is about, that of a
failure or of a blocking check, is behind that alert: of several alerts of a run, behind the one that it reads from by
lineage. One whose failures are muted, or were resolved by hand since, is none. Nor is a run in which all that failed
has been made good since, elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from watcher_core import alerts, arguments, catalog, lineage, text, values
from watcher_core.database import Driver
from watcher_core.enums import AlertKind, AlertLevel, AlertState
from watcher_core.errors import InvalidValueError
from watcher_core.overview.pipelines import GROUP, PIPELINES, STANDS, Filter, last_executions, read_choices
from watcher_core.overview.unwatched import unwatched_pipelines
from watcher_core.values import Problem

PROBLEMS = {
    AlertKind.HEALTH: Problem.HEALTH,
    AlertKind.FAILURE: Problem.FAILING,
    AlertKind.STUCK: Problem.STUCK,
    AlertKind.ASSET_CHECK: Problem.CHECK,
    AlertKind.MISSED: Problem.MISSED,
    AlertKind.FRESHNESS: Problem.STALE,
    AlertKind.TIMELINESS: Problem.LATE,
    AlertKind.ANOMALY: Problem.STRANGE,
}
_PROBLEM = " ".join(f"WHEN '{kind.value}' THEN '{problem.value}'" for kind, problem in PROBLEMS.items())

# Pipelines that are named behind an incident, and pipelines that are named as not watched.
NAMED = 5
MOST_INCIDENTS = 1_000

# An alert of a pipeline whose failure a person has resolved stays so, until the pipeline fails again. Failures that are
# muted are no incidents, and nothing that is fine.
BAD = """
    {last}, not_well AS MATERIALIZED (
        SELECT pipeline.id AS pipeline_id, last.id AS execution_id, last.state, last.end_date AS since,
               (SELECT watcher.full_metadata(source, external_id, execution_metadata) ->> 'run_id'
                  FROM watcher.pipeline_execution
                 WHERE id = last.id) AS run_id,
               pipeline.mute_failure_check OR type.mute_failure_check AS is_muted
          FROM watcher.pipeline
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
          JOIN last ON last.pipeline_id = pipeline.id
         WHERE pipeline.active
           AND pipeline.removed_at IS NULL
           AND (last.state = 'blocked' OR last.state = 'failed' AND {stands})
           AND NOT EXISTS (SELECT FROM alive WHERE alive.pipeline_id = pipeline.id)
           AND NOT EXISTS (SELECT
                             FROM watcher.alert
                            WHERE alert.pipeline_id = pipeline.id
                              AND alert.kind = 'failure'
                              AND alert.resolved_by_hand
                              AND alert.resolved_at >= last.end_date)
    ), bad AS (
        SELECT * FROM not_well WHERE NOT is_muted
    )"""

INCIDENTS = """
    WITH alive AS MATERIALIZED (
        SELECT alert.id, alert.pipeline_id, alert.pipeline_execution_id, alert.level,
               CASE alert.kind {problem} END AS problem,
               CASE WHEN alert.state = 'snoozed' AND alert.snoozed_until <= %(now)s THEN 'open'
                    ELSE CAST(alert.state AS text) END AS state,
               coalesce(alert.reopened_at, alert.opened_at) AS since,
               CASE WHEN root.state <> 'resolved' THEN root.id ELSE alert.id END AS root_id,
               CASE WHEN alert.kind = 'failure' OR alert.facts -> 'blocking' = 'true'
                    THEN alert.facts ->> 'run_id' END AS run_id
          FROM watcher.alert
          LEFT JOIN watcher.alert AS root ON root.id = alert.cause_alert_id
         WHERE alert.state <> 'resolved'
    ), {bad}, matching AS MATERIALIZED (
        SELECT pipeline.id, pipeline.active, pipeline.removed_at
          FROM {pipelines}
         WHERE {condition}
    ), run AS (
        SELECT run_id, min(root_id) AS root_id, count(DISTINCT root_id) AS roots
          FROM alive
         WHERE run_id IS NOT NULL
         GROUP BY run_id
    ), failed AS MATERIALIZED (
        -- What has failed in runs that have several alerts, and not too many to tell them apart.
        SELECT run_id, alive.root_id, alive.pipeline_id
          FROM alive
          JOIN run USING (run_id)
         WHERE run.roots BETWEEN 2 AND {most_failed}
    ), place AS MATERIALIZED (
        SELECT run_id, root_id, array_agg(address_id) AS addresses
          FROM failed
          JOIN ({places}) AS place USING (pipeline_id)
         GROUP BY run_id, root_id
    ), affected AS MATERIALIZED (
        SELECT root_id, NULL AS bad_id, pipeline_id FROM alive WHERE pipeline_id IS NOT NULL
         UNION
        -- Behind the alert of its run that lineage puts it behind; else behind the first.
        SELECT coalesce((SELECT min(place.root_id)
                           FROM place
                          WHERE place.run_id = bad.run_id
                            AND {comes_from}), run.root_id),
               CASE WHEN run.root_id IS NULL THEN bad.pipeline_id END,
               bad.pipeline_id
          FROM bad
          LEFT JOIN run USING (run_id)
    ), wanted AS (
        -- Incidents of which a pipeline, or one behind it, is asked for.
        SELECT DISTINCT root_id, bad_id FROM affected WHERE {of_matching}
    ), incident AS MATERIALIZED (
        SELECT id AS alert_id, NULL AS pipeline_id, NULL AS execution_id, problem, level, state, since
          FROM alive
         WHERE root_id = id
           AND (id IN (SELECT root_id FROM wanted) OR pipeline_id IS NULL AND {is_all})
         UNION ALL
        SELECT NULL, pipeline_id, execution_id, CASE state WHEN 'failed' THEN 'failing' ELSE 'blocked' END,
               'error', 'open', since
          FROM bad
         WHERE pipeline_id IN (SELECT bad_id FROM wanted)
    ), asked AS (
        SELECT *
          FROM incident
         WHERE (CAST(%(problem)s AS text) IS NULL OR problem = %(problem)s)
           AND (CAST(%(state)s AS text) IS NULL OR state = %(state)s)
    ), shown AS (
        SELECT *, row_number() OVER (
                   ORDER BY state <> 'open', state, level DESC, since DESC, alert_id DESC, pipeline_id) AS place
          FROM asked
         ORDER BY place
         LIMIT %(limit)s
    )
    SELECT (SELECT coalesce(json_agg(json_build_array(alert_id, pipeline_id, execution_id, problem, since)
                                     ORDER BY place), '[]') FROM shown),
           (SELECT count(*) FROM asked),
           (SELECT coalesce(json_object_agg(problem, number), '{{}}')
              FROM (SELECT problem, count(*) AS number
                      FROM incident
                     WHERE CAST(%(state)s AS text) IS NULL OR state = %(state)s
                     GROUP BY problem) AS each),
           (SELECT coalesce(json_object_agg(state, number), '{{}}')
              FROM (SELECT state, count(*) AS number
                      FROM incident
                     WHERE CAST(%(problem)s AS text) IS NULL OR problem = %(problem)s
                     GROUP BY state) AS each),
           (SELECT coalesce(json_agg(json_build_array(root_id, number, names)), '[]')
              FROM (SELECT affected.root_id, count(DISTINCT affected.pipeline_id) AS number,
                           (array_agg(DISTINCT name ORDER BY name))[1 : {named}] AS names
                      FROM affected
                      JOIN alive AS root ON root.id = affected.root_id
                      JOIN watcher.pipeline ON pipeline.id = affected.pipeline_id
                     WHERE affected.root_id IN (SELECT alert_id FROM shown)
                       AND affected.pipeline_id IS DISTINCT FROM root.pipeline_id
                     GROUP BY affected.root_id) AS each),
           (SELECT count(*) FROM watcher.pipeline_execution WHERE state = 'running' AND {of_matching}),
           counted.*
      FROM (SELECT count(*) FILTER (WHERE active AND removed_at IS NULL AND NOT is_affected AND NOT is_muted),
                   count(*) FILTER (WHERE is_muted),
                   count(*) FILTER (WHERE is_affected),
                   count(*) FILTER (WHERE NOT active AND removed_at IS NULL),
                   count(*) FILTER (WHERE removed_at IS NOT NULL)
              FROM (SELECT active, removed_at, id IN (SELECT pipeline_id FROM affected) AS is_affected,
                           id IN (SELECT pipeline_id FROM not_well WHERE is_muted) AS is_muted
                      FROM matching) AS each) AS counted
"""

SUBJECTS = f"""
    SELECT pipeline.id, pipeline.name, type.name, {GROUP}, {catalog.OWNERS}
      FROM {PIPELINES}
     WHERE pipeline.id = ANY(%(ids)s)
"""

ERRORS = """
    SELECT id, left(execution_metadata #>> '{error,message}', 2000)
      FROM watcher.pipeline_execution
     WHERE id = ANY(%(ids)s)
"""

# Since when it is so: the first end, failed or blocked, after the success before it.
BEGAN = """
    SELECT execution.id, first.end_date
      FROM watcher.pipeline_execution AS execution
     CROSS JOIN LATERAL (
           SELECT coalesce((SELECT start_date
                              FROM watcher.pipeline_execution AS good
                             WHERE good.pipeline_id = execution.pipeline_id
                               AND good.state = 'succeeded'
                               AND good.start_date < execution.start_date
                             ORDER BY good.start_date DESC
                             LIMIT 1), '-infinity') AS start_date) AS success
     CROSS JOIN LATERAL (
           SELECT bad.end_date
             FROM watcher.pipeline_execution AS bad
            WHERE bad.pipeline_id = execution.pipeline_id
              AND bad.state IN ('failed', 'blocked')
              AND bad.start_date > success.start_date
            ORDER BY bad.start_date
            LIMIT 1) AS first
     WHERE execution.id = ANY(%(ids)s)
"""
BEGINNING = (Problem.FAILING, Problem.BLOCKED)


def read_overview(
    connection: Driver,
    *,
    chosen: Filter,
    problem: Problem | str | None,
    state: AlertState | str | None,
    most: int,
    missed_alerts: bool,
    now: dt.datetime,
) -> values.Overview:
    """Return what is wrong now, what is fine, and what nobody watches: see `unwatched_pipelines`."""
    given = {
        **chosen.given,
        "problem": None if problem is None else arguments.choice(problem, Problem, "problem").value,
        "state": None if state is None else _unresolved(state).value,
        "limit": most,
        "now": now,
    }
    statement = INCIDENTS.format(
        problem=_PROBLEM,
        bad=BAD.format(last=last_executions(connection, "id, state, end_date"), stands=STANDS),
        most_failed=alerts.MOST_FAILED,
        places=lineage.places("SELECT pipeline_id FROM failed"),
        comes_from=lineage.comes_from("place.addresses", "bad.pipeline_id"),
        pipelines=PIPELINES,
        condition=chosen.condition,
        is_all="true" if chosen.is_all else "false",
        of_matching="true" if chosen.is_all else "pipeline_id IN (SELECT id FROM matching)",
        named=NAMED,
    )
    row = connection.execute(statement, given).fetchone()
    assert row is not None  # noqa: S101 (a statement without FROM has a row)
    shown, total, problems, states, behind, running, fine, muted, affected, inactive, removed = row
    return values.Overview(
        at=now,
        incidents=tuple(_incidents(connection, shown, {root: (count, names) for root, count, names in behind}, now)),
        total=total,
        problems={each: problems[each.value] for each in Problem if each.value in problems},
        states={each: states[each.value] for each in AlertState if each.value in states},
        fine=fine,
        muted=muted,
        affected=affected,
        running=running,
        inactive=inactive,
        removed=removed,
        unwatched=tuple(unwatched_pipelines(connection, missed_alerts=missed_alerts, names=NAMED, chosen=chosen)),
        **read_choices(connection),
    )


def _unresolved(state: AlertState | str) -> AlertState:
    chosen = arguments.choice(state, AlertState, "state")
    if chosen is AlertState.RESOLVED:
        raise InvalidValueError("state is 'resolved'; an incident is open, acknowledged or snoozed")
    return chosen


def _incidents(
    connection: Driver,
    shown: list[list[Any]],
    behind: Mapping[int, tuple[int, list[str]]],
    now: dt.datetime,
) -> Iterable[values.Incident]:
    """Return the incidents that are shown, with all that is known of each."""
    ids = [alert_id for alert_id, *_ in shown if alert_id is not None]
    found = {
        alert.id: alert for alert in (alerts.select_alerts(connection, ids=ids, limit=len(ids), now=now) if ids else ())
    }
    pipeline_ids = {alert.pipeline_id for alert in found.values()} | {pipeline_id for _, pipeline_id, *_ in shown}
    subjects = {
        pipeline_id: rest for pipeline_id, *rest in connection.execute(SUBJECTS, {"ids": list(pipeline_ids - {None})})
    }
    executions = [execution_id for _, _, execution_id, *_ in shown if execution_id is not None]
    failed = [alert.pipeline_execution_id for alert in found.values() if PROBLEMS.get(alert.kind) in BEGINNING]
    began: dict[int | None, dt.datetime] = dict(
        connection.execute(BEGAN, {"ids": [*executions, *filter(None, failed)]}).fetchall()
    )
    errors: dict[int, str | None] = dict(connection.execute(ERRORS, {"ids": executions}).fetchall())
    for alert_id, pipeline_id, execution_id, problem, _ in shown:
        if alert_id is None:
            name, type_name, group, owners = subjects[pipeline_id]
            yield values.Incident(
                problem=Problem(problem),
                title=_without_alert(name, Problem(problem), errors[execution_id]),
                level=AlertLevel.ERROR,
                since=began[execution_id],
                state=AlertState.OPEN,
                alert_id=None,
                kind=None,
                pipeline_id=pipeline_id,
                pipeline_name=name,
                pipeline_type_name=type_name,
                group=group,
                owners=text.parse_owners(owners),
                execution_id=execution_id,
            )
        else:
            alert = found[alert_id]
            name, type_name, group, owners = subjects.get(alert.pipeline_id, (None, None, None, []))
            number, names = behind.get(alert_id, (0, []))
            opened = alert.reopened_at or alert.opened_at
            yield values.Incident(
                problem=Problem(problem),
                title=alerts.trouble(alert, now),
                level=alert.level,
                since=min(opened, began.get(alert.pipeline_execution_id, opened)),
                state=alert.state,
                alert_id=alert_id,
                kind=alert.kind,
                pipeline_id=alert.pipeline_id,
                pipeline_name=name,
                pipeline_type_name=type_name,
                group=group,
                owners=text.parse_owners(owners),
                execution_id=alert.pipeline_execution_id,
                acknowledged_by=alert.acknowledged_by,
                acknowledged_at=alert.acknowledged_at,
                snoozed_by=alert.snoozed_by,
                snoozed_until=alert.snoozed_until,
                note=alert.note,
                noted_by=alert.noted_by,
                behind=number,
                behind_names=tuple(names),
                facts=alert.facts,
            )


def _without_alert(name: str, problem: Problem, message: str | None) -> str:
    what = "failed" if problem is Problem.FAILING else "was blocked"
    why = alerts.reason(message)
    return f"{name} {what}" + (f": {why}" if why else "")

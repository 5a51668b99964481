"""Events of OpenLineage, recorded: all that they say, in one transaction.

What is known of each run and job is a row of JSON. Events are merged into it, and the executions, the lineage and the
results of checks that follow are written as every edge writes them. So the order of events does not matter, nor how
often they come, nor which server takes them.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, database, lineage, recording, values
from watcher_core.database import Driver
from watcher_core.enums import ExecutionSource, LineageOrigin
from watcher_core.errors import InvalidValueError
from watcher_core.openlineage import assertions, datasets, facts, naming
from watcher_core.openlineage.jobs import Job, dated, newer
from watcher_core.openlineage.reading import Dataset, Event

logger = logging.getLogger("watcher.progress")

# Makes the rows of runs that are new, with what these events say of them, and of those parents that a run has not named
# before, which say nothing; locks those that are there, and gives their facts: whoever comes second of a parent and its
# child sees the other. In the order of the ids, so that nobody waits in a circle. Only a row that an INSERT has just
# made has no xmax: the one of a conflict has that of its lock. A run may have children if its row was there, as a child
# makes it, which this statement does not see yet; or if cleanup has deleted it.
MERGE = """
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(%(runs)s) AS given (id uuid, parent_run_id uuid, facts jsonb)
    ), wanted AS (
        SELECT * FROM given
         UNION ALL
        SELECT DISTINCT given.parent_run_id, NULL::uuid, '{}'::jsonb
          FROM given
         WHERE given.parent_run_id = ANY(%(parents)s::uuid[])
           AND NOT EXISTS (SELECT
                             FROM watcher.openlineage_run AS known
                            WHERE known.id = given.id
                              AND known.parent_run_id = given.parent_run_id)
    )
    INSERT INTO watcher.openlineage_run AS known (id, parent_run_id, facts, updated_at)
    SELECT id, parent_run_id, facts, %(now)s FROM wanted ORDER BY id
        ON CONFLICT (id) DO UPDATE SET facts = known.facts
    RETURNING known.id::text, CASE WHEN known.xmax <> 0 THEN known.facts END,
              known.xmax <> 0
           OR EXISTS (SELECT FROM watcher.openlineage_run AS child WHERE child.parent_run_id = known.id)
"""

UPDATE = """
    UPDATE watcher.openlineage_run AS known
       SET facts         = given.facts,
           parent_run_id = given.parent_run_id,
           updated_at    = %(now)s
      FROM jsonb_to_recordset(%(runs)s) AS given (id uuid, parent_run_id uuid, facts jsonb)
     WHERE known.id = given.id
"""

CHILDREN = """
    SELECT id::text, parent_run_id::text FROM watcher.openlineage_run WHERE parent_run_id = ANY(%(runs)s::uuid[])
"""

# Those that change are locked, so that no other event moves one meanwhile.
JOBS = "SELECT name, run_id::text, at, lineage FROM watcher.openlineage_job WHERE name = ANY(%(names)s)"
LOCK_JOBS = f"{JOBS} ORDER BY name FOR UPDATE"

# Of jobs whose newest run is another, and names the same datasets as the one before, which may have turned out to be
# older; what another transaction has written meanwhile stays if it is newer. Says how many name others by now.
MOVE_JOBS = """
    WITH given AS (
        SELECT *
          FROM jsonb_to_recordset(%(jobs)s) AS given (
                   name text, run_id uuid, at timestamptz, lineage jsonb, before jsonb, before_run_id uuid,
                   before_at timestamptz)
    ), known AS (
        SELECT name, known.lineage = given.before AS is_same,
               known.run_id = given.run_id
            OR known.at <= given.at
            OR (known.run_id, known.at) IS NOT DISTINCT FROM (given.before_run_id, given.before_at) AS is_older
          FROM watcher.openlineage_job AS known
          JOIN given USING (name)
         ORDER BY name
           FOR UPDATE OF known
    ), moved AS (
        UPDATE watcher.openlineage_job AS job
           SET run_id  = given.run_id,
               at      = given.at,
               lineage = given.lineage
          FROM given
          JOIN known USING (name)
         WHERE job.name = given.name
           AND known.is_same
           AND known.is_older
    )
    SELECT count(*) FROM known WHERE NOT is_same
"""

WRITE_JOBS = """
    INSERT INTO watcher.openlineage_job (name, run_id, at, lineage)
    SELECT name, run_id, at, lineage
      FROM jsonb_to_recordset(%(jobs)s) AS given (name text, run_id uuid, at timestamptz, lineage jsonb)
     ORDER BY name
        ON CONFLICT (name) DO UPDATE
       SET run_id  = excluded.run_id,
           at      = excluded.at,
           lineage = excluded.lineage
"""


class SessionNeededError(Exception):
    """The events say more than most do, and the caller has no session: it starts anew, with one."""


def record_events(
    connection: Driver,
    *,
    events: Iterable[Event],
    session: Session | None = None,
    now: dt.datetime,
) -> None:
    """Record what events say. The same ones again change nothing, and their order does not matter.

    Args:
        connection: The transaction.
        events: From `read_event`.
        session: SQLAlchemy's session of the transaction, which has begun with the lock of lineage: only for checks,
            lineage and new pipelines, as few events need it, and it takes longer than a statement.
        now: The time.

    Raises:
        SessionNeededError: A session is needed; the transaction has to be rolled back.
    """
    in_order = sorted(events, key=lambda event: event.at)
    results = [result for event in in_order for result in assertions.results_of(event)]
    if results and session is None:
        raise SessionNeededError
    runs, jobs = _merge_runs(connection, in_order, now=now)
    changed = {run_id: run for run_id, run in runs.items() if run.now != run.before}
    found = _merge_jobs(connection, jobs, runs, statement=JOBS if session is None else LOCK_JOBS)
    named = [dataset for event in in_order if event.pipeline_name is None for dataset in event.inputs]
    if (found.changed or named) and session is None:
        raise SessionNeededError
    executions = {run_id: run.now for run_id, run in changed.items() if facts.is_execution(run.now)}
    pipelines = {*found.names, *map(facts.pipeline_of, executions.values()), *(one.pipeline_name for one in results)}
    names = catalog.find_pipelines(connection, pipelines)
    if pipelines - names.keys():  # made all at once and in the order of their names, so that nobody waits in a circle
        if session is None:
            raise SessionNeededError
        types = dict.fromkeys(pipelines, naming.PIPELINE_TYPE)
        names = catalog.resolve_pipelines(session, types_by_name=types, begun=_begun(executions.values()), now=now)
    if session is not None and (found.changed or named):
        _record_other_names(session, found.changed, named, now=now)
        _record_lineage(session, found.changed, datasets.dataset_addresses(named), now=now)
        connection.execute(WRITE_JOBS, {"jobs": _rows(found.changed)})
    if found.moved:
        (others,) = connection.execute(MOVE_JOBS, {"jobs": _rows(found.moved, found.before)}).fetchone() or (0,)
        if others:
            raise SessionNeededError
    if known := {run_id: run.now for run_id, run in changed.items() if run.before is not None}:
        connection.execute(UPDATE, {"runs": _run_rows(known), "now": now})
    recording.record_whole_executions(
        connection,
        parents={run_id: facts.parent_of(each) for run_id, each in executions.items()},
        record_of=lambda run_id: facts.record_of(run_id, executions[run_id]),
        pipeline_names=names,
        now=now,
    )
    new = [run_id for run_id, run in changed.items() if not run.before]
    _adopt_children(connection, [run_id for run_id in new if runs[run_id].may_have_children])
    if session is not None:
        recording.record_asset_checks(session, records=results, now=now, newest_wins=True)


def _begun(executions: Iterable[facts.Facts]) -> dict[str, tuple[dt.datetime, str | None]]:
    """When the newest run of each pipeline has begun, as `resolve_pipelines` takes it."""
    begun: dict[str, tuple[dt.datetime, str | None]] = {}
    for each in sorted(executions, key=lambda each: str(each["first"])):
        begun[facts.pipeline_of(each)] = dt.datetime.fromisoformat(each["first"]), None
    return begun


# Runs


@dataclass(frozen=True, slots=True)
class Run:
    """The facts of a run, before these events (`None`: it had no row) and now, and whether others may be part of it."""

    before: facts.Facts | None
    now: facts.Facts
    may_have_children: bool = False

    @property
    def has_moved(self) -> bool:
        """Whether these events say more of when it started than was known."""
        return bool(self.before) and self.start != Run(None, self.before or {}).start

    @property
    def start(self) -> tuple[str, bool]:
        """When it started, as far as is known, and whether a START event has said so."""
        return self.now["first"], self.now.get("started", False)


def _merge_runs(
    connection: Driver, events: Sequence[Event], *, now: dt.datetime
) -> tuple[dict[str, Run], list[tuple[Event, datasets.Datasets]]]:
    """Write the runs that are new, and lock the others, whose facts may be others now.

    Returns:
        The runs, and what each event says of the datasets of its job.
    """
    by_run: dict[str, list[Event]] = {}
    jobs: list[tuple[Event, datasets.Datasets]] = []
    for event in events:
        if event.run_id is not None:
            by_run.setdefault(event.run_id, []).append(event)
        elif event.pipeline_name is not None:
            jobs.append((event, datasets.datasets_of(event)[0]))
    parents = facts.parents_in(events) - by_run.keys()
    parts = database.in_parts(sorted(by_run))
    if len(parts) > 1:  # those of parents, too, in the order of the ids, whichever part names them
        parts = database.in_parts(sorted({*by_run, *parents}))
        parents = set()
    said: dict[str, facts.Facts] = {}

    def parameters(part: Sequence[str]) -> dict[str, Any]:
        of_part = {run_id: _said(by_run.get(run_id, ()), jobs) for run_id in part}
        said.update(of_part)
        return {"runs": _run_rows(of_part), "parents": list(parents), "now": now}

    rows = database.execute_in_parts(connection, MERGE, parts, parameters)
    known = {run_id: (before, may_have_children) for run_id, before, may_have_children in rows}
    runs: dict[str, Run] = {}
    for run_id in by_run:
        before, may_have_children = known[run_id]
        runs[run_id] = Run(before, facts.merged(before or {}, said[run_id]), may_have_children)
    return runs, sorted(jobs, key=lambda job: job[0].at)


def _said(events: Sequence[Event], jobs: list[tuple[Event, datasets.Datasets]]) -> facts.Facts:
    """Return what the events of a run say of it; adds to `jobs` what they say of the datasets of its job."""
    said: facts.Facts = {}
    for event in events:
        named, refused = datasets.datasets_of(event)
        new = facts.facts_of(event)
        if refused:
            new["refused"] = {**new.get("refused", {}), **refused}
        said = facts.merged(said, new)
        if not event.is_test:
            jobs.append((event, named))
    return said


def _run_rows(runs: Mapping[str, facts.Facts]) -> Jsonb:
    return _jsonb(
        [{"id": run_id, "parent_run_id": facts.parent_of(each), "facts": each} for run_id, each in runs.items()]
    )


def _adopt_children(connection: Driver, runs: Sequence[str]) -> None:
    """Link what ran as part of runs of which nothing was known until now."""
    if not runs:
        return
    parents = {child: parent for child, parent in connection.execute(CHILDREN, {"runs": runs}) if child != parent}
    if parents:
        recording.adopt(connection, source=ExecutionSource.OPENLINEAGE, parents=parents)


# Jobs


@dataclass(frozen=True, slots=True)
class FoundJobs:
    """What these events say of the datasets of jobs, by the names of their pipelines.

    Attributes:
        names: All jobs that have an event of their own.
        changed: Those whose datasets are others now.
        moved: Those whose newest run names the same datasets as the one before it.
        before: What was known of those.
    """

    names: frozenset[str]
    changed: dict[str, Job]
    moved: dict[str, Job]
    before: dict[str, Job]


def _merge_jobs(
    connection: Driver,
    events: Sequence[tuple[Event, datasets.Datasets]],
    runs: Mapping[str, Run],
    *,
    statement: str,
) -> FoundJobs:
    names = sorted(
        {
            event.pipeline_name
            for event, named in events
            if event.pipeline_name is not None
            and (event.run_id is None or datasets.says_anything(named) or runs[event.run_id].has_moved)
        }
    )
    if not names:
        return FoundJobs(frozenset(), {}, {}, {})
    before = {
        name: Job.of_row(at.astimezone(dt.UTC).isoformat(timespec="microseconds"), run_id, known)
        for name, run_id, at, known in connection.execute(statement, {"names": names})
    }
    now = dict(before)
    for event, named in events:
        name = event.pipeline_name or ""
        if event.run_id is None:
            at, is_sure = event.at.isoformat(timespec="microseconds"), True
        else:
            at, is_sure = runs[event.run_id].start
        if datasets.says_anything(named):
            now[name] = newer(now.get(name), Job(at, event.run_id, named, without_start=not is_sure))
        elif event.run_id is not None and name in now:
            now[name] = dated(now[name], event.run_id, at=at, without_start=not is_sure)
    changed = {name: job for name, job in now.items() if not job.says_the_same(before.get(name))}
    moved = {name: job for name, job in now.items() if name not in changed and job != before[name]}
    return FoundJobs(frozenset(names), changed, moved, before)


def _record_other_names(
    session: Session, jobs: Mapping[str, Job], named: Sequence[Dataset], *, now: dt.datetime
) -> None:
    """Let addresses have the further names that events say of their datasets, before lineage is looked up by these."""
    others = datasets.dataset_names(named)
    for job in jobs.values():
        others |= datasets.other_names(job.datasets)
    if not others:
        return
    wanted = set(others.values())
    addresses = [address for job in jobs.values() for address in datasets.addresses(job.datasets)]
    addresses += datasets.dataset_addresses(named)
    lineage.name_addresses(
        session,
        addresses=[catalog.clean_address(address) for address in addresses if address.name in wanted],
        others=others,
        came_as=naming.came_as,
        now=now,
    )


def _record_lineage(
    session: Session, jobs: Mapping[str, Job], named: Sequence[values.Address], *, now: dt.datetime
) -> None:
    lineages: list[values.PipelineLineage] = []
    left = list(named)
    for name, job in jobs.items():
        cleaned = _cleaned_leniently(datasets.lineage_of(name, job.lineage))
        if cleaned is not None:
            lineages.append(cleaned)
        if cleaned is None or not job.is_whole:
            left += datasets.addresses(job.datasets)
    lineage.record_lineage(session, lineages=lineages, origin=LineageOrigin.OPENLINEAGE, now=now)
    if left:
        catalog.ensure_addresses(session, addresses=map(catalog.clean_address, left), now=now)


def _cleaned_leniently(found: values.PipelineLineage | None) -> values.PipelineLineage | None:
    """Return lineage, checked; without its columns where these break a rule, and nothing where it does without them."""
    for each in () if found is None else (found, replace(found, columns=None)):
        try:
            return lineage.clean_lineage(each)
        except InvalidValueError as error:
            logger.warning("the lineage of %s is not recorded as it was sent: %s", each.pipeline_name, error)
    return None


def _rows(jobs: Mapping[str, Job], before: Mapping[str, Job] | None = None) -> Jsonb:
    return _jsonb(
        [
            {
                "name": name,
                "run_id": job.run_id,
                "at": job.at,
                "lineage": job.stored,
                **({} if before is None else _row_before(before[name])),
            }
            for name, job in jobs.items()
        ]
    )


def _row_before(job: Job) -> dict[str, Any]:
    return {"before": job.stored, "before_run_id": job.run_id, "before_at": job.at}


def _jsonb(rows: Sequence[Mapping[str, Any]]) -> Jsonb:
    return Jsonb(rows, dumps=arguments.json_rows)

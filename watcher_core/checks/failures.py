"""The failure check: what failed as many times in a row as its threshold says, or once without one.

What counts as a failure, and what takes it back, is in `failing`. A finding is about a pipeline in an instance, and
lists its failed partitions. Where a step failed for several assets of the same owners, their findings share one alert.
An alert that is open goes on, be it of one asset or of several.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from watcher_core import catalog, database, text
from watcher_core.checks import causes, retries
from watcher_core.checks.failing import FAILING
from watcher_core.enums import AlertKind, AlertLevel, ExecutionState
from watcher_core.values import Finding

# An error may quote a whole statement; an alert keeps its beginning.
MOST_CHARACTERS = 500

# Looking a member up in its enum takes longer than all else about a finding.
STATES = {state.value: state for state in ExecutionState}

# Partitions that a finding names.
MOST_NAMED = 50

LOGGED = """
    logged AS (
        INSERT INTO watcher.failure_pipeline_execution_log
              (pipeline_execution_id, pipeline_id, failures_in_a_row, evaluation_timestamp, failure_number,
               used_child_config)
        SELECT failed.execution_id, found.id, found.failures, %(now)s, found.number, found.used_child_config
          FROM found
         CROSS JOIN LATERAL unnest(found.execution_ids) AS failed (execution_id)
         WHERE NOT found.is_known
            OR found.size > 1
         ORDER BY failed.execution_id
            ON CONFLICT (pipeline_execution_id) DO NOTHING
        RETURNING pipeline_execution_id
    )"""

# What has been made good is never looked at again, nor what was before it.
SETTLED = """
    settled AS (
        DELETE FROM watcher.failure_pending
         WHERE id IN (SELECT pending.place
                        FROM pending
                       WHERE pending.is_over OR pending.is_newest_over)
    )"""

# What a dry run would log.
UNLOGGED = """
    logged AS (
        SELECT failed.execution_id AS pipeline_execution_id
          FROM found
         CROSS JOIN LATERAL unnest(found.execution_ids) AS failed (execution_id)
         WHERE NOT EXISTS (SELECT
                             FROM watcher.failure_pipeline_execution_log AS log
                            WHERE log.pipeline_execution_id = failed.execution_id)
    )"""

# The numbers of a finding, as those of `Finding.facts`.
FACTS = causes.facts_of(
    expected_number="detailed.number",
    used_child_config="detailed.used_child_config",
    measured_from=causes.at("detailed.start_date"),
    duration_seconds=causes.seconds("detailed.duration_seconds"),
    execution_state="detailed.state",
    failures_in_a_row="detailed.failures",
)


def _said(key: str, kind: str) -> str:
    return database.json_of_type(f"found.execution_metadata -> '{key}'", kind)


# What a finding knows besides its numbers.
DETAILED = f"""
    detailed AS MATERIALIZED (
        SELECT found.*, found.run_metadata ->> 'location' AS location,
               jsonb_strip_nulls(jsonb_build_object(
                   'error', left(found.execution_metadata #>> '{{error,message}}', {MOST_CHARACTERS}),
                   'error_class', left(found.execution_metadata #>> '{{error,class}}', {MOST_CHARACTERS}),
                   'ended_at', found.end_date,
                   'run_id', {_said("run_id", "string")},
                   'step_key', {_said("step_key", "string")},
                   'failed_steps', {_said("failed_steps", "array")},
                   'failed_assets', {_said("failed_assets", "array")},
                   'partition', found.execution_metadata -> 'partition',
                   'backfill', coalesce(found.run_metadata, found.execution_metadata) #> '{{tags,dagster/backfill}}',
                   'failed_partitions', partitions.named,
                   'partition_count', found.partition_count,
                   'failed_partition_count', CASE WHEN partitions.named IS NOT NULL THEN found.size END,
                   'failing', nullif(found.size, 1),
                   'attempts', found.execution_metadata -> 'attempts')) AS details
          FROM found
         CROSS JOIN LATERAL (
               SELECT jsonb_agg(partition ORDER BY partition) AS named
                 FROM (SELECT execution_metadata -> 'partition' AS partition
                         FROM unnest(found.execution_ids) AS failed (id)
                         JOIN watcher.pipeline_execution USING (id)
                        WHERE (found.size > 1 OR found.execution_metadata ? 'partition') -- else there is none
                          AND execution_metadata ? 'partition'
                        ORDER BY 1
                        LIMIT {MOST_NAMED}) AS failed) AS partitions
    )"""

LEVEL = catalog.level_of("'failure'", "CAST('error' AS watcher.alert_level)", "detailed.asked_level")

# Whether the alert of a finding is open, has the level that is asked for, and says just this. Assets that failed with
# one step have none of their own. `IN` hashes the alerts, whatever statistics say; a join may read all for each.
IS_SAID = f"""
           detailed.is_known
           AND (concat_ws('/', 'failure', detailed.id, nullif(detailed.instance_id, '')), detailed.execution_id,
                {LEVEL}, {FACTS} || detailed.details)
            IN (SELECT deduplication_key, pipeline_execution_id, level, facts
                  FROM watcher.alert
                 WHERE kind = 'failure'
                   AND state IN ('open', 'acknowledged')
                   AND pipeline_execution_id IS NOT NULL)"""

FOUND = f"""
    SELECT detailed.id, detailed.name, detailed.type_name, detailed.owners, detailed.number,
           detailed.used_child_config, detailed.execution_id, detailed.failures, detailed.instance_id, detailed.state,
           detailed.start_date, detailed.duration_seconds, detailed.location, detailed.details,
           -- A partition that fails is news, also where it failed before another one that was found first. `IN` hashes
           -- what was logged; an array would be read for each.
           detailed.execution_id IN (SELECT pipeline_execution_id FROM logged)
           OR (detailed.size > 1 AND (SELECT bool_or(failed.id IN (SELECT pipeline_execution_id FROM logged))
                                        FROM unnest(detailed.execution_ids) AS failed (id))) AS is_new,
           {IS_SAID} AS is_said
      FROM detailed
     ORDER BY detailed.start_date, detailed.execution_id
"""

# The keys of the alerts that are open, of those of steps with their assets.
OPEN_KEYS = """
    SELECT deduplication_key,
           CASE WHEN starts_with(deduplication_key, 'failure/step/')
                THEN coalesce(facts -> 'assets',
                              jsonb_build_array((SELECT name
                                                   FROM watcher.pipeline
                                                  WHERE pipeline.id = alert.pipeline_id))) END
      FROM watcher.alert
     WHERE kind = 'failure'
       AND state <> 'resolved'
"""

# Of these keys, those whose last alert a person has resolved.
RESOLVED_BY_HAND = """
    SELECT given.key
      FROM unnest(CAST(%(keys)s AS text[])) AS given (key)
     CROSS JOIN LATERAL (SELECT resolved_by_hand
                           FROM watcher.alert
                          WHERE alert.deduplication_key = given.key
                            AND alert.state = 'resolved'
                          ORDER BY alert.resolved_at DESC
                          LIMIT 1) AS last
     WHERE last.resolved_by_hand
"""

CHECK = f"WITH {FAILING}, {LOGGED}, {SETTLED}, {DETAILED} {FOUND}"
DRY_RUN = f"WITH {FAILING}, {UNLOGGED}, {DETAILED} {FOUND}"


class Failures(NamedTuple):
    """What a check of failures has found.

    Attributes:
        findings: All of it.
        unsaid: Those whose alerts are to be opened, or may have to be changed. Of most that are found again, the alert
            says just this: they need not go back to PostgreSQL.
    """

    findings: list[Finding]
    unsaid: list[Finding]


def check_failures(session: Session, *, now: dt.datetime, dry_run: bool = False) -> Failures:
    """Return the pipelines that fail, each with its newest failed execution, and log those that are new.

    Args:
        session: The transaction.
        now: The check's time.
        dry_run: Log nothing.
    """
    given = {"now": now, "retry_starts_within": retries.RETRY_STARTS_WITHIN}
    connection = database.driver(session)
    rows = connection.execute(DRY_RUN if dry_run else CHECK, given).fetchall()
    found = [(_finding(row, now), _step(row)) for row in rows]
    open_keys: dict[str, list[str] | None] = dict(connection.execute(OPEN_KEYS).fetchall())
    known = {"keys": sorted({key for finding, step in found if step and not finding.new for key in step.keys(finding)})}
    by_hand = {key for (key,) in connection.execute(RESOLVED_BY_HAND, known)} if known["keys"] else set()
    findings = _sharing_alerts(found, open_keys, by_hand)
    return Failures(findings, [finding for finding, row in zip(findings, rows, strict=True) if not row[-1]])


def deduplication_key(pipeline_id: int, instance_id: str = "") -> str:
    """Return the key of the alert that a pipeline fails, in a Dagster instance where it runs in one."""
    return f"failure/{pipeline_id}" + (f"/{instance_id}" if instance_id else "")


@dataclass(frozen=True)
class _Step:
    """A step that failed: in which run, and the key of an alert that its assets share, in any run."""

    run_id: str
    shared_key: str

    def keys(self, finding: Finding) -> tuple[str, str]:
        """The key that the assets of the same owners share, and the one where nobody owned any."""
        return "/".join([self.shared_key, *sorted(finding.owners)]), self.shared_key


def _step(row: tuple[Any, ...]) -> _Step | None:
    instance_id, location, details = row[8], row[12], row[13]
    run_id, step_key = details.get("run_id"), details.get("step_key")
    if run_id is None or step_key is None:
        return None
    return _Step(run_id, f"failure/step/{instance_id}/{location or ''}/{step_key}")


def _sharing_alerts(
    found: Sequence[tuple[Finding, _Step | None]], open_keys: Mapping[str, list[str] | None], by_hand: Set[str]
) -> list[Finding]:
    """Let the assets of the same owners for which one step has failed share an alert that lists them.

    What has an open alert stays in it: one that changed its key would be resolved, and opened again, with nothing
    resolved. So does the last asset of an alert that a person has resolved: it would be notified again, with nothing
    new.

    Args:
        found: The findings, each with its step where a step failed.
        open_keys: The keys of the alerts that are not resolved; of those of steps with their assets.
        by_hand: The keys of those that a person has resolved.
    """
    groups: dict[tuple[str, str], list[int]] = {}
    heirs = _heirs(found, open_keys)
    for place, (finding, step) in enumerate(found):
        if step is None or finding.deduplication_key in open_keys:
            continue
        owned, unowned = step.keys(finding)
        key = next((key for key in (owned, unowned) if key in open_keys), heirs.get(owned, owned))
        groups.setdefault((key, "" if key in open_keys else step.run_id), []).append(place)
    findings = [finding for finding, _ in found]
    several = {key for (key, _), places in groups.items() if len(places) > 1}
    for (key, _), places in groups.items():
        if len(places) == 1 and key not in open_keys:
            finding, step = found[places[0]]
            settled = next((each for each in step.keys(finding) if each in by_hand - several), None) if step else None
            if settled is not None and not finding.new:
                findings[places[0]] = replace(finding, deduplication_key=settled)
            continue
        names = sorted(findings[place].pipeline_name for place in places)
        shared = {"assets": names[:MOST_NAMED], "failing": len(names)} if len(names) > 1 else {}
        for place in places:
            details = {**findings[place].details, **shared}
            findings[place] = replace(findings[place], deduplication_key=key, details=details)
    return findings


def _heirs(found: Sequence[tuple[Finding, _Step | None]], open_keys: Mapping[str, list[str] | None]) -> dict[str, str]:
    """Return the keys of open alerts whose assets have got other owners, by the key that most of these would share."""
    by_name: dict[str, list[_Step]] = {}
    owned_keys: dict[tuple[str, _Step], str] = {}
    for finding, step in found:
        if step is not None:
            by_name.setdefault(finding.pipeline_name, []).append(step)
            owned_keys[finding.pipeline_name, step] = step.keys(finding)[0]
    wanted: dict[str, Counter[str]] = {}
    for key, assets in open_keys.items():
        for name in assets or ():
            for step in by_name.get(name, ()):
                if key.startswith(f"{step.shared_key}/"):
                    wanted.setdefault(key, Counter())[owned_keys[name, step]] += 1
    still = set(owned_keys.values())
    return {min(owned, key=lambda each: (-owned[each], each)): key for key, owned in wanted.items() if key not in still}


def _finding(row: tuple[Any, ...], now: dt.datetime) -> Finding:
    pipeline_id, name, type_name, owners, number, used_child_config, execution_id, failures, *rest = row
    instance_id, state, start_date, duration, _, details, new, _ = rest
    return Finding(
        kind=AlertKind.FAILURE,
        level=AlertLevel.ERROR,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        execution_id=execution_id,
        new=new,
        deduplication_key=deduplication_key(pipeline_id, instance_id),
        at=now,
        owners=text.owners(owners),
        expected_number=number,
        used_child_config=used_child_config,
        measured_from=start_date,
        duration_seconds=duration,
        execution_state=STATES[state],
        failures_in_a_row=failures,
        details=details,
    )

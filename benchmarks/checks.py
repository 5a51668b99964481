"""The checks at scale: everything that is stale, late or failing, found for the first time, and found again.

Each check runs in a process of its own, so that its memory can be measured, and once more with an earlier build. It
logs what it finds, opens an alert for each finding and returns them all. Beside it, one plain statement finds the same,
writes the same log rows, and alerts with the facts of each, resolves the alerts of what it does not find, and reads
what a finding holds, in the same order; found again, it writes nothing. It knows of no calendars, retries, partitions,
earlier alerts or causes. What is found again is found three times, of which the median counts.
"""

from __future__ import annotations

import datetime as dt
import operator
import statistics
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg

from benchmarks.builds import builds, new_database, sides
from benchmarks.harness import Bench, Result
from benchmarks.history import in_bulk

NAME = "checks"
FIRST, AGAIN = "first", "again"
# How often each is measured: found for the first time is what is found but once.
TIMES = {FIRST: 1, AGAIN: 3}

PIPELINES = """
    INSERT INTO watcher.pipeline_type
          (name, freshness_number, freshness_datepart, timeliness_number, timeliness_datepart)
    VALUES ('default', 1, 'day', 15, 'minute')
"""
# Of ten pipelines one has a rule of its own, and three have not changed data for two days.
STALE = """
    INSERT INTO watcher.pipeline
          (name, pipeline_type_id, pipeline_metadata, last_target_insert, last_target_update, freshness_number,
           freshness_datepart)
    SELECT 'location/pipeline-' || n, 1, '{"owners": ["team:data"], "kinds": ["postgres", "python"]}', changed, changed,
           CASE WHEN n %% 10 = 0 THEN 1 END, CASE WHEN n %% 10 = 0 THEN CAST('day' AS watcher.date_part) END
      FROM generate_series(1, %(size)s) AS n
     CROSS JOIN LATERAL (SELECT now() - CASE WHEN n %% 10 < 3 THEN interval '2 days' ELSE interval '1 hour' END
                                      - n * interval '1 millisecond') AS last (changed)
"""
# Every ninth took five minutes too long, and every 900th runs for too long.
LATE = """
    INSERT INTO watcher.pipeline_execution
          (pipeline_id, source, external_id, state, start_date, end_date, inserts, total_rows)
    SELECT 1 + n %% 1000, 'python', gen_random_uuid()::text,
           CAST(CASE WHEN n %% 900 = 0 THEN 'running' ELSE 'succeeded' END AS watcher.execution_state), began,
           CASE WHEN n %% 900 = 0 THEN NULL
                WHEN n %% 9 = 0 THEN began + interval '20 minutes'
                ELSE began + interval '1 minute' END,
           n %% 1000, 1000
      FROM generate_series(1, %(size)s) AS n
     CROSS JOIN LATERAL (SELECT now() - interval '23 hours' + n * (interval '22 hours' / %(size)s)) AS day (began)
"""
# Of ten pipelines three have failed last, each twice; before that all have succeeded eight times.
FAILING = """
    INSERT INTO watcher.pipeline_execution
          (pipeline_id, source, external_id, state, start_date, end_date, execution_metadata)
    SELECT 1 + n %% (%(size)s / 10), 'python', gen_random_uuid()::text,
           CAST(CASE WHEN failed THEN 'failed' ELSE 'succeeded' END AS watcher.execution_state), began,
           began + interval '1 minute',
           CASE WHEN failed THEN '{"error": {"class": "ValueError", "message": "no rows"}}'::jsonb ELSE '{}' END
      FROM generate_series(0, %(size)s - 1) AS n
     CROSS JOIN LATERAL (SELECT now() - interval '23 hours' + n * (interval '22 hours' / %(size)s),
                                n %% 10 < 3 AND n >= %(size)s * 8 / 10) AS day (began, failed)
"""


class Raw(NamedTuple):
    """A check by plain SQL, without what a check keeps in mind besides: thresholds of one unit, no calendar, no mute.

    Attributes:
        found: The CTE of what it finds, named `found`.
        log: The columns of the log, and what goes into them.
        execution_id: The execution of an alert, or NULL.
        facts: Of an alert, as JSON.
        join: The log, where it is known already.
        order: Of the findings.
    """

    found: str
    log: tuple[str, str]
    execution_id: str
    facts: str
    join: str
    order: str

    def first(self, kind: str) -> str:
        """The statement that finds, logs, opens alerts with the facts of each, and returns all that a finding holds."""
        columns, values = self.log
        return f"""
            WITH {self.found}, {self._gone(kind)}, logged AS (
                INSERT INTO {columns} SELECT {values} FROM found
            ), opened AS (
                INSERT INTO watcher.alert
                      (kind, level, deduplication_key, pipeline_id, pipeline_execution_id, facts, opened_at)
                SELECT '{kind}', 'warning', '{kind}/' || id, pipeline_id, {self.execution_id},
                       jsonb_build_object({self.facts}), %(now)s
                  FROM found
            )
            SELECT found.*, true FROM found ORDER BY {self.order}
        """

    def again(self, kind: str) -> str:
        """The statement that finds, and returns all that a finding holds, with whether it is new."""
        return f"""
            WITH {self.found}, {self._gone(kind)}
            SELECT found.*, log.pipeline_id IS NULL FROM found LEFT JOIN {self.join} ORDER BY {self.order}
        """

    def _gone(self, kind: str) -> str:
        return f"""gone AS (
                UPDATE watcher.alert
                   SET state = 'resolved', resolved_at = %(now)s
                 WHERE kind = '{kind}'
                   AND state <> 'resolved'
                   AND NOT EXISTS (SELECT FROM found WHERE '{kind}/' || found.id = alert.deduplication_key)
            )"""


RAW = {
    "freshness": Raw(
        found="""
            found AS MATERIALIZED (
                SELECT pipeline.id, pipeline.id AS pipeline_id, pipeline.name, type.name AS type_name,
                       CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners,
                       threshold.number,
                       coalesce(pipeline.freshness_datepart, type.freshness_datepart) AS datepart,
                       pipeline.freshness_number IS NOT NULL AS is_own,
                       pipeline.last_target_insert, pipeline.last_target_update, changed.at AS changed_at,
                       changed.at + threshold.allowed AS due_at
                  FROM watcher.pipeline
                  JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
                 CROSS JOIN LATERAL (
                       SELECT coalesce(pipeline.freshness_number, type.freshness_number)) AS given (number)
                 CROSS JOIN LATERAL (
                       SELECT given.number, given.number * interval '1 day') AS threshold (number, allowed)
                 CROSS JOIN LATERAL (
                       SELECT greatest(pipeline.last_target_insert, pipeline.last_target_update)) AS changed (at)
                 WHERE pipeline.active
                   AND changed.at + threshold.allowed < %(now)s
            )""",
        log=(
            """watcher.freshness_pipeline_log
                      (pipeline_id, last_dml_timestamp, evaluation_timestamp, freshness_number, freshness_datepart,
                       used_child_config)""",
            "id, changed_at, %(now)s, number, datepart, is_own",
        ),
        execution_id="NULL",
        facts="""'expected_number', number, 'expected_datepart', datepart, 'used_child_config', is_own,
                 'measured_from', changed_at, 'due_at', due_at, 'last_dml_timestamp', changed_at,
                 'last_target_insert', last_target_insert, 'last_target_update', last_target_update""",
        join="""
            watcher.freshness_pipeline_log AS log
            ON log.pipeline_id = found.id AND log.last_dml_timestamp = found.changed_at""",
        order="found.due_at, found.id",
    ),
    "timeliness": Raw(
        found="""
            found AS MATERIALIZED (
                SELECT execution.id, pipeline.id AS pipeline_id, pipeline.name, type.name AS type_name,
                       CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners,
                       type.timeliness_number AS number, type.timeliness_datepart AS datepart, false AS is_own,
                       execution.state, execution.start_date,
                       execution.start_date + type.timeliness_number * interval '1 minute' AS due_at,
                       CAST(extract(epoch FROM coalesce(execution.end_date, %(now)s) - execution.start_date)
                            AS double precision) AS duration
                  FROM watcher.pipeline_execution AS execution
                  JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
                  JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
                 WHERE (execution.state = 'running' OR execution.end_date BETWEEN %(since)s AND %(now)s)
                   AND coalesce(execution.end_date, %(now)s)
                       > execution.start_date + type.timeliness_number * interval '1 minute'
                   AND pipeline.active
            )""",
        log=(
            """watcher.timeliness_pipeline_execution_log
                      (pipeline_execution_id, pipeline_id, duration_seconds, execution_state, evaluation_timestamp,
                       timeliness_number, timeliness_datepart, used_child_config)""",
            "id, pipeline_id, duration, state, %(now)s, number, datepart, is_own",
        ),
        execution_id="id",
        facts="""'expected_number', number, 'expected_datepart', datepart, 'used_child_config', is_own,
                 'measured_from', start_date, 'due_at', due_at, 'duration_seconds', duration,
                 'execution_state', state""",
        join="watcher.timeliness_pipeline_execution_log AS log ON log.pipeline_execution_id = found.id",
        order="found.start_date, found.id",
    ),
    # What is queued as failed, without a success of its pipeline since; the newest is the finding.
    "failures": Raw(
        found="""
            failing AS MATERIALIZED (
                SELECT failed.pipeline_id, max(failed.id) AS id, count(*) AS failures
                  FROM watcher.failure_pending AS queued
                  JOIN watcher.pipeline_execution AS failed ON failed.id = queued.pipeline_execution_id
                 WHERE NOT EXISTS (SELECT
                                     FROM watcher.pipeline_execution AS good
                                    WHERE good.pipeline_id = failed.pipeline_id
                                      AND good.state = 'succeeded'
                                      AND coalesce(good.scope, '') = coalesce(failed.scope, '')
                                      AND good.end_date >= failed.end_date)
                 GROUP BY failed.pipeline_id
            ), found AS MATERIALIZED (
                SELECT execution.id, pipeline.id AS pipeline_id, pipeline.name, type.name AS type_name,
                       CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners, failing.failures,
                       execution.state, execution.start_date, execution.end_date, execution.duration_seconds,
                       execution.execution_metadata -> 'error' AS error
                  FROM failing
                  JOIN watcher.pipeline_execution AS execution ON execution.id = failing.id
                  JOIN watcher.pipeline ON pipeline.id = failing.pipeline_id
                  JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
                 WHERE pipeline.active
            )""",
        log=(
            """watcher.failure_pipeline_execution_log
                      (pipeline_execution_id, pipeline_id, failures_in_a_row, evaluation_timestamp, failure_number,
                       used_child_config)""",
            "id, pipeline_id, failures, %(now)s, 1, false",
        ),
        execution_id="id",
        facts="""'expected_number', 1, 'used_child_config', false, 'measured_from', start_date, 'ended_at', end_date,
                 'duration_seconds', duration_seconds, 'execution_state', state, 'failures_in_a_row', failures,
                 'error', error -> 'message', 'error_class', error -> 'class'""",
        join="watcher.failure_pipeline_execution_log AS log ON log.pipeline_execution_id = found.id",
        order="found.start_date, found.id",
    ),
}


class Seen(NamedTuple):
    """What a process saw of a check: its seconds, how much it found, how much was new, megabytes that it took."""

    seconds: float
    found: int
    new: int
    megabytes: float


class Case(NamedTuple):
    """A check to measure.

    Attributes:
        what: Its name.
        sizes: Of the data, smallest first.
        of: What those sizes count.
        goals: The most seconds, found for the first time and again.
    """

    what: str
    sizes: tuple[int, ...]
    of: str
    goals: dict[str, float]


def run(bench: Bench) -> Iterator[Result]:
    """Measure each check at three sizes."""
    pipelines = bench.choose(full=(1_000, 10_000, 100_000), quick=(10_000,))
    executions = bench.choose(full=(10_000, 100_000), quick=(20_000,), large=(10_000, 100_000, 1_000_000))
    yield from _measure(bench, Case("freshness", pipelines, "pipelines", {FIRST: 1.0, AGAIN: 0.3}))
    yield from _measure(bench, Case("timeliness", executions, "executions", {FIRST: 5.0, AGAIN: 5.0}))
    yield from _measure(bench, Case("failures", executions, "executions", {FIRST: 5.0, AGAIN: 5.0}))


def _measure(bench: Bench, case: Case) -> Iterator[Result]:
    there = builds(bench)
    for size in case.sizes:
        bench.tell(f"making {size:,} {case.of}")
        urls = {name: new_database(bench, build) for name, build in there.items()}
        for url in urls.values():
            with psycopg.connect(url, autocommit=True) as connection:
                _fill(connection, case.what, size)
        given = {name: (url, str(bench.directory), case.what) for name, url in urls.items()}
        with sides("check", given, there) as running:
            seen = {
                turn: {name: _median([Seen(*side.ask()) for _ in range(times)]) for name, side in running.items()}
                for turn, times in TIMES.items()
            }
        raw = _raw(urls["ours"], case.what, seen[FIRST]["ours"].found)
        for turn in (FIRST, AGAIN):
            before = seen[turn].get("before")
            yield _result(case, size, turn, seen[turn]["ours"], raw[turn], before)


def _median(seen: list[Seen]) -> Seen:
    return sorted(seen, key=operator.attrgetter("seconds"))[len(seen) // 2]


def _fill(connection: psycopg.Connection[Any], what: str, size: int) -> None:
    connection.execute(PIPELINES)
    pipelines = {"freshness": size, "timeliness": 1_000, "failures": size // 10}[what]
    connection.execute(STALE, {"size": pipelines})
    if what == "timeliness":
        with in_bulk(connection):
            connection.execute(LATE, {"size": size})
    elif what == "failures":
        connection.execute(FAILING, {"size": size})
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")


def _raw(url: str, what: str, found: int) -> dict[str, float]:
    """The same by plain psycopg, with as much memory as a check asks for: found, written and read, and only found."""
    raw = RAW[what]
    kind = {"failures": "failure"}.get(what, what)
    now = dt.datetime.now(dt.UTC)
    given = {"now": now, "since": now - dt.timedelta(days=1)}
    with psycopg.connect(url) as connection:
        connection.execute("SET timezone = 'UTC'; SET work_mem = '64MB'; SET jit = off")
        connection.execute(
            f"TRUNCATE {raw.log[0].split()[0]}, watcher.alert, watcher.alert_action, watcher.alert_delivery"
        )
        connection.commit()
        seconds = {}
        for turn, statement in ((FIRST, raw.first(kind)), (AGAIN, raw.again(kind))):
            taken = []
            for _ in range(TIMES[turn]):
                start = time.perf_counter()
                rows = connection.execute(statement, given).fetchall()
                connection.commit()
                taken.append(time.perf_counter() - start)
                assert [len(rows), sum(row[-1] for row in rows)] == [found, found if turn == FIRST else 0]
            seconds[turn] = statistics.median(taken)
    return seconds


def _result(case: Case, size: int, turn: str, seen: Seen, raw: float, before: Seen | None) -> Result:
    assert seen.new == (seen.found if turn == FIRST else 0)
    goal = case.goals[turn]
    return Result(
        case=NAME,
        what=f"{case.what}, found {'for the first time' if turn == FIRST else 'again'}",
        size=f"{size:,} {case.of}",
        figure=seen.seconds,
        unit="s",
        raw=raw,
        before=before.seconds if before else None,
        raw_is="plain SQL, same rows" if turn == FIRST else "plain SQL, finds them and what is gone",
        goal=f"below {goal:g} s",
        met=seen.seconds < goal,
        details={"found": seen.found, "new": seen.new, "peak_mb": round(seen.megabytes, 1)},
    )

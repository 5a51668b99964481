"""Cleanup: what is past retention, what stays, and that it can be stopped and run beside everything else."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from tests.factories import record
from tests.slack_server import slack_server
from watcher_core import ExecutionState, InvalidValueError, SchemaVersionError, Settings, Watcher
from watcher_core.alerts.delivery import Pace
from watcher_core.recording import expired, retention
from watcher_core.recording.retention import KEPT_SUCCESSES

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
TABLES = [
    "freshness_pipeline_log",
    "timeliness_pipeline_execution_log",
    "failure_pipeline_execution_log",
    "anomaly_detection_result",
    "watermark_event",
    "asset_check_result",
    "alert",
    "openlineage_run",
    "pipeline_execution",
]


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def days_ago(days: float) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


def execution(connection: psycopg.Connection[Any], days: float, *, parent: int | None = None, **fields: Any) -> int:
    """Write an execution that started so many days ago, and give its id."""
    state = fields.get("state", "failed")  # each pipeline's newest successes stay
    end = None if state == "running" else days_ago(days) + dt.timedelta(minutes=1)
    row = connection.execute(
        "INSERT INTO watcher.pipeline_execution (pipeline_id, parent_id, source, external_id, state, start_date,"
        " end_date) VALUES (1, %s, 'python', gen_random_uuid()::text, %s, %s, %s) RETURNING id",
        (parent, state, days_ago(days), end),
    ).fetchone()
    assert row is not None
    return int(row[0])


def logged(connection: psycopg.Connection[Any], execution_id: int, *, alert: str | None = "resolved") -> None:
    """Write all that is ever written of an execution."""
    given = {"id": execution_id, "now": NOW}
    connection.execute(
        "INSERT INTO watcher.timeliness_pipeline_execution_log (pipeline_execution_id, pipeline_id, duration_seconds,"
        " execution_state, evaluation_timestamp, timeliness_number, timeliness_datepart, used_child_config)"
        " VALUES (%(id)s, 1, 1, 'succeeded', %(now)s, 1, 'hour', true)",
        given,
    )
    connection.execute(
        "INSERT INTO watcher.failure_pipeline_execution_log (pipeline_execution_id, pipeline_id, failures_in_a_row,"
        " evaluation_timestamp, failure_number, used_child_config) VALUES (%(id)s, 1, 1, %(now)s, 1, true)",
        given,
    )
    connection.execute(
        "INSERT INTO watcher.anomaly_detection_rule (pipeline_id, metric_field) VALUES (1, 'total_rows')"
        " ON CONFLICT DO NOTHING"
    )
    connection.execute(
        "INSERT INTO watcher.anomaly_detection_result (rule_id, pipeline_execution_id, flagged, value)"
        " SELECT id, %(id)s, true, 1 FROM watcher.anomaly_detection_rule",
        given,
    )
    connection.execute(
        "INSERT INTO watcher.watermark_event (pipeline_id, pipeline_execution_id, kind) VALUES (1, %(id)s, 'conflict')",
        given,
    )
    if alert is not None:
        connection.execute(
            "INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, pipeline_execution_id, state,"
            " opened_at, resolved_at) SELECT 'failure', 'error', 'failure/' || gen_random_uuid(), 1, id,"
            " CAST(%(state)s AS watcher.alert_state), start_date, CASE WHEN %(is_over)s"
            " THEN coalesce(end_date, start_date) END FROM"
            " watcher.pipeline_execution WHERE id = %(id)s",
            {**given, "state": alert, "is_over": alert == "resolved"},
        )


def stale(connection: psycopg.Connection[Any], days: float) -> None:
    connection.execute(
        "INSERT INTO watcher.freshness_pipeline_log (pipeline_id, last_dml_timestamp, evaluation_timestamp,"
        " freshness_number, freshness_datepart, used_child_config) VALUES (1, %s, %s, 1, 'day', true)",
        (days_ago(days), NOW),
    )


def checked(connection: psycopg.Connection[Any], days: float, *, status: str = "passed") -> None:
    """Write a result of an asset check, which holds where it did not pass."""
    connection.execute(
        "INSERT INTO watcher.asset_check (pipeline_id, name, status) VALUES (1, 'sound', 'passed')"
        " ON CONFLICT DO NOTHING"
    )
    connection.execute(
        "INSERT INTO watcher.asset_check_result (asset_check_id, external_id, status, evaluated_at, open)"
        " SELECT id, gen_random_uuid()::text, CAST(%(status)s AS watcher.asset_check_status), %(at)s,"
        " %(status)s <> 'passed' FROM watcher.asset_check",
        {"status": status, "at": days_ago(days)},
    )


def heard_of(connection: psycopg.Connection[Any], days: float, *, run: str | None = None) -> None:
    """Write what an event of OpenLineage said of a run so many days ago."""
    connection.execute(
        "INSERT INTO watcher.openlineage_run (id, updated_at)"
        " VALUES (coalesce(CAST(%(run)s AS uuid), gen_random_uuid()), %(at)s)",
        {"run": run, "at": days_ago(days)},
    )


def rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    counts = {}
    for table in TABLES:
        row = connection.execute(f"SELECT count(*) FROM watcher.{table}").fetchone()
        assert row is not None
        counts[table] = row[0]
    return counts


def kept(connection: psycopg.Connection[Any]) -> list[int]:
    return [row[0] for row in connection.execute("SELECT id FROM watcher.pipeline_execution ORDER BY id")]


@pytest.fixture(autouse=True)
def pipeline(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")


# What goes


def test_nothing_to_delete(watcher: Watcher) -> None:
    result = watcher.cleanup(now=NOW)
    assert result.deleted == dict.fromkeys(TABLES, 0)
    assert (list(result.deleted), result.total, result.dry_run) == (TABLES, 0, False)
    assert result.retention_date == days_ago(90)


def test_executions_go_with_all_that_was_logged_of_them(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    for days in (91, 200):
        logged(connection, execution(connection, days))
        stale(connection, days)
        checked(connection, days)
        heard_of(connection, days)
    recent = execution(connection, 89)
    logged(connection, recent)
    stale(connection, 89)
    checked(connection, 89)
    heard_of(connection, 89)
    expected = dict.fromkeys(TABLES, 2)
    assert watcher.cleanup(now=NOW, dry_run=True).deleted == expected
    assert rows(connection) == dict.fromkeys(TABLES, 3)
    result = watcher.cleanup(now=NOW)
    assert (result.deleted, result.total) == (expected, 18)
    assert rows(connection) == dict.fromkeys(TABLES, 1)
    assert kept(connection) == [recent]
    assert watcher.cleanup(now=NOW).total == 0


def test_what_is_known_of_a_run_stays_as_long_as_its_execution(
    watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    """A late event is put together with it."""
    run = "0190f2f4-6f0a-7c3e-9b5e-3f2f6f0f9a11"
    old = execution(connection, 200)
    connection.execute(
        "UPDATE watcher.pipeline_execution SET source = 'openlineage', external_id = %s WHERE id = %s", (run, old)
    )
    heard_of(connection, 200, run=run)
    assert watcher.cleanup(now=NOW).deleted["openlineage_run"] == 0
    assert watcher.cleanup(now=NOW).deleted["openlineage_run"] == 1


@pytest.mark.parametrize("with_failures", [False, True])
def test_the_newest_thirty_successes_of_a_pipeline_stay(
    watcher: Watcher, connection: psycopg.Connection[Any], with_failures: bool
) -> None:
    monthly = [execution(connection, 30 * month, state="succeeded") for month in range(4, 40)]
    if with_failures:
        for month in range(4, 40):
            execution(connection, 30 * month - 1, state="failed")
    watcher.cleanup(retention_days=90, now=NOW)
    left = connection.execute("SELECT id FROM watcher.pipeline_execution ORDER BY start_date DESC").fetchall()
    assert [row[0] for row in left] == monthly[:30]


def test_the_date_decides_to_the_moment(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    execution(connection, 100)
    later = execution(connection, 100 - 1e-9)
    assert watcher.cleanup(now=NOW, retention_days=100).deleted["pipeline_execution"] == 1
    assert kept(connection) == [later]


def test_a_back_dated_execution_takes_no_recent_ones_along(
    watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    """The reference deletes by highest id."""
    recent = [execution(connection, days) for days in (1, 2, 3)]
    back_dated = execution(connection, 300)
    late = execution(connection, 4)
    watcher.cleanup(now=NOW)
    assert kept(connection) == [*recent, late]
    assert back_dated not in kept(connection)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 100])
def test_batches_of_any_size_delete_the_same(
    watcher: Watcher, connection: psycopg.Connection[Any], batch_size: int
) -> None:
    for _ in range(3):  # several of one moment
        for days in (91, 92, 200):
            logged(connection, execution(connection, days))
    for days in (91, 92, 93):
        stale(connection, days)
        checked(connection, days)
        heard_of(connection, days)
    execution(connection, 100, state="running")
    told: list[tuple[int, int]] = []
    result = watcher.cleanup(now=NOW, batch_size=batch_size, progress=lambda *counts: told.append(counts))
    threes = ("freshness_pipeline_log", "asset_check_result", "openlineage_run")
    assert result.deleted == {**dict.fromkeys(TABLES, 9), **dict.fromkeys(threes, 3)}
    assert (told[0][0], told[-1]) == (0, (9, 9))
    assert all(0 <= done <= expected for done, expected in told)  # what is expected is an estimate
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize("seed", range(5))
def test_a_dry_run_counts_what_would_be_deleted(
    watcher: Watcher, connection: psycopg.Connection[Any], seed: int
) -> None:
    watched = [1, watcher.get_or_create_pipeline("q").id]
    chance = random.Random(seed)
    days = chance.choices(range(80, 200), k=150)
    for state, scope, logical in zip(
        chance.choices(["succeeded", "succeeded", "failed", "skipped", "running"], k=150),
        chance.choices([None, "", "a", "b", "c"], k=150),
        chance.choices([None, None, 40, 120, 170], k=150),
        strict=True,
    ):
        one = execution(connection, days.pop(), state=state)
        connection.execute(
            "UPDATE watcher.pipeline_execution SET pipeline_id = %s, scope = %s, logical_date = %s WHERE id = %s",
            (chance.choice(watched), scope, logical and days_ago(logical), one),
        )
        if chance.random() < 0.5:
            logged(connection, one, alert=chance.choice([None, "resolved", "open"]))
    counted = watcher.cleanup(now=NOW, dry_run=True)
    assert counted.deleted["pipeline_execution"] > 0
    assert watcher.cleanup(now=NOW).deleted == counted.deleted


@pytest.mark.parametrize(("most", "is_estimate"), [(10, True), (41, False)])
def test_a_dry_run_of_much_looks_at_some_and_says_so(
    watcher: Watcher, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch, most: int, is_estimate: bool
) -> None:
    """Half of forty failures of partitions were made good."""
    monkeypatch.setattr(expired, "MOST_LOOKED_AT", most)
    scoped = "UPDATE watcher.pipeline_execution SET scope = %s WHERE id = %s"
    log = "watcher.failure_pipeline_execution_log"
    evaluated = f"UPDATE {log} SET evaluation_timestamp = %s WHERE pipeline_execution_id = %s"
    for number in range(40):
        failed = execution(connection, 200 - number, state="failed")
        logged(connection, failed)
        connection.execute(evaluated, (days_ago(200 - number), failed))
        connection.execute(scoped, (f"part {number}", failed))
        if number % 2:
            connection.execute(scoped, (f"part {number}", execution(connection, 150 - number, state="succeeded")))
    counted = watcher.cleanup(now=NOW, dry_run=True)
    assert counted.is_estimate == is_estimate
    assert (counted.deleted["pipeline_execution"], counted.deleted["failure_pipeline_execution_log"]) == (20, 20)
    assert not (done := watcher.cleanup(now=NOW)).is_estimate
    assert done.deleted["pipeline_execution"] == 20


# What stays


def test_what_runs_stays_with_its_log(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    running = execution(connection, 400, state="running")
    logged(connection, running, alert=None)
    gone = execution(connection, 399)
    assert watcher.cleanup(now=NOW).total == 1
    assert kept(connection) == [running]
    assert rows(connection)["timeliness_pipeline_execution_log"] == 1
    assert gone not in kept(connection)


@pytest.mark.parametrize("state", ["open", "acknowledged", "snoozed"])
def test_an_execution_with_an_alert_that_is_not_resolved_stays(
    watcher: Watcher, connection: psycopg.Connection[Any], state: str
) -> None:
    told = execution(connection, 400)
    logged(connection, told, alert=state)
    assert watcher.cleanup(now=NOW).total == 0
    connection.execute("UPDATE watcher.alert SET state = 'resolved', resolved_at = %s", (days_ago(90),))
    assert watcher.cleanup(now=NOW).deleted["alert"] == 1
    assert kept(connection) == []


def test_the_end_of_an_old_alert_is_delivered(
    database_url: str, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    """It ended just before the cleanup: people would believe that it is open for ever."""
    with (
        slack_server() as slack,
        Watcher(database_url, settings=Settings(home=tmp_path, slack_webhook_url=SecretStr(slack.webhook))) as watcher,
    ):
        watcher.get_or_create_pipeline("p")
        failed = execution(connection, 400)
        logged(connection, failed, alert="open")
        assert watcher.deliver_alerts(pace=Pace(0)).messages == 1
        watcher.resolve_alert(watcher.alerts(state="open")[0].id)
        now = watcher.clock()
        assert watcher.cleanup(now=now).deleted["alert"] == 0
        assert kept(connection) == [failed]
        assert watcher.deliver_alerts(pace=Pace(0)).messages == 1
        later = now + dt.timedelta(days=91)
        counted = watcher.cleanup(now=later, dry_run=True)
        assert watcher.cleanup(now=later).deleted == counted.deleted
        assert (counted.deleted["alert"], counted.deleted["pipeline_execution"]) == (1, 1)


def test_alerts_of_executions_count_once(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    for days in (100, 200):
        logged(connection, execution(connection, days))
    assert watcher.cleanup(now=NOW, dry_run=True).deleted["alert"] == 2
    assert watcher.cleanup(now=NOW).deleted["alert"] == 2


def test_children_lose_their_parent_and_parents_their_children(
    watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    old_parent = execution(connection, 91)
    young_child = execution(connection, 89, parent=old_parent)
    running_parent = execution(connection, 91, state="running")
    old_child = execution(connection, 91, parent=running_parent)
    assert watcher.cleanup(now=NOW, batch_size=1).deleted["pipeline_execution"] == 2
    assert kept(connection) == [young_child, running_parent]
    assert watcher.execution(young_child).parent_id is None
    assert watcher.execution_tree(young_child).execution.id == young_child
    assert watcher.execution_tree(running_parent).children == ()
    assert old_child not in kept(connection)


def test_the_log_of_data_that_still_stands_still_stays(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    """Without it the check would take for new what people were told of, and have settled, months ago."""
    rule: dict[str, Any] = {"freshness_number": 1, "freshness_datepart": "day"}
    watcher.update_pipeline("p", **rule)
    watcher.get_or_create_pipeline("never", **rule)
    connection.execute(
        "UPDATE watcher.pipeline SET created_at = %(at)s, last_target_insert = CASE WHEN id = 1 THEN %(at)s END",
        {"at": days_ago(300)},
    )
    stale(connection, 310)
    assert [finding.new for finding in watcher.check_freshness(now=NOW)] == [True, True]
    for alert in watcher.alerts():
        watcher.resolve_alert(alert.id)
    assert watcher.cleanup(now=NOW).deleted["freshness_pipeline_log"] == 1
    assert [finding.new for finding in watcher.check_freshness(now=NOW)] == [False, False]
    assert watcher.alerts(state="open") == []


def test_alerts_without_an_execution_go_once_they_are_resolved(
    watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    connection.cursor().executemany(
        "INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, state, opened_at, resolved_at)"
        " VALUES ('freshness', 'warning', %s, 1, %s, %s, %s)",
        [
            ("old, open", "open", days_ago(200), None),
            ("old, resolved of late", "resolved", days_ago(200), days_ago(2)),
            ("old", "resolved", days_ago(200), days_ago(100)),
        ],
    )
    assert watcher.cleanup(now=NOW).deleted["alert"] == 1
    left = connection.execute("SELECT deduplication_key FROM watcher.alert ORDER BY id").fetchall()
    assert left == [("old, open",), ("old, resolved of late",)]


def test_a_check_that_does_not_pass_stays_until_something_replaces_it(
    watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    checked(connection, 200, status="failed")
    assert watcher.cleanup(now=NOW).total == 0
    connection.execute("UPDATE watcher.asset_check_result SET open = false")
    assert watcher.cleanup(now=NOW).deleted["asset_check_result"] == 1


@pytest.mark.parametrize(
    ("made_good", "expected"),
    [(None, ["a", "b"]), ("a", ["b"]), ("", [])],
    ids=["nothing", "one of two", "all of the pipeline"],
)
def test_a_partition_that_failed_is_named_until_it_succeeds_however_old_it_is(
    made_good: str | None, expected: list[str], watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    def ran(scope: str, state: str, days: float) -> None:
        connection.execute(
            "INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, start_date, end_date, state,"
            " scope, execution_metadata) VALUES (1, 'python', gen_random_uuid()::text, %(at)s, %(at)s,"
            " CAST(%(state)s AS watcher.execution_state), nullif(%(scope)s, ''),"
            " jsonb_build_object('partition', CAST(%(scope)s AS text)))",
            {"at": days_ago(days), "state": state, "scope": scope},
        )

    def failing() -> list[str]:
        return [name for each in watcher.check_failures(now=NOW) for name in each.details["failed_partitions"]]

    ran("a", "failed", 301)
    ran("b", "failed", 300)
    ran("c", "succeeded", 299)
    assert failing() == ["a", "b"]
    if made_good is not None:
        ran(made_good, "succeeded", 298)
    assert failing() == expected
    watcher.cleanup(now=NOW)
    assert failing() == expected
    assert [alert.state for alert in watcher.alerts(state="open")] == ["open"] * bool(expected)


def test_what_makes_no_failure_good_lets_none_go(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    def ran(
        state: str, days: float, scope: str | None = None, *, instance: str = "one", **metadata: str | list[str]
    ) -> None:
        connection.execute(
            "INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, start_date, end_date, state,"
            " scope, instance_id, execution_metadata) VALUES (1, 'python', gen_random_uuid()::text, %(at)s, %(at)s,"
            " CAST(%(state)s AS watcher.execution_state), %(scope)s, %(instance)s,"
            " jsonb_build_object('partition', CAST(%(scope)s AS text)) || %(metadata)s)",
            {"at": days_ago(days), "state": state, "scope": scope, "instance": instance, "metadata": Jsonb(metadata)},
        )

    def failing() -> list[list[str]]:
        return sorted(each.details["failed_partitions"] for each in watcher.check_failures(now=NOW))

    ran("failed", 304, "a")
    ran("failed", 303, "b", repository="mine")
    ran("failed", 302, "c")
    ran("failed", 301, "z")
    ran("succeeded", 300, "a", instance="two")
    ran("succeeded", 299, "b", repository="yours")
    ran("succeeded", 298, partition_range=["d", "e"])
    assert failing() == [["a", "b", "c", "z"]]
    watcher.cleanup(now=NOW)
    assert failing() == [["a", "b", "c", "z"]]


def test_of_a_partition_that_always_fails_the_newest_failures_stay(
    watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    connection.execute(
        "INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, start_date, end_date, state, scope)"
        " SELECT 1, 'python', number::text, at, at, 'failed', 'a'"
        " FROM generate_series(1, 150) AS number, make_interval(mins => number) AS later,"
        " LATERAL (SELECT CAST(%s AS timestamptz) + later) AS moment (at)",
        (days_ago(300),),
    )
    assert watcher.cleanup(now=NOW).deleted["pipeline_execution"] == 50


def test_rewinds_go_by_their_date(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    for days in (1, 100):
        watcher.rewind_pipeline("p", watermark=days)
        connection.execute(
            "UPDATE watcher.watermark_event SET created_at = %s WHERE new_watermark = %s", (days_ago(days), str(days))
        )
    assert watcher.cleanup(now=NOW).deleted["watermark_event"] == 1
    assert [event.new_watermark for event in watcher.watermark_events("p")] == ["1"]


# What is refused


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"retention_days": 89}, "retention_days is 89; it must be from 90"),
        ({"retention_days": 0}, "retention_days is 0"),
        ({"retention_days": -90}, "retention_days is -90"),
        ({"retention_days": 10**12}, "retention_days is 1000000000000; it must be from 90 to 36,500"),
        ({"retention_days": 90.5}, "retention_days is 90.5"),
        ({"retention_days": None}, "retention_days is None"),
        ({"batch_size": 0}, "batch_size is 0; it must be at least 1"),
        ({"batch_size": -1}, "batch_size is -1"),
        ({"batch_size": 10**9}, "batch_size is 1000000000; it must be from 1 to 1,000,000"),
        ({"batch_size": None}, "batch_size is None"),
        ({"dry_run": "yes"}, "dry_run is 'yes'"),
    ],
)
def test_misuse_is_refused_and_deletes_nothing(
    watcher: Watcher, connection: psycopg.Connection[Any], options: dict[str, Any], message: str
) -> None:
    execution(connection, 1000)
    with pytest.raises(InvalidValueError, match=message):
        watcher.cleanup(now=NOW, **options)
    assert len(kept(connection)) == 1


def test_a_database_that_was_not_migrated_is_refused(empty_database_url: str, tmp_path: Path) -> None:
    with (
        Watcher(empty_database_url, settings=Settings(home=tmp_path)) as watcher,
        pytest.raises(SchemaVersionError, match="watcher db upgrade"),
    ):
        watcher.cleanup()


# Beside others, and stopped


def fill(connection: psycopg.Connection[Any], executions: int) -> None:
    connection.execute(
        "INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, state, start_date, end_date)"
        " SELECT 1, 'python', 'old ' || n, 'succeeded', at, at"
        " FROM generate_series(1, %s) AS n, LATERAL (SELECT now() - interval '100 days' - n * interval '1 second')"
        " AS made (at)",
        (executions,),
    )


def test_what_others_hold_is_passed_over_and_not_waited_for(
    database_url: str, watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    held, free = execution(connection, 100), execution(connection, 100)
    with psycopg.connect(database_url) as other:
        other.execute("SELECT FROM watcher.pipeline_execution WHERE id = %s FOR UPDATE", (held,))
        assert watcher.cleanup(now=NOW, batch_size=1).deleted["pipeline_execution"] <= 1
    assert held in kept(connection)
    watcher.cleanup(now=NOW)
    assert kept(connection) == []
    assert free != held


def test_two_at_once_share_the_work(database_url: str, connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    fill(connection, 5_000)
    deleted: list[int] = []

    def clean() -> None:
        with Watcher(database_url, settings=Settings(home=tmp_path)) as mine:
            deleted.append(mine.cleanup(batch_size=50).total)

    threads = [threading.Thread(target=clean) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Watcher(database_url, settings=Settings(home=tmp_path)) as last:
        deleted.append(last.cleanup().total)
    assert (sum(deleted), len(kept(connection))) == (4_970, 30)


def test_recording_and_checks_go_on_meanwhile(
    database_url: str, watcher: Watcher, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    fill(connection, 6_000)
    watcher.update_pipeline("p", timeliness_number=1, timeliness_datepart="minute")
    errors: list[BaseException] = []
    recorded = 0
    stop = threading.Event()

    def others() -> None:
        nonlocal recorded
        try:
            with Watcher(database_url, settings=Settings(home=tmp_path)) as mine:
                while not stop.is_set():
                    with mine.track("p") as parent, mine.track("q", parent_id=parent.id):
                        pass
                    mine.record([record("p", f"late {recorded}", state=ExecutionState.FAILED)])
                    mine.check_timeliness(lookback_minutes=200 * 24 * 60)
                    mine.check_failures()
                    recorded += 3
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=others)
    thread.start()
    while not recorded and not errors:
        time.sleep(0.01)
    result = watcher.cleanup(batch_size=200)
    stop.set()
    thread.join()
    assert errors == []
    # The newest 30 successes stay; it depends on the machine how many of them were recorded meanwhile.
    assert result.deleted["pipeline_execution"] >= 6_000 - KEPT_SUCCESSES
    left = connection.execute("SELECT count(*) FROM watcher.pipeline_execution WHERE external_id LIKE 'old %'")
    assert left.fetchall()[0][0] <= KEPT_SUCCESSES


def test_an_alert_that_is_opened_while_its_execution_is_looked_at_stays(
    database_url: str, watcher: Watcher, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is committed after the statement has begun to look, which does not see it."""
    found = [execution(connection, 200), execution(connection, 200)]
    lock, waits = "pg_advisory_xact_lock(7)", "AND past.state <> 'running'"
    monkeypatch.setattr(
        retention, "LOCK_EXECUTIONS", retention.LOCK_EXECUTIONS.replace(waits, f"{waits} AND {lock}::text = ''")
    )
    with psycopg.connect(database_url) as other:
        other.execute(f"SELECT {lock}")
        cleanup = threading.Thread(target=watcher.cleanup, kwargs={"now": NOW})
        cleanup.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while connection.execute(waiting).fetchall() == [(0,)]:
            time.sleep(0.01)
        connection.execute(
            "INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, pipeline_execution_id, state,"
            " opened_at) VALUES ('failure', 'error', 'failure/1', 1, %s, 'open', now())",
            (found[0],),
        )
        other.commit()
        cleanup.join()
    assert kept(connection) == found[:1]
    assert connection.execute("SELECT pipeline_execution_id FROM watcher.alert").fetchall() == [(found[0],)]


CLEAN = """
import sys
from watcher_core import Settings, Watcher

def tell(done, expected):
    print(done, flush=True)

Watcher(sys.argv[1], settings=Settings()).cleanup(batch_size=100, progress=tell)
"""


def test_one_that_is_killed_has_done_its_part_and_the_next_goes_on(
    database_url: str, watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    fill(connection, 20_000)
    with subprocess.Popen(
        [sys.executable, "-c", CLEAN, database_url], stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdout is not None
        done = next(int(line) for line in process.stdout if int(line) >= 1_000)
        process.send_signal(signal.SIGKILL)
    left = len(kept(connection))
    assert 0 < left <= 20_000 - done
    assert left % 100 == 0  # whole batches
    assert watcher.cleanup().deleted["pipeline_execution"] == left - 30
    assert len(kept(connection)) == 30

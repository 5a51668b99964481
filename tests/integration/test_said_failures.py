"""Failures whose alerts say just that already need no more looks: with all looked at, alerts are the same."""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import Any

import psycopg
import pytest

from tests.factories import NOON, unique
from watcher_core import AlertKind, ExecutionState, Watcher, alerts, checks, database

MINUTE = dt.timedelta(minutes=1)

ALERTS = """
    SELECT deduplication_key, level, state, facts, pipeline_id, pipeline_execution_id, opened_at, resolved_at,
           resolved_by_hand, reopened_at, reopenings, grew_at, is_settled, acknowledged_at, snoozed_until
      FROM watcher.alert
     ORDER BY deduplication_key, opened_at
"""
IDS = "SELECT id FROM watcher.alert WHERE state <> 'resolved' ORDER BY id"
FAIL = """
    INSERT INTO watcher.pipeline_execution
          (pipeline_id, source, external_id, instance_id, scope, state, start_date, end_date, execution_metadata)
    VALUES (%s, 'python', gen_random_uuid()::text, %s, %s, CAST(%s AS watcher.execution_state), %s, %s, %s)
"""
RUN_AGAIN = """
    UPDATE watcher.pipeline_execution
       SET state = 'running', end_date = NULL
     WHERE id = (SELECT max(id) FROM watcher.pipeline_execution WHERE pipeline_id = %s AND state = 'failed')
"""
END = "UPDATE watcher.pipeline_execution SET state = 'failed', end_date = %s WHERE state = 'running'"


@pytest.mark.parametrize("seed", range(3))
def test_what_is_said_already_is_left_out(module_watcher: Watcher, seed: int) -> None:
    watcher, chance = module_watcher, random.Random(seed)
    url = watcher.url.set(drivername="postgresql").render_as_string(hide_password=False)
    left_out = changed = 0
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("TRUNCATE watcher.pipeline, watcher.alert CASCADE")
        pipelines = [watcher.get_or_create_pipeline(unique(f"p{number}")).id for number in range(5)]
        now = NOON
        for _ in range(25):
            now += chance.choice((1, 20, 45, 200)) * MINUTE
            for pipeline_id in chance.sample(pipelines, 2):
                happen(connection, chance, pipeline_id, now)
            by_hand(watcher, connection, chance, now)
            with watcher._transaction() as (session, _):
                found, unsaid = checks.check_failures(session, now=now)
                left_out += len(found) - len(unsaid)
                changed += sum(not finding.new for finding in unsaid)
                alerts.open_alerts(session, found, now=now)
                still = [finding.deduplication_key for finding in found]
                alerts.resolve_gone_alerts(session, kind=AlertKind.FAILURE, still=still, now=now)
                failed = [each for each in found if not each.new and each.execution_state is ExecutionState.FAILED]
                alerts.correct_alerts(session, failed)
                expected = database.driver(session).execute(ALERTS).fetchall()
                session.rollback()
            with watcher._transaction() as (session, _):
                found, unsaid = checks.check_failures(session, now=now)
                alerts.open_alerts(session, unsaid, now=now)
                alerts.resolve_gone_alerts(session, kind=AlertKind.FAILURE, still=still, now=now)
                failed = [each for each in unsaid if not each.new and each.execution_state is ExecutionState.FAILED]
                alerts.correct_alerts(session, failed)
                assert database.driver(session).execute(ALERTS).fetchall() == expected
    assert left_out > 10
    assert changed > 2


def test_most_that_fails_again_is_not_sent_back(watcher: Watcher) -> None:
    for number in range(3):
        pipeline = watcher.get_or_create_pipeline(unique(f"p{number}"))
        with pytest.raises(ValueError, match="no rows"), watcher.track(pipeline.name):
            raise ValueError("no rows")
    assert all(finding.new for finding in watcher.check_failures())
    with watcher._transaction() as (session, now):
        found, unsaid = checks.check_failures(session, now=now)
    assert len(found) == 3
    assert unsaid == []


def happen(connection: psycopg.Connection[Any], chance: random.Random, pipeline_id: int, now: dt.datetime) -> None:
    """Something that pipelines do, or that people change of them."""
    match chance.randrange(8):
        case 0 | 1 | 2 | 3:
            metadata: dict[str, Any] = {"error": {"message": chance.choice(("no rows", "no ‘disk’")), "class": "E"}}
            if chance.random() < 0.3:
                metadata |= {"run_id": chance.choice(("r1", "r2")), "step_key": "load"}
            scope = chance.choice((None, None, "2026-01-01", "2026-01-02"))
            if scope:
                metadata["partition"] = scope
            began = now - dt.timedelta(seconds=chance.choice((60, 61.5, 75.123456)))
            given = [chance.choice((None, "i1")), scope, "failed", began, now, json.dumps(metadata)]
            connection.execute(FAIL, [pipeline_id, *given])
        case 4:
            connection.execute(FAIL, [pipeline_id, None, None, "succeeded", now - MINUTE, now, "{}"])
        case 5:
            level = chance.choice((None, "warning", "critical"))
            connection.execute("UPDATE watcher.pipeline SET alert_level = %s WHERE id = %s", [level, pipeline_id])
        case 6:
            connection.execute(RUN_AGAIN, [pipeline_id])
        case 7:
            connection.execute(END, [now])


def by_hand(watcher: Watcher, connection: psycopg.Connection[Any], chance: random.Random, now: dt.datetime) -> None:
    """What people do with an alert."""
    ids = [row[0] for row in connection.execute(IDS)]
    if not ids or chance.random() < 0.5:
        return
    alert_id = chance.choice(ids)
    with watcher._transaction() as (session, _):
        match chance.randrange(3):
            case 0:
                alerts.acknowledge_alert(session, alert_id=alert_id, now=now)
            case 1:
                alerts.snooze_alert(session, alert_id=alert_id, until=now + 90 * MINUTE, now=now)
            case 2:
                alerts.resolve_alert(session, alert_id=alert_id, now=now)

"""Alerts that a check opens in its own statement are those of a plain reading of the rules, on random histories."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.factories import NOON, unique
from watcher_core import AlertKind, AlertLevel, Watcher, alerts
from watcher_core.alerts.pending import CONTINUES_WITHIN, FLAPPING_WITHIN
from watcher_core.checks import late_is_over
from watcher_core.values import Finding

LEVELS = [level.value for level in AlertLevel]
MINUTE = dt.timedelta(minutes=1)
# Whole seconds, and fractions with zeros at the end and in between.
FRACTIONS = (0, 100_000, 120_000, 123_456, 7, 999_990)


@dataclass
class Row:
    """An alert, as the rules have it."""

    key: str
    level: str
    facts: str
    pipeline_id: int | None
    pipeline_execution_id: int | None
    opened_at: dt.datetime
    state: str = "open"
    resolved_at: dt.datetime | None = None
    resolved_by_hand: bool = False
    reopened_at: dt.datetime | None = None
    reopenings: int = 0
    acknowledged_at: dt.datetime | None = None
    snoozed_until: dt.datetime | None = None
    covered_level: str | None = None
    is_known_to_be_over: bool = False

    def cover(self) -> None:
        """What somebody does about it holds up to the level that it has, or had when somebody did before."""
        held = self.covered_level if self.state in ("acknowledged", "snoozed") else None
        self.covered_level = max(held or self.level, self.level, key=LEVELS.index)

    def covers(self, level: str) -> bool:
        return LEVELS.index(level) <= LEVELS.index(self.covered_level or self.level)

    def is_snoozed(self, now: dt.datetime) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > now


def facts(finding: Finding) -> str:
    return json.dumps(json.loads(json.dumps(finding.facts)), sort_keys=True)


def check(rows: list[Row], found: Iterable[Finding], levels: dict[int, str | None], now: dt.datetime) -> None:
    """What a check does to alerts, one finding after the other."""
    still = set()
    for finding in found:
        key = finding.deduplication_key
        still.add(key)
        level = levels[finding.pipeline_id] or "warning"
        alive = next((row for row in rows if row.key == key and row.state != "resolved"), None)
        if alive is not None:
            if finding.new or alive.state == "snoozed" or alive.level != level:
                if not alive.covers(level):
                    alive.state = "open"
                    alive.snoozed_until = None if alive.is_snoozed(now) else alive.snoozed_until
                alive.level, alive.facts = level, facts(finding)
            continue
        gone = max((row for row in rows if row.key == key), key=lambda row: row.resolved_at or now, default=None)
        if gone is not None and gone.resolved_by_hand and not finding.new:
            continue
        if gone is None or (gone.resolved_at or now) <= now - CONTINUES_WITHIN:
            rows.append(Row(key, level, facts(finding), finding.pipeline_id, finding.execution_id, now))
            continue
        flaps = gone.reopened_at is not None and gone.reopened_at > now - FLAPPING_WITHIN
        gone.reopenings = gone.reopenings + 1 if flaps else 1
        is_covered, is_snoozed = gone.covers(level), gone.is_snoozed(now)
        gone.level, gone.facts, gone.reopened_at = level, facts(finding), now
        gone.resolved_at, gone.resolved_by_hand = None, False
        if gone.is_known_to_be_over:
            gone.acknowledged_at = None
            gone.covered_level = gone.covered_level if is_snoozed else None
        if not is_covered:
            gone.state = "open"
            gone.snoozed_until = None if is_snoozed else gone.snoozed_until
        else:
            gone.state = "snoozed" if is_snoozed else "acknowledged" if gone.acknowledged_at else "open"
    for row in rows:
        if row.state != "resolved" and row.key not in still:
            row.state, row.resolved_at, row.resolved_by_hand = "resolved", now, False


def stored(connection: psycopg.Connection[Any], kind: AlertKind) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            """
            SELECT deduplication_key AS key, CAST(level AS text) AS level, CAST(facts AS text) AS facts, pipeline_id,
                   pipeline_execution_id, opened_at, CAST(state AS text) AS state, resolved_at, resolved_by_hand,
                   reopened_at, reopenings, acknowledged_at, snoozed_until, CAST(covered_level AS text) AS covered_level
              FROM watcher.alert
             WHERE kind = CAST(%s AS watcher.alert_kind)
            """,
            [kind.value],
        )
        return [{**row, "facts": json.dumps(json.loads(row["facts"]), sort_keys=True)} for row in cursor]


def as_stored(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [{name: value for name, value in vars(row).items() if name != "is_known_to_be_over"} for row in rows]


def by_key(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["key"], row["opened_at"]))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", [AlertKind.FRESHNESS, AlertKind.TIMELINESS])
def test_alerts_are_those_of_the_rules(module_watcher: Watcher, kind: AlertKind, seed: int) -> None:
    watcher, chance = module_watcher, random.Random(seed)
    url = watcher.url.set(drivername="postgresql").render_as_string(hide_password=False)
    check_kind = watcher.check_freshness if kind is AlertKind.FRESHNESS else watcher.check_timeliness
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        connection.execute("TRUNCATE watcher.pipeline, watcher.alert CASCADE")
        levels: dict[int, str | None] = {}
        for number in range(6):
            given: dict[str, Any] = {"freshness_calendar": "Mon-Fri"} if number == 0 else {}
            made = watcher.get_or_create_pipeline(
                unique(f"p{number}"),
                freshness_number=1,
                freshness_datepart="hour",
                timeliness_number=10,
                timeliness_datepart="minute",
                **given,
            )
            levels[made.id] = None
        rows: list[Row] = []
        now = NOON
        for _ in range(20):
            now += chance.choice((1, 20, 45, 200, 3_000)) * MINUTE
            now = now.replace(microsecond=chance.choice(FRACTIONS))
            for pipeline_id in levels:
                happen(connection, chance, pipeline_id, levels, now)
            by_hand(watcher, connection, chance, rows, now)
            found = check_kind(now=now)
            check(rows, [each for each in found if not late_is_over(each)], levels, now)
            assert by_key(stored(connection, kind)) == by_key(as_stored(rows))
        assert len(rows) > 6
        assert {row.state for row in rows} >= {"resolved"}


def happen(
    connection: psycopg.Connection[Any],
    chance: random.Random,
    pipeline_id: int,
    levels: dict[int, str | None],
    now: dt.datetime,
) -> None:
    """Something that pipelines do, or that people change of them."""
    match chance.randrange(8):
        case 0 | 1:
            column = chance.choice(("insert", "update", "soft_delete"))
            at = now - chance.randrange(3) * MINUTE
            connection.execute(
                f"UPDATE watcher.pipeline SET last_target_{column} = %s WHERE id = %s",
                [at.replace(microsecond=chance.choice(FRACTIONS)), pipeline_id],
            )
        case 2:
            levels[pipeline_id] = chance.choice((None, "warning", "error", "critical"))
            connection.execute(
                "UPDATE watcher.pipeline SET alert_level = CAST(%s AS watcher.alert_level) WHERE id = %s",
                [levels[pipeline_id], pipeline_id],
            )
        case 3:
            connection.execute(
                """UPDATE watcher.pipeline
                      SET mute_freshness_check = NOT mute_freshness_check,
                          mute_timeliness_check = NOT mute_timeliness_check
                    WHERE id = %s""",
                [pipeline_id],
            )
        case 4 | 5:
            connection.execute(
                """INSERT INTO watcher.pipeline_execution
                         (pipeline_id, source, external_id, state, start_date, end_date)
                   VALUES (%s, 'python', gen_random_uuid()::text,
                           CAST(%s AS watcher.execution_state), %s, %s)""",
                [
                    pipeline_id,
                    *chance.choice(
                        (
                            ("running", now - 15 * MINUTE, None),
                            ("succeeded", now - 30 * MINUTE, now - chance.randrange(5) * MINUTE),
                            ("failed", now - dt.timedelta(seconds=1234.5), now),
                        )
                    ),
                ],
            )
        case 6:
            connection.execute(
                """UPDATE watcher.pipeline_execution SET state = 'succeeded', end_date = %s
                    WHERE pipeline_id = %s AND state = 'running' AND start_date < %s""",
                [now, pipeline_id, now],
            )


def by_hand(
    watcher: Watcher,
    connection: psycopg.Connection[Any],
    chance: random.Random,
    rows: list[Row],
    now: dt.datetime,
) -> None:
    """What people do with an alert, and that a place has heard of the end of one."""
    row = chance.choice(rows) if rows else None
    if row is None:
        return
    found = connection.execute(
        "SELECT id FROM watcher.alert WHERE deduplication_key = %s AND opened_at = %s", [row.key, row.opened_at]
    ).fetchone()
    assert found is not None
    if row.state == "resolved":
        if chance.random() < 0.5 and not row.is_known_to_be_over:
            connection.execute(
                """INSERT INTO watcher.alert_delivery (alert_id, destination, recovery_delivered_at)
                   VALUES (%s, 'x', %s)""",
                [found[0], now],
            )
            row.is_known_to_be_over = True
        return
    with watcher._transaction() as (session, _):
        match chance.randrange(4):
            case 0:
                row.cover()
                alerts.acknowledge_alert(session, alert_id=found[0], now=now)
                row.state, row.acknowledged_at, row.snoozed_until = "acknowledged", now, None
            case 1:
                until = now + chance.choice((5, 500, 5_000)) * MINUTE
                row.cover()
                alerts.snooze_alert(session, alert_id=found[0], until=until, now=now)
                row.state, row.snoozed_until = "snoozed", until
            case 2:
                alerts.resolve_alert(session, alert_id=found[0], now=now)
                row.state, row.resolved_at, row.resolved_by_hand = "resolved", now, True

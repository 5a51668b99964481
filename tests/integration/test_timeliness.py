"""The timeliness check: what it looks at, whose rule holds, what is logged once, and what becomes of its alerts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.factories import NOON, at, record
from watcher_core import AlertKind, AlertLevel, DatePart, ExecutionState, Finding, InvalidValueError, Watcher

RUNNING = ExecutionState.RUNNING


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(autouse=True)
def rule(watcher: Watcher) -> None:
    """Executions of `p` are late after a quarter of an hour."""
    watcher.get_or_create_pipeline("p", timeliness_number=15, timeliness_datepart="minute")


def ids(found: list[Finding]) -> list[int | None]:
    return [finding.execution_id for finding in found]


def logs(connection: psycopg.Connection[Any]) -> list[Any]:
    return connection.execute(
        "SELECT pipeline_execution_id, duration_seconds, execution_state::text, evaluation_timestamp,"
        " timeliness_number, timeliness_datepart::text, used_child_config"
        " FROM watcher.timeliness_pipeline_execution_log ORDER BY id"
    ).fetchall()


# What is looked at


def test_all_that_is_known_of_a_finding(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    watcher.record([record("p", start=0, end_date=at(20.5))])
    now = at(30)
    (found,) = watcher.check_timeliness(now=now)
    assert found == Finding(
        kind=AlertKind.TIMELINESS,
        level=AlertLevel.WARNING,
        pipeline_id=1,
        pipeline_name="p",
        pipeline_type_name="default",
        execution_id=1,
        new=True,
        deduplication_key="timeliness/1",
        at=now,
        expected_number=15,
        expected_datepart=DatePart.MINUTE,
        used_child_config=True,
        measured_from=NOON,
        due_at=at(15),
        duration_seconds=1230,
        execution_state=ExecutionState.SUCCEEDED,
    )
    assert found.overdue_seconds == 330
    assert logs(connection) == [(1, 1230, "succeeded", now, 15, "minute", True)]


@pytest.mark.parametrize("state", ["succeeded", "failed", "canceled", "skipped"])
def test_what_has_ended_counts_however_it_ended(watcher: Watcher, state: str) -> None:
    watcher.record([record("p", start=0, end_date=at(16), state=ExecutionState(state))])
    (found,) = watcher.check_timeliness(now=at(30))
    assert found.execution_state == state


def test_as_long_as_allowed_is_not_late(watcher: Watcher) -> None:
    watcher.record([record("p", "ended", end_date=at(15)), record("p", "running", state=RUNNING)])
    assert watcher.check_timeliness(now=at(15)) == []
    (found,) = watcher.check_timeliness(now=at(15) + dt.timedelta(microseconds=1))
    assert (found.execution_id, found.execution_state, found.duration_seconds) == (2, RUNNING, 900.000001)


def test_what_has_ended_is_looked_at_within_the_lookback_and_by_its_end(watcher: Watcher) -> None:
    watcher.record([record("p", str(end), start=end - 30, end_date=at(end)) for end in (0, 30, 60)])
    assert ids(watcher.check_timeliness(now=at(90), dry_run=True)) == [2, 3]
    assert ids(watcher.check_timeliness(now=at(90), lookback_minutes=59, dry_run=True)) == [3]
    assert ids(watcher.check_timeliness(now=at(90), lookback_minutes=90, dry_run=True)) == [1, 2, 3]


def test_one_that_takes_longer_than_the_lookback_is_found_when_it_has_ended(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p", timeliness_number=2, timeliness_datepart="hour")
    watcher.record([record("p", start=-130, end_date=at(0))])
    found = [ids(watcher.check_timeliness(now=at(minutes), lookback_minutes=15)) for minutes in (-1, 14, 29, 44)]
    assert found == [[], [1], [1], []]


def test_the_lookback_begins_before_the_last_check_that_succeeded(watcher: Watcher) -> None:
    day = 24 * 60
    watcher.check_timeliness(now=at(0))
    watcher.record([record("p", "1", start=60, end_date=at(90)), record("p", "2", start=-120, end_date=at(-61))])
    watcher.check_timeliness(now=at(day), dry_run=True)
    watcher.check_timeliness(now=at(day), pipeline="p", dry_run=True)
    with pytest.raises(InvalidValueError):
        watcher.check_timeliness(now=at(day), lookback_minutes=0)
    assert ids(watcher.check_timeliness(now=at(day), since=at(day))) == []  # as asked for
    watcher.check_timeliness(now=at(0))  # a check as of then takes nothing back
    assert ids(watcher.check_timeliness(now=at(day + 1))) == []


def test_what_ended_since_the_last_check_is_found_however_long_ago_that_was(watcher: Watcher) -> None:
    watcher.check_timeliness(now=at(0))
    watcher.record([record("p", "1", start=60, end_date=at(90)), record("p", "2", start=-120, end_date=at(-61))])
    week = 7 * 24 * 60
    assert ids(watcher.check_timeliness(now=at(week))) == [1]
    assert ids(watcher.check_timeliness(now=at(week + 1))) == []


def test_a_check_of_the_future_does_not_count_as_the_last_one(watcher: Watcher) -> None:
    now = dt.datetime.now(dt.UTC)
    watcher.check_timeliness(now=now + dt.timedelta(days=365))
    execution = watcher.start_execution(pipeline_id="p", start_date=now - dt.timedelta(minutes=30))
    watcher.end_execution(execution.id)
    assert ids(watcher.check_timeliness(lookback_minutes=1)) == [execution.id]


def test_what_runs_is_looked_at_however_old_it_is(watcher: Watcher) -> None:
    """The reference never reports one that started before the lookback."""
    year = 365 * 24 * 60
    watcher.record(
        [record("p", "old", start=-year, state=RUNNING), record("p", "older", start=-9 * year, state=RUNNING)]
    )
    found = watcher.check_timeliness(now=at(0), lookback_minutes=1)
    assert ids(found) == [2, 1]
    assert found[1].duration_seconds == year * 60


def test_whose_rule_holds(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline_type("slow", timeliness_number=2, timeliness_datepart="hour")
    watcher.get_or_create_pipeline_type("muted", mute_timeliness_check=True)
    rule: dict[str, Any] = {"timeliness_number": 1, "timeliness_datepart": "minute"}
    watcher.get_or_create_pipeline("own", pipeline_type_name="slow", **rule)
    watcher.get_or_create_pipeline("its type's", pipeline_type_name="slow")
    watcher.get_or_create_pipeline("muted", mute_timeliness_check=True, **rule)
    watcher.get_or_create_pipeline("of a muted type", pipeline_type_name="muted", **rule)
    watcher.get_or_create_pipeline("inactive", **rule)
    watcher.get_or_create_pipeline("no rule")
    watcher.update_pipeline("inactive", active=False)
    names = ("own", "its type's", "muted", "of a muted type", "inactive", "no rule")
    watcher.record([record(name, name, state=RUNNING) for name in names])
    found = {finding.pipeline_name: finding for finding in watcher.check_timeliness(now=at(121))}
    assert set(found) == {"own", "its type's"}
    assert (found["own"].used_child_config, found["own"].expected_number) == (True, 1)
    assert (found["its type's"].used_child_config, found["its type's"].expected_datepart) == (False, DatePart.HOUR)


@pytest.mark.parametrize(
    ("start", "number", "unit", "late_after"),
    [
        ("2026-01-31 12:00", 1, "month", "2026-02-28 12:00"),
        ("2024-01-31 12:00", 1, "month", "2024-02-29 12:00"),
        ("2024-02-29 12:00", 1, "year", "2025-02-28 12:00"),
        ("2026-03-28 12:00", 1, "day", "2026-03-29 12:00"),
        ("2026-10-24 12:00", 1, "week", "2026-10-31 12:00"),
    ],
)
def test_units_are_those_of_the_calendar_in_utc(
    watcher: Watcher, start: str, number: int, unit: str, late_after: str
) -> None:
    start_date, due = (dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) for text in (start, late_after))
    watcher.update_pipeline("p", timeliness_number=number, timeliness_datepart=unit)
    execution = watcher.start_execution(pipeline_id="p", start_date=start_date)
    assert watcher.check_timeliness(now=due) == []
    assert ids(watcher.check_timeliness(now=due + dt.timedelta(microseconds=1))) == [execution.id]


@pytest.mark.parametrize("number", [2**63 - 1, 2**31])
@pytest.mark.parametrize("unit", list(DatePart))
def test_a_threshold_of_any_length_is_no_error(watcher: Watcher, unit: DatePart, number: int) -> None:
    watcher.update_pipeline("p", timeliness_number=number, timeliness_datepart=unit)
    watcher.record([record("p", state=RUNNING)])
    assert watcher.check_timeliness(now=at(1000)) == []


# New or known


def test_one_that_is_logged_while_it_runs_and_then_ends_is_not_told_again(
    watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    execution = watcher.start_execution(pipeline_id="p", start_date=NOON)
    assert [finding.new for finding in watcher.check_timeliness(now=at(16))] == [True]
    assert [finding.new for finding in watcher.check_timeliness(now=at(17))] == [False]
    watcher.end_execution(execution.id, end_date=at(18))
    (found,) = watcher.check_timeliness(now=at(20))
    assert (found.new, found.execution_state, found.duration_seconds) == (False, "succeeded", 18 * 60)
    assert [row[2] for row in logs(connection)] == ["running"]
    [alert] = watcher.alerts()
    assert (alert.state, (alert.resolution or {})["how"]) == ("resolved", "ended")
    assert ids(watcher.check_timeliness(now=at(79))) == [execution.id]  # since the last check
    assert [alert.state for alert in watcher.alerts()] == ["resolved"]
    assert watcher.check_timeliness(now=at(80)) == []


def test_the_alert_of_one_that_is_found_by_its_end_stays_for_the_lookback(watcher: Watcher) -> None:
    watcher.record([record("p", end_date=at(18))])
    assert len(watcher.check_timeliness(now=at(20))) == len(watcher.check_timeliness(now=at(79))) == 1
    assert [alert.state for alert in watcher.alerts()] == ["open"]
    assert watcher.check_timeliness(now=at(80)) == []
    assert [alert.state for alert in watcher.alerts()] == ["resolved"]


def test_what_breaks_a_rule_that_was_raised_while_it_ran_is_said_when_it_ends(watcher: Watcher) -> None:
    watcher.record([record("p", state=RUNNING)])
    watcher.check_timeliness(now=at(20))
    watcher.update_pipeline("p", timeliness_number=60)
    assert watcher.check_timeliness(now=at(30)) == []
    [alert] = watcher.alerts()
    assert alert.state == "resolved"
    watcher.end_execution(alert.pipeline_execution_id or 0, end_date=at(70))
    assert [finding.execution_state for finding in watcher.check_timeliness(now=at(80))] == ["succeeded"]
    assert watcher.alert(alert.id).state == "open"
    watcher.check_timeliness(now=at(200))
    assert watcher.check_timeliness(now=at(261)) == []
    assert watcher.alert(alert.id).state == "resolved"


def test_each_execution_is_a_cause_of_its_own(watcher: Watcher) -> None:
    watcher.record([record("p", str(number), start=number, end_date=at(number + 20)) for number in range(3)])
    assert len(watcher.check_timeliness(now=at(30))) == 3
    assert len({alert.deduplication_key for alert in watcher.alerts()}) == 3


def test_a_dry_run_writes_nothing(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    watcher.record([record("p", state=RUNNING)])
    assert watcher.check_timeliness(now=at(30), dry_run=True) == watcher.check_timeliness(now=at(30), dry_run=True)
    assert (logs(connection), watcher.alerts()) == ([], [])
    assert watcher.check_timeliness(now=at(30))[0].new
    assert not watcher.check_timeliness(now=at(30), dry_run=True)[0].new


def test_a_log_row_and_its_alert_are_written_together_or_not_at_all(
    watcher: Watcher, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher.record([record("p", state=RUNNING)])
    monkeypatch.setattr("watcher_core.alerts.resolve_gone_alerts", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        watcher.check_timeliness(now=at(30))
    assert logs(connection) == []


@pytest.mark.parametrize("minutes", [0, -1, 2**63, 1.5, "60", True, None])
def test_a_lookback_that_is_none_is_refused(watcher: Watcher, minutes: Any) -> None:
    with pytest.raises(InvalidValueError, match="lookback_minutes is"):
        watcher.check_timeliness(lookback_minutes=minutes)

"""The freshness check: whose rule holds, calendar units, what is new, and what becomes of its alerts."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.factories import NOON, at, record
from watcher_core import AlertKind, AlertLevel, DatePart, ExecutionState, Finding, InvalidValueError, Settings, Watcher
from watcher_core.checks import freshness
from watcher_core.database.engine import create_engine, normalize_url, transaction

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def changed(watcher: Watcher, connection: psycopg.Connection[Any]) -> Any:
    """Make a pipeline whose data changed last at a moment."""

    def make(name: str, moment: dt.datetime | None = NOON, *, created: dt.datetime = NOON, **rules: Any) -> None:
        watcher.get_or_create_pipeline(name, **rules)
        connection.execute(
            "UPDATE watcher.pipeline SET last_target_insert = %s, created_at = %s WHERE name = %s",
            (moment, created, name),
        )

    return make


def names(found: list[Finding]) -> list[str]:
    return [finding.pipeline_name for finding in found]


def logs(connection: psycopg.Connection[Any]) -> list[Any]:
    return connection.execute(
        "SELECT pipeline.name, last_dml_timestamp, evaluation_timestamp, log.freshness_number,"
        " log.freshness_datepart::text, used_child_config"
        " FROM watcher.freshness_pipeline_log AS log JOIN watcher.pipeline ON pipeline.id = pipeline_id"
        " ORDER BY log.id"
    ).fetchall()


# Which rule holds


def test_nothing_to_look_at(watcher: Watcher) -> None:
    assert watcher.check_freshness() == []


def test_all_that_is_known_of_a_finding(watcher: Watcher, connection: psycopg.Connection[Any], changed: Any) -> None:
    changed(
        "prices",
        pipeline_type_name="api",
        freshness_number=2,
        freshness_datepart="hour",
        pipeline_metadata={"owners": ["team:sales", 7]},
    )
    now = NOON + 3 * HOUR
    (found,) = watcher.check_freshness(now=now)
    assert found == Finding(
        kind=AlertKind.FRESHNESS,
        level=AlertLevel.WARNING,
        pipeline_id=1,
        pipeline_name="prices",
        pipeline_type_name="api",
        execution_id=None,
        new=True,
        deduplication_key="freshness/1",
        at=now,
        owners=("team:sales",),
        expected_number=2,
        expected_datepart=DatePart.HOUR,
        used_child_config=True,
        measured_from=NOON,
        due_at=NOON + 2 * HOUR,
        last_dml_timestamp=NOON,
        last_target_insert=NOON,
    )
    assert found.overdue_seconds == 3600
    assert logs(connection) == [("prices", NOON, now, 2, "hour", True)]


def test_the_pipelines_rule_wins_over_its_types_and_without_either_it_is_skipped(
    watcher: Watcher, changed: Any
) -> None:
    watcher.get_or_create_pipeline_type("ruled", freshness_number=12, freshness_datepart="hour")
    changed("own, stricter", pipeline_type_name="ruled", freshness_number=1, freshness_datepart="hour")
    changed("own, laxer", pipeline_type_name="ruled", freshness_number=1, freshness_datepart="week")
    changed("its type's", pipeline_type_name="ruled")
    changed("none")
    assert names(watcher.check_freshness(now=NOON + 2 * HOUR)) == ["own, stricter"]
    assert names(watcher.check_freshness(now=NOON + 13 * HOUR)) == ["own, stricter", "its type's"]
    found = {finding.pipeline_name: finding for finding in watcher.check_freshness(now=at(60 * 24 * 8))}
    assert set(found) == {"own, stricter", "own, laxer", "its type's"}
    assert [found[name].used_child_config for name in ("own, stricter", "own, laxer", "its type's")] == [
        True,
        True,
        False,
    ]
    assert (found["its type's"].expected_number, found["its type's"].expected_datepart) == (12, DatePart.HOUR)


def test_muted_and_inactive_pipelines_are_skipped(watcher: Watcher, changed: Any) -> None:
    rule: dict[str, Any] = {"freshness_number": 1, "freshness_datepart": "hour"}
    watcher.get_or_create_pipeline_type("muted", mute_freshness_check=True)
    changed("muted", mute_freshness_check=True, **rule)
    changed("of a muted type", pipeline_type_name="muted", **rule)
    changed("inactive", **rule)
    changed("muted for another check", mute_timeliness_check=True, mute_failure_check=True, **rule)
    watcher.update_pipeline("inactive", active=False)
    assert names(watcher.check_freshness(now=NOON + 2 * HOUR)) == ["muted for another check"]


# From when it is measured


def test_one_that_never_changed_data_is_measured_from_its_creation(watcher: Watcher, changed: Any) -> None:
    """The reference skips it for ever."""
    changed("never", None, created=NOON, freshness_number=1, freshness_datepart="hour")
    assert watcher.check_freshness(now=NOON + HOUR) == []
    (found,) = watcher.check_freshness(now=NOON + 2 * HOUR)
    assert (found.last_dml_timestamp, found.measured_from) == (None, NOON)


@pytest.mark.parametrize("column", ["last_target_insert", "last_target_update", "last_target_soft_delete"])
def test_the_last_of_insert_update_and_soft_delete_counts(
    watcher: Watcher, connection: psycopg.Connection[Any], changed: Any, column: str
) -> None:
    changed("p", NOON, freshness_number=1, freshness_datepart="hour")
    connection.execute("UPDATE watcher.pipeline SET last_target_update = last_target_insert")
    connection.execute(
        f"UPDATE watcher.pipeline SET {column} = %s",
        (NOON + 5 * HOUR,),
    )
    assert watcher.check_freshness(now=NOON + 6 * HOUR) == []
    (found,) = watcher.check_freshness(now=NOON + 7 * HOUR)
    assert found.last_dml_timestamp == NOON + 5 * HOUR
    assert getattr(found, column) == NOON + 5 * HOUR


def test_an_execution_makes_data_fresh_and_one_with_zeros_does_not(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p", freshness_number=1, freshness_datepart="hour")
    watcher.record([record("p", start=0, inserts=1)])
    watcher.record([record("p", start=120, inserts=0, updates=0, soft_deletes=0, total_rows=10)])
    assert names(watcher.check_freshness(now=at(122))) == ["p"]
    watcher.record([record("p", start=122, state=ExecutionState.FAILED, inserts=5)])
    assert names(watcher.check_freshness(now=at(124))) == ["p"]
    watcher.record([record("p", start=123, updates=1)])
    assert watcher.check_freshness(now=at(125)) == []


# Units


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


UNITS = [
    ("2026-03-01 12:00", 5, "minute", "2026-03-01 12:05"),
    ("2026-03-01 12:00", 12, "hour", "2026-03-02 00:00"),
    ("2026-03-01 12:00", 1, "day", "2026-03-02 12:00"),
    ("2026-03-01 12:00", 4, "week", "2026-03-29 12:00"),
    # Months and years are those of the calendar; where it has no such day, the month ends, and from a month's end they
    # lead to another.
    ("2026-01-31 12:00", 1, "month", "2026-02-28 12:00"),
    ("2024-01-31 12:00", 1, "month", "2024-02-29 12:00"),
    ("2026-01-30 12:00", 13, "month", "2027-02-28 12:00"),
    ("2026-02-28 12:00", 1, "month", "2026-03-31 12:00"),
    ("2026-03-31 23:59", 1, "month", "2026-04-30 23:59"),
    ("2026-08-31 12:00", 6, "month", "2027-02-28 12:00"),
    ("2024-02-29 12:00", 1, "year", "2025-02-28 12:00"),
    ("2024-02-29 12:00", 4, "year", "2028-02-29 12:00"),
    ("2025-12-31 23:59", 1, "year", "2026-12-31 23:59"),
    # The days on which clocks change in Europe and America: a day has 24 hours in UTC.
    ("2026-03-28 12:00", 1, "day", "2026-03-29 12:00"),
    ("2026-10-24 12:00", 1, "day", "2026-10-25 12:00"),
    ("2026-03-07 12:00", 24, "hour", "2026-03-08 12:00"),
    ("2026-10-31 12:00", 1, "week", "2026-11-07 12:00"),
    ("2026-03-01 00:30", 1, "month", "2026-04-01 00:30"),
]


@pytest.mark.parametrize("time_zone", ["UTC", "America/New_York", "Europe/Berlin", "Pacific/Kiritimati"])
def test_units_are_those_of_the_calendar_in_utc(
    database_url: str, watcher: Watcher, changed: Any, time_zone: str
) -> None:
    engine = create_engine(normalize_url(database_url))
    for since, number, unit, due in UNITS:
        changed("p", moment(since), freshness_number=number, freshness_datepart=unit)
        with transaction(engine) as session:
            # A pool between us and the server may drop the setting that our connections begin with.
            session.connection().exec_driver_sql(f"SET LOCAL TIME ZONE '{time_zone}'")
            assert freshness.check_freshness(session, now=moment(due)) == []
            (found,) = freshness.check_freshness(session, now=moment(due) + dt.timedelta(microseconds=1))
            assert found.due_at == moment(due), (since, number, unit)
    engine.dispose()


@pytest.mark.parametrize("unit", list(DatePart))
@pytest.mark.parametrize("number", [2**63 - 1, 2**31, 10**6])
def test_a_threshold_of_any_length_is_no_error(watcher: Watcher, changed: Any, unit: DatePart, number: int) -> None:
    changed("p", freshness_number=number, freshness_datepart=unit)
    changed("stale", freshness_number=1, freshness_datepart="hour")
    assert names(watcher.check_freshness(now=NOON + 2 * HOUR)) == ["stale"]


# New or known


def test_what_is_found_again_is_not_new_until_data_changed(watcher: Watcher, connection: Any, changed: Any) -> None:
    changed("p", freshness_number=1, freshness_datepart="hour")
    first, again = (watcher.check_freshness(now=NOON + hours * HOUR) for hours in (2, 30))
    assert [first[0].new, again[0].new] == [True, False]
    assert len(logs(connection)) == 1
    connection.execute("UPDATE watcher.pipeline SET last_target_insert = %s", (NOON + 31 * HOUR,))
    assert watcher.check_freshness(now=NOON + 31 * HOUR) == []
    assert [finding.new for finding in watcher.check_freshness(now=NOON + 40 * HOUR)] == [True]
    assert len(logs(connection)) == 2


def test_a_rule_that_changes_makes_nothing_new(watcher: Watcher, connection: Any, changed: Any) -> None:
    changed("p", freshness_number=1, freshness_datepart="hour")
    watcher.check_freshness(now=NOON + 2 * HOUR)
    watcher.update_pipeline("p", freshness_number=3)
    assert watcher.check_freshness(now=NOON + 2 * HOUR) == []
    (found,) = watcher.check_freshness(now=NOON + 4 * HOUR)
    assert (found.new, found.expected_number) == (False, 3)


def test_a_dry_run_writes_nothing(watcher: Watcher, connection: Any, changed: Any) -> None:
    changed("p", freshness_number=1, freshness_datepart="hour")
    now = NOON + 2 * HOUR
    assert watcher.check_freshness(now=now, dry_run=True) == watcher.check_freshness(now=now, dry_run=True)
    assert (logs(connection), watcher.alerts()) == ([], [])
    assert watcher.check_freshness(now=now)[0].new
    assert not watcher.check_freshness(now=now, dry_run=True)[0].new
    connection.execute("UPDATE watcher.pipeline SET last_target_insert = %s", (now,))
    watcher.check_freshness(now=now, dry_run=True)
    assert [alert.state for alert in watcher.alerts()] == ["open"]


def test_the_longest_overdue_comes_first(watcher: Watcher, changed: Any) -> None:
    changed("a", NOON, freshness_number=3, freshness_datepart="hour")
    changed("b", NOON, freshness_number=1, freshness_datepart="hour")
    changed("c", NOON - 2 * HOUR, freshness_number=2, freshness_datepart="hour")
    assert names(watcher.check_freshness(now=NOON + 4 * HOUR)) == ["c", "b", "a"]


def test_now_without_a_time_zone_is_refused(watcher: Watcher) -> None:
    with pytest.raises(InvalidValueError, match="now is 2026-03-01T12:00:00 without a time zone"):
        watcher.check_freshness(now=dt.datetime(2026, 3, 1, 12))  # noqa: DTZ001 (the mistake)


# Alerts


def test_an_alert_opens_once_and_resolves_when_data_changes(watcher: Watcher, connection: Any, changed: Any) -> None:
    changed("p", freshness_number=1, freshness_datepart="hour")
    for hours in (2, 3, 4):
        watcher.check_freshness(now=NOON + hours * HOUR)
    (alert,) = watcher.alerts()
    assert (alert.kind, alert.level, alert.state, alert.pipeline_name) == ("freshness", "warning", "open", "p")
    assert alert.facts["expected_number"] == 1
    assert alert.facts["last_dml_timestamp"] == NOON.isoformat()
    connection.execute("UPDATE watcher.pipeline SET last_target_insert = %s", (NOON + 4 * HOUR,))
    watcher.check_freshness(now=NOON + 4 * HOUR)
    assert [alert.state for alert in watcher.alerts()] == ["resolved"]


@pytest.mark.parametrize("change", [{"mute_freshness_check": True}, {"active": False}, {"freshness_number": 9}])
def test_an_alert_resolves_when_its_pipeline_is_checked_no_more(
    watcher: Watcher, changed: Any, change: dict[str, Any]
) -> None:
    changed("p", freshness_number=1, freshness_datepart="hour")
    watcher.check_freshness(now=NOON + 2 * HOUR)
    watcher.update_pipeline("p", **change)
    watcher.check_freshness(now=NOON + 2 * HOUR)
    assert [alert.state for alert in watcher.alerts()] == ["resolved"]


def test_a_log_row_and_its_alert_are_written_together_or_not_at_all(
    watcher: Watcher, connection: Any, changed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reference commits the log row, then posts; with Slack down nobody is ever told."""
    changed("p", freshness_number=1, freshness_datepart="hour")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("killed between the two")

    monkeypatch.setattr("watcher_core.alerts.resolve_gone_alerts", fail)
    with pytest.raises(RuntimeError, match="killed"):
        watcher.check_freshness(now=NOON + 2 * HOUR)
    assert logs(connection) == []
    monkeypatch.undo()
    assert watcher.check_freshness(now=NOON + 2 * HOUR)[0].new
    assert len(watcher.alerts()) == 1


def test_checks_at_once_find_everything_once(
    database_url: str, watcher: Watcher, connection: Any, tmp_path: Any
) -> None:
    for number in range(50):
        watcher.get_or_create_pipeline(f"p{number}", freshness_number=1, freshness_datepart="hour")
    now = dt.datetime.now(dt.UTC) + 2 * HOUR
    found: list[list[Finding]] = []
    barrier = threading.Barrier(6)

    def check() -> None:
        with Watcher(database_url, settings=Settings(home=tmp_path)) as mine:
            barrier.wait()
            found.append(mine.check_freshness(now=now))

    threads = [threading.Thread(target=check) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(each) for each in found] == [50] * 6
    assert sum(finding.new for each in found for finding in each) == 50
    assert len(logs(connection)) == len(watcher.alerts(limit=1000)) == 50


# Calendars. 2026-03-06 is a Friday.

FRIDAY, SUNDAY = dt.datetime(2026, 3, 6, 6, tzinfo=dt.UTC), dt.datetime(2026, 3, 8, 12, tzinfo=dt.UTC)
MONDAY_NOON = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)
DAY: dict[str, Any] = {"freshness_number": 1, "freshness_datepart": "day"}


def test_a_pipeline_is_quiet_on_its_days_off(watcher: Watcher, changed: Any) -> None:
    watcher.get_or_create_pipeline_type("office", freshness_calendar="mon-fri", freshness_timezone="Europe/Berlin")
    changed("every day", FRIDAY, **DAY)
    changed("own", FRIDAY, freshness_calendar="Mon-Fri", **DAY)
    changed("its type's", FRIDAY, pipeline_type_name="office", **DAY)
    changed("all the same", FRIDAY, pipeline_type_name="office", freshness_calendar="Mon-Sun", **DAY)
    changed("cron", FRIDAY, freshness_calendar="30 6 * * 1-5", freshness_number=2, freshness_datepart="hour")
    assert set(names(watcher.check_freshness(now=SUNDAY, dry_run=True))) == {"every day", "all the same", "cron"}
    changed("cron", FRIDAY + HOUR)
    assert set(names(watcher.check_freshness(now=SUNDAY))) == {"every day", "all the same"}
    found = {finding.pipeline_name: finding for finding in watcher.check_freshness(now=MONDAY_NOON)}
    assert {name: finding.new for name, finding in found.items()} == {
        "every day": False,
        "all the same": False,
        "own": True,
        "its type's": True,
        "cron": True,
    }
    assert found["own"].due_at == FRIDAY + 72 * HOUR
    assert found["cron"].due_at == MONDAY_NOON - 3.5 * HOUR
    assert found["own"].details == {"calendar": "Mon-Fri"}
    assert found["its type's"].details == {"calendar": "Mon-Fri", "timezone": "Europe/Berlin"}
    facts = {alert.pipeline_name: alert.facts for alert in watcher.alerts()}
    assert facts["its type's"]["timezone"] == "Europe/Berlin"


def test_one_pipeline_by_its_calendar(watcher: Watcher, changed: Any) -> None:
    changed("p", FRIDAY, freshness_calendar="Mon-Fri", **DAY)
    changed("q", FRIDAY, freshness_calendar="Mon-Fri", **DAY)
    assert watcher.check_freshness(pipeline="p", now=SUNDAY) == []
    assert names(watcher.check_freshness(pipeline="p", now=MONDAY_NOON)) == ["p"]
    threshold = watcher.check_pipeline("p", "freshness", now=SUNDAY).threshold
    assert (threshold.calendar, threshold.timezone, threshold.is_checked) == ("Mon-Fri", None, True)


@pytest.mark.parametrize("zone", [None, "UTC"])
@pytest.mark.parametrize(
    ("last_change", "unit", "stale_after"),
    [
        ("2026-02-28 06:00", "month", "2026-03-31 06:00"),
        ("2026-01-31 06:00", "month", "2026-02-28 06:00"),
        ("2026-01-30 06:00", "month", "2026-02-28 06:00"),
        ("2023-02-28 06:00", "year", "2024-02-29 06:00"),
    ],
)
def test_from_one_month_end_to_another(
    watcher: Watcher, changed: Any, zone: str | None, last_change: str, unit: str, stale_after: str
) -> None:
    begin, end = (dt.datetime.fromisoformat(f"{moment}+00:00") for moment in (last_change, stale_after))
    changed("p", begin, freshness_number=1, freshness_datepart=unit, freshness_timezone=zone)
    assert watcher.check_freshness(now=end) == []
    assert names(watcher.check_freshness(now=end + dt.timedelta(microseconds=1))) == ["p"]


def test_a_calendar_that_cannot_be_read_here_stops_no_other(
    watcher: Watcher, changed: Any, connection: psycopg.Connection[Any], caplog: pytest.LogCaptureFixture
) -> None:
    changed("other", FRIDAY, freshness_calendar="Mon-Fri", **DAY)
    changed("p", FRIDAY, **DAY)
    connection.execute("UPDATE watcher.pipeline SET freshness_timezone = 'Mars/Olympus' WHERE name = 'p'")
    assert names(watcher.check_freshness(now=MONDAY_NOON)) == ["other"]
    assert "cannot be judged" in caplog.text


@pytest.mark.parametrize(("field", "value"), [("freshness_calendar", "weekdays"), ("freshness_timezone", "CEST+2")])
def test_what_is_no_calendar_is_refused(watcher: Watcher, field: str, value: str) -> None:
    with pytest.raises(InvalidValueError, match=f"^{field} is '"):
        watcher.get_or_create_pipeline("p", **{field: value})  # type: ignore[arg-type] # one of two names

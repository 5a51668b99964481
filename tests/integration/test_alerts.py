"""Alerts as rows: opened once a cause, continued, resolved, and what there is to tell of each change."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.databases import Databases
from tests.factories import NOON, at, unique
from watcher_core import (
    Alert,
    AlertEvent,
    AlertKind,
    AlertLevel,
    AlertState,
    InvalidValueError,
    NotFoundError,
    Settings,
    Watcher,
    database,
)
from watcher_core.alerts import alerts, opening, outbox, undelivered
from watcher_core.values import Finding


@pytest.fixture
def watcher(module_watcher: Watcher) -> Iterator[Watcher]:
    """The module's, with no alerts in it."""
    yield module_watcher
    with module_watcher._transaction() as (session, _):
        session.execute(sa.text("TRUNCATE watcher.alert CASCADE"))


@contextmanager
def transaction(watcher: Watcher) -> Iterator[Session]:
    with watcher._transaction() as (session, _):
        yield session


def finding(watcher: Watcher, key: str | None = None, **fields: Any) -> Finding:
    name = fields.pop("pipeline", None) or unique("pipeline")
    pipeline = watcher.get_or_create_pipeline(name)
    given = {
        "kind": AlertKind.FRESHNESS,
        "level": AlertLevel.WARNING,
        "pipeline_id": pipeline.id,
        "pipeline_name": name,
        "execution_id": None,
        "new": True,
        "deduplication_key": key or unique("key"),
        "at": NOON,
        "expected_number": 2,
    }
    return Finding(**{**given, **fields})


def open_for(watcher: Watcher, *findings: Finding, now: dt.datetime = NOON) -> int:
    with transaction(watcher) as session:
        return opening.open_alerts(session, findings, now=now)


def resolve_gone(watcher: Watcher, *still: str, now: dt.datetime, kind: AlertKind = AlertKind.FRESHNESS) -> int:
    with transaction(watcher) as session:
        return alerts.resolve_gone_alerts(session, kind=kind, still=still, now=now)


def only(watcher: Watcher) -> Alert:
    [alert] = watcher.alerts()
    return alert


OF_ALERT = ("acknowledged_at", "snoozed_until")


def told(watcher: Watcher, **columns: Any) -> None:
    """Write what a delivery to the default would have written, and what people would have."""
    with transaction(watcher) as session:
        for name in OF_ALERT:
            if name in columns:
                session.execute(sa.text(f"UPDATE watcher.alert SET {name} = :value"), {"value": columns.pop(name)})
        if "delivered_at" in columns:
            columns.setdefault("notified_at", columns["delivered_at"])
        names = ", ".join(columns)
        given = ", ".join(f":{name}" for name in columns)
        session.execute(
            sa.text(f"""
                INSERT INTO watcher.alert_delivery (alert_id, destination, {names})
                SELECT id, 'default', {given} FROM watcher.alert
                    ON CONFLICT (alert_id, destination)
                    DO UPDATE SET ({names}) = ROW ({", ".join(f"excluded.{name}" for name in columns)})
            """),
            columns,
        )


# Opening


def test_a_cause_opens_one_alert_however_often_it_is_found(watcher: Watcher) -> None:
    found = finding(watcher, "a", level=AlertLevel.ERROR, details={"more": [1]})
    assert open_for(watcher, found) == 1
    assert open_for(watcher, found, now=at(1)) == 0
    alert = only(watcher)
    assert (alert.kind, alert.level, alert.state) == (AlertKind.FRESHNESS, AlertLevel.ERROR, AlertState.OPEN)
    assert (alert.pipeline_id, alert.pipeline_name) == (found.pipeline_id, found.pipeline_name)
    assert alert.facts == {"expected_number": 2, "more": [1]}
    assert (alert.opened_at, alert.event, alert.next_attempt_at) == (NOON, AlertEvent.OPENED, NOON)
    assert watcher.alert(alert.id) == alert


def test_a_rolled_back_check_leaves_no_alert(watcher: Watcher) -> None:
    found = finding(watcher)

    def check() -> None:
        with transaction(watcher) as session:
            opening.open_alerts(session, [found], now=NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        check()
    assert watcher.alerts() == []


def test_an_open_alert_takes_new_numbers_and_is_not_told_again(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher, "a"))
    told(watcher, delivered_at=at(1))
    changed = finding(watcher, "a", expected_number=3, level=AlertLevel.INFO)
    assert open_for(watcher, changed, now=at(2)) == 0
    alert = only(watcher)
    assert (alert.facts["expected_number"], alert.level, alert.event) == (3, AlertLevel.INFO, None)


def test_an_open_alert_that_gets_louder_is_told_again(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher, "a"))
    told(watcher, delivered_at=at(1))
    assert open_for(watcher, finding(watcher, "a", level=AlertLevel.ERROR), now=at(2)) == 0
    alert = only(watcher)
    assert (alert.level, alert.event) == (AlertLevel.ERROR, AlertEvent.UPDATED)


def test_what_json_and_postgresql_have_not_is_stored_all_the_same(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher, details={"z": float("inf"), "error": "a\x00b\ud800", "none": float("nan")}))
    assert only(watcher).facts["error"] == "a\N{REPLACEMENT CHARACTER}b?"
    assert only(watcher).facts["z"] == "Infinity"


def test_the_last_finding_of_a_key_counts_and_no_finding_is_nothing(watcher: Watcher) -> None:
    assert open_for(watcher) == 0
    assert open_for(watcher, finding(watcher, "a"), finding(watcher, "a", expected_number=9)) == 1
    assert only(watcher).facts["expected_number"] == 9


def test_checks_at_once_open_one_alert_a_cause(watcher: Watcher) -> None:
    found = [finding(watcher) for _ in range(20)]
    barrier = threading.Barrier(4)
    opened: list[int] = []

    def check(order: int) -> None:
        barrier.wait()
        opened.append(open_for(watcher, *found[::order]))

    threads = [threading.Thread(target=check, args=(order,)) for order in (1, -1, 1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened) == [0, 0, 0, 20]
    assert len(watcher.alerts()) == 20


def test_ten_thousand_at_once(watcher: Watcher) -> None:
    pipeline = watcher.get_or_create_pipeline("many")
    many = [finding(watcher, "first", pipeline="many")]
    fields = {name: getattr(many[0], name) for name in Finding.__slots__}
    many += [Finding(**{**fields, "deduplication_key": f"many {n}"}) for n in range(9_999)]
    assert open_for(watcher, *many) == 10_000
    again = [Finding(**{**fields, "deduplication_key": each.deduplication_key, "new": False}) for each in many]
    assert open_for(watcher, *again, now=at(1)) == 0
    assert resolve_gone(watcher, *(each.deduplication_key for each in many[:10]), now=at(2)) == 9_990
    assert len(watcher.alerts(state="open", pipeline=pipeline.id)) == 10


# Resolving


def test_what_is_gone_is_resolved_and_what_is_not_stays(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher, "a"), finding(watcher, "b"), finding(watcher, "late", kind=AlertKind.TIMELINESS))
    assert resolve_gone(watcher, "b", now=at(5)) == 1
    states = {alert.deduplication_key: (alert.state, alert.resolved_at) for alert in watcher.alerts()}
    assert states == {
        "a": (AlertState.RESOLVED, at(5)),
        "b": (AlertState.OPEN, None),
        "late": (AlertState.OPEN, None),
    }
    assert resolve_gone(watcher, "b", now=at(6)) == 0


def test_alerts_are_resolved_by_their_keys(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher, "a", kind=AlertKind.ANOMALY), finding(watcher, "b", kind=AlertKind.FAILURE))
    with transaction(watcher) as session:
        assert alerts.resolve_alerts(session, keys=["a", "unknown"], now=at(1)) == 1
        assert alerts.resolve_alerts(session, keys=["a"], now=at(2)) == 0
        assert alerts.resolve_alerts(session, keys=[], now=at(2)) == 0
    assert [alert.deduplication_key for alert in watcher.alerts(state="open")] == ["b"]


@pytest.mark.parametrize(
    ("before", "event"),
    [
        ({}, None),  # nobody has heard of it
        ({"delivered_at": at(1)}, AlertEvent.RESOLVED),
        ({"next_attempt_at": at(9), "last_error": "down", "attempts": 1}, AlertEvent.MISSED),
        ({"event": "opened", "next_attempt_at": at(9), "lease": "somebody's"}, AlertEvent.MISSED),
        ({"delivered_at": NOON, "recovery_delivered_at": NOON}, None),
    ],
)
def test_a_recovery_is_told_to_those_who_heard_of_it(
    watcher: Watcher, before: dict[str, Any], event: AlertEvent | None
) -> None:
    open_for(watcher, finding(watcher))
    if before:
        told(watcher, **before)
    resolve_gone(watcher, now=at(5))
    alert = only(watcher)
    assert (alert.state, alert.event) == (AlertState.RESOLVED, event)
    # What waits for a retry, or for the end of a lease, keeps its time.
    assert alert.next_attempt_at == (event and max(at(5), before.get("next_attempt_at") or at(5)))


# Coming back


def resolved(watcher: Watcher, now: dt.datetime, **columns: Any) -> None:
    open_for(watcher, finding(watcher, "a", pipeline="back"))
    if columns:
        told(watcher, **columns)
    resolve_gone(watcher, now=now)


def test_a_cause_that_is_back_before_anybody_heard_of_its_end_goes_on(watcher: Watcher) -> None:
    resolved(watcher, at(5), delivered_at=at(1), acknowledged_at=at(2))
    assert open_for(watcher, finding(watcher, "a", pipeline="back"), now=at(10)) == 1
    alert = only(watcher)
    assert (alert.state, alert.event, alert.next_attempt_at) == (AlertState.ACKNOWLEDGED, None, None)
    assert (alert.opened_at, alert.reopened_at, alert.resolved_at) == (NOON, at(10), None)


def test_a_cause_that_is_back_after_its_end_was_told_is_told_as_such(watcher: Watcher) -> None:
    resolved(watcher, at(5), delivered_at=at(1), acknowledged_at=at(2))
    told(watcher, recovery_delivered_at=at(6))
    open_for(watcher, finding(watcher, "a", pipeline="back"), now=at(10))
    alert = only(watcher)
    assert (alert.state, alert.event, alert.acknowledged_at) == (AlertState.OPEN, AlertEvent.REOPENED, None)


def test_a_cause_that_nobody_heard_of_is_told_when_it_is_back(watcher: Watcher) -> None:
    resolved(watcher, at(5))
    open_for(watcher, finding(watcher, "a", pipeline="back"), now=at(10))
    assert (only(watcher).event, only(watcher).next_attempt_at) == (AlertEvent.OPENED, at(10))


def test_a_cause_that_is_back_while_its_end_is_being_told_is_told_afterwards(watcher: Watcher) -> None:
    resolved(watcher, at(5), delivered_at=at(1))
    told(watcher, event="resolved", next_attempt_at=at(12), lease="somebody's")
    open_for(watcher, finding(watcher, "a", pipeline="back"), now=at(10))
    assert (only(watcher).event, only(watcher).next_attempt_at) == (AlertEvent.REOPENED, at(12))


def test_after_some_time_it_is_another_alert(watcher: Watcher) -> None:
    resolved(watcher, at(5), delivered_at=at(1))
    assert open_for(watcher, finding(watcher, "a", pipeline="back"), now=at(95)) == 1
    assert [alert.state for alert in watcher.alerts()] == [AlertState.OPEN, AlertState.RESOLVED]
    assert open_for(watcher, finding(watcher, "a", pipeline="back"), now=at(96)) == 0


def test_flapping_is_one_alert_and_no_message(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher, "a", pipeline="flaps"))
    told(watcher, delivered_at=at(1))
    for minute in range(2, 40, 2):
        resolve_gone(watcher, now=at(minute))
        open_for(watcher, finding(watcher, "a", pipeline="flaps"), now=at(minute + 1))
    assert (only(watcher).state, only(watcher).event) == (AlertState.OPEN, None)


# By hand


def test_acknowledged_alerts_are_not_repeated_but_their_recovery_is_told(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher))
    told(watcher, delivered_at=at(1), snoozed_until=at(2))
    assert only(watcher).event is AlertEvent.REMINDED
    alert = watcher.acknowledge_alert(only(watcher).id)
    assert (alert.state, alert.event) == (AlertState.ACKNOWLEDGED, None)
    assert alert.acknowledged_at is not None
    resolve_gone(watcher, now=at(5))
    assert only(watcher).event is AlertEvent.RESOLVED


def test_acknowledging_does_not_keep_others_from_hearing_of_it(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher))
    assert watcher.acknowledge_alert(only(watcher).id).event is AlertEvent.OPENED


def test_a_snoozed_alert_is_quiet_until_its_time_and_open_then(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher, "a"))
    told(watcher, delivered_at=at(1))
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    alert = watcher.snooze_alert(only(watcher).id, until=until)
    assert (alert.state, alert.event, alert.next_attempt_at) == (AlertState.SNOOZED, AlertEvent.REMINDED, until)
    assert watcher.alerts(state="open") == []
    with transaction(watcher) as session:
        session.execute(sa.text("UPDATE watcher.alert SET snoozed_until = :until"), {"until": at(10)})
    assert [each.id for each in watcher.alerts(state="open")] == [alert.id]
    assert watcher.alerts(state="snoozed") == []
    assert watcher.acknowledge_alert(alert.id).snoozed_until is None


def test_an_alert_that_nobody_heard_of_is_told_after_its_snooze(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher))
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    alert = watcher.snooze_alert(only(watcher).id, until=until)
    assert (alert.event, alert.next_attempt_at) == (AlertEvent.OPENED, until)
    acknowledged = watcher.acknowledge_alert(alert.id)
    assert acknowledged.event is AlertEvent.OPENED
    assert acknowledged.next_attempt_at is not None
    assert acknowledged.next_attempt_at < until


def test_a_snooze_lasts_through_a_recovery(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher, "a", pipeline="snoozed"))
    told(watcher, delivered_at=at(1))
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    watcher.snooze_alert(only(watcher).id, until=until)
    resolve_gone(watcher, now=at(5))
    assert (only(watcher).event, only(watcher).next_attempt_at) == (AlertEvent.RESOLVED, at(5))
    open_for(watcher, finding(watcher, "a", pipeline="snoozed"), now=at(6))
    alert = only(watcher)
    assert (alert.state, alert.event, alert.next_attempt_at) == (AlertState.SNOOZED, AlertEvent.REMINDED, until)


def test_what_is_resolved_by_hand_stays_so_until_its_cause_is_new(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher, "a", pipeline="by hand"))
    told(watcher, delivered_at=at(1))
    alert = watcher.resolve_alert(only(watcher).id)
    assert (alert.state, alert.resolved_by_hand, alert.event) == (AlertState.RESOLVED, True, AlertEvent.RESOLVED)
    now = dt.datetime.now(dt.UTC)
    for later in (now + dt.timedelta(minutes=5), now + dt.timedelta(days=5)):
        assert open_for(watcher, finding(watcher, "a", pipeline="by hand", new=False), now=later) == 0
    assert open_for(watcher, finding(watcher, "a", pipeline="by hand"), now=now + dt.timedelta(minutes=5)) == 1
    states = [(each.id == alert.id, each.state, each.resolved_by_hand) for each in watcher.alerts()]
    assert states == [(False, AlertState.OPEN, False), (True, AlertState.RESOLVED, True)], (
        "whose end is still to be said"
    )


def test_what_a_check_resolved_opens_again_though_it_is_not_new(watcher: Watcher) -> None:
    resolved(watcher, at(5), delivered_at=at(1))
    assert open_for(watcher, finding(watcher, "a", pipeline="back", new=False), now=at(600)) == 1


def test_misuse_by_hand(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher))
    alert = only(watcher)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    with pytest.raises(InvalidValueError, match="must be in the future"):
        watcher.snooze_alert(alert.id, until=dt.datetime.now(dt.UTC))
    with pytest.raises(InvalidValueError, match="without a time zone"):
        watcher.snooze_alert(alert.id, until=dt.datetime(2030, 1, 1))  # noqa: DTZ001 (the mistake)
    watcher.resolve_alert(alert.id)
    with pytest.raises(InvalidValueError, match=f"alert {alert.id} was resolved"):
        watcher.acknowledge_alert(alert.id)
    with pytest.raises(InvalidValueError, match="cannot be snoozed"):
        watcher.snooze_alert(alert.id, until=later)
    with pytest.raises(InvalidValueError, match="cannot be resolved"):
        watcher.resolve_alert(alert.id)
    with pytest.raises(NotFoundError, match="no alert with id 0"):
        watcher.acknowledge_alert(0)
    with pytest.raises(NotFoundError):
        watcher.alert(0)


# Listing


def test_listing_filters_and_goes_from_the_newest(watcher: Watcher) -> None:
    first = finding(watcher, "first", at=at(0))
    second = finding(watcher, "second", at=at(1), kind=AlertKind.FAILURE)
    third = finding(watcher, "third", at=at(2), pipeline=first.pipeline_name)
    open_for(watcher, first, second, third, now=at(3))
    with transaction(watcher) as session:
        alerts.resolve_alerts(session, keys=["third"], now=at(4))

    def keys(**asked: Any) -> list[str]:
        return [alert.deduplication_key for alert in watcher.alerts(**asked)]

    assert keys() == ["third", "second", "first"]
    assert keys(limit=1) == ["third"]
    assert keys(state="open") == ["second", "first"]
    assert keys(state=["open", AlertState.RESOLVED]) == ["third", "second", "first"]
    assert keys(kind="failure") == ["second"]
    assert keys(pipeline=first.pipeline_name) == keys(pipeline=first.pipeline_id) == ["third", "first"]
    with pytest.raises(InvalidValueError, match="it may be open, acknowledged, snoozed, resolved"):
        keys(state="closed")
    with pytest.raises(NotFoundError):
        keys(pipeline="unknown")


def test_alerts_go_with_their_pipeline_s_executions(watcher: Watcher) -> None:
    """Retention deletes executions; what was told of them goes too."""
    pipeline = watcher.get_or_create_pipeline(unique("pipeline"))
    execution = watcher.start_execution(pipeline_id=pipeline.id)
    open_for(watcher, finding(watcher, pipeline=pipeline.name, execution_id=execution.id))
    assert only(watcher).pipeline_execution_id == execution.id
    with transaction(watcher) as session:
        session.execute(sa.text("DELETE FROM watcher.pipeline_execution WHERE id = :id"), {"id": execution.id})
    assert watcher.alerts() == []


# Plans

HISTORY = """
    INSERT INTO watcher.alert (kind, level, state, deduplication_key, pipeline_id, opened_at, resolved_at,
                               is_settled)
    SELECT 'freshness', 'warning', CASE WHEN number % 1000 = 0 THEN 'open' ELSE 'resolved' END::watcher.alert_state,
           'key ' || number % 1000 || '/' || CASE WHEN number % 1000 = 0 THEN number ELSE 0 END,
           (SELECT min(id) FROM watcher.pipeline), '2026-01-01Z'::timestamptz + number * interval '1 minute',
           CASE WHEN number % 1000 <> 0 THEN '2026-01-02Z'::timestamptz + number * interval '1 minute' END,
           number % 5000 <> 0
      FROM generate_series(1, 50000) AS number
"""

DELIVERED = """
    INSERT INTO watcher.alert_delivery (alert_id, destination, delivered_at, notified_at, recovery_delivered_at)
    SELECT id, 'default', opened_at, opened_at, resolved_at FROM watcher.alert WHERE is_settled
"""

HOUR = dt.timedelta(hours=1)

FOUND = [
    {
        "kind": "freshness",
        "level": "warning",
        "deduplication_key": "key 7/0",
        "pipeline_id": 1,
        "at": NOON.isoformat(),
        "is_new": True,
        "facts": {},
    }
]


@pytest.fixture(scope="module")
def with_history(databases: Databases, template: str) -> Iterator[Watcher]:
    """A Watcher with fifty thousand alerts, in a database of its own: plans are made there, and nothing is written."""
    with databases.clone(template) as url, Watcher(url, settings=Settings()) as watcher:
        watcher.get_or_create_pipeline("of plans")
        with transaction(watcher) as session:
            session.execute(sa.text(HISTORY))
            session.execute(sa.text(DELIVERED))
            session.execute(sa.text("ANALYZE watcher.alert, watcher.alert_delivery"))
        yield watcher


@pytest.mark.parametrize(
    ("statement", "given"),
    [
        (outbox.ANY_DUE, {"by_level": True, "by_digest": True, "known": ["x"], "now": NOON}),
        (outbox.ROWS, {"now": NOON}),
        (outbox.SETTLE, {"now": NOON}),
        (
            undelivered.UNDELIVERED,
            {
                "now": NOON,
                "besides": None,
                "names": None,
                "held": [1],
                "nowhere": [1],
                "has_none": True,
                "timed_ids": [1],
                "timed_destinations": ["x"],
                "released_at": [NOON],
            },
        ),
        (
            opening.UNSETTLED,
            {"findings": json.dumps([{**FOUND[0], "deduplication_key": key} for key in ("key 0/1000", "key 7/0")])},
        ),
        (opening.OPEN, {"findings": json.dumps(FOUND), "now": NOON, **opening.OPENING_GIVEN}),
        (alerts.RESOLVE_GONE, {"kind": "freshness", "still": '["a"]', "by_hand": False, "now": NOON}),
        (alerts.RESOLVE_KEYS, {"keys": ["a"], "by_hand": False, "now": NOON}),
    ],
    ids=["any due", "rows", "settle", "undelivered", "unsettled", "open", "resolve gone", "resolve keys"],
)
def test_what_runs_often_does_not_read_history(
    with_history: Watcher, statement: sa.TextClause | str, given: dict[str, Any]
) -> None:
    with transaction(with_history) as session:
        if isinstance(statement, str):
            plan = [line for (line,) in database.driver(session).execute(f"EXPLAIN {statement}", given)]
        else:
            plan = list(session.execute(sa.text(f"EXPLAIN {statement.text}"), given).scalars())
        assert not [line for line in plan if "Seq Scan on alert" in line], "\n".join(plan)


def test_alerts_that_have_changed_since(watcher: Watcher) -> None:
    open_for(watcher, finding(watcher, "gone"), finding(watcher, "back"), finding(watcher, "still"))
    resolve_gone(watcher, "still", now=at(10))
    open_for(watcher, finding(watcher, "back"), now=at(20))
    open_for(watcher, finding(watcher, "late", at=at(30)), now=at(30))

    def changed(minutes: float) -> set[str]:
        return {alert.deduplication_key for alert in watcher.alerts(changed_since=at(minutes))}

    assert changed(0) == {"gone", "back", "still", "late"}
    assert changed(5) == {"gone", "back", "late"}
    assert changed(15) == {"back", "late"}
    assert changed(31) == set()
    with pytest.raises(InvalidValueError, match="changed_since"):
        watcher.alerts(changed_since=dt.datetime(2026, 1, 1))  # noqa: DTZ001 - on purpose

"""What people do about alerts: every note stays, and an acknowledgement holds up to the level that its person knew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import NOON, at
from watcher_core import Alert, AlertKind, AlertLevel, AlertState, InvalidValueError, NotFoundError, Watcher, text
from watcher_core.alerts import acknowledge_alert, alerts, opening, resolve_alert, snooze_alert
from watcher_core.values import Finding

WARNING, ERROR, CRITICAL = AlertLevel.WARNING, AlertLevel.ERROR, AlertLevel.CRITICAL


@pytest.fixture
def watcher(module_watcher: Watcher) -> Iterator[Watcher]:
    """The module's, with no alerts in it."""
    yield module_watcher
    with module_watcher._transaction() as (session, _):
        session.execute(sa.text("TRUNCATE watcher.alert CASCADE"))


def found(
    watcher: Watcher, minutes: float = 0, level: AlertLevel = WARNING, *, new: bool = True, failing: int = 1
) -> Alert:
    """A check finds the same again."""
    pipeline = watcher.get_or_create_pipeline("orders")
    finding = Finding(
        kind=AlertKind.FAILURE,
        level=level,
        pipeline_id=pipeline.id,
        pipeline_name=pipeline.name,
        execution_id=None,
        new=new,
        deduplication_key="orders",
        at=at(minutes),
        details={"failing": failing},
    )
    with watcher._transaction() as (session, _):
        opening.open_alerts(session, [finding], now=at(minutes))
    return only(watcher)


def over(watcher: Watcher, minutes: float) -> None:
    with watcher._transaction() as (session, _):
        alerts.resolve_alerts(session, keys=["orders"], now=at(minutes))


def only(watcher: Watcher) -> Alert:
    [alert] = watcher.alerts(now=NOON)
    return alert


def acknowledged(watcher: Watcher, minutes: float, **said: Any) -> Alert:
    with watcher._transaction() as (session, _):
        return acknowledge_alert(session, alert_id=only(watcher).id, now=at(minutes), **said)


def snoozed(watcher: Watcher, minutes: float, until: float) -> Alert:
    with watcher._transaction() as (session, _):
        return snooze_alert(session, alert_id=only(watcher).id, until=at(until), now=at(minutes))


# Notes


def test_all_notes_stay_with_who_made_them_and_when(watcher: Watcher) -> None:
    number = found(watcher).id
    acknowledged(watcher, 1, by="ada", note="looking at it")
    acknowledged(watcher, 2, by="bob")
    snoozed(watcher, 3, until=60)
    before = watcher.clock()
    noted = watcher.note_alert(number, " the loader hangs ", by="bob")
    assert (noted.note, noted.noted_by, noted.acknowledged_by) == ("the loader hangs", "bob", "bob")
    assert noted.noted_at is not None
    assert before <= noted.noted_at <= watcher.clock()
    watcher.resolve_alert(number, by="eve", note="killed it")
    done = watcher.alert_actions(number)
    assert [(each.kind, each.acted_by, each.note) for each in done] == [
        ("acknowledged", "ada", "looking at it"),
        ("acknowledged", "bob", None),
        ("snoozed", None, None),
        ("noted", "bob", "the loader hangs"),
        ("resolved", "eve", "killed it"),
    ]
    assert [each.acted_at for each in done[:3]] == [at(1), at(2), at(3)]
    assert [each.snoozed_until for each in done] == [None, None, at(60), None, None]
    assert [each.number for each in done] == [1, 2, 3, 4, 5]
    assert watcher.alert_actions(number, limit=2) == done[3:]
    assert watcher.alert_actions(number, limit=0) == []


def test_what_is_noted_of_an_alert_that_is_over_does_not_say_why_it_ended(watcher: Watcher) -> None:
    number = found(watcher).id
    acknowledged(watcher, 1, by="ada", note="looking at it")
    watcher.resolve_alert(number, by="eve")
    alert = watcher.note_alert(number, "it was a full disk", by="ada")
    assert (alert.state, alert.note) == ("resolved", "it was a full disk")
    assert text.resolution(alert.resolution, by=alert.resolved_by) == "closed by hand by eve"


def test_a_note_of_the_version_before_is_of_nobody(watcher: Watcher) -> None:
    """It stands at the alert alone: whose it is, is not known, and it is not that of who made the one before."""
    found(watcher)
    acknowledged(watcher, 1, by="ada", note="looking at it")
    with watcher._transaction() as (session, _):
        session.execute(sa.text("UPDATE watcher.alert SET acknowledged_by = 'bob', note = 'mine now'"))
    alert = only(watcher)
    assert (alert.note, alert.noted_by, alert.noted_at) == ("mine now", None, None)


@pytest.mark.parametrize("by", ["ada", None])
def test_of_an_alert_that_is_back_the_note_of_its_end_is_the_last_no_more(watcher: Watcher, by: str | None) -> None:
    number = found(watcher).id
    with watcher._transaction() as (session, _):
        resolve_alert(session, alert_id=number, by=by, note="expected", now=at(1))
    assert found(watcher, 2).note is None
    assert [each.note for each in watcher.alert_actions(number)] == ["expected"]


@pytest.mark.parametrize(
    ("note", "by", "reason"),
    [
        ("", None, "note has 0 characters; it may have 1 to 1,000"),
        (" \n", None, "note has 0 characters"),
        ("n" * 1_001, None, "note has 1,001 characters"),
        ("a", " ", "by has 0 characters"),
        (7, None, "note is 7"),
    ],
)
def test_a_note_that_is_none_is_refused(watcher: Watcher, note: Any, by: str | None, reason: str) -> None:
    number = found(watcher).id
    with pytest.raises(InvalidValueError, match=reason):
        watcher.note_alert(number, note, by=by)
    assert watcher.alert_actions(number) == []


def test_secrets_in_notes_are_masked(watcher: Watcher) -> None:
    """Messages carry them to every place that hears of the alert."""
    number = found(watcher).id
    noted = watcher.note_alert(number, "psql postgresql://ann:s3cret@db/orders hangs", by="ada")
    assert (noted.note, noted.noted_by) == ("psql postgresql://ann@db/orders hangs", "ada")
    resolved = watcher.resolve_alert(number, note="set password=s3cret")
    assert resolved.resolution == {"how": "by_hand", "note": "set password=***"}
    assert "s3cret" not in repr(watcher.alert_actions(number))


def test_what_is_refused_is_not_noted(watcher: Watcher) -> None:
    number = found(watcher).id
    over(watcher, 1)
    with pytest.raises(InvalidValueError, match=r"was resolved at 2026-03-01 12:01:00 UTC; it cannot be acknowledged"):
        watcher.acknowledge_alert(number, note="late")
    assert watcher.alert_actions(number) == []
    for call in (lambda: watcher.note_alert(2**40, "a"), lambda: watcher.alert_actions(2**40)):
        with pytest.raises(NotFoundError, match="no alert with id 1099511627776"):
            call()


def test_notes_go_with_their_alert(watcher: Watcher) -> None:
    number = found(watcher).id
    acknowledged(watcher, 1, note="looking at it")
    over(watcher, 2)
    assert watcher.cleanup(now=NOON + dt.timedelta(days=400)).deleted["alert"] == 1
    with watcher._transaction() as (session, _):
        assert (
            session.scalar(sa.text("SELECT count(*) FROM watcher.alert_action WHERE alert_id = :id"), {"id": number})
            == 0
        )


# Levels


def test_an_acknowledgement_does_not_cover_what_is_louder(watcher: Watcher) -> None:
    found(watcher)
    assert acknowledged(watcher, 1, by="ada").covered_level == WARNING
    alert = found(watcher, 2, ERROR, new=False)
    assert (alert.state, alert.is_outgrown, alert.was_snoozed_last) == (AlertState.OPEN, True, False)
    assert (alert.acknowledged_by, alert.acknowledged_at) == ("ada", at(1)), "who had looked is still known"
    again = acknowledged(watcher, 3, by="ada")
    assert (again.state, again.covered_level, again.is_outgrown) == (AlertState.ACKNOWLEDGED, ERROR, False)
    assert found(watcher, 4, CRITICAL).state is AlertState.OPEN


def test_a_snooze_does_not_cover_what_is_louder(watcher: Watcher) -> None:
    found(watcher)
    snoozed(watcher, 1, until=100)
    assert found(watcher, 2).state is AlertState.SNOOZED
    alert = found(watcher, 3, CRITICAL)
    assert (alert.state, alert.snoozed_until) == (AlertState.OPEN, None)
    assert (alert.is_outgrown, alert.was_snoozed_last) == (True, True)


def test_a_level_that_was_acknowledged_is_covered_though_it_was_quieter_in_between(watcher: Watcher) -> None:
    found(watcher, 0, ERROR)
    acknowledged(watcher, 1, by="ada")
    found(watcher, 2, WARNING)
    assert acknowledged(watcher, 3, by="bob").covered_level == ERROR, "taken over, as it was acknowledged"
    assert found(watcher, 4, ERROR).state is AlertState.ACKNOWLEDGED


@pytest.mark.parametrize("is_known_to_be_over", [True, False])
def test_an_acknowledgement_is_over_with_its_person_once_people_know_that_the_alert_is(
    watcher: Watcher, is_known_to_be_over: bool
) -> None:
    found(watcher)
    acknowledged(watcher, 1, by="ada")
    over(watcher, 2)
    with watcher._transaction() as (session, _):
        session.execute(
            sa.text("""INSERT INTO watcher.alert_delivery (alert_id, destination, delivered_at, recovery_delivered_at)
                       SELECT id, 'a', :at, CASE WHEN :is_over THEN CAST(:at AS timestamptz) END FROM watcher.alert"""),
            {"at": at(2), "is_over": is_known_to_be_over},
        )
    alert = found(watcher, 3)
    if is_known_to_be_over:
        assert (alert.state, alert.acknowledged_at, alert.acknowledged_by) == (AlertState.OPEN, None, None)
        assert (alert.covered_level, alert.holds_up_to) == (None, None)
    else:
        assert (alert.state, alert.acknowledged_by) == (AlertState.ACKNOWLEDGED, "ada")
        assert alert.holds_up_to == WARNING


def test_what_was_acknowledged_at_a_quiet_time_is_covered_as_that(watcher: Watcher) -> None:
    found(watcher, 0, ERROR)
    found(watcher, 1, WARNING)
    acknowledged(watcher, 2)
    assert found(watcher, 3, ERROR).state is AlertState.OPEN


def test_an_acknowledgement_of_the_version_before_covers_the_level_that_the_alert_has(watcher: Watcher) -> None:
    found(watcher)
    with watcher._transaction() as (session, _):
        session.execute(
            sa.text("UPDATE watcher.alert SET state = 'acknowledged', acknowledged_at = :now"), {"now": at(1)}
        )
    assert found(watcher, 2).state is AlertState.ACKNOWLEDGED
    assert found(watcher, 3, ERROR).state is AlertState.OPEN


@pytest.mark.parametrize("is_snoozed", [False, True])
def test_what_is_back_louder_is_open(watcher: Watcher, is_snoozed: bool) -> None:
    """An acknowledgement, or a snooze, lasts through an end that nobody has heard of."""
    found(watcher)
    if is_snoozed:
        snoozed(watcher, 1, until=100)
    else:
        acknowledged(watcher, 1)
    over(watcher, 2)
    assert found(watcher, 3).state == ("snoozed" if is_snoozed else "acknowledged")
    over(watcher, 4)
    alert = found(watcher, 5, CRITICAL)
    assert (alert.state, alert.snoozed_until, alert.is_outgrown) == (AlertState.OPEN, None, True)


def test_who_resolves_an_alert_ends_its_snooze(watcher: Watcher) -> None:
    """What comes then is new, and must not wait for a time that somebody chose for what is over."""
    number = found(watcher).id
    snoozed(watcher, 1, until=600)
    with watcher._transaction() as (session, _):
        resolve_alert(session, alert_id=number, by="ada", now=at(2))
    alert = found(watcher, 3)
    assert (alert.id, alert.state, alert.snoozed_until) == (number, AlertState.OPEN, None)


def test_a_snooze_that_was_over_is_not_outgrown(watcher: Watcher) -> None:
    found(watcher)
    snoozed(watcher, 1, until=10)
    alert = found(watcher, 20, CRITICAL)
    assert (alert.state, alert.snoozed_until, alert.is_outgrown) == (AlertState.OPEN, at(10), False)


# A check, and somebody who acts, at once

IS_WAITING = """
    SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def found_while(watcher: Watcher, act: Callable[..., Alert], level: AlertLevel) -> Alert:
    """What a check makes of the alert that has begun before somebody's action was written, and waits for that."""
    number = only(watcher).id
    with ThreadPoolExecutor() as pool:
        with watcher._transaction() as (session, _):
            act(session, alert_id=number, by="ada", now=at(4))
            checking = pool.submit(found, watcher, 5, level, failing=2)
            while not is_waiting(watcher):
                assert not checking.done()
        return checking.result(30)


def is_waiting(watcher: Watcher) -> bool:
    with watcher._transaction() as (session, _):
        return bool(session.scalar(sa.text(IS_WAITING)))


def test_an_acknowledgement_stays_though_a_check_has_begun_before_it(watcher: Watcher) -> None:
    found(watcher)
    acknowledged(watcher, 1)
    found(watcher, 2, CRITICAL)
    alert = found_while(watcher, acknowledge_alert, CRITICAL)
    assert (alert.state, alert.acknowledged_by, alert.covered_level) == (AlertState.ACKNOWLEDGED, "ada", CRITICAL)


@pytest.mark.parametrize("act", [acknowledge_alert, partial(snooze_alert, until=at(60))])
def test_what_a_check_finds_louder_at_the_moment_of_an_action_is_open(
    watcher: Watcher, act: Callable[..., Alert]
) -> None:
    found(watcher)
    alert = found_while(watcher, act, CRITICAL)
    assert (alert.state, alert.level, alert.covered_level) == (AlertState.OPEN, CRITICAL, WARNING)
    assert alert.is_outgrown


def test_what_somebody_resolves_at_the_moment_at_which_a_check_finds_it_louder_stops_no_check(
    watcher: Watcher,
) -> None:
    found(watcher)
    alert = found_while(watcher, resolve_alert, CRITICAL)
    assert (alert.state, alert.resolved_by) == (AlertState.RESOLVED, "ada")
    assert found(watcher, 6, CRITICAL).state is AlertState.OPEN, "it is new, and heard"

"""Checks of one pipeline: nothing of the others is read, opened or resolved, and a verdict is one transaction."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import NOON, at, record
from watcher_core import (
    AlertKind,
    AlertState,
    DatePart,
    ExecutionSource,
    ExecutionState,
    InvalidValueError,
    NotFoundError,
    Watcher,
    calendars,
)

LATER = NOON + dt.timedelta(hours=5)
MINUTE = dt.timedelta(minutes=1)


@contextmanager
def transactions(watcher: Watcher) -> Iterator[list[str]]:
    """The transactions that a block begins: connections that it takes from the pool."""
    taken: list[str] = []

    def note(*_: object) -> None:
        taken.append("begin")

    pool = watcher._connect().pool
    sa.event.listen(pool, "checkout", note)
    try:
        yield taken
    finally:
        sa.event.remove(pool, "checkout", note)


@pytest.fixture
def stale(watcher: Watcher) -> Watcher:
    """Two pipelines whose data is five hours old, and a late execution of each."""
    for name in ("a", "b"):
        watcher.get_or_create_pipeline(
            name, freshness_number=1, freshness_datepart="hour", timeliness_number=1, timeliness_datepart="hour"
        )
        watcher.record([record(name, f"{name}/done", inserts=1)])
        watcher.record([record(name, f"{name}/running", start=2, state=ExecutionState.RUNNING)])
    return watcher


def opened(watcher: Watcher) -> set[tuple[AlertKind, str]]:
    return {(alert.kind, alert.subject) for alert in watcher.alerts(state=AlertState.OPEN)}


def test_only_that_pipeline_is_found_and_has_an_alert(stale: Watcher) -> None:
    assert [finding.pipeline_name for finding in stale.check_freshness(pipeline="a", now=LATER)] == ["a"]
    b = stale.pipeline("b").id
    assert [finding.pipeline_name for finding in stale.check_timeliness(pipeline=b, now=LATER)] == ["b"]
    assert opened(stale) == {(AlertKind.FRESHNESS, "a"), (AlertKind.TIMELINESS, "b")}


def test_the_alerts_of_others_stay_and_its_own_resolve(stale: Watcher) -> None:
    stale.check_freshness(now=LATER)
    stale.check_timeliness(now=LATER)
    everything = opened(stale)
    assert len(everything) == 4
    stale.record([record("a", "a/again", start=299, inserts=1)])
    stale.record([record("a", "a/running", start=2, end_date=at(298))])
    assert stale.check_freshness(pipeline="a", now=LATER) == []
    assert opened(stale) == everything - {(AlertKind.FRESHNESS, "a")}
    assert stale.check_timeliness(pipeline="a", lookback_minutes=1, now=LATER) == []
    assert opened(stale) == {(AlertKind.FRESHNESS, "b"), (AlertKind.TIMELINESS, "b")}


def test_a_check_of_all_finds_again_what_a_check_of_one_has_found(stale: Watcher) -> None:
    stale.check_freshness(pipeline="a", now=LATER)
    assert {finding.pipeline_name: finding.new for finding in stale.check_freshness(now=LATER)} == {
        "a": False,
        "b": True,
    }
    assert len(stale.alerts()) == 2


def test_a_dry_run_writes_nothing(stale: Watcher) -> None:
    assert [finding.new for finding in stale.check_freshness(pipeline="a", now=LATER, dry_run=True)] == [True]
    assert stale.alerts() == []


@pytest.mark.parametrize("kind", ["freshness", "timeliness"])
def test_an_unknown_pipeline_is_named(watcher: Watcher, kind: str) -> None:
    for call in (
        lambda: getattr(watcher, f"check_{kind}")(pipeline="nothing"),
        lambda: watcher.check_pipeline("nothing", kind),
        lambda: watcher.thresholds(pipeline="nothing"),
    ):
        with pytest.raises(NotFoundError, match="no pipeline named 'nothing'"):
            call()


def test_a_check_without_thresholds_of_that_kind_is_refused(stale: Watcher) -> None:
    with pytest.raises(InvalidValueError, match="kind is 'anomaly'; it must be 'freshness' or 'timeliness'"):
        stale.check_pipeline("a", "anomaly")


@pytest.mark.parametrize("kind", ["freshness", "timeliness"])
def test_all_that_a_verdict_needs_is_one_transaction(stale: Watcher, kind: str) -> None:
    with transactions(stale) as begun:
        check = stale.check_pipeline("a", kind, now=LATER)
    assert len(begun) == 1
    assert [finding.pipeline_name for finding in check.findings] == ["a"]
    assert (check.pipeline.name, check.at, check.kind) == ("a", LATER, kind)
    assert check.newest_execution is not None
    assert check.newest_execution.external_id == "a/running"
    assert stale.alerts() == []


def test_a_verdict_of_now_is_no_transaction_more(stale: Watcher) -> None:
    before = stale.clock()
    with transactions(stale) as begun:
        check = stale.check_pipeline("a", "freshness")
    assert len(begun) == 1
    assert before < check.at < stale.clock()


RULES: tuple[dict[str, Any], ...] = (
    {},
    {"freshness_number": 1, "freshness_datepart": "hour", "timeliness_number": 30, "timeliness_datepart": "minute"},
    {"freshness_number": 2, "freshness_datepart": "day", "timeliness_number": 2, "timeliness_datepart": "hour"},
    {"freshness_number": 1, "freshness_datepart": "hour", "freshness_calendar": "mon-fri"},
    {"freshness_number": 1, "freshness_datepart": "hour", "freshness_calendar": "0 6 * * *"},
    {"freshness_number": 1, "freshness_datepart": "day", "freshness_timezone": "Europe/Berlin"},
    {"freshness_number": 1, "freshness_datepart": "hour", "mute_freshness_check": True, "mute_timeliness_check": True},
    {"freshness_number": 1, "freshness_datepart": "hour", "freshness_timezone": "Asia/Tokyo"},
)


def test_it_says_what_the_checks_and_the_lists_say(watcher: Watcher) -> None:
    """Pipelines with rules of each kind, whose executions overlap at random."""
    chance = random.Random(8)
    names = [f"pipeline {number}" for number in range(5 * len(RULES))]
    watcher.get_or_create_pipeline_type(
        "strict", timeliness_number=5, timeliness_datepart="minute", freshness_number=3, freshness_datepart="hour"
    )
    for name, rules in zip(names, itertools.cycle(RULES), strict=False):
        watcher.get_or_create_pipeline(name, pipeline_type_name=chance.choice(["strict", "default"]), **rules)
        for _ in range(chance.randrange(6)):
            start = chance.uniform(-4000, 300)
            end = {"end_date": at(start + chance.choice([1, 20, 90, 600]))}
            state = chance.choice([ExecutionState.SUCCEEDED, ExecutionState.FAILED, ExecutionState.RUNNING])
            source = chance.choice([ExecutionSource.DAGSTER, ExecutionSource.DAGSTER, ExecutionSource.IMPORT])
            of_state: dict[str, Any] = {} if state is ExecutionState.RUNNING else end
            watcher.record([record(name, start=start, state=state, source=source, inserts=1, **of_state)])
    watcher.update_pipeline(names[1], active=False)
    late = 0
    for name in names:
        newest = next(iter(watcher.executions(pipeline=name, limit=1)), None)
        for kind in (AlertKind.FRESHNESS, AlertKind.TIMELINESS):
            check = watcher.check_pipeline(name, kind, now=LATER)
            assert check.newest_execution == newest
            assert check.pipeline == watcher.pipeline(name)
            assert check.threshold == next(each for each in watcher.thresholds(pipeline=name) if each.kind is kind)
            if kind is AlertKind.FRESHNESS:
                found = watcher.check_freshness(pipeline=name, now=LATER, dry_run=True)
            else:
                ended = LATER if newest is None else min(newest.end_date or LATER, LATER)
                found = watcher.check_timeliness(
                    pipeline=name, now=LATER, since=ended + MINUTE, lookback_minutes=1, dry_run=True
                )
            assert check.findings == tuple(found)
            late += len(found)
        assert watcher.check_pipeline(watcher.pipeline(name).id, "freshness", now=LATER).pipeline.name == name
    assert late > 20


def test_what_ends_after_the_newest_is_found_among_the_hundred_that_started_last(stale: Watcher) -> None:
    stale.record([record("a", "a/running", start=2, end_date=at(200))])
    stale.record([record("a", "a/newer", start=100)])
    (finding,) = stale.check_pipeline("a", "timeliness", now=LATER).findings
    assert finding.measured_from == at(2)
    stale.record([record("a", f"a/{number}", start=3 + number / 10) for number in range(100)])
    assert stale.check_pipeline("a", "timeliness", now=LATER).findings == ()


def test_data_that_changes_while_its_calendar_is_read_is_not_stale(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher.get_or_create_pipeline("p", freshness_number=1, freshness_datepart="hour", freshness_calendar="mon-sun")
    watcher.record([record("p", inserts=1)])
    assert len(watcher.check_pipeline("p", "freshness", now=LATER).findings) == 1
    judge = calendars.due_at

    def changed(*arguments: Any, **options: Any) -> dt.datetime | None:
        watcher.record([record("p", start=299, inserts=1)])
        return judge(*arguments, **options)

    monkeypatch.setattr(calendars, "due_at", changed)
    check = watcher.check_pipeline("p", "freshness", now=LATER)
    assert check.findings == ()
    assert check.pipeline.last_target_insert == at(300)


def test_the_threshold_that_holds_is_the_pipelines_own_else_its_types(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline_type(
        "t", freshness_number=2, freshness_datepart="day", failure_number=3, mute_timeliness_check=True
    )
    watcher.get_or_create_pipeline("own", pipeline_type_name="t", freshness_number=1, freshness_datepart="hour")
    watcher.get_or_create_pipeline("typed", pipeline_type_name="t", mute_freshness_check=True)
    found = {(each.pipeline_id, each.kind): each for each in watcher.thresholds()}
    own, typed = watcher.pipeline("own").id, watcher.pipeline("typed").id

    held = found[own, AlertKind.FRESHNESS]
    assert (held.number, held.datepart, held.set_by, held.muted_by) == (1, DatePart.HOUR, "pipeline", None)
    assert held.is_checked
    held = found[typed, AlertKind.FRESHNESS]
    assert (held.number, held.datepart, held.set_by, held.muted_by) == (2, DatePart.DAY, "pipeline type", "pipeline")
    assert not held.is_checked
    held = found[own, AlertKind.TIMELINESS]
    assert (held.number, held.datepart, held.set_by, held.muted_by) == (None, None, None, "pipeline type")
    held = found[own, AlertKind.FAILURE]
    assert (held.number, held.datepart, held.set_by, held.muted_by) == (3, None, "pipeline type", None)
    assert watcher.thresholds(pipeline="own") == [each for each in watcher.thresholds() if each.pipeline_id == own]

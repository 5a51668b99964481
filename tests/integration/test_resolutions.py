"""What ended an alert: the run that was good, new data, a person, or that nobody watches the pipeline any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import at, record, unique
from watcher_core import Alert, AlertState, ExecutionState, Settings, Watcher, text

FAILED = ExecutionState.FAILED
DAY = 24 * 60


@pytest.fixture
def watcher(module_watcher: Watcher) -> Iterator[Watcher]:
    """The module's, with no alerts in it."""
    yield module_watcher
    with module_watcher._transaction() as (session, _):
        session.execute(sa.text("TRUNCATE watcher.alert, watcher.alert_action, watcher.alert_delivery"))


def alert_of(watcher: Watcher, name: str) -> Alert:
    [alert] = watcher.alerts(pipeline=name)
    return alert


def failing(watcher: Watcher) -> str:
    name = unique("failing")
    watcher.record([record(name, start=0, state=FAILED, scope="monday")])
    watcher.check_failures(now=at(2))
    assert alert_of(watcher, name).resolution is None
    return name


def ending(watcher: Watcher, name: str) -> str:
    alert = alert_of(watcher, name)
    assert alert.state is AlertState.RESOLVED
    return text.resolution(alert.resolution, by=alert.resolved_by)


def test_a_failure_was_fixed_by_the_run_that_did_the_same(watcher: Watcher) -> None:
    name = failing(watcher)
    watcher.record([record(name, start=5, scope="tuesday")])
    watcher.check_failures(now=at(7))
    assert alert_of(watcher, name).state is AlertState.OPEN
    watcher.record([record(name, start=12, scope="monday"), record(name, start=20, scope="monday")])
    watcher.check_failures(now=at(30))
    fixed = next(each for each in watcher.executions(pipeline=name) if each.start_date == at(12))
    resolution = alert_of(watcher, name).resolution
    assert resolution is not None
    assert resolution["execution_id"] == fixed.id
    assert ending(watcher, name) == "fixed by the run of 2026-03-01 12:12:00 UTC"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda watcher, name: watcher.update_pipeline(name, mute_failure_check=True), "it is muted"),
        (lambda watcher, name: watcher.update_pipeline(name, active=False), "its pipeline is inactive"),
    ],
    ids=["muted", "inactive"],
)
def test_what_is_no_longer_watched_was_not_fixed(
    watcher: Watcher, change: Callable[[Watcher, str], Any], words: str
) -> None:
    name = failing(watcher)
    watcher.record([record(name, start=12, scope="monday")])
    change(watcher, name)
    watcher.check_failures(now=at(30))
    assert ending(watcher, name) == f"no longer watched: {words}"


def stale(watcher: Watcher) -> str:
    name = unique("stale")
    watcher.get_or_create_pipeline(name, freshness_number=1, freshness_datepart="hour")
    watcher.record([record(name, start=0, inserts=1)])
    watcher.check_freshness(now=at(DAY))
    assert alert_of(watcher, name).state is AlertState.OPEN
    return name


def test_stale_data_ends_with_new_data_or_without_its_rule(watcher: Watcher) -> None:
    loaded, freed = stale(watcher), stale(watcher)
    watcher.record([record(loaded, start=DAY + 10, inserts=1)])
    watcher.update_pipeline(freed, freshness_number=None, freshness_datepart=None)
    watcher.check_freshness(now=at(DAY + 20))
    assert ending(watcher, loaded) == "new data at 2026-03-02 12:11:00 UTC"
    assert ending(watcher, freed) == "no longer watched: its rule was removed"


def test_an_alert_that_is_back_knows_no_end(watcher: Watcher) -> None:
    name = failing(watcher)
    watcher.resolve_alert(alert_of(watcher, name).id, by="ada", note="known outage")
    assert ending(watcher, name) == "closed by hand by ada: known outage"
    watcher.record([record(name, start=40, state=FAILED, scope="monday")])
    with watcher._transaction() as (session, _):
        session.execute(sa.text("UPDATE watcher.alert SET resolved_at = :at"), {"at": at(41)})
    watcher.check_failures(now=at(42))
    alert = alert_of(watcher, name)
    assert (alert.state, alert.resolution, alert.resolved_by, alert.note) == (AlertState.OPEN, None, None, None)


def test_a_late_execution_ended(watcher: Watcher) -> None:
    name = unique("late")
    watcher.get_or_create_pipeline(name, timeliness_number=5, timeliness_datepart="minute")
    watcher.record([record(name, "late", start=0, state=ExecutionState.RUNNING)])
    watcher.check_timeliness(now=at(10))
    watcher.record([record(name, "late", start=0, end_date=at(12))])
    watcher.check_timeliness(since=at(3 * DAY), now=at(3 * DAY))
    assert ending(watcher, name) == "ended at 2026-03-01 12:12:00 UTC"


def test_a_late_one_is_allowed_by_another_rule(watcher: Watcher) -> None:
    name = unique("late")
    watcher.get_or_create_pipeline(name, timeliness_number=5, timeliness_datepart="minute")
    watcher.record([record(name, "slow", start=0, state=ExecutionState.RUNNING)])
    watcher.check_timeliness(now=at(10))
    watcher.update_pipeline(name, timeliness_number=5, timeliness_datepart="hour")
    watcher.check_timeliness(now=at(12))
    assert ending(watcher, name) == "its rule was changed, and allows it"


@pytest.mark.parametrize(
    "rule",
    [
        {"freshness_number": 9, "freshness_datepart": "day"},
        {"freshness_calendar": "Tue-Fri"},
        {"freshness_calendar": "0 18 * * 1-5", "freshness_timezone": "Europe/Berlin"},
    ],
    ids=["longer", "days", "times"],
)
def test_stale_data_is_allowed_by_another_rule(watcher: Watcher, rule: dict[str, Any]) -> None:
    name = stale(watcher)
    watcher.update_pipeline(name, **rule)
    watcher.check_freshness(now=at(DAY + 20))
    assert ending(watcher, name) == "its rule was changed, and allows it"


def test_failures_are_allowed_by_another_rule(watcher: Watcher) -> None:
    name = failing(watcher)
    watcher.update_pipeline(name, failure_number=3)
    watcher.check_failures(now=at(7))
    assert ending(watcher, name) == "its rule was changed, and allows it"


def missed(watcher: Watcher) -> str:
    """A pipeline that ran each day for forty days, and not today."""
    name = unique("missed")
    watcher.record([record(name, f"{name}/{day}", start=day * DAY) for day in range(40)])
    with Watcher(
        watcher.url.render_as_string(hide_password=False), settings=Settings(learn_cadence="alert")
    ) as alerting:
        alerting.check_missed(now=at(39 * DAY + 60))
        alerting.check_missed(now=at(40 * DAY + 600))
    assert alert_of(watcher, name).state is AlertState.OPEN
    return name


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda watcher, name: watcher.record([record(name, f"{name}/late", start=40 * DAY + 605)]),
            "ran at 2026-04-10 22:05:00 UTC",
        ),
        (
            lambda watcher, name: watcher.update_pipeline(name, mute_freshness_check=True),
            "no longer watched: it is muted",
        ),
        (
            lambda watcher, name: watcher.update_pipeline(name, freshness_number=9, freshness_datepart="day"),
            "its rule for freshness says now when it is wrong",
        ),
    ],
    ids=["ran", "muted", "rule"],
)
def test_a_missed_run_came_or_is_not_waited_for(
    watcher: Watcher, change: Callable[[Watcher, str], Any], words: str
) -> None:
    name = missed(watcher)
    change(watcher, name)
    watcher.check_missed(now=at(40 * DAY + 620))
    assert ending(watcher, name) == words


def unusual(watcher: Watcher) -> str:
    """A pipeline that loads some 1,000 rows a day, and 500 on the last."""
    name = unique("rows")
    watcher.get_or_create_anomaly_rule(watcher.get_or_create_pipeline(name).id, metric_field="total_rows")
    loaded(watcher, name, [1000 + 3 * (day % 7) for day in range(30)])
    loaded(watcher, name, [500], first=30)
    assert alert_of(watcher, name).state is AlertState.OPEN
    return name


def loaded(watcher: Watcher, name: str, rows: list[int], *, first: int = 0) -> None:
    watcher.record(
        record(name, f"{name}/{first + day}", start=(first + day) * DAY, total_rows=count)
        for day, count in enumerate(rows)
    )
    watcher.detect_pending_anomalies(now=at((first + len(rows) - 1) * DAY + 360))


def test_unusual_numbers_end_with_a_usual_run(watcher: Watcher) -> None:
    name = unusual(watcher)
    loaded(watcher, name, [1003], first=31)
    assert ending(watcher, name) == "usual again with the run of 2026-04-01 12:00:00 UTC"


def test_unusual_numbers_become_the_usual_ones(watcher: Watcher) -> None:
    name = unusual(watcher)
    loaded(watcher, name, [501, 499, 502], first=31)
    ended = {text.resolution(alert.resolution) for alert in watcher.alerts(pipeline=name)}
    assert ended == {"taken for usual from now on, since the run of 2026-04-03 12:00:00 UTC is like it"}


def test_unusual_numbers_were_wrong(watcher: Watcher) -> None:
    name = unusual(watcher)
    [execution] = watcher.executions(pipeline=name, limit=1)
    with watcher._transaction() as (session, _):
        session.execute(
            sa.text("UPDATE watcher.pipeline_execution SET total_rows = 1004 WHERE id = :id"), {"id": execution.id}
        )
    watcher.detect_anomalies(execution.id, now=at(31 * DAY))
    assert ending(watcher, name) == "its numbers were corrected, and are usual"


def switch_rules(watcher: Watcher, name: str, active: bool) -> None:
    for rule in watcher.anomaly_rules(pipeline=name):
        watcher.update_anomaly_rule(rule.id, active=active)


def switch_pipeline(watcher: Watcher, name: str, active: bool) -> None:
    watcher.update_pipeline(name, active=active)


SWITCHES = [
    pytest.param(switch_rules, "its rule was removed", id="rule"),
    pytest.param(switch_pipeline, "its pipeline is inactive", id="pipeline"),
]


@pytest.mark.parametrize(("switch", "words"), SWITCHES)
def test_what_nobody_judges_any_more_is_not_open_for_ever(
    watcher: Watcher, switch: Callable[[Watcher, str, bool], None], words: str
) -> None:
    name = unusual(watcher)
    switch(watcher, name, False)
    watcher.detect_pending_anomalies(now=at(31 * DAY))
    assert ending(watcher, name) == f"no longer watched: {words}"


@pytest.mark.parametrize("hours", [1, 4], ids=["at once", "hours later"])
@pytest.mark.parametrize(("switch", "words"), SWITCHES)
def test_what_is_judged_again_is_still_unusual(
    watcher: Watcher, switch: Callable[[Watcher, str, bool], None], words: str, hours: int
) -> None:
    name = unusual(watcher)
    switch(watcher, name, False)
    watcher.detect_pending_anomalies(now=at(31 * DAY))
    switch(watcher, name, True)
    assert watcher.detect_pending_anomalies(now=at(31 * DAY + hours * 60)).alerts == 1
    [*_, alert] = watcher.alerts(pipeline=name, state="open")
    assert alert.facts["metrics"][0]["value"] == 500
    assert watcher.detect_pending_anomalies(now=at(31 * DAY + hours * 60 + 1)).alerts == 0
    loaded(watcher, name, [1003], first=32)
    assert watcher.alerts(pipeline=name, state="open") == []
    switch(watcher, name, False)
    watcher.detect_pending_anomalies(now=at(32 * DAY + 370))
    switch(watcher, name, True)
    assert watcher.detect_pending_anomalies(now=at(32 * DAY + 380)).alerts == 0, "a usual run has ended it"


@pytest.mark.parametrize(("switch", "words"), SWITCHES)
def test_what_somebody_resolved_is_not_back_because_it_is_judged_again(
    watcher: Watcher, switch: Callable[[Watcher, str, bool], None], words: str
) -> None:
    name = unusual(watcher)
    [alert] = watcher.alerts(pipeline=name)
    watcher.resolve_alert(alert.id)
    switch(watcher, name, False)
    watcher.detect_pending_anomalies(now=at(31 * DAY))
    switch(watcher, name, True)
    assert watcher.detect_pending_anomalies(now=at(31 * DAY + 1)).alerts == 0

"""Quiet hours, digests and maintenance: nothing is sent in them, and nothing is lost."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pendulum
import pytest
import sqlalchemy as sa

from tests.factories import at, unique
from tests.slack_server import Failure, SlackServer, slack_server
from watcher_core import (
    Address,
    AlertKind,
    AlertLevel,
    DeliveryResult,
    InvalidValueError,
    NotFoundError,
    Settings,
    Watcher,
)
from watcher_core.alerts import actions, alerts, maintenance, opening
from watcher_core.alerts.delivery import Pace
from watcher_core.cli import main
from watcher_core.cli.doctor_quiet import quiet_findings
from watcher_core.cli.times import clock
from watcher_core.health import undelivered_fact
from watcher_core.values import Finding, MaintenanceWindow

HOUR = 60
VARIABLE = "QUIET_WEBHOOK"


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with slack_server() as server:
        yield server


@pytest.fixture
def watcher(
    module_database_url: str, tmp_path: Path, server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watcher]:
    """A Watcher whose alerts go to the server by one route, which `routed` writes."""
    monkeypatch.setenv(VARIABLE, server.webhook)
    settings = Settings(home=tmp_path, routes=tmp_path / "routes.toml")
    with Watcher(module_database_url, settings=settings) as watcher:
        yield watcher
        with watcher._transaction() as (session, _):
            session.execute(sa.text("TRUNCATE watcher.alert, watcher.maintenance_window CASCADE"))


def routed(watcher: Watcher, entries: str, more: str = "") -> None:
    assert watcher.settings.routes is not None
    watcher.settings.routes.write_text(f'[[routes]]\nname = "oncall"\nwebhook = "{VARIABLE}"\n{entries}\n{more}')


def opened(watcher: Watcher, *keys: str, minutes: float, **fields: Any) -> None:
    found = []
    for key in keys:
        name = fields.get("pipeline_name", f"pipeline {key}")
        pipeline = watcher.get_or_create_pipeline(name)
        given = {
            "kind": AlertKind.FAILURE,
            "level": AlertLevel.ERROR,
            "pipeline_id": pipeline.id,
            "pipeline_name": name,
            "execution_id": None,
            "new": True,
            "deduplication_key": key,
            "at": at(minutes),
        }
        found.append(Finding(**{**given, **fields}))
    with watcher._transaction() as (session, _):
        opening.open_alerts(session, found, now=at(minutes))


def gone(watcher: Watcher, *keys: str, minutes: float) -> None:
    with watcher._transaction() as (session, _):
        alerts.resolve_alerts(session, keys=keys, now=at(minutes))


def deliver(watcher: Watcher, minutes: float) -> DeliveryResult:
    return watcher.deliver_alerts(now=at(minutes), pace=Pace(0))


def held(watcher: Watcher, minutes: float) -> tuple[int, int, dt.datetime | None]:
    from watcher_core import alerts as subject

    with watcher._transaction() as (session, _):
        found = subject.undelivered_alerts(session, routes=subject.load_routes(watcher.settings), now=at(minutes))
    return found.held, found.count, found.since


# `at(0)` is 12:00.


def test_what_comes_in_quiet_hours_is_one_message_at_their_end(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'quiet = "22:00-07:00"')
    opened(watcher, "before", minutes=0)
    assert deliver(watcher, 1) == DeliveryResult(messages=1, alerts=1)
    gone(watcher, "before", minutes=11 * HOUR)
    opened(watcher, "a", minutes=11 * HOUR)
    opened(watcher, "b", minutes=12 * HOUR, kind=AlertKind.FRESHNESS, level=AlertLevel.WARNING)
    opened(watcher, "short", minutes=12 * HOUR)
    assert deliver(watcher, 12 * HOUR + 1) == DeliveryResult()
    gone(watcher, "short", minutes=13 * HOUR)
    assert deliver(watcher, 19 * HOUR - 1) == DeliveryResult()
    assert held(watcher, 19 * HOUR - 1) == (3, 0, None)
    assert held(watcher, 19 * HOUR) == (0, 3, at(19 * HOUR))  # it does not wait for hours
    assert deliver(watcher, 19 * HOUR) == DeliveryResult(messages=1, alerts=3)
    assert server.headers[1:] == ["🔴 Quiet hours are over: 2 new, 1 ended"]
    text = server.texts[1]
    assert "🔴 pipeline a failed, since" in text
    assert "⚠️ pipeline b is stale: no change, since" in text
    assert "✅ pipeline before" in text
    assert "1 alert came and went meanwhile" in text
    assert "pipeline short" not in text
    gone(watcher, "a", minutes=20 * HOUR)
    assert deliver(watcher, 20 * HOUR) == DeliveryResult(messages=1, alerts=1)  # as always
    assert server.headers[2] == "✅ pipeline a no longer fails"


def test_what_was_over_in_quiet_hours_and_is_back_after_them_is_news_of_then(
    watcher: Watcher, server: SlackServer
) -> None:
    routed(watcher, 'quiet = "22:00-07:00"')
    opened(watcher, "a", minutes=19 * HOUR - 10)
    assert deliver(watcher, 19 * HOUR - 9) == DeliveryResult()
    gone(watcher, "a", minutes=19 * HOUR - 5)
    assert deliver(watcher, 19 * HOUR) == DeliveryResult()
    opened(watcher, "a", minutes=19 * HOUR + 30)
    assert deliver(watcher, 19 * HOUR + 30) == DeliveryResult(messages=1, alerts=1)
    assert server.headers == ["🔴 pipeline a failed"]


def test_what_is_back_after_a_digest_waits_for_the_next_one(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'digest = "0 14 * * *"')
    opened(watcher, "a", minutes=2 * HOUR - 10)
    gone(watcher, "a", minutes=2 * HOUR - 5)
    assert deliver(watcher, 2 * HOUR) == DeliveryResult()
    opened(watcher, "a", minutes=2 * HOUR + 10)
    assert deliver(watcher, 2 * HOUR + 10) == DeliveryResult()
    assert deliver(watcher, 26 * HOUR - 1) == DeliveryResult()
    assert deliver(watcher, 26 * HOUR) == DeliveryResult(messages=1, alerts=1)


def test_critical_alerts_pass_unless_the_route_holds_them(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'quiet = "22:00-07:00"')
    opened(watcher, "a", minutes=11 * HOUR, level=AlertLevel.CRITICAL)
    assert deliver(watcher, 11 * HOUR) == DeliveryResult(messages=1, alerts=1)
    routed(watcher, 'quiet = "22:00-07:00"\nhold_critical = true')
    opened(watcher, "b", minutes=11 * HOUR, level=AlertLevel.CRITICAL)
    assert deliver(watcher, 11 * HOUR) == DeliveryResult()
    assert deliver(watcher, 19 * HOUR) == DeliveryResult(messages=1, alerts=1)


def test_what_is_critical_behind_an_alert_that_is_held_passes(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'quiet = "22:00-07:00"')
    shop, raw, mart = (Address(unique(name), "postgresql", "database") for name in ("shop", "raw", "mart"))
    for name, source, target in (("pipeline orders", shop, raw), ("pipeline revenue", raw, mart)):
        watcher.get_or_create_pipeline(name)
        watcher.create_lineage(name, sources=[source], targets=[target])
    opened(watcher, "orders", minutes=11 * HOUR)
    assert deliver(watcher, 11 * HOUR) == DeliveryResult()
    opened(watcher, "revenue", minutes=12 * HOUR, kind=AlertKind.FRESHNESS, level=AlertLevel.CRITICAL)
    assert deliver(watcher, 12 * HOUR) == DeliveryResult(messages=1, alerts=1)
    assert server.headers == ["🚨 pipeline revenue is held up: pipeline orders failed"]
    assert deliver(watcher, 19 * HOUR) == DeliveryResult(messages=1, alerts=1)


def test_at_the_end_of_quiet_hours_what_fails_is_tried_again(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'quiet = "22:00-07:00"')
    opened(watcher, "a", "b", minutes=11 * HOUR)
    deliver(watcher, 11 * HOUR)
    server.failures.append(Failure(500))
    assert deliver(watcher, 19 * HOUR).waiting == 2
    assert deliver(watcher, 20 * HOUR) == DeliveryResult(messages=1, alerts=2)
    assert server.headers == ["🔴 Quiet hours are over: 2 new"]


def test_a_snooze_that_ends_in_quiet_hours_waits_for_their_end(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'quiet = "22:00-07:00"')
    opened(watcher, "told", minutes=0)
    deliver(watcher, 1)
    opened(watcher, "not told", minutes=2)
    with watcher._transaction() as (session, _):
        for alert in watcher.alerts():
            actions.snooze_alert(session, alert_id=alert.id, until=at(11 * HOUR), now=at(3))
    assert deliver(watcher, 11 * HOUR) == DeliveryResult()
    assert held(watcher, 11 * HOUR) == (2, 0, None)
    assert deliver(watcher, 19 * HOUR) == DeliveryResult(messages=1, alerts=2)
    assert server.headers[1] == "🔴 Quiet hours are over: 1 new, 1 changed"


def test_what_may_not_be_repeated_before_quiet_hours_waits_for_their_end(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'quiet = "13:00-15:00"')
    opened(watcher, "a", minutes=0)
    deliver(watcher, 1)
    opened(watcher, "a", minutes=30, details={"failing": 2})  # news at 13:01, an hour after the last message
    assert deliver(watcher, HOUR + 2) == DeliveryResult()
    assert deliver(watcher, 3 * HOUR) == DeliveryResult(messages=1, alerts=1)
    assert server.headers[1] == "🔴 Quiet hours are over: 1 changed"


def test_what_failed_before_quiet_hours_is_not_tried_again_in_them(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'quiet = "22:00-07:00"')
    opened(watcher, "a", minutes=10 * HOUR - 1)
    server.fail(Failure(503))
    assert deliver(watcher, 10 * HOUR - 1).waiting == 1
    assert deliver(watcher, 10 * HOUR + 5) == DeliveryResult()
    assert server.requests == 1
    assert deliver(watcher, 19 * HOUR) == DeliveryResult(messages=1, alerts=1)


def test_what_a_snooze_keeps_from_a_digest_comes_with_the_next_one(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'digest = "0 * * * *"')
    opened(watcher, "a", minutes=10)
    with watcher._transaction() as (session, _):
        actions.snooze_alert(session, alert_id=watcher.alerts()[0].id, until=at(90), now=at(11))
    assert deliver(watcher, 91) == DeliveryResult()
    assert deliver(watcher, 2 * HOUR) == DeliveryResult(messages=1, alerts=1)


def test_a_digest_lists_what_is_new_ended_and_still_open(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'digest = "0 9 * * Sun,Mon-Fri"')
    opened(watcher, "a", "b", minutes=0)
    assert deliver(watcher, 1) == DeliveryResult()
    assert deliver(watcher, 21 * HOUR - 1) == DeliveryResult()
    assert deliver(watcher, 21 * HOUR) == DeliveryResult(messages=1, alerts=2)
    assert deliver(watcher, 22 * HOUR) == DeliveryResult()
    gone(watcher, "a", minutes=30 * HOUR)
    opened(watcher, "c", minutes=31 * HOUR)
    assert deliver(watcher, 40 * HOUR) == DeliveryResult()
    assert deliver(watcher, 45 * HOUR) == DeliveryResult(messages=1, alerts=2)
    assert deliver(watcher, 69 * HOUR) == DeliveryResult()  # nothing has happened
    assert server.headers == ["🔴 Digest of alerts: 2 new", "🔴 Digest of alerts: 1 new, 1 ended, 1 still open"]
    ended = next(alert.id for alert in watcher.alerts() if alert.deduplication_key == "a")
    lines = [line for line in server.texts[1].splitlines() if line.startswith(("*", "•"))]
    assert [line.split(",")[0] for line in lines] == [
        "*New*",
        "• 🔴 pipeline c failed",
        "*Ended*",
        f"• ✅ pipeline a no longer fails [alert {ended}]",
        "*Still open*",
        "• 🔴 pipeline b failed",
    ]


def test_what_grows_right_before_each_delivery_is_in_the_digest(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'digest = "0 9 * * *"')

    def grown(minutes: float, failing: int) -> None:
        opened(watcher, "a", minutes=minutes, details={"failing": failing})

    def nine(day: int) -> int:
        return (24 * day + 21) * HOUR

    grown(0, 1)
    assert deliver(watcher, nine(0) + 1) == DeliveryResult(messages=1, alerts=1)
    grown(nine(1) - 120, 2)
    grown(nine(1) + 0.2, 3)  # after the time of the digest, and before it is delivered
    assert deliver(watcher, nine(1) + 1) == DeliveryResult(messages=1, alerts=1)
    grown(nine(1) + 1.5, 4)
    assert deliver(watcher, nine(1) + 2) == DeliveryResult(), "the next digest has it"
    # A day after the last message would be after this digest.
    opened(watcher, "b", minutes=nine(2) - 10)
    assert deliver(watcher, nine(2) + 0.5) == DeliveryResult(messages=1, alerts=2)
    assert deliver(watcher, nine(2) + 3) == DeliveryResult()
    assert server.headers[1:] == ["🔴 Digest of alerts: 1 changed", "🔴 Digest of alerts: 1 new, 1 changed"]
    grown(nine(3) + 10, 9)
    assert deliver(watcher, nine(3) + 20) == DeliveryResult()
    assert held(watcher, nine(3) + 20) == (1, 0, None)


@pytest.mark.parametrize("late", [0.3, 5 * HOUR], ids=["in time", "hours late"])
def test_what_grows_each_day_is_in_each_daily_digest(watcher: Watcher, server: SlackServer, late: float) -> None:
    """One is late, as after an outage of what delivers; and one day has 23 hours."""
    routed(watcher, 'digest = "0 9 * * *"\ntimezone = "Europe/Berlin"')
    nine = [(24 * day + 20) * HOUR - (HOUR if day >= 27 else 0) for day in range(24, 32)]
    for day, start in enumerate(nine):
        opened(watcher, "a", minutes=start - 2 * HOUR, details={"failing": day + 1})
        assert deliver(watcher, start - 1) == DeliveryResult()
        at_work = start + (late if day == 1 else 0.2 * (day % 3))
        assert deliver(watcher, at_work).messages == 1, f"at {at(at_work)}"
        assert deliver(watcher, at_work + 10) == DeliveryResult()


def test_what_grows_waits_between_digests_of_every_few_minutes(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'digest = "*/5 * * * *"')
    said = []
    for minute in range(5 * HOUR):
        opened(watcher, "a", minutes=minute, details={"failing": minute + 1})
        said += [minute] * deliver(watcher, minute + 0.3).messages
    assert said == [5, 55, 105, 185]


def test_a_digest_says_nothing_of_what_is_behind_a_snoozed_cause(watcher: Watcher, server: SlackServer) -> None:
    routed(watcher, 'digest = "*/5 * * * *"')
    opened(watcher, "cause", "behind", minutes=1, kind=AlertKind.FRESHNESS)
    assert deliver(watcher, 5).alerts == 2
    with watcher._transaction() as (session, _):
        found = {alert.deduplication_key: alert.id for alert in watcher.alerts()}
        actions.snooze_alert(session, alert_id=found["cause"], until=at(200), now=at(6))
        session.execute(sa.text("UPDATE watcher.alert SET cause_alert_id = :cause WHERE id = :behind"), dict(found))
    opened(watcher, "behind", minutes=190, kind=AlertKind.FRESHNESS, details={"failing": 2})
    assert deliver(watcher, 196) == DeliveryResult()
    assert deliver(watcher, 206).messages == 1


def test_a_host_without_destinations_does_not_judge_what_another_one_holds(
    watcher: Watcher, module_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look at their health: what one opens, the other would resolve, all night."""
    monkeypatch.delenv("SLACK_WEBHOOK_URL", raising=False)
    routed(watcher, 'quiet = "22:00-07:00"')
    with Watcher(module_database_url, settings=Settings(home=tmp_path / "other")) as other:
        opened(watcher, "a", minutes=11 * HOUR)
        deliver(watcher, 11 * HOUR)
        other.check_health(dagster=False, now=at(14 * HOUR))
        assert watcher.alerts(kind="health") == []
        waiting = other.undelivered_alerts()
        assert (waiting.count, waiting.nowhere, waiting.elsewhere) == (1, 0, 1)
        assert other.delivery_health().level == "ok"
        # Nobody has taken this one.
        opened(watcher, "b", minutes=14 * HOUR)
        other.check_health(dagster=False, now=at(14 * HOUR + 1))
        assert watcher.alerts(kind="health") == []
        other.check_health(dagster=False, now=at(15 * HOUR))
        [alert] = watcher.alerts(kind="health")
        expected = "2 wait to be delivered, the first of them for 1 h, 1 of them without a destination"
        assert alert.facts["message"] == expected


def test_a_route_that_is_not_quiet_leads_to_the_same_place(watcher: Watcher) -> None:
    routed(
        watcher,
        'quiet = "22:00-07:00"\ncontinue = true',
        f'[[routes]]\npipeline = "pipeline loud"\nwebhook = "{VARIABLE}"\n',
    )
    opened(watcher, "loud", "a", minutes=11 * HOUR)
    assert deliver(watcher, 11 * HOUR) == DeliveryResult(messages=1, alerts=1)


# Maintenance


def window(watcher: Watcher, **fields: Any) -> MaintenanceWindow:
    """Add a window at 12:00 of the day of these tests."""
    now = fields.pop("now", at(0))
    pipeline = fields.pop("pipeline", None)
    kind = fields.pop("pipeline_type", None)
    given = dict.fromkeys(("starts_at", "ends_at", "duration", "cron", "timezone", "by", "note"))
    with watcher._transaction() as (session, _):
        return maintenance.add_maintenance(
            session,
            pipeline_id=None if pipeline is None else watcher.get_or_create_pipeline(pipeline).id,
            pipeline_type_id=None if kind is None else watcher.get_or_create_pipeline_type(kind).id,
            **{**given, **fields},
            now=now,
        )


ONCE = {"ends_at": at(2 * HOUR)}
BY_CRON = {"cron": "0 12 * * *", "duration": dt.timedelta(hours=2), "now": at(-1)}


@pytest.mark.parametrize("when", [ONCE, BY_CRON], ids=["once", "cron"])
@pytest.mark.parametrize("subject", [{}, {"pipeline": "pipeline a"}, {"pipeline_type": "default"}], ids=str)
def test_in_maintenance_alerts_are_kept_and_sent_at_its_end(
    subject: dict[str, str], when: dict[str, Any], watcher: Watcher, server: SlackServer
) -> None:
    routed(watcher, "")
    opened(watcher, "known", minutes=-5, pipeline_name="pipeline a")
    assert deliver(watcher, -4).messages == 1
    window(watcher, **subject, **when)
    opened(watcher, "a", "over", minutes=5, pipeline_name="pipeline a")
    opened(watcher, "b", minutes=5, pipeline_name="pipeline b")
    gone(watcher, "known", minutes=6)
    sent = deliver(watcher, 7)
    # Of other pipelines all is sent, and so is the end of what people know of.
    assert sent == DeliveryResult(messages=1 if subject.get("pipeline") is None else 2, alerts=sent.messages)
    assert {alert.deduplication_key for alert in watcher.alerts(state="open")} == {"a", "over", "b"}
    gone(watcher, "over", minutes=8)
    assert held(watcher, 119)[0] == (1 if "pipeline" in subject else 2)
    assert deliver(watcher, 119) == DeliveryResult()
    assert held(watcher, 120)[2] == at(120)
    assert deliver(watcher, 120) == DeliveryResult(messages=1, alerts=held_at_end(subject))
    assert "pipeline a" in server.texts[-1]


def held_at_end(subject: dict[str, str]) -> int:
    return 1 if "pipeline" in subject else 2


def test_a_window_that_is_ended_lets_alerts_go(watcher: Watcher) -> None:
    routed(watcher, "")
    added = window(watcher, ends_at=at(5 * HOUR))
    opened(watcher, "a", minutes=5)
    assert deliver(watcher, 6) == DeliveryResult()
    with watcher._transaction() as (session, _):
        ended = maintenance.end_maintenance(session, window_id=added.id, now=at(10))
    assert (ended.ends_at, ended.active_until) == (at(10), None)
    assert deliver(watcher, 10) == DeliveryResult(messages=1, alerts=1)


def test_a_window_that_is_ended_before_it_starts_is_over(watcher: Watcher) -> None:
    now = watcher.clock()
    once = watcher.add_maintenance(starts_at=now + dt.timedelta(hours=2), duration=dt.timedelta(hours=1))
    watcher.end_maintenance(once.id)
    assert watcher.maintenance() == []
    with pytest.raises(InvalidValueError, match=f"window {once.id} was ended before it started"):
        watcher.end_maintenance(once.id)
    around = watcher.add_maintenance(duration=dt.timedelta(hours=4))
    assert watcher.maintenance() == [around]


def test_the_hours_of_a_window_follow_the_clock_of_its_zone(watcher: Watcher) -> None:
    march = dt.datetime(2026, 3, 28, tzinfo=dt.UTC)  # clocks go forward in the night to the 29th
    added = window(watcher, cron="0 6 * * *", timezone="Europe/Berlin", duration=dt.timedelta(hours=1), now=march)
    starts = [start.hour for start, _ in maintenance.times_of(added, march, march + dt.timedelta(days=2))]
    assert starts == [5, 4]


def test_a_window_in_a_zone_that_only_another_host_knows_keeps_no_alert_from_people(
    watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    routed(watcher, "")
    added = window(watcher, cron="0 12 * * *", timezone="Europe/Berlin", duration=dt.timedelta(hours=1), now=at(-1))
    with watcher._transaction() as (session, _):
        session.execute(sa.text("UPDATE watcher.maintenance_window SET timezone = 'Mars/Base'"))
    opened(watcher, "a", minutes=5)
    assert deliver(watcher, 6) == DeliveryResult(messages=1, alerts=1)
    [shown] = watcher.maintenance(now=at(6))
    assert (shown.timezone, shown.active_until, shown.next_at) == ("Mars/Base", None, None)
    assert f"maintenance window {added.id} holds nothing back: timezone is 'Mars/Base'; it must be" in caplog.text
    with watcher._transaction() as (session, _):
        assert maintenance.end_maintenance(session, window_id=added.id, now=at(10)).ends_at == at(10)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({}, "either ends_at or duration"),
        ({"ends_at": at(5), "duration": dt.timedelta(hours=1)}, "either ends_at or duration"),
        ({"ends_at": at(-1)}, "that is over"),
        ({"ends_at": at(0)}, "that is over"),
        ({"starts_at": at(10), "ends_at": at(5)}, "before it starts"),
        ({"ends_at": dt.datetime(2026, 3, 1, 13)}, "without a time zone"),  # noqa: DTZ001 - that is the mistake
        ({"duration": dt.timedelta(days=32)}, "duration is 32 d; it must be a length of time up to 31 days"),
        ({"ends_at": at(32 * 24 * HOUR)}, "32 days long"),
        ({"duration": dt.timedelta(0)}, "duration is 0 seconds; it must be a length of time"),
        ({"duration": dt.timedelta(seconds=-1)}, "duration is -1 seconds; it must be a length of time"),
        ({"cron": "0 2 * * *"}, "duration is None"),
        ({"cron": "0 * * * *", "duration": dt.timedelta(hours=1)}, "never ends"),
        ({"cron": "soon", "duration": dt.timedelta(hours=1)}, "as cron does"),
        ({"cron": "0 2 * * *", "duration": dt.timedelta(hours=1), "timezone": "Mars"}, "must be a time zone"),
        ({"cron": "0 2 * * *", "duration": dt.timedelta(hours=1), "ends_at": at(-5)}, "before it starts"),
        ({"ends_at": at(5), "timezone": "UTC"}, "about cron"),
        ({"ends_at": at(5), "note": " "}, "note has 0 characters"),
        ({"ends_at": at(5), "pipeline": "a", "pipeline_type": "b"}, "not of both"),
    ],
)
def test_a_window_that_breaks_a_rule_is_refused(fields: dict[str, Any], rule: str, watcher: Watcher) -> None:
    with pytest.raises(InvalidValueError, match=rule):
        window(watcher, **fields)
    assert watcher.maintenance(now=at(0)) == []


def test_a_window_may_be_said_with_times_of_pendulum(watcher: Watcher) -> None:
    start = pendulum.instance(at(60)).in_timezone("Europe/Berlin")
    for name, duration in (
        ("a", dt.timedelta(hours=2)),
        ("b", pendulum.duration(hours=2)),
        ("c", start.add(hours=2) - start),
    ):
        for pipeline, starts_at in ((name, start), (f"{name} too", at(60))):
            added = window(watcher, pipeline=pipeline, starts_at=starts_at, duration=duration)
            assert (added.starts_at, added.ends_at) == (at(60), at(180))


def test_windows_of_one_subject_do_not_overlap(watcher: Watcher) -> None:
    first = window(watcher, ends_at=at(60), pipeline="a")
    window(watcher, starts_at=at(60), ends_at=at(120), pipeline="a")
    window(watcher, ends_at=at(60), pipeline="b")
    window(watcher, ends_at=at(60))
    for fields in ({"ends_at": at(30)}, {"cron": "30 12 * * *", "duration": dt.timedelta(hours=1)}):
        with pytest.raises(InvalidValueError, match=f"window {first.id} of a is from .* UTC to .* UTC, which overlaps"):
            window(watcher, pipeline="a", **fields)
    assert len(watcher.maintenance(now=at(0))) == 4
    day = 24 * 60
    window(watcher, starts_at=at(90 * day), ends_at=at(92 * day), pipeline="a")
    with pytest.raises(InvalidValueError, match="which overlaps"):
        window(watcher, starts_at=at(91 * day), ends_at=at(93 * day), pipeline="a")


def test_what_there_is_not_is_named(watcher: Watcher) -> None:
    for fields in ({"pipeline": "nowhere"}, {"pipeline_type": "nowhere"}):
        with pytest.raises(NotFoundError, match="nowhere"):
            watcher.add_maintenance(duration=dt.timedelta(hours=1), **fields)  # type: ignore[arg-type]  # by name
    with pytest.raises(NotFoundError, match="maintenance window"):
        watcher.end_maintenance(987_654)


def test_maintenance_on_the_command_line_and_in_the_doctor(
    watcher: Watcher,
    module_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    routed(watcher, "")
    monkeypatch.setenv("WATCHER_DATABASE_URL", module_database_url)
    monkeypatch.setenv("WATCHER_ROUTES", str(watcher.settings.routes))
    monkeypatch.setenv("WATCHER_HOME", str(watcher.settings.home))
    name = unique("orders")
    watcher.get_or_create_pipeline(name)

    def run(*arguments: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        assert ended.value.code == code
        return capsys.readouterr().out

    added = run("maintenance", "add", "-p", name, "--for", "2 hours", "--by", "ann", "--note", "upgrade")
    assert f"of {name}: from" in added
    number = added.split()[1]
    assert "upgrade" in run("maintenance", "list")
    said = run("doctor", code=0)
    assert f"maintenance {number}: alerts of {name} are not sent until" in said
    run("maintenance", "end", number)
    assert name not in run("maintenance", "list")
    run("maintenance", "end", number, code=1)
    run("maintenance", "add", "--for", "soon", code=2)
    by_cron = run("maintenance", "add", "--cron", "0 2 * * 0", "--for", "90 minutes")
    assert "1 h 30 min at 0 2 * * 0 (UTC), next at" in by_cron


def test_what_is_held_is_no_problem_of_delivery(watcher: Watcher) -> None:
    routed(watcher, 'quiet = "22:00-07:00"')
    opened(watcher, "a", minutes=11 * HOUR)
    from watcher_core import alerts as subject

    with watcher._transaction() as (session, _):
        waiting = subject.undelivered_alerts(session, routes=subject.load_routes(watcher.settings), now=at(18 * HOUR))
    assert undelivered_fact(waiting, now=at(18 * HOUR)).level == "ok"
    said = [fact.message for fact in quiet_findings(watcher, held=waiting.held, now=at(18 * HOUR))]
    assert said == [
        f"route oncall to the webhook of {VARIABLE} is quiet until {clock(at(19 * HOUR))}",
        "1 alert held until quiet hours, a digest or maintenance let it go",
    ]


def test_what_waits_for_its_time_is_not_late_when_that_comes(watcher: Watcher) -> None:
    routed(watcher, "")
    opened(watcher, "a", minutes=0)
    deliver(watcher, 1)
    opened(watcher, "a", minutes=5, details={"failing": 2})
    assert held(watcher, HOUR) == (0, 0, None)
    _, count, since = held(watcher, HOUR + 2)
    assert count == 1
    assert since is not None
    assert since >= at(HOUR + 1), "an hour after the last message"


def test_alerts_without_a_destination_are_a_finding_of_health(watcher: Watcher) -> None:
    routed(watcher, 'pipeline = "pipeline routed"')
    opened(watcher, "a", "b", "routed", minutes=0)
    assert deliver(watcher, 1).messages == 1
    for minute in (30, 31):  # the second time its own alert has no destination either
        watcher.check_health(dagster=False, now=at(minute))
        [alert] = [found for found in watcher.alerts(kind="health", state="open") if "delivery" in found.subject]
        assert "2 wait to be delivered" in alert.facts["message"]
        assert "2 of them without a destination" in alert.facts["message"]
    assert {each.deduplication_key for each in watcher.alerts(kind="failure", state="open")} == {"a", "b", "routed"}
    routed(watcher, "")
    deliver(watcher, 31)
    watcher.check_health(dagster=False, now=at(32))
    assert watcher.alert(alert.id).state == "resolved"

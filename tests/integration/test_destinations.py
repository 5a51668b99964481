"""Several destinations of one alert: each has what it knows, fails by itself, and gets nothing twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from tests.factories import NOON, at
from tests.http_server import Answer, Failure, HttpServer, Request, http_server
from tests.slack_server import TOKEN, SlackServer, slack_server
from watcher_core import (
    AlertEvent,
    AlertKind,
    AlertLevel,
    AlertState,
    DeliveryResult,
    Settings,
    SlackChannel,
    SlackMessage,
    Watcher,
)
from watcher_core.alerts import acknowledge_alert, alerts, opening, resolve_alert, snooze_alert
from watcher_core.alerts.composer import Composer
from watcher_core.alerts.delivery import Pace
from watcher_core.alerts.senders import SlackWebhook
from watcher_core.alerts.senders.exchange import open_request
from watcher_core.health import DELIVERY_KEY, update_alerts
from watcher_core.values import Finding, HealthFact, HealthReport

BOTH = """
[[routes]]
continue = true
to = "OPS"
[[routes]]
to = "TEAM"
type = "slack"
"""

LOUD = """
[[routes]]
continue = true
level = ["error", "critical"]
to = "PAGER"
[[routes]]
to = "TEAM"
type = "slack"
"""


class Places:
    """A PagerDuty, a webhook and a Slack, each a server that can fail by itself."""

    def __init__(self, stack: ExitStack) -> None:
        self.slack: SlackServer = stack.enter_context(slack_server())
        self.webhook: HttpServer = stack.enter_context(http_server())
        self.pagerduty: HttpServer = stack.enter_context(http_server())

    @property
    def variables(self) -> dict[str, str]:
        return {
            "TEAM": self.slack.webhook,
            "OPS": f"{self.webhook.url}/secret",
            "PAGER": f"pagerduty://0123456789abcdef@127.0.0.1:{self.pagerduty.port}",
        }

    @property
    def told(self) -> list[str]:
        """What Slack was notified of: the first line of each message."""
        return [text.splitlines()[0] for text in self.slack.texts]

    @property
    def events(self) -> list[str]:
        """The events that the webhook was notified of."""
        return [request.json["event"] for request in self.webhook.taken]


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    with ExitStack() as stack:
        found = Places(stack)
        for name, value in found.variables.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def watcher(module_database_url: str, tmp_path: Path, places: Places) -> Iterator[Watcher]:
    """A Watcher whose alerts go to both the webhook and Slack, without any alerts yet."""
    path = tmp_path / "routes.toml"
    path.write_text(BOTH)
    with Watcher(module_database_url, settings=Settings(home=tmp_path, routes=path)) as watcher:
        yield watcher
        with watcher._transaction() as (session, _):
            session.execute(sa.text("TRUNCATE watcher.alert CASCADE"))


def reroute(watcher: Watcher, text: str) -> None:
    assert watcher.settings.routes is not None
    watcher.settings.routes.write_text(text)


def opened(
    watcher: Watcher,
    *keys: str,
    now: Any = NOON,
    details: dict[str, Any] | None = None,
    level: AlertLevel = AlertLevel.ERROR,
    new: bool = True,
) -> None:
    found = []
    for key in keys:
        pipeline = watcher.get_or_create_pipeline(f"pipeline {key}")
        found.append(
            Finding(
                kind=AlertKind.FAILURE,
                level=level,
                pipeline_id=pipeline.id,
                pipeline_name=pipeline.name,
                execution_id=None,
                new=new,
                deduplication_key=key,
                at=now,
                details=details or {},
            )
        )
    with watcher._transaction() as (session, _):
        opening.open_alerts(session, found, now=now)


def gone(watcher: Watcher, *keys: str, now: Any) -> None:
    with watcher._transaction() as (session, _):
        alerts.resolve_alerts(session, keys=keys, now=now)


def deliver(watcher: Watcher, now: Any = NOON, **options: Any) -> DeliveryResult:
    return watcher.deliver_alerts(now=now, pace=Pace(0), **options)


def actions(places: Places) -> list[tuple[str, str | None]]:
    """What PagerDuty was asked for, and how loud."""
    events = [request.json for request in places.pagerduty.taken]
    return [(event["event_action"], event.get("payload", {}).get("severity")) for event in events]


def rows(watcher: Watcher) -> dict[str, dict[str, Any]]:
    """The deliveries, by destination."""
    with watcher._transaction() as (session, _):
        found = session.execute(sa.text("SELECT * FROM watcher.alert_delivery")).mappings().all()
    return {row["destination"]: dict(row) for row in found}


def test_every_destination_of_an_alert_gets_it_once(watcher: Watcher, places: Places) -> None:
    opened(watcher, "a", "b")
    assert deliver(watcher, at(1)) == DeliveryResult(messages=2, alerts=4)
    gone(watcher, "a", now=at(5))
    assert deliver(watcher, at(6)) == DeliveryResult(messages=2, alerts=2)
    assert deliver(watcher, at(7)) == DeliveryResult()
    assert places.events == ["opened", "resolved"]
    assert places.told == ["🔴 2 failures: pipeline a, pipeline b", "✅ pipeline a no longer fails"]
    found = watcher.alerts(state="resolved")[0]
    assert (found.destination, found.event) == ("OPS, TEAM", None)
    assert found.recovery_delivered_at is not None


def test_one_that_fails_keeps_no_other_waiting_and_is_tried_again_alone(watcher: Watcher, places: Places) -> None:
    opened(watcher, "a")
    places.webhook.fail(Failure(503))
    result = deliver(watcher, at(1))
    assert (result.messages, result.waiting) == (1, 1)
    assert result.errors == ("OPS: the webhook answers HTTP 503: rollup_error",)
    alert = watcher.alerts()[0]
    assert (alert.event, alert.attempts, alert.destination) == (AlertEvent.OPENED, 1, "TEAM")
    assert alert.last_error is not None
    assert [
        (each.destination, each.event, each.attempts, each.delivered_at is None)
        for each in watcher.alert_deliveries(alert.id)
    ] == [("OPS", AlertEvent.OPENED, 1, True), ("TEAM", None, 0, False)]
    opened(watcher, "b", now=at(1))
    assert deliver(watcher, at(1.1)).messages == 1, "Slack does not wait for the webhook"
    assert places.events == []
    assert deliver(watcher, at(3)) == DeliveryResult(messages=1, alerts=2)
    assert places.events == ["opened"]
    assert len(places.slack.texts) == 2
    assert deliver(watcher, at(4)) == DeliveryResult()


def test_each_hears_what_it_has_missed(watcher: Watcher, places: Places) -> None:
    places.webhook.down = Failure(503)
    opened(watcher, "a")
    deliver(watcher, at(1))
    gone(watcher, "a", now=at(2))
    deliver(watcher, at(3))
    opened(watcher, "a", now=at(4))
    deliver(watcher, at(5))
    places.webhook.down = None
    deliver(watcher, at(20), retry_now=True)
    gone(watcher, "a", now=at(25))
    deliver(watcher, at(116), retry_now=True)  # it was back before, and has been good since
    assert places.told == [
        "🔴 pipeline a failed",
        "✅ pipeline a no longer fails",
        "🔴 Back again: pipeline a failed",
        "✅ pipeline a no longer fails",
    ]
    assert places.events == ["opened", "resolved"]
    places.webhook.down = Failure(503)
    opened(watcher, "c", now=at(120))
    deliver(watcher, at(121))
    gone(watcher, "c", now=at(122))
    places.webhook.down = None
    deliver(watcher, at(123), retry_now=True)
    assert places.events[2:] == ["missed"]
    assert places.told[4:] == ["🔴 pipeline c failed", "✅ pipeline c no longer fails"]


def test_acknowledgements_go_where_they_are_shown(watcher: Watcher, places: Places) -> None:
    reroute(watcher, f'[[routes]]\ncontinue = true\nto = "PAGER"\n{BOTH}')
    opened(watcher, "a")
    deliver(watcher, at(1))
    alert = watcher.acknowledge_alert(watcher.alerts()[0].id)
    assert alert.acknowledged_at is not None
    assert alert.event is AlertEvent.ACKNOWLEDGED
    assert deliver(watcher, alert.acknowledged_at).messages == 2
    assert deliver(watcher, alert.acknowledged_at) == DeliveryResult()
    gone(watcher, "a", now=alert.acknowledged_at)
    deliver(watcher, alert.acknowledged_at)
    sent = [request.json for request in places.pagerduty.taken]
    assert [each["event_action"] for each in sent] == ["trigger", "acknowledge", "resolve"]
    assert len({each["dedup_key"] for each in sent}) == 1
    assert places.events == ["opened", "acknowledged", "resolved"]
    assert places.told == ["🔴 pipeline a failed", "✅ pipeline a no longer fails"]


def test_what_a_place_shows_as_acknowledged_is_said_there_when_it_is_back_without_that(
    watcher: Watcher, places: Places
) -> None:
    """The others have heard of its end, and so the acknowledgement is over; that place was down."""
    reroute(watcher, f'[[routes]]\ncontinue = true\nto = "PAGER"\n{BOTH}')
    opened(watcher, "a")
    deliver(watcher, at(1))
    with watcher._transaction() as (session, _):
        acknowledge_alert(session, alert_id=watcher.alerts()[0].id, by="ada", now=at(2))
    deliver(watcher, at(3))
    gone(watcher, "a", now=at(10))
    places.pagerduty.down = Failure(503)
    assert deliver(watcher, at(11)).waiting == 1
    opened(watcher, "a", now=at(20))
    assert watcher.alerts()[0].state is AlertState.OPEN
    deliver(watcher, at(21))
    places.pagerduty.down = None
    assert deliver(watcher, at(30)).messages == 1
    assert deliver(watcher, at(40)) == DeliveryResult()
    assert [action for action, _ in actions(places)] == ["trigger", "acknowledge", "resolve", "trigger"]
    assert places.events == ["opened", "acknowledged", "resolved", "reopened"]


def test_a_snooze_holds_at_every_destination(watcher: Watcher, places: Places) -> None:
    opened(watcher, "a")
    deliver(watcher, at(1))
    alert = watcher.alerts()[0]
    with watcher._transaction() as (session, _):
        snooze_alert(session, alert_id=alert.id, until=at(60), now=at(2))
    assert deliver(watcher, at(3)) == DeliveryResult(messages=1, alerts=1), "to the webhook, which shows it"
    assert deliver(watcher, at(59)) == DeliveryResult()
    places.webhook.fail(Failure(503))
    assert deliver(watcher, at(60)).messages == 1
    assert watcher.alert(alert.id).state is AlertState.OPEN
    assert deliver(watcher, at(62)) == DeliveryResult(messages=1, alerts=1)
    assert places.events == ["opened", "snoozed", "reminded"]
    assert places.told == ["🔴 pipeline a failed", "🔴 Still open: pipeline a failed"]


def test_pagerduty_calls_nobody_for_what_is_snoozed_and_calls_again_at_the_end(
    watcher: Watcher, places: Places
) -> None:
    reroute(watcher, '[[routes]]\nto = "PAGER"\n')
    opened(watcher, "a")
    deliver(watcher, at(1))
    alert = watcher.alerts()[0]
    with watcher._transaction() as (session, _):
        snooze_alert(session, alert_id=alert.id, until=at(60), now=at(2))
    deliver(watcher, at(3))
    assert deliver(watcher, at(4)) == DeliveryResult(), "once"
    deliver(watcher, at(60))
    asked = [action for action, _ in actions(places)]
    assert asked == ["trigger", "acknowledge", "resolve", "trigger"], "one that is acknowledged calls nobody again"


def test_what_gets_quieter_before_its_message_is_written_is_heard_when_it_is_loud_again(
    watcher: Watcher, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages wait for their turn once they are claimed, and are written then."""
    reroute(watcher, LOUD)
    opened(watcher, "a")
    deliver(watcher, at(1))
    opened(watcher, "a", now=at(2), level=AlertLevel.CRITICAL, new=False)
    write = Composer.write
    with monkeypatch.context() as turn:

        def write_late(*given: Any, **options: Any) -> Any:
            opened(watcher, "a", now=at(3), level=AlertLevel.ERROR, new=False)
            return write(*given, **options)

        turn.setattr(Composer, "write", write_late)
        deliver(watcher, at(3))
    assert "Now error" not in "".join(places.told)
    opened(watcher, "a", now=at(5), level=AlertLevel.CRITICAL, new=False)
    deliver(watcher, at(6))
    assert places.told[2:] == ["🚨 Now critical, was error: pipeline a failed"]
    assert actions(places)[-2:] == [("resolve", None), ("trigger", "critical")]


@pytest.mark.parametrize("is_acknowledged", [False, True])
def test_what_comes_right_after_somebody_resolved_it_is_heard(
    watcher: Watcher, places: Places, is_acknowledged: bool
) -> None:
    """Nobody looks any more, and no place has heard of the end yet."""
    reroute(watcher, LOUD)
    opened(watcher, "a")
    deliver(watcher, at(1))
    number = watcher.alerts()[0].id
    with watcher._transaction() as (session, _):
        if is_acknowledged:
            acknowledge_alert(session, alert_id=number, by="ada", now=at(2))
        resolve_alert(session, alert_id=number, by="ada", note="restarted", now=at(3))
    opened(watcher, "a", now=at(3.1))
    deliver(watcher, at(4))
    assert sorted(places.told[1:]) == ["✅ pipeline a: closed by hand by ada: restarted", "🔴 pipeline a failed"]
    assert sorted(action for action, _ in actions(places)) == ["resolve", "trigger", "trigger"]
    [alert] = watcher.alerts(state=AlertState.OPEN)
    assert (alert.acknowledged_by, alert.note) == (None, None)
    assert deliver(watcher, at(90)) == DeliveryResult()


@dataclasses.dataclass
class During:
    """A sender during whose sending something happens."""

    happens: Callable[[], object]

    def send(self, message: SlackMessage, *, thread: str | None) -> None:
        self.happens()


@pytest.mark.parametrize("is_snoozed", [False, True])
def test_pagerduty_hears_who_answers_while_its_message_is_under_way(
    watcher: Watcher, places: Places, is_snoozed: bool
) -> None:
    """As by a message of another place: PagerDuty would go on to call the next person."""
    reroute(watcher, LOUD)
    now = watcher.clock()
    opened(watcher, "a", now=now)
    number = watcher.alerts()[0].id

    def answer() -> None:
        if is_snoozed:
            watcher.snooze_alert(number, until=now + dt.timedelta(hours=1))
        else:
            watcher.acknowledge_alert(number)

    watcher.deliver_alerts({"PAGER": During(answer)}, pace=Pace(0))
    assert watcher.deliver_alerts(pace=Pace(0)).messages == 1
    assert [action for action, _ in actions(places)] == ["acknowledge"]
    assert watcher.deliver_alerts(pace=Pace(0)).messages == 0


def test_what_grows_while_its_message_is_under_way_is_said_later(watcher: Watcher, places: Places) -> None:
    now = watcher.clock()
    opened(watcher, "a", now=now, details={"failing": 1})

    def grow() -> None:
        opened(watcher, "a", now=watcher.clock(), details={"failing": 2})

    watcher.deliver_alerts({"OPS": During(grow)}, pace=Pace(0))
    deliver(watcher, now + dt.timedelta(hours=2))
    assert places.events == ["updated"]


def test_of_a_snooze_that_is_over_nobody_hears(watcher: Watcher, places: Places) -> None:
    opened(watcher, "a")
    deliver(watcher, at(1))
    with watcher._transaction() as (session, _):
        snooze_alert(session, alert_id=watcher.alerts()[0].id, until=at(60), now=at(2))
    assert deliver(watcher, at(61)).messages == 2, "deliveries were down"
    assert places.events == ["opened", "reminded"]


def test_what_grows_is_told_at_each_place_at_most_once_an_hour(watcher: Watcher, places: Places) -> None:
    opened(watcher, "a", details={"failing": 1})
    places.webhook.fail(Failure(503))
    deliver(watcher, at(1))
    deliver(watcher, at(10))
    opened(watcher, "a", now=at(20), details={"failing": 2})
    assert deliver(watcher, at(60)) == DeliveryResult()
    assert deliver(watcher, at(62)).messages == 1
    assert places.told == ["🔴 pipeline a failed", "🔴 More of it: pipeline a failed"]
    assert deliver(watcher, at(72)).messages == 1
    assert places.events == ["opened", "updated"]


def test_what_gets_louder_goes_at_once_to_who_hears_of_loud_alerts_only(watcher: Watcher, places: Places) -> None:
    reroute(watcher, LOUD)
    opened(watcher, "a", level=AlertLevel.WARNING)
    deliver(watcher, at(1))
    assert (places.told, places.pagerduty.requests) == (["⚠️ pipeline a failed"], 0)
    opened(watcher, "a", now=at(5), level=AlertLevel.ERROR, new=False)
    assert deliver(watcher, at(6)) == DeliveryResult(messages=2, alerts=2)
    assert actions(places) == [("trigger", "error")]
    assert places.told[1] == "🔴 Now error, was warning: pipeline a failed", "who knows of it hears so, too"
    assert deliver(watcher, at(62)) == DeliveryResult()


def test_what_got_louder_is_said_at_once_and_once(watcher: Watcher, places: Places) -> None:
    opened(watcher, "a", level=AlertLevel.WARNING, details={"failing": 1})
    deliver(watcher, at(1))
    opened(watcher, "a", now=at(5), level=AlertLevel.CRITICAL, details={"failing": 1})
    assert deliver(watcher, at(6)).messages == 2
    opened(watcher, "a", now=at(7), level=AlertLevel.WARNING, details={"failing": 1})
    opened(watcher, "a", now=at(8), level=AlertLevel.CRITICAL, details={"failing": 1})
    assert deliver(watcher, at(9)).messages == 0, "they know that it was critical"
    opened(watcher, "a", now=at(70), level=AlertLevel.CRITICAL, details={"failing": 2})
    deliver(watcher, at(190))
    assert places.told == [
        "⚠️ pipeline a failed",
        "🚨 Now critical, was warning: pipeline a failed",
        "🚨 More of it: pipeline a failed",
    ]
    sent = [request.json["alerts"][0] for request in places.webhook.taken]
    assert [each.get("level_before") for each in sent] == [None, "warning", None]


@pytest.mark.parametrize("is_snoozed", [False, True])
def test_what_was_answered_and_gets_louder_calls_again(watcher: Watcher, places: Places, is_snoozed: bool) -> None:
    reroute(watcher, LOUD)
    opened(watcher, "a")
    deliver(watcher, at(1))
    with watcher._transaction() as (session, _):
        number = watcher.alerts()[0].id
        if is_snoozed:
            snooze_alert(session, alert_id=number, until=at(600), by="ada", note="it waits", now=at(2))
        else:
            acknowledge_alert(session, alert_id=number, by="ada", note="it waits", now=at(2))
    deliver(watcher, at(3))
    assert [action for action, _ in actions(places)] == ["trigger", "acknowledge"]
    opened(watcher, "a", now=at(5), level=AlertLevel.CRITICAL, new=False)
    assert deliver(watcher, at(6)) == DeliveryResult(messages=2, alerts=2)
    assert deliver(watcher, at(7)) == DeliveryResult()
    assert places.told[1:] == ["🚨 Now critical, was error: pipeline a failed"]
    answered = "Snoozed" if is_snoozed else "Acknowledged"
    assert f"\n{answered} by ada at level error: it waits\n" in f"{places.slack.texts[-1]}\n"
    assert actions(places)[2:] == [("resolve", None), ("trigger", "critical")], "and is not acknowledged"


def test_what_is_acknowledged_and_gets_louder_reaches_who_hears_of_loud_alerts_only(
    watcher: Watcher, places: Places
) -> None:
    reroute(watcher, LOUD)
    opened(watcher, "a", level=AlertLevel.WARNING)
    deliver(watcher, at(1))
    with watcher._transaction() as (session, _):
        acknowledge_alert(session, alert_id=watcher.alerts()[0].id, by="ada", now=at(2))
    opened(watcher, "a", now=at(5), level=AlertLevel.CRITICAL, new=False)
    assert deliver(watcher, at(6)) == DeliveryResult(messages=2, alerts=2)
    assert actions(places) == [("trigger", "critical")]


def test_what_is_acknowledged_before_a_place_hears_that_it_got_louder_is_said_as_that(
    watcher: Watcher, places: Places
) -> None:
    """Who acknowledges it a moment after it got louder may not know, and places that hear of loud ones only do not."""
    reroute(watcher, LOUD)
    opened(watcher, "a")
    deliver(watcher, at(1))
    opened(watcher, "a", now=at(5), level=AlertLevel.CRITICAL, new=False)
    with watcher._transaction() as (session, _):
        acknowledge_alert(session, alert_id=watcher.alerts()[0].id, by="ada", now=at(6))
    assert deliver(watcher, at(7)) == DeliveryResult(messages=2, alerts=2)
    assert places.told[1:] == ["🚨 Now critical, was error: pipeline a failed"]
    assert "Acknowledged by ada" in places.slack.texts[-1]
    assert [action for action, _ in actions(places)] == ["trigger", "resolve", "trigger", "acknowledge"]
    assert deliver(watcher, at(8)) == DeliveryResult()
    assert watcher.alerts()[0].state is AlertState.ACKNOWLEDGED


def test_a_reminder_says_that_it_got_louder_meanwhile(watcher: Watcher, places: Places) -> None:
    opened(watcher, "a", level=AlertLevel.WARNING)
    deliver(watcher, at(1))
    with watcher._transaction() as (session, _):
        snooze_alert(session, alert_id=watcher.alerts()[0].id, until=at(10), now=at(2))
    opened(watcher, "a", now=at(11), level=AlertLevel.CRITICAL, new=False)
    deliver(watcher, at(12))
    assert places.told[1:] == ["🚨 Now critical, was warning: pipeline a failed"]
    assert deliver(watcher, at(80)) == DeliveryResult()


def test_what_gets_quieter_and_then_grows_ends_where_it_was_loud(watcher: Watcher, places: Places) -> None:
    reroute(watcher, LOUD)
    opened(watcher, "a")
    deliver(watcher, at(1))
    opened(watcher, "a", now=at(5), level=AlertLevel.WARNING, details={"failing": 1})
    opened(watcher, "a", now=at(10), level=AlertLevel.WARNING, details={"failing": 2})
    deliver(watcher, at(120))
    gone(watcher, "a", now=at(130))
    deliver(watcher, at(131))
    assert actions(places) == [("trigger", "error"), ("trigger", "warning"), ("resolve", None)]


# Messages that a place refuses


def test_one_message_that_is_refused_holds_no_later_one_up(watcher: Watcher, places: Places) -> None:
    reroute(watcher, '[[routes]]\nto = "PAGER"')
    opened(watcher, "a")
    places.pagerduty.fail(Failure(400, '{"status":"invalid event"}'))
    assert deliver(watcher, at(1)).waiting == 1
    opened(watcher, "b", now=at(1.1))
    again = deliver(watcher, at(1.2))
    assert (again.messages, again.waiting) == (1, 1)
    assert again.errors == ('PAGER: only this message waits: PagerDuty answers HTTP 400: {"status":"invalid event"}',)
    assert places.pagerduty.requests == 2, "and the refused one is not tried before its time"
    assert deliver(watcher, at(2)).messages == 1


# Destinations that are not what they were


def test_who_asks_elsewhere_learns_that_a_variable_is_not_set(
    watcher: Watcher, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(watcher, "a")
    places.webhook.fail(Failure(503))
    deliver(watcher, at(1))
    monkeypatch.delenv("OPS")
    deliver(watcher, at(1.5))
    monkeypatch.setenv("OPS", f"{places.webhook.url}/secret")
    waits = watcher.undelivered_alerts()
    assert waits.last_error is not None
    assert waits.last_error.startswith("OPS is not set where alerts are delivered, on ")
    assert deliver(watcher, at(2)) == DeliveryResult(messages=1, alerts=1)
    assert watcher.undelivered_alerts().last_error is None


def test_that_messages_do_not_get_through_goes_to_who_can_be_reached(watcher: Watcher, places: Places) -> None:
    reroute(watcher, '[[routes]]\nkind = "health"\nto = "OPS"\n[[routes]]\nto = "TEAM"\ntype = "slack"')
    opened(watcher, "a")
    deliver(watcher, at(1))
    delivery = HealthFact(
        "warning", "alerts", "1 waits", "do something", key=DELIVERY_KEY, subject="delivery of alerts"
    )

    def examined(*facts: HealthFact, now: Any) -> None:
        with watcher._transaction() as (session, _):
            update_alerts(session, HealthReport(facts=facts, examined=(DELIVERY_KEY,)), now=now)

    examined(delivery, now=at(20))
    places.webhook.fail(Failure(403), Failure(403))
    deliver(watcher, at(20))
    assert len(places.told) == 1
    deliver(watcher, at(21))
    assert places.told[1:] == ["⚠️ delivery of alerts: 1 waits"]
    deliver(watcher, at(30))
    assert places.events == ["opened"]
    examined(now=at(40))
    deliver(watcher, at(41))
    assert places.events == ["opened", "resolved"]
    assert places.told[2:] == ["✅ delivery of alerts: found in order at 2026-03-01 12:40:00 UTC"]


def test_that_messages_do_not_get_through_goes_by_a_sender_of_who_delivers(watcher: Watcher, places: Places) -> None:
    """As with dagster-slack's resource, of which the routes know no address."""
    reroute(watcher, '[[routes]]\nkind = "health"\nto = "OPS"\n[[routes]]\nkind = "missed"\nto = "NOT_SET"')
    waits = HealthFact("warning", "alerts", "1 waits", "try it", key=DELIVERY_KEY, subject="delivery of alerts")
    with watcher._transaction() as (session, _):
        update_alerts(session, HealthReport(facts=(waits,), examined=(DELIVERY_KEY,)), now=at(20))
    places.webhook.down = Failure(403)
    senders = {"default": SlackWebhook(SecretStr(places.slack.webhook))}
    deliver(watcher, at(20), senders=senders)
    deliver(watcher, at(21), senders=senders)
    assert places.told == ["⚠️ delivery of alerts: 1 waits"]
    assert set(rows(watcher)) == {"OPS", "default"}


# Routes that change


def test_a_destination_that_takes_the_place_of_another_knows_what_it_knew(watcher: Watcher, places: Places) -> None:
    opened(watcher, "a", "b")
    deliver(watcher, at(1))
    gone(watcher, "a", now=at(2))
    reroute(watcher, BOTH.replace("OPS", "PAGER"))
    assert deliver(watcher, at(3)) == DeliveryResult(messages=2, alerts=2)
    [event] = [request.json for request in places.pagerduty.taken]
    assert event["event_action"] == "resolve", "and nothing is opened again"
    assert len(places.slack.texts) == 2


def test_a_destination_that_takes_the_place_of_one_that_fails_is_tried_at_once(
    watcher: Watcher, places: Places
) -> None:
    reroute(watcher, '[[routes]]\nto = "OPS"')
    places.webhook.down = Failure(503)
    opened(watcher, "a")
    deliver(watcher, at(1))
    reroute(watcher, '[[routes]]\nto = "TEAM"\ntype = "slack"')
    assert deliver(watcher, at(1.1)) == DeliveryResult(messages=1, alerts=1)
    assert set(rows(watcher)) == {"TEAM"}


def test_the_end_goes_where_the_opening_went_and_what_is_back_where_routes_lead(
    watcher: Watcher, places: Places
) -> None:
    reroute(watcher, '[[routes]]\nto = "OPS"')
    opened(watcher, "a")
    deliver(watcher, at(1))
    reroute(watcher, '[[routes]]\nto = "TEAM"\ntype = "slack"\n[[routes]]\nto = "OPS"')
    with watcher._transaction() as (session, _):
        acknowledge_alert(session, alert_id=watcher.alerts()[0].id, now=at(2))
    deliver(watcher, at(3))
    gone(watcher, "a", now=at(4))
    deliver(watcher, at(5))
    assert places.events == ["opened", "acknowledged", "resolved"]
    assert places.told == [], "it knew nothing of it"
    opened(watcher, "a", now=at(10))
    deliver(watcher, at(11))
    assert (places.events[3:], places.told) == ([], ["🔴 pipeline a failed"])
    gone(watcher, "a", now=at(12))
    deliver(watcher, at(103))
    assert (places.events[3:], places.told[1:]) == ([], ["✅ pipeline a no longer fails"])


def test_what_has_no_place_is_kept_and_counted_until_it_has_one(watcher: Watcher, places: Places) -> None:
    reroute(watcher, '[[routes]]\nkind = "freshness"\nto = "OPS"')
    opened(watcher, "a", "b")
    for minute in range(3):
        waits = deliver(watcher, at(minute))
        assert (waits.messages, waits.waiting) == (0, 2)
        assert waits.errors == ("no destination: SLACK_WEBHOOK_URL is not set, and no route matches",)
    assert watcher.undelivered_alerts().nowhere == 2
    assert rows(watcher) == {}
    reroute(watcher, BOTH)
    assert watcher.undelivered_alerts().nowhere == 0
    assert deliver(watcher, at(9)) == DeliveryResult(messages=2, alerts=4)
    reroute(watcher, "")
    gone(watcher, "a", now=at(10))
    assert deliver(watcher, at(11)).waiting == 1, "a recovery, too"
    assert watcher.undelivered_alerts().nowhere == 1


def test_threads_are_of_one_destination(watcher: Watcher, places: Places) -> None:
    reroute(watcher, '[[routes]]\ncontinue = true\nchannel = "#one"\n[[routes]]\nchannel = "#two"')
    senders = {name: SlackChannel(name, SecretStr(TOKEN), api=places.slack.api) for name in ("#one", "#two", "#three")}
    opened(watcher, "a")
    deliver(watcher, at(1), senders=senders)
    reroute(watcher, '[[routes]]\ncontinue = true\nchannel = "#three"\n[[routes]]\nchannel = "#two"')
    gone(watcher, "a", now=at(2))
    deliver(watcher, at(3), senders=senders)
    sent = {(message["channel"], message.get("thread_ts")) for message in places.slack.messages}
    assert sent == {("#one", None), ("#two", None), ("#three", None), ("#two", "2.000100")}


# Several at once


def test_several_deliverers_at_once_send_nothing_twice_to_any(watcher: Watcher, places: Places) -> None:
    opened(watcher, *[f"{number:02}" for number in range(30)])
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            barrier.wait()
            for minute in (1, 1.5, 2):  # less than a lease apart
                deliver(watcher, at(minute))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    told = [alert["id"] for request in places.webhook.taken for alert in request.json["alerts"]]
    assert len(told) == len(set(told)) == 30
    assert sum("30 failures" in text for text in places.slack.texts) == len(places.slack.texts) == 1
    deliver(watcher, at(4))
    with watcher._transaction() as (session, _):
        assert session.scalar(sa.text("SELECT count(*) FROM watcher.alert WHERE NOT is_settled")) == 0


# Places that take more than a message a second


def test_several_messages_are_on_their_way_at_a_time(watcher: Watcher, places: Places) -> None:
    reroute(watcher, '[[routes]]\nto = "PAGER"\n')
    opened(watcher, *(f"alert {number}" for number in range(20)))
    together, take = threading.Barrier(8), places.pagerduty.answer
    seconds, slept = [0.0], []

    def answer(request: Request) -> Answer:
        if len(places.pagerduty.taken) < 8:
            together.wait(30)
        return take(request)

    def sleep(wait: float) -> None:
        slept.append(wait)
        seconds[0] += wait

    places.pagerduty.answer = answer  # type: ignore[method-assign] # it waits until eight are there
    pace = Pace(clock=lambda: seconds[0], sleep=sleep)
    assert watcher.deliver_alerts(now=at(1), pace=pace) == DeliveryResult(messages=20, alerts=20)
    assert slept == [4.0, 4.0]  # two a second, as PagerDuty takes them
    assert len({request.json["dedup_key"] for request in places.pagerduty.taken}) == 20
    assert deliver(watcher, at(2)) == DeliveryResult()


def test_one_of_several_messages_that_fails_is_sent_again_and_no_other(watcher: Watcher, places: Places) -> None:
    reroute(watcher, '[[routes]]\nto = "PAGER"\n')
    opened(watcher, *(f"alert {number}" for number in range(10)))
    places.pagerduty.fail(Failure(503))
    result = deliver(watcher, at(1))
    assert (result.messages, result.waiting) == (7, 3)
    with watcher._transaction() as (session, _):
        counted = session.execute(sa.text("SELECT attempts, count(*) FROM watcher.alert_delivery GROUP BY 1")).all()
    assert sorted(tuple(row) for row in counted) == [(0, 9), (1, 1)]
    assert deliver(watcher, at(2), retry_now=True) == DeliveryResult(messages=3, alerts=3)
    keys = [request.json["dedup_key"] for request in places.pagerduty.taken]
    assert len(keys) == len(set(keys)) == 10


def test_after_one_that_fails_those_that_are_written_already_wait(watcher: Watcher, places: Places) -> None:
    reroute(watcher, '[[routes]]\nto = "PAGER"\n')
    opened(watcher, *(f"alert {number}" for number in range(40)))
    numbers, take = itertools.count(1), places.pagerduty.answer

    def answer(request: Request) -> Answer:
        if next(numbers) == 20:  # of the third eight, of 32 that are written at once
            places.pagerduty.fail(Failure(503))
        return take(request)

    places.pagerduty.answer = answer  # type: ignore[method-assign] # it fails in the midst
    result = deliver(watcher, at(1))
    assert (result.messages, result.waiting) == (23, 17)
    with watcher._transaction() as (session, _):
        counted = session.execute(sa.text("SELECT attempts, count(*) FROM watcher.alert_delivery GROUP BY 1")).all()
    assert sorted(tuple(row) for row in counted) == [(0, 39), (1, 1)]
    assert deliver(watcher, at(2), retry_now=True) == DeliveryResult(messages=17, alerts=17)
    keys = [request.json["dedup_key"] for request in places.pagerduty.taken]
    assert len(keys) == len(set(keys)) == 40


def test_proxies_of_the_environment_hold_for_each_request(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    request = urllib.request.Request("http://alerts.invalid/", data=b"{}")
    monkeypatch.setenv("http_proxy", places.webhook.url)
    assert open_request(request, 10)[0] == 202
    monkeypatch.delenv("http_proxy")
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    with pytest.raises(urllib.error.URLError):
        open_request(urllib.request.Request("http://alerts.invalid/", data=b"{}"), 10)
    assert len(places.webhook.taken) == 1

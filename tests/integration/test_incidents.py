"""Findings that have one cause are one incident: one message, at each place, that names the cause."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import NOON, at, record
from watcher_core import (
    Address,
    Alert,
    AlertKind,
    AlertLevel,
    AlertState,
    DeliveryError,
    ExecutionRecord,
    ExecutionState,
    Settings,
    SlackMessage,
    Watcher,
)
from watcher_core.alerts import (
    acknowledge_alert,
    alerts,
    link_causes,
    load_routes,
    maintenance,
    opening,
    snooze_alert,
    undelivered,
)
from watcher_core.alerts.delivery import Pace
from watcher_core.values import Finding

ROUTES = """
[[routes]]
owner = "team:finance"
channel = "#finance"
"""
ROUTES_OF_LEVELS = """
[[routes]]
level = ["error", "critical"]
channel = "#finance"
[[routes]]
level = "warning"
channel = "#finance"
digest = "0 9 * * *"
"""
ROUTES_OF_DIGEST = """
[[routes]]
channel = "#finance"
digest = "0 9 * * *"
"""
UNRELATED: dict[str, Any] = {"error": "no such column: a", "error_class": "OperationalError"}
AWAY: dict[str, Any] = {
    "error": "connection to server at 10.0.0.7, port 5432 failed",
    "error_class": "OperationalError",
}


@dataclass
class Place:
    """A destination that keeps what it gets."""

    messages: list[SlackMessage] = field(default_factory=list)

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        self.messages.append(message)
        return None

    @property
    def titles(self) -> list[str]:
        return [message.text.splitlines()[0] for message in self.messages]

    def take(self) -> list[str]:
        found = self.titles
        self.messages.clear()
        return found


@dataclass
class World:
    """A Watcher with two destinations, and lineage between pipelines of the same names as their tables."""

    watcher: Watcher
    default: Place = field(default_factory=Place)
    finance: Place = field(default_factory=Place)

    def reads(self, pipeline: str, *sources: str, owner: str | None = None) -> None:
        self.watcher.get_or_create_pipeline(
            pipeline, pipeline_metadata={} if owner is None else {"owners": [f"team:{owner}"]}
        )
        self.watcher.create_lineage(pipeline, sources=map(table, sources), targets=[table(pipeline)])

    def found(self, name: str, kind: AlertKind = AlertKind.FRESHNESS, *, now: dt.datetime = NOON, **given: Any) -> None:
        self.all_found([name], kind, now=now, **given)

    def all_found(
        self,
        names: list[str],
        kind: AlertKind,
        *,
        now: dt.datetime = NOON,
        level: AlertLevel = AlertLevel.ERROR,
        **facts: Any,
    ) -> None:
        found = [
            Finding(
                kind=kind,
                level=level,
                pipeline_id=self.watcher.get_or_create_pipeline(name).id,
                pipeline_name=name,
                execution_id=None,
                new=True,
                deduplication_key=f"{kind}/{name}",
                at=now,
                details=facts,
            )
            for name in names
        ]
        with self.watcher._transaction() as (session, _):
            opening.open_alerts(session, found, now=now)

    def over(self, *keys: str, now: dt.datetime, at: dt.datetime | None = None) -> None:
        how = {"how": "execution", "at": (at or now).isoformat()}
        with self.watcher._transaction() as (session, _):
            alerts.resolve_alerts(session, keys=keys, resolution=how, now=now)

    def deliver(self, now: dt.datetime = NOON) -> int:
        senders: dict[str, Any] = {"default": self.default, "#finance": self.finance}
        return self.watcher.deliver_alerts(senders, now=now, pace=Pace(0)).messages

    def link(self, now: dt.datetime = NOON) -> None:
        with self.watcher._transaction() as (session, _):
            link_causes(session, now=now)

    def links(self, now: dt.datetime, *, only_new: bool) -> dict[str, str]:
        """What would be linked: nothing is kept."""
        with self.watcher._transaction() as (session, _), session.begin_nested() as savepoint:
            link_causes(session, now=now, only_new=only_new)
            found = {row.alert: row.cause for row in session.execute(sa.text(LINKS))}
            savepoint.rollback()
        return found

    def alert(self, key: str) -> Alert:
        return next(alert for alert in self.watcher.alerts(limit=100_000) if alert.deduplication_key == key)

    def causes(self) -> dict[str, str]:
        found = self.watcher.alerts(limit=100_000)
        keys = {alert.id: alert.deduplication_key for alert in found}
        return {alert.deduplication_key: keys[alert.cause_alert_id] for alert in found if alert.cause_alert_id}


# Keys are unique among alerts that are not resolved; of others the links are compared, too.
LINKS = """
    SELECT alert.deduplication_key || coalesce(' until ' || alert.resolved_at, '') AS alert,
           cause.deduplication_key AS cause
      FROM watcher.alert
      JOIN watcher.alert AS cause ON cause.id = alert.cause_alert_id
"""


def table(name: str) -> Address:
    return Address(name, "postgresql", "database")


@pytest.fixture
def world(module_database_url: str, tmp_path: Path) -> Iterator[World]:
    routes = tmp_path / "routes.toml"
    routes.write_text(ROUTES)
    with Watcher(module_database_url, settings=Settings(home=tmp_path, routes=routes)) as watcher:
        yield World(watcher)
        with watcher._transaction() as (session, _):
            session.execute(sa.text("TRUNCATE watcher.alert, watcher.pipeline, watcher.address CASCADE"))


@pytest.fixture
def shop(world: World) -> World:
    """Orders, what is made of them, and what finance makes of that."""
    world.reads("orders", "raw")
    world.reads("customers", "orders", owner="sales")
    world.reads("revenue", "customers", owner="finance")
    world.reads("margin", "revenue", owner="finance")
    return world


# Through lineage


def test_the_message_is_the_upstream_s_and_names_what_is_behind_it(shop: World) -> None:
    shop.found("orders", AlertKind.FAILURE, error="duplicate key 8123 in stg_orders")
    shop.found("customers")
    assert shop.deliver() == 1
    assert shop.default.titles == ["🔴 orders failed: duplicate key 8123 in stg_orders, and 1 behind it, of sales"]
    assert "Behind it: customers" in shop.default.messages[0].text
    assert shop.deliver(at(1)) == 0
    assert shop.alert("freshness/customers").event is None
    assert shop.watcher.undelivered_alerts().count == 0


def test_another_destination_gets_one_message_that_names_the_cause(shop: World) -> None:
    shop.found("orders", AlertKind.FAILURE, error="duplicate key")
    for name in ("customers", "revenue", "margin"):
        shop.found(name)
    assert shop.deliver() == 2
    assert shop.default.take() == ["🔴 orders failed: duplicate key, and 3 behind it, of finance and sales"]
    assert shop.finance.titles == ["🔴 revenue and margin are held up: orders failed: duplicate key"]
    text = shop.finance.messages[0].text
    assert "Cause: orders" in text
    assert f"[alert {shop.alert('failure/orders').id}]" in text
    about = shop.finance.messages[0].notification
    assert about is not None
    assert about.as_json()["cause"]["id"] == about.as_json()["alerts"][0]["cause_alert_id"]
    shop.finance.take()
    shop.found("margin", AlertKind.MISSED, now=at(20))
    assert shop.deliver(at(21)) == 0
    shop.deliver(at(500))
    assert shop.finance.titles == []  # they know of that pipeline


def test_what_another_destination_does_not_know_of_yet_follows_after_an_hour(shop: World) -> None:
    shop.reads("tax", "margin", owner="finance")
    shop.found("orders", AlertKind.FAILURE, error="duplicate key")
    shop.found("revenue")
    assert shop.deliver() == 2
    shop.default.take(), shop.finance.take()
    shop.found("margin", now=at(10))
    shop.found("tax", now=at(30))
    assert shop.deliver(at(59)) == 0
    with shop.watcher._transaction() as (session, _):
        waiting = undelivered.undelivered_alerts(session, routes=load_routes(shop.watcher.settings), now=at(59))
    assert (waiting.count, waiting.held) == (0, 2)
    assert shop.deliver(at(61)) == 2
    assert shop.finance.take() == ["🔴 margin and tax are held up: orders failed: duplicate key"]
    assert shop.default.take() == ["🔴 More of it: orders failed: duplicate key, and 3 behind it, of finance"]
    assert shop.deliver(at(500)) == 0


def test_what_is_critical_does_not_wait_for_a_cause_that_is_not(shop: World) -> None:
    """As where the cause is held in quiet hours: what is critical is sent at once."""
    shop.watcher.update_pipeline("customers", alert_level="critical")
    shop.found("orders", AlertKind.FAILURE, error="no file")
    shop.deliver()
    assert shop.default.take() == ["🔴 orders failed: no file"]
    shop.found("customers", now=at(10))
    assert shop.deliver(at(10)) == 1
    assert shop.default.take() == ["🚨 customers is held up: orders failed: no file"]
    shop.found("customers", AlertKind.MISSED, now=at(20))
    assert shop.deliver(at(20)) == 0, "the pipeline is known to be held up"
    shop.over("freshness/customers", "missed/customers", "failure/orders", now=at(30))
    shop.deliver(at(100))
    assert shop.watcher.undelivered_alerts().count == 0
    assert shop.default.take() == ["✅ 2 pipelines are good again: orders, customers"]


def test_what_is_sent_at_once_does_not_wait_for_a_cause_that_waits_for_a_digest(shop: World, tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text(ROUTES_OF_LEVELS)
    shop.found("orders", level=AlertLevel.WARNING)
    assert shop.deliver() == 0
    for name, minute in (("customers", 10), ("margin", 75)):
        shop.found(name, now=at(minute))
        assert shop.deliver(at(minute)) == 1
        assert shop.finance.take() == [f"🔴 {name} is held up: orders is stale: no change"]
    shop.found("revenue", level=AlertLevel.WARNING, now=at(80))
    assert shop.deliver(at(200)) == 0


def test_a_digest_after_the_end_of_a_cause_says_what_is_not_good_again_yet(shop: World, tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text(ROUTES_OF_DIGEST)
    nine = [21 * 60, 45 * 60]
    for minute, name in enumerate(("orders", "customers", "revenue")):
        shop.found(name, now=at(minute))
        shop.deliver(at(minute))
    assert shop.deliver(at(nine[0])) == 1
    shop.over("freshness/orders", now=at(nine[1] - 30))
    assert shop.deliver(at(nine[1] - 29)) == 0
    assert shop.deliver(at(nine[1])) == 1
    wrong, over = (message.text for message in shop.finance.messages)
    assert "• 🔴 orders is stale: no change, and 2 behind it, of finance and sales, since" in wrong
    assert "• ✅ orders: fixed by the run of 2026-03-03 08:30:00 UTC, and 2 not good again yet, of" in over


def test_a_digest_does_not_wait_for_others_behind_the_same_cause(shop: World, tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text(f'[[routes]]\npipeline = "orders"\nchannel = "#orders"\n{ROUTES_OF_DIGEST}')
    nine = [21 * 60, 45 * 60]
    for minute, name in enumerate(("orders", "customers", "revenue")):
        shop.found(name, now=at(minute))
        shop.deliver(at(minute))
    assert shop.deliver(at(nine[0])) == 1
    shop.over("freshness/orders", "freshness/customers", now=at(nine[1] - 30))
    assert shop.deliver(at(nine[1] - 29)) == 0
    assert shop.deliver(at(nine[1])) == 1
    assert shop.deliver(at(nine[1] + 60)) == 0
    assert shop.finance.titles == ["🔴 Digest of alerts: 2 new", "🔴 Digest of alerts: 1 ended, 1 still open"]


@pytest.mark.parametrize("is_snoozed", [False, True])
def test_what_is_critical_does_not_wait_for_who_looks_at_a_cause_that_is_not(shop: World, is_snoozed: bool) -> None:
    shop.watcher.update_pipeline("customers", alert_level="critical")
    shop.found("orders", AlertKind.FAILURE, error="no file")
    shop.deliver()
    shop.default.take()
    with shop.watcher._transaction() as (session, _):
        number = shop.alert("failure/orders").id
        if is_snoozed:
            snooze_alert(session, alert_id=number, until=at(600), now=at(5))
        else:
            acknowledge_alert(session, alert_id=number, now=at(5))
    shop.found("revenue", now=at(9))
    assert shop.deliver(at(9)) == 0, "answered with its cause"
    shop.found("customers", now=at(10))
    assert shop.deliver(at(10)) == 1
    assert shop.default.take() == ["🚨 customers is held up: orders failed: no file"]


@pytest.mark.parametrize("is_acknowledged", [False, True])
def test_what_is_known_and_then_critical_behind_a_cause_that_is_not_is_said(shop: World, is_acknowledged: bool) -> None:
    """Its cause was found later, so that each place knows of both, at the lower level."""
    shop.found("customers")
    shop.deliver()
    shop.found("orders", AlertKind.FAILURE, now=at(1), error="no file")
    shop.deliver(at(1))
    assert shop.causes() == {"freshness/customers": "failure/orders"}
    if is_acknowledged:
        shop.watcher.acknowledge_alert(shop.alert("failure/orders").id)
    shop.default.take()
    shop.watcher.update_pipeline("customers", alert_level="critical")
    shop.found("customers", now=at(10))
    shop.deliver(at(10))
    assert shop.default.take() == ["🚨 Now critical, was error: customers is held up: orders failed: no file"]
    shop.deliver(at(500))
    assert shop.default.take() == []


def test_a_place_that_does_not_hear_of_the_cause_hears_what_gets_critical(shop: World) -> None:
    shop.found("orders", AlertKind.FAILURE, error="no file")
    shop.found("revenue")
    shop.deliver()
    assert shop.finance.take() == ["🔴 revenue is held up: orders failed: no file"]
    for name, minute in (("revenue", 10), ("margin", 20)):
        shop.watcher.update_pipeline(name, alert_level="critical")
        shop.found(name, now=at(minute))
        shop.deliver(at(minute))
        said = shop.finance.take()
        what = {"revenue": "Now critical, was error: revenue is held up", "margin": "margin is held up"}[name]
        assert said == [f"🚨 {what}: orders failed: no file"]
    shop.deliver(at(200))
    assert shop.finance.take() == []


def test_another_pipeline_of_an_incident_waits_unless_it_is_louder_than_what_is_known(shop: World) -> None:
    shop.watcher.update_pipeline("revenue", alert_level="warning")
    shop.watcher.update_pipeline("customers", pipeline_metadata={"owners": ["team:finance"]})
    shop.found("orders", AlertKind.FAILURE, error="no file")
    shop.found("revenue")
    shop.deliver()
    assert shop.finance.take() == ["⚠️ revenue is held up: orders failed: no file"]
    shop.found("margin", now=at(10))
    shop.deliver(at(10))
    assert shop.finance.take() == ["🔴 margin is held up: orders failed: no file"], "it is louder"
    shop.found("customers", now=at(20))
    shop.deliver(at(20))
    assert shop.finance.take() == [], "as loud as what is known"
    shop.deliver(at(71))
    assert shop.finance.take() == ["🔴 customers is held up: orders failed: no file"]


def test_what_is_critical_does_not_wait_where_less_urgent_parts_are_known(shop: World) -> None:
    shop.watcher.update_pipeline("margin", alert_level="critical")
    shop.found("orders", AlertKind.FAILURE, error="no file")
    shop.found("revenue")
    shop.deliver()
    shop.finance.take()
    shop.found("margin", now=at(10))
    shop.deliver(at(10))
    assert shop.finance.take() == ["🚨 margin is held up: orders failed: no file"]


def test_hundreds_that_are_critical_and_come_one_after_the_other_are_a_few_messages(shop: World) -> None:
    names = [f"leaf {number}" for number in range(60)]
    for name in names:
        shop.reads(name, "orders", owner="finance")
        shop.watcher.update_pipeline(name, alert_level="critical")
    shop.found("orders", AlertKind.FAILURE, error="no file")
    said: list[int] = []
    for minute in range(130):
        if minute < len(names):
            shop.found(names[minute], now=at(minute))
        shop.deliver(at(minute))
        said += [minute] * len(shop.finance.take())
    assert said == [0, 1, 3, 7, 15, 31, 63]
    assert shop.watcher.undelivered_alerts().count == 0


def test_recoveries_are_one_message_too(shop: World) -> None:
    shop.found("orders", AlertKind.FAILURE, error="duplicate key")
    for name in ("customers", "revenue", "margin"):
        shop.found(name)
    shop.deliver()
    shop.default.take(), shop.finance.take()
    shop.over("failure/orders", now=at(10))
    assert shop.deliver(at(10)) == 1
    assert shop.default.take() == [
        "✅ orders: fixed by the run of 2026-03-01 12:10:00 UTC, and 3 not good again yet, of finance and sales"
    ]
    shop.over("freshness/customers", "freshness/revenue", now=at(15))
    assert shop.deliver(at(16)) == 0
    shop.over("freshness/margin", now=at(20))
    assert shop.deliver(at(21)) == 1
    assert shop.finance.take() == ["✅ 2 pipelines are no longer stale: revenue, margin"]
    assert shop.deliver(at(500)) == 0
    assert shop.default.take() == []


def test_what_is_still_wrong_a_fair_time_after_its_cause_speaks_for_itself(shop: World) -> None:
    shop.found("orders", AlertKind.FAILURE, error="duplicate key")
    shop.found("customers")
    shop.deliver()
    shop.default.take()
    shop.over("failure/orders", now=at(10))
    assert shop.deliver(at(11)) == 1
    shop.default.take()
    assert shop.deliver(at(69)) == 0
    assert shop.deliver(at(71)) == 1
    assert shop.default.titles == ["🔴 customers is stale: no change"]
    assert shop.causes() == {}


def test_a_cause_that_comes_later_takes_over(shop: World) -> None:
    shop.found("customers")
    shop.deliver()
    shop.found("revenue", now=at(1))
    shop.link()
    assert shop.causes() == {"freshness/revenue": "freshness/customers"}
    shop.found("orders", AlertKind.FAILURE, now=at(2), error="duplicate key")
    shop.default.take()
    shop.deliver(at(3))
    assert shop.default.take() == ["🔴 orders failed: duplicate key, and 2 behind it, of finance and sales"]
    assert set(shop.causes().values()) == {"failure/orders"}
    # What was notified before its cause ends with it.
    shop.over("failure/orders", "freshness/customers", "freshness/revenue", now=at(30))
    shop.deliver(at(31))
    assert shop.default.take() == ["✅ 2 pipelines are good again: orders, customers"]


@pytest.mark.parametrize("state", [AlertState.ACKNOWLEDGED, AlertState.SNOOZED])
def test_who_acknowledges_or_snoozes_the_cause_does_so_for_what_is_behind_it(shop: World, state: AlertState) -> None:
    now = dt.datetime.now(dt.UTC)
    hour = dt.timedelta(hours=1)
    shop.found("orders", AlertKind.FAILURE, now=now, error="duplicate key")
    shop.deliver(now)
    cause = shop.alert("failure/orders").id
    if state is AlertState.ACKNOWLEDGED:
        shop.watcher.acknowledge_alert(cause)
    else:
        shop.watcher.snooze_alert(cause, until=now + 2 * hour)
    shop.found("revenue", now=now)
    assert shop.deliver(now + hour) == 0
    shop.default.take()
    shop.deliver(now + 3 * hour)
    woken = state is AlertState.SNOOZED
    assert [title.split(":")[0] for title in shop.default.take()] == ["🔴 Still open"] * woken
    assert len(shop.finance.take()) == woken
    shop.over("failure/orders", now=now + 3 * hour)
    shop.deliver(now + 5 * hour)
    assert len(shop.finance.take()) == (not woken)  # it is still stale


@pytest.mark.parametrize("is_snoozed", [False, True])
def test_what_is_not_said_before_its_cause_is_over_is_not_said_to_be_held_up(shop: World, is_snoozed: bool) -> None:
    shop.found("orders", AlertKind.FAILURE, error="no file")
    shop.found("revenue")
    shop.link()
    if is_snoozed:
        with shop.watcher._transaction() as (session, _):
            snooze_alert(session, alert_id=shop.alert("failure/orders").id, until=at(300), now=at(0))
    shop.deliver()
    assert len(shop.finance.take()) == (not is_snoozed)
    shop.found("margin", now=at(10))
    shop.deliver(at(11))
    shop.over("failure/orders", now=at(30))
    for minute in (31, 61, 89):
        shop.deliver(at(minute))
    assert shop.finance.take() == []
    shop.deliver(at(91))
    more = "" if is_snoozed else "More of it: "
    assert shop.finance.take() == [f"🔴 {more}revenue is stale: no change, and 1 behind it, of finance"]


def test_the_same_pipeline_is_stale_because_it_fails(shop: World) -> None:
    shop.found("orders")
    shop.found("orders", AlertKind.FAILURE, now=at(1), error="duplicate key")
    shop.link()
    assert shop.causes() == {"freshness/orders": "failure/orders"}


@pytest.mark.parametrize("kind", [AlertKind.MISSED, AlertKind.TIMELINESS])
def test_a_run_that_hangs_or_does_not_come_after_one_that_failed_is_said(shop: World, kind: AlertKind) -> None:
    shop.found("orders", AlertKind.FAILURE, **UNRELATED)
    shop.deliver()
    shop.watcher.acknowledge_alert(shop.alert("failure/orders").id)
    shop.default.take()
    shop.found("orders", kind, now=at(60))
    assert shop.deliver(at(61)) == 1
    assert shop.causes() == {}


def test_what_hangs_is_not_behind_what_fails_upstream(shop: World) -> None:
    shop.found("orders", AlertKind.FAILURE, **UNRELATED)
    shop.found("customers", AlertKind.TIMELINESS)
    shop.found("margin", AlertKind.TIMELINESS)
    shop.link()
    assert shop.causes() == {"timeliness/margin": "timeliness/customers"}


def test_that_what_fails_gets_stale_is_no_news(shop: World) -> None:
    for name in ("orders", "customers"):
        shop.found(name, AlertKind.FAILURE, **AWAY)
    assert shop.deliver() == 1
    assert shop.default.take() == [f"🔴 orders failed: {AWAY['error']}, and 1 other with the same error"]
    for name in ("orders", "customers"):
        shop.found(name, now=at(70))
    assert shop.deliver(at(71)) == 0
    shop.found("margin", now=at(80))
    shop.deliver(at(81))
    [text] = [message.text for message in shop.default.messages]
    assert "1 other with the same error, and 1 behind it" in text
    assert "Same error: customers\nBehind it: margin" in text


def test_pipelines_are_counted_and_not_their_alerts(shop: World) -> None:
    for kind in (AlertKind.FRESHNESS, AlertKind.TIMELINESS):
        shop.found("orders", kind)
        assert shop.deliver() == 1
    shop.default.take()
    shop.over("timeliness/orders", "freshness/orders", now=at(5))
    shop.deliver(at(5))
    assert shop.default.take() == ["✅ 1 pipeline is good again: orders"]


def run_of(world: World, job: str, parts: Sequence[str], *, start: float) -> None:
    """A run of a job, and what ran as part of it."""
    run = record(job, start=start)
    steps = [record(name, start=start, parent_external_id=run.external_id) for name in parts]
    world.watcher.record([run, *steps])


def test_a_job_that_hangs_is_one_incident_with_what_it_was_to_make(world: World) -> None:
    parts = ["clicks", "users", "ads"]
    run_of(world, "hourly", parts, start=-70)
    world.found("clicks", AlertKind.TIMELINESS)
    assert world.deliver() == 1
    world.default.take()
    world.found("hourly", AlertKind.TIMELINESS, now=at(5))
    world.found("hourly", now=at(6))
    for name in parts:
        world.found(name, now=at(7))
    assert world.deliver(at(8)) == 0
    assert set(world.causes().values()) == {"timeliness/clicks"}
    assert len(world.causes()) == 5


def test_a_job_that_does_not_run_is_one_incident_with_what_it_makes(world: World) -> None:
    parts = [f"mart {number}" for number in range(5)]
    run_of(world, "daily", parts, start=-1_500)
    for name in ("daily", *parts):
        world.found(name)
    world.deliver()
    assert world.default.take() == ["🔴 daily is stale: no change, and 5 behind it"]
    for name in ("daily", *parts):
        world.over(f"freshness/{name}", now=at(60))
    world.deliver(at(60))
    assert world.default.take() == ["✅ daily: fixed by the run of 2026-03-01 13:00:00 UTC"]


def test_a_job_is_stale_because_a_part_of_it_fails(world: World) -> None:
    run_of(world, "hourly", ["ads", "users"], start=-70)
    world.found("ads", AlertKind.FAILURE, error="503 from the ads api")
    world.deliver()
    world.default.take()
    world.found("hourly", now=at(10))
    assert world.deliver(at(10)) == 0
    assert world.causes() == {"freshness/hourly": "failure/ads"}


def unusual(
    world: World,
    name: str,
    run: int,
    *,
    now: dt.datetime,
    metric: str = "total_rows",
    value: float = 423,
    **facts: Any,
) -> None:
    """Numbers of a run that are unusual: a thousand was expected."""
    found = Finding(
        kind=AlertKind.ANOMALY,
        level=AlertLevel.WARNING,
        pipeline_id=world.watcher.get_or_create_pipeline(name).id,
        pipeline_name=name,
        execution_id=None,
        new=True,
        deduplication_key=f"anomaly/{name}/{run}",
        at=now,
        details={"metrics": [{"metric_field": metric, "value": value, "expected": 1_000}], **facts},
    )
    with world.watcher._transaction() as (session, _):
        opening.open_alerts(session, [found], now=now)


def test_what_stays_unusual_is_one_incident_with_what_is_made_of_it(shop: World) -> None:
    for run in range(3):
        for name in ("orders", "customers"):
            unusual(shop, name, run, now=at(60 * run))
        shop.deliver(at(60 * run))
    assert shop.default.take() == ["⚠️ orders is unusual: total_rows is 423; usual is 1,000, and 1 behind it, of sales"]
    assert set(shop.causes().values()) == {"anomaly/orders/0"}


def test_unusual_durations_and_other_partitions_have_causes_of_their_own(shop: World) -> None:
    unusual(shop, "orders", 0, now=NOON, metric="duration_seconds")
    unusual(shop, "customers", 0, now=at(1))
    for run in (1, 2):
        unusual(shop, "orders", run, now=at(2), partition=f"2026-02-0{run}")
    unusual(shop, "customers", 2, now=at(3), partition="2026-02-02")
    shop.found("customers", now=at(4))  # nor is data stale because numbers are unusual
    shop.link(at(5))
    assert shop.causes() == {"anomaly/customers/2": "anomaly/orders/2"}


@pytest.mark.parametrize(
    ("first", "next_one"),
    [
        ({"value": 800}, {"value": 600}),
        ({"value": 300}, {"value": 0}),
        ({"value": 3_000}, {"value": 300}),
        ({"value": 300}, {"value": 3_000, "metric": "inserts"}),
    ],
    ids=["worse", "nothing", "other direction", "other numbers"],
)
def test_what_gets_worse_is_not_behind_what_somebody_has_acknowledged(
    shop: World, first: dict[str, Any], next_one: dict[str, Any]
) -> None:
    unusual(shop, "orders", 0, now=NOON, **first)
    unusual(shop, "customers", 0, now=at(1), **first)
    assert shop.deliver(at(2)) == 1
    shop.watcher.acknowledge_alert(shop.alert("anomaly/orders/0").id)
    shop.default.take()
    unusual(shop, "orders", 1, now=at(60), **first)
    assert shop.deliver(at(60)) == 0
    unusual(shop, "orders", 2, now=at(120), **next_one)
    unusual(shop, "customers", 2, now=at(120), **next_one)
    shop.deliver(at(120))
    assert [title for title in shop.default.take() if title.startswith("⚠️ orders is unusual")]
    unusual(shop, "orders", 3, now=at(180), **next_one)
    assert shop.deliver(at(180)) == 0
    assert shop.causes()["anomaly/orders/3"] == "anomaly/orders/2"
    assert shop.causes()["anomaly/customers/2"] == "anomaly/orders/2"


@pytest.mark.parametrize(
    ("above", "below", "minutes"),
    [(1_200, 300, 1), (800, 0, 1), (300, 300, 60 * 25)],
    ids=["other direction", "much worse", "a day later"],
)
def test_rows_that_are_unusual_for_a_reason_of_their_own(shop: World, above: float, below: float, minutes: int) -> None:
    unusual(shop, "orders", 0, now=NOON, value=above)
    unusual(shop, "customers", 0, now=at(minutes), value=below)
    shop.link(at(minutes))
    assert shop.causes() == {}


@pytest.mark.parametrize("kind", [AlertKind.MISSED, AlertKind.TIMELINESS])
def test_a_job_is_not_missed_or_late_because_a_part_of_it_has_failed(world: World, kind: AlertKind) -> None:
    """Whoever knows of the failure does not know that nothing runs any more, or that something else hangs."""
    run_of(world, "hourly", ["ads", "users"], start=-70)
    world.found("ads", AlertKind.FAILURE, error="503 from the ads api")
    world.deliver()
    world.watcher.acknowledge_alert(world.alert("failure/ads").id)
    world.default.take()
    world.found("hourly", kind, now=at(10))
    world.deliver(at(10))
    [title] = world.default.take()
    assert title.startswith("🔴 hourly")


def test_a_part_that_hangs_is_not_behind_the_job_that_has_failed(world: World) -> None:
    run_of(world, "hourly", ["ads", "users"], start=-70)
    world.found("hourly", AlertKind.FAILURE, error="step ads failed")
    world.found("users", AlertKind.TIMELINESS)
    world.link()
    assert world.causes() == {}
    world.found("hourly", AlertKind.STUCK)
    world.link()
    assert world.causes() == {"timeliness/users": "stuck/hourly"}


def test_what_a_job_has_run_without_since_is_no_part_of_it(world: World) -> None:
    """As after a run by hand of this and that, and after it has left the job."""
    run_of(world, "by hand", ["ads"], start=-200)
    run_of(world, "by hand", ["users"], start=-100)
    world.watcher.record([record("by hand", start=-50, state=ExecutionState.FAILED)])
    world.found("by hand", AlertKind.FAILURE, error="503")
    for name in ("ads", "users"):
        world.found(name)
    world.link()
    assert world.causes() == {"freshness/users": "failure/by hand"}


def test_what_gets_louder_in_an_incident_is_news(shop: World) -> None:
    shop.found("orders", AlertKind.TIMELINESS, level=AlertLevel.WARNING)
    assert shop.deliver() == 1
    shop.default.take()
    shop.found("orders", now=at(70))
    assert shop.deliver(at(71)) == 1


def test_a_part_of_another_job_speaks_for_itself(world: World) -> None:
    run_of(world, "hourly", ["ads"], start=-70)
    run_of(world, "nightly", ["ads"], start=-10)
    world.found("hourly", AlertKind.TIMELINESS)
    world.found("ads")
    world.link()
    assert world.causes() == {}


def test_of_many_causes_a_failure_comes_first_and_then_the_first_that_was_found(world: World) -> None:
    world.reads("report", "a", "b", "c")
    for name in ("a", "b", "c"):
        world.reads(name, "raw")
    world.found("a")
    world.found("b", AlertKind.FAILURE, now=at(2), **UNRELATED)
    world.found("c", AlertKind.FAILURE, now=at(1), error="other")
    world.found("report", now=at(3))
    world.link()
    assert world.causes() == {"freshness/report": "failure/c"}


def test_cycles_and_self_edges_have_one_root(world: World) -> None:
    for name, source in (("a", "c"), ("b", "a"), ("c", "b"), ("d", "d")):
        world.reads(name, source, name)
    for minute, name in enumerate(("b", "c", "a", "d")):
        world.found(name, now=at(minute))
        world.link()
    assert world.causes() == {"freshness/c": "freshness/b", "freshness/a": "freshness/b"}
    assert world.deliver(at(5)) == 1
    assert world.default.titles == ["🔴 2 pipelines have stale data: b, d"]


def test_muted_and_healthy_pipelines_in_between_do_not_part_an_incident(shop: World) -> None:
    shop.watcher.update_pipeline("customers", mute_freshness_check=True)
    shop.found("orders", AlertKind.FAILURE, error="duplicate key")
    shop.found("margin")
    shop.link()
    assert shop.causes() == {"freshness/margin": "failure/orders"}


def test_a_failure_of_its_own_is_no_consequence(shop: World) -> None:
    shop.found("orders", AlertKind.FAILURE, error="duplicate key")
    shop.found("customers", AlertKind.FAILURE, **UNRELATED)
    shop.found("revenue", AlertKind.ANOMALY)
    shop.link()
    assert shop.causes() == {}


@pytest.mark.parametrize("blocking", [True, False])
def test_a_check_holds_up_what_it_blocks(shop: World, blocking: bool) -> None:
    shop.found("orders", AlertKind.ASSET_CHECK, check="unique", blocking=blocking)
    shop.found("customers")
    shop.link()
    assert shop.causes() == ({"freshness/customers": "asset_check/orders"} if blocking else {})


# The same error


def test_a_burst_of_the_same_error_is_one_message(world: World) -> None:
    for number in range(60):
        now = at(number / 10)
        world.found(
            f"pipeline {number:02}",
            AlertKind.FAILURE,
            now=now,
            error=f"connection to server at 10.0.0.{number} failed: timeout after {number} s\nmore {number}",
            error_class="OperationalError",
        )
        world.deliver(now)
    assert len(world.default.take()) == 1
    world.deliver(at(70))  # by then there is more of it
    [title] = world.default.take()
    assert title.startswith("🔴 More of it: pipeline 00 failed: connection to server")
    assert title.endswith(", and 59 others with the same error")
    world.over(*[f"failure/pipeline {number:02}" for number in range(60)], now=at(80))
    assert world.deliver(at(81)) == 1
    assert world.default.take() == ["✅ pipeline 00: fixed by the run of 2026-03-01 13:20:00 UTC"]


def test_sixty_failures_at_once_are_one_message(world: World) -> None:
    for number in range(60):
        world.found(f"pipeline {number:02}", AlertKind.FAILURE, error=f"error {chr(97 + number)}")
    assert world.deliver() == 1
    assert world.default.titles[0].startswith("🔴 60 failures")


def test_the_same_error_much_later_or_another_one_is_no_burst(world: World) -> None:
    world.found("a", AlertKind.FAILURE, **AWAY)
    world.found("b", AlertKind.FAILURE, now=at(11), **AWAY)
    world.found("c", AlertKind.FAILURE, **UNRELATED)
    world.found("d", AlertKind.FAILURE)
    world.found("e", AlertKind.FAILURE)
    for name in ("killed", "not imported"):
        world.found(
            name, AlertKind.FAILURE, error="This run has been marked as failed from outside the execution context.\n"
        )
    world.link()
    assert world.causes() == {}


def test_what_was_good_and_fails_again_is_not_behind_what_is_over(world: World) -> None:
    for name in ("first", "second"):
        world.found(name, AlertKind.FAILURE, **AWAY)
    world.deliver()
    assert len(world.default.take()) == 1
    world.over("failure/first", "failure/second", now=at(10))
    world.deliver(at(10))
    assert len(world.default.take()) == 1
    world.found("second", AlertKind.FAILURE, now=at(20), **UNRELATED)
    world.deliver(at(20))
    assert world.default.take() == ["🔴 second failed: no such column: a"]


def test_a_cause_that_is_back_is_one_message_with_what_is_behind_it(world: World) -> None:
    world.all_found(["first", "second"], AlertKind.FAILURE, **AWAY)
    world.deliver()
    world.over("failure/first", "failure/second", now=at(10))
    world.deliver(at(10))
    world.default.take()
    world.all_found(["first", "second"], AlertKind.FAILURE, now=at(20), **AWAY)
    world.deliver(at(20))
    [title] = world.default.take()
    assert title.endswith("and 1 other with the same error")


def test_failures_that_come_and_go_in_turn_are_behind_one(world: World) -> None:
    """What is over keeps its cause, by which a chain of those that came in its place leads back to it."""
    come_and_go = ("c", "d", "-c", "a", "-d", "b", "-a", "c", "d", "x", "y")
    for minute, name in enumerate(come_and_go):
        if name.startswith("-"):
            world.over(f"failure/{name[1:]}", now=at(minute))
        else:
            world.found(name, AlertKind.FAILURE, now=at(minute), **AWAY)
        world.link(at(minute))
    of = {alert.id: alert.pipeline_name for alert in world.watcher.alerts()}
    failing = world.watcher.alerts(state=AlertState.OPEN)
    causes = {alert.pipeline_name: of.get(alert.cause_alert_id or 0) for alert in failing}
    assert causes == {"b": "d", "c": "d", "d": None, "x": "d", "y": "d"}


@pytest.mark.parametrize("is_acknowledged", [False, True])
def test_another_error_is_not_behind_a_failure_that_has_the_first_one(world: World, is_acknowledged: bool) -> None:
    world.all_found(["first", "second"], AlertKind.FAILURE, **AWAY)
    world.deliver()
    world.default.take()
    if is_acknowledged:
        [first] = world.watcher.alerts(pipeline="first")
        world.watcher.acknowledge_alert(first.id, by="ada")
    world.found("second", AlertKind.FAILURE, now=at(5), failing=2, **AWAY)
    world.deliver(at(5))
    assert world.default.take() == []
    world.found("second", AlertKind.FAILURE, now=at(20), failing=3, **UNRELATED)
    world.deliver(at(20))
    assert world.default.take() == ["🔴 second failed: no such column: a"]


@pytest.mark.parametrize("was_good", [False, True])
def test_what_has_the_first_error_is_not_behind_what_has_another_one_by_now(world: World, was_good: bool) -> None:
    world.all_found(["first", "second", "third"], AlertKind.FAILURE, **AWAY)
    world.deliver()
    [title] = world.default.take()
    assert title.endswith("and 2 others with the same error")
    if was_good:
        world.over("failure/first", now=at(5))
        world.deliver(at(5))
        world.default.take()
    world.found("first", AlertKind.FAILURE, now=at(20), failing=2, **UNRELATED)
    world.deliver(at(20))
    titles = world.default.take()
    [second] = [title for title in titles if "second" in title]
    assert second.startswith("🔴 second failed: connection to server")
    assert second.endswith("and 1 other with the same error")
    assert titles[1:] == (["🔴 Back again: first failed: no such column: a"] if was_good else []), titles
    for minute, error in ((25, AWAY), (30, UNRELATED)):  # nobody is told again
        world.found("first", AlertKind.FAILURE, now=at(minute), failing=2, **error)
        world.deliver(at(minute))
        assert world.default.take() == []


def test_what_is_behind_a_cause_by_a_third_one_stays_there(world: World) -> None:
    step: dict[str, Any] = {"run_id": "run", "step_key": "build"}
    world.found("first", AlertKind.FAILURE, error="no such table: raw", **step)
    world.found("third", AlertKind.FAILURE, **step, **AWAY)
    world.found("second", AlertKind.FAILURE, **AWAY)
    world.deliver()
    assert world.default.take() == ["🔴 first failed: no such table: raw, and 2 others with the same error"]
    world.over("failure/third", now=at(5))
    world.found("first", AlertKind.FAILURE, now=at(5), failing=2, error="no such table: raw", **step)
    world.deliver(at(5))
    assert world.alert("failure/second").cause_alert_id == world.alert("failure/first").id


def test_what_fails_after_a_backfill_is_not_behind_its_failures(world: World) -> None:
    world.found("nightly", AlertKind.FAILURE, backfill="abcdefgh", backfill_state="failed", failed_partition_count=1)
    world.found("orders", AlertKind.FAILURE, backfill="abcdefgh", run_id="1", step_key="orders", **UNRELATED)
    world.deliver()
    assert len(world.default.take()) == 1
    world.found("orders", AlertKind.FAILURE, now=at(20), failing=2, run_id="2", step_key="orders", **UNRELATED)
    world.deliver(at(20))
    assert world.default.take() == ["🔴 orders failed: no such column: a"]


def test_the_assets_of_one_step_go_together_whoever_owns_them(world: World) -> None:
    world.reads("mine", "raw", owner="sales")
    world.reads("yours", "raw", owner="finance")
    step: dict[str, Any] = {"run_id": "run", "step_key": "build", "error": "no such table: raw"}
    world.found("mine", AlertKind.FAILURE, **step)
    world.found("yours", AlertKind.FAILURE, **step)
    assert world.deliver() == 2
    assert world.default.titles == ["🔴 mine failed: no such table: raw, and 1 other with the same error"]
    assert world.finance.titles == ["🔴 yours failed, too: mine failed: no such table: raw"]


def test_what_failed_and_what_is_stale_behind_one_cause_are_held_up(world: World) -> None:
    world.reads("mine", "raw", owner="sales")
    world.reads("yours", "raw", owner="finance")
    world.reads("sums", "mine", owner="finance")
    for name in ("mine", "yours"):
        world.found(name, AlertKind.FAILURE, error="no such table: raw")
    world.found("sums")
    world.deliver()
    assert world.finance.titles == ["🔴 yours and sums are held up: mine failed: no such table: raw"]
    text = world.finance.messages[0].text
    assert "• yours: the same error [" in text
    assert text.count("no such table: raw") == 2  # in the title and of the cause


def failed_in_backfill(pipeline: str, partition: str, minute: float, error: str) -> list[ExecutionRecord]:
    """A run of a backfill that failed for one asset."""
    run = f"{pipeline}-{partition}"
    metadata = {"run_id": run, "partition": partition}
    failed: dict[str, Any] = {"start": minute, "state": ExecutionState.FAILED, "scope": partition}
    return [
        record("job", run, **failed, execution_metadata={**metadata, "tags": {"dagster/backfill": "nightly"}}),
        record(
            pipeline,
            f"{run}/step",
            **failed,
            parent_external_id=run,
            execution_metadata={**metadata, "step_key": pipeline, "error": {"message": error, "class": "ValueError"}},
        ),
    ]


def test_a_backfill_with_failed_partitions_is_one_message(world: World) -> None:
    for minute, partition in enumerate(("2026-01-01", "2026-01-02", "2026-01-03")):
        for name, error in (("bronze", "no file"), ("silver", "bad row"), ("gold", "no rate")):
            world.watcher.record(failed_in_backfill(name, partition, minute, error))
        world.watcher.check_failures(now=at(minute + 1))
        world.deliver(at(minute + 1))
    [title] = world.default.take()
    assert title.endswith("and 2 others in the same backfill")
    world.deliver(at(65))
    [title] = world.default.take()
    assert "for 3 partitions (2026-01-01, 2026-01-02, 2026-01-03)" in title


def test_a_public_report_of_368_000_failed_runs_in_14_days_is_few_messages(world: World) -> None:
    """One asset fails a thousand times an hour. Compressed: each hour's failures are one finding, with their number."""
    hours = 14 * 24
    per_week = [0, 0]
    for hour in range(hours):
        now = at(60 * hour)
        world.found("hot", AlertKind.FAILURE, now=now, error="out of memory", failing=1 + hour // 2)
        per_week[hour // (7 * 24)] += world.deliver(now)
    assert max(per_week) < 30, per_week
    assert min(per_week) >= 7, "people hear of it once a day"


# Where one message is about one alert, as in PagerDuty


PAGED = """
[[routes]]
owner = "team:finance"
to = "PAGER"
"""


@dataclass
class Pager(Place):
    """PagerDuty: one incident for what is critical of an incident. It may refuse what is about a pipeline, or all."""

    refused: str | None = None
    is_down: bool = False

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        if self.is_down:
            raise DeliveryError("PagerDuty answers HTTP 503")
        if self.refused is not None and self.refused in message.text:
            raise DeliveryError("PagerDuty answers HTTP 400", refused=True, in_any_form=True)
        return super().send(message, thread=thread)


@pytest.fixture
def pager(shop: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pager:
    """Where what is finance's goes, all of which is critical; orders fail."""
    monkeypatch.setenv("PAGER", "pagerduty://0123456789abcdef@127.0.0.1:1")
    (tmp_path / "routes.toml").write_text(PAGED)
    for name in ("revenue", "margin"):
        shop.watcher.update_pipeline(name, alert_level="critical")
    shop.found("orders", AlertKind.FAILURE, error="no file")
    return Pager()


def page(shop: World, pager: Pager, now: dt.datetime) -> list[str]:
    shop.watcher.deliver_alerts({"default": shop.default, "PAGER": pager}, now=now, pace=Pace(0))
    return pager.take()


REVENUE, MARGIN = (f"🚨 {name} is held up: orders failed: no file" for name in ("revenue", "margin"))


def test_what_is_critical_and_left_is_said_where_the_one_that_stood_for_it_has_ended(shop: World, pager: Pager) -> None:
    shop.found("revenue")
    assert page(shop, pager, NOON) == [REVENUE]
    shop.found("margin", now=at(10))
    assert page(shop, pager, at(10)) == [], "somebody is called already"
    shop.over("freshness/revenue", now=at(20))
    assert page(shop, pager, at(81)) == ["✅ revenue: fixed by the run of 2026-03-01 12:20:00 UTC"]
    assert page(shop, pager, at(82)) == [MARGIN]
    assert page(shop, pager, at(500)) == []
    shop.over("freshness/margin", "failure/orders", now=at(510))
    assert page(shop, pager, at(600)) == ["✅ margin: fixed by the run of 2026-03-01 20:30:00 UTC"]
    with shop.watcher._transaction() as (session, _):
        assert session.scalar(sa.text("SELECT count(*) FROM watcher.alert WHERE NOT is_settled")) == 0


def test_what_a_check_holds_as_the_one_that_stood_for_it_ends_is_said_later(shop: World, pager: Pager) -> None:
    for name in ("revenue", "margin"):
        shop.found(name)
        page(shop, pager, NOON)
    shop.over("freshness/revenue", now=at(20))
    with shop.watcher._transaction() as (session, _):
        session.execute(
            sa.text("SELECT FROM watcher.alert WHERE deduplication_key = 'freshness/margin' FOR NO KEY UPDATE")
        )
        assert [title[:1] for title in page(shop, pager, at(81))] == ["✅"]
        assert page(shop, pager, at(82)) == []
    assert page(shop, pager, at(83)) == [MARGIN]


def test_another_alert_of_a_pipeline_is_said_where_the_one_that_stood_for_it_has_ended(shop: World) -> None:
    shop.watcher.update_pipeline("customers", alert_level="critical")
    shop.found("orders", AlertKind.FAILURE, error="no file")
    shop.found("customers")
    shop.deliver()
    shop.found("customers", AlertKind.MISSED, now=at(10))
    shop.default.take()
    assert shop.deliver(at(10)) == 0
    shop.over("freshness/customers", now=at(20))
    shop.deliver(at(81))
    assert shop.default.take()[-1] == "✅ customers: fixed by the run of 2026-03-01 12:20:00 UTC"
    shop.deliver(at(82))
    assert shop.default.take() == ["🚨 customers is held up: orders failed: no file"]


@pytest.mark.parametrize("cause", ["error", "critical"])
def test_who_was_called_for_something_less_urgent_is_called_for_what_is_critical(
    shop: World, pager: Pager, cause: str
) -> None:
    """Also where the cause is as urgent: that is said elsewhere."""
    shop.watcher.update_pipeline("orders", alert_level=cause)
    shop.watcher.update_pipeline("revenue", alert_level="warning")
    shop.found("orders", AlertKind.FAILURE, error="no file")
    shop.found("revenue")
    assert page(shop, pager, NOON) == [REVENUE.replace("🚨", "⚠️")]
    shop.found("margin", now=at(10))
    assert page(shop, pager, at(11)) == [MARGIN]


@pytest.mark.parametrize("cause", ["error", "critical"])
def test_another_alert_of_a_pipeline_is_said_where_it_is_the_first_that_is_critical(shop: World, cause: str) -> None:
    shop.watcher.update_pipeline("orders", alert_level=cause)
    shop.found("orders", AlertKind.FAILURE, error="no file")
    shop.found("revenue")
    shop.deliver()
    assert shop.finance.take() == [REVENUE.replace("🚨", "🔴")]
    shop.found("revenue", AlertKind.MISSED, level=AlertLevel.CRITICAL, now=at(10))
    shop.deliver(at(11))
    assert shop.finance.take() == [REVENUE]


def test_what_is_in_maintenance_keeps_nothing_else_from_a_pager(shop: World, pager: Pager) -> None:
    with shop.watcher._transaction() as (session, _):
        given = dict.fromkeys(("pipeline_type_id", "starts_at", "duration", "cron", "timezone", "by", "note"))
        number = shop.watcher.pipeline("revenue").id
        maintenance.add_maintenance(session, pipeline_id=number, ends_at=at(300), now=at(-1), **given)
    shop.found("revenue")
    shop.found("margin", now=at(0.1))
    assert page(shop, pager, at(1)) == [MARGIN]
    assert page(shop, pager, at(301)) == [], "it is one incident"


def test_what_is_behind_an_alert_in_maintenance_waits_with_it_everywhere(shop: World) -> None:
    shop.watcher.update_pipeline("margin", alert_level="critical")
    with shop.watcher._transaction() as (session, _):
        given = dict.fromkeys(("pipeline_type_id", "starts_at", "duration", "cron", "timezone", "by", "note"))
        number = shop.watcher.pipeline("orders").id
        maintenance.add_maintenance(session, pipeline_id=number, ends_at=at(300), now=at(-1), **given)
    shop.found("orders", AlertKind.FAILURE, error="no file")
    shop.found("customers")
    shop.found("revenue")
    assert shop.deliver(at(1)) == 0
    shop.found("margin", now=at(10))
    assert shop.deliver(at(10)) == 1
    assert shop.finance.take() == ["🚨 margin is held up: orders failed: no file"], "it is more urgent than its cause"
    assert shop.deliver(at(301)) == 2
    assert shop.default.take() == ["🔴 orders failed: no file, and 3 behind it, of finance and sales"]
    assert shop.finance.take() == ["🔴 revenue is held up: orders failed: no file"]


def test_a_message_that_is_refused_keeps_nothing_else_from_a_pager(shop: World, pager: Pager) -> None:
    pager.refused = "revenue"
    shop.found("revenue")
    shop.found("margin")
    assert page(shop, pager, NOON) == []
    assert page(shop, pager, at(1)) == [MARGIN]


def test_what_comes_while_a_pager_is_down_is_one_incident_once_it_is_back(shop: World, pager: Pager) -> None:
    pager.is_down = True
    for minute, name in enumerate(("revenue", "margin")):
        shop.found(name, now=at(minute))
        assert page(shop, pager, at(minute)) == []
    pager.is_down = False
    assert page(shop, pager, at(60)) == [REVENUE]
    assert page(shop, pager, at(61)) == []


def test_a_webhook_hears_of_all_that_is_behind_a_cause(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGER", "http://127.0.0.1:1/")
    (tmp_path / "routes.toml").write_text(PAGED)
    names = [f"leaf {number}" for number in range(130)]
    for name in names:
        world.reads(name, "orders", owner="finance")
    world.reads("orders", "raw")
    world.found("orders", AlertKind.FAILURE, error="no file")
    world.all_found(names, AlertKind.FRESHNESS)
    place = Pager()
    world.watcher.deliver_alerts({"default": world.default, "PAGER": place}, now=NOON, pace=Pace(0))
    assert [len(each.notification.alerts) for each in place.messages if each.notification] == [100, 30]
    assert world.watcher.undelivered_alerts().count == 0


def test_a_webhook_hears_what_comes_later(shop: World, pager: Pager, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its messages are about up to a hundred alerts: as in Slack, each is about pipelines that are new."""
    monkeypatch.setenv("PAGER", "http://127.0.0.1:1/")
    shop.watcher.update_pipeline("margin", alert_level="error")
    shop.found("revenue")
    assert page(shop, pager, NOON) == [REVENUE]
    shop.found("margin", now=at(10))
    assert page(shop, pager, at(11)) == []
    assert page(shop, pager, at(61)) == [MARGIN.replace("🚨", "🔴")]


# What a delivery looks at


KINDS = (*[AlertKind.ASSET_CHECK] * 2, AlertKind.TIMELINESS, AlertKind.STUCK, AlertKind.MISSED, AlertKind.ANOMALY)


@pytest.mark.parametrize("seed", range(3))
def test_a_delivery_links_as_if_it_looked_at_all_alerts(world: World, seed: int) -> None:
    """On random histories, with every kind of link: to look only at what is new finds the same."""
    chance = random.Random(seed)
    names = [f"p{number}" for number in range(9)]
    for name in names:
        world.reads(name, *(chance.sample(names, chance.choice((0, 1, 1, 2))) or [f"raw {name}"]))
    for start in (-30, -20, -10):
        job, *parts = chance.sample(names, 3)
        run_of(world, job, parts, start=start)
    linked = 0
    for minute in range(0, 40 * 7, 7):
        now = at(minute)
        for name in chance.sample(names, chance.choice((1, 1, 2))):
            kind = chance.choice((*[AlertKind.FRESHNESS, AlertKind.FAILURE] * 3, *KINDS))
            if chance.random() < 0.4:
                world.over(f"{kind}/{name}", now=now)
            else:
                error = chance.choice(
                    (
                        *(UNRELATED, AWAY, {"run_id": "r", "step_key": name}, {"error": name}, {"blocking": True}),
                        *({"backfill": "b"}, {"backfill": "c", **AWAY}, {"run_id": "r", "step_key": "s", **UNRELATED}),
                    )
                )
                numbers = [{"metric_field": "total_rows", "value": chance.choice((0, 5, 8)), "expected": 9}]
                world.found(name, kind, now=now, metrics=numbers, **error)
        few = world.links(now, only_new=True)
        assert few == world.links(now, only_new=False), f"at {minute}"
        linked += len(few)
        world.deliver(now)
        assert world.links(now, only_new=False) == few, f"after {minute}"
    assert linked > 20


# How much it costs


def test_thousands_behind_one_cause_are_one_message_and_then_cost_nothing(world: World) -> None:
    world.watcher.get_or_create_pipeline("root")
    with world.watcher._transaction() as (session, _):
        session.execute(sa.text(THOUSANDS))
    world.reads("root", "raw")
    with world.watcher._transaction() as (session, _):
        session.execute(sa.text(EDGES))
        session.execute(sa.text(CLOSURE))
    world.found("root", AlertKind.FAILURE, error="duplicate key")
    world.all_found([f"leaf {number}" for number in range(1, 2001)], AlertKind.FRESHNESS)
    assert world.deliver() == 1
    assert world.default.titles == ["🔴 root failed: duplicate key, and 2,000 behind it"]
    assert "and 1,990 more" in world.default.messages[0].text
    with world.watcher._transaction() as (session, _):
        waiting = session.scalar(sa.text("SELECT count(*) FROM watcher.alert WHERE NOT is_settled"))
    assert waiting <= 1


THOUSANDS = """
    INSERT INTO watcher.pipeline (name, pipeline_type_id)
    SELECT 'leaf ' || number, (SELECT pipeline_type_id FROM watcher.pipeline WHERE name = 'root')
      FROM generate_series(1, 2000) AS number
"""
EDGES = """
    WITH home AS (
        INSERT INTO watcher.address (name, address_type_id)
        SELECT pipeline.name, address.address_type_id
          FROM watcher.pipeline
         CROSS JOIN watcher.address
         WHERE pipeline.name LIKE 'leaf %'
           AND address.name = 'root'
        RETURNING id, name
    )
    UPDATE watcher.pipeline SET address_id = home.id FROM home WHERE home.name = pipeline.name
"""
CLOSURE = """
    INSERT INTO watcher.address_lineage_closure (source_address_id, target_address_id, depth)
    SELECT root.id, pipeline.address_id, 1
      FROM watcher.pipeline
     CROSS JOIN watcher.address AS root
     WHERE pipeline.name LIKE 'leaf %'
       AND root.name = 'root'
"""

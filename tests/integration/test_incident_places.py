"""Who hears of what is part of an incident, where places differ in what they hear of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.factories import at
from tests.integration.test_incidents import Place, World
from watcher_core import AlertKind, AlertLevel, Settings, Watcher
from watcher_core.alerts import acknowledge_alert, load_routes, snooze_alert, undelivered
from watcher_core.alerts.delivery import Pace

# Where alerts of a pipeline go; all others go to the default.
ROUTES = """
[[routes]]
pipeline = ["margin", "tax"]
channel = "#finance"
continue = true
[[routes]]
pipeline = "tax"
channel = "#tax"
[[routes]]
pipeline = "revenue"
channel = "#tax"
"""


class Places(World):
    def deliver_all(self, now: dt.datetime) -> dict[str, list[str]]:
        """Deliver, and return the first line of each message."""
        senders = {"default": Place(), "#finance": Place(), "#tax": Place()}
        self.watcher.deliver_alerts(senders, now=now, pace=Pace(0))
        return {name: place.titles for name, place in senders.items() if place.messages}

    def answer(self, key: str, now: dt.datetime, *, until: dt.datetime | None = None) -> None:
        alert_id = self.alert(key).id
        with self.watcher._transaction() as (session, _):
            if until is None:
                acknowledge_alert(session, alert_id=alert_id, now=now)
            else:
                snooze_alert(session, alert_id=alert_id, until=until, now=now)


def waiting(shop: Places, now: dt.datetime) -> tuple[int, int]:
    """How many alerts could be sent, and how many are held back."""
    routes = load_routes(shop.watcher.settings, default=True)
    with shop.watcher._transaction() as (session, _):
        found = undelivered.undelivered_alerts(session, routes=routes, now=now)
    return found.count, found.held


@pytest.fixture
def shop(module_database_url: str, tmp_path: Path) -> Iterator[Places]:
    """Orders, from which revenue, margin and tax are made."""
    routes = tmp_path / "routes.toml"
    routes.write_text(ROUTES)
    with Watcher(module_database_url, settings=Settings(home=tmp_path, routes=routes)) as watcher:
        shop = Places(watcher)
        shop.reads("orders", "raw")
        for name in ("revenue", "margin", "tax"):
            shop.reads(name, "orders")
        yield shop
        with watcher._transaction() as (session, _):
            session.execute(sa.text("TRUNCATE watcher.alert, watcher.pipeline, watcher.address CASCADE"))


def test_what_is_still_wrong_after_its_cause_is_said_where_the_cause_was(shop: Places) -> None:
    """Also where another place was notified of it, since that had not heard of the cause."""
    shop.found("orders", AlertKind.FAILURE, error="no file")
    shop.found("margin")
    assert shop.deliver_all(at(0)) == {
        "default": ["🔴 orders failed: no file, and 1 behind it"],
        "#finance": ["🔴 margin is held up: orders failed: no file"],
    }
    assert waiting(shop, at(0)) == (0, 0)
    assert shop.deliver_all(at(1)) == {}
    known = shop.watcher.alert_deliveries(shop.alert("freshness/margin").id)
    assert {each.destination: each.event for each in known} == {"#finance": None, "default": None}
    shop.over("failure/orders", now=at(10))
    assert shop.deliver_all(at(11)) == {
        "default": ["✅ orders: fixed by the run of 2026-03-01 12:10:00 UTC, and 1 not good again yet"]
    }
    assert shop.deliver_all(at(69)) == {}
    assert shop.deliver_all(at(71)) == {"default": ["🔴 margin is stale: no change"]}
    shop.over("freshness/margin", now=at(80))
    good = ["✅ margin: fixed by the run of 2026-03-01 13:20:00 UTC"]
    assert shop.deliver_all(at(81)) == {"default": good, "#finance": good}


def test_what_one_place_hears_at_once_another_one_hears_later(shop: Places) -> None:
    shop.found("orders", AlertKind.FAILURE, error="no file")
    shop.found("revenue")
    assert shop.deliver_all(at(0)) == {
        "default": ["🔴 orders failed: no file, and 1 behind it"],
        "#tax": ["🔴 revenue is held up: orders failed: no file"],
    }
    shop.found("tax", now=at(10))
    assert shop.deliver_all(at(10)) == {"#finance": ["🔴 tax is held up: orders failed: no file"]}
    assert waiting(shop, at(59)) == (0, 1)
    assert shop.deliver_all(at(62)) == {
        "default": ["🔴 More of it: orders failed: no file, and 2 behind it"],
        "#tax": ["🔴 tax is held up: orders failed: no file"],
    }
    assert waiting(shop, at(63)) == (0, 0)


@pytest.mark.parametrize("end", ["louder", "snoozed", "back"])
def test_what_comes_while_somebody_looks_at_its_cause_is_said_once_nobody_does(shop: Places, end: str) -> None:
    shop.found("orders", AlertKind.FAILURE, error="no file")
    assert set(shop.deliver_all(at(0))) == {"default"}
    shop.answer("failure/orders", at(1))
    shop.found("revenue", now=at(2))
    for minute in range(2, 5):
        assert shop.deliver_all(at(minute)) == {}
        assert waiting(shop, at(minute)) == (0, 0)
    why = "orders failed: no file"
    if end == "louder":
        shop.found("orders", AlertKind.FAILURE, error="no file", level=AlertLevel.CRITICAL, now=at(20))
        said = f"🚨 Now critical, was error: {why}, and 1 behind it"
    elif end == "snoozed":
        shop.answer("failure/orders", at(10), until=at(20))
        assert shop.deliver_all(at(19)) == {}
        said = f"🔴 Still open: {why}, and 1 behind it"
    else:
        shop.over("failure/orders", now=at(10))
        assert set(shop.deliver_all(at(11))) == {"default"}
        shop.found("orders", AlertKind.FAILURE, error="no file", now=at(20))
        said = f"🔴 Back again: {why}, and 1 behind it"
    assert shop.deliver_all(at(20)) == {"default": [said], "#tax": [f"🔴 revenue is held up: {why}"]}
    assert shop.deliver_all(at(90)) == {}


def test_what_is_behind_another_cause_than_what_somebody_looks_at_is_said(shop: Places) -> None:
    shop.reads("raw", "api")
    shop.found("orders")
    shop.deliver_all(at(0))
    shop.answer("freshness/orders", at(1))
    shop.found("revenue", now=at(2))
    assert shop.deliver_all(at(2)) == {}
    shop.found("raw", AlertKind.FAILURE, error="gone", now=at(20))
    assert shop.deliver_all(at(20)) == {
        "default": ["🔴 raw failed: gone, and 2 behind it"],
        "#tax": ["🔴 revenue is held up: raw failed: gone"],
    }

"""Deliverers die at any moment: every alert arrives at both of its destinations, and twice only where a destination had
taken it and it was not marked."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from tests.factories import NOON
from tests.http_server import HttpServer, http_server
from tests.slack_server import Failure, SlackServer, slack_server
from watcher_core import AlertKind, AlertLevel, DeliveryResult, Settings, Watcher
from watcher_core.alerts import opening, outbox
from watcher_core.alerts.delivery import Pace
from watcher_core.values import Finding

# A third of them are at any moment. More, as with 300, look for a moment that nobody has thought of.
KILLS = int(os.environ.get("DELIVERY_KILLS", "21"))
ROUND = dt.timedelta(hours=1)

# A process that has loaded this module, and with it all that it delivers by: each deliverer is a fork of that.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])


OTHERS = sa.text("""
    SELECT count(*)
      FROM pg_stat_activity
     WHERE datname = current_database()
       AND pid <> pg_backend_pid()
       AND backend_type = 'client backend'
       AND state <> 'idle'
""")


def deliver_when_asked(pipe: Connection, database_url: str, webhook: str, routes: Path, ops: str) -> None:
    """Wait with everything ready until it is time, and deliver then."""
    os.environ["OPS"] = ops  # which the routes name; the server of forks has not seen it
    with Watcher(database_url, settings=Settings(slack_webhook_url=SecretStr(webhook), routes=routes)) as watcher:
        watcher.undelivered_alerts()
        pipe.send("ready")
        watcher.deliver_alerts(now=pipe.recv(), pace=Pace(0))
        pipe.send("done")
        pipe.recv()


class Deliverer:
    """A process that is there to be killed."""

    def __init__(self, database_url: str, webhook: str, routes: Path) -> None:
        self._pipe, its_end = FORKS.Pipe()
        self._process = FORKS.Process(
            target=deliver_when_asked, args=(its_end, database_url, webhook, routes, os.environ["OPS"])
        )
        self._process.start()
        its_end.close()

    def begin(self, now: dt.datetime) -> None:
        self.wait_for("ready")
        self._pipe.send(now)

    def wait_for(self, word: str) -> None:
        assert self._pipe.recv() == word

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with slack_server() as server:
        yield server


@pytest.fixture
def webhook() -> Iterator[HttpServer]:
    with http_server() as webhook:
        yield webhook


@pytest.fixture
def routes(tmp_path: Path, webhook: HttpServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All alerts go to the webhook, too."""
    monkeypatch.setenv("OPS", f"{webhook.url}/alerts")
    path = tmp_path / "routes.toml"
    path.write_text('[[routes]]\ncontinue = true\nto = "OPS"\n')
    return path


@pytest.fixture
def watcher(database_url: str, tmp_path: Path, server: SlackServer, routes: Path) -> Iterator[Watcher]:
    settings = Settings(home=tmp_path, slack_webhook_url=SecretStr(server.webhook), routes=routes)
    with Watcher(database_url, settings=settings) as watcher:
        yield watcher


@pytest.fixture
def start(
    database_url: str, server: SlackServer, routes: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Deliverer]]:
    # What the server of forks is to load, it finds by its environment alone, and passes over in silence if not.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    with ExitStack() as stack:

        def start() -> Deliverer:
            deliverer = Deliverer(database_url, server.webhook, routes)
            stack.callback(deliverer.kill)
            return deliverer

        yield start


def open_alert(watcher: Watcher, key: str, now: dt.datetime) -> None:
    pipeline = watcher.get_or_create_pipeline("fails")
    found = Finding(
        kind=AlertKind.FAILURE,
        level=AlertLevel.ERROR,
        pipeline_id=pipeline.id,
        pipeline_name=pipeline.name,
        execution_id=None,
        new=True,
        deduplication_key=key,
        at=now,
    )
    with watcher._transaction() as (session, _):
        opening.open_alerts(session, [found], now=now)


def typical_seconds(watcher: Watcher, deliverer: Deliverer) -> float:
    """How long a delivery takes."""
    open_alert(watcher, "typical", NOON)
    deliverer.begin(NOON)
    began = time.perf_counter()
    deliverer.wait_for("done")
    return time.perf_counter() - began


def is_idle(watcher: Watcher) -> bool:
    """Whether nothing goes on in the database: the session of a process that was killed ends what it has begun."""
    with watcher._transaction() as (session, _):
        return session.execute(OTHERS).scalar_one() == 0


def wait_until(condition: Callable[[], bool], *, seconds: float) -> None:
    """Look again and again, with pauses in which the deliverer works: the moment counts."""
    end = time.perf_counter() + seconds
    while not condition() and time.perf_counter() < end:
        time.sleep(0.0001)


def test_a_deliverer_that_is_killed_at_any_moment_loses_nothing(
    watcher: Watcher, server: SlackServer, webhook: HttpServer, start: Callable[[], Deliverer]
) -> None:
    chance = random.Random(0)
    waiting = [start(), start()]
    seconds = typical_seconds(watcher, waiting.pop())
    unmarked = set()
    for number in range(KILLS):
        now = NOON + (number + 1) * ROUND
        waiting.append(start())  # loads while the other one works
        deliverer = waiting.pop(0)
        open_alert(watcher, str(number), now)
        before = len(server.messages)

        def has_arrived(before: int = before) -> bool:
            return len(server.messages) > before

        if number % 3 == 2:
            server.fail(Failure(takes_it=True, hangs=True))
        deliverer.begin(now)
        if number % 3 == 0:  # at any moment
            wait_until(lambda: False, seconds=1.2 * seconds * chance.random())
        else:  # just when Slack has taken it; in every other of these cases, before Slack could say so
            wait_until(has_arrived, seconds=10)
            wait_until(lambda: False, seconds=0.005 * chance.random())
        deliverer.kill()
        wait_until(lambda: is_idle(watcher), seconds=10)
        server.failures.clear()
        # Not whether it has arrived, too: what the dead one has sent may still be on its way.
        if watcher.undelivered_alerts().count:
            unmarked.add(str(number))
        # Whatever the dead one had taken is free when its lease has run out, at the latest.
        watcher.deliver_alerts(now=now + outbox.LEASE + dt.timedelta(seconds=30), pace=Pace(0))
        assert watcher.undelivered_alerts().count == 0

    in_slack = Counter(
        int(line.rpartition("[alert ")[2].removesuffix("]"))
        for text in server.texts
        for line in text.splitlines()
        if line.startswith("•")
    )
    in_webhook = Counter(alert["id"] for request in webhook.taken for alert in request.json["alerts"])
    keys = {alert.id: alert.deduplication_key for alert in watcher.alerts(limit=1_000)}
    for arrived in (in_slack, in_webhook):
        assert {keys[alert_id] for alert_id in arrived} == {"typical", *map(str, range(KILLS))}, "every alert arrives"
        assert max(arrived.values()) <= 2
        twice = {keys[alert_id] for alert_id, times in arrived.items() if times > 1}
        assert twice <= unmarked, "twice only what nobody had marked"
    twice = {keys[alert_id] for alert_id, times in in_slack.items() if times > 1}
    assert twice >= {str(number) for number in range(KILLS) if number % 3 == 2}, "and that in any case"
    assert watcher.deliver_alerts(now=NOON + 100 * ROUND) == DeliveryResult()

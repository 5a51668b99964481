"""Alerts opened and delivered, beside plain psycopg that inserts the same rows, and posts of the same messages.

Opening: what a check does with its findings, at once, and again when it finds the same. Delivery: claim, message, post,
mark, for many alerts in few messages, and for one alert a message, as it is when nothing much happens. The server that
takes the posts is on this host, and nothing waits between two messages.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import statistics
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
from pydantic import SecretStr

from benchmarks.builds import builds, new_database, sides
from benchmarks.harness import Bench, Result
from watcher_core import AlertKind, AlertLevel, Settings, Watcher, database
from watcher_core.alerts import alerts, opening
from watcher_core.alerts.delivery import Pace
from watcher_core.values import Finding

NAME = "alerts"
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

PIPELINES = """
    INSERT INTO watcher.pipeline (name, pipeline_type_id)
    SELECT 'pipeline ' || number, 1 FROM generate_series(1, %s) AS number
"""
INSERT = """
    INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, facts, opened_at)
    SELECT 'freshness', 'warning', key, pipeline_id, facts, %s
      FROM unnest(%s::text[], %s::bigint[], %s::jsonb[]) AS given (key, pipeline_id, facts)
"""


def run(bench: Bench) -> Iterator[Result]:
    """Measure with ever more alerts."""
    for count in bench.choose(full=(300, 3_000, 30_000), quick=(300, 3_000)):
        url = bench.new_database()
        _fill(url, count)
        with slack_server() as slack, _watcher(bench, url, slack) as watcher:
            yield from _opening(bench, watcher, url, count)
            yield from _delivery(bench, watcher, slack, count)
    yield _side_by_side(bench)


# Opening


def _opening(bench: Bench, watcher: Watcher, url: str, count: int) -> Iterator[Result]:
    rounds = bench.choose(full=5, quick=3)
    found = [_finding(number, is_new=True) for number in range(1, count + 1)]
    again = [_finding(number, is_new=False) for number in range(1, count + 1)]
    ours, same, raw = [], [], []
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(rounds):
            _empty(connection)
            raw.append(_timed(lambda: _insert(connection, found)))
            _empty(connection)
            ours.append(_timed(lambda: _open(watcher, found)))
            same.append(_timed(lambda: _open(watcher, again)))
    size = f"{count:,} at once"
    inserted = count / statistics.median(raw)
    for what, seconds in (("alerts opened", ours), ("alerts found again", same)):
        yield Result(
            case=NAME,
            what=what,
            size=size,
            figure=count / statistics.median(seconds),
            unit="alerts/s",
            raw=inserted,
            raw_is="psycopg, one insert of the same rows",
            details={"milliseconds": round(1000 * statistics.median(seconds), 1)},
        )


def _finding(number: int, *, is_new: bool) -> Finding:
    return Finding(
        kind=AlertKind.FRESHNESS,
        level=AlertLevel.WARNING,
        pipeline_id=number,
        pipeline_name=f"pipeline {number}",
        execution_id=None,
        new=is_new,
        deduplication_key=f"freshness/{number}",
        at=NOW,
        pipeline_type_name="seeded",
        expected_number=2,
        measured_from=NOW,
        due_at=NOW,
        last_dml_timestamp=NOW,
    )


def _open(watcher: Watcher, found: list[Finding]) -> None:
    with database.transaction(watcher._connect()) as session:
        opening.open_alerts(session, found, now=NOW)


def _insert(connection: psycopg.Connection, found: list[Finding]) -> None:
    with connection.transaction():
        connection.execute(
            INSERT,
            (
                NOW,
                [each.deduplication_key for each in found],
                [each.pipeline_id for each in found],
                [json.dumps(each.facts) for each in found],
            ),
        )


# Delivery


def _delivery(bench: Bench, watcher: Watcher, slack: Slack, count: int) -> Iterator[Result]:
    rounds = 3
    ours, raw = [], []
    for _ in range(rounds):
        with psycopg.connect(
            watcher.url.set(drivername="postgresql").render_as_string(hide_password=False)
        ) as connection:
            _empty(connection)
        _open(watcher, [_finding(each, is_new=True) for each in range(1, count + 1)])
        slack.bodies.clear()
        ours.append(_timed(lambda: watcher.deliver_alerts(now=NOW, pace=Pace(0))))
        raw.append(_timed(lambda: _post(slack.url, slack.bodies)))
    seconds = statistics.median(ours)
    yield Result(
        case=NAME,
        what="alerts delivered, in one message",
        size=f"{count:,} at once",
        figure=count / seconds,
        unit="alerts/s",
        raw=count / statistics.median(raw),
        raw_is="urllib, the same post",
        details={"milliseconds": round(1000 * seconds, 1)},
    )
    yield _one_by_one(bench, watcher, slack, count)


def _one_by_one(bench: Bench, watcher: Watcher, slack: Slack, count: int) -> Result:
    """One alert is found and told, again and again, while there are many others that are told of already."""
    messages = bench.choose(full=50, quick=8)
    ours, raw = [], []
    for number in range(messages):
        now = NOW + dt.timedelta(hours=1, minutes=number)
        finding = _finding(number + 1, is_new=True)
        with database.transaction(watcher._connect()) as session:
            alerts.resolve_alerts(session, keys=[finding.deduplication_key], now=now - dt.timedelta(days=1))
        watcher.deliver_alerts(now=now, pace=Pace(0))
        _open(watcher, [finding])
        slack.bodies.clear()
        ours.append(_timed(lambda now=now: watcher.deliver_alerts(now=now, pace=Pace(0))))
        raw.append(_timed(lambda: _post(slack.url, slack.bodies)))
    return Result(
        case=NAME,
        what="messages delivered, of one alert each",
        size=f"beside {count:,} others",
        figure=1 / statistics.median(ours),
        unit="messages/s",
        raw=1 / statistics.median(raw),
        raw_is="urllib, the same posts",
        goal="more than Slack takes: 1 a second",
        met=statistics.median(ours) < 1,
        details={"milliseconds": round(1000 * statistics.median(ours), 2)},
    )


def _side_by_side(bench: Bench) -> Result:
    """As many messages as one delivery sends, of one alert each, to a place that takes more than one a second."""
    messages, rounds = 60, bench.choose(full=9, quick=3)
    routes = bench.directory / "pager.toml"
    routes.write_text('[[routes]]\nto = "PAGER"\n', encoding="utf-8")
    there = builds(bench)
    seconds: dict[str, list[float]] = {"raw": [], **{name: [] for name in there}}
    with slack_server() as slack:
        os.environ["PAGER"] = f"pagerduty://0123456789abcdef@{slack.url.removeprefix('http://').rstrip('/')}"
        given = {}
        for name, build in there.items():
            url = new_database(bench, build)
            _fill(url, messages)
            given[name] = (url, str(bench.directory), str(routes))
        with sides("deliver", given, there) as running:
            for _ in range(rounds):
                for name, side in running.items():
                    slack.bodies.clear()
                    seconds[name].append(side.ask(messages))
                bodies = list(slack.bodies)
                seconds["raw"].append(_timed(lambda bodies=bodies: _post(slack.url, bodies)))
    each = {name: messages / statistics.median(found) for name, found in seconds.items()}
    return Result(
        case=NAME,
        what="messages delivered in one round, of one alert each",
        size=f"{messages} to PagerDuty",
        figure=each["ours"],
        unit="messages/s",
        raw=each["raw"],
        before=each.get("before"),
        raw_is="urllib, the same posts",
        goal="at least half of raw",
        met=each["ours"] >= each["raw"] / 2,
    )


def _post(url: str, bodies: list[bytes]) -> None:
    for body in list(bodies):
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            answer.read()


class _Server(ThreadingHTTPServer):
    # As real servers have it. With the five of Python's, one of eight that connect at once is dropped now and then, and
    # is tried again by TCP a second later.
    request_queue_size = 128


class Slack:
    """A server on this host that says `ok` to everything, and keeps what it got."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        slack = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                slack.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: Any) -> None:
                pass

        self.http = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/"


@contextmanager
def slack_server() -> Iterator[Slack]:
    """Start such a server."""
    slack = Slack()
    thread = threading.Thread(target=slack.http.serve_forever, daemon=True)
    thread.start()
    try:
        yield slack
    finally:
        slack.http.shutdown()
        slack.http.server_close()
        thread.join()


@contextmanager
def _watcher(bench: Bench, url: str, slack: Slack) -> Iterator[Watcher]:
    settings = Settings(home=bench.directory / "home", slack_webhook_url=SecretStr(slack.url))
    with Watcher(url, settings=settings) as watcher:
        watcher.undelivered_alerts()
        yield watcher


def _fill(url: str, pipelines: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO watcher.pipeline_type (name) VALUES ('seeded')")
        connection.execute(PIPELINES, (pipelines,))
        connection.execute("ANALYZE watcher.pipeline")


def _empty(connection: psycopg.Connection) -> None:
    connection.execute("TRUNCATE watcher.alert CASCADE")


def _timed(call: Any) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began

"""Alerts arrive: through failures, outages, races and changes of mind, each once, in order, in few messages."""

from __future__ import annotations

import datetime as dt
import json
import logging
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from tests.factories import NOON, at, record, unique
from tests.http_server import http_server
from tests.slack_server import TOKEN, Failure, SlackServer, broken_limit, slack_server
from watcher_core import (
    Address,
    Alert,
    AlertEvent,
    AlertKind,
    AlertLevel,
    AlertState,
    DeliveryError,
    DeliveryResult,
    ExecutionState,
    InvalidValueError,
    Settings,
    SlackChannel,
    SlackMessage,
    Watcher,
)
from watcher_core.alerts import actions, alerts, causes, delivery, messages, opening, outbox, parcels
from watcher_core.alerts.delivery import Pace
from watcher_core.values import Finding


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with slack_server() as server:
        yield server


@pytest.fixture
def watcher(module_database_url: str, tmp_path: Path, server: SlackServer) -> Iterator[Watcher]:
    """A Watcher whose alerts go to the server, without any alerts yet."""
    settings = Settings(home=tmp_path, slack_webhook_url=SecretStr(server.webhook))
    with Watcher(module_database_url, settings=settings) as watcher:
        yield watcher
        with watcher._transaction() as (session, _):
            session.execute(sa.text("TRUNCATE watcher.alert CASCADE"))


def configured(watcher: Watcher, **settings: Any) -> Watcher:
    """The same database, with other settings."""
    url = watcher.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return Watcher(url, settings=Settings(home=watcher.settings.home, **settings))


def finding(watcher: Watcher, key: str, **fields: Any) -> Finding:
    name = fields.pop("pipeline", f"pipeline {key}")
    options = fields.pop("options", {})
    pipeline = watcher.get_or_create_pipeline(name, **options)
    given = {
        "kind": AlertKind.FRESHNESS,
        "level": AlertLevel.WARNING,
        "pipeline_id": pipeline.id,
        "pipeline_name": name,
        "execution_id": None,
        "new": True,
        "deduplication_key": key,
        "at": NOON,
    }
    return Finding(**{**given, **fields})


def opened(watcher: Watcher, *keys: str, now: dt.datetime = NOON, **fields: Any) -> None:
    found = [finding(watcher, key, at=now, **fields) for key in keys]
    with watcher._transaction() as (session, _):
        opening.open_alerts(session, found, now=now)


def gone(watcher: Watcher, *keys: str, now: dt.datetime) -> None:
    with watcher._transaction() as (session, _):
        alerts.resolve_alerts(session, keys=keys, now=now)


def deliver(watcher: Watcher, now: dt.datetime = NOON, **options: Any) -> DeliveryResult:
    options.setdefault("pace", Pace(0))
    return watcher.deliver_alerts(now=now, **options)


def by_key(watcher: Watcher) -> dict[str, Alert]:
    return {alert.deduplication_key: alert for alert in watcher.alerts(limit=100_000)}


STALE = "pipeline a is stale: no change"
UNWATCHED = "pipeline a is no longer watched: its rule was removed"


def headlines(server: SlackServer) -> list[str]:
    """What is said first, without the sign of the level."""
    return [text.splitlines()[0].partition(" ")[2] for text in server.texts]


# Messages


def test_alerts_of_one_kind_and_level_are_one_message(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a", "b")
    opened(watcher, "c", level=AlertLevel.ERROR)
    opened(watcher, "d", kind=AlertKind.FAILURE)
    assert deliver(watcher, at(1)) == DeliveryResult(messages=3, alerts=4)
    assert server.headers == [
        "⚠️ 2 pipelines have stale data: pipeline a, pipeline b",
        "🔴 pipeline c is stale: no change",
        "⚠️ pipeline d failed",
    ]
    assert "pipeline a" in server.texts[0]
    assert "pipeline b" in server.texts[0]
    alert = by_key(watcher)["a"]
    assert (alert.delivered_at, alert.destination) == (alert.delivered_at, "default")
    assert alert.delivered_at is not None
    assert (alert.event, alert.next_attempt_at, alert.lease, alert.attempts) == (None, None, None, 0)
    assert deliver(watcher, at(2)) == DeliveryResult()
    assert server.requests == 3


def test_a_recovery_follows_and_a_cause_that_is_back_too(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    deliver(watcher)
    gone(watcher, "a", now=at(5))
    deliver(watcher, at(6))
    opened(watcher, "a", now=at(10))
    deliver(watcher, at(11))
    gone(watcher, "a", now=at(15))
    assert deliver(watcher, at(104)) == DeliveryResult()  # it may come back once more
    deliver(watcher, at(106))
    assert headlines(server) == [STALE, UNWATCHED, f"Back again: {STALE}", UNWATCHED]
    assert len(by_key(watcher)) == 1


def test_what_comes_and_goes_unnoticed_is_not_told(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    gone(watcher, "a", now=at(1))
    assert deliver(watcher, at(2)) == DeliveryResult()
    assert server.requests == 0


def test_a_snoozed_alert_is_told_again_after_its_time(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a", "b")
    deliver(watcher)
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    watcher.snooze_alert(by_key(watcher)["a"].id, until=until)
    assert deliver(watcher, until - dt.timedelta(seconds=1)) == DeliveryResult()
    assert deliver(watcher, until) == DeliveryResult(messages=1, alerts=1)
    assert headlines(server)[-1] == f"Still open: {STALE}"
    assert by_key(watcher)["a"].state is AlertState.OPEN


def test_a_delivery_that_finds_out_slowly_what_is_due_sends_it_all_the_same(
    watcher: Watcher, server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(watcher, "a")
    clock = Clock()
    monkeypatch.setattr(causes, "link_causes", lambda session, now, only_new: clock.sleep(delivery.BUDGET_SECONDS + 1))
    assert deliver(watcher, pace=Pace(0, clock=clock, sleep=clock.sleep)) == DeliveryResult(messages=1, alerts=1)


def test_ten_thousand_alerts_are_one_message(watcher: Watcher, server: SlackServer) -> None:
    one = finding(watcher, "0")
    fields = {name: getattr(one, name) for name in Finding.__slots__}
    with watcher._transaction() as (session, _):
        found = [Finding(**{**fields, "deduplication_key": str(number)}) for number in range(10_000)]
        opening.open_alerts(session, found, now=NOON)
    assert deliver(watcher) == DeliveryResult(messages=1, alerts=10_000)
    assert server.texts[0].endswith("… and 9,980 more")
    with watcher._transaction() as (session, _):
        assert alerts.resolve_gone_alerts(session, kind=AlertKind.FRESHNESS, still=[], now=at(1)) == 10_000
    assert deliver(watcher, at(2)) == DeliveryResult(messages=1, alerts=10_000)
    assert headlines(server)[-1] == "1 pipeline is no longer stale: pipeline 0"


def test_names_link_to_dagster(watcher: Watcher, server: SlackServer) -> None:
    from tests.factories import record

    told = record("raw/flights", "run-1/step/raw", execution_metadata={"run_id": "run-1", "step_key": "step"})
    watcher.record([told])
    [execution] = watcher.executions(pipeline="raw/flights")
    opened(watcher, "a", pipeline="raw/flights", execution_id=execution.id, kind=AlertKind.TIMELINESS)
    linking = configured(
        watcher, slack_webhook_url=watcher.settings.slack_webhook_url, dagster_url="https://dagster.example.com"
    )
    with linking:
        deliver(linking)
    assert "<https://dagster.example.com/runs/run-1|run>" in server.texts[0]
    assert "<https://dagster.example.com/assets/raw/flights|raw/flights>" in server.texts[0]


def test_that_it_is_fixed_leads_to_the_run_that_was_good(watcher: Watcher, server: SlackServer) -> None:
    def run(number: int, state: ExecutionState) -> None:
        name = f"run-{number}"
        watcher.record([record("load", name, start=number, state=state, execution_metadata={"run_id": name})])
        watcher.check_failures(now=at(number + 2))

    linking = configured(
        watcher, slack_webhook_url=watcher.settings.slack_webhook_url, dagster_url="https://dagster.example.com"
    )
    with linking:
        for number, state in enumerate([ExecutionState.FAILED, ExecutionState.SUCCEEDED]):
            run(number, state)
            deliver(linking, at(number + 3))
    assert ["run-0|run" in text for text in server.texts] == [True, False]
    assert "<https://dagster.example.com/runs/run-1|run>" in server.texts[1]


# Failures


@pytest.mark.parametrize(
    ("failure", "least", "most"),
    [
        (Failure(500), 0.25, 0.6),
        (Failure(403, "invalid_token"), 0.25, 0.6),
        (Failure(404, "no_service"), 0.25, 0.6),
        (Failure(410, "channel_is_archived"), 0.25, 0.6),
        (Failure(302, "", {"Location": "/elsewhere"}), 0.25, 0.6),
    ],
)
def test_what_fails_is_tried_again_later(
    watcher: Watcher, server: SlackServer, failure: Failure, least: float, most: float
) -> None:
    opened(watcher, "a")
    server.fail(failure)
    failed = deliver(watcher)
    assert (failed.messages, failed.waiting) == (0, 1)
    assert failed.errors[0].startswith(f"default: Slack answers HTTP {failure.status}")
    alert = by_key(watcher)["a"]
    assert (alert.state, alert.event, alert.attempts, alert.lease) == (AlertState.OPEN, AlertEvent.OPENED, 1, None)
    assert alert.last_error is not None
    assert f"HTTP {failure.status}" in alert.last_error
    assert alert.next_attempt_at is not None
    assert at(least) <= alert.next_attempt_at <= at(most)
    deliver(watcher, alert.next_attempt_at - dt.timedelta(seconds=1))
    assert server.requests == 1
    assert deliver(watcher, alert.next_attempt_at) == DeliveryResult(messages=1, alerts=1)
    assert by_key(watcher)["a"].last_error is None


def test_a_server_that_refuses_connections(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    port = server.port
    server.close()
    assert deliver(watcher).errors == ("default: Slack cannot be reached: [Errno 111] Connection refused",)
    with slack_server(port) as back:
        assert deliver(watcher, at(1)).messages == 1
        assert len(back.messages) == 1


def test_the_wait_grows_and_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda _, most: most)
    waits = [delivery.retry_after(attempts, DeliveryError("down")) for attempts in (0, 1, 2, 3, 4, 5, 6, 1_000)]
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
    assert delivery.retry_after(3, DeliveryError("wait", retry_after=7)) == 7


def test_slack_s_own_time_to_wait_holds_for_all_that_goes_there(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    opened(watcher, "b", kind=AlertKind.FAILURE)
    server.fail(Failure(429, "rate_limited", {"Retry-After": "300"}))
    assert deliver(watcher).waiting == 2
    assert server.requests == 1
    opened(watcher, "c", now=at(1), kind=AlertKind.TIMELINESS)
    waiting = deliver(watcher, at(2))
    assert (waiting.messages, waiting.waiting) == (0, 3)
    assert waiting.errors == ("default: Slack asks to wait for 300 s",)
    assert server.requests == 1
    # No attempt was made for the others.
    assert {key: alert.attempts for key, alert in by_key(watcher).items()} == {"a": 1, "b": 0, "c": 0}
    assert deliver(watcher, at(6)) == DeliveryResult(messages=3, alerts=3)


def test_who_has_mended_it_need_not_wait(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    server.fail(Failure(404, "no_service"))
    deliver(watcher)
    assert deliver(watcher, at(0.01)).messages == 0
    assert deliver(watcher, at(0.02), retry_now=True).messages == 1


def test_refused_blocks_go_as_text(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    server.fail(Failure(400, "invalid_blocks"))
    assert deliver(watcher).messages == 1
    assert "blocks" not in server.messages[0]
    assert "pipeline a" in server.texts[0]


def test_a_message_that_is_refused_altogether_goes_without_anybody_s_text(
    watcher: Watcher, server: SlackServer
) -> None:
    """What is wrong with one message must not keep back all others."""
    opened(watcher, "a")
    opened(watcher, "b", kind=AlertKind.FAILURE)
    server.fail(Failure(400, "invalid_blocks"), Failure(400, "invalid_payload"))
    assert deliver(watcher).messages == 2
    assert server.texts[0].splitlines()[1:] == [
        "1 pipeline has stale data",
        "2026-03-01 12:00:00 UTC",
        "for details: watcher alerts list",
    ]
    assert "pipeline b" in server.texts[1]


def test_a_thread_that_is_gone_is_no_reason_not_to_tell(watcher: Watcher, server: SlackServer) -> None:
    senders = {"default": SlackChannel("#data", SecretStr(TOKEN), api=server.api)}
    opened(watcher, "a")
    deliver(watcher, senders=senders)
    gone(watcher, "a", now=at(1))
    refusal = Failure(200, json.dumps({"ok": False, "error": "thread_not_found"}))
    server.fail(refusal, refusal)
    assert deliver(watcher, at(2), senders=senders).messages == 1
    assert "thread_ts" not in server.messages[-1]
    assert "pipeline a" in server.texts[-1]


def test_a_place_that_refuses_everything_is_tried_again(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    server.fail(*[Failure(400, "invalid_payload")] * 3)
    assert deliver(watcher).errors == ("default: Slack answers HTTP 400: invalid_payload",)
    assert deliver(watcher, at(1)).messages == 1


def test_an_answer_that_is_lost_means_the_message_comes_twice(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    server.fail(Failure(500, takes_it=True))
    deliver(watcher)
    deliver(watcher, at(1))
    assert len(server.messages) == 2


def test_nothing_of_the_address_is_ever_told(
    watcher: Watcher, server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    opened(watcher, "a")
    server.fail(Failure(500))
    failed = deliver(watcher)
    server.close()
    failed_again = deliver(watcher, at(1))
    shown = f"{failed} {failed_again} {by_key(watcher)} {watcher.settings!r} {caplog.text}"
    assert "/services/" not in shown
    assert "alerts wait for default" in caplog.text


def test_another_ad_hoc_run_does_not_say_when_what_failed_was_last_good(watcher: Watcher, server: SlackServer) -> None:
    name = unique("sales/__ASSET_JOB")
    runs: dict[str, Any] = {"execution_metadata": {"job": "__ASSET_JOB"}}
    watcher.record([record(name, unique("run"), start=-30, scope="9b1d", **runs)])
    watcher.record([record(name, unique("run"), start=-5, scope="0c77", state=ExecutionState.FAILED, **runs)])
    watcher.check_failures(now=NOON)
    deliver(watcher)
    assert "Last success" not in server.texts[0]
    [alert] = watcher.alerts(pipeline=name)
    assert watcher.alert_context(alert).last_success_at is None
    watcher.update_pipeline(name, active=False)  # its failure is none of the tests that follow


def test_of_a_failed_partition_the_message_says_which_one_was_the_last_to_succeed(
    watcher: Watcher, server: SlackServer
) -> None:
    name = unique("daily")
    watcher.record(
        [
            record(name, start=-30, scope="2026-02-27"),
            record(name, start=-20, scope="2026-02-28", state=ExecutionState.FAILED),
            record(name, start=-10, scope="2026-03-01"),
        ]
    )
    watcher.check_failures(now=NOON)
    deliver(watcher)
    assert "Last success: 2026-03-01 11:51:00 UTC, of 2026-03-01" in server.texts[0].splitlines()
    [alert] = watcher.alerts(pipeline=name)
    context = watcher.alert_context(alert)
    assert (context.last_success_at, context.last_success_scope) == (at(-9), "2026-03-01")
    watcher.update_pipeline(name, active=False)  # its failure is none of the tests that follow


def test_a_message_brings_what_is_known_of_the_pipeline(watcher: Watcher, server: SlackServer) -> None:
    name = unique("orders")
    metadata = {"runbook": "https://wiki.example.com/orders", "owners": ["team:sales"]}
    watcher.get_or_create_pipeline(name, pipeline_metadata=metadata)
    watcher.record([record(name, start=-30), record(name, start=-5, state=ExecutionState.FAILED)])
    [failed] = watcher.executions(pipeline=name, state="failed")
    blocked = [unique("report"), unique("sales")]
    for each in blocked:
        watcher.record([record(each, start=-4, state=ExecutionState.BLOCKED, parent_id=failed.id)])
    watcher.check_failures(now=NOON)
    staging = configured(watcher, slack_webhook_url=SecretStr(server.webhook), environment="staging")
    with staging:
        deliver(staging)
    lines = server.texts[0].splitlines()
    assert lines[0] == f"🔴 {name} failed"
    assert lines[1] == "2026-03-01 12:00:00 UTC · staging"
    assert lines[-4:] == [
        f"Blocked: {blocked[0]}, {blocked[1]}",
        "Last success: 2026-03-01 11:31:00 UTC",
        "Owner: team:sales",
        "Runbook: <https://wiki.example.com/orders|https://wiki.example.com/orders>",
    ]
    watcher.record([record(name, start=12)])
    watcher.check_failures(now=at(20))
    deliver(watcher, at(21))
    assert server.texts[1].splitlines()[0] == f"✅ {name}: fixed by the run of 2026-03-01 12:12:00 UTC"


# Without configuration


def test_without_configuration_alerts_wait_and_no_attempt_is_burnt(watcher: Watcher) -> None:
    opened(watcher, "a")
    with configured(watcher) as unconfigured:
        for minute in range(3):
            waits = deliver(unconfigured, at(minute))
            assert waits.waiting == 1
            assert waits.errors == ("no destination: SLACK_WEBHOOK_URL is not set, and no route matches",)
    alert = by_key(watcher)["a"]
    assert (alert.attempts, alert.last_error, alert.next_attempt_at) == (0, None, NOON)
    assert deliver(watcher, at(9)).messages == 1


def test_routes_that_miss_their_secret_wait_for_it(watcher: Watcher, server: SlackServer, tmp_path: Path) -> None:
    path = tmp_path / "routes.toml"
    path.write_text('[[routes]]\nkind = "failure"\nwebhook = "ONCALL_WEBHOOK"\n')
    opened(watcher, "a", kind=AlertKind.FAILURE)
    opened(watcher, "b")
    url = watcher.settings.slack_webhook_url
    with configured(watcher, slack_webhook_url=url, routes=path) as routed:
        assert deliver(routed) == DeliveryResult(
            messages=1, alerts=1, waiting=1, errors=("ONCALL_WEBHOOK: ONCALL_WEBHOOK is not set",)
        )
        Path(".env").write_text(f"ONCALL_WEBHOOK={server.webhook}")
        assert deliver(routed, at(1)) == DeliveryResult(messages=1, alerts=1)
    assert by_key(watcher)["a"].destination == "ONCALL_WEBHOOK"


def test_a_preview_shows_what_would_be_sent_and_changes_nothing(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a", "b")
    before = by_key(watcher)
    [shown] = watcher.preview_alerts(now=at(1))
    assert (shown.destination, shown.alerts) == ("the webhook of SLACK_WEBHOOK_URL", 2)
    assert "2 pipelines have stale data" in shown.text
    with configured(watcher) as unconfigured:
        [shown] = unconfigured.preview_alerts(now=at(1))
        assert shown.destination == "nowhere: SLACK_WEBHOOK_URL is not set"
    assert by_key(watcher) == before
    assert server.requests == 0


# Routes, channels and threads


def routed(watcher: Watcher, tmp_path: Path, text: str) -> Watcher:
    path = tmp_path / "routes.toml"
    path.write_text(text)
    return configured(watcher, routes=path, slack_webhook_url=watcher.settings.slack_webhook_url)


def test_a_route_goes_on_to_mean_what_was_renamed(watcher: Watcher, server: SlackServer, tmp_path: Path) -> None:
    text = """
    [[routes]]
    pipeline = "pipeline *"
    channel = "#named-so"
    [[routes]]
    pipeline = "pipeline renamed"
    channel = "#finance"
    [[routes]]
    group = "shops"
    channel = "#sales"
    """
    for key, options in (("renamed", {}), ("renamed, too", {"pipeline_type_name": "shops"})):
        opened(watcher, key, options=options)
        watcher.update_pipeline(f"pipeline {key}", name=f"once {key}")
    watcher.update_pipeline_type("shops", name="revenue")
    senders = {name: SlackChannel(name, SecretStr(TOKEN), api=server.api) for name in ("#finance", "#sales")}
    with routed(watcher, tmp_path, text) as told:
        assert deliver(told, senders=senders).messages == 2
        assert [each.destination for each in told.alert_routes("once renamed")] == ["channel #finance"]
        assert [each.destination for each in told.alert_routes("once renamed, too")] == ["channel #sales"]
    assert [message.get("channel") for message in server.messages] == ["#finance", "#sales"]


def test_alerts_take_their_routes(watcher: Watcher, server: SlackServer, tmp_path: Path) -> None:
    text = '[[routes]]\nowner = "team:finance"\nchannel = "#finance"\n[[routes]]\ngroup = "sales"\nchannel = "#sales"\n'
    owned = {"pipeline_metadata": {"owners": ["anna", "team:finance"]}}
    opened(watcher, "a", options=owned)
    opened(watcher, "b", options={"pipeline_type_name": "sales"})
    opened(watcher, "c")
    senders = {name: SlackChannel(name, SecretStr(TOKEN), api=server.api) for name in ("#finance", "#sales")}
    with routed(watcher, tmp_path, text) as told:
        assert deliver(told, senders=senders).messages == 3
        assert [each.destination for each in told.alert_routes("pipeline a")] == ["channel #finance"]
    assert [message.get("channel") for message in server.messages] == ["#finance", "#sales", None]
    assert {key: alert.destination for key, alert in by_key(watcher).items()} == {
        "a": "#finance",
        "b": "#sales",
        "c": "default",
    }


def test_a_recovery_answers_in_the_thread_of_its_opening(watcher: Watcher, server: SlackServer) -> None:
    senders = {"default": SlackChannel("#data", SecretStr(TOKEN), api=server.api)}
    opened(watcher, "a", "b")
    deliver(watcher, senders=senders)
    opened(watcher, "c", now=at(1))
    deliver(watcher, at(1), senders=senders)
    gone(watcher, "a", "c", now=at(5))
    deliver(watcher, at(6), senders=senders)
    opened(watcher, "a", now=at(7))
    deliver(watcher, at(7), senders=senders)
    threads = [message.get("thread_ts") for message in server.messages]
    # Openings, and what is back, are for everyone to see: they are messages of their own.
    assert threads == [None, None, "1.000100", "2.000100", None]
    assert by_key(watcher)["a"].thread == "5.000100"
    assert by_key(watcher)["b"].thread == "1.000100"


def test_recoveries_of_many_threads_are_one_message(watcher: Watcher, server: SlackServer) -> None:
    senders = {"default": SlackChannel("#data", SecretStr(TOKEN), api=server.api)}
    keys = [str(number) for number in range(parcels.MAX_THREADS + 1)]
    for minute, key in enumerate(keys):
        opened(watcher, key, now=at(minute))
        deliver(watcher, at(minute), senders=senders)
    gone(watcher, *keys, now=at(30))
    assert deliver(watcher, at(31), senders=senders).messages == 1
    assert "thread_ts" not in server.messages[-1]


def test_a_recovery_goes_where_its_opening_went(watcher: Watcher, server: SlackServer, tmp_path: Path) -> None:
    senders = {name: SlackChannel(name, SecretStr(TOKEN), api=server.api) for name in ("#one", "#two")}
    opened(watcher, "a")
    with routed(watcher, tmp_path, '[[routes]]\nchannel = "#one"') as before:
        deliver(before, senders=senders)
    gone(watcher, "a", now=at(1))
    with routed(watcher, tmp_path, '[[routes]]\nchannel = "#two"\n[[routes]]\nchannel = "#one"') as after:
        deliver(after, at(2), senders=senders)
    assert [message["channel"] for message in server.messages] == ["#one", "#one"]


def test_owners_are_mentioned_until_it_is_over(watcher: Watcher, server: SlackServer, tmp_path: Path) -> None:
    opened(watcher, "a", options={"pipeline_metadata": {"owners": ["anna", "bert"]}})
    with routed(watcher, tmp_path, '[owners]\nanna = {slack = "U0123ABCD"}') as told:
        deliver(told)
        gone(watcher, "a", now=at(1))
        deliver(told, at(2))
    assert ["<@U0123ABCD>" in text for text in server.texts] == [True, False]


def test_what_a_place_refuses_for_good_keeps_no_other_message_back(
    watcher: Watcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(watcher, "a")
    opened(watcher, "b", now=at(1), kind=AlertKind.FAILURE)
    with http_server() as there, routed(watcher, tmp_path, '[[routes]]\nto = "OPS"') as told:
        monkeypatch.setenv("OPS", f"{there.url}/secret")
        there.fail(Failure(422, "no such kind"))
        result = deliver(told, at(1))
        assert (result.messages, result.waiting) == (1, 1)
        assert result.errors == ("OPS: the webhook answers HTTP 422: no such kind",)
        # They are sent side by side: either of them may be the one that is refused.
        [refused] = [alert for alert in watcher.alerts() if alert.next_attempt_at is not None]
        assert refused.next_attempt_at is not None
        assert at(1.25) <= refused.next_attempt_at <= at(1.6), "as any other failure"
        assert deliver(told, refused.next_attempt_at).messages == 1
    taken = [request.json["alerts"][0]["pipeline_name"] for request in there.taken]
    assert sorted(taken) == ["pipeline a", "pipeline b"]
    assert taken[-1] == refused.pipeline_name


def test_a_webhook_gets_all_alerts_in_messages_of_a_hundred(
    watcher: Watcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(watcher, *[f"{number:03}" for number in range(150)], pipeline="orders")
    with http_server() as there, routed(watcher, tmp_path, '[[routes]]\nto = "OPS"') as told:
        monkeypatch.setenv("OPS", f"{there.url}/secret")
        assert deliver(told) == DeliveryResult(messages=2, alerts=150)
    # Side by side, so that either may be there first.
    assert sorted(len(request.json["alerts"]) for request in there.taken) == [50, 100]


def test_a_sender_that_raises_anything_loses_nothing(watcher: Watcher) -> None:
    class Broken:
        def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
            raise LookupError("no such <channel>")

    opened(watcher, "a")
    failed = deliver(watcher, senders={"default": Broken()})
    assert failed.errors == ("default: LookupError: no such &lt;channel&gt;",)
    assert deliver(watcher, at(1)).messages == 1


class Slow:
    """A destination that takes its time for each message."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds
        self.sent = 0

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        self.clock.seconds += self.seconds
        self.sent += 1
        return None


class Raises:
    """A destination that raises."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        raise self.error


LEVELS = (AlertLevel.INFO, AlertLevel.WARNING, AlertLevel.ERROR)
TWO_PLACES = '[[routes]]\npipeline_type = "first"\nchannel = "#first"'


@pytest.mark.parametrize(
    "error",
    [
        DeliveryError("wait", retry_after=1e300),
        DeliveryError("wait", retry_after=float("nan")),
        DeliveryError("wait", retry_after=float("-inf")),
        OverflowError("date value out of range"),
    ],
    ids=["for ever", "nan", "never", "overflow"],
)
def test_what_goes_wrong_at_one_destination_keeps_no_other_waiting(
    watcher: Watcher, server: SlackServer, tmp_path: Path, error: Exception
) -> None:
    opened(watcher, "a", options={"pipeline_type_name": "first"})
    opened(watcher, "b")
    with routed(watcher, tmp_path, TWO_PLACES) as told:
        result = deliver(told, senders={"#first": Raises(error)})
    assert (result.messages, result.alerts, len(result.errors)) == (1, 1, 1)
    assert "pipeline b" in server.texts[0]
    waiting = by_key(watcher)["a"]
    assert waiting.next_attempt_at is not None
    assert NOON < waiting.next_attempt_at <= at(61)


def test_a_slow_destination_with_many_messages_takes_turns_with_the_others(
    watcher: Watcher, server: SlackServer, tmp_path: Path
) -> None:
    clock = Clock()
    slow = Slow(clock, 9)
    for level in LEVELS:
        for kind in (AlertKind.FRESHNESS, AlertKind.FAILURE, AlertKind.TIMELINESS):
            opened(watcher, f"{level} {kind}", level=level, kind=kind, options={"pipeline_type_name": "first"})
    opened(watcher, "healthy", now=at(1))
    with routed(watcher, tmp_path, TWO_PLACES) as told:
        result = deliver(told, at(2), senders={"#first": slow}, pace=Pace(0, clock=clock, sleep=clock.sleep))
    assert len(server.texts) == 1
    assert result.messages == slow.sent + 1
    assert result.waiting == 9 - slow.sent > 0


def test_an_alert_that_cannot_be_put_into_words_keeps_no_other_waiting(
    watcher: Watcher, server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = messages.message

    def fails(notices: Any, **given: Any) -> SlackMessage:
        if given["kind"] is AlertKind.FAILURE:
            raise KeyError("facts")
        return written(notices, **given)

    monkeypatch.setattr(messages, "message", fails)
    opened(watcher, "a", kind=AlertKind.FAILURE)
    opened(watcher, "b", now=at(1))
    result = deliver(watcher, at(2))
    assert (result.messages, result.waiting) == (1, 1)
    assert "KeyError" in result.errors[0]


def test_an_alert_that_flaps_is_damped(watcher: Watcher, server: SlackServer) -> None:
    """Bad for five minutes, well for five, for three hours: once were 36 messages. A day has no more than this."""
    for minute in range(0, 180, 10):
        opened(watcher, "a", now=at(minute))
        deliver(watcher, at(minute + 1))
        gone(watcher, "a", now=at(minute + 5))
        deliver(watcher, at(minute + 6))
    assert headlines(server) == [STALE, UNWATCHED, f"Back again: {STALE}"]
    assert "flapping: back once; its recovery is notified once it has lasted 1 h 30 min" in server.texts[-1]
    assert "flapping" not in "".join(server.texts[:-1])
    assert deliver(watcher, at(180)) == DeliveryResult()
    alert = by_key(watcher)["a"]
    assert (alert.state, alert.reopenings) == (AlertState.RESOLVED, 17)
    assert deliver(watcher, at(264)).messages == 0
    assert deliver(watcher, at(266)).messages == 1  # it has lasted
    assert headlines(server)[-1] == UNWATCHED
    assert len(server.texts) == 4


def test_what_runs_hourly_and_fails_every_other_time_is_one_alert(watcher: Watcher, server: SlackServer) -> None:
    for hour in range(0, 8, 2):
        opened(watcher, "a", now=at(60 * hour))
        deliver(watcher, at(60 * hour + 1))
        gone(watcher, "a", now=at(60 * hour + 60))
        deliver(watcher, at(60 * hour + 61))
    assert headlines(server) == [STALE, UNWATCHED, f"Back again: {STALE}"]
    assert deliver(watcher, at(511)).messages == 1
    assert len(by_key(watcher)) == 1


def test_an_alert_that_flaps_and_is_resolved_by_hand_is_over_at_once(watcher: Watcher, server: SlackServer) -> None:
    for minute in range(0, 40, 10):
        opened(watcher, "a", now=at(minute))
        deliver(watcher, at(minute + 1))
        if minute < 30:
            gone(watcher, "a", now=at(minute + 5))
            deliver(watcher, at(minute + 6))
    with watcher._transaction() as (session, _):
        actions.resolve_alert(session, alert_id=by_key(watcher)["a"].id, now=at(35))
    assert deliver(watcher, at(36)).messages == 1
    assert "by hand" in server.texts[-1]


def test_reopenings_that_are_far_apart_are_not_counted_together(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    deliver(watcher)
    for hour in (10, 20, 30, 40):
        gone(watcher, "a", now=at(hour * 60))
        deliver(watcher, at(hour * 60 + 1))
        opened(watcher, "a", now=at(hour * 60 + 5))
        deliver(watcher, at(hour * 60 + 6))
    assert by_key(watcher)["a"].reopenings == 1
    assert len(server.texts) == 9


def test_a_test_message_goes_everywhere(watcher: Watcher, server: SlackServer, tmp_path: Path) -> None:
    with routed(watcher, tmp_path, '[[routes]]\nkind = "failure"\nchannel = "#oncall"') as told:
        assert told.send_test_alert() == {"#oncall": "WATCHER_SLACK_TOKEN is not set", "default": None}
        assert told.send_test_alert("default") == {"default": None}
        with pytest.raises(InvalidValueError, match="there is no destination '#typo'; there are #oncall, default"):
            told.send_test_alert("#typo")
    assert broken_limit(server.messages[0]) is None
    server.fail(Failure(503, "service_unavailable"))
    assert watcher.send_test_alert() == {"default": "Slack answers HTTP 503: service_unavailable"}
    with configured(watcher) as unconfigured:
        assert unconfigured.send_test_alert() == {}


# Pace and time


def test_a_destination_gets_a_message_a_second(watcher: Watcher, server: SlackServer) -> None:
    clock = Clock()
    pace = Pace(clock=clock, sleep=clock.sleep)
    for level in LEVELS:
        opened(watcher, f"{level} a", level=level)
        opened(watcher, f"{level} b", level=level, kind=AlertKind.FAILURE)
    assert deliver(watcher, pace=pace).messages == 6
    assert clock.slept == [1.0] * 5
    opened(watcher, "next", now=at(1))
    deliver(watcher, at(1), pace=pace)
    assert clock.slept == [1.0] * 6


def test_what_does_not_fit_the_time_is_left_to_the_next_delivery(watcher: Watcher, server: SlackServer) -> None:
    clock = Clock()
    pace = Pace(20, clock=clock, sleep=clock.sleep)
    for level in LEVELS:
        opened(watcher, level, level=level)
    assert deliver(watcher, pace=pace) == DeliveryResult(messages=2, alerts=2, waiting=1)
    left = next(alert for alert in watcher.alerts() if alert.event)
    assert (left.attempts, left.lease, left.last_error) == (0, None, None)
    assert deliver(watcher, at(2), pace=Pace(0)).messages == 1


# What changes while a message is under way


class During:
    """A sender during whose sending something happens."""

    def __init__(self, happens: Callable[[], object], *, fails: bool = False) -> None:
        self.happens = happens
        self.fails = fails
        self.sent: list[SlackMessage] = []

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        self.happens()
        if self.fails:
            raise DeliveryError("down")
        self.sent.append(message)
        return None


def test_an_alert_that_resolves_while_its_opening_is_under_way(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    deliver(watcher, senders={"default": During(lambda: gone(watcher, "a", now=at(0.1)))})
    assert by_key(watcher)["a"].event is AlertEvent.RESOLVED
    deliver(watcher, at(1))
    assert headlines(server) == [UNWATCHED]


def test_an_alert_that_resolves_while_its_opening_fails(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    deliver(watcher, senders={"default": During(lambda: gone(watcher, "a", now=at(0.1)), fails=True)})
    deliver(watcher, at(1))
    assert headlines(server) == ["1 alert came and went while messages did not get through: pipeline a"]
    assert deliver(watcher, at(60)) == DeliveryResult()


def test_an_alert_that_is_back_while_its_recovery_is_under_way(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    deliver(watcher)
    gone(watcher, "a", now=at(5))
    deliver(watcher, at(6), senders={"default": During(lambda: opened(watcher, "a", now=at(6.1)))})
    deliver(watcher, at(7))
    assert headlines(server)[1:] == [f"Back again: {STALE}"]


def test_an_alert_that_is_snoozed_while_its_opening_is_under_way(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    deliver(
        watcher,
        senders={"default": During(lambda: watcher.snooze_alert(by_key(watcher)["a"].id, until=until))},
    )
    alert = by_key(watcher)["a"]
    assert (alert.state, alert.event, alert.next_attempt_at) == (AlertState.SNOOZED, AlertEvent.REMINDED, until)


def test_nobody_else_delivers_what_is_under_way(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    seen: list[DeliveryResult] = []
    deliver(watcher, senders={"default": During(lambda: seen.append(deliver(watcher, at(1), retry_now=True)))})
    assert [each.messages for each in seen] == [0]
    assert server.requests == 0


def test_a_lease_that_has_run_out_is_taken_over(watcher: Watcher, server: SlackServer) -> None:
    """Whoever dies after sending leaves the mark undone: the message comes a second time, and never a third."""
    opened(watcher, "a")

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(watcher, senders={"default": During(die)})
    assert deliver(watcher, at(1)).messages == 0
    assert deliver(watcher, NOON + outbox.LEASE).messages == 1
    assert deliver(watcher, at(60)).messages == 0


def test_a_late_mark_does_not_touch_what_somebody_else_has_taken_over(watcher: Watcher, server: SlackServer) -> None:
    opened(watcher, "a")
    slow = During(lambda: deliver(watcher, NOON + outbox.LEASE), fails=True)
    deliver(watcher, senders={"default": slow})
    alert = by_key(watcher)["a"]
    assert (alert.event, alert.last_error) == (None, None)
    assert alert.delivered_at is not None


# Several at once


def test_what_ended_while_it_was_claimed_and_was_put_aside_is_not_forgotten(watcher: Watcher) -> None:
    """Another deliverer looked after the end, and before the claim could be seen: as if nobody had heard of it."""
    said: list[str] = []

    class Sender:
        def send(self, message: SlackMessage, *, thread: str | None) -> None:
            said.append(message.text.splitlines()[0])
            if len(said) == 1:
                gone(watcher, "a", now=at(1))
                with watcher._transaction() as (session, _):
                    session.execute(sa.text("UPDATE watcher.alert SET is_settled = true"))

    opened(watcher, "a")
    deliver(watcher, senders={"default": Sender()})
    assert len(said) == 1
    deliver(watcher, at(2), senders={"default": Sender()})
    assert said[1:] == [f"⚪ {UNWATCHED}"]


def test_several_deliverers_at_once_send_nothing_twice(
    watcher: Watcher, server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "SHOWN", 1_000)  # each message names all of its alerts
    keys = [unique("key") for _ in range(60)]
    opened(watcher, *keys)
    done = threading.Event()
    failures: list[BaseException] = []

    def deliver_on() -> None:
        try:
            while not done.is_set():
                deliver(watcher, at(1))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=deliver_on) for _ in range(3)]
    for thread in threads:
        thread.start()
    # Checks go on meanwhile.
    for number in range(30):
        opened(watcher, f"{number} new")
        gone(watcher, keys[number], now=NOON)
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    while deliver(watcher, at(2)).messages:
        pass
    told = [
        (message["blocks"][0]["text"]["text"], line.rpartition(" [alert ")[2])
        for message in server.messages
        for block in message["blocks"][2:-1]
        for line in block["text"]["text"].splitlines()
    ]
    assert len(told) == len(set(told))
    openings = {number for header, number in told if header[0] not in "✅⚪"}
    recoveries = {number for header, number in told if header[0] in "✅⚪"}
    # Whoever heard of an alert heard of its end; those that went before their turn came were nobody's business.
    found = watcher.alerts(limit=1_000)
    assert openings == {f"{alert.id}]" for alert in found if alert.delivered_at}
    assert recoveries == {f"{alert.id}]" for alert in found if alert.delivered_at and alert.resolved_at}
    assert len(openings) >= 60
    assert all(alert.event is None for alert in found)


# A day without Slack


def test_slack_is_down_for_a_day(watcher: Watcher, server: SlackServer) -> None:
    """An alert every quarter of an hour, half of which go away; a deliverer every five minutes."""
    server.down = Failure(503, "down")
    open_at_the_end = set()
    for tick in range(0, 24 * 60, 15):
        key = f"{tick:04}"
        kind = AlertKind.FAILURE if tick % 60 == 0 else AlertKind.FRESHNESS
        opened(watcher, key, now=at(tick), kind=kind)
        for minute in (0, 5, 10):
            deliver(watcher, at(tick + minute))
        if tick % 30 == 0:
            gone(watcher, key, now=at(tick + 14))
        else:
            open_at_the_end.add(key)
    asked = server.requests
    assert asked < 24 * 60 / 10, "a place that is down is left alone"
    assert watcher.undelivered_alerts().count == 24 * 4

    server.down = None
    results = [deliver(watcher, at(24 * 60 + minute)) for minute in range(20)]
    assert sum(result.alerts for result in results) == 24 * 4
    assert len(server.messages) <= 4, "a digest, not a storm"
    assert watcher.undelivered_alerts().count == 0
    assert sorted(headline.partition(":")[0] for headline in headlines(server)) == [
        "24 alerts came and went while messages did not get through",
        "24 alerts came and went while messages did not get through",
        "48 pipelines have stale data",
    ]
    alerts_now = by_key(watcher)
    assert {key for key, alert in alerts_now.items() if alert.state is AlertState.OPEN} == open_at_the_end
    assert all(alert.delivered_at for alert in alerts_now.values())
    for text in server.texts:
        numbers = [int(line.rpartition("[alert ")[2][:-1]) for line in text.splitlines() if line.startswith("•")]
        assert numbers == sorted(numbers), "in the order in which they came"


def test_what_is_behind_an_alert_in_maintenance_waits_with_it(watcher: Watcher, server: SlackServer) -> None:
    source, table, report = (Address(unique(name), "postgresql", "database") for name in ("source", "table", "report"))
    first, second = (watcher.get_or_create_pipeline(unique(name)) for name in ("first", "second"))
    watcher.create_lineage(first.id, sources=[source], targets=[table])
    watcher.create_lineage(second.id, sources=[table], targets=[report])
    now = watcher.clock()
    watcher.add_maintenance(pipeline=first.name, duration=dt.timedelta(hours=2))
    opened(watcher, "cause", pipeline=first.name, now=now + dt.timedelta(minutes=1))
    opened(watcher, "behind", pipeline=second.name, now=now + dt.timedelta(minutes=2))
    assert deliver(watcher, now=now + dt.timedelta(minutes=5)).messages == 0
    assert deliver(watcher, now=now + dt.timedelta(hours=2, minutes=5)).messages == 1
    assert f"Behind it: {second.name}" in server.texts[-1]

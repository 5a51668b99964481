"""The whole way: a run fails in Dagster, the recorder sees it, a check opens an alert, and Slack is notified."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster_slack import SlackResource
from pydantic import SecretStr
from slack_sdk import WebClient

from tests.slack_server import TOKEN, Failure, SlackServer, slack_server
from watcher_core import AlertKind, AlertState, ConfigurationError, Settings, Watcher
from watcher_core.database.engine import normalize_url
from watcher_dagster import build_watcher_check_sensor, build_watcher_slack_sensor
from watcher_dagster.automation.quick_checks import CheckCursor
from watcher_dagster.recorder import tick
from watcher_dagster.recorder.tick import record_tick


class LocalSlack(SlackResource):
    """A `SlackResource` whose Slack is on this host."""

    api: str

    def get_client(self) -> WebClient:
        return WebClient(self.token, base_url=f"{self.api}/")


class Platform:
    """A Dagster instance, Watcher, and a Slack."""

    def __init__(self, instance: dg.DagsterInstance, watcher: Watcher, slack: SlackServer, url: str) -> None:
        self.instance = instance
        self.watcher = watcher
        self.slack = slack
        self.engine = sa.create_engine(normalize_url(url))
        self.works = True
        self.check_sensor = build_watcher_check_sensor()
        self.sensor = self.sensor_with(slack=LocalSlack(token=TOKEN, api=slack.api), channel="#data")

    def sensor_with(self, **options: Any) -> dg.SensorDefinition:
        return build_watcher_slack_sensor(**options)

    def run(self) -> str:
        """Materialize an asset that fails, or works, have it recorded, and return what the check sensor says of it."""

        @dg.asset
        def orders() -> None:
            if not self.works:
                raise ValueError("no orders today")

        dg.materialize([orders], instance=self.instance, raise_on_error=False)
        record_tick(self.instance, self.watcher)
        return self.check()

    def check(self) -> str:
        """Return the message of a tick of the check sensor, in a series of ticks that began before all else."""
        now = dt.datetime.now(dt.UTC).timestamp()
        cursor = CheckCursor(ticked=now, resumed=0.0, checked=now)
        with dg.build_sensor_context(
            instance=self.instance, cursor=cursor.to_json(), resources={"watcher": FixedResource(self.watcher)}
        ) as context:
            result = self.check_sensor.evaluate_tick(context)
        assert not result.run_requests
        return str(result.skip_message)

    def deliver(self, sensor: dg.SensorDefinition | None = None, watcher: Watcher | None = None) -> str:
        """A tick of the sensor, and its message. What waited for another try waits no more."""
        with self.engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE watcher.alert_delivery SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL")
            )
        with dg.build_sensor_context(
            instance=self.instance, resources={"watcher": FixedResource(watcher or self.watcher)}
        ) as context:
            result = (sensor or self.sensor).evaluate_tick(context)
        assert not result.run_requests
        return str(result.skip_message)


class FixedResource:
    """What the sensor asks of a `WatcherResource`."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def get_client(self) -> Watcher:
        return self._watcher


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with slack_server() as server:
        yield server


@pytest.fixture
def platform(
    dagster_instance: dg.DagsterInstance,
    watcher: Watcher,
    slack: SlackServer,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Platform]:
    monkeypatch.setattr("watcher_core.alerts.delivery.shared_pace._seconds", 0.0)
    made = Platform(dagster_instance, watcher, slack, database_url)
    yield made
    made.engine.dispose()


def test_a_failure_reaches_slack_and_its_recovery_answers_in_the_thread(platform: Platform) -> None:
    assert platform.deliver() == "no pending notifications"
    platform.works = False
    assert platform.run() == "failures: 1 found, 1 new"
    platform.run()  # it fails again: the same alert
    (alert,) = platform.watcher.alerts()
    assert (alert.kind, alert.pipeline_name, alert.state) == (AlertKind.FAILURE, "orders", AlertState.OPEN)
    assert platform.deliver() == "sent 1 alert to Slack in 1 message"
    (opening,) = platform.slack.messages
    assert opening["channel"] == "#data"
    assert "no orders today" in opening["text"]
    assert "thread_ts" not in opening
    platform.works = True
    platform.run()
    assert platform.deliver() == "sent 1 alert to Slack in 1 message"
    recovery = platform.slack.messages[1]
    assert recovery["thread_ts"] == "1.000100"
    assert recovery["text"].startswith("✅ orders: fixed by the run of ")
    assert platform.deliver() == "no pending notifications"


@pytest.mark.usefixtures("refusals_left_open")
def test_slack_is_down_and_nothing_is_lost(platform: Platform) -> None:
    platform.works = False
    platform.run()
    platform.slack.down = Failure(500, '{"ok": false, "error": "internal_error"}')
    assert platform.deliver() == "1 alert waits: default: Slack answers HTTP 500: internal_error"
    with dg.build_sensor_context(
        instance=platform.instance, resources={"watcher": FixedResource(platform.watcher)}
    ) as context:  # before the time for another try has come
        message = platform.sensor.evaluate_tick(context).skip_message
    assert message == "1 alert waits: Slack answers HTTP 500: internal_error"
    platform.slack.down = None
    assert platform.deliver() == "sent 1 alert to Slack in 1 message"
    assert len(platform.slack.messages) == 1


def test_without_a_slack_the_sensor_says_what_waits(platform: Platform) -> None:
    platform.works = False
    platform.run()
    sensor = platform.sensor_with()
    assert platform.deliver(sensor) == (
        "1 alert waits: no destination: SLACK_WEBHOOK_URL is not set, and no route matches"
    )
    missing = platform.sensor_with(slack=SlackResource(token=dg.EnvVar("NO_SUCH_TOKEN")), channel="#data")
    assert platform.deliver(missing) == (
        "1 alert waits: default: the SlackResource cannot be used: environment variable NO_SUCH_TOKEN is not set"
    )


def test_a_webhook_of_the_settings(platform: Platform, database_url: str) -> None:
    platform.works = False
    platform.run()
    settings = Settings(slack_webhook_url=SecretStr(platform.slack.webhook))
    with Watcher(database_url, settings=settings) as watcher:
        assert platform.deliver(platform.sensor_with(), watcher) == "sent 1 alert to Slack in 1 message"
    assert len(platform.slack.messages) == 1


def test_routes_that_cannot_be_read_are_an_error(platform: Platform, database_url: str, tmp_path: Any) -> None:
    with (
        Watcher(database_url, settings=Settings(routes=tmp_path / "none.toml")) as watcher,
        pytest.raises(ConfigurationError, match=r"WATCHER_ROUTES is .* which cannot be read"),
    ):
        platform.deliver(watcher=watcher)


# Failures, in the check sensor's tick


def test_executions_of_outside_jobs_are_looked_at_too(platform: Platform) -> None:
    platform.run()
    outside = platform.watcher.get_or_create_pipeline("cron-job")
    execution = platform.watcher.start_execution(pipeline_id=outside.id)
    platform.watcher.end_execution(execution.id, completed_successfully=False)
    assert record_tick(platform.instance, platform.watcher) == "nothing new"
    assert platform.check() == "failures: 1 found, 1 new"
    assert platform.check() == "failures: 1 found"


def test_history_that_is_read_back_opens_no_alert_that_it_closes_again(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tick, "BATCH_RUNS", 1)
    for works in (False, True):
        platform.works = works

        @dg.asset
        def orders() -> None:
            if not platform.works:
                raise ValueError("no orders then")

        dg.materialize([orders], instance=platform.instance, raise_on_error=False)
    first = record_tick(platform.instance, platform.watcher, tick_seconds=0)
    assert "the next tick goes on" in first
    assert platform.check() == "the checks wait for the recorder: it reads history back"
    assert [one.state.value for one in platform.watcher.executions(pipeline="orders")] == ["failed"]
    while "goes on" in record_tick(platform.instance, platform.watcher, tick_seconds=0):
        assert platform.check() == "the checks wait for the recorder: it reads history back"
    assert platform.check() == "nothing found"
    assert [one.state.value for one in platform.watcher.executions(pipeline="orders")] == ["succeeded", "failed"]
    assert platform.watcher.alerts() == []


def test_there_is_one_summary_of_the_failures_in_a_history_that_is_read_back(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tick, "BATCH_RUNS", 1)
    days = dg.StaticPartitionsDefinition(["01", "02", "03"])

    def failing(name: str) -> dg.AssetsDefinition:
        @dg.asset(name=name, partitions_def=days)
        def fails() -> None:
            raise ValueError("no file")

        return fails

    for asset, keys in ((failing("orders"), ["01", "02", "03"]), (failing("customers"), ["02"])):
        for key in keys:
            dg.materialize([asset], instance=platform.instance, partition_key=key, raise_on_error=False)
    while "goes on" in record_tick(platform.instance, platform.watcher, tick_seconds=0):
        assert platform.check() == "the checks wait for the recorder: it reads history back"
        platform.deliver()
    assert platform.slack.texts == []
    assert platform.check() == "failures: 2 found, 2 new"
    for _ in range(2):
        platform.check()
        platform.deliver()
    (summary,) = platform.slack.texts
    assert "3 partitions failed (01, 02, 03)" in summary
    assert "Same error: customers" in summary


def test_a_check_that_fails_stops_neither_recording_nor_the_other_checks(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("out of order")

    stale = platform.watcher.get_or_create_pipeline("stale", freshness_number=1, freshness_datepart="minute")
    with platform.engine.begin() as connection:
        connection.execute(sa.text("UPDATE watcher.pipeline SET created_at = now() - interval '1 day'"))
    with monkeypatch.context() as patched:
        patched.setattr(type(platform.watcher), "check_failures", broken)
        platform.works = False
        assert platform.run() == "freshness: 1 found, 1 new; failures cannot be checked: RuntimeError"
    (alert,) = platform.watcher.alerts()
    assert (alert.kind, alert.pipeline_id) == (AlertKind.FRESHNESS, stale.id)
    (execution,) = platform.watcher.executions(pipeline="orders")
    assert execution.end_date is not None
    assert execution.end_date <= dt.datetime.now(dt.UTC)
    assert platform.check() == "failures: 1 found, 1 new; freshness: 1 found"

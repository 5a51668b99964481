"""The check sensor: what it finds, what it waits for, and that it and the jobs open each alert once."""

import datetime as dt
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

from watcher_core import AlertKind, AlertState, DatabaseUnavailableError, InvalidValueError, Watcher
from watcher_core.database.engine import normalize_url
from watcher_dagster import WatcherResource, build_watcher_check_sensor, build_watcher_definitions
from watcher_dagster.automation import configuration, quick_checks
from watcher_dagster.automation.quick_checks import CheckCursor
from watcher_dagster.recorder.tick import record_tick

HOURS = dt.timedelta(hours=1)
MINUTES = dt.timedelta(minutes=1)


class Platform:
    """A Dagster instance, Watcher, and the ticks of one check sensor."""

    def __init__(self, instance: dg.DagsterInstance, watcher: Watcher, url: str) -> None:
        self.instance = instance
        self.watcher = watcher
        self.engine = sa.create_engine(normalize_url(url))
        self.resource = WatcherResource(database_url=url)
        self.definitions = build_watcher_definitions(resource=self.resource)
        self.sensor = build_watcher_check_sensor()
        self.cursor: str | None = None

    def tick(self) -> str:
        with dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, resources={"watcher": self.resource}
        ) as context:
            result = self.sensor.evaluate_tick(context)
        assert not result.run_requests
        self.cursor = result.cursor
        return str(result.skip_message)

    def record(self) -> None:
        record_tick(self.instance, self.watcher)

    def job(self, name: str) -> None:
        assert self.definitions.resolve_job_def(name).execute_in_process(instance=self.instance).success

    def earlier(self, *, ticked: dt.timedelta, checked: dt.timedelta) -> None:
        """Move the last tick into the past, and what it had checked."""
        now = time.time()
        then = now - ticked.total_seconds()
        self.cursor = CheckCursor(ticked=then, resumed=then, checked=now - checked.total_seconds()).to_json()

    def execute(self, pipeline_id: int, *, started: dt.timedelta, ended: dt.timedelta, works: bool = True) -> int:
        """Record an execution that lies so far back."""
        now = dt.datetime.now(dt.UTC)
        execution = self.watcher.start_execution(pipeline_id=pipeline_id, start_date=now - started)
        self.watcher.end_execution(execution.id, end_date=now - ended, completed_successfully=works)
        return execution.id

    def stale(self, name: str = "stale") -> int:
        """Make a pipeline whose data is stale."""
        made = self.watcher.get_or_create_pipeline(name, freshness_number=1, freshness_datepart="hour")
        with self.engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE watcher.pipeline SET created_at = now() - interval '1 day' WHERE id = :id"),
                {"id": made.id},
            )
        return made.id

    def late(self) -> int:
        """Make a pipeline with an execution that runs too long."""
        made = self.watcher.get_or_create_pipeline("late", timeliness_number=1, timeliness_datepart="minute")
        self.watcher.start_execution(pipeline_id=made.id, start_date=dt.datetime.now(dt.UTC) - HOURS)
        return made.id

    def change(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement))


@pytest.fixture
def platform(dagster_instance: dg.DagsterInstance, watcher: Watcher, database_url: str) -> Iterator[Platform]:
    made = Platform(dagster_instance, watcher, database_url)
    yield made
    made.engine.dispose()
    made.resource.get_client().close()


def test_a_tick_says_what_was_found_new_and_resolved(platform: Platform) -> None:
    assert platform.tick() == "nothing found"
    stale, late = platform.stale(), platform.late()
    failing = platform.watcher.get_or_create_pipeline("failing").id
    platform.execute(failing, started=2 * MINUTES, ended=MINUTES, works=False)
    assert platform.tick() == "failures: 1 found, 1 new; timeliness: 1 found, 1 new; freshness: 1 found, 1 new"
    assert {(alert.kind, alert.pipeline_id) for alert in platform.watcher.alerts()} == {
        (AlertKind.FAILURE, failing),
        (AlertKind.TIMELINESS, late),
        (AlertKind.FRESHNESS, stale),
    }
    assert platform.tick() == "failures: 1 found; timeliness: 1 found; freshness: 1 found"
    platform.execute(failing, started=MINUTES / 2, ended=MINUTES / 3)
    platform.stale("stale too")
    platform.change("UPDATE watcher.pipeline SET last_target_insert = now() WHERE name = 'stale'")
    assert platform.tick() == "failures: 1 resolved; timeliness: 1 found; freshness: 1 found, 1 new, 1 resolved"


def test_an_asset_check_that_does_not_pass_is_found_until_it_does(platform: Platform) -> None:
    platform.tick()
    for passed, said in ((False, "asset checks: 1 found, 1 new"), (True, "asset checks: 1 resolved")):
        platform.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(asset_key=dg.AssetKey("orders"), check_name="sound", passed=passed)
        )
        platform.record()
        assert platform.tick() == said


def test_what_a_person_resolves_is_not_counted(platform: Platform) -> None:
    platform.stale()
    platform.tick()
    (alert,) = platform.watcher.alerts()
    platform.watcher.resolve_alert(alert.id)
    assert platform.tick() == "freshness: 1 found"


def test_a_database_that_is_away_is_an_error_of_the_tick(platform: Platform) -> None:
    away = WatcherResource(database_url="postgresql://nobody@127.0.0.1:1/nowhere")
    with (
        dg.build_sensor_context(instance=platform.instance, resources={"watcher": away}) as context,
        pytest.raises(DatabaseUnavailableError, match=r"127\.0\.0\.1"),
    ):
        platform.sensor.evaluate_tick(context)


def test_checks_that_take_long_take_turns(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_checks, "BEGIN_SECONDS", -1.0)
    platform.stale()
    platform.late()
    names = list(quick_checks.NAMES.values())
    found = {"timeliness": ["timeliness: 1 found, 1 new"], "freshness": ["freshness: 1 found, 1 new"]}
    for name in list(names):
        names.remove(name)
        assert platform.tick() == "; ".join(
            [*found.get(name, []), *(f"{left}: left to the next tick" for left in names)]
        )
        names.append(name)


# The jobs beside it


@pytest.mark.parametrize(
    ("make", "job"), [("stale", "watcher_freshness_job"), ("late", "watcher_timeliness_job")], ids=["stale", "late"]
)
def test_whichever_comes_first_opens_the_alert_once(platform: Platform, make: str, job: str) -> None:
    getattr(platform, make)()
    platform.tick()
    (first,) = platform.watcher.alerts()
    platform.job(job)
    assert platform.watcher.alerts() == [first]
    platform.change(
        "TRUNCATE watcher.alert, watcher.alert_action, watcher.alert_delivery, watcher.freshness_pipeline_log,"
        " watcher.timeliness_pipeline_execution_log"
    )
    platform.job(job)
    (again,) = platform.watcher.alerts()
    assert platform.tick().endswith(": 1 found")  # and not new
    assert platform.watcher.alerts() == [again]


def test_the_sensor_and_a_job_at_once_open_one_alert(platform: Platform) -> None:
    pipelines = {platform.stale(f"stale {number}") for number in range(20)}
    barrier = threading.Barrier(3)
    errors: list[BaseException] = []

    def run(check: Any) -> None:
        try:
            barrier.wait(60)
            check()
        except BaseException as error:
            errors.append(error)

    checks = (platform.tick, platform.watcher.check_freshness, platform.watcher.check_freshness)
    threads = [threading.Thread(target=run, args=[check]) for check in checks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
    alerts = platform.watcher.alerts(limit=1_000)
    assert len(alerts) == 20
    assert {alert.pipeline_id for alert in alerts} == pipelines


def test_what_the_sensor_finds_a_job_reports_to_the_asset(platform: Platform) -> None:
    @dg.asset
    def orders() -> None: ...

    dg.materialize([orders], instance=platform.instance)
    platform.record()
    platform.job("watcher_freshness_job")
    platform.watcher.update_pipeline("orders", freshness_number=1, freshness_datepart="hour")
    platform.change("UPDATE watcher.pipeline SET created_at = now() - interval '1 day'")
    platform.change("UPDATE watcher.pipeline SET last_target_insert = NULL, last_target_update = NULL")
    platform.earlier(ticked=dt.timedelta(seconds=30), checked=dt.timedelta(seconds=30))
    assert platform.tick() == "freshness: 1 found, 1 new"
    assert platform.instance.fetch_observations(dg.AssetKey("orders"), limit=5).records == []
    platform.job("watcher_freshness_job")
    assert len(platform.instance.fetch_observations(dg.AssetKey("orders"), limit=5).records) == 1


# The lookback of timeliness


def test_what_ended_between_two_ticks_is_found_once(platform: Platform) -> None:
    late = platform.watcher.get_or_create_pipeline("late", timeliness_number=1, timeliness_datepart="minute")
    platform.tick()
    platform.execute(late.id, started=50 * MINUTES, ended=40 * MINUTES)
    assert platform.tick() == "timeliness: 1 found, 1 new"
    assert platform.tick() == "timeliness: 1 found"
    assert len(platform.watcher.alerts()) == 1


def test_a_day_without_a_daemon_is_made_up_for(platform: Platform) -> None:
    late = platform.watcher.get_or_create_pipeline("late", timeliness_number=1, timeliness_datepart="minute")
    platform.execute(late.id, started=20 * HOURS, ended=19 * HOURS)
    assert platform.tick() == "nothing found"  # longer ago than the lookback
    platform.earlier(ticked=24 * HOURS, checked=24 * HOURS)
    assert platform.tick() == "timeliness: 1 found, 1 new"
    assert platform.tick() == "timeliness: 1 resolved"


def test_the_checks_wait_until_the_recorder_has_made_up_for_a_day_without_a_daemon(platform: Platform) -> None:
    platform.record()
    platform.stale()
    platform.change("UPDATE watcher.recorder SET updated_at = updated_at - interval '1 day'")
    platform.earlier(ticked=24 * HOURS, checked=24 * HOURS)
    assert platform.tick().startswith(
        "the checks wait for the recorder: it has not run since they began to; its last tick was at 20"
    )
    assert platform.watcher.alerts() == []
    platform.record()
    assert platform.tick() == "freshness: 1 found, 1 new"


def test_the_checks_wait_while_the_recorder_is_behind(platform: Platform) -> None:
    platform.record()
    platform.stale()
    behind = "jsonb_build_object('caught_up', extract(epoch FROM updated_at) - 5400)"
    platform.change(f"UPDATE watcher.recorder SET cursor = cursor || {behind}")
    platform.earlier(ticked=dt.timedelta(seconds=30), checked=5 * HOURS)
    assert platform.tick() == "the checks wait for the recorder: it is 1 h 30 min behind"
    kept = json.loads(platform.cursor or "{}")
    assert time.time() - kept["checked"] >= 5 * 3600  # what is recorded later is still looked back to


def test_a_recorder_that_stops_does_not_stop_the_checks_of_others(platform: Platform) -> None:
    """Outside jobs record by themselves."""
    platform.record()
    platform.change(
        "UPDATE watcher.recorder SET updated_at = updated_at - interval '1 hour',"
        " cursor = cursor || jsonb_build_object('caught_up', (cursor ->> 'caught_up')::float - 3600)"
    )
    platform.cursor = CheckCursor(ticked=time.time(), resumed=0.0, checked=time.time()).to_json()
    failing = platform.watcher.get_or_create_pipeline("cron").id
    platform.execute(failing, started=2 * MINUTES, ended=MINUTES, works=False)
    assert platform.tick() == "failures: 1 found, 1 new; health: 1 found"
    (alert,) = platform.watcher.alerts(kind=AlertKind.FAILURE)
    assert alert.state is AlertState.OPEN


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"minimum_interval_seconds": 0}, "minimum_interval_seconds is 0; it must be a whole number of seconds"),
        ({"lookback_minutes": 0}, "lookback_minutes is 0; it must be a whole number of at least 1"),
        ({"lookback_minutes": True}, "lookback_minutes is True; it must be a whole number of at least 1"),
    ],
)
def test_values_that_break_a_rule_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        build_watcher_check_sensor(**options)


# What the recorder's sensor sends of configuration


def test_configuration_is_sent_when_it_is_another_than_before(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def repository(hours: int) -> dg.RepositoryDefinition:
        @dg.asset(metadata={"watcher/freshness": f"{hours} hours", "watcher/anomalies": ["total_rows"]})
        def orders() -> None: ...

        return dg.Definitions(assets=[orders]).get_repository_def()

    statements: list[str] = []
    engine = watcher._connect()

    def count(*arguments: Any) -> None:
        statements.append(arguments[2])

    sa.event.listen(engine, "before_cursor_execute", count)

    def sent(recorder: configuration.ConfigurationRecorder, definitions: dg.RepositoryDefinition) -> int:
        statements.clear()
        recorder.record(definitions)
        return len(statements)

    recorder, definitions = configuration.ConfigurationRecorder(watcher), repository(2)
    assert sent(recorder, definitions) > 0
    assert sent(recorder, definitions) == 0
    assert sent(recorder, repository(2)) == 0  # loaded again, and nothing has changed
    changed = repository(3)
    assert sent(recorder, changed) > 0
    assert sent(recorder, changed) == 0
    assert watcher.pipeline("orders").freshness_number == 3
    with monkeypatch.context() as patched:
        patched.setattr(configuration, "REPEAT_SECONDS", -1.0)  # an hour later
        assert sent(recorder, changed) > 0
    assert sent(recorder, changed) == 0
    with Watcher("postgresql://nobody@127.0.0.1:1/nowhere") as away:
        unreachable = configuration.ConfigurationRecorder(away)
        for _ in range(2):  # it is sent again after an error
            with pytest.raises(DatabaseUnavailableError):
                unreachable.record(definitions)

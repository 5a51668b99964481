"""The example project does on real data what its reader is told, the day that fails included."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest
import sqlalchemy as sa
from packaging.version import Version

from tests.factories import record
from watcher_core import AnomalyMetric, AnomalyResult, Execution, ExecutionState, Settings, Watcher
from watcher_dagster.recorder.tick import record_tick

if Version(dg.__version__) < Version("1.13.4"):
    pytest.skip("this Dagster takes no key with a dot as a dependency, as the example has one", allow_module_level=True)

# An older Dagster cannot load it.
from examples.flights.definitions import daily_flights_schedule
from examples.flights.raw import FASTEST_WIND_MPH
from examples.flights.replay import FIRST_DAY, LAST_DAY
from examples.flights.source import read, read_day

REPOSITORY = Path(__file__).parents[2]

# The storm of February 2013 closed the airports; on the 12th, Newark's anemometer reported 1,048 mph.
FIRST, LAST = "2013-02-08", "2013-02-13"
FAILING = "2013-02-12"
DEPARTED = {
    "2013-02-08": 458,
    "2013-02-09": 291,
    "2013-02-10": 803,
    "2013-02-11": 856,
    "2013-02-12": 887,
    "2013-02-13": 905,
}

RunScript = Callable[..., str]


@pytest.fixture(scope="module")
def run_script(
    module_database_url: str,
    module_dagster_home: Path,  # for its effect: the database has Dagster's tables
    tmp_path_factory: pytest.TempPathFactory,
) -> RunScript:
    """Run Python as a user would, with our own dagster.yaml; where the database is, the environment says alone."""
    home = tmp_path_factory.mktemp("home")
    shutil.copy(REPOSITORY / "dagster.yaml", home)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DAGSTER_", "WATCHER_"))},
        "DAGSTER_HOME": str(home),
        "DAGSTER_POSTGRES_URL": module_database_url.replace("postgresql://", "postgresql+psycopg2://"),
        "WATCHER_DATABASE_URL": module_database_url,
        "WATCHER_HOME": str(home / "watcher"),
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module")
def replayed(run_script: RunScript) -> str:
    return run_script("-m", "examples.demo", FIRST, LAST)


@pytest.fixture(scope="module")
def database(module_database_url: str, replayed: str) -> Iterator[sa.Connection]:
    """The database after the replay; what is read is always the newest."""
    url = sa.make_url(module_database_url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def pairs(connection: sa.Connection, query: str) -> dict[str, object]:
    return {str(key): value for key, value in connection.execute(sa.text(query))}


def test_the_demo_says_what_failed(replayed: str, module_watcher: Watcher) -> None:
    assert f"8 runs; daily_flights of {FAILING} and traffic_report failed, as they should" in replayed
    assert "recorded 8 of 8 runs" in replayed
    assert "us-holidays: 10 new of 10" in replayed
    assert "0 stale, 0 late, 3 failing" in replayed
    failing = sorted(alert.subject for alert in module_watcher.alerts())
    assert failing == ["busiest_routes", "destinations", "raw_weather"]


def test_every_day_has_the_flights_that_departed(database: sa.Connection) -> None:
    assert pairs(database, "SELECT day, count(*) FROM flights.flown_flights GROUP BY day") == DEPARTED


def test_what_depends_on_the_failed_weather_is_not_built_from_half_of_it(database: sa.Connection) -> None:
    whole = {day: count for day, count in DEPARTED.items() if day != FAILING}
    assert pairs(database, "SELECT day, count(*) FROM flights.flights_enriched GROUP BY day") == whole
    assert pairs(database, "SELECT day, sum(flights) FROM flights.carrier_delays GROUP BY day") == whole
    assert set(pairs(database, "SELECT day, count(*) FROM flights.raw_weather GROUP BY day")) == set(whole)


def test_flights_know_their_plane_and_their_weather(database: sa.Connection) -> None:
    known = "SELECT avg((manufacturer IS NOT NULL)::int), avg((temp IS NOT NULL)::int) FROM flights.flights_enriched"
    with_plane, with_weather = database.execute(sa.text(known)).one()
    assert with_plane > 0.8
    assert with_weather > 0.99


def test_the_report_covers_all_days(database: sa.Connection) -> None:
    arrivals, last_day = database.execute(
        sa.text("SELECT sum(arrivals), max(last_day) FROM flights.airport_traffic")
    ).one()
    listed = "SELECT count(*) FROM flights.flown_flights WHERE dest IN (SELECT faa FROM flights.airports)"
    assert arrivals == database.scalar(sa.text(listed))
    assert last_day == dt.date.fromisoformat(LAST)


def test_dagster_sees_each_run_in_its_code_location(database: sa.Connection) -> None:
    status = "SELECT partition, status FROM runs WHERE pipeline_name = 'daily_flights'"
    assert pairs(database, status) == {day: "FAILURE" if day == FAILING else "SUCCESS" for day in DEPARTED}
    labels = "SELECT run_id, value FROM run_tags WHERE key = '.dagster/repository'"
    assert list(pairs(database, labels).values()) == ["__repository__@flights"] * 8


@pytest.mark.usefixtures("replayed")
def test_watcher_has_what_the_assets_told_it(module_watcher: Watcher) -> None:
    flights = module_watcher.executions(pipeline="raw_flights")
    weather = module_watcher.executions(pipeline="raw_weather")
    assert module_watcher.pipeline("raw_weather").watermark == LAST
    assert [execution.next_watermark for execution in reversed(flights)] == list(DEPARTED)
    assert all(execution.total_rows == execution.inserts == len_of_day(execution) for execution in flights)
    failed = [execution for execution in weather if execution.state is ExecutionState.FAILED]
    assert [execution.next_watermark for execution in failed] == [FAILING]
    assert "EWR reports a wind of 1,048 mph at 3:00" in str(failed[0].execution_metadata)


@pytest.mark.usefixtures("replayed")
def test_watcher_finds_the_rest_in_the_event_log(
    module_watcher: Watcher, module_dagster_instance: dg.DagsterInstance
) -> None:
    record_tick(module_dagster_instance, module_watcher)
    flown = module_watcher.executions(pipeline="flown_flights")
    assert {execution.next_watermark: execution.total_rows for execution in flown} == DEPARTED
    assert module_watcher.executions(pipeline="planes")[0].total_rows == len(read("planes.csv"))
    jobs = module_watcher.executions(pipeline="flights/daily_flights")
    failed = [execution.next_watermark for execution in jobs if execution.state is ExecutionState.FAILED]
    assert (len(jobs), failed) == (len(DEPARTED), [FAILING])


def len_of_day(execution: Execution) -> int:
    assert execution.next_watermark is not None
    return len(read_day("flights.csv.zip", execution.next_watermark))


def test_again_adds_nothing(run_script: RunScript, database: sa.Connection) -> None:
    before = contents(database)
    again = run_script("-m", "examples.demo", FIRST, LAST)
    assert "nothing left to run; 8 runs were there" in again
    assert "us-holidays" not in again
    assert "0 stale, 0 late, 3 failing" in again
    assert contents(database) == before


def contents(connection: sa.Connection) -> dict[str, object]:
    tables = ("runs", "event_logs", "watcher.pipeline_execution", "flights.flown_flights", "flights.airlines")
    return {table: connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) for table in tables}


@pytest.mark.usefixtures("replayed")  # in which it has run
def test_the_external_job_reads_only_what_is_new(run_script: RunScript) -> None:
    assert run_script("examples/external_job.py").startswith("us-holidays: 0 new of 10,")


def test_of_ten_weeks_the_two_days_of_the_blizzard_are_unusual(year: list[AnomalyResult]) -> None:
    weeks = {told: result for told, result in by_day(year).items() if FIRST_DAY <= told <= LAST_DAY}
    unusual = {told: result.value for told, result in weeks.items() if result.flagged}
    assert unusual == {"2013-02-08": 458, "2013-02-09": 291}
    assert len(weeks) > 50  # what is before that is too little history


def test_of_the_rest_of_the_year_storms_and_holidays_are_unusual(year: list[AnomalyResult]) -> None:
    rest = [told for told, result in by_day(year).items() if result.flagged and told > LAST_DAY]
    storms, holidays = ["2013-05-23"], ["2013-05-26", "2013-07-04", "2013-09-01"]  # the Sundays of long weekends
    thanksgiving = ["2013-11-28", "2013-11-29", "2013-11-30"]
    assert rest == [*storms, *holidays, *thanksgiving]


def by_day(results: list[AnomalyResult]) -> dict[str, AnomalyResult]:
    rows = [result for result in results if result.metric_field is AnomalyMetric.TOTAL_ROWS]
    return {result.at.date().isoformat(): result for result in reversed(rows)}


@pytest.fixture
def year(database_url: str, tmp_path: Path) -> list[AnomalyResult]:
    """What rules say that Watcher has made by itself, of a run a day: how many flights departed."""
    flights = read("flights.csv.zip")
    flown = flights[flights["dep_time"].notna()].groupby(["month", "day"]).size()
    counted: list[Any] = list(flown.items())
    with Watcher(database_url, settings=Settings(home=tmp_path, auto_create_anomaly_detection_rules=True)) as watcher:
        watcher.get_or_create_pipeline("flown_flights")
        watcher.record(
            record(
                "flown_flights",
                start=number,
                logical_date=dt.datetime(2013, month, day, tzinfo=dt.UTC),
                total_rows=int(flights_of_day),
            )
            for number, ((month, day), flights_of_day) in enumerate(counted)
        )
        watcher.detect_pending_anomalies()
        return watcher.anomaly_results(pipeline="flown_flights", limit=10_000)


def test_one_day_of_the_replay_has_impossible_weather() -> None:
    weather = read("weather.csv")
    day = pd.to_datetime(weather[["year", "month", "day"]])
    impossible = day[(weather["wind_speed"] > FASTEST_WIND_MPH) & day.between(FIRST_DAY, LAST_DAY)]
    assert impossible.dt.date.astype(str).tolist() == [FAILING]


@pytest.mark.parametrize(
    ("today", "loaded"),
    [("2027-01-01", "2013-01-01"), ("2027-12-31", "2013-12-31"), ("2028-12-31", "2013-01-01")],
)
def test_the_schedule_loads_the_same_day_of_2013(today: str, loaded: str) -> None:
    morning = dt.datetime.fromisoformat(f"{today}T06:00:00-05:00")
    requested = daily_flights_schedule(dg.build_schedule_context(scheduled_execution_time=morning))
    assert isinstance(requested, dg.RunRequest)
    assert requested.partition_key == loaded


def test_dagster_loads_every_code_location_of_the_workspace(
    dagster_home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", database_url.replace("postgresql:", "postgresql+psycopg2:"))
    completed = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr

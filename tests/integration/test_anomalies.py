"""Detection: what is judged, by which history, what is written, and which alerts open and resolve."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest

from tests.factories import at, record
from watcher_core import (
    Alert,
    AlertKind,
    AlertState,
    AnomalyDetection,
    AnomalyMetric,
    AnomalyResult,
    ExecutionSource,
    ExecutionState,
    InvalidValueError,
    NotFoundError,
    Watcher,
)

DAY = 24 * 60
# A day's rows, as they come week after week.
USUAL = [1000 + 3 * (day % 7) for day in range(30)]


def days(watcher: Watcher, counts: Sequence[int | None], *, first: int = 0, name: str = "p", **fields: Any) -> None:
    """Tell of a pipeline that ran once a day from noon, for a minute, and loaded so many rows."""
    watcher.record(
        record(name, f"{name}/{first + day}", start=(first + day) * DAY, total_rows=count, **fields)
        for day, count in enumerate(counts)
    )


def detect(watcher: Watcher, day: float, **options: Any) -> AnomalyDetection:
    """Judge what is pending, as on the evening of that day."""
    return watcher.detect_pending_anomalies(now=at(day * DAY + 360), **options)


def execution_id(watcher: Watcher, day: int, name: str = "p") -> int:
    return next(each.id for each in watcher.executions(limit=1000) if each.external_id == f"{name}/{day}")


def alerts(watcher: Watcher, state: str | None = None) -> list[Alert]:
    return watcher.alerts(kind=AlertKind.ANOMALY, state=state)


@pytest.fixture
def usual(watcher: Watcher) -> Watcher:
    """A pipeline with a rule on its rows, and a month of usual days, judged."""
    watcher.get_or_create_pipeline("p", pipeline_metadata={"owners": ["team:data"]})
    watcher.get_or_create_anomaly_rule("p", metric_field="total_rows")
    days(watcher, USUAL)
    assert detect(watcher, 29).flagged == ()
    return watcher


# What is judged


def test_usual_days_are_normal(usual: Watcher) -> None:
    results = usual.anomaly_results(limit=100)
    assert [result.value for result in results[:3]] == [1003, 1000, 1018]
    assert not any(result.flagged for result in results)
    newest = results[0]
    assert newest.pipeline_name == "p"
    assert newest.metric_field is AnomalyMetric.TOTAL_ROWS
    assert newest.at == newest.start_date == at(29 * DAY)
    assert newest.evaluated_at == at(29 * DAY + 360)
    assert newest.lower is not None
    assert newest.upper is not None
    assert newest.expected is not None
    assert newest.lower < newest.expected < newest.upper
    assert newest.explanation["method"] == "seasonal"
    assert newest.explanation["runs"] > 2
    assert newest.explanation["last_run_at"] < newest.at.isoformat()
    assert alerts(usual) == []


def test_half_of_the_rows_is_an_anomaly(usual: Watcher) -> None:
    days(usual, [500], first=30)
    found = detect(usual, 30)
    assert (found.executions, found.results, found.alerts, found.remaining) == (1, 1, 1, False)
    [result] = found.flagged
    assert (result.value, result.flagged, result.confidence) == (500, True, 1.0)
    assert result.z_score is not None
    assert result.z_score < -3
    assert usual.anomaly_results(flagged=True) == [result]
    [alert] = alerts(usual)
    assert alert.deduplication_key == f"anomaly/{result.pipeline_execution_id}"
    assert alert.pipeline_execution_id == result.pipeline_execution_id
    [facts] = alert.facts["metrics"]
    assert facts["metric_field"] == "total_rows"
    assert facts["value"] == 500
    assert facts["expected"] == pytest.approx(1006, abs=10)
    assert facts["profile"]
    assert facts["runs"] > 2
    assert facts["deviation_percent"] == pytest.approx(-50, abs=1)


def test_an_alert_explains_itself(usual: Watcher) -> None:
    days(usual, [500], first=30)
    detect(usual, 30)
    assert len(alerts(usual)) == 1
    [preview] = usual.preview_alerts()
    [line] = [line for line in preview.text.splitlines() if line.startswith("•")]
    assert line.startswith("• p: ")
    assert "total_rows is 500; usual" in line
    assert ", z = -" in line
    assert ", from " in line


def test_all_metrics_of_an_execution_are_one_alert(usual: Watcher) -> None:
    for metric in ("throughput", "inserts", "duration_seconds"):
        usual.get_or_create_anomaly_rule("p", metric_field=metric)
    days(usual, [1000], first=30, inserts=4)
    assert detect(usual, 30).results == 3  # of inserts there was no history
    days(usual, [100], first=31)
    found = detect(usual, 31)
    assert [result.metric_field.value for result in found.flagged] == ["throughput", "total_rows"]
    assert found.alerts == 1
    [alert] = alerts(usual, "open")
    assert [facts["metric_field"] for facts in alert.facts["metrics"]] == ["total_rows", "throughput"]


@pytest.mark.parametrize(("rows", "unusual"), [(USUAL[2], []), (100, ["total_rows"])])
def test_what_was_late_is_no_news_for_its_duration(usual: Watcher, rows: int, unusual: list[str]) -> None:
    for metric in ("throughput", "duration_seconds"):
        usual.get_or_create_anomaly_rule("p", metric_field=metric)
    usual.update_pipeline("p", timeliness_number=1, timeliness_datepart="hour")
    days(usual, [USUAL[1]], first=30)
    days(usual, [rows], first=31, end_date=at(31 * DAY + 300))
    assert len(usual.check_timeliness(now=at(31 * DAY + 310))) == 1
    found = detect(usual, 31)
    assert {"duration_seconds", "throughput"} <= {result.metric_field.value for result in found.flagged}
    metrics = [facts["metric_field"] for alert in alerts(usual) for facts in alert.facts["metrics"]]
    assert metrics == unusual


@pytest.mark.parametrize(("rows", "unusual"), [(1000, []), (0, ["throughput"])])
def test_rows_that_are_lost_are_news_of_what_was_late(watcher: Watcher, rows: int, unusual: list[str]) -> None:
    """Where nothing else counts them: that it was late does not say so."""
    watcher.get_or_create_pipeline("p", timeliness_number=1, timeliness_datepart="hour")
    for metric in ("throughput", "duration_seconds"):
        watcher.get_or_create_anomaly_rule("p", metric_field=metric)
    days(watcher, [1000 + day % 7 for day in range(30)])
    days(watcher, [rows], first=30, end_date=at(30 * DAY + 300))
    assert len(watcher.check_timeliness(now=at(30 * DAY + 310))) == 1
    detect(watcher, 30)
    metrics = [facts["metric_field"] for alert in alerts(watcher) for facts in alert.facts.get("metrics", ())]
    assert metrics == unusual


def test_throughput_is_rows_a_second(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="throughput", method="zscore", minimum_executions=2)
    days(watcher, [600, 600])
    days(watcher, [None], first=2, inserts=300, updates=240, soft_deletes=60)  # counted, and not summed up
    days(watcher, [None], first=3)  # nobody knows
    days(watcher, [600], first=4, end_date=at(4 * DAY))  # no time at all
    days(watcher, [0], first=5)
    detect(watcher, 5)
    results = {result.at: result.value for result in watcher.anomaly_results()}
    assert results == {at(2 * DAY): 10, at(5 * DAY): 0}


def test_zscore_says_what_it_computes(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule(
        "p", metric_field="total_rows", method="zscore", std_deviation_threshold_multiplier=3
    )
    days(watcher, [98, 102] * 6)
    days(watcher, [200], first=12)
    [result] = detect(watcher, 12).flagged
    assert result.expected == 100
    assert result.explanation["std_deviation_threshold_multiplier"] == 3
    assert result.explanation["lookback_days"] == 30
    assert result.explanation["runs"] == 12
    assert result.explanation["deviation_percent"] == 100


def test_the_multiplier_widens_the_band(usual: Watcher) -> None:
    days(usual, [700], first=30)
    [narrow] = usual.backtest_anomalies("p", metric_field="total_rows", days=1, until=at(30 * DAY))
    [wide] = usual.backtest_anomalies(
        "p", metric_field="total_rows", days=1, std_deviation_threshold_multiplier=10, until=at(30 * DAY)
    )
    assert (narrow.flagged, wide.flagged) == (True, False)


def test_minimum_executions_is_asked_for(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="total_rows", minimum_executions=20)
    for day, count in enumerate(USUAL[:21]):
        days(watcher, [count], first=day)
        assert detect(watcher, day).results == (day == 20)


def test_a_flat_history_has_a_band(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="total_rows")
    watcher.get_or_create_anomaly_rule("p", metric_field="inserts", method="zscore")
    days(watcher, [100] * 20, inserts=100)
    days(watcher, [0], first=20, inserts=0)
    assert {result.metric_field.value for result in detect(watcher, 20).flagged} == {"total_rows", "inserts"}


def test_data_that_is_loaded_again_counts_once(watcher: Watcher) -> None:
    """Three anomalies in five runs are a new level; three attempts to load one partition are not."""
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="total_rows")
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    loaded = [*enumerate(USUAL), (30, 500), (30, 510), (30, 500), (31, 1000), (32, 505)]

    def told(number: int, day: int, rows: int) -> Any:
        partition = start + dt.timedelta(days=day)
        metadata = {"partition": partition.date().isoformat()}
        return record("p", start=100 + number, total_rows=rows, logical_date=partition, execution_metadata=metadata)

    watcher.record([told(number, day, rows) for number, (day, rows) in enumerate(loaded)])
    watcher.detect_pending_anomalies()
    results = watcher.anomaly_results(limit=100)[:5]
    assert [result.value for result in results if result.flagged] == [505, 500, 510, 500]
    assert results[0].upper is not None
    assert results[0].upper < 1_300


def test_the_logical_date_decides_what_is_compared(watcher: Watcher) -> None:
    """A backfill of weekdays and weekends, all run within minutes: each is judged by the days it loads."""
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="total_rows")
    start = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)  # a Monday
    counts = [100 + day % 3 if day % 7 >= 5 else 1000 + day % 5 for day in range(60)]
    watcher.record(
        record("p", f"p/{day}", start=day * 2, total_rows=count, logical_date=start + dt.timedelta(days=day))
        for day, count in enumerate(counts)
    )
    assert detect(watcher, 0).executions == 60
    # The ninth Monday loads what a Saturday would.
    watcher.record([record("p", "late", start=200, total_rows=101, logical_date=start + dt.timedelta(days=63))])
    [result] = detect(watcher, 0).flagged
    assert result.at == start + dt.timedelta(days=63)
    assert result.start_date == at(200)
    assert "Mondays" in result.explanation["profile"]


def test_a_rule_that_is_switched_off_judges_nothing(usual: Watcher) -> None:
    [rule] = usual.anomaly_rules()
    usual.update_anomaly_rule(rule.id, active=False)
    days(usual, [1], first=30)
    assert detect(usual, 30).executions == 0
    assert usual.detect_anomalies(execution_id(usual, 30)) == []


def test_a_pipeline_that_is_switched_off_is_not_judged(usual: Watcher) -> None:
    usual.update_pipeline("p", active=False)
    days(usual, [1], first=30)
    found = detect(usual, 30)
    assert (found.results, found.remaining) == (0, False)


# One execution


def test_one_execution_is_judged_when_asked_for(usual: Watcher) -> None:
    days(usual, [1], first=30)
    asked = execution_id(usual, 30)
    [result] = usual.detect_anomalies(asked, now=at(30 * DAY + 5))
    assert result.flagged
    assert usual.detect_anomalies(external_id="p/30") == [result]
    assert len(alerts(usual)) == 1
    assert detect(usual, 30).executions == 0
    assert usual.anomaly_results(execution_id=asked) == [result]


def test_an_execution_from_before_the_rule_is_judged_only_when_asked_for(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    days(watcher, USUAL)
    watcher.get_or_create_anomaly_rule("p", metric_field="total_rows")
    assert detect(watcher, 30).executions == 0
    [result] = watcher.detect_anomalies(execution_id(watcher, 29))
    assert not result.flagged


@pytest.mark.parametrize("state", ["running", "failed", "canceled", "skipped"])
def test_an_execution_that_has_not_succeeded_is_not_judged(usual: Watcher, state: str) -> None:
    days(usual, [1], first=30, state=ExecutionState(state))
    assert detect(usual, 30).executions == 0
    assert usual.detect_anomalies(execution_id(usual, 30)) == []
    with pytest.raises(InvalidValueError, match=f"is {state}; only those that succeed are judged"):
        usual.explain_anomalies(execution_id(usual, 30))


def test_failures_are_no_history(usual: Watcher) -> None:
    days(usual, [1] * 20, first=30, state=ExecutionState.FAILED)
    days(usual, [1005], first=50)
    found = detect(usual, 50)
    assert (found.results, found.flagged) == (1, ())


def test_an_execution_without_a_value_has_no_verdict(usual: Watcher) -> None:
    days(usual, [None], first=30)
    found = detect(usual, 30)
    assert (found.executions, found.results) == (1, 0)
    assert usual.detect_anomalies(execution_id(usual, 30)) == []
    [explained] = usual.explain_anomalies(execution_id(usual, 30))
    assert (explained.value, explained.verdict, explained.reason) == (None, None, "it has no value")


def test_too_little_history_has_no_verdict(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="total_rows")
    days(watcher, [100] * 5)
    assert detect(watcher, 5).results == 0
    [explained] = watcher.explain_anomalies(execution_id(watcher, 4))
    assert explained.reason == "there is too little history to say: 4 earlier runs"


def test_what_is_not_there_is_said(usual: Watcher) -> None:
    with pytest.raises(NotFoundError, match="no execution with id 987654"):
        usual.detect_anomalies(987654)
    with pytest.raises(NotFoundError, match="no execution named 'x'"):
        usual.detect_anomalies(external_id="x")
    with pytest.raises(NotFoundError, match="no execution named 'p/1'"):
        usual.detect_anomalies(external_id="p/1", source=ExecutionSource.PYTHON)
    with pytest.raises(NotFoundError, match="no execution with id 987654"):
        usual.explain_anomalies(987654)
    with pytest.raises(NotFoundError, match="no execution with id 987654"):
        usual.unflag_anomaly(987654)
    with pytest.raises(NotFoundError, match="no anomaly of execution with id"):
        usual.unflag_anomaly(execution_id(usual, 3))
    with pytest.raises(InvalidValueError, match="pass exactly one"):
        usual.detect_anomalies()
    with pytest.raises(InvalidValueError, match="pass exactly one"):
        usual.detect_anomalies(1, external_id="p/1")
    with pytest.raises(NotFoundError, match="no pipeline named 'nowhere'"):
        usual.anomaly_results(pipeline="nowhere")


@pytest.mark.parametrize("name", ["limit", "seconds"])
def test_limits_are_checked(watcher: Watcher, name: str) -> None:
    values: list[Any] = [-1, "many", True]
    for value in values:
        with pytest.raises(InvalidValueError, match=name):
            watcher.detect_pending_anomalies(**{name: value})
    with pytest.raises(InvalidValueError, match="seconds"):
        watcher.detect_pending_anomalies(seconds=math.nan)


# Values that nobody expects


@pytest.mark.parametrize("method", ["seasonal", "zscore"])
def test_enormous_values_are_judged(watcher: Watcher, method: str) -> None:
    watcher.get_or_create_pipeline("p")
    for metric in AnomalyMetric:
        watcher.get_or_create_anomaly_rule("p", metric_field=metric, method=method)
    largest = 2**63 - 1
    days(watcher, [1000] * 12, inserts=500, updates=400, soft_deletes=100)
    days(watcher, [largest], first=12, inserts=largest, updates=largest, soft_deletes=largest)
    found = detect(watcher, 12)
    assert {result.metric_field for result in found.flagged} >= {
        AnomalyMetric.TOTAL_ROWS,
        AnomalyMetric.INSERTS,
        AnomalyMetric.THROUGHPUT,
    }
    assert found.alerts == 1
    days(watcher, [largest] * 5, first=13, inserts=largest)
    detect(watcher, 18)
    last = watcher.anomaly_results(execution_id=execution_id(watcher, 17))
    assert {result.value for result in last if result.metric_field is AnomalyMetric.INSERTS} == {float(largest)}


def test_history_with_gaps_is_history(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="total_rows")
    days(watcher, USUAL[:20])
    days(watcher, [None] * 10, first=20)  # runs that counted nothing
    days(watcher, [1000], first=70)  # and forty days without any
    detect(watcher, 70)
    [result] = watcher.anomaly_results(execution_id=execution_id(watcher, 70))
    assert not result.flagged
    assert result.explanation["runs"] <= 10


def test_an_execution_of_no_time_has_a_duration(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="duration_seconds")
    for day in range(12):
        days(watcher, [1], first=day, end_date=at(day * DAY))
    detect(watcher, 12)
    assert {result.value for result in watcher.anomaly_results()} == {0}


def test_a_second_more_is_no_news(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="duration_seconds")
    for day, seconds in enumerate([0.05] * 20 + [0.9, 30]):
        days(watcher, [1], first=day, end_date=at(day * DAY + seconds / 60))
    assert [result.value for result in detect(watcher, 22).flagged] == [30]


# Correction


def correct(database_url: str, execution: int, **counts: int | None) -> None:
    """Change counts behind Watcher's back, as a repair of the data might; whoever corrects says what is pending."""
    columns = ", ".join(f"{name} = %({name})s" for name in counts)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            f"UPDATE watcher.pipeline_execution SET {columns} WHERE id = %(id)s", {**counts, "id": execution}
        )


def test_counts_that_come_later_are_judged(usual: Watcher) -> None:
    days(usual, [None], first=30)
    assert detect(usual, 30).results == 0
    days(usual, [400], first=30)  # the log knew more
    [result] = detect(usual, 30).flagged
    assert result.value == 400
    days(usual, [400], first=30)
    assert detect(usual, 30).executions == 0


def test_a_corrected_execution_is_judged_again(usual: Watcher, database_url: str) -> None:
    days(usual, [500], first=30)
    detect(usual, 30)
    asked = execution_id(usual, 30)
    correct(database_url, asked, total_rows=400)
    [worse] = usual.detect_anomalies(asked, now=at(30 * DAY + 10))
    assert (worse.flagged, worse.value) == (True, 400)
    [alert] = alerts(usual, "open")
    assert alert.facts["metrics"][0]["value"] == 400
    correct(database_url, asked, total_rows=1005)
    [result] = usual.detect_anomalies(asked, now=at(30 * DAY + 20))
    assert (result.flagged, result.value) == (False, 1005)
    [alert] = alerts(usual)
    assert alert.state is AlertState.RESOLVED
    # And the day after is judged by it as a normal run.
    days(usual, [1001], first=31)
    assert detect(usual, 31).flagged == ()


def test_a_correction_starts_from_nothing(usual: Watcher, database_url: str) -> None:
    """What a person said about another value says nothing about this one."""
    days(usual, [500], first=30)
    detect(usual, 30)
    asked = execution_id(usual, 30)
    usual.unflag_anomaly(asked)
    correct(database_url, asked, total_rows=2)
    [result] = usual.detect_anomalies(asked, now=at(30 * DAY + 10))
    assert (result.flagged, result.unflagged_at) == (True, None)


def test_a_value_that_is_gone_takes_its_verdict_along(usual: Watcher, database_url: str) -> None:
    days(usual, [500], first=30)
    detect(usual, 30)
    asked = execution_id(usual, 30)
    correct(database_url, asked, total_rows=None)
    assert usual.detect_anomalies(asked, now=at(30 * DAY + 10)) == []
    assert alerts(usual, "open") == []


def test_a_later_attempt_is_judged_again(usual: Watcher) -> None:
    days(usual, USUAL[:1], first=30)
    pipeline = usual.pipeline("p")
    told: dict[str, Any] = {"pipeline_id": pipeline.id, "external_id": "retried", "start_date": at(31 * DAY)}
    execution = usual.start_execution(**told)
    usual.end_execution(execution.id, total_rows=500, end_date=at(31 * DAY + 1))
    assert len(detect(usual, 31).flagged) == 1
    usual.start_execution(**told, attempt=2)
    assert detect(usual, 31).executions == 0
    usual.end_execution(execution.id, total_rows=1000, end_date=at(31 * DAY + 5))
    found = detect(usual, 31)
    assert (found.executions, found.results, found.flagged) == (1, 1, ())
    assert alerts(usual, "open") == []


# Alerts


def test_the_next_normal_execution_resolves(usual: Watcher) -> None:
    days(usual, [500, 480], first=30)
    assert len(detect(usual, 31).flagged) == 2
    assert len(alerts(usual, "open")) == 2
    days(usual, [1009], first=32)
    assert detect(usual, 32).flagged == ()
    assert {alert.state for alert in alerts(usual)} == {AlertState.RESOLVED}


def test_a_normal_metric_beside_an_unusual_one_resolves_nothing(usual: Watcher) -> None:
    usual.get_or_create_anomaly_rule("p", metric_field="duration_seconds")
    days(usual, [500, 480], first=30)
    detect(usual, 31)
    assert len(alerts(usual, "open")) == 2
    days(usual, [None], first=32)  # its duration is as usual; of its rows nobody knows
    detect(usual, 32)
    assert len(alerts(usual, "open")) == 2
    days(usual, [1009], first=33)
    detect(usual, 33)
    assert alerts(usual, "open") == []


def test_a_number_that_nobody_judges_any_more_keeps_no_alert(usual: Watcher) -> None:
    usual.get_or_create_anomaly_rule("p", metric_field="duration_seconds")
    days(usual, [500], first=30, end_date=at(30 * DAY + 600))
    assert len(detect(usual, 30).flagged) == 2
    [rule] = [rule for rule in usual.anomaly_rules(pipeline="p") if rule.metric_field == "total_rows"]
    usual.update_anomaly_rule(rule.id, active=False)
    days(usual, [None], first=31)
    detect(usual, 31)
    assert alerts(usual, "open") == []


def test_an_execution_that_was_not_judged_resolves_nothing(usual: Watcher) -> None:
    days(usual, [500], first=30)
    detect(usual, 30)
    days(usual, [None], first=31)
    detect(usual, 31)
    assert len(alerts(usual, "open")) == 1


def test_an_older_partition_resolves_nothing_and_the_same_one_does(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="total_rows")

    def load(day: int, count: int, *, minute: int = 0) -> None:
        external = f"p/{day}/{minute}"
        started = day * DAY + minute
        watcher.record([record("p", external, start=started, total_rows=count, logical_date=at((day - 1) * DAY))])

    for day in range(20):
        load(day, 1000 + day % 4)
    load(20, 100)
    detect(watcher, 20)
    assert len(alerts(watcher, "open")) == 1
    watcher.record([record("p", "old", start=20 * DAY + 5, total_rows=1001, logical_date=at(4 * DAY))])
    detect(watcher, 20)
    assert len(alerts(watcher, "open")) == 1
    load(20, 1002, minute=9)
    detect(watcher, 20)
    assert alerts(watcher, "open") == []


def test_history_that_is_read_back_is_judged_and_tells_nobody(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="total_rows")
    days(watcher, [*USUAL[:20], 500, *USUAL[21:]])
    found = detect(watcher, 29)
    assert [result.at for result in found.flagged] == [at(20 * DAY)]
    assert found.alerts == 0
    assert alerts(watcher) == []


def test_a_weekend_that_is_caught_up_tells(usual: Watcher) -> None:
    days(usual, [500], first=30)
    assert detect(usual, 32.5).alerts == 1


def test_an_old_partition_that_is_loaded_today_tells(usual: Watcher) -> None:
    """What counts is when it ran, not what it is about."""
    days(usual, [500], first=30, logical_date=at(10.5 * DAY))
    assert detect(usual, 30).alerts == 1
    assert len(alerts(usual, "open")) == 1, "what was usual before it ends nothing"
    days(usual, [1009], first=31)
    detect(usual, 31)
    assert alerts(usual, "open") == []


def test_a_number_that_stands_still_is_unusual_until_it_moves(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="inserts")
    usual = [1000 + 37 * (day * day % 11) for day in range(50)]
    watcher.record(record("p", f"p/{day}", start=day * DAY, inserts=count) for day, count in enumerate(usual))
    opened = []
    for day in range(50, 70):
        watcher.record([record("p", f"p/{day}", start=day * DAY, inserts=1017)])
        opened += [day] * detect(watcher, day).alerts
        assert len(alerts(watcher, "open")) == len(opened)
    assert len(opened) == 1
    watcher.record([record("p", "p/70", start=70 * DAY, inserts=1111)])
    watcher.record([record("p", "p/71", start=71 * DAY, inserts=1037)])
    detect(watcher, 71)
    assert alerts(watcher, "open") == []


def test_an_alert_that_was_resolved_by_hand_stays_so(usual: Watcher) -> None:
    days(usual, [500], first=30)
    detect(usual, 30)
    [alert] = alerts(usual)
    usual.resolve_alert(alert.id)
    usual.detect_anomalies(execution_id(usual, 30))
    detect(usual, 30)
    assert alerts(usual, "open") == []


# Unflagging


def test_unflagging_resolves_and_makes_it_normal(usual: Watcher) -> None:
    days(usual, [500], first=30)
    detect(usual, 30)
    asked = execution_id(usual, 30)
    [result] = usual.unflag_anomaly(asked, by="ada")
    assert result.flagged
    assert not result.is_unusual
    assert result.unflagged_by == "ada"
    assert result.unflagged_at is not None
    assert usual.anomaly_results(flagged=True) == []
    assert alerts(usual)[0].state is AlertState.RESOLVED
    assert alerts(usual)[0].resolution == {"how": "unflagged", "by": "ada"}
    # Saying so again changes nothing, nor does judging it again.
    assert usual.unflag_anomaly(asked, by="bob") == [result]
    assert usual.detect_anomalies(asked) == [result]
    [explained] = usual.explain_anomalies(execution_id(usual, 30))
    assert explained.result == result


def test_a_run_that_is_unflagged_ends_the_alert_of_the_one_before_it(usual: Watcher) -> None:
    days(usual, [500, 1700], first=30)
    detect(usual, 31)
    last = execution_id(usual, 31)
    usual.unflag_anomaly(last, by="ada")
    said = {alert.pipeline_execution_id: alert.resolution for alert in alerts(usual, "resolved")}
    assert said[last] == {"how": "unflagged", "by": "ada"}
    assert said[execution_id(usual, 30)] == {
        "how": "usual",
        "execution_id": last,
        "at": at(31 * DAY).isoformat(),
    }


def test_an_unflagged_run_counts_as_normal(usual: Watcher) -> None:
    days(usual, [500], first=30)
    detect(usual, 30)
    usual.unflag_anomaly(execution_id(usual, 30))
    days(usual, [1005], first=31)
    detect(usual, 31)
    [explained] = usual.explain_anomalies(execution_id(usual, 31))
    [run] = [run for run in explained.history if run.value == 500]
    assert not run.flagged


def test_one_metric_is_unflagged_and_the_other_stays(usual: Watcher) -> None:
    usual.get_or_create_anomaly_rule("p", metric_field="throughput")
    days(usual, [500], first=30)
    assert len(detect(usual, 30).flagged) == 2
    asked = execution_id(usual, 30)
    [result] = usual.unflag_anomaly(asked, metric_field="throughput")
    assert result.metric_field is AnomalyMetric.THROUGHPUT
    [alert] = alerts(usual, "open")
    assert [metric["metric_field"] for metric in alert.facts["metrics"]] == ["total_rows"]
    assert len(usual.unflag_anomaly(asked)) == 2
    assert alerts(usual, "open") == []
    with pytest.raises(NotFoundError, match="no anomaly in inserts of execution"):
        usual.unflag_anomaly(asked, metric_field="total_inserts")
    with pytest.raises(InvalidValueError, match="metric_field is 'bytes'"):
        usual.unflag_anomaly(asked, metric_field="bytes")


# Levels


def test_a_new_level_is_accepted(usual: Watcher) -> None:
    """Each day is judged by itself: after three flags the new level is the normal one."""
    flagged = []
    for day in range(30, 40):
        days(usual, [2000 + 3 * (day % 7)], first=day)
        flagged += [result.at for result in detect(usual, day).flagged]
    assert flagged == [at(day * DAY) for day in (30, 31, 32)]
    assert alerts(usual, "open") == []


def test_a_batch_sees_what_it_flags(usual: Watcher) -> None:
    days(usual, [2000 + 3 * (day % 7) for day in range(30, 40)], first=30)
    assert [result.at for result in detect(usual, 40).flagged] == [at(day * DAY) for day in (30, 31, 32)]


# Listings


def results(watcher: Watcher, **asked: Any) -> list[tuple[str, float]]:
    return [(result.pipeline_name, result.value) for result in watcher.anomaly_results(**asked)]


def test_results_are_listed(usual: Watcher) -> None:
    usual.get_or_create_pipeline("q")
    usual.get_or_create_anomaly_rule("q", metric_field="total_rows")
    days(usual, USUAL, name="q")
    days(usual, [500], first=30, name="q")
    detect(usual, 30)
    assert results(usual, limit=2) == [("q", 500), ("q", 1003)]
    assert results(usual, pipeline="p", limit=1) == [("p", 1003)]
    assert results(usual, flagged=True) == [("q", 500)]
    assert results(usual, flagged=False, limit=1) == [("q", 1003)]
    assert results(usual, since=at(30 * DAY)) == [("q", 500)]
    assert results(usual, execution_id=execution_id(usual, 29)) == [("p", 1003)]
    assert results(usual, limit=0) == []
    with pytest.raises(InvalidValueError, match="without a time zone"):
        usual.anomaly_results(since=dt.datetime(2026, 1, 1))  # noqa: DTZ001 (that is what is refused)


# Backtest, explanation, frame


def test_a_backtest_writes_nothing_and_needs_no_rule(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    days(watcher, [*USUAL[:20], 500, *USUAL[21:]])
    told: list[tuple[int, int]] = []
    verdicts = watcher.backtest_anomalies("p", until=at(30 * DAY), progress=lambda *done: told.append(done))
    assert {verdict.metric_field.value for verdict in verdicts} == {"duration_seconds", "total_rows", "throughput"}
    flagged = [verdict for verdict in verdicts if verdict.flagged]
    assert [verdict.at for verdict in flagged] == [at(20 * DAY)] * 2
    assert [verdict.value for verdict in flagged if verdict.metric_field is AnomalyMetric.TOTAL_ROWS] == [500]
    assert told[-1] == (180, 180)
    assert watcher.anomaly_results() == []
    assert watcher.anomaly_rules() == []
    assert alerts(watcher) == []


def test_a_backtest_says_what_detection_would_have_said(usual: Watcher) -> None:
    days(usual, [500, 1005, 2000], first=30)
    for day in (30, 31, 32):
        detect(usual, day)
    recorded = {result.pipeline_execution_id: result for result in usual.anomaly_results()}
    verdicts = usual.backtest_anomalies("p", metric_field="total_rows", days=5, until=at(32 * DAY))
    assert [verdict.value for verdict in verdicts] == [1018, 1000, 1003, 500, 1005, 2000][-5:]
    for verdict in verdicts:
        result = recorded[verdict.execution_id]
        assert (verdict.flagged, verdict.lower, verdict.upper) == (result.flagged, result.lower, result.upper)


def test_a_backtest_sees_no_future(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    days(watcher, USUAL)
    verdicts = watcher.backtest_anomalies("p", metric_field="total_rows", until=at(30 * DAY))
    assert verdicts[0].at == at(10 * DAY)


def test_a_backtest_ends_with_the_newest_run_however_old_that_is(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    days(watcher, USUAL)
    verdicts = watcher.backtest_anomalies("p", metric_field="total_rows", days=2)
    assert [verdict.at for verdict in verdicts] == [at(28 * DAY), at(29 * DAY)]


def test_a_backtest_is_asked_for_sensibly(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    assert watcher.backtest_anomalies("p") == []
    with pytest.raises(InvalidValueError, match="days is 0"):
        watcher.backtest_anomalies("p", days=0)
    with pytest.raises(InvalidValueError, match="days is 4000"):
        watcher.backtest_anomalies("p", days=4000)
    with pytest.raises(InvalidValueError, match="lookback_days is 0"):
        watcher.backtest_anomalies("p", lookback_days=0)
    with pytest.raises(InvalidValueError, match="metric_field is 'bytes'"):
        watcher.backtest_anomalies("p", metric_field="bytes")
    with pytest.raises(NotFoundError, match="no pipeline named 'nowhere'"):
        watcher.backtest_anomalies("nowhere")


def test_an_explanation_shows_what_was_compared(usual: Watcher) -> None:
    days(usual, [500], first=30)
    detect(usual, 30)
    [explained] = usual.explain_anomalies(execution_id(usual, 30))
    result: AnomalyResult | None = explained.result
    assert result is not None
    assert explained.verdict is not None
    assert explained.verdict.flagged
    assert (explained.verdict.lower, explained.verdict.upper) == (result.lower, result.upper)
    assert explained.verdict.reason == "less than usual"
    assert [run.at for run in explained.history] == [at(day * DAY) for day in range(30)]
    compared = [run for run in explained.history if run.compared]
    assert len(compared) == explained.verdict.runs
    assert explained.rule.metric_field is AnomalyMetric.TOTAL_ROWS


def test_an_execution_without_rules_has_no_explanation(watcher: Watcher) -> None:
    days(watcher, [1])
    assert watcher.explain_anomalies(execution_id(watcher, 0)) == []


def test_an_execution_older_than_all_others_is_judged_by_those_after_it(usual: Watcher) -> None:
    days(usual, [300], first=-1)
    [result] = detect(usual, 30).flagged
    assert result.value == 300
    [explained] = usual.explain_anomalies(result.pipeline_execution_id)
    assert len(explained.history) == 30
    assert any(run.compared for run in explained.history)


def test_the_history_is_a_data_frame(usual: Watcher) -> None:
    days(usual, [None], first=30)
    frame = usual.executions_frame(pipeline="p")
    assert len(frame) == 31
    assert frame.index.name == "id"
    assert list(frame["total_rows"].head(3)) == USUAL[:3]
    assert frame["total_rows"].isna().sum() == 1
    days(usual, [2**63 - 1], first=31)
    assert usual.executions_frame(pipeline="p")["total_rows"].iloc[-1] == 2**63 - 1  # beside one that is missing
    assert str(frame["start_date"].dtype).endswith("UTC]")
    assert frame["start_date"].is_monotonic_increasing
    assert set(frame["state"]) == {"succeeded"}
    assert len(usual.executions_frame(limit=5)) == 5
    assert usual.executions_frame(state="failed").empty


@pytest.mark.parametrize(("rows", "statements"), [(1_000, 8), (100, 11)])
def test_one_execution_with_a_rule_for_every_metric_costs_a_fixed_number_of_statements(
    usual: Watcher, monkeypatch: pytest.MonkeyPatch, rows: int, statements: int
) -> None:
    for metric in AnomalyMetric:
        usual.get_or_create_anomaly_rule("p", metric_field=metric)
    days(usual, [rows], first=30)
    asked = execution_id(usual, 30)
    sent = []
    execute = psycopg.Cursor.execute

    def count(cursor: Any, statement: Any, *given: Any, **options: Any) -> Any:
        sent.append(statement)
        return execute(cursor, statement, *given, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", count)
    judged = usual.detect_anomalies(asked, now=at(30 * DAY + 360))
    monkeypatch.undo()
    assert [result.flagged for result in judged if result.metric_field is AnomalyMetric.TOTAL_ROWS] == [rows == 100]
    assert len(sent) == statements
    assert sorted(judged, key=str) == sorted(usual.anomaly_results(execution_id=asked), key=str)

"""The parts of the recorder that need no database."""

import datetime as dt
import json
from dataclasses import replace

import dagster as dg
import pytest

from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState, InvalidValueError
from watcher_dagster import build_watcher_recorder_sensor
from watcher_dagster.automation.quick_checks import CheckCursor
from watcher_dagster.external.cursor import ExternalCursor
from watcher_dagster.partitions import partition_start
from watcher_dagster.recorder.cursor import MAX_UNSETTLED, History, OpenRun, RecorderCursor, TrailingRun, UnreadRun
from watcher_dagster.recorder.eventlog import _find_poison, is_outage
from watcher_dagster.recorder.windows import Windows, in_windows


def test_the_cursor_comes_back_from_json_as_it_went() -> None:
    cursor = RecorderCursor(
        since=1_700_000_000.123456,
        position=7,
        stood=("z", 1795472477.9388824),
        seen=(1.5, 8),
        handled={"a": [1795472477.9388824]},
        open={"b": OpenRun(seen="x", heard=1.5, due=None, running=[])},
        unread={"c": UnreadRun(tries=2, job_name="job", state="failed", ended=1.5)},
        trailing={"d": TrailingRun(seen="x", ended=1.5, due=2.5)},
        runless="y",
        runless_stood=(1, 1.5),
        runless_seen=(1.5, "z", (2, 2.5)),
        runless_handled=[(1, 1.5), (2, 2.5)],
        runless_tries=1,
        history=History(runs=10, recorded=5),
    )
    assert RecorderCursor.from_json(json.loads(json.dumps(cursor.to_json()))) == cursor
    assert RecorderCursor.from_json(RecorderCursor(since=1.0).to_json()) == RecorderCursor(since=1.0)


def test_a_cursor_of_an_earlier_version_is_read() -> None:
    added = {"stood", "seen", "trailing", "runless_stood", "runless_seen"}
    kept = {name: value for name, value in RecorderCursor(since=1.0, position=7).to_json().items() if name not in added}
    kept["runless_handled"] = [1, 2]
    assert RecorderCursor.from_json(kept) == RecorderCursor(since=1.0, position=7)


def test_a_cursor_of_a_later_version_is_read() -> None:
    """Somebody has upgraded Watcher, and gone back."""
    cursor = RecorderCursor(since=1.0, open={"b": OpenRun()}, history=History(runs=1))
    kept = cursor.to_json()
    for each in (kept, kept["open"]["b"], kept["history"]):
        each["added"] = 1
    assert RecorderCursor.from_json(kept) == cursor
    check = CheckCursor(ticked=1.0, resumed=1.0, checked=1.0)
    later = json.dumps({**json.loads(check.to_json()), "added": 1})
    assert CheckCursor.read(later, now=1.0, pause=60.0) == check
    external = ExternalCursor(since=1.0)
    assert ExternalCursor.read(json.dumps({**json.loads(external.to_json()), "added": 1})) == external


@pytest.mark.parametrize("kept", ["from the start", "7", "[]", "{}", '"x"'])
def test_a_cursor_that_somebody_has_set_to_anything_is_none(kept: str) -> None:
    """In Dagster's UI, where a sensor's cursor is a field of text."""
    assert CheckCursor.read(kept, now=5.0, pause=60.0) == CheckCursor(ticked=5.0, resumed=5.0, checked=5.0)
    assert ExternalCursor.read(kept) is None


def test_what_the_cursor_was_does_not_change_with_it() -> None:
    cursor = RecorderCursor(since=1.0, handled={"a": [1.0]}, open={"b": OpenRun()})
    before = cursor.to_json()
    cursor.handled["a"].append(2.0)
    cursor.open["b"].due = 5.0
    assert (before["handled"], before["open"]["b"]["due"]) == ({"a": [1.0]}, 0.0)


def end(storage_id: int, run_id: str, timestamp: float) -> dg.EventLogRecord:
    entry = dg.EventLogEntry(
        error_info=None, level=10, user_message="", run_id=run_id, timestamp=timestamp, job_name="job"
    )
    return dg.EventLogRecord(storage_id=storage_id, event_log_entry=entry)


HOUR = 3_600.0


def test_the_position_stays_behind_the_ends_that_were_first_read_within_a_minute() -> None:
    """Whatever the clocks say by which they are dated: one of them is 900 seconds behind."""
    now = 2 * HOUR
    ends = [end(10, "a", 100.0), end(11, "b", 200.0), end(12, "c", now - 900), end(13, "a", now - 1_800)]
    cursor = RecorderCursor(since=0.0, position=9)
    for event in ends:
        cursor.handle(event.event_log_entry.run_id, event.event_log_entry.timestamp)
    assert cursor.settle(ends, now=now) == 2, "of what is old by any clock"
    assert (cursor.position, cursor.handled) == (11, {"c": [now - 900], "a": [now - 1_800]})
    assert [cursor.is_handled(event) for event in ends] == [False, False, True, True]
    late = end(14, "d", now - 900)
    assert cursor.settle([*ends[2:], late], now=now + 59) == 0
    assert cursor.settle([*ends[2:], late], now=now + 61) == 2
    assert (cursor.position, cursor.handled) == (13, {})
    assert cursor.settle([late], now=now + 119) == 0, "it was first looked for 58 seconds ago"
    assert cursor.settle([late], now=now + 122) == 1


def test_a_clock_that_is_set_back_does_not_keep_ends_from_settling() -> None:
    cursor = RecorderCursor(since=0.0, position=0)
    ends = [end(1, "a", 9 * HOUR)]
    assert cursor.settle(ends, now=9 * HOUR) == 0
    assert cursor.settle(ends, now=2 * HOUR) == 0
    assert cursor.settle(ends, now=2 * HOUR + 61) == 1


def test_a_clock_that_is_ahead_does_not_keep_all_ends_from_settling() -> None:
    cursor = RecorderCursor(since=0.0, position=0)
    ends = [end(number, str(number), 9e9) for number in range(1, MAX_UNSETTLED + 11)]
    assert cursor.settle(ends, now=500.0) == 10
    assert cursor.position == 10


def test_old_ends_are_forgotten() -> None:
    cursor = RecorderCursor(since=0.0, handled={"a": [1.0, 2.0], "b": [1.0, 9.0]})
    cursor.forget(before=5.0)
    assert cursor.handled == {"b": [1.0, 9.0]}


@pytest.mark.parametrize("after", [0, 5, 998])
@pytest.mark.parametrize("poison", [999, 1_000, 123_456_789])
def test_the_event_that_breaks_a_page_is_found(after: int, poison: int) -> None:
    calls = []

    def fetch(after: int, before: int | None, limit: int) -> list[dg.EventLogRecord]:
        calls.append(before)
        if after < poison < (before or 0):
            raise ValueError("unknown class")
        return []

    assert _find_poison(fetch, after) == poison
    assert len(calls) < 60


def test_an_event_that_is_gone_is_not_looked_for_for_ever() -> None:
    assert _find_poison(lambda *_: [], 5) == 5


def test_an_outage_is_told_from_what_cannot_be_read() -> None:
    wrapped = RuntimeError("too many retries")
    wrapped.__cause__ = ConnectionRefusedError("nobody there")
    assert is_outage(wrapped)
    assert not is_outage(ValueError("unknown class"))


def test_the_sensor_says_what_is_wrong_with_its_arguments() -> None:
    with pytest.raises(InvalidValueError, match="history_days is -1"):
        build_watcher_recorder_sensor(history_days=-1)


def test_the_sensor_runs_without_being_switched_on() -> None:
    sensor = build_watcher_recorder_sensor()
    assert (sensor.name, sensor.minimum_interval_seconds) == ("watcher_recorder_sensor", 10)
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert sensor.required_resource_keys == {"watcher"}


@pytest.mark.parametrize("zone", [None, "America/Los_Angeles"])
def test_logical_dates_follow_the_clock_over_the_hour_that_comes_twice(zone: str | None) -> None:
    """With and without the time zone of the definition, no hour comes before the one it follows."""
    keys = ["2024-11-03-00:00", "2024-11-03-01:00", "2024-11-03-01:00-0800", "2024-11-03-02:00"]
    at = dt.datetime(2024, 11, 4, tzinfo=dt.UTC)
    asset = ExecutionRecord(
        pipeline_name="hourly",
        source=ExecutionSource.DAGSTER,
        external_id="a",
        state=ExecutionState.SUCCEEDED,
        start_date=at,
        end_date=at,
    )
    read = [replace(asset, logical_date=partition_start(key), execution_metadata={"partition": key}) for key in keys]
    run = replace(read[0], pipeline_name="etl/job")
    other = replace(asset, pipeline_name="other")
    windows = {} if zone is None else {"hourly": Windows(zone)}
    *dates, of_run, of_other = (each.logical_date for each in in_windows([*read, run, other], windows))
    assert dates == sorted(dates, key=str)
    assert len(set(dates)) == (4 if zone else 3)
    assert (of_run, of_other) == (dates[0], None)

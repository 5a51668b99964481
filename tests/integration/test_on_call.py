"""A day on call: what a small platform sends while things break, check by check, as the person on call reads it."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pytest

from watcher_core import (
    Address,
    AlertKind,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    LineageOrigin,
    PipelineLineage,
    Settings,
    SlackMessage,
    Watcher,
)
from watcher_core.alerts.delivery import Pace

MIDNIGHT: Final = dt.datetime(2026, 3, 4, tzinfo=dt.UTC)  # a Wednesday
HISTORY_DAYS: Final = 30
TICK: Final = dt.timedelta(minutes=10)
NAMES: Final = ("orders", "users", "clicks", "stock")
AWAY: Final = "connection to the warehouse timed out"


def at(hour: float) -> dt.datetime:
    return MIDNIGHT + dt.timedelta(hours=hour)


@dataclass
class Place:
    """A destination that takes everything, and remembers when."""

    now: dt.datetime = MIDNIGHT
    titles: list[str] = field(default_factory=list)
    messages: list[SlackMessage] = field(default_factory=list)

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        self.messages.append(message)
        self.titles.append(f"{self.now:%H:%M} {message.text.splitlines()[0]}")
        return None


@dataclass
class Platform:
    """An hourly job that loads raw tables at five past, and makes a staging table of each; what it does by the hour."""

    watcher: Watcher
    place: Place = field(default_factory=Place)
    failing: dict[str, set[int]] = field(default_factory=dict)  # of a raw table, the hours in which it fails
    rows: dict[str, dict[int, float]] = field(default_factory=dict)  # of a raw table, what part of its rows come
    hangs: tuple[str, int, int] | None = None  # a raw table, from which hour until which
    off_from: int | None = None  # the hour from which nothing runs any more
    chance: random.Random = field(default_factory=lambda: random.Random(4))

    def runs(self, hour: int) -> Iterator[tuple[dt.datetime, ExecutionRecord]]:
        """The run of an hour, and its steps: each with the time at which it is recorded."""
        if self.hangs is not None and self.hangs[1] < hour < self.hangs[2]:
            return  # one at a time
        if self.off_from is not None and hour >= self.off_from:
            return
        start = at(hour + 5 / 60)
        run_id = f"run {hour}"
        end, failed = start, []
        for name in NAMES:
            is_failed = hour in self.failing.get(name, ())
            seconds = 120.0
            if self.hangs is not None and self.hangs[:2] == (name, hour):
                seconds = (self.hangs[2] - hour) * 3600 - 600
                yield start, step(f"raw/{name}", run_id, start, None)
            raw_end = start + dt.timedelta(seconds=seconds)
            usual = 1_000 * (1 + NAMES.index(name)) * (1.5 + math.sin(raw_end.hour * math.pi / 12))
            count = int(usual * self.chance.gauss(1, 0.03) * self.rows.get(name, {}).get(hour, 1))
            stg_end = raw_end + dt.timedelta(seconds=0 if is_failed else 60)
            yield raw_end, step(f"raw/{name}", run_id, start, raw_end, rows=count, error=AWAY if is_failed else None)
            yield stg_end, step(f"stg/{name}", run_id, raw_end, stg_end, rows=count, is_blocked=is_failed)
            end = max(end, stg_end)
            failed += [name] if is_failed else []
        state = ExecutionState.FAILED if failed else ExecutionState.SUCCEEDED
        for ended in (None, end):
            yield (
                ended or start,
                ExecutionRecord(
                    pipeline_name="hourly",
                    source=ExecutionSource.DAGSTER,
                    external_id=run_id,
                    state=state if ended else ExecutionState.RUNNING,
                    start_date=start,
                    end_date=ended,
                    execution_metadata={"run_id": run_id},
                ),
            )

    def live(self, first: int, last: int) -> list[str]:
        """Let hours pass with a check and a delivery each ten minutes; return what was sent."""
        pending = sorted((each for hour in range(first, last) for each in self.runs(hour)), key=lambda each: each[0])
        now = at(first)
        while now < at(last):
            now += TICK
            due = [record for moment, record in pending if moment <= now]
            pending = pending[len(due) :]
            self.watcher.record(due)
            self.watcher.check_failures(now=now)
            self.watcher.check_freshness(now=now)
            self.watcher.check_timeliness(now=now)
            self.watcher.detect_pending_anomalies(now=now)
            self.place.now = now
            self.watcher.deliver_alerts({"default": self.place}, now=now, pace=Pace(0))
        return self.place.titles


def step(
    name: str,
    run_id: str,
    start: dt.datetime,
    end: dt.datetime | None,
    *,
    rows: int | None = None,
    error: str | None = None,
    is_blocked: bool = False,
) -> ExecutionRecord:
    metadata: dict[str, Any] = {"run_id": run_id, "step_key": name.replace("/", "__")}
    state = ExecutionState.SUCCEEDED if end else ExecutionState.RUNNING
    if error is not None:
        state, rows = ExecutionState.FAILED, None
        metadata["error"] = {"message": error, "class": "OperationalError"}
    if is_blocked:
        state, rows = ExecutionState.BLOCKED, None
    return ExecutionRecord(
        pipeline_name=name,
        source=ExecutionSource.DAGSTER,
        external_id=f"{run_id}/{name}",
        parent_external_id=run_id,
        state=state,
        start_date=start,
        end_date=end,
        total_rows=rows if end else None,
        execution_metadata=metadata,
    )


def address(name: str) -> Address:
    return Address(name, "duckdb", "database")


@pytest.fixture
def platform(watcher: Watcher, tmp_path: Path) -> Iterator[Platform]:
    url = watcher.url.render_as_string(hide_password=False)
    with Watcher(url, settings=Settings(home=tmp_path)) as here:
        platform = Platform(here)
        hours = range(-24 * HISTORY_DAYS, 0)
        here.record([record for hour in hours for _, record in platform.runs(hour) if record.end_date])
        here.set_lineage(
            [
                PipelineLineage(pipeline_name=made, sources=(address(source),), targets=(address(made),))
                for name in NAMES
                for source, made in ((f"api/{name}", f"raw/{name}"), (f"raw/{name}", f"stg/{name}"))
            ],
            origin=LineageOrigin.ASSET_GRAPH,
        )
        here.check_missed(now=MIDNIGHT)
        for rule in here.suggest_rules():
            here.update_pipeline(
                rule.pipeline_name,
                freshness_number=rule.freshness_number,
                freshness_datepart=rule.freshness_datepart,
                timeliness_number=rule.timeliness_number,
                timeliness_datepart=rule.timeliness_datepart,
            )
        for name in NAMES:
            for pipeline in (f"raw/{name}", f"stg/{name}"):
                for metric in ("total_rows", "duration_seconds"):
                    here.get_or_create_anomaly_rule(pipeline, metric_field=metric)
        yield platform


def test_a_quiet_night_sends_nothing(platform: Platform) -> None:
    assert platform.live(0, 6) == []


def test_a_warehouse_that_is_away_for_hours(platform: Platform) -> None:
    platform.failing = {name: {1, 2} for name in NAMES}
    failed = f"raw/clicks failed: {AWAY}, and 3 others with the same error"
    assert platform.live(0, 5) == [
        f"01:10 🔴 {failed}",
        "03:10 ✅ raw/clicks: fixed by the run of 2026-03-04 03:05:00 UTC",
    ]


def test_what_was_blocked_and_is_critical_is_said_when_it_is_stale(platform: Platform) -> None:
    platform.failing = {"clicks": {1, 2}}
    platform.watcher.update_pipeline("stg/clicks", alert_level="critical")
    assert platform.live(0, 4) == [
        f"01:10 🔴 raw/clicks failed: {AWAY}",
        f"01:20 🚨 stg/clicks is held up: raw/clicks failed: {AWAY}",
        f"02:20 🔴 More of it: raw/clicks failed: {AWAY}, and 2 behind it",  # to whoever owns the cause
        "03:10 ✅ 2 pipelines are good again: raw/clicks, stg/clicks",
    ]


def test_what_another_job_did_not_come_to_is_said_when_it_is_stale(platform: Platform) -> None:
    """The message about the failure cannot have named it: it was blocked before, by something that is good again."""
    watcher = platform.watcher
    for name, hour, state, run in (
        ("reports", -10, ExecutionState.FAILED, None),
        ("report", -10, ExecutionState.BLOCKED, "reports -10"),
        ("reports", -5, ExecutionState.SUCCEEDED, None),
    ):
        watcher.record(
            [
                ExecutionRecord(
                    pipeline_name=name,
                    source=ExecutionSource.DAGSTER,
                    external_id=f"{name} {hour}",
                    parent_external_id=run,
                    state=state,
                    start_date=at(hour),
                    end_date=at(hour) + TICK,
                )
            ]
        )
    watcher.set_lineage(
        [PipelineLineage(pipeline_name="report", sources=(address("raw/clicks"),), targets=(address("report"),))],
        origin=LineageOrigin.MATERIALIZATION,
    )
    watcher.record([step("report", "reports -24", at(-24), at(-23.5), rows=10)])
    watcher.update_pipeline("report", freshness_number=25, freshness_datepart="hour")
    platform.failing = {"clicks": {1, 2, 3}}
    assert platform.live(0, 4) == [
        f"01:10 🔴 raw/clicks failed: {AWAY}",
        f"02:20 🔴 More of it: raw/clicks failed: {AWAY}, and 3 behind it",
    ]


def test_a_step_that_hangs_holds_up_its_job_and_all_that_this_makes(platform: Platform) -> None:
    platform.hangs = ("clicks", 1, 4)
    late = "raw/clicks is late: has run for 15 min, expected within 5 minutes"
    assert platform.live(0, 7) == [
        f"01:20 ⚠️ {late}, and 2 behind it",
        f"02:30 ⚠️ More of it: {late}, and 8 behind it",
        "04:00 ✅ raw/clicks: ended at 2026-03-04 03:55:00 UTC, and 6 not good again yet",
    ]


def test_a_source_that_fails_every_other_hour(platform: Platform) -> None:
    platform.failing = {"users": {1, 3, 5}}
    assert platform.live(0, 9) == [
        f"01:10 🔴 raw/users failed: {AWAY}",
        "02:10 ✅ raw/users: fixed by the run of 2026-03-04 02:05:00 UTC",
        f"03:10 🔴 Back again: raw/users failed: {AWAY}",
        "07:40 ✅ raw/users: fixed by the run of 2026-03-04 06:05:00 UTC",  # it has lasted
    ]


def test_nothing_runs_any_more_while_a_failure_is_acknowledged(platform: Platform) -> None:
    platform.failing, platform.off_from = {"clicks": {1, 2}}, 3
    assert platform.live(0, 2) == [f"01:10 🔴 raw/clicks failed: {AWAY}"]
    [failure] = [alert for alert in platform.watcher.alerts(kind=AlertKind.FAILURE) if not alert.cause_alert_id]
    platform.watcher.acknowledge_alert(failure.id)
    assert platform.live(2, 6)[1:] == ["03:20 ⚠️ 3 pipelines have stale data: raw/orders, raw/stock, raw/users"]


def test_a_job_that_does_not_run_is_one_message_however_stale_gets_what_it_makes(platform: Platform) -> None:
    for name in NAMES:
        platform.watcher.update_pipeline(f"raw/{name}", freshness_number=2, freshness_datepart="hour")
        platform.watcher.update_pipeline(f"stg/{name}", freshness_number=3, freshness_datepart="hour")
    platform.off_from = 2
    assert platform.live(0, 8) == ["02:20 ⚠️ hourly is stale: last change 1 h 12 min ago, expected within 70 minutes"]
    [alert] = [each for each in platform.watcher.alerts() if not each.cause_alert_id]
    makes = tuple(sorted(f"{stage}/{name}" for stage in ("raw", "stg") for name in NAMES))
    assert platform.watcher.alert_context(alert).blocked == makes
    assert f"Blocked: {', '.join(makes)}" in platform.place.messages[0].text


def test_what_a_job_that_does_not_run_makes_is_said_when_it_is_critical(platform: Platform) -> None:
    for name in NAMES:
        for stage in ("raw", "stg"):
            platform.watcher.update_pipeline(f"{stage}/{name}", freshness_number=3, freshness_datepart="hour")
    platform.watcher.update_pipeline("stg/clicks", alert_level="critical")
    platform.off_from = 2
    titles = platform.live(0, 6)
    assert titles[0] == "02:20 ⚠️ hourly is stale: last change 1 h 12 min ago, expected within 70 minutes"
    assert [title.partition("hourly")[0] for title in titles[1:]] == [
        "04:10 ⚠️ More of it: ",  # to whoever owns the job
        "04:10 🚨 stg/clicks is held up: ",
    ]


def test_what_a_job_in_a_job_makes_is_said_when_it_is_stale(platform: Platform) -> None:
    """The message about the job around it has named the inner job, and nothing of that."""
    platform.watcher.update_pipeline("hourly", mute_freshness_check=True)
    for hour in range(-5, 2):
        platform.watcher.record(
            replace(step(name, f"outer {hour}", at(hour), at(hour + 0.1), rows=None), **identity)
            for name, identity in (
                ("outer", {"external_id": f"outer {hour}", "parent_external_id": None}),
                ("inner", {"external_id": f"inner {hour}"}),
                ("leaf", {"external_id": f"leaf {hour}", "parent_external_id": f"inner {hour}"}),
            )
        )
    for name, hours in (("outer", 2), ("inner", 3), ("leaf", 3)):
        platform.watcher.update_pipeline(name, freshness_number=hours, freshness_datepart="hour")
    titles = platform.live(1, 6)
    sent = [each for each in zip(titles, platform.place.messages, strict=True) if "outer" in each[0]]
    assert [title.partition("outer")[0] for title, _ in sent] == ["03:10 ⚠️ ", "04:20 ⚠️ More of it: "]
    assert "Blocked: inner" in sent[0][1].text
    assert "leaf" in sent[1][1].text


def test_a_job_that_runs_and_fails_blocks_nothing_of_what_it_makes_all_the_same(platform: Platform) -> None:
    for name in NAMES:
        platform.watcher.update_pipeline(f"raw/{name}", freshness_number=3, freshness_datepart="hour")
    for name in ("hourly", "raw/clicks"):
        platform.watcher.update_pipeline(name, mute_failure_check=True)
    platform.failing = {"clicks": set(range(1, 6))}
    titles = platform.live(0, 6)
    assert [title.partition(": ")[0] for title in titles] == ["01:20 ⚠️ hourly is stale", "03:10 ⚠️ More of it"]
    assert not any("Blocked" in message.text for message in platform.place.messages)
    [alert] = [each for each in platform.watcher.alerts() if not each.cause_alert_id]
    assert platform.watcher.alert_context(alert).blocked == ()


def test_a_source_that_sends_a_third_of_its_rows(platform: Platform) -> None:
    platform.rows = {"stock": {1: 0.3}, "orders": {2: 0.3, 3: 0.3}}
    titles = platform.live(0, 6)
    assert [title.partition(";")[0] for title in titles if "is unusual" in title] == [
        "01:10 ⚠️ raw/stock is unusual: total_rows is 2,072",
        "02:10 ⚠️ raw/orders is unusual: total_rows is 607",
    ]
    assert all(title.endswith(", and 1 behind it") for title in titles if "is unusual" in title)
    assert [title for title in titles if "is unusual" not in title] == [
        "02:10 ✅ raw/stock: usual again with the run of 2026-03-04 02:05:00 UTC",
        "04:10 ✅ raw/orders: usual again with the run of 2026-03-04 04:05:00 UTC",
    ]

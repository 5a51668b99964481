"""Days at random, and then all is good again: whatever went before, no alert stays open, and no end is left untold.

Runs of jobs whose assets read one another fail, are retried, hang, are canceled or do not come, of partitions and of
backfills as well; so do jobs outside Dagster. People acknowledge, resolve, note, mute and switch off, and the place
that is told is away now and then. `FUZZ_SEED` does the same again.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from tests.fuzz.test_server import COUNT, SEED
from watcher_core import (
    Address,
    AlertState,
    DeliveryError,
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

ROUNDS = max(1, COUNT // 2_000)
MIDNIGHT: Final = dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
HOURS_OF_HISTORY, HOURS_OF_TROUBLE, HOURS_OF_PEACE = 60, 40, 6

# The assets of each job, in the order in which they are made, and what each reads.
JOBS: Final = {"first": ("a", "b", "c", "d"), "second": ("e", "f"), "third": ("g",)}
READS: Final = {"b": "a", "c": "b", "d": "a", "e": "c", "f": "e"}
ASSETS: Final = tuple(asset for assets in JOBS.values() for asset in assets)
OUTSIDE: Final = ("export", "import")
NAMES: Final = (*JOBS, *ASSETS, *OUTSIDE)
PARTITIONS: Final = ("2024-01-01", "2024-01-02")
ERRORS: Final = ("the warehouse is away", "no such column", "timeout after 3 s", "timeout after 4 s")
CHANGES: Final[tuple[dict[str, Any], ...]] = (
    *({"mute_failure_check": muted} for muted in (True, False)),
    *({"active": active} for active in (True, False)),
    *({"failure_number": number} for number in (1, 2)),
    *({"alert_level": level} for level in ("critical", "info")),
    {"mute_freshness_check": True},
)
AS_BEFORE: Final[dict[str, Any]] = {
    "mute_failure_check": False,
    "mute_freshness_check": False,
    "active": True,
    "failure_number": 1,
}


def at(hour: float) -> dt.datetime:
    return MIDNIGHT + dt.timedelta(hours=hour)


@dataclass
class Place:
    """A destination that refuses so many messages, and takes those after them."""

    refuses: int = 0

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        if self.refuses:
            self.refuses -= 1
            raise DeliveryError("away")
        return None


@dataclass
class Platform:
    """What runs, what people do, and the checks."""

    watcher: Watcher
    chance: random.Random
    place: Place = field(default_factory=Place)
    runs: int = 0
    hung: list[tuple[str, str, dt.datetime]] = field(default_factory=list)

    def run(
        self, job: str, hour: float, *, trouble: bool = False, partition: str | None = None
    ) -> list[ExecutionRecord]:
        """A run of a job and the assets that it makes, in which anything may happen where there is trouble."""
        self.runs += 1
        run_id, start = f"{job} {self.runs}", at(hour)
        about: dict[str, Any] = {"run_id": run_id, "partition": partition} if partition else {"run_id": run_id}
        if trouble and self.chance.random() < 0.15:
            about["will_retry"] = True
        found, broken, failed, time = [], set(), [], start
        for asset in JOBS[job]:
            began, time = time, time + dt.timedelta(seconds=self.chance.choice((20, 40, 60)))
            state, said = "succeeded", {}
            if READS.get(asset) in broken:
                state = "blocked"
            elif trouble and self.chance.random() < 0.35:
                state, said = "failed", {"error": {"class": "E", "message": self.chance.choice(ERRORS)}}
                failed.append(asset)
            elif trouble and self.chance.random() < 0.05:
                state = "canceled"
            if state != "succeeded":
                broken.add(asset)
            found.append(record(asset, f"{run_id}/{asset}", state, began, time, run_id, partition, about | said))
        if failed:
            about |= {"failed_steps": failed, "error": {"class": "E", "message": "steps failed"}}
        if partition and self.chance.random() < 0.5:
            about["tags"] = {"dagster/backfill": f"backfill {self.runs % 3}"}
        scope = "all" if partition is None else f"all/{partition}"
        found.append(record(job, run_id, "failed" if failed else "succeeded", start, time, None, scope, about))
        return found

    def hang(self, job: str, hour: float) -> list[ExecutionRecord]:
        """A run that makes no progress, until somebody cancels it."""
        self.runs += 1
        self.hung.append((job, f"{job} {self.runs}", at(hour)))
        return [record(job, f"{job} {self.runs}", "running", at(hour), None, None, "all", {})]

    def cancel(self, hour: float) -> list[ExecutionRecord]:
        hung, self.hung = self.hung, []
        return [record(job, run_id, "canceled", start, at(hour), None, "all", {}) for job, run_id, start in hung]

    def trouble(self, hour: int) -> Iterator[ExecutionRecord]:
        """What runs in an hour of trouble."""
        for job in JOBS:
            kind = self.chance.random()
            if kind < 0.05:
                yield from self.hang(job, hour)
            elif kind < 0.9:
                partition = self.chance.choice((None, None, None, *PARTITIONS))
                yield from self.run(job, hour + 0.05, trouble=kind > 0.5, partition=partition)
        for name in OUTSIDE:
            if self.chance.random() < 0.7:
                yield self.outside(name, hour, "failed" if self.chance.random() < 0.5 else "succeeded")
        if self.chance.random() < 0.5:
            yield from self.cancel(hour)

    def outside(self, name: str, hour: float, state: str = "succeeded") -> ExecutionRecord:
        self.runs += 1
        start = at(hour + 0.2)
        said = {"error": {"class": "E", "message": ERRORS[0]}} if state == "failed" else {}
        return record(name, f"{name} {self.runs}", state, start, start + dt.timedelta(minutes=1), None, None, said)

    def act(self) -> None:
        """What people do."""
        if self.chance.random() < 0.15:
            self.watcher.update_pipeline(self.chance.choice(NAMES), **self.chance.choice(CHANGES))
        alive = self.watcher.alerts(state=AlertState.OPEN, limit=200)
        if not alive or self.chance.random() > 0.3:
            return
        chosen = self.chance.choice(alive).id
        match self.chance.randrange(4):
            case 0:
                self.watcher.resolve_alert(chosen, by="one")
            case 1:
                self.watcher.note_alert(chosen, "looks like the warehouse", by="one")
            case _:
                self.watcher.acknowledge_alert(chosen, by="another")

    def check(self, hour: float) -> None:
        here = self.watcher
        checks = [here.check_failures, here.check_freshness, here.check_timeliness, here.check_missed, here.check_stuck]
        self.chance.shuffle(checks)
        for check in checks:
            check(now=at(hour))
        here.deliver_alerts({"default": self.place}, now=at(hour), pace=Pace(0))
        known = {alert.id: alert.cause_alert_id for alert in here.alerts(limit=10_000)}
        for cause in known:
            passed, above = set(), known[cause]
            while above is not None:
                assert above not in passed, "causes in a circle"
                passed.add(above)
                above = known[above]


def record(
    name: str,
    external_id: str,
    state: str,
    start: dt.datetime,
    end: dt.datetime | None,
    parent: str | None,
    scope: str | None,
    metadata: dict[str, Any],
) -> ExecutionRecord:
    return ExecutionRecord(
        pipeline_name=name,
        source=ExecutionSource.PYTHON if name in OUTSIDE else ExecutionSource.DAGSTER,
        external_id=external_id,
        parent_external_id=parent,
        state=ExecutionState(state),
        start_date=start,
        end_date=end,
        scope=scope,
        total_rows=100 if state == "succeeded" else None,
        execution_metadata=dict(metadata),
    )


def at_address(name: str) -> Address:
    return Address(name, "duckdb", "database")


@pytest.fixture
def platform(watcher: Watcher, tmp_path: Path, seed: int) -> Iterator[Platform]:
    url = watcher.url.render_as_string(hide_password=False)
    with Watcher(url, settings=Settings(home=tmp_path)) as here:
        platform = Platform(here, random.Random(seed))
        for name in NAMES:
            here.get_or_create_pipeline(name)
            if platform.chance.random() < 0.7:
                here.update_pipeline(name, freshness_number=2, freshness_datepart="hour")
            if platform.chance.random() < 0.5:
                here.update_pipeline(name, timeliness_number=10, timeliness_datepart="minute")
        here.set_lineage(
            [
                PipelineLineage(
                    pipeline_name=asset,
                    sources=(at_address(READS[asset]),) if asset in READS else (),
                    targets=(at_address(asset),),
                )
                for asset in ASSETS
            ],
            origin=LineageOrigin.ASSET_GRAPH,
        )
        for hour in range(-HOURS_OF_HISTORY, 0):
            here.record([each for job in JOBS for each in platform.run(job, hour + 0.05)])
            here.record([platform.outside(name, hour) for name in OUTSIDE])
        yield platform


@pytest.mark.parametrize("seed", range(SEED, SEED + ROUNDS))
def test_once_all_is_good_again_every_alert_has_ended_and_said_so(platform: Platform) -> None:
    here, end = platform.watcher, HOURS_OF_TROUBLE
    for hour in range(end):
        platform.place.refuses = platform.chance.choice((0, 0, 0, 1, 3))
        came = list(platform.trouble(hour))
        first = platform.chance.randint(0, len(came))
        platform.act()
        for part, after in ((came[:first], 0.4), (came[first:], 0.7)):
            here.record(part)
            platform.check(hour + after)
    for name in NAMES:
        here.update_pipeline(name, **AS_BEFORE)
    platform.place.refuses = 0
    for hour in range(end, end + HOURS_OF_PEACE):
        for partition in (None, *PARTITIONS):
            here.record([each for job in JOBS for each in platform.run(job, hour + 0.05, partition=partition)])
        here.record([*(platform.outside(name, hour) for name in OUTSIDE), *platform.cancel(hour)])
        platform.check(hour + 0.4)
        platform.check(hour + 0.7)
    alerts = here.alerts(limit=10_000)
    assert alerts
    assert [(each.kind, each.pipeline_name) for each in alerts if each.state is not AlertState.RESOLVED] == []
    assert here.undelivered_alerts().count == 0
    for alert in alerts:
        for told in here.alert_deliveries(alert.id):
            assert told.event is None
            assert told.delivered_at is None or told.recovery_delivered_at is not None, alert

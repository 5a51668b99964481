"""Histories of OpenLineage's runs at random: whatever the order, the doubling and the batches, the same is stored.

What is stored is compared with what a small model says of it, too. `FUZZ_SEED` does the same again.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
import threading
from collections.abc import Iterable
from typing import Any, Final

import psycopg

from tests.fuzz.test_server import COUNT, SEED
from tests.integration.test_openlineage import EMPTY, rows
from tests.openlineage_events import dataset, run_event
from watcher_core import Settings, Watcher

ROUNDS = max(1, COUNT // 1_000)
NAMESPACES: Final = ("shop", "other/shop")
JOBS: Final = ("load", "report", "Ünïcode.job")
DATASETS: Final = ("a", "b", "c", "d")
COLUMNS: Final = ("x", "y")
ENDS: Final = {"FAIL": "failed", "ABORT": "canceled", "COMPLETE": "succeeded"}  # of two at the same time, the first
# So many runs of a job may turn out to be older than they seem before the lineage of the oldest is forgotten.
MOST_RUNS: Final = 4

Event = dict[str, Any]


class History:
    """The events of some runs, in the order of their times, as producers could have sent them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.events: list[Event] = []
        self.of_jobs: dict[tuple[str, str], int] = {}
        names = [f"run {number}" for number in range(chance.randint(2, 7))]
        for place, run in enumerate(names):
            above = [*names[:place], run, "absent"]  # never of each other: one of them is left out
            self._add_run(place, run, parent=chance.choice(above) if chance.random() < 0.6 else None)
        for number in range(chance.choice((0, 0, 0, 1, 2))):
            self._add_job_event(number)

    def _some(self, names: Iterable[str], **more: Any) -> list[str]:
        return self.chance.sample(list(names), self.chance.choice((0, 1, 1, 2)), **more)

    def _job(self) -> tuple[str, str] | None:
        free = [(namespace, job) for namespace in NAMESPACES for job in JOBS]
        free = [each for each in free if self.of_jobs.get(each, 0) < MOST_RUNS]
        if not free:
            return None
        job = self.chance.choice(free[:3] if self.chance.random() < 0.7 else free)
        self.of_jobs[job] = self.of_jobs.get(job, 0) + 1
        return job

    def _add_run(self, place: int, run: str, *, parent: str | None) -> None:
        chance = self.chance
        job = self._job()
        if job is None:
            return
        kinds: list[str | None] = ["START"] if chance.random() < 0.75 else []
        kinds += chance.choices(("RUNNING", "OTHER", None), k=chance.choice((0, 0, 1, 2)))
        kinds += chance.choice(([], ["COMPLETE"], ["COMPLETE"], ["FAIL"], ["ABORT"], ["FAIL", "COMPLETE"]))
        # No two runs say anything at the same moment: which of them is the newer one has to be known.
        minutes: float = chance.randrange(0, 12) + (place + 0.5) / 60
        for kind in kinds or ["COMPLETE"]:
            namespace, name = job
            event = self._event(run, kind, minutes, name, namespace, parent if chance.random() < 0.8 else None)
            self.events.append(event)
            minutes += chance.choice((0, 0.01, 0.5, 1, 7))

    def _event(self, run: str, kind: str | None, minutes: float, job: str, namespace: str, parent: str | None) -> Event:
        chance = self.chance
        facets: dict[str, Any] = {}
        if chance.random() < 0.2:
            times = ("2026-03-01T00:00:00Z", "2026-02-28T20:00:00.5-04:00", "2026-03-01", "no time", 5)
            facets["nominalTime"] = {"nominalStartTime": chance.choice(times)}
        if kind in ("FAIL", "ABORT") or chance.random() < 0.1:
            facets["errorMessage"] = {
                "message": chance.choice(("no", "no such table", "\x00", "")),
                **chance.choice(({}, {"programmingLanguage": "java", "stackTrace": "at line 3\nat line 4"})),
            }
        if chance.random() < 0.1:
            tests = [{"name": "of run", "status": chance.choice(("pass", "fail", "maybe")), "severity": "warn"}]
            facets["test"] = {"tests": tests}
        event = run_event(
            run,
            kind,
            minutes,
            job=job,
            namespace=namespace,
            parent=parent,
            inputs=tuple(self._dataset(name, is_output=False) for name in self._some(DATASETS)),
            outputs=tuple(self._dataset(name, is_output=True) for name in self._some(DATASETS)),
            **facets,
        )
        if chance.random() < 0.3:  # 1.x has neither
            del event["schemaURL"], event["producer"]
        if chance.random() < 0.1:
            for name in ("inputs", "outputs"):
                event[name] = event[name] or None
        return event

    def _dataset(self, name: str, *, is_output: bool) -> dict[str, Any]:
        chance = self.chance
        facets: dict[str, Any] = {}
        if chance.random() < 0.15:
            found = {"assertion": chance.choice(("rows", "unique")), "success": chance.random() < 0.5}
            facets["dataQualityAssertions"] = {"assertions": [found]}
        if is_output and chance.random() < 0.3:
            sources = [f"{source}.{chance.choice(COLUMNS)}" for source in self._some(DATASETS)]
            facets["columns"] = {chance.choice(COLUMNS): sources}
        if is_output and chance.random() < 0.4:
            facets["rows"] = chance.choice((0, 1, 7, 2**62, -1, 2.0, "3"))
        return dataset(name, **facets)

    def _add_job_event(self, number: int) -> None:
        job = self._job()
        if job is None:
            return
        event = run_event("no run", None, self.chance.randrange(14), job=job[1], namespace=job[0])
        del event["run"]
        event["inputs"] = [dataset(name) for name in self._some(DATASETS)]
        event["outputs"] = [dataset(name) for name in self._some(DATASETS)]
        self.events.append(event)


def expected_executions(events: Iterable[Event]) -> dict[str, tuple[str, str, str | None]]:
    """By run: its state, its start and its end."""
    found: dict[str, list[Event]] = {}
    for event in events:
        if "run" in event:
            found.setdefault(event["run"]["runId"], []).append(event)
    expected = {}
    for run, of_run in found.items():
        ends = [
            (event["eventTime"], -list(ENDS).index(event["eventType"]), event["eventType"])
            for event in of_run
            if event.get("eventType") in ENDS
        ]
        at, _, kind = max(ends, default=(None, 0, ""))
        expected[run] = (ENDS.get(kind, "running"), min(event["eventTime"] for event in of_run), at)
    return expected


def stored_executions(connection: psycopg.Connection[Any]) -> dict[str, tuple[str, str, str | None]]:
    def text(at: dt.datetime | None) -> str | None:
        return None if at is None else at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    query = "SELECT external_id, state::text, start_date, end_date FROM watcher.pipeline_execution"
    return {run: (state, text(start) or "", text(end)) for run, state, start, end in connection.execute(query)}


def calls_of(events: list[Event], chance: random.Random) -> list[list[Event]]:
    """The events in another order, some of them twice, in batches."""
    given = [*events, *chance.choices(events, k=chance.randrange(len(events) + 1))]
    chance.shuffle(given)
    cuts = sorted(chance.choices(range(len(given) + 1), k=chance.choice((0, 1, 3, len(given)))))
    return [copy.deepcopy(given[begin:end]) for begin, end in zip([0, *cuts], [*cuts, len(given)], strict=True)]


def record_at_once(watchers: Iterable[Watcher], calls: list[list[list[Event]]]) -> None:
    failed: list[Exception] = []

    def send(watcher: Watcher, given: list[list[Event]]) -> None:
        try:
            for call in given:
                watcher.record_openlineage(call)
        except Exception as exc:
            failed.append(exc)

    threads = [threading.Thread(target=send, args=each) for each in zip(watchers, calls, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def stored(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """All that events become.

    When the data of a pipeline last changed never goes back, so that it depends on the order where a run says that it
    has succeeded and then that it has not, or how many rows only later.
    """
    names = [str(row) for row in connection.execute("SELECT name FROM watcher.pipeline ORDER BY name")]
    days = [day for day in rows(connection)["days"] if not day.endswith(", 0, Decimal('0'))")]
    return {**rows(connection), "days": days, "pipelines": names, "addresses": []}


def difference(one: dict[str, list[str]], other: dict[str, list[str]]) -> dict[str, Any]:
    return {
        name: {"first": sorted({*one[name]} - {*other[name]}), "then": sorted({*other[name]} - {*one[name]})}
        for name in one
        if one[name] != other[name]
    }


def test_the_same_is_stored_whatever_the_order_the_doubling_and_the_batches(database_url: str) -> None:
    print(f"{ROUNDS} histories, FUZZ_SEED={SEED}")
    with (
        Watcher(database_url, settings=Settings()) as one,
        Watcher(database_url, settings=Settings()) as other,
        psycopg.connect(database_url, autocommit=True) as connection,
    ):
        for number in range(ROUNDS):
            chance = random.Random(f"{SEED} {number}")
            events = History(chance).events
            told = f"history {number} of FUZZ_SEED={SEED}\n" + "\n".join(map(json.dumps, events))
            connection.execute(EMPTY)
            for event in events:
                one.record_openlineage([copy.deepcopy(event)])
            expected = stored(connection)
            assert stored_executions(connection) == expected_executions(events), told
            for _ in range(3):
                connection.execute(EMPTY)
                calls = calls_of(events, chance)
                for call in calls:
                    one.record_openlineage(call)
                assert not difference(expected, stored(connection)), told
                assert one.verify_lineage().is_right, told
            connection.execute(EMPTY)
            record_at_once((one, other), [calls_of(events, chance), calls_of(events, chance)])
            assert not difference(expected, stored(connection)), told

"""Arguments of a wrong type: each public method refuses each of them by its name, and writes nothing."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest

from tests.factories import record
from watcher_core import (
    Address,
    AlertState,
    AnomalyMetric,
    ConfigurationError,
    ExecutionSource,
    InvalidValueError,
    PipelineConfiguration,
    Watcher,
)
from watcher_core.client.http_connection import HttpConnection
from watcher_core.client.over_http import HttpWatcher
from watcher_core.recording import TrackRequest
from watcher_core.values import ThresholdArguments

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
ADDRESS = Address("t", "postgresql", "database")

EVENT = {
    "eventType": "START",
    "eventTime": NOW.isoformat(),
    "producer": "https://example.com",
    "run": {"runId": "0199a4f0-0000-7000-8000-000000000001"},
    "job": {"namespace": "n", "name": "j"},
}

# What a method needs before it gets to the argument in question, by its name.
NEEDED: Mapping[str, Any] = {
    "address": "t",
    "address_type_name": "postgresql",
    "after": 0,
    "alert_id": 1,
    "assets": [],
    "begin": NOW - dt.timedelta(days=1),
    "checks": [],
    "column": "c",
    "configurations": [],
    "end": NOW,
    "error": None,
    "events": [EVENT],
    "execution_id": 1,
    "instance_id": "i",
    "kind": "freshness",
    "lineages": [],
    "location": "l",
    "metric_field": AnomalyMetric.TOTAL_ROWS,
    "name": "n",
    "names": ["n"],
    "note": "looked at",
    "origin": "declared",
    "pipeline": "p",
    "pipeline_id": "p",
    "pipeline_name": "p",
    "pipelines": ["p"],
    "records": [],
    "reference": 1,
    "request": TrackRequest(pipeline=PipelineConfiguration(name="p"), external_id="e"),
    "removed": {},
    "revision": "0001",
    "rule_id": 1,
    "rules": [],
    "run_ids": [],
    "sources": [],
    "targets": [],
    "text": "t",
    "until": NOW,
    "url": "postgresql://127.0.0.1:1/nothing",
    "watermark": "w",
    "window_id": 1,
}

# Values, and the words of annotations under which one is right.
GIVEN: list[tuple[object, set[str]]] = [
    (object(), set()),
    (b"bytes", set()),
    ("maybe", {"str"}),
    (True, {"bool"}),
    (5, {"int", "float"}),
    (1.5, {"float"}),
    ([], {"Iterable", "Sequence", "Collection"}),
    ({}, {"Mapping", "Iterable", "Collection"}),
    (dt.date(2026, 3, 1), set()),
    (dt.datetime(2026, 3, 1, 12), set()),  # noqa: DTZ001 - without a time zone
    ("\x00", set()),
    (dt.timedelta(1), {"dt.timedelta"}),
    (None, {"None"}),
    ([object()], set()),
]
# Of these, the value matters, and not its type; or they are the one thing that only this method makes.
ANY = {"object", "Any", "BaseException"}

# No method takes its arguments at once.
LATER = {"tracked": lambda method: method(lambda: None)()}


def public_methods() -> dict[str, Callable[..., Any]]:
    return {
        name: found
        for name, found in inspect.getmembers(Watcher, inspect.isfunction)
        if not name.startswith(("_", "list_"))
    }


def words(annotation: str) -> set[str]:
    return {part.split("[")[0].strip() for part in annotation.replace("[", " [", 1).split(" | ")} | {
        part.strip() for part in annotation.split(" | ")
    }


def arguments_of(method: Callable[..., Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for parameter in list(inspect.signature(method).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            if "ThresholdArguments" in str(parameter.annotation):
                found |= {
                    name: annotation.__forward_arg__ if hasattr(annotation, "__forward_arg__") else str(annotation)
                    for name, annotation in ThresholdArguments.__annotations__.items()
                }
        else:
            found[parameter.name] = str(parameter.annotation)
    return found


def needed_by(method: str, argument: str) -> dict[str, Any]:
    parameters = list(inspect.signature(public_methods()[method]).parameters.values())[1:]
    return {
        each.name: NEEDED[each.name]
        for each in parameters
        if each.name != argument and each.default is each.empty and each.kind is not each.VAR_KEYWORD
    }


def call(watcher: Watcher, method: str, /, **arguments: object) -> object:
    done = getattr(watcher, method)(**arguments)
    if isinstance(done, AbstractContextManager):
        with done as entered:
            return entered
    return LATER[method](done) if method in LATER else done


@pytest.fixture(scope="module")
def filled(module_watcher: Watcher) -> Watcher:
    """A database with one of each."""
    pipeline = module_watcher.get_or_create_pipeline("p")
    module_watcher.create_lineage(pipeline.id, [ADDRESS], [Address("u", "postgresql", "database")])
    started = module_watcher.start_execution(pipeline_id=pipeline.id)
    assert started.id == 1
    module_watcher.get_or_create_anomaly_rule("p", metric_field="total_rows")
    module_watcher.add_maintenance(pipeline="p", cron="0 6 * * 1", duration=dt.timedelta(hours=1))
    module_watcher.get_or_create_pipeline_type("n")
    return module_watcher


def contents(url: str) -> dict[str, str]:
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'watcher'").fetchall()
        found = {}
        for (table,) in tables:
            query = f"SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM watcher.{table} AS t"
            found[table] = connection.execute(query.encode()).fetchone()[0]  # type: ignore[index]  # a count has a row
        return found


@pytest.mark.parametrize("method", public_methods())
def test_a_wrong_type_is_refused_by_the_name_of_the_argument_and_writes_nothing(
    filled: Watcher, module_database_url: str, method: str
) -> None:
    before = contents(module_database_url)
    problems = []
    for argument, annotation in arguments_of(public_methods()[method]).items():
        allowed = words(annotation)
        if allowed & ANY:
            continue
        for value, right in GIVEN:
            if allowed & right:
                continue
            try:
                call(filled, method, **needed_by(method, argument), **{argument: value})
            except InvalidValueError as exc:
                if argument not in str(exc):
                    problems.append(f"{argument}={value!r}: {exc}")
            except BaseException as exc:
                problems.append(f"{argument}={value!r}: {type(exc).__name__}: {exc}")
            else:
                problems.append(f"{argument}={value!r} is taken")
    assert problems == []
    assert contents(module_database_url) == before


def test_over_http_a_wrong_type_is_refused_as_with_the_database(filled: Watcher) -> None:
    """Before anything is sent, and in the same words."""
    with Watcher("http://127.0.0.1:1") as remote:
        for method, argument, value in (
            ("end_execution", "completed_successfully", "maybe"),
            ("ping", "inserts", "5"),
            ("start_execution", "attempt", "2"),
            ("get_or_create_pipeline", "load_lineage", 1),
            ("record", "records", [{}]),
            ("heartbeat", "process_id", "7"),
            ("track", "strict", "yes"),
            ("add_maintenance", "duration", 3600),
        ):
            said = set()
            for watcher in (remote, filled):
                with pytest.raises(InvalidValueError) as refused:
                    call(watcher, method, **needed_by(method, argument), **{argument: value})
                said.add(str(refused.value))
            assert len(said) == 1
            assert said.pop().startswith(f"{argument} is ")


def test_over_http_what_is_not_there_needs_the_database_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OPENLINEAGE_URL", "http://127.0.0.1:1")
    own = {name for kind in HttpWatcher.__mro__ if issubclass(kind, HttpConnection) for name in vars(kind)}
    there = {
        *own,
        *("dagster_health", "finish_tracking", "heartbeat", "ping", "pipeline_address", "record", "routes"),
        *("send_test_alert", "spool_health", "spooled", "start_tracking", "track", "tracked"),
    }
    with Watcher("http://127.0.0.1:1") as remote:
        for method in sorted(public_methods().keys() - there):
            try:
                call(remote, method, **needed_by(method, ""))
            except ConfigurationError as exc:
                assert "needs the database" in str(exc)  # noqa: PT017 - of each, not of the first
            else:
                pytest.fail(method)
        for method in ("spooled", "spool_health", "dagster_health", "routes", "close"):
            call(remote, method)


# What is right


def test_what_is_as_good_as_the_type_is_taken(filled: Watcher) -> None:
    assert filled.executions(limit=np.int64(1), pipeline=np.int32(1))  # type: ignore[arg-type]  # on purpose
    assert filled.executions(state="running", since=pd.Timestamp("2026-01-01", tz="UTC"))
    assert filled.recorded_runs(run_id for run_id in ("a", "b")) == {}
    assert filled.alerts(state=("open", AlertState.RESOLVED)) == []
    assert filled.detect_pending_anomalies(seconds=np.float64(1)).executions == 0
    execution = filled.start_execution(pipeline_id="p", source="cli", external_id="by text")  # type: ignore[arg-type]  # on purpose
    assert execution.source is ExecutionSource.CLI
    rule = filled.get_or_create_anomaly_rule("p", metric_field="inserts", std_deviation_threshold_multiplier=2)
    assert rule.std_deviation_threshold_multiplier == 2


def test_what_can_be_read_once_is_checked_as_it_is_read(filled: Watcher, module_database_url: str) -> None:
    before = contents(module_database_url)
    with pytest.raises(InvalidValueError, match=r"^records is 5; it must be an ExecutionRecord"):
        filled.record(each for each in [record("p"), 5])  # type: ignore[misc]  # on purpose
    assert contents(module_database_url) == before


def test_an_argument_that_there_is_not_or_that_is_missing_is_python_s_own_error(filled: Watcher) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'limits'"):
        filled.executions(limits=1)  # type: ignore[call-arg]  # on purpose
    with pytest.raises(TypeError, match="positional"):
        filled.execution(1, 2)  # type: ignore[call-arg]  # on purpose
    with pytest.raises(TypeError, match="missing"):
        filled.execution()  # type: ignore[call-arg]  # on purpose
    with pytest.raises(TypeError, match="freshnes_number"):
        filled.get_or_create_pipeline_type("n", freshnes_number=1)  # type: ignore[call-arg]  # on purpose


def test_methods_of_others_are_their_own() -> None:
    class Mine(Watcher):
        def double(self, text: str) -> str:
            return text * 2

    assert Mine().double(2) == 4  # type: ignore[arg-type, comparison-overlap]  # on purpose


@pytest.mark.parametrize("wrong", [5, b"http://h", object(), True])
def test_an_address_of_a_database_is_text(wrong: Any) -> None:
    with pytest.raises(InvalidValueError, match=r"^database_url is"):
        Watcher(wrong)

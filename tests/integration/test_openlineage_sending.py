"""Executions as events of OpenLineage: what is sent, in which order, and that nothing is lost."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.factories import at, record
from tests.http_server import Failure, HttpServer, http_server
from tests.openlineage_events import run_event
from watcher_core import (
    Address,
    ColumnEdge,
    ConfigurationError,
    DeliveryError,
    ExecutionSource,
    ExecutionState,
    Settings,
    Watcher,
)
from watcher_core.cli import app
from watcher_core.openlineage import sending
from watcher_core.recording import Identity

RUN = "0190f2f4-6f0a-7c3e-9b5e-3f2f6f0f9a11"
SINCE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    """Whoever gets the events, without the client's own retries, which take seconds."""
    with http_server() as server:
        transport = {"type": "http", "url": server.url, "retry": {"total": 0, "read": 0, "connect": 0}}
        file = tmp_path / "events.yml"
        file.write_text(json.dumps({"transport": transport}))  # JSON is YAML
        monkeypatch.setenv("OPENLINEAGE_CONFIG", str(file))
        monkeypatch.setenv("OPENLINEAGE_NAMESPACE", "shop")
        yield server


def events(server: HttpServer) -> list[dict[str, Any]]:
    assert {request.path for request in server.taken} <= {"/api/v1/lineage"}
    return [request.json for request in server.taken]


def record_run(watcher: Watcher) -> None:
    """A run of Dagster with two materializations, of which one fails, and the lineage of both."""
    watcher.record(
        [
            record("location/job", RUN, state=ExecutionState.FAILED),
            record("orders", f"{RUN}/orders/orders", parent_external_id=RUN, inserts=7, logical_date=at(-1440)),
            record(
                "report",
                f"{RUN}/report/report",
                parent_external_id=RUN,
                state=ExecutionState.FAILED,
                execution_metadata={"error": {"class": "ValueError", "message": "no rows", "stack": "at line 3"}},
            ),
            record("skipped", f"{RUN}/skipped/skipped", parent_external_id=RUN, state=ExecutionState.SKIPPED),
        ]
    )
    raw = Address("s3://lake/raw/orders.csv", "s3", "bucket")
    orders = Address("shop.public.orders", "postgresql", "database")
    edge = ColumnEdge(
        source_address=raw.name, source_column="amount", target_address=orders.name, target_column="total"
    )
    watcher.create_lineage("orders", [raw], [orders], columns=[edge])
    watcher.create_lineage("report", [orders], [Address("kafka://b:9092/report", "kafka", "stream")])


def test_each_execution_is_a_run_with_a_start_and_an_end(watcher: Watcher, server: HttpServer) -> None:
    record_run(watcher)
    assert watcher.send_openlineage(since=SINCE) == 3
    sent = events(server)
    assert [(event["job"]["name"], event["eventType"]) for event in sent] == [
        ("location/job", "START"),
        ("location/job", "FAIL"),
        ("orders", "START"),
        ("orders", "COMPLETE"),
        ("report", "START"),
        ("report", "FAIL"),
    ]
    assert len({event["run"]["runId"] for event in sent}) == 3
    assert sent[0]["run"]["runId"] == RUN
    assert [event["eventTime"] for event in sent[2:4]] == [at(0).isoformat(), at(1).isoformat()]
    assert {event["job"]["namespace"] for event in sent} == {"shop"}
    orders, report = sent[3], sent[5]
    assert orders["inputs"] == [{"namespace": "s3://lake", "name": "raw/orders.csv", "facets": {}, "inputFacets": {}}]
    [output] = orders["outputs"]
    assert (output["namespace"], output["name"]) == ("shop", "shop.public.orders")
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 7
    [source] = output["facets"]["columnLineage"]["fields"]["total"]["inputFields"]
    assert (source["namespace"], source["name"], source["field"]) == ("s3://lake", "raw/orders.csv", "amount")
    facets = orders["run"]["facets"]
    assert facets["nominalTime"]["nominalStartTime"] == at(-1440).isoformat()
    assert (facets["parent"]["run"]["runId"], facets["parent"]["job"]["name"]) == (RUN, "location/job")
    assert facets["parent"]["root"]["run"]["runId"] == RUN
    error = report["run"]["facets"]["errorMessage"]
    assert (error["message"], error["stackTrace"]) == ("ValueError: no rows", "at line 3")
    assert "errorMessage" not in sent[4]["run"]["facets"]
    assert report["outputs"][0]["namespace"] == "kafka://b:9092"


def test_what_is_sent_can_be_taken(watcher: Watcher, server: HttpServer, databases: Any) -> None:
    record_run(watcher)
    watcher.send_openlineage(since=SINCE)
    with databases.clone("watcher_template") as url, Watcher(url, settings=Settings()) as other:
        other.record_openlineage(events(server))
        states = {each.pipeline_name: (each.state, each.inserts) for each in other.executions()}
        assert states == {
            "shop/location/job": (ExecutionState.FAILED, None),
            "shop/orders": (ExecutionState.SUCCEEDED, 7),
            "shop/report": (ExecutionState.FAILED, None),
        }
        [run] = other.executions(pipeline="shop/location/job")
        assert len(other.execution_tree(run.id).children) == 2
        assert len(other.address_lineage("kafka://b:9092/report")) == 2


def test_what_ends_after_the_first_time_waits_and_is_sent_once(watcher: Watcher, server: HttpServer) -> None:
    watcher.record([record("before")])
    assert watcher.send_openlineage() == 0
    watcher.record([record("after", "x")])
    watcher.record([record("after", "x")])  # a replay changes nothing
    assert watcher.send_openlineage() == 1
    assert watcher.send_openlineage() == 0
    assert [event["job"]["name"] for event in events(server)] == ["after", "after"]


def test_any_day_is_sent_again_with_the_same_ids(watcher: Watcher, server: HttpServer) -> None:
    watcher.record([record("first", start=0), record("second", start=60)])
    assert watcher.send_openlineage(since=at(0)) == 2
    assert watcher.send_openlineage(since=at(60)) == 1
    sent = events(server)
    assert [event["job"]["name"] for event in sent[::2]] == ["first", "second", "second"]
    assert sent[2:4] == sent[4:6]


@pytest.mark.parametrize("failure", [Failure(500), Failure(429), Failure(401), Failure(404)])
def test_what_cannot_be_sent_waits(watcher: Watcher, server: HttpServer, failure: Failure) -> None:
    watcher.record([record("a"), record("b")])
    server.fail(failure)
    with pytest.raises(DeliveryError, match="cannot be sent"):
        watcher.send_openlineage(since=SINCE)
    assert watcher.send_openlineage() == 2
    assert len(events(server)) == 4


def test_a_server_that_is_down_loses_nothing(watcher: Watcher, server: HttpServer) -> None:
    watcher.record([record("a")])
    server.down = Failure(503)
    with pytest.raises(DeliveryError):
        watcher.send_openlineage(since=SINCE)
    server.down = None
    watcher.record([record("b")])
    assert watcher.send_openlineage() == 2
    assert [event["job"]["name"] for event in events(server)[::2]] == ["a", "b"]


def test_an_event_that_is_refused_holds_up_no_other(
    watcher: Watcher, server: HttpServer, caplog: pytest.LogCaptureFixture
) -> None:
    watcher.record([record("a"), record("b", start=5)])
    server.fail(Failure(422))
    assert watcher.send_openlineage(since=SINCE) == 1
    assert [event["job"]["name"] for event in events(server)] == ["b", "b"]
    assert "are refused with 422" in caplog.text


def test_more_than_a_batch_is_sent_in_order(
    watcher: Watcher, server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 3)
    watcher.record([record(f"p{number}", start=number) for number in range(8)])
    assert watcher.send_openlineage(since=SINCE) == 8
    assert [event["job"]["name"] for event in events(server)[::2]] == [f"p{number}" for number in range(8)]


@pytest.mark.parametrize("kind", ["async_http", "file", "composite"])
def test_other_transports(
    watcher: Watcher, server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    target, file = tmp_path / "events.jsonl", tmp_path / "other.yml"
    transports: dict[str, dict[str, Any]] = {
        "async_http": {"type": "async_http", "url": server.url},
        "file": {"type": "file", "log_file_path": str(target), "append": True},
    }
    transports["composite"] = {"type": "composite", "transports": [transports["async_http"], transports["file"]]}
    file.write_text(json.dumps({"transport": transports[kind]}))
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(file))
    watcher.record([record("a"), record("b", start=5)])
    assert watcher.send_openlineage(since=SINCE) == 2
    if kind != "file":
        assert len(events(server)) == 4
    if kind != "async_http":
        assert len(target.read_text().splitlines()) == 4


def test_what_came_as_events_is_not_sent_as_events(watcher: Watcher, server: HttpServer) -> None:
    watcher.send_openlineage()
    watcher.record_openlineage([run_event("r", "COMPLETE")])
    assert watcher.send_openlineage(since=SINCE) == 0
    assert events(server) == []


def test_ids_of_runs_follow_from_identities() -> None:
    own = sending.run_id(Identity(ExecutionSource.DAGSTER, RUN))
    others = {
        sending.run_id(Identity(source, external_id))
        for source in (ExecutionSource.DAGSTER, ExecutionSource.PYTHON)
        for external_id in (f"{RUN}/a/a", f"{RUN}/b/b")
    }
    assert own == RUN
    assert len(others) == 4
    assert all(str(uuid.UUID(each)) == each for each in others)


def test_without_a_place_to_send_to(watcher: Watcher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="nothing says where to send"):
        watcher.send_openlineage()
    monkeypatch.setenv("OPENLINEAGE_DISABLED", "true")
    monkeypatch.setenv("OPENLINEAGE_URL", "http://127.0.0.1:1")
    with pytest.raises(ConfigurationError, match="nothing says where to send"):
        watcher.send_openlineage()
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match=r"watcher-dagster\[openlineage\]"):
        watcher.send_openlineage()


def test_the_command(watcher: Watcher, server: HttpServer, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", database_url)
    watcher.record([record("a")])
    run = CliRunner().invoke(app, ["export", "openlineage", "--since", "2026-01-01"])
    assert (run.exit_code, run.output) == (0, "exported 1\n")
    watcher.record([record("b")])
    run = CliRunner().invoke(app, ["export", "openlineage", "--stop"])
    assert (run.exit_code, run.output) == (0, "exports are stopped; 1 waited\n")
    watcher.record([record("c")])
    assert watcher.send_openlineage() == 0

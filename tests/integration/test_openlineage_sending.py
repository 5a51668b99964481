"""Executions as events of OpenLineage: what is sent, in which order, and that nothing is lost."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it has none
from referencing import Registry, Resource
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
from watcher_core.openlineage.events import run_id
from watcher_core.recording import Identity

SCHEMAS = Path(__file__).parents[1] / "openlineage_schemas"
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


def types_by_job(sent: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What was sent of each job, in its order: several jobs are sent at once."""
    found: dict[str, list[str]] = {}
    for event in sent:
        found.setdefault(event["job"]["name"], []).append(event["eventType"])
    return dict(sorted(found.items()))


def one(sent: list[dict[str, Any]], job: str, kind: str) -> dict[str, Any]:
    [found] = [event for event in sent if (event["job"]["name"], event["eventType"]) == (job, kind)]
    return found


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
    assert types_by_job(sent) == {
        "location/job": ["START", "FAIL"],
        "orders": ["START", "COMPLETE"],
        "report": ["START", "FAIL"],
    }
    assert len({event["run"]["runId"] for event in sent}) == 3
    assert {event["job"]["namespace"] for event in sent} == {"shop"}
    job, begun, orders, report_begun, report = (
        one(sent, name, kind)
        for name, kind in (
            ("location/job", "START"),
            ("orders", "START"),
            ("orders", "COMPLETE"),
            ("report", "START"),
            ("report", "FAIL"),
        )
    )
    assert job["run"]["runId"] == RUN
    assert [event["eventTime"] for event in (begun, orders)] == [at(0).isoformat(), at(1).isoformat()]
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
    assert "errorMessage" not in report_begun["run"]["facets"]
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
    imported = record("imported", start=30, source=ExecutionSource.IMPORT)
    watcher.record([record("first", start=0), imported, record("second", start=60)])
    assert watcher.send_openlineage(since=at(0)) == 2
    assert watcher.send_openlineage(since=at(60)) == 1
    sent = events(server)
    assert types_by_job(sent) == {"first": ["START", "COMPLETE"], "second": ["START", "COMPLETE"] * 2}
    second = [event for event in sent if event["job"]["name"] == "second"]
    assert second[:2] == second[2:]


def test_a_start_is_sent_when_it_happens_and_again_with_the_end(watcher: Watcher, server: HttpServer) -> None:
    watcher.send_openlineage()
    with watcher.track("load") as execution:
        assert watcher.send_openlineage() == 1
        assert types_by_job(events(server)) == {"load": ["START"]}
        execution.inserts = 3
    assert watcher.send_openlineage() == 1
    assert types_by_job(events(server)) == {"load": ["START", "START", "COMPLETE"]}
    assert len({event["run"]["runId"] for event in events(server)}) == 1


def test_what_began_and_did_no_work_is_ended(watcher: Watcher, server: HttpServer) -> None:
    watcher.send_openlineage()
    watcher.record([record("begun", "x", state=ExecutionState.RUNNING), record("never", state=ExecutionState.SKIPPED)])
    watcher.send_openlineage()
    watcher.record([record("begun", "x", state=ExecutionState.SKIPPED)])
    assert watcher.send_openlineage() == 1
    assert types_by_job(events(server)) == {"begun": ["START", "START", "ABORT"]}


def test_other_names_of_a_dataset_are_sent(watcher: Watcher, server: HttpServer) -> None:
    former, now = "postgres://db:5432/shop.public.orders", "shop.public.orders"
    watcher.record([record("load")])
    raw, orders = Address("s3://lake/raw", "s3", "bucket"), Address(former, "postgresql", "database")
    watcher.create_lineage("load", [raw], [orders])
    watcher.update_address(former, name=now)
    watcher.send_openlineage(since=SINCE)
    event = one(events(server), "load", "COMPLETE")
    [output], [read] = event["outputs"], event["inputs"]
    assert (output["namespace"], output["name"]) == ("shop", now)
    [other] = output["facets"]["symlinks"]["identifiers"]
    assert other == {"namespace": "postgres://db:5432", "name": now, "type": "TABLE"}
    assert read["facets"] == {}


def test_all_that_is_sent_follows_the_published_schemas(watcher: Watcher, server: HttpServer) -> None:
    """Also each facet, by the schema that it names, in the version that the client has."""
    schemas = {file.stem: json.loads(file.read_text()) for file in SCHEMAS.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()
    )
    record_run(watcher)
    watcher.record([record("going", state=ExecutionState.RUNNING), record("stopped", state=ExecutionState.CANCELED)])
    watcher.update_address("s3://lake/raw/orders.csv", name="s3://lake/orders.csv")
    watcher.send_openlineage()
    watcher.record([record("going", "again", state=ExecutionState.RUNNING)])
    watcher.send_openlineage(since=SINCE)
    sent = events(server)
    assert {event["eventType"] for event in sent} == {"START", "COMPLETE", "FAIL", "ABORT"}
    found: set[str] = set()
    for event in sent:
        event_schema = {"$ref": f"{schemas['OpenLineage']['$id']}#/$defs/RunEvent"}
        validator(event_schema, registry).validate(event)
        of_datasets = [each for side in ("inputs", "outputs") for each in event[side]]
        facets = [event["run"]["facets"], event["job"]["facets"]]
        facets += [each.get(which, {}) for each in of_datasets for which in ("facets", "inputFacets", "outputFacets")]
        for facet in (one for each in facets for one in each.values()):
            name = facet["_schemaURL"].rpartition("/")[2]
            found.add(name)
            validator({"$ref": f"{schemas[name]['$id']}#/$defs/{name}"}, registry).validate(facet)
    assert found == schemas.keys() - {"OpenLineage"}


def validator(schema: dict[str, Any], registry: Registry[Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("failure", [Failure(500), Failure(429), Failure(401), Failure(404)])
def test_what_cannot_be_sent_waits(watcher: Watcher, server: HttpServer, failure: Failure) -> None:
    watcher.record([record("a"), record("b")])
    server.fail(failure)
    with pytest.raises(DeliveryError, match="cannot be sent"):
        watcher.send_openlineage(since=SINCE)
    assert watcher.send_openlineage() == 2
    assert all(types[-2:] == ["START", "COMPLETE"] for types in types_by_job(events(server)).values())


def test_a_server_that_is_down_loses_nothing(watcher: Watcher, server: HttpServer) -> None:
    watcher.record([record("a")])
    server.down = Failure(503)
    with pytest.raises(DeliveryError):
        watcher.send_openlineage(since=SINCE)
    server.down = None
    watcher.record([record("b")])
    assert watcher.send_openlineage() == 2
    assert types_by_job(events(server)) == {"a": ["START", "COMPLETE"], "b": ["START", "COMPLETE"]}


def test_an_event_that_is_refused_holds_up_no_other(
    watcher: Watcher, server: HttpServer, caplog: pytest.LogCaptureFixture
) -> None:
    watcher.record([record("a"), record("b", start=5)])
    server.fail(Failure(422))
    assert watcher.send_openlineage(since=SINCE) == 1
    assert list(types_by_job(events(server)).values()) == [["START", "COMPLETE"]]
    assert "are refused with 422" in caplog.text


def test_more_than_a_batch_is_sent_in_order(
    watcher: Watcher, server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 3)
    watcher.record([record(f"p{number}", start=number) for number in range(8)])
    assert watcher.send_openlineage(since=SINCE) == 8
    sent = events(server)
    assert types_by_job(sent) == {f"p{number}": ["START", "COMPLETE"] for number in range(8)}
    batch = [int(event["job"]["name"][1:]) // 3 for event in sent]
    assert batch == sorted(batch)


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


@pytest.mark.parametrize("kind", ["http", "composite", "transform"])
def test_a_place_that_has_moved_has_taken_nothing_and_one_that_refuses_stops_nobody(
    watcher: Watcher, server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """OpenLineage's client follows a redirect with an empty request, and counts the event as sent."""
    http = {"type": "http", "url": server.url}
    transformer = "openlineage.client.transport.transform.transformers.job_namespace_replace_transformer"
    transports = {
        "http": http,
        "composite": {"type": "composite", "transports": [http], "continue_on_failure": False},
        "transform": {
            "type": "transform",
            "transport": http,
            "transformer_class": f"{transformer}.JobNamespaceReplaceTransformer",
            "transformer_properties": {"new_job_namespace": "other"},
        },
    }
    (tmp_path / "client.yml").write_text(json.dumps({"transport": transports[kind]}))
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(tmp_path / "client.yml"))
    server.answer_get = lambda _path: (200, b"a page", {})  # type: ignore[method-assign]  # of this server only
    watcher.record([record("a"), record("b", start=5)])
    server.down = Failure(301, "", {"Location": "https://marquez.example"})
    with pytest.raises(
        DeliveryError, match=r"answers 301, and has moved to https://marquez\.example; set that address"
    ):
        watcher.send_openlineage(since=SINCE)
    server.down = Failure(400)
    assert watcher.send_openlineage() == 0
    server.down = None
    assert watcher.send_openlineage(since=SINCE) == 2
    assert len(events(server)) == 4


def test_what_came_as_events_is_not_sent_as_events(watcher: Watcher, server: HttpServer) -> None:
    watcher.send_openlineage()
    watcher.record_openlineage([run_event("r", "COMPLETE")])
    assert watcher.send_openlineage(since=SINCE) == 0
    assert events(server) == []


def test_ids_of_runs_follow_from_identities() -> None:
    own = run_id(Identity(ExecutionSource.DAGSTER, RUN))
    others = {
        run_id(Identity(source, external_id))
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

"""OpenLineage's events over HTTP: what clients rely on, who may send, what is refused."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories import unique
from tests.http_client import Client, serving
from tests.openlineage_events import dataset, run_event, run_id, sample
from watcher_core import Execution, ExecutionState, NotFoundError, Watcher
from watcher_core.errors import DatabaseUnavailableError
from watcher_core.server import Limits, create_app

PATH, BATCH = "/api/v1/lineage", "/api/v1/lineage/batch"


@pytest.fixture(scope="module")
def api(module_watcher: Watcher) -> Iterator[Client]:
    """The API, with little room for what is no event."""
    with serving(create_app(module_watcher, limits=Limits(body_bytes=2_000, batch_bytes=100_000))) as client:
        token, _ = module_watcher.create_token("all", scope="write")
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def executions(watcher: Watcher, job: str) -> list[Execution]:
    return watcher.executions(pipeline=f"shop/{job}")


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
def test_an_event_is_taken_with_and_without_a_slash_behind_the_path(api, module_watcher, path) -> None:
    job = unique("job")
    answer = api.post(path, json=run_event(job, job=job))
    assert (answer.status_code, answer.content) == (201, b"")
    assert len(executions(module_watcher, job)) == 1


@pytest.mark.parametrize("path", [PATH, f"{PATH}/", BATCH, f"{BATCH}/"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "POST"])
def test_no_path_is_redirected(api, path, method) -> None:
    assert api.request(method, path, content=b"{}").status_code in (400, 405)


def test_a_body_is_json_whatever_its_header_says_and_may_have_nan_in_a_facet(api, module_watcher) -> None:
    job = unique("job")
    event = json.dumps(run_event(job, job=job, custom={"ratio": float("nan")}, other={"high": float("inf")}))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert api.post(PATH, content=event, headers=headers).status_code == 201
    assert len(executions(module_watcher, job)) == 1


def test_an_event_may_be_larger_than_other_bodies_and_compressed(api, module_watcher) -> None:
    job = unique("job")
    event = json.dumps(run_event(job, job=job, spark_logicalPlan={"plan": ["x" * 100] * 500})).encode()
    packed = gzip.compress(event)
    assert api.post(PATH, content=event).status_code == 201
    assert api.post(PATH, content=packed, headers={"Content-Encoding": "gzip"}).status_code == 201
    assert len(executions(module_watcher, job)) == 1


@pytest.mark.parametrize(
    ("content", "headers", "status", "message"),
    [
        (b"", {}, 400, "the body is no JSON"),
        (b"{", {}, 400, "the body is no JSON"),
        (b"\xff", {}, 400, "the body is no JSON"),
        (b"[" * 50_000, {}, 400, "the body is no JSON"),
        (b"1", {}, 400, "the event is 1; it must be an object"),
        (b'{"eventTime": "2026-01-01T00:00:00Z", "run": {"runId": "\\ud800"}, "job": {}}', {}, 400, "must be a UUID"),
        (b"x", {"Content-Encoding": "gzip"}, 400, "not compressed with gzip"),
        (gzip.compress(b"{}", mtime=0)[:-9], {"Content-Encoding": "gzip"}, 400, "its end is missing"),
        (2 * gzip.compress(b"[]", mtime=0), {"Content-Encoding": "gzip"}, 400, "more behind the end"),
        (b"{}", {"Content-Encoding": "br"}, 400, "Content-Encoding is 'br'; it may be gzip"),
        (gzip.compress(b" " * 200_000, mtime=0), {"Content-Encoding": "gzip"}, 413, "more than 100,000 bytes"),
        (b" " * 200_000, {}, 413, "it may have 100,000"),
    ],
)
def test_what_is_no_event_is_refused(api, content, headers, status, message) -> None:
    answer = api.post(PATH, content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, "invalid_value" if status == 400 else "too_large")
    assert message in answer.json()["message"]


def test_a_refused_event_names_the_value_and_the_rule(api) -> None:
    answer = api.post(PATH, json=run_event("r", "DONE"))
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("eventType is 'DONE'; it may be START, RUNNING, COMPLETE")


# Batches


def test_a_batch_answers_for_each_event(api, module_watcher) -> None:
    job = unique("job")
    events = [run_event(job, job=job), {"eventTime": "noon"}, run_event(job, "COMPLETE", 1, job=job), 7, {"\ud800": 1}]
    answer = api.post(BATCH, content=json.dumps(events))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["received"], body["recorded"]) == (5, 2)
    assert [each["index"] for each in body["refused"]] == [1, 3, 4]
    assert body["refused"][0]["detail"].startswith("eventTime is 'noon'")
    [found] = executions(module_watcher, job)
    assert found.duration_seconds == 60


def test_a_batch_in_parts_answers_for_each_event(api, module_watcher, monkeypatch) -> None:
    monkeypatch.setattr("watcher_core.database.connections.ROWS_OF_PART", 2)
    job = unique("job")
    events = [run_event(f"{job}{n}", kind, n, job=job) for kind in ("START", "COMPLETE") for n in range(5)]
    events[5:5] = [{**events[0], "eventTime": "noon"}]
    body = api.post(BATCH, json=events).json()
    assert (body["received"], body["recorded"], [each["index"] for each in body["refused"]]) == (11, 10, [5])
    assert {found.state for found in executions(module_watcher, job)} == {ExecutionState.SUCCEEDED}
    assert len(executions(module_watcher, job)) == 5


@pytest.mark.parametrize("batch", [{}, "x", 7, [1] * 10_001])
def test_what_is_no_batch_is_refused(api, batch) -> None:
    answer = api.post(BATCH, json=batch)
    assert answer.status_code == 400
    assert "it must be a list of at most 10,000 events" in answer.json()["message"]


def test_an_empty_batch_is_nothing(api) -> None:
    assert api.post(BATCH, json=[]).json() == {"received": 0, "recorded": 0, "refused": []}


def test_a_batch_of_real_events(api, module_watcher) -> None:
    body = api.post(f"{BATCH}/", json=sample("spark_job")).json()
    assert body == {"received": 5, "recorded": 5, "refused": []}
    assert module_watcher.executions(pipeline="spark/sums")


# Who may send


def with_token(watcher: Watcher, **fields: Any) -> dict[str, str]:
    token, _ = watcher.create_token(uuid.uuid4().hex, **fields)
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("path", [PATH, BATCH])
def test_a_token_that_may_write_is_needed(api, module_watcher, path) -> None:
    for headers, status in (
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Basic eDp5"}, 401),
        (with_token(module_watcher, scope="read"), 403),
    ):
        assert api.post(path, json=[], headers=headers).status_code == status


def test_a_token_of_some_pipelines_sends_events_of_those(api, module_watcher) -> None:
    headers = with_token(module_watcher, scope="write", pipelines="shop/mine*")
    mine, others = run_event(unique("r"), job="mine"), run_event(unique("r"), job="others")
    alone = {"eventTime": mine["eventTime"], "dataset": dataset("x")}
    assert api.post(PATH, json=mine, headers=headers).status_code == 201
    assert api.post(PATH, json=others, headers=headers).status_code == 403
    assert api.post(PATH, json=alone, headers=headers).status_code == 403
    body = api.post(BATCH, json=[others, mine, alone], headers=headers).json()
    assert (body["recorded"], [each["index"] for each in body["refused"]]) == (1, [0, 2])
    with pytest.raises(NotFoundError):
        module_watcher.pipeline("shop/others")


def test_a_token_of_some_pipelines_changes_no_run_of_others(api, module_watcher) -> None:
    """The id of a run is no secret: it stands in the events of all that ran in it."""
    headers = with_token(module_watcher, scope="write", pipelines="shop/mine*")
    run, job = unique("r"), unique("theirs")
    assert api.post(PATH, json=run_event(run, job=job)).status_code == 201
    taken, mine = run_event(run, "FAIL", 1, job="mine"), run_event(unique("r"), job="mine")
    assert api.post(PATH, json=taken, headers=headers).status_code == 403
    body = api.post(BATCH, json=[{}, taken, mine], headers=headers).json()
    assert (body["recorded"], [each["index"] for each in body["refused"]]) == (1, [0, 1])
    [execution] = executions(module_watcher, job)
    assert execution.state == "running"
    module_watcher.update_pipeline(f"shop/{job}", name=f"shop/mine-{job}")
    assert api.post(PATH, json=run_event(run, "COMPLETE", 1, job="mine"), headers=headers).status_code == 201


def test_a_token_of_some_pipelines_makes_its_runs_part_of_no_others(api, module_watcher) -> None:
    """Producers name the parent by themselves: the event is not lost for it, and the execution says why it has none."""
    headers = with_token(module_watcher, scope="write", pipelines="shop/mine*")
    theirs, own = unique("theirs"), unique("mine")
    assert api.post(PATH, json=run_event(theirs, job=theirs)).status_code == 201
    assert api.post(PATH, json=run_event(own, job=own), headers=headers).status_code == 201

    def parent_of(of: str, **parent: Any) -> int | None:
        event = run_event(of, job=f"mine-{of}")
        event["run"]["facets"]["parent"] = parent
        for path, body in ((PATH, event), (BATCH, [event])):
            assert api.post(path, json=body, headers=headers).status_code < 300
        [execution] = executions(module_watcher, f"mine-{of}")
        left_out = "run.facets.parent" in execution.execution_metadata.get("refused", {})
        assert left_out == (execution.parent_id is None)
        return execution.parent_id

    named = {"namespace": "shop", "name": own}
    assert parent_of(unique("r"), run={"runId": run_id(own)}, job=named) == executions(module_watcher, own)[0].id
    for parent in (
        {"run": {"runId": run_id(theirs)}, "job": {"namespace": "shop", "name": theirs}},
        {"run": {"runId": run_id(theirs)}, "job": named},  # which is not so
        {"run": {"runId": run_id(unique("unknown"))}, "job": {"namespace": "shop", "name": theirs}},
        {"run": {"runId": run_id(unique("unknown"))}},
    ):
        assert parent_of(unique("r"), **parent) is None


def test_too_many_requests_are_told_to_come_again(module_watcher) -> None:
    """Clients drop an event that is answered 429, and send one again that is answered 503."""
    headers = with_token(module_watcher, scope="write")
    with serving(create_app(module_watcher, limits=Limits(rate=1))) as client:
        for path in (PATH, f"{PATH}/", BATCH, f"{BATCH}/"):
            answers = [client.post(path, json=[], headers=headers) for _ in range(3)]
            assert answers[-1].status_code == 503
            assert answers[-1].headers["Retry-After"] == "1"
        assert client.get("/pipeline", headers=headers).status_code == 429


def test_a_database_that_is_away_is_a_503(api, module_watcher, monkeypatch) -> None:
    def away(*_: Any) -> None:
        raise DatabaseUnavailableError("no route to host")

    monkeypatch.setattr(Watcher, "_record_events", away)
    for path, body in ((PATH, run_event("r")), (BATCH, [run_event("r")])):
        answer = api.post(path, json=body)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_the_paths_are_documented(api) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    assert set(paths[PATH]["post"]["responses"]) == {"201", "400", "401", "403", "413", "422", "503"}
    assert "200" in paths[BATCH]["post"]["responses"]
    assert f"{PATH}/" not in paths

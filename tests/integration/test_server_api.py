"""The HTTP API: its paths, fields, statuses, and what its published client relies on."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.http_client import Client, serving
from tests.plans import explain
from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState, Watcher
from watcher_core.server import create_app


@pytest.fixture(scope="module")
def api(module_watcher: Watcher) -> Iterator[Client]:
    """The API, from this host."""
    with serving(create_app(module_watcher)) as client:
        yield client


def unique(name: str) -> str:
    return f"{name}-{uuid.uuid4().hex[:8]}"


def make_pipeline(api: Client, **fields: object) -> int:
    answer = api.post("/pipeline", json={"name": unique("pipeline"), "pipeline_type_name": "extraction", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()


def start(api: Client, pipeline_id: int, **fields: object) -> int:
    answer = api.post("/start_pipeline_execution", json={"pipeline_id": pipeline_id, "start_date": now(), **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def end(api: Client, execution_id: int, **fields: object) -> None:
    body = {"id": execution_id, "end_date": now(), "completed_successfully": True, **fields}
    answer = api.post("/end_pipeline_execution", json=body)
    assert (answer.status_code, answer.content) == (204, b""), answer.text


# Pipelines


def test_a_pipeline_is_created_then_found_then_changed(api):
    name = unique("Orders")
    body = {
        "name": name,
        "pipeline_type_name": "extraction",
        "pipeline_metadata": None,
        "freshness_number": None,
        "freshness_datepart": None,
        "timeliness_number": 2,
        "timeliness_datepart": " HOUR ",
        "next_watermark": None,
        "unknown": [1],
    }
    created = api.post("/pipeline", json=body)
    assert created.status_code == 201
    assert created.json() == {"id": created.json()["id"], "active": True, "load_lineage": True, "watermark": None}
    pipeline_id = created.json()["id"]
    again = api.post("/pipeline", json={**body, "name": name.upper(), "next_watermark": 10})
    assert (again.status_code, again.json()["id"]) == (200, pipeline_id)
    found = api.get(f"/pipeline/{pipeline_id}").json()
    assert (found["name"], found["next_watermark"], found["timeliness_datepart"]) == (body["name"], "10", "hour")
    # null is not said: what is there stays
    assert api.post("/pipeline", json=body).status_code == 200
    assert api.get(f"/pipeline/{pipeline_id}").json()["next_watermark"] == "10"
    assert pipeline_id in [each["id"] for each in api.get("/pipeline").json()]


def test_patch_finds_by_id_by_pipeline_id_and_by_name(api):
    pipeline_id = make_pipeline(api)
    assert api.patch("/pipeline", json={"pipeline_id": pipeline_id, "next_watermark": "w1"}).status_code == 200
    new = unique("renamed")
    changed = api.patch("/pipeline", json={"id": pipeline_id, "name": new, "watermark": 5, "active": False}).json()
    assert (changed["name"], changed["watermark"], changed["active"], changed["next_watermark"]) == (
        new,
        "5",
        False,
        "w1",
    )
    assert api.patch("/pipeline", json={"name": new, "active": True}).json()["active"] is True
    assert api.post("/pipeline", json={"name": new, "pipeline_type_name": "extraction"}).json()["active"] is True
    missing = api.patch("/pipeline", json={"next_watermark": "x"})
    assert missing.status_code == 422
    assert "Either 'id' or 'name' must be provided" in missing.json()["detail"][0]["msg"]
    other = make_pipeline(api)
    clash = api.patch("/pipeline", json={"id": other, "name": new})
    assert (clash.status_code, clash.json()["code"]) == (400, "invalid_value")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/pipeline_type", {"name": "T"}),
        ("/address_type", {"name": "T", "group_name": "database"}),
        ("/address", {"name": "a.b.c", "address_type_name": "pg", "address_type_group_name": "database"}),
    ],
)
def test_what_has_a_name_is_created_found_listed_and_changed(api, path, body):
    body = {**body, "name": unique(body["name"])}
    created = api.post(path, json=body)
    assert created.status_code == 201, created.text
    row_id = created.json()["id"]
    assert api.post(path, json=body).status_code == 200
    assert api.post(path, json={**body, "name": body["name"].upper()}).json()["id"] == row_id
    assert api.get(f"{path}/{row_id}").json()["name"] == body["name"]
    assert row_id in [each["id"] for each in api.get(path).json()]
    new = unique("renamed")
    assert api.patch(path, json={"id": row_id, "name": new}).json()["name"] == new
    assert api.patch(path, json={"name": new}).json()["id"] == row_id
    missing = api.get(f"{path}/987654321")
    assert missing.status_code == 404
    assert missing.json()["code"] == "not_found"
    assert api.patch(path, json={"id": 987654321, "name": "x"}).status_code == 404
    assert api.patch(path, json={}).status_code == 422


def test_an_address_of_three_parts_in_a_database_has_them(api):
    name = f"{unique('shop')}.public.orders"
    body = {"name": name, "address_type_name": "pg", "address_type_group_name": "database"}
    row_id = api.post("/address", json=body).json()["id"]
    found = api.get(f"/address/{row_id}").json()
    assert (found["database_name"], found["schema_name"], found["table_name"]) == tuple(name.split("."))
    changed = {**body, "address_type_name": "mysql", "address_metadata": {"owner": "Ann"}, "deprecated": True}
    assert api.post("/address", json=changed).status_code == 200
    found = api.get(f"/address/{row_id}").json()
    assert (found["address_type_name"], found["address_metadata"], found["deprecated"]) == (
        "mysql",
        {"owner": "Ann"},
        True,
    )


def test_lists_are_whole_until_a_page_is_asked_for(api):
    ids = sorted(make_pipeline(api) for _ in range(3))
    first = api.get("/pipeline", params={"limit": 2, "cursor": str(ids[0] - 1)}).json()
    assert [each["id"] for each in first["data"]] == ids[:2]
    second = api.get("/pipeline", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert ([each["id"] for each in second["data"]], second["next_cursor"]) == (ids[2:], None)
    assert isinstance(api.get("/pipeline").json(), list)
    assert api.get("/pipeline", params={"cursor": "x"}).status_code == 400
    assert api.get("/pipeline", params={"cursor": "9" * 100}).status_code == 400


MANY = """
    WITH pipeline AS (
        INSERT INTO watcher.pipeline (name, pipeline_type_id)
        SELECT 'many ' || number, type.id
          FROM generate_series(1, 3000) AS number, (SELECT min(id) FROM watcher.pipeline_type) AS type (id)
        RETURNING id
    ), rule AS (
        INSERT INTO watcher.anomaly_detection_rule (pipeline_id, metric_field) SELECT id, 'total_rows' FROM pipeline
    )
    INSERT INTO watcher.address (name, address_type_id)
    SELECT 'many ' || number, type.id
      FROM generate_series(1, 3000) AS number, (SELECT min(id) FROM watcher.address_type) AS type (id)
"""
PAGED = {"/pipeline": "pipeline", "/address": "address", "/anomaly_detection_rule": "anomaly_detection_rule"}


@pytest.fixture(scope="module")
def many(api: Client, module_watcher: Watcher) -> Client:
    """The API, with thousands of everything that has pages."""
    make_pipeline(api)
    module_watcher.get_or_create_address_type("pg", group_name="database")
    with module_watcher._transaction() as (session, _):
        session.execute(sa.text(MANY))
    with module_watcher._transaction() as (session, _):
        session.execute(sa.text("ANALYZE"))
    return api


@pytest.mark.parametrize(("path", "table"), PAGED.items())
def test_a_page_of_a_list_reads_no_more_than_that(many, module_watcher, path, table):
    plans = explain(module_watcher, lambda: many.get(path, params={"limit": 20}))
    assert plans.read(table) <= 21, plans
    page: dict[str, Any] = {"next_cursor": "0"}
    rows = []
    while page["next_cursor"] is not None:
        page = many.get(path, params={"limit": 1000, "cursor": page["next_cursor"]}).json()
        rows += page["data"]
    whole = many.get(path).json()
    assert rows == sorted(whole, key=lambda row: row["id"])
    assert len(rows) >= 3000


# Executions


def test_a_success_moves_the_watermark_and_the_dates(api):
    pipeline_id = make_pipeline(api, next_watermark="2026-01-02")
    child_of = start(api, pipeline_id, watermark="2026-01-01")
    child = start(api, pipeline_id, parent_execution_id=child_of)
    end(api, child_of, inserts=3, updates=None, total_rows=3, execution_metadata={"run": "x"})
    found = api.get(f"/pipeline_execution/{child_of}").json()
    assert found["watermark"] == "2026-01-01"
    assert (found["completed_successfully"], found["inserts"], found["updates"]) == (True, 3, None)
    assert found["execution_metadata"] == {"run": "x"}
    assert [(each["id"], each["parent_id"]) for each in found["child_executions"]] == [(child, child_of)]
    pipeline = api.get(f"/pipeline/{pipeline_id}").json()
    assert (pipeline["watermark"], pipeline["load_lineage"]) == ("2026-01-02", False)
    assert pipeline["last_target_insert"] is not None
    assert pipeline["last_target_update"] is None


def test_the_first_end_wins_and_the_second_answers_as_well(api):
    pipeline_id = make_pipeline(api)
    execution_id = start(api, pipeline_id)
    end(api, execution_id, total_rows=1)
    end(api, execution_id, completed_successfully=False)
    assert api.get(f"/pipeline_execution/{execution_id}").json()["completed_successfully"] is True
    other = {"id": execution_id, "end_date": now(), "completed_successfully": False}
    strict = api.post("/end_pipeline_execution", json=other, headers={"Prefer": "handling=strict"})
    assert (strict.status_code, strict.json()["code"]) == (409, "execution_ended")
    assert "completed" in strict.text or "state" in strict.text


def test_a_start_that_is_sent_again_is_the_same_execution(api, module_watcher):
    pipeline_id = make_pipeline(api)
    body = {"pipeline_id": pipeline_id, "start_date": now(), "next_watermark": "a"}
    first = api.post("/start_pipeline_execution", json=body).json()["id"]
    assert api.post("/start_pipeline_execution", json=body).json()["id"] == first
    assert api.post("/start_pipeline_execution", json={**body, "next_watermark": "b"}).json()["id"] != first
    # no longer within five minutes
    with module_watcher._driver_transaction() as (connection, _):
        connection.execute(
            "UPDATE watcher.pipeline_execution SET created_at = created_at - interval '6 minutes' WHERE id = %s",
            [first],
        )
    second = api.post("/start_pipeline_execution", json=body).json()["id"]
    assert second != first
    assert api.post("/start_pipeline_execution", json=body).json()["id"] == second


@pytest.mark.parametrize("start_date", [None, "2026-01-02"])
def test_starts_without_a_time_are_each_their_own(api, start_date):
    body = {"pipeline_id": make_pipeline(api), "start_date": start_date}
    ids = {api.post("/start_pipeline_execution", json=body).json()["id"] for _ in range(2)}
    assert len(ids) == 2


def test_an_idempotency_key_makes_a_start_one(api):
    pipeline_id = make_pipeline(api)
    headers = {"Idempotency-Key": "nightly 7"}
    bodies = ({"pipeline_id": pipeline_id}, {"pipeline_id": pipeline_id, "start_date": None, "full_load": True})
    ids = {api.post("/start_pipeline_execution", json=body, headers=headers).json()["id"] for body in bodies}
    assert len(ids) == 1
    other = {"pipeline_id": pipeline_id, "start_date": "2020-01-01T00:00:00Z"}
    assert api.post("/start_pipeline_execution", json=other, headers=headers).status_code == 409
    elsewhere = api.post("/start_pipeline_execution", json={"pipeline_id": make_pipeline(api)}, headers=headers)
    assert elsewhere.json()["id"] not in ids
    assert api.post("/start_pipeline_execution", json=bodies[0], headers={"Idempotency-Key": " "}).status_code == 400


def test_a_batch_is_recorded_in_its_order(api):
    same = {"pipeline_name": "ordered", "external_id": "same", "start_date": "2026-01-02T06:00:00Z"}
    ended = {"state": "succeeded", "end_date": "2026-01-02T06:05:00Z", "total_rows": 3}
    later = {"state": "failed", "end_date": "2026-01-02T06:06:00Z"}
    body = {"executions": [{**same, "state": "running"}, {**same, **ended}, {**same, **later}]}
    assert api.post("/execution/batch", json=body).status_code == 200
    (found,) = api.get("/execution", params={"pipeline": "ordered"}).json()["data"]
    assert (found["state"], found["total_rows"]) == ("failed", 3)


def test_a_batch_is_recorded_once(api):
    name = unique("batch")
    rows = [
        {
            "pipeline_name": name,
            "external_id": f"{name}/{number}",
            "state": "succeeded",
            "start_date": f"2026-01-02T06:00:{number:02}Z",
            "end_date": "2026-01-02T07:00:00Z",
            "total_rows": number,
        }
        for number in range(5)
    ]
    for _ in range(2):
        answer = api.post("/execution/batch", json={"executions": rows})
        assert (answer.status_code, answer.json()) == (200, {"recorded": 5})
    found = api.get("/execution", params={"pipeline": name.upper(), "limit": 3}).json()
    assert [each["total_rows"] for each in found["data"]] == [4, 3, 2]
    rest = api.get("/execution", params={"pipeline": name, "limit": 3, "cursor": found["next_cursor"]}).json()
    assert ([each["total_rows"] for each in rest["data"]], rest["next_cursor"]) == ([1, 0], None)
    bad = api.post("/execution/batch", json={"executions": [*rows, {**rows[0], "external_id": "x", "state": "done"}]})
    assert (bad.status_code, bad.json()["detail"][0]["loc"]) == (422, ["body", "executions", 5, "state"])
    assert api.post("/execution/batch", json={"executions": [rows[0]] * 10_001}).status_code == 422


def test_an_execution_starts_by_the_name_of_its_pipeline(api):
    body: dict[str, Any] = {
        "pipeline_name": unique("by-name"),
        "configuration": {"freshness_number": 1, "freshness_datepart": "day"},
        "sources": [{"name": unique("in"), "address_type_name": "s3", "address_type_group_name": "bucket"}],
        "targets": [{"name": unique("out"), "address_type_name": "s3"}],
    }
    body["external_id"] = body["pipeline_name"]
    first = api.post("/execution", json=body)
    assert first.status_code == 201, first.text
    assert api.post("/execution", json=body).json()["id"] == first.json()["id"]
    tree = api.get(f"/execution/{first.json()['id']}/tree").json()
    assert (tree["execution"]["state"], tree["children"]) == ("running", [])
    impact = api.get("/lineage/impact", params={"address": body["sources"][0]["name"]}).json()
    assert [each["pipeline_name"] for each in impact] == [body["pipeline_name"]]
    # A name that looks like an id is a name; an id is what no address is called.
    digits = str(uuid.uuid4().int)[:12]
    numbered = {**body["sources"][0], "name": digits, "address_type_group_name": "bucket"}
    number = api.post("/address", json=numbered).json()["id"]
    api.post(
        "/execution", json={**body, "pipeline_name": f"{digits}/reader", "sources": [numbered], "external_id": digits}
    )
    for reference in (digits, str(number)):
        found = api.get("/lineage/impact", params={"address": reference}).json()
        assert [each["pipeline_name"] for each in found] == [f"{digits}/reader"]
        assert api.get("/lineage/columns", params={"address": reference, "column": "a"}).json() == []
    assert api.get("/lineage/impact", params={"address": "9" * 18}).status_code == 404
    assert api.get("/lineage/impact", params={"address": "9" * 30}).status_code == 404
    pipeline_id = first.json()["pipeline_id"]
    api.patch("/pipeline", json={"id": pipeline_id, "active": False})
    refused = api.post("/execution", json={"pipeline_name": body["pipeline_name"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "pipeline_inactive")


@pytest.mark.parametrize("must_exist", [False, True])
def test_what_a_host_says_that_it_is_part_of(api, module_watcher, must_exist):
    name = module_watcher.get_or_create_pipeline(unique("p")).name
    around = module_watcher.start_execution(pipeline_id=name, source="cli", external_id=unique("run"))
    known = [{"source": "cli", "external_id": around.external_id}, {"id": around.id}]
    unknown = [{"source": "cli", "external_id": "nowhere"}, {"id": 987654321}, {}, {"external_id": "no source"}]
    for part_of, parent in [*((each, around.id) for each in known), *((each, None) for each in unknown)]:
        body = {"pipeline_name": name, "part_of": part_of, "must_exist": must_exist}
        started = api.post("/execution", json=body)
        assert (started.status_code, started.json().get("parent_id")) == (201, parent), part_of
    wrong = {"pipeline_name": name, "part_of": {"source": "nobody"}, "must_exist": must_exist}
    assert api.post("/execution", json=wrong).status_code == 422


# Pings


def test_pings_record_executions(api):
    name = unique("team/script")
    assert api.get(f"/ping/{name}/start").text == "OK\n"
    assert api.post(f"/ping/{name}/success?rows=7").status_code == 200
    assert api.get(f"/ping/{name.upper()}?inserts=2").status_code == 200
    assert api.post(f"/ping/{name}/fail", content=b"Traceback\nValueError: \xff password=hunter2").status_code == 200
    found = api.get("/execution", params={"pipeline": name}).json()["data"]
    assert [(each["state"], each["total_rows"], each["inserts"]) for each in reversed(found)] == [
        ("succeeded", 7, None),
        ("succeeded", None, 2),
        ("failed", None, None),
    ]
    assert found[0]["execution_metadata"]["error"]["message"].startswith("Traceback\nValueError")
    assert "hunter2" not in json.dumps(found)
    long = f"postgresql://ann:pilgrim-17@host/db{'.' * 1_980}"  # what is kept begins within the password
    assert api.post(f"/ping/{name}/fail", content=long).status_code == 200
    assert "17@host" not in json.dumps(api.get("/execution", params={"pipeline": name}).json())
    assert api.get(f"/ping/{name}?rows=-1").status_code == 422


@pytest.mark.parametrize("late", ["success?rows=7", "fail"])
def test_a_ping_after_an_end_by_hand_is_of_the_same_execution(api, module_watcher, late):
    name = unique("script")
    api.get(f"/ping/{name}/start")
    (begun,) = module_watcher.executions(pipeline=name)
    module_watcher.close_execution(begun.id, state="failed", reason="the host is gone")
    assert api.post("/heartbeat", json={"id": begun.id}).json() == {"running": False}
    assert api.get(f"/ping/{name}/{late}").status_code == 200
    (ended,) = module_watcher.executions(pipeline=name)
    assert (ended.id, ended.total_rows) == (begun.id, 7 if "rows" in late else None)
    assert ended.state == ("failed" if late == "fail" else "succeeded")
    assert "ended_by_hand" not in ended.execution_metadata
    assert "by hand" not in str(ended.execution_metadata.get("error"))
    # What it reports now is another one, and so it is where another has started since.
    api.get(f"/ping/{name}")
    api.get(f"/ping/{name}/start")
    second = module_watcher.executions(pipeline=name)[0]
    module_watcher.close_execution(second.id)
    api.get(f"/ping/{name}/start")
    api.get(f"/ping/{name}/success")
    found = module_watcher.executions(pipeline=name)
    assert [each.state for each in found[:2]] == ["succeeded", "failed"]
    assert (found[1].id, len(found)) == (second.id, 4)
    api.get(f"/ping/{name}")
    assert len(module_watcher.executions(pipeline=name)) == 5
    assert module_watcher.execution(second.id).state == "failed"


# Lineage, rules, alerts, checks


def address(name: str) -> dict[str, str]:
    return {"name": name, "address_type_name": "pg", "address_type_group_name": "database"}


def test_lineage_is_declared_while_it_is_asked_for(api):
    pipeline_id = make_pipeline(api)
    source, target = unique("in"), unique("out")
    body = {
        "pipeline_id": pipeline_id,
        "source_addresses": [address(source)],
        "target_addresses": [{**address(target), "address_name": None}],
    }
    created = api.post("/address_lineage", json=body)
    assert (created.status_code, created.json()["lineage_relationships_created"]) == (201, 1)
    assert api.post("/address_lineage", json=body).status_code == 200
    # a cycle is no problem
    back = {**body, "source_addresses": [address(target)], "target_addresses": [address(source)]}
    assert api.post("/address_lineage", json={**back, "pipeline_id": make_pipeline(api)}).status_code == 200
    end(api, start(api, pipeline_id))
    refused = api.post("/address_lineage", json=body)
    assert (refused.status_code, refused.json()["lineage_relationships_created"]) == (200, 0)
    assert "does not have load_lineage=true" in refused.json()["message"]
    assert api.post("/address_lineage", json={**body, "pipeline_id": 987654321}).json()["message"]
    assert api.post("/address_lineage", json={**body, "source_addresses": []}).status_code == 422
    address_id = next(each["id"] for each in api.get("/address").json() if each["name"] == source)
    pairs = api.get(f"/address_lineage/{address_id}").json()
    assert {(each["source_address_name"], each["target_address_name"], each["depth"]) for each in pairs} >= {
        (source, target, 1),
        (target, source, 1),
    }


def test_rules_answer_in_both_generations_words(api):
    pipeline_id = make_pipeline(api)
    body = {"pipeline_id": pipeline_id, "metric_field": "Total_Rows"}
    created = api.post("/anomaly_detection_rule", json=body)
    assert created.status_code == 201, created.text
    rule_id = created.json()["id"]
    assert api.post("/anomaly_detection_rule", json={**body, "z_threshold": 5}).status_code == 200
    found = api.get(f"/anomaly_detection_rule/{rule_id}").json()
    assert (found["z_threshold"], found["lookback_days"], found["minimum_executions"]) == ("3.00", 30, 30)
    changed = api.patch("/anomaly_detection_rule", json={"id": rule_id, "z_threshold": 2.5, "active": False}).json()
    assert (changed["z_threshold"], changed["std_deviation_threshold_multiplier"], changed["active"]) == (
        "2.50",
        2.5,
        False,
    )
    assert rule_id in [rule["id"] for rule in api.get("/anomaly_detection_rule").json()]
    assert api.post("/anomaly_detection_rule", json={**body, "pipeline_id": 987654321}).status_code == 404
    assert api.post("/anomaly_detection_rule", json={**body, "metric_field": "speed"}).status_code == 400
    execution = start(api, pipeline_id)
    flags = {"pipeline_id": pipeline_id, "pipeline_execution_id": execution, "metric_field": ["total_rows"]}
    assert api.post("/unflag_anomaly", json=flags).status_code == 404


def test_alerts_are_listed_and_acted_on(api, module_watcher):
    pipeline_id = make_pipeline(api)
    end(api, start(api, pipeline_id), completed_successfully=False)
    module_watcher.check_failures()
    name = api.get(f"/pipeline/{pipeline_id}").json()["name"]
    (alert,) = api.get("/alert", params={"pipeline": name}).json()["data"]
    assert api.post(f"/alert/{alert['id']}/ack").json()["state"] == "acknowledged"
    snoozed = api.post(f"/alert/{alert['id']}/snooze", json={"until": "2090-01-01T00:00:00Z", "by": "Ann"}).json()
    assert (snoozed["state"], snoozed["snoozed_by"]) == ("snoozed", "Ann")
    assert alert["id"] in [each["id"] for each in api.get("/status").json()["problems"]]
    noted = api.post(f"/alert/{alert['id']}/note", json={"note": "asked the supplier", "by": "Bob"}).json()
    assert (noted["state"], noted["note"], noted["noted_by"]) == ("snoozed", "asked the supplier", "Bob")
    assert api.post(f"/alert/{alert['id']}/resolve", json={"note": "fixed"}).json()["state"] == "resolved"
    assert api.post(f"/alert/{alert['id']}/note", json={"note": "a full disk"}).json()["state"] == "resolved"
    actions = api.get(f"/alert/{alert['id']}").json()["actions"]
    assert [(each["kind"], each["note"]) for each in actions] == [
        ("acknowledged", None),
        ("snoozed", None),
        ("noted", "asked the supplier"),
        ("resolved", "fixed"),
        ("noted", "a full disk"),
    ]
    assert actions[1]["snoozed_until"] == "2090-01-01T00:00:00Z"
    last = api.get(f"/alert/{alert['id']}", params={"limit": 2}).json()
    assert ([each["note"] for each in last["actions"]], last["earlier_actions"]) == (["fixed", "a full disk"], 3)
    assert api.get(f"/alert/{alert['id']}").json()["earlier_actions"] == 0
    for _ in range(97):
        module_watcher.note_alert(alert["id"], "again")
    last = api.get(f"/alert/{alert['id']}").json()
    assert (len(last["actions"]), last["earlier_actions"]) == (100, 2), "no more than a page without being asked for"
    for body, status in (({}, 422), ({"note": None}, 422), ({"note": "  "}, 400)):
        assert api.post(f"/alert/{alert['id']}/note", json=body).status_code == status, body
    assert api.post(f"/alert/{alert['id']}/resolve").status_code == 400
    assert api.post("/alert/987654321/ack").status_code == 404
    assert api.post("/alert/987654321/note", json={"note": "a"}).status_code == 404


def test_checks_are_queued_and_cleanup_counts(api, monkeypatch):
    commands = []
    monkeypatch.setattr("watcher_core.server.background.Background.start", lambda _, *command: commands.append(command))
    assert api.post("/freshness", content=b"ignored").json() == {"status": "queued"}
    assert api.post("/timeliness", json={}).json() == {"status": "queued"}
    assert api.post("/timeliness", json={"lookback_minutes": 4}).status_code == 422
    assert commands == [("check", "freshness"), ("check", "timeliness", "--lookback-minutes", "60")]
    commands.clear()
    others = ("failures", "missed", "stuck", "asset-checks", "anomalies")
    for check in others:
        assert api.post(f"/check/{check}").json() == {"status": "queued"}
    assert commands == [("check", check) for check in others]
    assert api.post("/check/all").status_code == 422
    commands.clear()
    monkeypatch.setattr("watcher_core.server.routes.checks.launch_job", lambda _settings, job, _config: job)
    for check in others:
        api.post(f"/check/{check}")
    assert commands == [("check", check) for check in others[:-1]], "anomalies are judged in Dagster, where it is"
    counts = api.post("/log_cleanup", json={"retention_days": 90}).json()
    assert len([name for name in counts if name.startswith("total_")]) == 6
    assert api.post("/log_cleanup", json={"retention_days": 89}).status_code == 422
    assert api.post("/celery/monitor-queue").json()["status"] == "ok"


# Health and documentation


def test_health_and_documentation_need_no_network(api):
    assert api.get("/").json() == {"status": "ok"}
    browser = api.get("/", headers={"Accept": "text/html"}, follow_redirects=False)
    assert browser.status_code == 307
    assert api.get("/health/live").json() == api.get("/health/ready").json() == {"status": "ok"}
    for path in ("/docs", "/scalar"):
        page = api.get(path).text
        assert "http" not in page.replace("http-equiv", "")
        for name in ("swagger-ui-bundle.js", "swagger-ui.css", "scalar.js"):
            if name in page:
                assert len(api.get(f"/assets/{name}").content) > 10_000
    document = api.get("/openapi.json").json()
    assert {"/pipeline", "/execution/batch", "/ping/{pipeline}"} <= document["paths"].keys()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["tags"], (method, path)
            assert operation["summary"], (method, path)
    assert "/health/ready" in document["paths"]


def schemas_in(node: Any) -> Iterator[dict[str, Any]]:
    """All objects of a document but those of its examples."""
    if isinstance(node, list):
        for each in node:
            yield from schemas_in(each)
    elif isinstance(node, dict):
        yield node
        for name, each in node.items():
            if name not in ("example", "examples"):
                yield from schemas_in(each)


def test_generated_clients_have_names_for_people(api):
    document = api.get("/openapi.json").json()
    operations = [each for path in document["paths"].values() for each in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) and len(name) <= 25 for name in names)
    assert {"start_execution", "end_execution", "list_alerts", "snooze_alert", "ping_success"} <= set(names)
    assert all(re.fullmatch(r"[A-Za-z]+", name) for name in document["components"]["schemas"])
    for operation in operations:
        for body in operation.get("requestBody", {}).get("content", {}).values():
            schema = body["schema"]
            assert "$ref" in schema or "$ref" in schema["items"], operation["operationId"]
    assert {tag for operation in operations for tag in operation["tags"]} == {tag["name"] for tag in document["tags"]}


def test_generated_clients_need_no_casts(api):
    document = api.get("/openapi.json").json()
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                assert {"type": "null"} not in parameter["schema"].get("anyOf", []), parameter
    schemas = document["components"]["schemas"]
    assert schemas["StoredExecution"]["properties"]["inserts"]["anyOf"][0] == {"type": "integer", "format": "int64"}
    for name, schema in schemas.items():
        for field, said in schema.get("properties", {}).items():
            assert "default" not in said, f"{name}.{field}: openapi-typescript would ask for it"
    for node in schemas_in([document["paths"], document["components"]]):
        match node.get("type"):
            case "array":
                assert "items" in node, node
            case "object":
                assert node.get("properties") or "additionalProperties" in node, f"{node} would have no fields at all"
            case "integer" if node.get("maximum", 2**63) >= 2**31:
                assert node["format"] == "int64", node


@pytest.mark.parametrize("closed_as", ["failed", "canceled", "succeeded"])
@pytest.mark.parametrize("works", [True, False])
def test_a_reported_end_replaces_an_inferred_one(api, module_watcher, works, closed_as):
    execution_id = start(api, make_pipeline(api))
    module_watcher.close_execution(execution_id, state=closed_as, reason="host lost")
    end(api, execution_id, completed_successfully=works, inserts=3, execution_metadata={"batch": 7})
    execution = module_watcher.execution(execution_id)
    assert (execution.state, execution.inserts) == ("succeeded" if works else "failed", 3)
    assert execution.execution_metadata == {"batch": 7}
    end(api, execution_id, completed_successfully=not works)  # of two reported ends the first one wins
    assert module_watcher.execution(execution_id).state == execution.state


def test_heartbeats_come_from_another_host(api, module_watcher):
    execution_id = start(api, make_pipeline(api))
    assert api.post("/heartbeat", json={"id": execution_id, "host": "etl-1"}).json() == {"running": True}
    with module_watcher._driver_statements() as (connection, _):
        host = connection.execute(
            "SELECT host FROM watcher.execution_process WHERE pipeline_execution_id = %s", [execution_id]
        ).fetchone()
    assert host == ("etl-1",)
    end(api, execution_id)
    assert api.post("/heartbeat", json={"id": execution_id}).json() == {"running": False}
    assert api.post("/heartbeat", json={"id": 999_999_999}).status_code == 404


@pytest.mark.parametrize("by", ["pipeline_name", "pipeline_id"])
def test_heartbeats_that_are_promised_are_missed(api, module_watcher, by):
    pipeline_id = make_pipeline(api)
    pipeline = {"pipeline_id": pipeline_id} if by == "pipeline_id" else {by: module_watcher.pipeline(pipeline_id).name}
    begun = api.post("/execution", json={**pipeline, "heartbeats_from": "etl-1"}).json()
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=3.5)
    [finding] = [each for each in module_watcher.check_stuck(now=later) if each.execution_id == begun["id"]]
    assert finding.details["message"].startswith("no heartbeat for 3 min 30 s of a process on etl-1")


REPOSITORIES = {"nodes": [{"name": "__repository__", "location": {"name": "watcher"}, "jobs": []}]}


@pytest.mark.parametrize("has_jobs", [True, False])
def test_checks_run_in_dagster_where_its_address_is_known(module_watcher, monkeypatch, has_jobs):
    asked, commands = [], []

    def answer(_, query, variables=None):
        if "launchRun" in query:
            asked.append(variables)
            return {"launchRun": {"__typename": "LaunchRunSuccess", "run": {"runId": "1"}}}
        jobs = ["watcher_freshness_job", "watcher_timeliness_job"] if has_jobs else []
        repository = {**REPOSITORIES["nodes"][0], "jobs": [{"name": name} for name in jobs]}
        return {"repositoriesOrError": {"nodes": [repository]}}

    monkeypatch.setattr("watcher_core.health.dagster.graphql.Dagster.ask", answer)
    monkeypatch.setattr("watcher_core.server.background.Background.start", lambda _, *command: commands.append(command))
    settings = module_watcher.settings.model_copy(update={"dagster_url": "http://dagster.example"})
    monkeypatch.setattr(module_watcher, "settings", settings)
    with serving(create_app(module_watcher)) as api:
        assert api.post("/freshness").json() == {"status": "queued"}
        assert api.post("/timeliness", json={"lookback_minutes": 30}).json() == {"status": "queued"}
    assert [each["selector"]["jobName"] for each in asked] == (
        ["watcher_freshness_job", "watcher_timeliness_job"] if has_jobs else []
    )
    if has_jobs:
        assert asked[1]["config"] == {"ops": {"check_timeliness": {"config": {"lookback_minutes": 30}}}}
    assert len(commands) == (0 if has_jobs else 2)


def test_what_is_nested_deeply_is_shown_and_its_tree_read_in_parts(api, module_watcher):
    name = unique("nested")
    metadata: dict[str, Any] = {}
    for _ in range(99):
        metadata = {"a": metadata}
    now = dt.datetime.now(dt.UTC)
    ids = [f"{name}/{level}" for level in range(200)]
    module_watcher.record(
        ExecutionRecord(
            pipeline_name=name,
            source=ExecutionSource.PYTHON,
            external_id=own,
            parent_external_id=parent,
            state=ExecutionState.SUCCEEDED,
            start_date=now + dt.timedelta(milliseconds=level),
            end_date=now + dt.timedelta(seconds=1),
            execution_metadata=metadata,
        )
        for level, (parent, own) in enumerate(zip([None, *ids], ids, strict=False))
    )
    root = module_watcher.executions(pipeline=name, limit=200)[-1]
    [child] = api.get(f"/pipeline_execution/{root.id}").json()["child_executions"]
    assert (child["parent_id"], child["execution_metadata"]) == (root.id, metadata)
    assert api.get(f"/ui/executions/{root.id}").status_code == 200
    refused = api.get(f"/execution/{root.id}/tree")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_value")
    assert "is more than 100 levels down in the tree" in refused.json()["message"]
    tree = api.get(f"/execution/{root.id}/tree", params={"levels": 100}).json()
    for _ in range(100):
        [tree] = tree["children"]
    assert (tree["children"], tree["execution"]["execution_metadata"]) == ([], metadata)
    assert api.get(f"/execution/{root.id}/tree", params={"levels": 101}).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/execution",
        "/alert",
        "/anomaly_result",
        "/anomaly_detection_rule",
        "/asset_check",
        "/asset_check_result",
        "/threshold",
        "/report",
    ],
)
def test_a_name_and_an_id_are_of_one_pipeline(api, path):
    name = unique("one")
    pipeline_id = api.post("/pipeline", json={"name": name, "pipeline_type_name": "extraction"}).json()["id"]
    assert api.get(f"{path}?pipeline={name}&pipeline_id={pipeline_id}").status_code == 200
    clash = api.get(f"{path}?pipeline={name}&pipeline_id={make_pipeline(api)}")
    assert clash.status_code == 400
    assert re.fullmatch(f"pipeline is '{name}', and pipeline_id is [0-9]+; name one pipeline", clash.json()["message"])


def test_the_error_about_a_filter_names_it(api):
    answered = api.get("/alert?state=open&state=closed")
    assert (answered.status_code, answered.json()["message"][:7]) == (422, "state: ")


def test_a_filter_that_is_not_known_is_refused_and_not_passed_over(api):
    refused = api.get("/alert?stat=open&kind=failure")
    assert (refused.status_code, refused.json()["code"]) == (422, "validation")
    assert refused.json()["message"].startswith("there is no parameter 'stat' here; there are state, kind, pipeline, ")
    # what a route reads with others, and where nothing is read by parameters
    assert api.get("/lineage/summary?x=1").status_code == 200
    assert "address" in api.get("/lineage/addresses?adress=x").json()["message"]
    assert api.get("/execution?limit=1&profile=true").status_code == 200
    assert api.get("/metrics?collect[]=x").status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/start_pipeline_execution", {"pipeline_id": True}, "pipeline_id"),
        ("/end_pipeline_execution", {"id": True, "completed_successfully": True}, "id"),
        ("/end_pipeline_execution", {"id": 1, "completed_successfully": True, "inserts": True}, "inserts"),
        (
            "/pipeline",
            {"name": "n", "pipeline_type_name": "t", "freshness_number": True, "freshness_datepart": "day"},
            "freshness_number",
        ),
    ],
)
def test_true_is_no_number(api, path, body, field):
    refused = api.post(path, json=body)
    assert (refused.status_code, refused.json()["message"]) == (422, f"{field}: it must be a whole number")

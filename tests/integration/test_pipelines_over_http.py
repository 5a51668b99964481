"""Pipelines over HTTP: listed, shown and changed by hand, by `Watcher`, by commands, and who may."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.factories import record
from tests.http_client import Client, token_headers
from watcher_core import ExecutionState, InvalidValueError, NotFoundError, Pipeline, Watcher


@pytest.fixture
def orders(module_watcher: Watcher, tmp_path: Path) -> Pipeline:
    """A pipeline that has run, beside others that have not."""
    name = f"orders_{tmp_path.name}"
    module_watcher.get_or_create_pipeline(
        name,
        pipeline_type_name="load",
        freshness_number=2,
        freshness_datepart="day",
        failure_number=2,
        next_watermark=7,
        pipeline_metadata={"owners": ["team:sales"], "group": "mart"},
    )
    for each in range(3):
        module_watcher.get_or_create_pipeline(f"{name}/{each}", pipeline_type_name="quiet")
    module_watcher.record([record(name, name, total_rows=7, state=ExecutionState.FAILED)])
    return module_watcher.pipeline(name)


def test_a_pipeline_is_changed_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, orders: Pipeline
) -> None:
    changes: tuple[Mapping[str, Any], ...] = (
        {"active": False},
        {"freshness_number": None, "freshness_datepart": None},
        {"timeliness_number": 15, "timeliness_datepart": "minute", "mute_timeliness_check": True},
        {"failure_number": None, "alert_level": "critical"},
        {"pipeline_type_name": "export", "load_lineage": False},
        {"next_watermark": dt.date(2026, 1, 2)},
        {"next_watermark": None},
        {"pipeline_metadata": {"runbook": "restart it"}},
        {"pipeline_metadata": None},
        {"freshness_number": 3, "freshness_datepart": "hour", "freshness_calendar": "Mon-Fri"},
        {"freshness_calendar": None, "active": True},
        {},
    )
    twin = module_watcher.pipeline(f"{orders.name}/0")
    module_watcher.update_pipeline(twin.id, pipeline_metadata=orders.pipeline_metadata, failure_number=2)
    for changed in changes:
        by_http = remote_watcher.update_pipeline(orders.name, **changed)
        assert by_http == module_watcher.pipeline(orders.id), changed
        by_database = module_watcher.update_pipeline(twin.id, **changed)
        for field in changed:
            assert getattr(by_http, field) == getattr(by_database, field), field
    renamed = remote_watcher.update_pipeline(orders.id, name=f"{orders.name}/new")
    assert (renamed.id, renamed.name) == (orders.id, f"{orders.name}/new")
    assert module_watcher.pipeline(f"{orders.name}/new").id == orders.id


def test_a_type_is_changed_as_by_the_database(remote_watcher: Watcher, module_watcher: Watcher, tmp_path: Path) -> None:
    name = f"type_{tmp_path.name}"
    known = module_watcher.get_or_create_pipeline_type(name, failure_number=2, mute_asset_check=True)
    for reference in (name, f" {name} ", known.id):
        assert remote_watcher.pipeline_type(reference) == module_watcher.pipeline_type(known.id)
    assert remote_watcher.pipeline_types() == remote_watcher.list_pipeline_types() == module_watcher.pipeline_types()
    changed = remote_watcher.update_pipeline_type(name, failure_number=None, alert_level="critical")
    assert changed == module_watcher.pipeline_type(known.id)
    assert (changed.failure_number, changed.alert_level, changed.mute_asset_check) == (None, "critical", True)
    assert remote_watcher.update_pipeline_type(known.id, name=f"{name}/new").id == known.id
    assert remote_watcher.pipeline_type(name).name == f"{name}/new", "the old name goes on to mean it"


def test_a_watermark_is_rewound_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, orders: Pipeline
) -> None:
    assert remote_watcher.rewind_pipeline(orders.name, watermark=5).watermark == "5"
    assert remote_watcher.rewind_pipeline(orders.id, watermark=dt.date(2026, 1, 2)).watermark == "2026-01-02"
    assert remote_watcher.rewind_pipeline(orders.id, watermark=None).watermark is None
    events = remote_watcher.watermark_events(orders.name)
    assert events == module_watcher.watermark_events(orders.id)
    assert [each.new_watermark for each in events] == [None, "2026-01-02", "5"]


def test_pipelines_are_listed_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, orders: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher_core.client.http_connection.PAGE", 2)
    asked: tuple[Mapping[str, Any], ...] = (
        {},
        {"search": orders.name},
        {"search": orders.name, "limit": None, "descending": True},
        {"search": orders.name, "limit": 3, "offset": 1},
        {"search": orders.name, "limit": 0},
        {"search": orders.name, "state": "failed"},
        {"search": orders.name, "state": "never ran", "sort": "type"},
        {"owner": "team:sales", "pipeline_type": "load", "group": "mart"},
        {"active": False},
        {"search": "nobody's"},
    )
    for given in asked:
        by_http, by_database = remote_watcher.pipeline_list(**given), module_watcher.pipeline_list(**given)
        by_http, by_database = (type(each)(**{**vars(each), "at": by_database.at}) for each in (by_http, by_database))
        assert by_http == by_database, given
    assert remote_watcher.thresholds() == module_watcher.thresholds()
    for reference in (orders.id, orders.name):
        assert remote_watcher.thresholds(pipeline=reference) == module_watcher.thresholds(pipeline=orders.id)


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("update_pipeline", {"reference": "nobody's", "active": True}),
        ("update_pipeline", {"reference": 987654321, "active": True}),
        ("update_pipeline", {"freshness_number": 1, "freshness_datepart": None}),
        ("update_pipeline", {"failure_number": 0}),
        ("update_pipeline", {"name": " "}),
        ("update_pipeline", {"freshness_calendar": "every day"}),
        ("update_pipeline", {"active": "yes"}),
        ("pipeline_type", {"reference": "nobody's"}),
        ("pipeline_type", {"reference": 987654321}),
        ("update_pipeline_type", {"reference": "nobody's", "failure_number": 2}),
        ("update_pipeline_type", {"reference": 987654321, "failure_number": 2}),
        ("update_pipeline_type", {"failure_number": 0}),
        ("rewind_pipeline", {"reference": "nobody's", "watermark": 1}),
        ("rewind_pipeline", {"watermark": "NaT"}),
        ("watermark_events", {"reference": 987654321}),
        ("thresholds", {"reference": None, "pipeline": "nobody's"}),
        ("pipeline_list", {"reference": None, "state": "asleep"}),
        ("pipeline_list", {"reference": None, "sort": "asleep"}),
        ("pipeline_list", {"reference": None, "limit": -1}),
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    remote_watcher: Watcher, module_watcher: Watcher, orders: Pipeline, method: str, given: dict[str, Any]
) -> None:
    asked = {"reference": orders.id, **given}
    if asked["reference"] is None:
        del asked["reference"]
    messages = set()
    for watcher in (remote_watcher, module_watcher):
        with pytest.raises((NotFoundError, InvalidValueError)) as refused:
            getattr(watcher, method)(**asked)
        messages.add(str(refused.value))
    assert len(messages) == 1, messages


def test_who_may(http_api: Client, module_watcher: Watcher, orders: Pipeline) -> None:
    other = module_watcher.get_or_create_pipeline(f"hr_{orders.name}", pipeline_type_name="hr")
    read, mine = token_headers(module_watcher, scope="read"), token_headers(module_watcher, pipelines="orders_*")
    patch = {"id": orders.id, "configuration": {"failure_number": None}}
    assert http_api.patch("/pipeline", json=patch, headers=read).status_code == 403
    assert http_api.patch("/pipeline", json=patch, headers=mine).json()["failure_number"] is None
    assert http_api.patch("/pipeline", json={**patch, "id": other.id}, headers=mine).status_code == 403
    # Beside a configuration, null is a field that is not said, as etl-watcher's clients send it.
    beside = {"id": orders.id, "freshness_number": None, "freshness_datepart": None, "next_watermark": None}
    kept = http_api.patch("/pipeline", json=beside, headers=mine).json()
    assert (kept["freshness_number"], kept["next_watermark"]) == (2, "7")
    rewind = f"/pipeline/{orders.id}/rewind"
    assert http_api.post(rewind, json={"watermark": "5"}, headers=read).status_code == 403
    assert http_api.post(rewind, json={}, headers=mine).status_code == 422, "where to must be said"
    assert http_api.post(rewind, json={"watermark": 5}, headers=mine).json()["watermark"] == "5"
    for path in (f"/pipeline/{other.id}/watermark_events", f"/threshold?pipeline_id={other.id}"):
        assert http_api.get(path, headers=read).status_code == 200
        assert http_api.get(path, headers=mine).status_code == 403
    assert http_api.post(f"/pipeline/{other.id}/rewind", json={"watermark": "5"}, headers=mine).status_code == 403
    listed = http_api.get("/pipeline_list", params={"limit": 2, "offset": 1}, headers=mine).json()
    assert all(each["pipeline"]["name"].startswith("orders_") for each in listed["pipelines"])
    assert "hr" not in listed["types"]
    assert len(listed["pipelines"]) == 2
    covered = {each.id for each in module_watcher.pipelines() if each.name.startswith("orders_")}
    assert listed["total"] == len(covered) == sum(listed["states"].values())
    assert {each["pipeline_id"] for each in http_api.get("/threshold", headers=mine).json()} == covered


def test_commands_need_no_database(remote_cli: Callable[..., str], orders: Pipeline) -> None:
    name = orders.name
    assert name in remote_cli("pipelines", "list", "--match", name, "--state", "failed")
    assert len(json.loads(remote_cli("pipelines", "list", "--match", name, "--json"))) == 4
    assert f"{name}: freshness 2 days → none\n" in remote_cli("pipelines", "set", name, "--freshness", "none")
    owned = json.loads(remote_cli("pipelines", "set", name, "--owner", "team:data", "--json"))
    assert owned["pipeline_metadata"] == {"owners": ["team:data"], "group": "mart"}
    assert "watermark none → 2026" in remote_cli("pipelines", "rewind", name, "--to", "2026")
    shown = remote_cli("pipelines", "show", name)
    for part in ("team:data", "Newest executions", "Watermark, by hand and in conflict", "2 failures in a row"):
        assert part in shown
    assert "the old name goes on to mean it" in remote_cli("pipelines", "rename", name, f"{name}/renamed")
    assert "goes on to mean it" in remote_cli("pipelines", "rename-type", "quiet", f"type of {name}")
    assert f"did you mean '{name}/0'" in remote_cli("pipelines", "show", f"{name}/00", code=1)

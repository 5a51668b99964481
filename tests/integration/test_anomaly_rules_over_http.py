"""Anomaly rules over HTTP: listed, made and changed by hand, by `Watcher`, by commands, and who may."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.factories import unusual_run
from tests.http_client import Client, token_headers
from watcher_core import InvalidValueError, NotFoundError, Watcher

REVENUE = "metadata:Revenue"


@pytest.fixture
def load(module_watcher: Watcher, tmp_path: Path) -> str:
    """A pipeline that is judged by two rules, beside one that cannot be judged yet."""
    name = f"load_{tmp_path.name}"
    unusual_run(module_watcher, name, metrics=("total_rows", REVENUE))
    module_watcher.get_or_create_pipeline(f"hr_{name}")
    module_watcher.get_or_create_anomaly_rule(f"hr_{name}", metric_field="inserts", timezone="Europe/Berlin")
    return name


def test_rules_are_read_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, load: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher_core.client.http_connection.PAGE", 2)
    [first, second] = module_watcher.anomaly_rules(pipeline=load)
    module_watcher.update_anomaly_rule(second.id, active=False)
    asked: tuple[Mapping[str, Any], ...] = (
        {},
        {"standing": True},
        {"pipeline": load, "active": True},
        {"pipeline": first.pipeline_id, "active": False, "standing": True},
        {"limit": 3},
        {"after": first.id, "limit": 1, "standing": True},
        {"after": -1},
    )
    for given in asked:
        by_http, by_database = remote_watcher.anomaly_rules(**given), module_watcher.anomaly_rules(**given)
        assert by_http == by_database, given
        assert repr(by_http) == repr(by_database), "of the same types"
    assert remote_watcher.list_anomaly_rules() == module_watcher.anomaly_rules()
    assert remote_watcher.anomaly_rule(first.id) == first
    [unknown] = remote_watcher.anomaly_rules(pipeline=f"hr_{load}", standing=True)
    assert unknown.cannot_judge is not None


def test_rules_are_made_and_changed_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, load: str
) -> None:
    made = remote_watcher.get_or_create_anomaly_rule(load, metric_field="inserts", timezone="Asia/Tokyo")
    assert (made.created, made.method, made.timezone) == (True, "seasonal", "Asia/Tokyo")
    assert replace(made, created=False) == module_watcher.anomaly_rule(made.id)
    again = remote_watcher.get_or_create_anomaly_rule(made.pipeline_id, metric_field="total_inserts", lookback_days=7)
    assert (again.id, again.created, again.lookback_days, again.timezone) == (made.id, False, 7, "Asia/Tokyo")
    changes: tuple[Mapping[str, Any], ...] = (
        {"active": False},
        {"method": "zscore", "minimum_executions": 2, "std_deviation_threshold_multiplier": 0.5},
        {"lookback_days": 365},
        {"timezone": None},
        {},
    )
    for change in changes:
        changed = remote_watcher.update_anomaly_rule(made.id, **change)
        assert changed == module_watcher.anomaly_rule(made.id), change
        assert {name: getattr(changed, name) for name in change} == change
    of_metadata = remote_watcher.get_or_create_anomaly_rule(load, metric_field="metadata:Cost")
    assert str(module_watcher.anomaly_rule(of_metadata.id).metric_field) == "metadata:Cost"


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("anomaly_rules", {"pipeline": "nobody's"}),
        ("anomaly_rules", {"pipeline": 987654321}),
        ("anomaly_rules", {"limit": 0}),
        ("anomaly_rule", {"rule_id": 987654321}),
        ("update_anomaly_rule", {"rule_id": 987654321, "active": True}),
        ("get_or_create_anomaly_rule", {"pipeline": "nobody's", "metric_field": "inserts"}),
        ("get_or_create_anomaly_rule", {"pipeline": None, "metric_field": "speed"}),
        ("get_or_create_anomaly_rule", {"pipeline": None, "metric_field": "inserts", "method": "guess"}),
        ("get_or_create_anomaly_rule", {"pipeline": None, "metric_field": "inserts", "lookback_days": 366}),
        ("get_or_create_anomaly_rule", {"pipeline": None, "metric_field": "inserts", "timezone": "Moon"}),
        ("get_or_create_anomaly_rule", {"pipeline": None, "metric_field": "inserts", "minimum_executions": 1}),
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    remote_watcher: Watcher, module_watcher: Watcher, load: str, method: str, given: dict[str, Any]
) -> None:
    asked = {**given, **({"pipeline": load} if given.get("pipeline", "") is None else {})}
    messages = set()
    for watcher in (remote_watcher, module_watcher):
        with pytest.raises((NotFoundError, InvalidValueError)) as refused:
            getattr(watcher, method)(**asked)
        messages.add(str(refused.value))
    assert len(messages) == 1, messages


def test_who_may(http_api: Client, module_watcher: Watcher, load: str) -> None:
    read, mine = token_headers(module_watcher, scope="read"), token_headers(module_watcher, pipelines="load_*")
    [other] = module_watcher.anomaly_rules(pipeline=f"hr_{load}")
    [own, _] = module_watcher.anomaly_rules(pipeline=load)
    listed = http_api.get("/anomaly_detection_rule?standing=true", headers=mine).json()
    assert {each["pipeline_name"][:5] for each in listed} == {"load_"}
    for path in (f"/anomaly_detection_rule?pipeline=hr_{load}", f"/anomaly_detection_rule/{other.id}"):
        assert http_api.get(path, headers=read).status_code == 200
        assert http_api.get(path, headers=mine).status_code == 403
    made = {"pipeline_name": load, "metric_field": "updates"}
    for body, headers in ((made, read), ({**made, "pipeline_name": f"hr_{load}"}, mine)):
        assert http_api.post("/anomaly_rule_declaration", json=body, headers=headers).status_code == 403
    assert http_api.post("/anomaly_rule_declaration", json=made, headers=mine).json()["metric_field"] == "updates"
    assert http_api.post("/anomaly_rule_declaration", json={"metric_field": "updates"}, headers=mine).status_code == 422
    patch = {"configuration": {"active": False}}
    for rule, headers in ((own, read), (other, mine)):
        assert (
            http_api.patch("/anomaly_detection_rule", json={**patch, "id": rule.id}, headers=headers).status_code == 403
        )
    changed = http_api.patch("/anomaly_detection_rule", json={**patch, "id": own.id}, headers=mine).json()
    assert changed["active"] is False


def test_commands_need_no_database(remote_cli: Callable[..., str], load: str) -> None:
    assert load in remote_cli("anomalies", "rules", "list")
    assert "judges nothing yet: " in remote_cli("anomalies", "rules", "list", "-p", f"hr_{load}")
    assert "inserts" in remote_cli("anomalies", "rules", "create", load, "inserts", "--method", "zscore")
    [changed] = json.loads(remote_cli("anomalies", "rules", "set", load, "inserts", "--inactive", "--json"))
    assert (changed["active"], changed["method"]) == (False, "zscore")
    all_of_them = json.loads(remote_cli("anomalies", "rules", "set", load, "--multiplier", "3", "--json"))
    assert [each["std_deviation_threshold_multiplier"] for each in all_of_them] == [3.0] * 3
    assert "make one with" in remote_cli("anomalies", "rules", "set", load, "updates", "--active", code=1)

"""What people look at, over HTTP: how all stands, reports, a search, rules that would fit, and who may see of what."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.http_client import Client, token_headers
from watcher_core import (
    Address,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    InvalidValueError,
    NotFoundError,
    Watcher,
)

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def load(module_watcher: Watcher, tmp_path: Path) -> str:
    """A pipeline that has run each six hours for a month, and has failed since; beside one of others."""
    name, now = f"load_{tmp_path.name}", module_watcher.clock().replace(microsecond=0)
    module_watcher.get_or_create_pipeline(name, pipeline_type_name="load", pipeline_metadata={"owners": ["team:sales"]})
    module_watcher.get_or_create_pipeline(f"hr_{name}")
    module_watcher.record(
        ExecutionRecord(
            pipeline_name=f"hr_{name}" if number == 0 else name,
            source=ExecutionSource.PYTHON,
            external_id=f"{name}/{number}",
            state=ExecutionState.FAILED if number < 2 else ExecutionState.SUCCEEDED,
            start_date=now - number * 6 * HOUR - HOUR,
            end_date=now - number * 6 * HOUR - HOUR / 2,
            total_rows=number,
        )
        for number in range(120)
    )
    module_watcher.create_lineage(name, [Address(f"raw_{name}", "s3", "bucket")], [Address(name, "s3", "bucket")])
    module_watcher.check_failures()
    module_watcher.check_missed()
    return name


def test_all_of_it_is_as_by_the_database(remote_watcher: Watcher, module_watcher: Watcher, load: str) -> None:
    now = module_watcher.clock()
    asked: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("pipeline_activity", {}),
        ("unwatched_pipelines", {}),
        ("unwatched_pipelines", {"names": 1}),
        ("unwatched_pipelines", {"names": 0}),
        ("suggest_rules", {"now": now}),
        ("suggest_rules", {"now": now, "pipelines": [module_watcher.pipeline(load).id]}),
        ("suggest_rules", {"pipelines": []}),
        ("report", {"now": now}),
        ("report", {"now": now, "days": 2, "by": "pipeline", "limit": 1}),
        ("report", {"now": now, "by": "owner", "owner": "team:sales"}),
        ("report", {"now": now, "owner": ""}),
        ("report", {"now": now, "pipeline_type": "load", "pipeline": load}),
        ("report", {"now": now, "pipeline": module_watcher.pipeline(load).id}),
        ("search", {"text": load}),
        ("search", {"text": f"{load} raw", "limit": 1}),
        ("search", {"text": " "}),
    )
    for method, given in asked:
        by_http, by_database = (getattr(each, method)(**given) for each in (remote_watcher, module_watcher))
        assert by_http == by_database, (method, given)
        assert repr(by_http) == repr(by_database), "of the same types"
    assert load in [each.pipeline_name for each in remote_watcher.suggest_rules()]
    assert {each.kind for each in remote_watcher.search(load)} == {"pipeline", "address", "alert"}
    by_http, by_database = remote_watcher.now(limit=1), module_watcher.now(limit=1)
    assert repr(replace(by_http, at=now)) == repr(replace(by_database, at=now))
    assert remote_watcher.delivery_health().level == module_watcher.delivery_health().level


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("report", {"days": 367}),
        ("report", {"by": "hour"}),
        ("report", {"limit": 0}),
        ("report", {"limit": 100_001}),
        ("report", {"pipeline": "nobody's"}),
        ("report", {"pipeline": 987654321}),
        ("report", {"now": dt.datetime(2036, 1, 1)}),  # noqa: DTZ001 - that is what is wrong
        ("search", {"text": "a", "limit": 201}),
        ("unwatched_pipelines", {"names": -1}),
        ("now", {"state": "asleep"}),
        ("now", {"problem": "asleep"}),
        ("now", {"limit": 1_001}),
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    remote_watcher: Watcher, module_watcher: Watcher, method: str, given: dict[str, Any]
) -> None:
    messages = set()
    for watcher in (remote_watcher, module_watcher):
        with pytest.raises((NotFoundError, InvalidValueError)) as refused:
            getattr(watcher, method)(**given)
        messages.add(str(refused.value))
    assert len(messages) == 1, messages


def test_a_token_of_some_pipelines_sees_those(http_api: Client, module_watcher: Watcher, load: str) -> None:
    read = token_headers(module_watcher, scope="read")
    mine = token_headers(module_watcher, scope="read", pipelines="load_*")
    covered = {each.id for each in module_watcher.pipelines() if each.name.startswith("load_")}

    def ask(path: str, headers: Mapping[str, str], status: int = 200) -> Any:
        answered = http_api.get(path, headers=headers)
        assert answered.status_code == status, path
        return answered.json()

    assert len(ask("/pipeline_activity", read)) > len(covered)
    assert {each["pipeline_id"] for each in ask("/pipeline_activity", mine)} == covered
    assert f"hr_{load}" in str(ask("/unwatched_pipelines", read))
    assert load in str(ask("/unwatched_pipelines", mine))
    assert "hr_" not in str(ask("/unwatched_pipelines", mine))
    assert load in [each["pipeline_name"] for each in ask("/rule_suggestion", mine)]
    for by in ("type", "owner", "pipeline"):
        whole, own = ask(f"/report?by={by}", read), ask(f"/report?by={by}", mine)
        assert own["figures"]["runs"] < whole["figures"]["runs"]
        assert sum(group["pipelines"] for group in own["groups"]) == len(covered)
        assert "hr_" not in str(own)
    # Whether there is a pipeline of others is not said, in no spelling.
    for name in (f"hr_{load}", f"HR_{load}", "nobody's", "LOAD_nobody's"):
        assert ask(f"/report?pipeline={name}", mine, 403)["code"] == "forbidden"
    assert ask("/report?pipeline=load_nobody's", mine, 404)["code"] == "not_found"
    found = ask(f"/search?text={load}", mine)
    assert {(each["kind"], each["name"]) for each in found} == {("pipeline", load), ("alert", load)}
    [theirs] = module_watcher.alerts(pipeline=f"hr_{load}")
    assert f"hr_{load}" in str(ask(f"/search?text=%23{theirs.id}", read))
    assert f"hr_{load}" not in str(ask(f"/search?text=%23{theirs.id}", mine))
    assert "to be delivered" in ask("/delivery_health", mine)["message"]
    assert ask("/now", mine, 403)["code"] == "forbidden"
    none = token_headers(module_watcher, pipelines="nobody's")
    assert ask("/delivery_health", none)["message"] == "all are delivered"
    assert ask("/rule_suggestion", none) == ask("/unwatched_pipelines", none) == ask("/pipeline_activity", none) == []


def test_status_of_a_limited_token_has_its_alerts_alone(http_api: Client, module_watcher: Watcher, load: str) -> None:
    mine = token_headers(module_watcher, scope="read", pipelines=load)
    module_watcher.get_or_create_anomaly_rule(f"hr_{load}", metric_field="total_rows")
    module_watcher.ping(f"hr_{load}", total_rows=1)
    module_watcher.get_or_create_anomaly_rule(load, metric_field="total_rows")
    module_watcher.ping(load, total_rows=1)
    assert module_watcher.unjudged_executions().count > 1
    own = http_api.get("/status", headers=mine).json()
    assert [each["pipeline_name"] for each in own["problems"]] == [load]
    assert (own["pipelines"], own["undelivered_alerts"], own["unjudged_executions"]) == (1, 1, 1)


def test_commands_need_no_database(
    remote_cli: Callable[..., str], module_watcher: Watcher, load: str, tmp_path: Path
) -> None:
    shown = remote_cli("status", "--all")
    for part in ("Problems: ", f"failure  {load}", "Pipelines", "team:sales", "Not watched"):
        assert part in shown
    found = json.loads(remote_cli("status", "--json"))
    assert found.keys() == {"alerts", "pipelines", "not_watched", "delivery"}
    assert load in [each["name"] for each in found["pipelines"]]
    limited, _ = module_watcher.create_token(f"limited {load}", scope="read", pipelines=load)
    assert [each["name"] for each in json.loads(remote_cli("status", "--json", token=limited))["pipelines"]] == [load]
    assert load in remote_cli("report", "--by", "pipeline")
    assert "the last" not in remote_cli("report", "--days", "7")
    rows = list(csv.reader(io.StringIO(remote_cli("report", "--by", "pipeline", "--csv", "-"))))
    assert load in str(rows)
    assert json.loads(remote_cli("report", "-p", load, "--json", token=limited))["figures"]["failed"] == 1
    remote_cli("report", "--html", "report.html")
    assert load in (tmp_path / "report.html").read_text()
    assert f"{load} runs every 6 h" in remote_cli("check", "suggest")
    assert load in str(json.loads(remote_cli("check", "suggest", "--json", token=limited)))

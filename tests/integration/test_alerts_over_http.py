"""Alerts over HTTP, as whoever is on call sees and answers them: by `Watcher`, by the command line, and who may."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import unique
from tests.http_client import Client, token_headers
from watcher_core import (
    AccessDeniedError,
    Alert,
    DatabaseUnavailableError,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    InvalidValueError,
    NotFoundError,
    SlackMessage,
    Watcher,
)
from watcher_core.alerts.delivery import Pace
from watcher_core.remote.connections import Answer, Connections

DAY = dt.timedelta(days=1)


class Place:
    """A destination that takes each message, and says where it stands."""

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        return thread or f"thread {len(message.text)}"


@dataclass(frozen=True)
class Night:
    """A load that has failed, whose failure keeps a report from running, and a check that failed because of it."""

    failed: Alert
    behind: Alert


@pytest.fixture
def night(module_watcher: Watcher, tmp_path: Path) -> Night:
    load, report, run = f"load_{tmp_path.name}", f"report_{tmp_path.name}", f"run {tmp_path.name}"
    module_watcher.get_or_create_pipeline(load, pipeline_metadata={"owners": ["team:sales"], "runbook": "restart it"})
    error = {"error": {"class": "OSError", "message": f"{tmp_path.name}: refused"}}

    def ran(name: str, state: str, *, minutes_ago: int, parent: str | None = run) -> ExecutionRecord:
        start = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes_ago)
        return ExecutionRecord(
            pipeline_name=name,
            source=ExecutionSource.DAGSTER,
            external_id=run if name == "night" else unique(name),
            parent_external_id=parent,
            state=ExecutionState(state),
            start_date=start,
            end_date=start + dt.timedelta(minutes=1),
            execution_metadata=error if state == "failed" else {},
        )

    module_watcher.record(
        [
            ran(load, "succeeded", minutes_ago=30, parent=None),
            ran("night", "failed", minutes_ago=5, parent=None),
            ran(load, "failed", minutes_ago=5),
            ran(report, "blocked", minutes_ago=5),
            ran(f"{report}_checks", "failed", minutes_ago=4, parent=None),
        ]
    )
    module_watcher.check_failures()
    [failed], [behind] = (module_watcher.alerts(pipeline=name) for name in (load, f"{report}_checks"))
    module_watcher.deliver_alerts({"default": Place()}, pace=Pace(0))
    with module_watcher._transaction() as (session, _):
        given = {"cause": failed.id, "id": behind.id}
        session.execute(sa.text("UPDATE watcher.alert SET cause_alert_id = :cause WHERE id = :id"), given)
    return Night(failed=module_watcher.alert(failed.id), behind=module_watcher.alert(behind.id))


def test_alerts_are_read_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher_core.client.http_connection.PAGE", 1)
    failed, name = night.failed, night.failed.pipeline_name
    assert failed.behind == 1
    asked: list[dict[str, Any]] = [
        {},
        {"state": "open"},
        {"state": ("open", "resolved")},
        {"state": "resolved"},
        {"state": ()},
        {"kind": "failure", "limit": 1},
        {"kind": "freshness"},
        {"limit": 0},
        {"pipeline": name},
        {"pipeline": failed.pipeline_id},
        {"behind": failed.id},
        {"behind": night.behind.id},
        {"behind": 987654321},
        {"changed_since": failed.opened_at},
        {"changed_since": failed.opened_at + DAY},
        {"now": failed.opened_at + DAY},
        {"limit": 3},
        {"before": (failed.opened_at, failed.id)},
        {"before": (failed.opened_at + DAY, 0), "limit": 2},
    ]
    for given in asked:
        assert remote_watcher.alerts(**given) == module_watcher.alerts(**given), given
    assert len(module_watcher.alerts()) > 1, "more than a page"
    assert [each.id for each in remote_watcher.alerts(behind=failed.id)] == [night.behind.id]
    assert remote_watcher.alert(failed.id) == failed
    context = remote_watcher.alert_context(failed)
    assert context == module_watcher.alert_context(failed)
    assert context.blocked == (f"report_{str(name).removeprefix('load_')}",)
    assert context.last_success_at is not None
    [delivery] = remote_watcher.alert_deliveries(failed.id)
    assert [delivery] == module_watcher.alert_deliveries(failed.id)
    assert str(delivery.thread).startswith("thread ")
    assert delivery.delivered_at is not None


def test_alerts_are_answered_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, night: Night, tmp_path: Path
) -> None:
    alert, until = night.failed.id, module_watcher.clock() + DAY
    seen = remote_watcher.acknowledge_alert(alert, by="ann", note="I look at it")
    assert (seen.state, seen.acknowledged_by, seen.note) == ("acknowledged", "ann", "I look at it")
    snoozed = remote_watcher.snooze_alert(alert, until=until, by="bob")
    assert (snoozed.state, snoozed.snoozed_by, snoozed.snoozed_until) == ("snoozed", "bob", until)
    remote_watcher.note_alert(alert, "the disk is full; password=hunter2")
    resolved = remote_watcher.resolve_alert(alert, note="a new disk")
    assert (resolved.state, resolved.resolved_by, resolved.resolved_by_hand) == ("resolved", tmp_path.name, True)
    assert resolved == module_watcher.alert(alert)
    actions = remote_watcher.alert_actions(alert)
    assert actions == module_watcher.alert_actions(alert)
    assert [each.acted_by for each in actions] == ["ann", "bob", tmp_path.name, tmp_path.name]
    assert "hunter2" not in str(actions)
    assert remote_watcher.alert_actions(alert, limit=2) == actions[2:]
    assert remote_watcher.alert_actions(alert, limit=0) == []
    assert remote_watcher.alert_context(resolved) == module_watcher.alert_context(resolved)


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("alert", {"alert_id": 987654321}),
        ("alert_actions", {"alert_id": 987654321}),
        ("alert_deliveries", {"alert_id": 987654321}),
        ("acknowledge_alert", {"alert_id": 987654321}),
        ("note_alert", {"alert_id": 987654321, "note": "a"}),
        ("alert_actions", {"limit": -1}),
        ("acknowledge_alert", {"by": "a" * 201}),
        ("resolve_alert", {"note": "a" * 1001}),
        ("note_alert", {"note": " "}),
        ("snooze_alert", {"until": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}),
        ("snooze_alert", {"until": dt.datetime(2036, 1, 1)}),  # noqa: DTZ001 - that is what is wrong
        ("alerts", {"alert_id": None, "pipeline": "nobody's"}),
        ("alerts", {"alert_id": None, "pipeline": 987654321}),
        ("alerts", {"alert_id": None, "state": "asleep"}),
        ("alerts", {"alert_id": None, "kind": "asleep"}),
        ("alerts", {"alert_id": None, "limit": -1}),
        ("alerts", {"alert_id": None, "changed_since": dt.datetime(2036, 1, 1)}),  # noqa: DTZ001 - as above
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    remote_watcher: Watcher, module_watcher: Watcher, night: Night, method: str, given: dict[str, Any]
) -> None:
    asked = {name: value for name, value in {"alert_id": night.failed.id, **given}.items() if value is not None}
    messages = set()
    for watcher in (remote_watcher, module_watcher):
        with pytest.raises((NotFoundError, InvalidValueError)) as refused:
            getattr(watcher, method)(**asked)
        messages.add(str(refused.value))
    assert len(messages) == 1, messages


def test_an_action_that_was_not_answered_is_not_done_twice(
    remote_watcher: Watcher, module_watcher: Watcher, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Connections.ask

    def lose(self: Connections, *request: Any, **how: Any) -> Answer:
        ask(self, *request, **how)
        raise ConnectionError("reset")

    monkeypatch.setattr(Connections, "ask", lose)
    with pytest.raises(DatabaseUnavailableError, match="reset"):
        remote_watcher.note_alert(night.failed.id, "once")
    assert len(module_watcher.alert_actions(night.failed.id)) == 1


def test_who_may(server_address: str, http_api: Client, module_watcher: Watcher, night: Night) -> None:
    failed, behind = night.failed, night.behind
    read, mine = token_headers(module_watcher, scope="read"), token_headers(module_watcher, pipelines="load_*")
    parts = ("", "/actions", "/deliveries", "/context")
    for part in parts:
        assert http_api.get(f"/alert/{failed.id}{part}", headers=read).status_code == 200
        assert http_api.get(f"/alert/{failed.id}{part}", headers=mine).status_code == 200
        assert http_api.get(f"/alert/{behind.id}{part}", headers=mine).status_code == 403
    # What is behind it is of others.
    assert http_api.get(f"/alert/{failed.id}", headers=read).json()["behind"] == 1
    assert http_api.get(f"/alert/{failed.id}", headers=mine).json()["behind"] == 0
    assert http_api.post(f"/alert/{failed.id}/note", headers=mine, json={"note": "a"}).json()["behind"] == 0
    listed = http_api.get(f"/alert?pipeline_id={failed.pipeline_id}", headers=mine).json()["data"]
    assert [each["behind"] for each in listed] == [0]
    assert http_api.post(f"/alert/{failed.id}/ack", headers=read).status_code == 403
    assert http_api.post(f"/alert/{behind.id}/ack", headers=mine).status_code == 403
    for query in (
        f"?pipeline={behind.pipeline_name}",
        f"?pipeline_id={behind.pipeline_id}",
        f"?behind={behind.id}",
    ):
        assert http_api.get(f"/alert{query}", headers=mine).status_code == 403
    # What it does not cover is not named beside what it covers.
    assert http_api.get(f"/alert?behind={failed.id}", headers=read).json()["data"][0]["id"] == behind.id
    assert http_api.get(f"/alert?behind={failed.id}", headers=mine).json()["data"] == []
    assert http_api.get(f"/alert/{failed.id}/context", headers=read).json()["blocked"] != []
    assert http_api.get(f"/alert/{failed.id}/context", headers=mine).json()["blocked"] == []
    token = mine["Authorization"].removeprefix("Bearer ")
    with Watcher(server_address, token=token) as limited:
        known = [each for each in module_watcher.alerts() if str(each.pipeline_name).startswith("load_")]
        behind_of = Counter(each.cause_alert_id for each in known)
        covered = [replace(each, behind=behind_of[each.id]) for each in known]
        assert limited.alerts() == covered != module_watcher.alerts()
        assert limited.alerts(limit=1) == covered[:1]
        with pytest.raises(AccessDeniedError, match="is for pipelines 'load_\\*' only, and this is another one"):
            limited.alert(behind.id)


def test_old_fields_stay_and_all_are_documented(http_api: Client, module_watcher: Watcher, night: Night) -> None:
    headers = token_headers(module_watcher)
    answered = http_api.get(f"/alert/{night.failed.id}", headers=headers).json()
    assert (answered["subject"], answered["earlier_actions"]) == (night.failed.pipeline_name, 0)
    listed = http_api.get("/alert", params={"pipeline": night.failed.pipeline_name}, headers=headers).json()["data"]
    problems = http_api.get("/status", headers=headers).json()["problems"]
    done = http_api.post(f"/alert/{night.failed.id}/note", json={"note": "seen"}, headers=headers).json()
    for each in (*listed, *problems, done):
        assert each.keys() == answered.keys() - {"actions", "earlier_actions"}
    schemas = http_api.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["DetailedAlertAnswer"]["properties"].keys() == answered.keys()
    assert schemas["AlertAnswer"]["properties"].keys() == answered.keys() - {"actions", "earlier_actions"}
    assert set(schemas["AlertAnswer"]["required"]) == schemas["AlertAnswer"]["properties"].keys()


def test_whoever_is_on_call_needs_no_database(remote_cli: Callable[..., str], night: Night) -> None:
    alert, name = str(night.failed.id), str(night.failed.pipeline_name)
    assert f"{alert}  error  failure  {name}" in remote_cli("alerts", "list")
    shown = remote_cli("alerts", "show", alert)
    for part in (f"{name} failed", "team:sales", "restart it", "OSError", "to default", "notified "):
        assert part in shown
    assert f"alert {night.behind.id}: " in shown.partition("Behind it")[2]
    assert "report_" in shown.partition("Blocked by it")[2]
    assert f"alert {alert}, open: " in remote_cli("alerts", "show", str(night.behind.id)).partition("Its cause")[2]
    assert "its one open alert is" in remote_cli("alerts", "show", name, code=2)
    acknowledged = remote_cli("alerts", "ack", alert, "--by", "ann")
    assert acknowledged == f"alert {alert}, failure of {name}: acknowledged, up to level error\n"
    assert "snoozed until" in remote_cli("alerts", "snooze", alert, "2 hours", "--note", "the disk is full")
    assert "noted" in remote_cli("alerts", "note", alert, "a new disk comes")
    assert "resolved" in remote_cli("alerts", "resolve", alert, "--note", "a new disk")
    found = json.loads(remote_cli("alerts", "show", alert, "--json"))
    assert [each["note"] for each in found["actions"]] == [None, "the disk is full", "a new disk comes", "a new disk"]
    assert (found["state"], found["actions"][0]["acted_by"]) == ("resolved", "ann")
    assert "this needs the database" in remote_cli("alerts", "deliver", code=1)


def test_a_host_that_delivers_nothing_does_not_know_who_is_notified(server_address: str, tmp_path: Path) -> None:
    expected = "no destination is configured on this host, which delivers nothing; ask on the one that delivers\n"
    for command in ("routes", "test"):
        done = subprocess.run(
            [sys.executable, "-m", "watcher_core", "alerts", command],
            env={"WATCHER_URL": server_address, "HOME": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert expected in (done.stdout, done.stderr)


def test_a_cause_that_the_token_does_not_cover_hides_no_alert(
    remote_cli: Callable[..., str], module_watcher: Watcher, night: Night
) -> None:
    headers = token_headers(module_watcher, pipelines="report_*")
    token = headers["Authorization"].removeprefix("Bearer ")
    shown = remote_cli("alerts", "show", str(night.behind.id), token=token)
    assert f"behind {night.failed.id}" in shown
    assert "Its cause" not in shown

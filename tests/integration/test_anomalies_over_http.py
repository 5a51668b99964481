"""Results of anomaly detection over HTTP: read, explained and unflagged, by `Watcher`, by commands, and who may."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.factories import unusual_run
from tests.http_client import Client, token_headers
from watcher_core import InvalidValueError, NotFoundError, Watcher

DAY = dt.timedelta(days=1)
REVENUE = "metadata:Revenue"


@pytest.fixture
def unusual(module_watcher: Watcher, tmp_path: Path) -> int:
    """The last run of a pipeline, which has loaded far too few rows; all are judged."""
    return unusual_run(module_watcher, f"load_{tmp_path.name}", metrics=("total_rows", REVENUE))


def test_results_are_read_and_explained_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, unusual: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher_core.client.http_connection.PAGE", 3)  # between the results of an execution
    name = f"load_{tmp_path.name}"
    start = module_watcher.execution(unusual).start_date
    asked: list[dict[str, Any]] = [
        {},
        {"pipeline": name},
        {"pipeline": module_watcher.pipeline(name).id, "limit": 3},
        {"execution_id": unusual},
        {"execution_id": 987654321},
        {"flagged": True},
        {"pipeline": name, "flagged": False},
        {"pipeline": name, "since": dt.datetime.now(dt.UTC) - 3 * DAY},
        {"limit": 0},
        {"pipeline": name, "before": (start, unusual, "total_rows"), "limit": 7},
        {"pipeline": name, "before": (start, unusual, REVENUE), "limit": 7},
        {"flagged": True, "before": (start, unusual, "total_rows")},
    ]
    for given in asked:
        assert remote_watcher.anomaly_results(**given) == module_watcher.anomaly_results(**given), given
    assert len(module_watcher.anomaly_results(pipeline=name)) > 6, "more than two pages"
    [behind] = module_watcher.anomaly_results(execution_id=unusual, before=(start, unusual, "total_rows"))
    assert str(behind.metric_field) == REVENUE
    found = remote_watcher.anomaly_results(execution_id=unusual, flagged=True)
    assert [str(each.metric_field) for each in found] == ["total_rows", REVENUE]
    explained = remote_watcher.explain_anomalies(unusual)
    assert explained == module_watcher.explain_anomalies(unusual)
    assert [len(each.history) for each in explained] == [40, 40]
    assert explained[0].verdict is not None
    assert explained[0].result == found[0]


def test_what_is_normal_after_all_is_unflagged_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, unusual: int, tmp_path: Path
) -> None:
    name = f"load_{tmp_path.name}"
    [first] = remote_watcher.unflag_anomaly(unusual, metric_field="total_rows", by="ann")
    assert first.unflagged_by == "ann"
    assert module_watcher.alerts(pipeline=name, state="open")
    both = remote_watcher.unflag_anomaly(unusual)
    assert both == module_watcher.anomaly_results(execution_id=unusual)
    assert [each.unflagged_by for each in both] == ["ann", tmp_path.name]  # else the token
    assert remote_watcher.unflag_anomaly(unusual, metric_field=REVENUE) == both[1:]
    [alert] = module_watcher.alerts(pipeline=name)
    assert (alert.state, alert.resolution) == ("resolved", {"how": "unflagged", "by": tmp_path.name})


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("explain_anomalies", {"execution_id": 987654321}),
        ("unflag_anomaly", {"metric_field": "inserts"}),
        ("unflag_anomaly", {"metric_field": "speed"}),
        ("anomaly_results", {"pipeline": "nobody's"}),
        ("anomaly_results", {"limit": -1}),
        ("anomaly_results", {"since": dt.datetime(2036, 1, 1)}),  # noqa: DTZ001 - that is what is wrong
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    remote_watcher: Watcher, module_watcher: Watcher, unusual: int, method: str, given: dict[str, Any]
) -> None:
    messages = set()
    for watcher in (remote_watcher, module_watcher):
        with pytest.raises((NotFoundError, InvalidValueError)) as refused:
            getattr(watcher, method)(**{"execution_id": unusual, **given})
        messages.add(str(refused.value))
    assert len(messages) == 1, messages


def test_who_may(http_api: Client, module_watcher: Watcher, unusual: int, tmp_path: Path) -> None:
    name = f"load_{tmp_path.name}"
    read, mine, others = (
        token_headers(module_watcher, **fields)
        for fields in ({"scope": "read"}, {"pipelines": "load_*"}, {"pipelines": "hr_*"})
    )
    for path in (f"/anomaly_result?execution_id={unusual}", f"/execution/{unusual}/anomalies"):
        assert http_api.get(path, headers=read).json() == http_api.get(path, headers=mine).json()
        assert http_api.get(path, headers=others).status_code == 403
    everything = http_api.get("/anomaly_result", headers=read).json()["data"]
    assert [each for each in everything if each["pipeline_name"].startswith("load_")] == everything != []
    assert http_api.get("/anomaly_result", headers=mine).json()["data"] == everything
    assert http_api.get("/anomaly_result", headers=others).json()["data"] == []
    assert http_api.get("/anomaly_result", params={"pipeline": name}, headers=others).status_code == 403
    body = {"pipeline_execution_id": unusual}
    for headers in (read, others):
        assert http_api.post("/unflag_anomaly", json=body, headers=headers).status_code == 403
    wrong = {**body, "pipeline_id": 987654321}
    assert http_api.post("/unflag_anomaly", json=wrong, headers=mine).status_code == 400
    # As etl-watcher's clients send it, and are answered.
    pipeline_id = module_watcher.pipeline(name).id
    flags = {**body, "pipeline_id": pipeline_id, "metric_field": ["total_rows", "inserts"]}
    answer = http_api.post("/unflag_anomaly", json=flags, headers=mine)
    assert (answer.status_code, answer.content) == (204, b"")
    [left] = module_watcher.anomaly_results(execution_id=unusual, flagged=True)
    assert str(left.metric_field) == REVENUE


def test_commands_need_no_database(remote_cli: Callable[..., str], unusual: int, tmp_path: Path) -> None:
    assert "total_rows" in remote_cli("anomalies", "results", "-p", f"load_{tmp_path.name}")
    explained = remote_cli("anomalies", "explain", str(unusual))
    assert f"execution {unusual} of load_{tmp_path.name}" in explained
    remote_cli("anomalies", "explain", str(unusual), "--html", "why.html")
    assert "total_rows" in (tmp_path / "why.html").read_text()
    unflagged = json.loads(remote_cli("anomalies", "unflag", str(unusual), "--by", "ann", "--json"))
    assert [each["unflagged_by"] for each in unflagged] == ["ann", "ann"]
    assert json.loads(remote_cli("anomalies", "results", "-p", f"load_{tmp_path.name}", "--json")) == []

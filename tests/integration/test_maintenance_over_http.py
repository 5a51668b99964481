"""Maintenance windows over HTTP: by `Watcher`, by the command line, by requests, and who may."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.http_client import Client, token_headers
from watcher_core import AccessDeniedError, InvalidValueError, NotFoundError, Watcher

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def test_a_window_is_added_listed_and_ended_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, tmp_path: Path
) -> None:
    pipeline = module_watcher.get_or_create_pipeline(tmp_path.name, pipeline_type_name="etl")
    once = remote_watcher.add_maintenance(pipeline=pipeline.name, duration=HOUR, by="ann", note="deploy")
    assert (once.pipeline_name, once.created_by, once.note) == (pipeline.name, "ann", "deploy")
    assert once.active_until == once.ends_at == once.starts_at + HOUR
    again = remote_watcher.add_maintenance(
        pipeline_type="etl",
        cron="0 2 * * 0",
        timezone="Europe/Berlin",
        duration=HOUR / 2,
        ends_at=once.starts_at + 90 * DAY,
    )
    assert (again.subject, again.duration_seconds, again.created_by) == ("type etl", 1800, tmp_path.name)  # the token
    for watcher in (remote_watcher, module_watcher):
        found = {window.id: window for window in watcher.maintenance()}
        assert (found[once.id], found[again.id]) == (once, again)
    later = again.next_at or once.starts_at
    assert remote_watcher.maintenance(now=later) == module_watcher.maintenance(now=later)
    ended = remote_watcher.end_maintenance(once.id)
    assert ended.active_until is None
    assert remote_watcher.end_maintenance(again.id).id == again.id
    assert {once.id, again.id} & {window.id for window in module_watcher.maintenance()} == set()
    assert abs(remote_watcher.clock() - module_watcher.clock()) < 5 * dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"pipeline": "nobody's", "duration": HOUR}, NotFoundError),
        ({"pipeline": 987654321, "duration": HOUR}, NotFoundError),
        ({"pipeline_type": "nobody's", "duration": HOUR}, NotFoundError),
        ({}, InvalidValueError),
        ({"duration": 40 * DAY}, InvalidValueError),
        ({"duration": -HOUR}, InvalidValueError),
        ({"duration": HOUR, "timezone": "Europe/Berlin"}, InvalidValueError),
        ({"duration": HOUR, "cron": "every day"}, InvalidValueError),
        ({"ends_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, InvalidValueError),
        ({"ends_at": dt.datetime(2036, 1, 1)}, InvalidValueError),  # noqa: DTZ001 - that is what is wrong
        ({"duration": 3600}, InvalidValueError),
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    remote_watcher: Watcher, module_watcher: Watcher, given: dict[str, Any], error: type[Exception]
) -> None:
    messages = set()
    for watcher in (remote_watcher, module_watcher):
        with pytest.raises(error) as refused:
            watcher.add_maintenance(**given)
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_what_is_over_or_overlaps_is_refused(remote_watcher: Watcher, module_watcher: Watcher, tmp_path: Path) -> None:
    module_watcher.get_or_create_pipeline(tmp_path.name)
    window = remote_watcher.add_maintenance(pipeline=tmp_path.name, duration=HOUR)
    with pytest.raises(InvalidValueError, match=f"overlaps; end that one first: watcher maintenance end {window.id}"):
        remote_watcher.add_maintenance(pipeline=tmp_path.name, duration=HOUR)
    remote_watcher.end_maintenance(window.id)
    with pytest.raises(InvalidValueError, match=f"window {window.id} was over"):
        remote_watcher.end_maintenance(window.id)
    with pytest.raises(NotFoundError, match="no maintenance window with id 987654321"):
        remote_watcher.end_maintenance(987654321)


def test_who_may(server_address: str, http_api: Client, module_watcher: Watcher, tmp_path: Path) -> None:
    mine, theirs = (module_watcher.get_or_create_pipeline(f"{word}_{tmp_path.name}") for word in ("mine", "theirs"))
    other = module_watcher.add_maintenance(pipeline=theirs.name, duration=HOUR)
    of_all = module_watcher.add_maintenance(duration=HOUR)
    read, write = token_headers(module_watcher, scope="read"), token_headers(module_watcher)
    limited = token_headers(module_watcher, pipelines="mine_*")
    body = {"pipeline_name": mine.name.upper(), "duration_seconds": 60}
    assert http_api.post("/maintenance", json=body, headers=read).status_code == 403
    assert {each["id"] for each in http_api.get("/maintenance", headers=read).json()} >= {other.id, of_all.id}
    for refused in ({"pipeline_id": theirs.id}, {}, {"pipeline_type_name": mine.pipeline_type_name}):
        assert (
            http_api.post("/maintenance", json={"duration_seconds": 60, **refused}, headers=limited).status_code == 403
        )
    for window in (other, of_all):
        assert http_api.post(f"/maintenance/{window.id}/end", headers=limited).status_code == 403
    added = http_api.post("/maintenance", json=body, headers=limited)
    assert (added.status_code, added.json()["subject"]) == (201, mine.name)
    assert [each["id"] for each in http_api.get("/maintenance", headers=limited).json()] == [added.json()["id"]]
    listed = http_api.get("/maintenance?limit=1", headers=write).json()
    assert len(listed["data"]) == 1
    assert listed["next_cursor"] == str(listed["data"][0]["id"])
    assert http_api.post(f"/maintenance/{added.json()['id']}/end", headers=limited).status_code == 200
    for window in (other, of_all):
        assert http_api.post(f"/maintenance/{window.id}/end", headers=write).json()["active_until"] is None
    assert http_api.post("/maintenance", json={"duration_seconds": "an hour"}, headers=write).status_code == 422
    token = limited["Authorization"].removeprefix("Bearer ")
    with Watcher(server_address, token=token) as watcher, pytest.raises(AccessDeniedError, match="is for pipelines"):
        watcher.add_maintenance(duration=HOUR)


def test_a_deploy_script_opens_a_window_and_ends_it(
    remote_cli: Callable[..., str], module_watcher: Watcher, tmp_path: Path
) -> None:
    module_watcher.get_or_create_pipeline(tmp_path.name)
    added = remote_cli(
        "maintenance", "add", "-p", tmp_path.name, "--for", "2 hours", "--by", "deploy", "--note", "v7", "--json"
    )
    window = json.loads(added)
    assert (window["pipeline_name"], window["created_by"], window["note"]) == (tmp_path.name, "deploy", "v7")
    assert f"{window['id']}  {tmp_path.name}  until " in remote_cli("maintenance", "list")
    assert (
        remote_cli("maintenance", "end", str(window["id"])) == f"maintenance {window['id']} of {tmp_path.name}: ended\n"
    )
    assert "was over" in remote_cli("maintenance", "end", str(window["id"]), code=1)
    tomorrow = json.loads(
        remote_cli("maintenance", "add", "-p", tmp_path.name, "--from", "tomorrow", "--for", "1h", "--json")
    )
    assert dt.datetime.fromisoformat(tomorrow["starts_at"]) > module_watcher.clock()
    remote_cli("maintenance", "end", str(tomorrow["id"]))
    missing = remote_cli("maintenance", "add", "-p", f"{tmp_path.name}x", "--for", "1h", code=1)
    assert f"no pipeline named '{tmp_path.name}x'" in missing

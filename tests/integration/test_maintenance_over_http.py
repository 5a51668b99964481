"""Maintenance windows over HTTP: by `Watcher`, by the command line, by requests, and who may."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api_server import listening
from tests.factories import unique
from tests.http_client import Client, serving
from watcher_core import AccessDeniedError, InvalidValueError, NotFoundError, Settings, Watcher
from watcher_core.server import create_app

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def address(module_watcher: Watcher) -> Iterator[str]:
    """The address of a server."""
    with listening(module_watcher) as address:
        yield address


@pytest.fixture
def remote(address: str, module_watcher: Watcher, tmp_path: Path) -> Iterator[Watcher]:
    """A Watcher of another host."""
    token, _ = module_watcher.create_token(tmp_path.name)
    with Watcher(address, settings=Settings(home=tmp_path), token=token) as watcher:
        yield watcher


@pytest.fixture(scope="module")
def api(module_watcher: Watcher) -> Iterator[Client]:
    """The API, with tokens that are read again for each request."""
    with pytest.MonkeyPatch.context() as patch, serving(create_app(module_watcher)) as client:
        patch.setattr("watcher_core.server.access.REREAD_SECONDS", 0)
        yield client


def headers(watcher: Watcher, **fields: str) -> dict[str, str]:
    token, _ = watcher.create_token(unique("token"), **fields)
    return {"Authorization": f"Bearer {token}"}


def test_a_window_is_added_listed_and_ended_as_by_the_database(
    remote: Watcher, module_watcher: Watcher, tmp_path: Path
) -> None:
    pipeline = module_watcher.get_or_create_pipeline(tmp_path.name, pipeline_type_name="etl")
    once = remote.add_maintenance(pipeline=pipeline.name, duration=HOUR, by="ann", note="deploy")
    assert (once.pipeline_name, once.created_by, once.note) == (pipeline.name, "ann", "deploy")
    assert once.active_until == once.ends_at == once.starts_at + HOUR
    again = remote.add_maintenance(
        pipeline_type="etl",
        cron="0 2 * * 0",
        timezone="Europe/Berlin",
        duration=HOUR / 2,
        ends_at=once.starts_at + 90 * DAY,
    )
    assert (again.subject, again.duration_seconds, again.created_by) == ("type etl", 1800, tmp_path.name)  # the token
    for watcher in (remote, module_watcher):
        found = {window.id: window for window in watcher.maintenance()}
        assert (found[once.id], found[again.id]) == (once, again)
    later = again.next_at or once.starts_at
    assert remote.maintenance(now=later) == module_watcher.maintenance(now=later)
    ended = remote.end_maintenance(once.id)
    assert ended.active_until is None
    assert remote.end_maintenance(again.id).id == again.id
    assert {once.id, again.id} & {window.id for window in module_watcher.maintenance()} == set()
    assert abs(remote.clock() - module_watcher.clock()) < 5 * dt.timedelta(minutes=1)


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
    remote: Watcher, module_watcher: Watcher, given: dict[str, Any], error: type[Exception]
) -> None:
    messages = set()
    for watcher in (remote, module_watcher):
        with pytest.raises(error) as refused:
            watcher.add_maintenance(**given)
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_what_is_over_or_overlaps_is_refused(remote: Watcher, module_watcher: Watcher, tmp_path: Path) -> None:
    module_watcher.get_or_create_pipeline(tmp_path.name)
    window = remote.add_maintenance(pipeline=tmp_path.name, duration=HOUR)
    with pytest.raises(InvalidValueError, match=f"overlaps; end that one first: watcher maintenance end {window.id}"):
        remote.add_maintenance(pipeline=tmp_path.name, duration=HOUR)
    remote.end_maintenance(window.id)
    with pytest.raises(InvalidValueError, match=f"window {window.id} was over"):
        remote.end_maintenance(window.id)
    with pytest.raises(NotFoundError, match="no maintenance window with id 987654321"):
        remote.end_maintenance(987654321)


def test_who_may(address: str, api: Client, module_watcher: Watcher, tmp_path: Path) -> None:
    mine, theirs = (module_watcher.get_or_create_pipeline(f"{word}_{tmp_path.name}") for word in ("mine", "theirs"))
    other = module_watcher.add_maintenance(pipeline=theirs.name, duration=HOUR)
    of_all = module_watcher.add_maintenance(duration=HOUR)
    read, write = headers(module_watcher, scope="read"), headers(module_watcher)
    limited = headers(module_watcher, pipelines="mine_*")
    body = {"pipeline_name": mine.name.upper(), "duration_seconds": 60}
    assert api.post("/maintenance", json=body, headers=read).status_code == 403
    assert {each["id"] for each in api.get("/maintenance", headers=read).json()} >= {other.id, of_all.id}
    for refused in ({"pipeline_id": theirs.id}, {}, {"pipeline_type_name": mine.pipeline_type_name}):
        assert api.post("/maintenance", json={"duration_seconds": 60, **refused}, headers=limited).status_code == 403
    for window in (other, of_all):
        assert api.post(f"/maintenance/{window.id}/end", headers=limited).status_code == 403
    added = api.post("/maintenance", json=body, headers=limited)
    assert (added.status_code, added.json()["subject"]) == (201, mine.name)
    assert [each["id"] for each in api.get("/maintenance", headers=limited).json()] == [added.json()["id"]]
    listed = api.get("/maintenance?limit=1", headers=write).json()
    assert len(listed["data"]) == 1
    assert listed["next_cursor"] == str(listed["data"][0]["id"])
    assert api.post(f"/maintenance/{added.json()['id']}/end", headers=limited).status_code == 200
    for window in (other, of_all):
        assert api.post(f"/maintenance/{window.id}/end", headers=write).json()["active_until"] is None
    assert api.post("/maintenance", json={"duration_seconds": "an hour"}, headers=write).status_code == 422
    token = limited["Authorization"].removeprefix("Bearer ")
    with Watcher(address, token=token) as watcher, pytest.raises(AccessDeniedError, match="is for pipelines"):
        watcher.add_maintenance(duration=HOUR)


@pytest.fixture
def cli(address: str, module_watcher: Watcher, tmp_path: Path) -> Callable[..., str]:
    """A command on a host that records over HTTP."""
    token, _ = module_watcher.create_token(f"cli {tmp_path.name}")
    environment = {"WATCHER_URL": address, "WATCHER_TOKEN": token, "HOME": str(tmp_path), "COLUMNS": "200"}

    def run(*arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "watcher_core", *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stderr if code else done.stdout

    return run


def test_a_deploy_script_opens_a_window_and_ends_it(
    cli: Callable[..., str], module_watcher: Watcher, tmp_path: Path
) -> None:
    module_watcher.get_or_create_pipeline(tmp_path.name)
    added = cli(
        "maintenance", "add", "-p", tmp_path.name, "--for", "2 hours", "--by", "deploy", "--note", "v7", "--json"
    )
    window = json.loads(added)
    assert (window["pipeline_name"], window["created_by"], window["note"]) == (tmp_path.name, "deploy", "v7")
    assert f"{window['id']}  {tmp_path.name}  until " in cli("maintenance", "list")
    assert cli("maintenance", "end", str(window["id"])) == f"maintenance {window['id']} of {tmp_path.name}: ended\n"
    assert "was over" in cli("maintenance", "end", str(window["id"]), code=1)
    tomorrow = json.loads(cli("maintenance", "add", "-p", tmp_path.name, "--from", "tomorrow", "--for", "1h", "--json"))
    assert dt.datetime.fromisoformat(tomorrow["starts_at"]) > module_watcher.clock()
    cli("maintenance", "end", str(tomorrow["id"]))
    missing = cli("maintenance", "add", "-p", f"{tmp_path.name}x", "--for", "1h", code=1)
    assert f"no pipeline named '{tmp_path.name}x'" in missing

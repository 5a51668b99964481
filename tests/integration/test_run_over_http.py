"""`watcher run` on a host that records over HTTP: what it loads, what is recorded, and the server that is away."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.api_server import listening
from tests.http_server import Answer, Failure, HttpServer, Request, http_server, running
from watcher_core import ExecutionSource, ExecutionState, Watcher

RUN = [sys.executable, "-m", "watcher_core", "run"]

Run = Callable[..., tuple[int, str]]

# Each takes as long to load as all that a short job over HTTP needs, or longer.
NOT_NEEDED = {
    "certifi",
    "httpx",
    "psycopg",
    "pydantic",
    "requests",
    "rich",
    "sqlalchemy",
    "typer",
    "watcher_core.client",
}


class OneAnswer(HttpServer):
    """A server that passes one request on, and then falls silent."""

    address = ""

    def answer(self, request: Request) -> Answer:
        self.down = Failure(hangs=True)
        sent = urllib.request.Request(self.address + request.path, data=request.body, headers=dict(request.headers))
        with urllib.request.urlopen(sent) as answered:
            return answered.status, answered.read(), {"Watcher-Version": answered.headers["Watcher-Version"]}


@pytest.fixture(scope="module")
def address(module_watcher: Watcher) -> Iterator[str]:
    """The address of a server."""
    with listening(module_watcher) as address:
        yield address


@pytest.fixture
def run(address: str, module_watcher: Watcher, tmp_path: Path) -> Run:
    """Run `watcher run` to its end: its exit status, and what it says."""
    token, _ = module_watcher.create_token(tmp_path.name)

    def to_its_end(*command: str, pipeline: str, options: tuple[str, ...] = (), **environment: str) -> tuple[int, str]:
        variables = {
            **{name: value for name, value in os.environ.items() if name != "WATCHER_DATABASE_URL"},
            "WATCHER_URL": address,
            "WATCHER_TOKEN": token,
            "XDG_STATE_HOME": str(tmp_path),
            **environment,
        }
        done = subprocess.run(
            [*RUN, "--pipeline", pipeline, *options, "--", *command],
            env=variables,
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stderr

    return to_its_end


@pytest.fixture
def pipeline(tmp_path: Path) -> str:
    """A name of the test's own."""
    return tmp_path.name


def test_a_command_is_recorded_by_little_more_than_its_two_requests(
    run: Run, module_watcher: Watcher, pipeline: str
) -> None:
    status, said = run("true", pipeline=pipeline, PYTHONPROFILEIMPORTTIME="1")
    loaded = {line.rpartition("|")[2].strip() for line in said.splitlines() if line.startswith("import time:")}
    assert (status, {"urllib3", "watcher_core.remote"} - loaded) == (0, set())
    assert loaded & NOT_NEEDED == set()
    (execution,) = module_watcher.executions(pipeline=pipeline)  # a pipeline that was not known before, too
    assert (execution.state, execution.source) == (ExecutionState.SUCCEEDED, ExecutionSource.CLI)
    assert execution.execution_metadata == {"command": "true", "exit_status": 0}


def test_what_is_recorded_is_as_by_the_database(run: Run, module_watcher: Watcher, pipeline: str) -> None:
    module_watcher.get_or_create_pipeline(pipeline, pipeline_type_name="etl", next_watermark="1")
    report = """
import json, os
seen = {name: os.environ[name] for name in ("WATCHER_PIPELINE", "WATCHER_NEXT_WATERMARK")}
json.dump({"inserts": 3, "execution_metadata": seen}, open(os.environ["WATCHER_METRICS_FILE"], "w"))
"""
    assert run(sys.executable, "-c", report, pipeline=pipeline) == (0, "")
    status, said = run("sh", "-c", "echo no space >&2; exit 3", pipeline=pipeline, options=("--next-watermark", "2"))
    assert (status, said) == (3, "no space\n")
    failed, done = module_watcher.executions(pipeline=pipeline)
    assert (done.inserts, done.next_watermark, module_watcher.pipeline(pipeline).watermark) == (3, "1", "1")
    assert done.execution_metadata["WATCHER_PIPELINE"] == pipeline
    assert done.execution_metadata["WATCHER_NEXT_WATERMARK"] == "1"
    assert (failed.state, failed.execution_metadata["exit_status"]) == (ExecutionState.FAILED, 3)
    assert failed.execution_metadata["error"]["message"] == "no space"
    module_watcher.update_pipeline(pipeline, active=False)
    status, said = run("true", pipeline=pipeline)
    assert (status, "is inactive" in said) == (1, True)


def test_where_the_server_is_away_the_command_runs_and_waits(run: Run, pipeline: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
        status, said = run("true", pipeline=pipeline, WATCHER_URL=nobody)
    assert status == 0
    assert f"pipeline {pipeline!r} goes on, and is recorded later: {nobody} cannot be reached: [Errno" in said
    assert len([*tmp_path.rglob("*.json")]) == 1


def test_what_waits_comes_before_the_next_one(run: Run, module_watcher: Watcher, pipeline: str, tmp_path: Path) -> None:
    status, said = run("true", pipeline=pipeline, WATCHER_TOKEN="wat_nobodys")
    assert (status, "the token is not valid" in said) == (0, True)
    assert len([*tmp_path.rglob("*.json")]) == 1
    assert run("true", pipeline=pipeline) == (0, "")
    assert len(module_watcher.executions(pipeline=pipeline)) == 2
    assert [*tmp_path.rglob("*.json")] == []


def test_a_server_that_does_not_answer_is_waited_for_once_at_the_start_and_once_at_the_end(
    run: Run, pipeline: str, tmp_path: Path
) -> None:
    with http_server() as server:
        server.down = Failure(hangs=True)
        began = time.monotonic()
        status, said = run("true", pipeline=pipeline, WATCHER_URL=server.url, WATCHER_TIMEOUT="2")
        took = time.monotonic() - began
        server.closing.set()
    assert (status, "no answer in time" in said) == (0, True)
    assert took > 4
    assert len([*tmp_path.rglob("*.json")]) == 1


def test_a_server_that_falls_silent_holds_up_the_end_no_longer_than_the_limit(
    run: Run, module_watcher: Watcher, address: str, pipeline: str, tmp_path: Path
) -> None:
    """Who writes the end by other means after the first has waited has what is left of the limit, and no limit anew."""
    ended = tmp_path / "ended"
    with running(OneAnswer()) as silent:
        silent.address = address
        script = f"date +%s.%N > {ended}"
        status, said = run("sh", "-c", script, pipeline=pipeline, WATCHER_URL=silent.url, WATCHER_TIMEOUT="3")
        waited = time.time() - float(ended.read_text())
        silent.closing.set()
    assert status == 0
    assert f"the end of pipeline {pipeline!r} is recorded later" in said
    assert 3 <= waited < 5.5
    (execution,) = module_watcher.executions(pipeline=pipeline)
    assert execution.state is ExecutionState.RUNNING
    assert len([*tmp_path.rglob("*.json")]) == 1

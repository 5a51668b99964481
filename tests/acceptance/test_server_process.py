"""`watcher serve` as a process: the lines of the documentation, and the published client."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.documentation import ROOT
from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState, Watcher

PAGE = ROOT / "docs" / "how-to" / "http.md"
SHELL = [
    block for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL) if "curl" in block
]
PYTHON = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

# A Python 3.12 with etl-watcher-sdk 0.1.43, where there is one.
SDK_PYTHON = os.environ.get("SDK_PYTHON")


@pytest.fixture(scope="module")
def server(module_watcher: Watcher, module_database_url: str) -> Iterator[tuple[str, str]]:
    """The address of a server whose database has an open alert, and a token."""
    token, _ = module_watcher.create_token("test")
    ended = dt.datetime.now(dt.UTC)
    module_watcher.record(
        [
            ExecutionRecord(
                pipeline_name="broken_export",
                source=ExecutionSource.PYTHON,
                external_id="broken",
                state=ExecutionState.FAILED,
                start_date=ended - dt.timedelta(minutes=1),
                end_date=ended,
            )
        ]
    )
    assert module_watcher.check_failures()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "WATCHER_DATABASE_URL": module_database_url}
    command = [sys.executable, "-m", "watcher_core", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    transport = httpx.HTTPTransport(retries=10)
    with httpx.Client(transport=transport, timeout=60) as client:
        assert client.get(f"{url}/health/ready").status_code == 200
    yield url, token
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGTERM), log
    assert "Traceback" not in log


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("block", SHELL, ids=range(len(SHELL)))
def test_the_shell_lines_of_the_documentation(server, block, tmp_path):
    url, token = server
    script = block.replace("https://watcher.example.com", url)
    environment = {"WATCHER_TOKEN": token, "PATH": os.environ["PATH"]}
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert (run.returncode, run.stderr) == (0, ""), run.stdout


def test_the_python_of_the_documentation(server, module_watcher, tmp_path):
    url, token = server
    environment = {**os.environ, "WATCHER_URL": url, "WATCHER_TOKEN": token, "HOME": str(tmp_path)}
    for source in PYTHON:
        subprocess.run([sys.executable, "-c", source], env=environment, check=True, cwd=tmp_path)
    newest = module_watcher.executions(pipeline="nightly_export", limit=1)[0]
    assert (newest.state, newest.inserts, newest.source) == ("succeeded", 1200, "python")
    assert module_watcher.pipeline("nightly_export").watermark == "2026-01-02"


@pytest.mark.skipif(SDK_PYTHON is None, reason="SDK_PYTHON names no Python with etl-watcher-sdk")
def test_the_published_client_runs_its_workflow(server, module_watcher):
    script = Path(__file__).with_name("sdk_workflow.py")
    run = subprocess.run([str(SDK_PYTHON), str(script), *server], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert (found["first_watermark"], found["second_watermark"]) == ("2026-01-01", "2026-01-02")
    assert "987654321" in found["missing"]
    pipeline = next(each for each in module_watcher.pipelines() if each.id == found["pipeline"])
    assert (pipeline.pipeline_type_name, pipeline.watermark) == ("extraction", "2026-01-05")
    executions = {each.id: each for each in module_watcher.executions(pipeline=pipeline.name)}
    parent, child, by_hand = (executions.pop(found[name]) for name in ("parent", "child", "by_hand"))
    assert (parent.state, parent.inserts, parent.total_rows) == ("succeeded", 3, 3)
    assert (child.state, child.parent_id, child.total_rows) == ("succeeded", parent.id, 1)
    assert (by_hand.state, by_hand.parent_id) == ("succeeded", parent.id)
    assert sorted((each.state, each.inserts) for each in executions.values()) == [("failed", None), ("succeeded", 5)]
    (source,) = module_watcher.address_lineage(f"{pipeline.name}.public.out")
    assert source.address.name == f"{pipeline.name}.in"

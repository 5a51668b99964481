"""The HTTP API against its own OpenAPI document, by Schemathesis: no 500, and no answer that is not documented.

Schemathesis runs in an environment of its own, which uv makes; its dependencies are none of ours.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from tests.fuzz.test_server import COUNT
from watcher_core import Watcher

SCHEMATHESIS = "schemathesis==4.32.5"
# So many cases it makes, in all phases and of all operations together, for each example that it is asked for.
CASES_AN_EXAMPLE = 71
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def test_no_answer_is_an_error_or_undocumented(watcher: Watcher, database_url: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "watcher_core", "serve", "--port", str(port)],
        env={**os.environ, "WATCHER_DATABASE_URL": database_url},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=10), timeout=60) as client:
            assert client.get(f"{url}/health/ready").status_code == 200
        uv = str(Path(sys.executable).with_name("uv"))
        run = subprocess.run(
            [
                *(uv, "tool", "run", "--from", SCHEMATHESIS, "schemathesis", "run", f"{url}/openapi.json"),
                *("--phases", "examples,coverage,fuzzing,stateful", "--checks", CHECKS, "--continue-on-failure"),
                *("--max-examples", str(max(5, COUNT // CASES_AN_EXAMPLE)), "--workers", "2", "--no-color"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
    finally:
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=60)
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]
    assert "Traceback" not in log
    found = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    assert found is not None
    print(f"Schemathesis: {found[0]}")
    assert found[1] == found[2]

"""Two servers on one database that take the events of the same runs at the same time."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.openlineage_events import dataset, run_event
from watcher_core import ExecutionState, Watcher


@pytest.fixture
def servers(database_url: str) -> Iterator[list[str]]:
    """The addresses of two servers."""
    ports: list[int] = []
    processes = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(free.getsockname()[1])
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "watcher_core", "serve", "--port", str(ports[-1])],
                env={**os.environ, "WATCHER_DATABASE_URL": database_url},
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    with httpx.Client(transport=httpx.HTTPTransport(retries=10), timeout=60) as client:
        for url in urls:
            assert client.get(f"{url}/health/ready").status_code == 200
    yield urls
    for process in processes:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)
        assert "Traceback" not in log


def test_each_run_is_recorded_once_with_its_parent(servers: list[str], watcher: Watcher) -> None:
    runs = [f"run-{number}" for number in range(20)]
    events = [
        *(run_event("all", kind, minutes, job="all") for kind, minutes in (("START", 0), ("COMPLETE", 59))),
        *(
            run_event(
                run,
                kind,
                minutes,
                parent="all",
                job=f"job-{number % 4}",
                inputs=(dataset(f"in-{number % 4}"),),
                outputs=(dataset(f"out-{number % 4}", rows=number),),
            )
            for number, run in enumerate(runs)
            for kind, minutes in (("START", 1), ("COMPLETE", 2))
        ),
    ]
    answers: list[int] = []

    def send(url: str, seed: int) -> None:
        with httpx.Client(timeout=60) as client:
            order = random.Random(seed).sample(events, len(events))
            answers.extend(client.post(f"{url}/api/v1/lineage", json=event).status_code for event in order)

    threads = [threading.Thread(target=send, args=(url, seed)) for seed, url in enumerate([*servers, *servers])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) == {201}
    [parent] = watcher.executions(pipeline="shop/all")
    children = [child.execution for child in watcher.execution_tree(parent.id).children]
    assert len(children) == len(watcher.executions(limit=1000)) - 1 == len(runs)
    assert {child.state for child in children} == {ExecutionState.SUCCEEDED}
    assert sorted(child.inserts or 0 for child in children) == list(range(20))
    assert {(edge.source[-1], edge.target[-1]) for edge in watcher.lineage_graph().edges} == {
        (str(number), str(number)) for number in range(4)
    }
    assert watcher.verify_lineage().is_right

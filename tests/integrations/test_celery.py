"""Dagster with Celery: Redis, three workers, a code server, and a daemon, each a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

from watcher_core import ExecutionState, Watcher
from watcher_core.database.engine import normalize_url

REDIS = shutil.which("redis-server")
LOCATION = Path(__file__).with_name("locations") / "spread.py"
WORKERS = 3
SECONDS = 180

pytestmark = pytest.mark.skipif(REDIS is None, reason="redis-server is not installed")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


class Spread:
    """The processes, and what is asked of them."""

    def __init__(self, home: Path, directory: Path, database_url: str) -> None:
        self.directory = directory
        self.gate = directory / "gate"
        self.code_port, redis_port = free_port(), free_port()
        self.redis = f"redis://127.0.0.1:{redis_port}/0"
        self.processes: list[subprocess.Popen[bytes]] = []
        with (home / "dagster.yaml").open("a") as file:
            file.write("run_monitoring: {enabled: true, poll_interval_seconds: 2}\n")
        (directory / "celery.yaml").write_text(
            f"execution: {{config: {{broker: {self.redis}, backend: {self.redis}}}}}\n"
        )
        server = f"grpc_server: {{host: 127.0.0.1, port: {self.code_port}, location_name: spread}}"
        (directory / "workspace.yaml").write_text(f"load_from:\n  - {server}\n")
        self.environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",  # it starts `celery`
            "DAGSTER_HOME": str(home),
            "WATCHER_DATABASE_URL": database_url,
            "SPREAD_REDIS": self.redis,
            "SPREAD_GATE": str(self.gate),
        }
        self.start(str(REDIS), "--port", str(redis_port), "--save", "", "--appendonly", "no")
        self.wait("Redis answers", lambda: answers(redis_port))
        grpc = ["api", "grpc", "-h", "127.0.0.1", "-p", str(self.code_port)]
        self.server = self.start("dagster", *grpc, "-f", str(LOCATION), "--location-name", "spread")
        for number in range(WORKERS):
            self.start(
                "dagster-celery",
                "worker",
                "start",
                "-A",
                "dagster_celery.app",
                "-y",
                "celery.yaml",
                "-n",
                f"worker{number}",
                "--",
                "-c",
                "1",
            )
        self.wait("the code server answers", lambda: answers(self.code_port))
        self.start("dagster-daemon", "run", "-w", "workspace.yaml")

    def start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        beside = Path(sys.executable).parent / program
        with (self.directory / f"{Path(program).name}.log").open("a") as log:
            process = subprocess.Popen(
                [str(beside) if beside.exists() else program, *arguments],
                cwd=self.directory,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def close(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def launch(self, job: str) -> None:
        program = str(Path(sys.executable).with_name("dagster"))
        command = [program, "job", "launch", "-w", "workspace.yaml", "-j", job]
        subprocess.run(
            command, cwd=self.directory, env=self.environment, check=True, capture_output=True, timeout=SECONDS
        )

    def wait(self, what: str, condition: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + SECONDS
        while not (found := condition()):
            logs = "\n".join(path.read_text()[-2000:] for path in self.directory.glob("*.log"))
            assert time.monotonic() < deadline, f"{what}: not within {SECONDS} s\n{logs}"
            time.sleep(0.2)  # between two looks at other processes
        return found


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture
def spread(dagster_home: Path, tmp_path: Path, database_url: str, watcher: Watcher) -> Iterator[Spread]:
    with ExitStack() as opened:
        running = Spread(dagster_home, tmp_path, database_url)
        opened.callback(running.close)
        yield running


def test_steps_of_three_workers_are_recorded_once(
    spread: Spread, watcher: Watcher, dagster_instance: dg.DagsterInstance, database_url: str
) -> None:
    for _ in range(3):
        spread.launch("wide")

    def recorded() -> bool:
        return len(watcher.executions(pipeline="whole", state="succeeded")) == 3

    engine = sa.create_engine(normalize_url(database_url))
    most = 0

    def done() -> bool:
        nonlocal most
        with engine.connect() as connection:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'watcher%'"
            most = max(most, connection.execute(sa.text(asked)).scalar_one())
        return recorded()

    spread.wait("all is recorded", done)
    engine.dispose()
    workers = set()
    for name in (*(f"part_{number}" for number in range(6)), "whole"):
        found = watcher.executions(pipeline=name)
        assert [(one.state, one.total_rows) for one in found] == [(ExecutionState.SUCCEEDED, 7)] * 3
        workers |= {one.execution_metadata["worker"] for one in found}
    assert len(workers) > 1, "several workers had a part"
    assert most <= 8, "connections stay few"


def test_a_step_that_outlives_its_run_is_recorded(
    spread: Spread, watcher: Watcher, dagster_instance: dg.DagsterInstance
) -> None:
    spread.launch("long")
    spread.wait("the step begins", spread.gate.with_suffix(".began").exists)
    children = subprocess.run(
        ["pgrep", "-P", str(spread.server.pid), "-f", "spawn_main"], capture_output=True, text=True, check=True
    )
    for worker in children.stdout.split():
        os.kill(int(worker), signal.SIGKILL)

    def has_failed() -> bool:
        runs = dagster_instance.get_runs(dg.RunsFilter(job_name="long"))
        return bool(runs) and runs[0].status is dg.DagsterRunStatus.FAILURE

    spread.wait("Dagster gives the run up", has_failed)
    spread.wait("its failure is recorded", lambda: watcher.executions(state="failed"))
    spread.gate.touch()
    made = spread.wait(
        "what it made later is recorded", lambda: watcher.executions(pipeline="lasting", state="succeeded")
    )
    assert len(made) == 1
    assert len(watcher.executions(pipeline="lasting")) == 1

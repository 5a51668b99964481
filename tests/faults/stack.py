"""A Dagster of real parts, with Watcher: code servers, webserver, daemon, a health service, and places for messages."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import dagster as dg
import sqlalchemy as sa

from tests.faults.places import HEALTH, Places, places
from watcher_core import Settings, Watcher
from watcher_core.database.engine import normalize_url

LOCATIONS = Path(__file__).with_name("locations")
# Starting a process that imports Dagster takes its time on a busy machine.
START_SECONDS = 240
# For how long a run may wait in the queue, or for its worker, before that is a fault.
RUN_WAIT_MINUTES = 1.0
START_TIMEOUT_SECONDS = 120

# Beside the storage: what waits, monitors and retries does so sooner than by default.
DAGSTER_YAML = f"""
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config:
    max_concurrent_runs: 5
    dequeue_interval_seconds: 1
    tag_concurrency_limits:
      - {{key: queue, value: closed, limit: 0}}
run_monitoring:
  enabled: true
  start_timeout_seconds: {START_TIMEOUT_SECONDS}
  cancel_timeout_seconds: 60
  poll_interval_seconds: 5
run_retries:
  enabled: true
  max_retries: 0
"""

LAUNCH = """
mutation ($selector: JobOrPipelineSelector!, $tags: [ExecutionTag!]) {
  launchRun(executionParams: {selector: $selector, executionMetadata: {tags: $tags}}) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
    ... on InvalidSubsetError { message }
  }
}
"""

GRPC = ("dagster", "api", "grpc", "-h", "127.0.0.1", "-p", "{port}")

T = TypeVar("T")


class Stack:
    """What runs, the switches of the faults, and what has arrived.

    Args:
        directory: Where its files lie.
        home: Dagster's home, whose storage is the database.
        database_url: Watcher's, and Dagster's.
        arrived: Takes the messages and heartbeats.
        own_places: Pipelines whose messages go to a place of their own, so that none shares a message with another.
        interval: Seconds between the ticks of Watcher's sensors; their defaults without it.
    """

    def __init__(
        self,
        directory: Path,
        home: Path,
        database_url: str,
        arrived: Places,
        *,
        own_places: Iterable[str],
        interval: int | None = None,
    ) -> None:
        self.directory = directory
        self.arrived = arrived
        self.switches = directory / "switches"
        self.switches.mkdir()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ports = {name: _free_port() for name in ("webserver", "sales", "finance")}
        self.url = f"http://127.0.0.1:{self.ports['webserver']}"
        with (home / "dagster.yaml").open("a") as file:
            file.write(DAGSTER_YAML)
        (directory / "workspace.yaml").write_text(self._workspace())
        destinations = {f"PLACE_{number}": name for number, name in enumerate(own_places)}
        routes = [
            f'[[routes]]\npipeline = "{name}"\nto = "{variable}"\ntype = "slack"\n'
            for variable, name in destinations.items()
        ]
        (directory / "routes.toml").write_text("\n".join(routes))
        self.environment = {
            **os.environ,
            "DAGSTER_HOME": str(home),
            "FAULTS_SWITCHES": str(self.switches),
            "WATCHER_DATABASE_URL": database_url,
            "WATCHER_ROUTES": str(directory / "routes.toml"),
            "WATCHER_DAGSTER_URL": self.url,
            "WATCHER_RUN_WAIT_MINUTES": str(RUN_WAIT_MINUTES),
            "WATCHER_HEARTBEAT_URL": f"{arrived.url}/heartbeats/{{round}}",
            "SLACK_WEBHOOK_URL": arrived.place(HEALTH),
            "PYTHONUNBUFFERED": "1",
            **({"FAULTS_INTERVAL": str(interval)} if interval else {}),
            **{variable: arrived.place(name) for variable, name in destinations.items()},
        }
        self.database_url = database_url
        self.watcher = Watcher(database_url, settings=Settings(home=directory / "watcher-home"))
        self.engine = sa.create_engine(normalize_url(database_url))
        self.instance = dg.DagsterInstance.from_config(str(home))

    def close(self) -> None:
        for name in list(self.processes):
            self.stop(name)
        self.instance.dispose()
        self.engine.dispose()
        self.watcher.close()

    # Processes

    COMMANDS: dict[str, tuple[str, ...]] = {
        "webserver": ("dagster-webserver", "-h", "127.0.0.1", "-p", "{port}", "-w", "workspace.yaml"),
        "daemon": ("dagster-daemon", "run", "-w", "workspace.yaml"),
        "health": ("watcher", "check", "health", "--deliver", "--every", "{health}"),
        **{name: (*GRPC, "-f", f"{LOCATIONS / name}.py", "--location-name", name) for name in ("sales", "finance")},
    }

    def start(self, *names: str) -> None:
        """Start parts, and wait until those that others need do answer."""
        for name in names:
            values = {"port": self.ports.get(name), "health": 60 if "FAULTS_INTERVAL" not in self.environment else 5}
            program, *arguments = (part.format(**values) for part in self.COMMANDS[name])
            with (self.directory / f"{name}.log").open("a") as log:
                self.processes[name] = subprocess.Popen(
                    [str(Path(sys.executable).with_name(program)), *arguments],
                    cwd=self.directory,
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                )
        for name in names:
            if name in self.ports:
                self.wait(f"{name} answers", partial(_listens, self.ports[name]), START_SECONDS)

    def stop(self, *names: str, number: signal.Signals = signal.SIGTERM) -> None:
        for name in names:
            process = self.processes.pop(name)
            process.send_signal(number)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of this environment to its end."""
        return subprocess.run(
            [str(Path(sys.executable).with_name(arguments[0])), *arguments[1:]],
            cwd=self.directory,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )

    def _workspace(self) -> str:
        servers = [
            f"  - grpc_server: {{host: 127.0.0.1, port: {self.ports[name]}, location_name: {name}}}"
            for name in ("sales", "finance")
        ]
        file = f"  - python_file: {{relative_path: {LOCATIONS / 'marketing.py'}, location_name: marketing}}"
        return "\n".join(["load_from:", *servers, file]) + "\n"

    # Dagster

    def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/graphql",
            data=json.dumps({"query": query, "variables": variables}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
            found = json.load(answer)
        assert "errors" not in found, found
        data: dict[str, Any] = found["data"]
        return data

    def launch(
        self,
        job: str = "__ASSET_JOB",
        *,
        location: str = "sales",
        assets: Sequence[str] = (),
        checks: Sequence[tuple[str, str]] = (),
        tags: dict[str, str] | None = None,
    ) -> str:
        """Launch a run of a job, or of assets with their checks, or of checks alone."""
        selector: dict[str, Any] = {
            "repositoryLocationName": location,
            "repositoryName": "__repository__",
            "jobName": job,
        }
        if assets or checks:
            selector["assetSelection"] = [{"path": [asset]} for asset in assets]
            selector["assetCheckSelection"] = (
                [{"assetKey": {"path": [asset]}, "name": name} for asset, name in checks] if checks else None
            )
        given = [{"key": key, "value": value} for key, value in (tags or {}).items()]
        answer = self.graphql(LAUNCH, selector=selector, tags=given)["launchRun"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        run_id: str = answer["run"]["runId"]
        return run_id

    def reload(self, location: str) -> None:
        self.graphql(
            "mutation ($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) { __typename } }",
            name=location,
        )

    def ended(self, run_id: str) -> float | None:
        """When the newest of a run and its retries has ended; `None` while one goes on, or will be."""
        root = self.instance.get_run_record_by_id(run_id)
        retries = self.instance.get_run_records(dg.RunsFilter(tags={"dagster/root_run_id": run_id}))
        records = [record for record in (root, *retries) if record is not None]
        wanted = int(records[0].dagster_run.tags.get("dagster/max_retries", 0)) + 1
        is_good = any(record.dagster_run.is_success for record in records)
        if any(not record.dagster_run.is_finished for record in records) or (len(records) < wanted and not is_good):
            return None
        return max(record.end_time or record.update_timestamp.timestamp() for record in records)

    def newest_tick_failed(self, name: str, *, since: float) -> float | None:
        """When a tick of a schedule or sensor failed first, since then."""
        statement = sa.text("""
            SELECT min(CAST(tick_body::jsonb ->> 'end_timestamp' AS double precision))
              FROM job_ticks
             WHERE status = 'FAILURE' AND timestamp >= to_timestamp(:since) AT TIME ZONE 'UTC'
               AND tick_body::jsonb ->> 'job_name' = :name
        """)
        with self.engine.connect() as connection:
            found: float | None = connection.scalar(statement, {"since": since, "name": name})
        return found

    def change(self, statement: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), values)

    # Switches

    def on(self, name: str) -> None:
        (self.switches / name).touch()

    def off(self, name: str) -> None:
        (self.switches / name).unlink(missing_ok=True)

    def worker(self, name: str) -> int | None:
        """The process that waits for a switch, once there is one."""
        file = self.switches / f"{name}.pid"
        text = file.read_text() if file.exists() else ""
        return int(text) if text else None

    # Waiting

    def wait(self, what: str, condition: Callable[[], T | None], seconds: float) -> T:
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s\n{self.logs()}"
            time.sleep(0.25)  # between two looks at other processes
        return found

    def logs(self) -> str:
        return "\n".join(f"== {path.name}\n{path.read_text()[-3000:]}" for path in sorted(self.directory.glob("*.log")))


@contextmanager
def running_stack(
    directory: Path, home: Path, database_url: str, *, own_places: Iterable[str], interval: int | None = None
) -> Iterator[Stack]:
    """Run all parts, until the first heartbeats have arrived: from then on, what goes wrong is noticed."""
    with places() as arrived:
        stack = Stack(directory, home, database_url, arrived, own_places=own_places, interval=interval)
        try:
            stack.start("sales", "finance")
            stack.start("webserver")
            stack.start("daemon", "health")
            stack.wait(
                "the rounds end",
                lambda: {name for name, _ in arrived.heartbeats} >= {"recording", "checks", "delivery"},
                START_SECONDS,
            )
            yield stack
        finally:
            stack.close()


def now() -> float:
    return dt.datetime.now(dt.UTC).timestamp()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False

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

from tests.faults.places import HEALTH, Places, places
from tests.faults.storage import Storage
from watcher_core import HealthFact, Settings, Watcher

LOCATIONS = Path(__file__).with_name("locations")
# Starting a process that imports Dagster takes its time on a busy machine.
START_SECONDS = 240
START_TIMEOUT_SECONDS = 600
# Seconds between two looks of `watcher check health`.
HEALTH_SECONDS = 30
# The code locations that a process of their own serves; all but the first are of one job.
SERVED = {"sales": "", "finance": "books", "hr": "payroll", "accounts": "ledger"}

# Beside the storage: what waits, monitors and retries does so sooner than by default.
DAGSTER_YAML = f"""
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config:
    max_concurrent_runs: 12
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

LAUNCH_BACKFILL = """
mutation ($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on Error { message }
  }
}
"""

SCHEDULE_STATE = """
query ($selector: ScheduleSelector!) {
  scheduleOrError(scheduleSelector: $selector) { ... on Schedule { scheduleState { id ticks(limit: 1) { status } } } }
}
"""
STOP_SCHEDULE = "mutation ($id: String!) { stopRunningSchedule(id: $id) { __typename } }"
LOADED = "{ workspaceOrError { ... on Workspace { locationEntries { name updatedTimestamp } } } }"
START_SCHEDULE = "mutation ($selector: ScheduleSelector!) { startSchedule(scheduleSelector: $selector) { __typename } }"

GRPC = ("dagster", "api", "grpc", "-h", "127.0.0.1", "-p", "{port}")

T = TypeVar("T")


class Stack(Storage):
    """What runs, the switches of the faults, and what has arrived.

    Args:
        directory: Where its files lie.
        home: Dagster's home, whose storage is the database.
        database_url: Watcher's, and Dagster's.
        arrived: Takes the messages and heartbeats.
        own_places: Pipelines whose messages go to a place of their own, so that none shares a message with another.
        locations: The code locations that are served.
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
        locations: Iterable[str] = SERVED,
        interval: int | None = None,
    ) -> None:
        super().__init__(database_url)
        self.directory = directory
        self.locations = list(locations)
        self.arrived = arrived
        self.switches = directory / "switches"
        self.switches.mkdir()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.jobs: list[subprocess.Popen[bytes]] = []
        self.ports = {name: _free_port() for name in ("webserver", *self.locations)}
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
            "WATCHER_LEARN_CADENCE": "alert",
            "WATCHER_HEARTBEAT_URL": f"{arrived.url}/heartbeats/{{round}}",
            "SLACK_WEBHOOK_URL": arrived.place(HEALTH),
            "PYTHONUNBUFFERED": "1",
            **({"FAULTS_INTERVAL": str(interval)} if interval else {}),
            **{variable: arrived.place(name) for variable, name in destinations.items()},
        }
        self.database_url = database_url
        self.watcher = Watcher(database_url, settings=Settings(home=directory / "watcher-home", dagster_url=self.url))
        self.instance = dg.DagsterInstance.from_config(str(home))

    def close(self) -> None:
        """End all parts, and whatever they have started."""
        for process in self.processes.values():
            process.terminate()
        for name in list(self.processes):
            self.stop(name)
        for job in self.jobs:
            with suppress(ProcessLookupError):
                os.killpg(job.pid, signal.SIGKILL)
            job.wait()
        self.instance.dispose()
        self.dispose()
        self.watcher.close()

    # Processes

    COMMANDS: dict[str, tuple[str, ...]] = {
        "webserver": ("dagster-webserver", "-h", "127.0.0.1", "-p", "{port}", "-w", "workspace.yaml"),
        "daemon": ("dagster-daemon", "run", "-w", "workspace.yaml"),
        "health": ("watcher", "check", "health", "--deliver", "--every", "{health}"),
        **{
            name: (*GRPC, "-f", str(LOCATIONS / ("single.py" if job else "sales.py")), "--location-name", name)
            for name, job in SERVED.items()
        },
    }

    def start(self, *names: str) -> None:
        """Start parts, and wait until those that others need do answer."""
        for name in names:
            health = HEALTH_SECONDS if "FAULTS_INTERVAL" not in self.environment else 5
            values = {"port": self.ports.get(name), "health": health}
            self.processes[name] = self._spawn(
                name, *(part.format(**values) for part in self.COMMANDS[name]), FAULTS_JOB=SERVED.get(name, "")
            )
        for name in names:
            if name in self.ports:
                self.wait(f"{name} answers", partial(_listens, self.ports[name]), START_SECONDS)

    def _spawn(self, name: str, program: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        with (self.directory / f"{name}.log").open("a") as log:
            return subprocess.Popen(
                [str(Path(sys.executable).with_name(program)), *arguments],
                cwd=self.directory,
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self, name: str) -> None:
        """End a part, and what it has started."""
        process = self.processes.pop(name)
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def command(self, *arguments: str) -> None:
        """Run a command of this environment to its end."""
        subprocess.run(
            [str(Path(sys.executable).with_name(arguments[0])), *arguments[1:]],
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            timeout=START_SECONDS,
            check=True,
        )

    # Jobs outside Dagster

    def track(self, pipeline: str) -> None:
        """Run a job that succeeds."""
        self.command("watcher", "run", "--pipeline", pipeline, "--", "true")

    def start_job(self, pipeline: str) -> subprocess.Popen[bytes]:
        """Start a job that runs for long, in a process group of its own, and wait until it has sent a heartbeat."""
        job = self._spawn("jobs", "watcher", "run", "--pipeline", pipeline, "--", "sleep", "3600")
        self.jobs.append(job)
        statement = "SELECT 1 FROM watcher.execution_process WHERE process_id = :id"
        self.wait(f"{pipeline} sends a heartbeat", lambda: self.ask(statement, id=job.pid), START_SECONDS)
        return job

    def _workspace(self) -> str:
        servers = [
            f"  - grpc_server: {{host: 127.0.0.1, port: {self.ports[name]}, location_name: {name}}}"
            for name in self.locations
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
        assert not found.get("errors"), found
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

    def loaded_for(self, location: str) -> float:
        """How long ago a code location was loaded, in seconds."""
        entries = self.graphql(LOADED)["workspaceOrError"]["locationEntries"]
        return time.time() - max(each["updatedTimestamp"] for each in entries if each["name"] == location)

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

    def launch_backfill(self, asset: str, *, queue: str = "open") -> str:
        """Launch a backfill of all partitions of an asset."""
        partitions = ["2026-11-26", "2026-11-27"]
        params = {
            "assetSelection": [{"path": [asset]}],
            "partitionNames": partitions,
            "tags": [{"key": "queue", "value": queue}],
        }
        answer = self.graphql(LAUNCH_BACKFILL, params=params)["launchPartitionBackfill"]
        assert answer["__typename"] == "LaunchBackfillSuccess", answer
        backfill_id: str = answer["backfillId"]
        return backfill_id

    def runs_of_backfill(self, backfill_id: str) -> Sequence[dg.DagsterRun]:
        return self.instance.get_runs(dg.RunsFilter(tags={"dagster/backfill": backfill_id}))

    def failed_in_backfill(self, backfill_id: str) -> float | None:
        """When the first run of a backfill failed."""
        failed = (run for run in self.runs_of_backfill(backfill_id) if run.status is dg.DagsterRunStatus.FAILURE)
        return min((end for run in failed if (end := self.ended(run.run_id))), default=None)

    def switch_schedule(self, name: str, *, on: bool) -> None:
        selector = {"repositoryLocationName": "sales", "repositoryName": "__repository__", "scheduleName": name}
        if on:
            self.graphql(START_SCHEDULE, selector=selector)
        else:
            state = self.graphql(SCHEDULE_STATE, selector=selector)["scheduleOrError"]["scheduleState"]
            self.graphql(STOP_SCHEDULE, id=state["id"])

    def health(self) -> Sequence[HealthFact]:
        """What Watcher says of this Dagster, by itself."""
        return self.watcher.dagster_health().facts

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
    directory: Path,
    home: Path,
    database_url: str,
    *,
    own_places: Iterable[str],
    locations: Iterable[str] = SERVED,
    interval: int | None = None,
) -> Iterator[Stack]:
    """Run all parts, until the first heartbeats have arrived: from then on, what goes wrong is noticed."""
    with places(directory / "messages.log") as arrived:
        stack = Stack(
            directory, home, database_url, arrived, own_places=own_places, locations=locations, interval=interval
        )
        try:
            stack.start(*stack.locations)
            stack.start("webserver", "daemon")
            stack.wait("the daemon runs", lambda: stack.ask("SELECT count(*) FROM daemon_heartbeats"), START_SECONDS)
            stack.start("health")
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

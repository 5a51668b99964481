"""What the drill disturbs: PostgreSQL, PgBouncer, a Dagster of many processes, jobs outside it, a place of alerts."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy as sa

from tests.conftest import BINARIES
from tests.drill.disk import SmallDisk, small_disk
from tests.faketime import clock_off_by
from tests.faults.stack import GRPC, LAUNCH
from tests.http_server import HttpServer, http_server
from tests.pgbouncer import pgbouncer
from watcher_core import Watcher
from watcher_core.embedded import EmbeddedPostgres

HERE = Path(__file__).parent
START_SECONDS = 120
HEAL_SECONDS = 300

DAGSTER_YAML = """
storage:
  postgres:
    postgres_url: {url}
telemetry:
  enabled: false
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config:
    max_concurrent_runs: 4
    dequeue_interval_seconds: 1
run_monitoring:
  enabled: true
  start_timeout_seconds: 60
  cancel_timeout_seconds: 30
  poll_interval_seconds: 5
"""

# What a `kill -9` of its process hits, and what is started again afterwards.
PARTS = ("daemon", "webserver", "shop", "serve", "deliverer")
JOBS = ("direct", "watermark", "pooled", "http")


class Deployment:
    """All that runs, and how to start, kill and question it."""

    def __init__(
        self, directory: Path, postgres: EmbeddedPostgres, disk: SmallDisk | None, bouncer: sa.URL, place: HttpServer
    ) -> None:
        self.directory = directory
        self.postgres = postgres
        self.disk = disk
        self.place = place
        self.database_url = postgres.url()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.clocks: dict[str, str] = {}  # how far the clock of a part is off, as `+3h`, once it is started again
        self.ports = {name: free_port() for name in ("webserver", "shop", "serve")}
        home = directory / "dagster-home"
        home.mkdir()
        storage = sa.make_url(self.database_url).set(drivername="postgresql+psycopg2")
        (home / "dagster.yaml").write_text(DAGSTER_YAML.format(url=storage.render_as_string(hide_password=False)))
        (directory / "workspace.yaml").write_text(
            f"load_from:\n  - grpc_server: {{host: 127.0.0.1, port: {self.ports['shop']}, location_name: shop}}\n"
        )
        self.bouncer_url = bouncer.set(drivername="postgresql").render_as_string(hide_password=False)
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            "DAGSTER_HOME": str(home),
            "WATCHER_HOME": str(directory / "watcher-home"),
            "XDG_STATE_HOME": str(directory / "state"),
            "WATCHER_DATABASE_URL": self.database_url,
            "WATCHER_DAGSTER_URL": f"http://127.0.0.1:{self.ports['webserver']}",
            "WATCHER_ROUTES": str(directory / "routes.toml"),
            "PLACE": f"{place.url}/alerts",
            "PYTHONUNBUFFERED": "1",
        }
        (directory / "routes.toml").write_text('[[routes]]\nto = "PLACE"\n')
        (directory / "ledgers").mkdir()
        self.engine = sa.create_engine(sa.make_url(self.database_url).set(drivername="postgresql+psycopg"))
        self.watcher = Watcher(self.database_url)
        self.instance = dg.DagsterInstance.from_config(str(home))

    def close(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.instance.dispose()
        self.engine.dispose()
        self.watcher.close()

    # Processes

    def command(self, name: str) -> list[str]:
        """The command of a part or a job."""
        port = self.ports.get(name)
        job = [sys.executable, str(HERE / "job.py"), f"outside/{name}", str(self.ledger(name))]
        shop = [part.format(port=port) for part in GRPC]
        commands = {
            "daemon": ["dagster-daemon", "run", "-w", "workspace.yaml"],
            "second daemon": ["dagster-daemon", "run", "-w", "workspace.yaml"],
            "webserver": ["dagster-webserver", "-h", "127.0.0.1", "-p", str(port), "-w", "workspace.yaml"],
            "shop": [*shop, "-f", str(HERE / "locations" / "shop.py"), "--location-name", "shop"],
            "serve": ["watcher", "serve", "--port", str(port)],
            "deliverer": ["watcher", "check", "health", "--deliver", "--every", "5"],
            **dict.fromkeys(JOBS, job),
        }
        program, *arguments = commands[name]
        return [program if program == sys.executable else str(Path(sys.executable).with_name(program)), *arguments]

    def start(self, *names: str) -> None:
        for name in names:
            changed = {
                "pooled": {"WATCHER_DATABASE_URL": self.bouncer_url},
                "http": {"WATCHER_URL": f"http://127.0.0.1:{self.ports['serve']}"},
            }.get(name, {})
            environment = {**self.environment, **changed}
            if name == "http":
                del environment["WATCHER_DATABASE_URL"]
            if name in self.clocks:
                environment |= clock_off_by(self.clocks.pop(name))
            with (self.directory / f"{name}.log").open("a") as log:
                self.processes[name] = subprocess.Popen(
                    self.command(name),
                    cwd=self.directory,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def run(self, program: str, *arguments: str) -> None:
        """Run a command to its end."""
        command = [str(Path(sys.executable).with_name(program)), *arguments]
        subprocess.run(command, cwd=self.directory, env=self.environment, check=True, timeout=START_SECONDS)

    def kill(self, name: str) -> None:
        """Kill one process, and not what it has started."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def start_what_is_missing(self) -> None:
        """Start again what was killed, or has ended by itself."""
        for name in (*PARTS, *JOBS):
            if name not in self.processes or self.processes[name].poll() is not None:
                self.start(name)

    def answers(self, name: str) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.ports[name]), timeout=1):
            return True
        return False

    def ledger(self, name: str) -> Path:
        return self.directory / "ledgers" / f"{name}.jsonl"

    def spooled(self) -> list[Path]:
        """What jobs could not send, and keep."""
        return [path for path in (self.directory / "state").rglob("*.json*") if path.is_file()]

    def workers(self) -> tuple[list[int], list[int]]:
        """The processes of runs, and those of their steps: all that code servers have started, also those before."""
        found = {pid: (parent, command) for pid, parent, command in _processes() if "spawn_main" in command}
        ours = {pid for pid in found if _environment_of(pid).get("DAGSTER_HOME") == self.environment["DAGSTER_HOME"]}
        steps = [pid for pid in ours if found[pid][0] in ours]
        return [pid for pid in ours if pid not in steps], steps

    # Dagster and PostgreSQL

    def launch(self, job: str, *, tags: dict[str, str]) -> None:
        """Launch a run by the webserver."""
        selector = {"repositoryLocationName": "shop", "repositoryName": "__repository__", "jobName": job}
        given = [{"key": key, "value": value} for key, value in tags.items()]
        body = json.dumps({"query": LAUNCH, "variables": {"selector": selector, "tags": given}}).encode()
        address = f"http://127.0.0.1:{self.ports['webserver']}/graphql"
        request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=START_SECONDS).read()

    def ask(self, statement: str, **values: object) -> list[Any]:
        """Ask PostgreSQL, and wait for it where it is away."""

        def asked() -> list[Any] | None:
            with suppress(sa.exc.OperationalError), self.engine.connect() as connection:
                return [row._mapping for row in connection.execute(sa.text(statement), values)]
            return None

        return self.wait("PostgreSQL answers", lambda: (found := asked()) is not None and [found], 60)[0]

    def connections(self) -> int:
        """How many connections of Watcher PostgreSQL has, of all processes together."""
        found = self.ask("SELECT count(*) AS count FROM pg_stat_activity WHERE application_name LIKE 'watcher%'")
        count: int = found[0]["count"]
        return count

    def wait(self, what: str, condition: Callable[[], Any], seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s; the logs: {self.directory}"
            time.sleep(0.1)  # between two looks at other processes
        return found


@contextmanager
def running_deployment(directory: Path) -> Iterator[tuple[Deployment, ExitStack]]:
    """Run all parts; the stack holds PgBouncer, which may be closed and opened anew."""
    postgres = EmbeddedPostgres(directory / "postgres", bin_directory=Path(BINARIES) if BINARIES else None)
    postgres.start()
    postgres.stop()
    with ExitStack() as opened, ExitStack() as bouncer, http_server() as place:
        disk = opened.enter_context(small_disk(postgres))
        url = sa.make_url(postgres.start())
        opened.callback(postgres.stop)
        pooled = bouncer.enter_context(pgbouncer(url, directory, pool_size=8))
        deployment = Deployment(directory, postgres, disk, pooled, place)
        opened.callback(deployment.close)
        deployment.watcher.upgrade()
        deployment.start("shop")
        deployment.wait("the code server answers", lambda: deployment.answers("shop"), START_SECONDS)
        deployment.start("daemon", "webserver", "serve", "deliverer")
        for name in ("webserver", "serve"):
            deployment.wait(f"{name} answers", partial(deployment.answers, name), START_SECONDS)
        deployment.start(*JOBS)
        for job in JOBS:
            deployment.wait(f"the job {job} begins", deployment.ledger(job).exists, START_SECONDS)
        yield deployment, bouncer


def _processes() -> Iterator[tuple[int, int, str]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                parent = int((entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
                yield int(entry.name), parent, command


def _environment_of(pid: int) -> dict[str, str]:
    with suppress(OSError):
        pairs = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
        return dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    return {}


def kill_process(pid: int) -> bool:
    """Kill a process at once; `False` where it is gone already."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port

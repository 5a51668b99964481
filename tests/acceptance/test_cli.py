"""The command line as a process: the embedded server by hand, Dagster from nothing, and what is left when they end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from watcher_core import Settings, Watcher
from watcher_core.cli import deployment, main
from watcher_core.database import SCHEMA_VERSION
from watcher_core.embedded.server import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
SECONDS_TO_WAIT = 120.0

PROJECT = """
import dagster as dg

@dg.asset(group_name="greetings")
def hello():
    return dg.MaterializeResult(metadata={"dagster/row_count": 3})

defs = dg.Definitions(assets=[hello])
"""


def watcher_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "watcher_core", *arguments]


def run(*arguments: str, code: int = 0) -> str:
    done = subprocess.run(watcher_command(*arguments), capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """WATCHER_HOME; its server is stopped and removed at the end."""
    path = tmp_path / "home with a blank"
    monkeypatch.setenv("WATCHER_HOME", str(path))
    yield path
    EmbeddedPostgres(path / "postgres").destroy()


def test_the_embedded_server_by_hand(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def here(*arguments: str, code: int = 0) -> str:
        """In this process, which is as good where nothing is started."""
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        assert ended.value.code == code, printed
        return printed.err if code == 1 else printed.out

    assert "start it first; as with: watcher db start" in here("db", "url", code=1)
    assert not home.exists()
    assert run("db", "start").startswith("PostgreSQL 18 has started on port ")
    assert here("db", "start").startswith("PostgreSQL 18 was running already on port ")
    status = json.loads(here("db", "status", "--json"))
    assert (status["running"], status["directory"]) == (True, str(home / "postgres"))
    password = (home / "postgres" / "password").read_text().strip()
    url = here("db", "url").strip()
    assert url.endswith(f":***@127.0.0.1:{status['port']}/watcher")
    assert here("db", "url", "--show-password").strip() == url.replace("***", password)
    assert run("db", "upgrade").endswith(f"schema version none → {SCHEMA_VERSION}\n")
    assert run("db", "psql", "-X", "-Atc", "SELECT count(*) FROM pipeline") == "0\n"
    assert run("db", "stop").startswith("PostgreSQL has stopped")
    assert here("db", "stop").startswith("PostgreSQL was not running")
    stopped = subprocess.run(watcher_command("db", "status"), capture_output=True, text=True, check=False)
    assert stopped.returncode == 1
    assert "running    no" in stopped.stdout


def test_a_command_starts_the_server_and_says_so_once(home: Path) -> None:
    first = subprocess.run(watcher_command("pipelines", "list", "--json"), capture_output=True, text=True, check=True)
    assert (first.stdout, first.stderr.count("\n")) == ("[]\n", 1)
    assert f"PostgreSQL is started in {home}/postgres" in first.stderr
    again = subprocess.run(watcher_command("pipelines", "list", "--json"), capture_output=True, text=True, check=True)
    assert (again.stdout, again.stderr) == ("[]\n", "")


# Dagster


@contextmanager
def dagster(tmp_path: Path, *arguments: str, board_port: int = 0) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`watcher dev`, once its UI answers, and the port of that."""
    port = free_port()
    output = tmp_path / "output"
    with output.open("w") as file:
        command = watcher_command("dev", *arguments, "--port", str(port), "--board-port", str(board_port))
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, text=True)
    try:
        wait_until(lambda: process.poll() is not None or answers(port))
        assert process.poll() is None, output.read_text()
        yield process, port
    finally:
        process.kill()
        process.wait()
        for pid in family(tmp_path):
            os.kill(pid, signal.SIGKILL)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=5) as response:
            return "dagster_version" in json.load(response)
    except OSError:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def family(home: Path) -> list[int]:
    """The processes that were started with a WATCHER_HOME below the directory."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"WATCHER_HOME={home}".encode() in path.read_bytes() and int(path.parent.name) != os.getpid():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def command_lines(pids: list[int]) -> str:
    shown = b""
    for pid in pids:
        try:
            shown += Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
    return shown.decode()


def test_dagster_is_served_from_nothing_and_ends_when_it_is_told_to(home: Path, tmp_path: Path) -> None:
    """By one signal: what each does to children is shown below."""
    (tmp_path / "greetings.py").write_text(PROJECT)
    board_port = free_port()
    with dagster(tmp_path, "-f", "greetings.py", board_port=board_port) as (process, port):
        assert (home / "dagster" / "dagster.yaml").read_text() == (ROOT / "dagster.yaml").read_text()
        assert (home / "postgres" / "password").read_text() not in command_lines(family(tmp_path))
        assert f"served from {home} already" in run("dev", "-f", "greetings.py", "--port", str(free_port()), code=1)
        materialize(home, "hello")
        with Watcher() as watcher:  # of WATCHER_HOME
            wait_until(lambda: executions(watcher, "hello") == [("succeeded", 3)])
        with urllib.request.urlopen(f"http://127.0.0.1:{board_port}/ui/pipelines", timeout=30) as page:
            assert "hello" in page.read().decode()
        doctor = json.loads(run("doctor", "--json"))
        assert [f["level"] for f in doctor["findings"] if f["topic"] == "recorder"] == ["ok"]
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS_TO_WAIT) == 0
        wait_until(lambda: not family(tmp_path))
    told = (tmp_path / "output").read_text()
    assert re.search(rf"Dagster UI +http://127\.0\.0\.1:{port}", told)
    assert re.search(rf"Watcher's board +http://127\.0\.0\.1:{board_port}/ui/", told)
    assert "Traceback" not in told
    assert "superseded" not in told
    assert told.endswith("stop it with: watcher db stop\n")
    assert json.loads(run("db", "status", "--json"))["running"] is True


def materialize(home: Path, asset: str) -> None:
    """Run the asset as Dagster's own command line does, in the same DAGSTER_HOME."""
    settings = Settings(home=home)
    prepared = deployment.prepare(settings, host="127.0.0.1", port=1)
    command = [sys.executable, "-W", "ignore", "-m", "dagster", "asset", "materialize"]
    done = subprocess.run(
        [*command, "--select", asset, "-f", "greetings.py"],
        env=dict(prepared.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def executions(watcher: Watcher, pipeline: str) -> list[tuple[str, int | None]]:
    found = (each for each in watcher.executions() if each.pipeline_name == pipeline)
    return [(each.state.value, each.total_rows) for each in found]


# Children

STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").close()
time.sleep(600)
"""

POLITE = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1]])
try:
    child.wait()
except KeyboardInterrupt:
    sys.exit(7)
"""

# Also where the tests do not, as under nohup and in the background of a script.
LISTENS = """
import signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
"""

PARENT = """
import os, sys
from watcher_core.cli import processes
processes.SECONDS_TO_END = 0.2
sys.exit(processes.run([sys.executable, "-c", *sys.argv[1:]], os.environ))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_child_ends_in_order_and_what_it_leaves_by_force(number: signal.Signals, tmp_path: Path) -> None:
    with parent_of(POLITE, tmp_path) as parent:
        parent.send_signal(number)
        _, told = parent.communicate(timeout=SECONDS_TO_WAIT)
    assert (parent.returncode, told) == (7, b"")
    assert not family(tmp_path)


def test_a_child_that_does_not_listen_ends_by_force_when_that_is_repeated(tmp_path: Path) -> None:
    with parent_of(STUBBORN, tmp_path) as parent:

        def insist() -> bool:
            # Only while there is somebody to end: the parent that ends right now would be ended by the signal.
            children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text()
            if children:
                parent.send_signal(signal.SIGINT)
            return not children

        wait_until(insist)
        parent.wait(SECONDS_TO_WAIT)
    assert parent.returncode == 128 + signal.SIGKILL
    assert not family(tmp_path)


@contextmanager
def parent_of(child: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    ready = tmp_path / "ready"
    command = [sys.executable, "-c", LISTENS + PARENT, child, str(ready), STUBBORN]
    environment = {**os.environ, "WATCHER_HOME": str(tmp_path)}  # as `family` knows them
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as parent:
        try:
            wait_until(ready.exists)
            yield parent
        finally:
            for process in family(tmp_path):
                os.kill(process, signal.SIGKILL)


def test_the_exit_code_is_the_childs() -> None:
    for script, code in (("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 15)", 143), ("", 0)):
        done = subprocess.run([sys.executable, "-c", PARENT, script], check=False)
        assert done.returncode == code


def test_nohup_keeps_a_child() -> None:
    script = "import os, signal; os.kill(os.getppid(), signal.SIGHUP); print('goes on')"
    done = subprocess.run(["nohup", sys.executable, "-c", PARENT, script], capture_output=True, text=True, check=True)
    assert "goes on" in done.stdout

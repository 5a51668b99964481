"""`watcher run` without a command: its arguments, which are read as Typer reads them, and what the host may refuse."""

from __future__ import annotations

import errno
import os
import signal
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
import typer

from watcher_core.cli import app
from watcher_core.shell import CommandRequest
from watcher_core.shell.arguments import FLAGS, OPTIONS, read_arguments
from watcher_core.shell.failure import error_of
from watcher_core.shell.group import GroupWitness
from watcher_core.shell.output import STDERR, Output, close_others
from watcher_core.shell.process import Ended

COMMAND: Any = typer.main.get_command(app)
RUN: Any = COMMAND.commands["run"]


def test_the_options_are_those_of_the_help() -> None:
    options = [each for each in RUN.params if each.param_type_name == "option" and each.name != "help"]
    flags = [each for each in options if each.is_flag]
    valued = [each for each in options if not each.is_flag]
    assert {name: each.name for each in valued for name in each.opts} == OPTIONS
    assert {name: each.name for each in flags for name in (*each.opts, *each.secondary_opts)} == FLAGS
    assert {*OPTIONS.values(), *FLAGS.values(), "command"} == set(CommandRequest.__dataclass_fields__)


@pytest.mark.parametrize(
    "given",
    [
        "-p load -- true",
        "--pipeline load -- sh -c true",
        "--pipeline=load --type=cron --next-watermark=7 --full-load -- load.sh --full -- x",
        "-p load -p second -- true",
        "--next-watermark a=b -p load -- true",
        "--type --full-load -p load -- true",
        "--type= -p load -- true",
        "-p load -- -- true",
    ],
)
def test_what_is_read_is_what_typer_reads(given: str) -> None:
    arguments = given.split(" ")
    read = read_arguments(arguments)
    assert read is not None
    with RUN.make_context("run", list(arguments)) as context:
        expected = dict(context.params)
    assert {**vars(read), "command": list(read.command)} == {**expected, "command": list(expected["command"])}


@pytest.mark.parametrize(
    "given",
    [
        "-p load true",
        "-p load --",
        "-- true",
        "-p -- true",
        "--pipeline= -- true",
        "-pload -- true",
        "-p load --unknown -- true",
        "-p load extra -- true",
        "--full-load=yes -p load -- true",
        "--help -- true",
        "",
    ],
)
def test_what_is_not_as_usual_is_left_to_typer(given: str) -> None:
    assert read_arguments(given.split()) is None


def test_a_host_without_a_second_process_to_spare_passes_signals_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", refuse)
    witness = GroupWitness([signal.SIGTERM])
    assert witness.seen(wait=0) == set()
    witness.close()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")  # pytest-xdist's thread; `watcher run` has none
def test_who_was_stopped_holds_up_no_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher_core.shell.group.SECONDS_FOR_ANSWER", 0.05)
    witness = GroupWitness([signal.SIGTERM])
    assert witness._process is not None
    os.kill(witness._process, signal.SIGSTOP)
    assert witness.seen(wait=0) == set()
    assert witness.seen(wait=0) == set()
    witness.close()


def test_a_limit_of_a_billion_files_takes_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []
    monkeypatch.setattr(os, "sysconf", lambda name: 2**30)
    monkeypatch.setattr(os, "close", closed.append)
    close_others(0, 1)
    assert {0, 1}.isdisjoint(closed)
    assert 2 in closed
    assert len(closed) < 10_000


@pytest.mark.parametrize("unwritten", [b"", b"early\x00\n" * 10_000])
def test_what_is_left_in_the_background_is_passed_on_without_a_fork(
    monkeypatch: pytest.MonkeyPatch, unwritten: bytes
) -> None:
    """Threads of this process may hold locks, for which a fork of it would wait for ever; and disks may be full.

    Signals that are sent to all of its group do not end it: what writes to it may go on in spite of them.
    """
    started: list[int] = []

    def refused(*_: object) -> Any:
        raise AssertionError("this process has threads, or there is no space")

    def spawned(*given: Any, spawn: Callable[..., int] = os.posix_spawn, **options: Any) -> int:
        started.append(spawn(*given, **options))
        return started[0]

    read, write = os.pipe()
    inherited = os.dup(write)
    os.set_inheritable(inherited, True)  # the caller's, for the command alone
    kept = os.dup(STDERR)
    os.dup2(write, STDERR)
    try:
        output = Output()
        assert (output.source, output.stderr) != (None, None)
        output._unwritten = unwritten
        monkeypatch.setattr(os, "fork", refused)
        monkeypatch.setattr(tempfile, "TemporaryFile", refused)
        monkeypatch.setattr(os, "posix_spawn", spawned)
        output.finish(lambda _: False)
    finally:
        os.dup2(kept, STDERR)
        for each in (kept, write, inherited):
            os.close(each)
    assert output.stderr is not None
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        os.kill(started[0], number)
    os.write(output.stderr, b"late\n")
    os.close(output.stderr)
    with os.fdopen(read, "rb") as passed_on:
        assert passed_on.read() == unwritten + b"late\n", "and it has ended"
    assert os.waitpid(started[0], 0)[1] == 0


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (Ended(status=3, last_text="loading\nno file\n"), "no file"),
        (Ended(status=3), "exit status 3: nothing was written to standard error"),
        # What it had written by then is no reason.
        (Ended(status=-signal.SIGKILL, last_text="chunk 3 of 7\n"), "SIGKILL: chunk 3 of 7"),
        (Ended(status=-signal.SIGSEGV), "SIGSEGV: nothing was written to standard error"),
        (Ended(status=127, problem="load.sh: command not found"), "load.sh: command not found"),
    ],
)
def test_an_error_says_in_one_line_why_a_command_failed(ended: Ended, said: str) -> None:
    error = error_of(ended, {})
    assert error is not None
    assert str(error) == said

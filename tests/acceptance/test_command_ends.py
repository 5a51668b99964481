"""How the command line ends where nobody wants it any more: by Ctrl-C, and where what it prints goes nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Ctrl-C at the moment that a module is looked for, whoever looks for it, or at the very end.
CTRL_C = """
import atexit, os, signal, sys
from watcher_core.__main__ import main

def interrupt():
    os.kill(os.getpid(), signal.SIGINT)

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == where:
            interrupt()

where, sys.argv[1:] = sys.argv[1], sys.argv[2:]
if where == "atexit":
    atexit.register(interrupt)
sys.meta_path.insert(0, Finder())
main()
"""

# A service that takes itself for the first process of a container, and is asked to end while it waits.
FIRST_PROCESS = """
import os, signal, sys, time
from watcher_core.__main__ import main

number, process_id = signal.Signals[sys.argv.pop(1)], os.getpid()
os.getpid = lambda: 1
time.sleep = lambda seconds: os.kill(process_id, number)
main()
"""

NOWHERE = {"WATCHER_DATABASE_URL": "postgresql://nobody:secret@127.0.0.1:1/nothing"}


def ended(*command: str, **options: object) -> tuple[int, str]:
    """Run Python; return the exit code, and what it says on standard error."""
    done = subprocess.run(  # type: ignore[call-overload]  # the options of `run`
        [sys.executable, *command],
        **{"stdout": subprocess.DEVNULL, **options},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
        # A pipe is written at once with PYTHONUNBUFFERED, and else at the end.
        env={**{name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}, **NOWHERE},
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("where", "command"),
    [
        ("watcher_core.cli", ("pipelines", "list")),
        ("typer", ("pipelines", "list")),
        ("typer", ("--help",)),
        ("watcher_core.cli.pipelines", ("pipelines", "list")),
        ("watcher_core.settings", ("pipelines", "list")),
        ("sqlalchemy", ("pipelines", "list")),
        ("watcher_core.shell", ("run", "-p", "a", "--", "true")),
        ("watcher_core.shell.process", ("run", "-p", "a", "--", "true")),
        ("typer", ("run", "--help")),
        ("atexit", ("db", "--help")),
        ("atexit", ("--version",)),
    ],
)
def test_ctrl_c_is_an_exit_code_and_no_traceback_however_early_or_late(where: str, command: tuple[str, ...]) -> None:
    assert ended("-c", CTRL_C, where, *command) == (130, "")


def test_ctrl_c_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    """As of what a shell runs in the background."""
    ignoring = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
    assert ended("-c", f"{ignoring}\n{CTRL_C}", "typer", "--version") == (0, "")


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGQUIT", 131)])
def test_the_first_process_of_a_container_handles_what_asks_it_to_end(name: str, code: int) -> None:
    """The kernel passes it no signal without a handler; any other process ends by that signal."""
    assert ended("-c", FIRST_PROCESS, name, "check", "health", "--every", "5")[0] == code


PRINTING = [
    ("--help",),
    ("--version",),
    ("pipelines", "--help"),
    ("run", "--help"),
    ("lineage", "-h"),
    ("doctor", "--json"),
]


@pytest.mark.parametrize("command", PRINTING, ids=" ".join)
def test_who_closes_the_pipe_hears_nothing(command: tuple[str, ...]) -> None:
    """As `head` does when it has what it wants."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert ended("-m", "watcher_core", *command, stdout=writer) == (1, "")
    finally:
        os.close(writer)


@pytest.mark.parametrize("command", PRINTING, ids=" ".join)
def test_what_cannot_be_written_is_an_error_and_no_success(command: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        assert ended("-m", "watcher_core", *command, stdout=full) == (1, "error: No space left on device\n")

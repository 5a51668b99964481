"""Runs Dagster as a child process that ends when this process is asked to end, with all of its own children.

The child gets a process group of its own, so that Ctrl-C in the terminal reaches us alone. We pass it on once, to its
first process, which ends the others in order; were all of them interrupted at once, each would complain. What is left
of the group after that is ended by force.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_END = 10.0
SECONDS_BETWEEN_LOOKS = 0.05


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    directory: Path | None = None,
    ending_signal: signal.Signals = signal.SIGINT,
) -> int:
    """Run a command to its end.

    Args:
        command: The program and its arguments.
        environment: All of its variables.
        directory: Its working directory, where that is not ours.
        ending_signal: The signal that asks it to end. A second request ends it by force.

    Returns:
        Its exit code, as a shell reports it: 128 plus the signal, if a signal ended it.
    """
    child: subprocess.Popen[bytes] | None = None
    received = 0

    def pass_on(_number: int, _frame: FrameType | None) -> None:
        nonlocal received
        received += 1
        if child is None:
            return  # it is asked once it has started
        if received == 1:
            child.send_signal(ending_signal)
        else:
            _signal_group(child.pid, signal.SIGKILL)

    with _handled(pass_on):
        child = _start(command, environment, directory)
        try:
            if received:
                child.send_signal(ending_signal)
            code = child.wait()
        finally:
            _end_group(child.pid)
    return 128 - code if code < 0 else code


@contextmanager
def beside(
    command: Sequence[str], environment: Mapping[str, str], *, directory: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command as long as something else runs. That it ends before is no error.

    Args:
        command: The program and its arguments.
        environment: All of its variables.
        directory: Its working directory, where that is not ours.
    """
    child = _start(command, environment, directory)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                child.wait(SECONDS_TO_END)
        _end_group(child.pid)


def _start(command: Sequence[str], environment: Mapping[str, str], directory: Path | None) -> subprocess.Popen[bytes]:
    """Start a command that does not ignore SIGINT, even where we do, as in the background of a shell's script.

    In a group of its own it gets that signal from us alone. Dagster would ignore SIGTERM, too, and nothing but force
    would end it.
    """
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if ignored:
        signal.signal(signal.SIGINT, lambda *_: None)  # what is handled here has its default in a child
    try:
        return subprocess.Popen(command, env=environment, cwd=directory, stdin=subprocess.DEVNULL, process_group=0)
    finally:
        if ignored:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    # One that is ignored stays so: nohup asks for that.
    numbers = [number for number in ENDING_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in previous.items():
            signal.signal(number, old)


def _end_group(group: int) -> None:
    """End what is left of the group: by request first, so that a run can report its end to Dagster."""
    deadline = time.monotonic() + SECONDS_TO_END
    alive = _signal_group(group, signal.SIGTERM)
    while alive and time.monotonic() < deadline:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        alive = _signal_group(group, 0)
    if alive:
        _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: int) -> bool:
    """Signal every process of the group; give whether there was one."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False

"""A command as a child process that hardly differs from one without a parent of ours.

It has our standard input, output and error, our terminal, process group, open files and environment; signals reach it
once; and how it ended is known.
"""

from __future__ import annotations

import errno
import logging
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from watcher_core.enclosing import without_watermarks
from watcher_core.shell.group import GroupWitness
from watcher_core.shell.output import Output

logger = logging.getLogger("watcher.run")

NOT_FOUND: Final = 127  # as of shells
NOT_EXECUTABLE: Final = 126

# What is passed on: all that end a process or that it may have a use for, and that somebody sends.
PASSED_ON: Final = tuple(
    getattr(signal, name)
    for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGPWR", "SIGIO")
    if hasattr(signal, name)
)
ENDING: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended.

    Attributes:
        status: Its exit status; of one that a signal ended, the signal's number below zero.
        was_asked_to: Whether a signal had asked it to end.
        last_text: The end of what it wrote to standard error.
        problem: Why it could not be started.
    """

    status: int
    was_asked_to: bool = False
    last_text: str = ""
    problem: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether it ended with the status of a success."""
        return self.status == 0

    @property
    def canceled(self) -> bool:
        """Whether it ended because it was asked to."""
        return not self.succeeded and (self.was_asked_to or -self.status in ENDING)


class Signals:
    """The signals that came since they were listened to, and a file descriptor that wakes a wait for them.

    Attributes:
        came: Their numbers.
        woken: The file descriptor.
        witness: Knows which of them came to all of the process group.
    """

    def __init__(self) -> None:
        """Listen. This forks the witness, so it comes before whatever starts a thread, as a connection does."""
        self.came: list[int] = []
        self.woken, self._wake = os.pipe()
        os.set_blocking(self.woken, False)
        os.set_blocking(self._wake, False)
        # Who starts a command with a signal ignored, as nohup does, means the command.
        self.numbers = [number for number in PASSED_ON if signal.getsignal(number) is not signal.SIG_IGN]
        for number in self.numbers:
            signal.signal(number, lambda number, _: self.came.append(number))
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        self.witness = GroupWitness(self.numbers)

    def __enter__(self) -> Signals:
        return self

    def __exit__(self, *_: object) -> None:
        self.witness.close()

    def take(self) -> list[int]:
        """Return those that came, once."""
        taken, self.came = self.came, []
        return taken

    def drain(self) -> None:
        """Empty what wakes the wait."""
        try:
            while os.read(self.woken, 1024):
                pass
        except BlockingIOError:
            pass


def run_process(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    signals: Signals,
    started: Callable[[], object] = lambda: None,
) -> Ended:
    """Run the command to its end, and pass on to it the signals that come to this process alone.

    Args:
        command: The program and its arguments.
        environment: Its environment.
        signals: The signals that have come, and come.
        started: Is called when it runs.
    """
    output = Output()
    try:
        process = _start(command, environment, output)
    except OSError as exc:
        missing = isinstance(exc, FileNotFoundError) or _is_nowhere(command[0], environment)
        problem = f"{command[0]}: {'command not found' if missing else exc.strerror}"
        output.started()
        return Ended(status=NOT_FOUND if missing else NOT_EXECUTABLE, problem=problem)
    # Before all else: what came before the command was there has not reached it, what comes from now on may have.
    early = signals.take()
    _pass_on(early, process)
    reached = signals.witness.seen(wait=0).difference(early)
    output.started()
    started()
    asked = any(number in ENDING for number in early)
    asked |= _wait(process, output, signals, reached)
    output.finish(lambda awaited: _can_go_on(awaited, signals, asked=asked))
    return Ended(status=process.returncode, was_asked_to=asked, last_text=output.last_text())


def _is_nowhere(program: str, environment: Mapping[str, str]) -> bool:
    """Whether there is no such program. Where `PATH` names a folder of another user, that alone is refused."""
    in_path = os.sep not in program
    return in_path and shutil.which(program, mode=os.F_OK, path=environment.get("PATH", os.defpath)) is None


def _start(command: Sequence[str], environment: Mapping[str, str], output: Output) -> subprocess.Popen[bytes]:
    def start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        # Files that the caller has opened for the command are its own: only ours are closed.
        return subprocess.Popen(arguments, env=environment, stdout=output.stdout, stderr=output.stderr, close_fds=False)

    try:
        return start(command)
    except OSError as exc:
        script = shutil.which(command[0], path=environment.get("PATH"))
        # Where `PATH` names a folder of another user, that alone is said.
        may_be_long = exc.errno == errno.E2BIG or (exc.errno == errno.EACCES and script is not None)
        if may_be_long and (short := without_watermarks(environment)) != environment:
            logger.warning("the command runs without its watermark, which is too long for an environment")
            return _start(command, short, output)
        if exc.errno != errno.ENOEXEC or script is None:
            raise
        return start(["/bin/sh", script, *command[1:]])  # as shells do with a script that does not say what runs it


def _ready(awaited: Iterable[tuple[int, int]], *, seconds: float | None) -> list[int]:
    """Wait until one of them is ready, or has come to its end; `select` knows no descriptors above 1,023."""
    poll = select.poll()
    for descriptor, event in awaited:
        poll.register(descriptor, event)
    return [descriptor for descriptor, _ in poll.poll(None if seconds is None else seconds * 1000)]


def _can_go_on(awaited: tuple[int, int], signals: Signals, *, asked: bool) -> bool:
    """Whether the output of a command that has ended can be passed on.

    Who reads ours may take its time, as a person before a pager does, until a signal asks to end.
    """
    descriptor, event = awaited
    if asked or event == select.POLLIN:
        return bool(_ready([awaited], seconds=0))
    while not any(number in ENDING for number in signals.came):
        ready = _ready([(signals.woken, select.POLLIN), awaited], seconds=None)
        if descriptor in ready:
            return True
        signals.drain()
    return False


def _pass_on(numbers: Iterable[int], process: subprocess.Popen[bytes]) -> None:
    for number in numbers:
        if process.poll() is None:
            process.send_signal(number)


def _wait(process: subprocess.Popen[bytes], output: Output, signals: Signals, reached: set[int]) -> bool:
    """Wait for the end of the command, which signals `reached` already; whether a signal asked it to end."""
    asked = False
    while True:
        came = signals.take()
        if came:
            asked |= any(number in ENDING for number in came)
            reached |= signals.witness.seen()
            _pass_on([number for number in came if number not in reached], process)
            reached = set()
        if process.poll() is not None:
            return asked
        awaited = output.waits_for
        waiting = [(signals.woken, select.POLLIN), *([] if awaited is None else [awaited])]
        ready = _ready(waiting, seconds=0 if signals.came else None)
        if signals.woken in ready:
            signals.drain()
        if awaited is not None and awaited[0] in ready:
            output.pass_on()

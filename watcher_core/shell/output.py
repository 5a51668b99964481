"""What a command writes to standard error, passed on as it comes, with its end kept.

A terminal is handed to the command as it is, and nothing is kept: a pipe in its place would change what the command
does. So is a file, which is read afterwards. Where standard output goes to the same pipe, both share one here too, so
that their lines stay in order.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import stat
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Final

STDIN: Final = 0
STDOUT: Final = 1
STDERR: Final = 2

KEPT_BYTES: Final = 65_536
CHUNK_BYTES: Final = 65_536

# What passes on what is left in the background.
RELAY: Final = os.path.join(os.path.dirname(__file__), "relay.py")  # noqa: PTH118, PTH120 - without pathlib
# What ends a process group. The relay ends with the last of those that write to it, which may go on in spite of it, or
# have more to say before they end.
ENDING: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)


class Output:
    """Where the standard error of a command goes.

    Attributes:
        stdout, stderr: What the command is given in place of ours; `None` for ours.
        source: What is to be passed on, with `pass_on`; `None` where nothing is.
        waits_for: What has to be ready before `pass_on`: a file descriptor, and what `poll` has to say of it.
    """

    def __init__(self) -> None:
        self.stdout: int | None = None
        self.stderr: int | None = None
        self.source: int | None = None
        self._tail = b""
        self._is_cut = False
        self._file: tuple[int, int] | None = None
        self._unwritten = b""
        if not os.get_inheritable(STDERR) or os.isatty(STDERR):
            return  # the caller has closed it
        kind = os.fstat(STDERR)
        if stat.S_ISREG(kind.st_mode):
            self._open_file(kind.st_size)
            if self._file is not None:
                return
        self.source, self.stderr = os.pipe()
        if stat.S_ISFIFO(kind.st_mode) or stat.S_ISSOCK(kind.st_mode):
            self.stdout = self.stderr if _is_same(STDOUT, kind) else None

    def _open_file(self, size: int) -> None:
        try:
            # Ours may be open for writing only.
            self._file = (os.open(f"/dev/fd/{STDERR}", os.O_RDONLY | os.O_CLOEXEC), size)
        except OSError:
            self._file = None

    def started(self) -> None:
        """The command has its ends; give up ours."""
        if self.stderr is not None:
            os.close(self.stderr)

    @property
    def waits_for(self) -> tuple[int, int] | None:
        if self.source is None:
            return None
        return (STDERR, select.POLLOUT) if self._unwritten else (self.source, select.POLLIN)

    def pass_on(self) -> None:
        """Take one step that does not wait: read what is there, or write some of it."""
        if self.source is None:
            return
        if self._unwritten:
            if not self._write_some():
                self._close()  # nobody reads ours any more, which the command is to notice too
            return
        self._unwritten = os.read(self.source, CHUNK_BYTES)
        if not self._unwritten:
            self._close()
            return
        kept = self._tail + self._unwritten
        self._is_cut |= len(kept) > KEPT_BYTES
        self._tail = kept[-KEPT_BYTES:]

    def _write_some(self) -> bool:
        """Write so much as goes without waiting into a pipe that has room; whether it can be written to."""
        try:
            self._unwritten = self._unwritten[os.write(STDERR, self._unwritten[: select.PIPE_BUF]) :]
        except BlockingIOError:
            pass  # another process was faster
        except OSError:
            return False
        return True

    def finish(self, wait: Callable[[tuple[int, int]], bool]) -> None:
        """Pass on what a command that has ended has written. What it has left in the background goes on writing.

        Args:
            wait: Waits for what `waits_for` says; whether it is ready.
        """
        left = self._readable_bytes()
        while self.waits_for is not None and wait(self.waits_for):
            is_reading = not self._unwritten
            self.pass_on()
            if is_reading:
                left -= len(self._unwritten)
            elif left < 0 and not self._unwritten:
                break  # what comes now is not the command's
        if self.source is not None:
            _pass_on_in_background(self.source, self._unwritten)
            self._close()

    def _readable_bytes(self) -> int:
        if self.source is None:
            return 0
        written = fcntl.ioctl(self.source, termios.FIONREAD, bytes(4))
        return int.from_bytes(written, sys.byteorder)

    def _close(self) -> None:
        if self.source is not None:
            os.close(self.source)
        self.source, self._unwritten = None, b""

    def last_text(self) -> str:
        """Return the end of what was written: whole lines, where it is long."""
        if self._file is not None:
            file, start = self._file
            end = os.fstat(file).st_size
            first = max(start if end >= start else 0, end - KEPT_BYTES)
            self._is_cut = first > start
            self._tail = os.pread(file, KEPT_BYTES, first)
        text = self._tail.decode("utf-8", "replace")
        # Half a line may hold half a secret, which nothing would recognize.
        return text.partition("\n")[2] if self._is_cut and "\n" in text else text


def _is_same(descriptor: int, kind: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), kind)
    except OSError:
        return False


def keep_standard_descriptors() -> None:
    """Keep the numbers of standard input, output and error from our own files, where the caller has closed them.

    Whoever writes to standard error writes to its number, whatever stands there. The command is not given these.
    """
    while True:
        opened = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        if opened > STDERR:
            os.close(opened)
            return


def close_others(*kept: int) -> None:
    """Close all file descriptors of this process but these.

    By the list of those that are open: a limit of a billion, as in some containers, takes minutes to go through.
    """
    for descriptor in set(_descriptors()).difference(kept):
        with suppress(OSError):
            os.close(descriptor)


def _descriptors() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/dev/fd")]  # noqa: PTH208 - without pathlib, which makes objects of them
    except (OSError, ValueError):
        return list(range(min(os.sysconf("SC_OPEN_MAX"), 65_536)))


def _pass_on_in_background(source: int, unwritten: bytes) -> None:
    """Leave a process behind that passes on what processes in the background write, until they have ended.

    There are threads by now, as that of the heartbeats: a fork of this process could wait for ever for a lock that one
    of them holds. So it is another program.
    """
    given: list[tuple[int, ...]] = [(os.POSIX_SPAWN_CLOSE, number) for number in _inherited() if number > STDERR]
    with suppress(OSError), _readable(unwritten) as before:  # else who writes on is to notice that nobody reads
        given = [(os.POSIX_SPAWN_DUP2, source, STDIN), (os.POSIX_SPAWN_DUP2, before.fileno(), STDOUT), *given]
        command = [sys.executable, "-I", "-S", RELAY]
        os.posix_spawn(sys.executable, command, os.environ, file_actions=given, setsigmask=ENDING)


def _readable(written: bytes) -> IO[bytes]:
    if not written:
        return open(os.devnull, "rb")  # noqa: PTH123 - without pathlib
    if hasattr(os, "memfd_create"):  # disks may be full
        file = os.fdopen(os.memfd_create("written"), "w+b")
    else:
        import tempfile

        file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asks for it closes it
    file.write(written)
    file.seek(0)
    return file


def _inherited() -> list[int]:
    """The file descriptors that a program which this process starts would have, too."""
    found = []
    for number in _descriptors():
        with suppress(OSError):
            if os.get_inheritable(number):
                found.append(number)
    return found

"""What a command writes to standard error, passed on as it comes, with its end kept.

A terminal is handed to the command as it is, and nothing is kept: a pipe in its place would change what the command
does. So is a file, which is read afterwards. Where standard output goes to the same pipe, both share one here too, so
that their lines stay in order.
"""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable
from typing import Final

STDOUT: Final = 1
STDERR: Final = 2

KEPT_BYTES: Final = 65_536
CHUNK_BYTES: Final = 65_536


class Output:
    """Where the standard error of a command goes.

    Attributes:
        stdout, stderr: What the command is given in place of ours; `None` for ours.
        source: What is to be passed on, with `pass_on`; `None` where nothing is.
    """

    def __init__(self) -> None:
        self.stdout: int | None = None
        self.stderr: int | None = None
        self.source: int | None = None
        self._tail = b""
        self._is_cut = False
        self._file: tuple[int, int] | None = None
        try:
            kind = os.fstat(STDERR)
        except OSError:
            return  # closed
        if os.isatty(STDERR):
            return
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

    def pass_on(self) -> bool:
        """Pass on what can be read now; whether there may be more."""
        if self.source is None:
            return False
        read = os.read(self.source, CHUNK_BYTES)
        if read and _write(read):
            kept = self._tail + read
            self._is_cut |= len(kept) > KEPT_BYTES
            self._tail = kept[-KEPT_BYTES:]
            return True
        os.close(self.source)  # at its end; or nobody reads ours any more, which the command is to notice too
        self.source = None
        return False

    def finish(self, is_ready: Callable[[int], bool]) -> None:
        """Pass on what is left of a command that has ended. What it has left in the background goes on writing."""
        while self.source is not None and is_ready(self.source):
            self.pass_on()
        if self.source is not None:
            _pass_on_in_background(self.source)
            os.close(self.source)
            self.source = None

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


def _write(written: bytes) -> bool:
    rest = memoryview(written)
    while rest:
        try:
            rest = rest[os.write(STDERR, rest) :]
        except BlockingIOError:
            import select

            select.select([], [STDERR], [])
        except OSError:
            return False
    return True


def _pass_on_in_background(source: int) -> None:
    """Leave a process behind that passes on what processes in the background write, until they have ended."""
    if os.fork() != 0:
        return
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        os.closerange(0, STDOUT + 1)
        os.closerange(STDERR + 1, source)
        os.closerange(source + 1, os.sysconf("SC_OPEN_MAX"))
        while (read := os.read(source, CHUNK_BYTES)) and _write(read):
            pass
    finally:
        os._exit(0)

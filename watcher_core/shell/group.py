"""Whether a signal came to this process alone, or to all of its process group.

The command runs in the process group of `watcher run`, so that the terminal, job control and whoever kills the group
reach it as if nothing stood before it. A signal to the group has reached the command already, and one to `watcher run`
alone has not. A second process in the group, which only receives signals, makes the difference: where it got the signal
too, the command did.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections import deque
from collections.abc import Collection
from contextlib import suppress

from watcher_core.shell.output import close_others

# Who signals a group, or one process after another, has reached all of them by then.
SECONDS_FOR_ALL = 0.02

# Who has not answered by then was stopped, as by who stops all of a group and lets one of it go on.
SECONDS_FOR_ANSWER = 2

END_OF_ANSWER = b"\x00"


class GroupWitness:
    """A process of the same group that notes the signals that it gets."""

    def __init__(self, signals: Collection[int]) -> None:
        asked, self._ask = os.pipe()
        self._answers, answer = os.pipe()
        # What comes before the process is ready waits until it is.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        try:
            self._process: int | None = os.fork()
        except OSError:  # there are too many processes: what comes is passed on, as to this process alone
            self._process = None
        if self._process == 0:
            try:
                _witness(asked, answer, signals, blocked=blocked)
            finally:
                os._exit(0)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        os.close(asked)
        os.close(answer)

    def seen(self, *, wait: float = SECONDS_FOR_ALL) -> set[int]:
        """Return the signals that came to the group since the last call."""
        time.sleep(wait)
        answer = b""
        try:
            os.write(self._ask, b"?")
            while not answer.endswith(END_OF_ANSWER):
                if not self._answers_in_time():
                    self._end()
                read = os.read(self._answers, 128)
                if not read:
                    return set()  # it was killed
                answer += read
        except OSError:
            return set()
        return set(answer) - set(END_OF_ANSWER)

    def close(self) -> None:
        """End the process."""
        os.close(self._ask)
        os.close(self._answers)
        self._end()

    def _answers_in_time(self) -> bool:
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        return bool(poll.poll(SECONDS_FOR_ANSWER * 1000))

    def _end(self) -> None:
        """Kill it: it may have been stopped, and has nothing to lose."""
        if self._process is not None:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._process, signal.SIGKILL)
                os.waitpid(self._process, 0)
        self._process = None


def _witness(asked: int, answer: int, signals: Collection[int], *, blocked: Collection[int]) -> None:
    seen: deque[int] = deque()
    for number in signals:
        signal.signal(number, lambda number, _: seen.append(number))
    signal.set_wakeup_fd(-1)
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    # Whoever waits for the end of the output must not wait for this process, nor a lock that the caller holds.
    close_others(asked, answer)
    while os.read(asked, 1):
        noted = {seen.popleft() for _ in range(len(seen))}  # others may come meanwhile
        os.write(answer, bytes(noted) + END_OF_ANSWER)

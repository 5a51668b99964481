"""Ctrl-C before a command has begun, and after it has ended: the process ends, and says nothing.

Python raises `KeyboardInterrupt` wherever it is. While it imports, that is a traceback, or a line about an exception
that was ignored, and the command goes on. A command itself may have something to undo, and gets the exception.

The kernel keeps from the first process of a container each signal that it has no handler for: without one, a container
would be stopped by force only, after all of the time that it is given to end.
"""

from __future__ import annotations

import os
import signal
from typing import Final

# What a shell reports for a command that Ctrl-C ended.
EXIT_CODE: Final = 130
ENDING: Final = (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM)


def end_silently() -> None:
    """From now on, Ctrl-C ends the process at once. Where it is ignored, or somebody else's to handle, it stays so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def raise_again() -> None:
    """From now on, Ctrl-C raises `KeyboardInterrupt`."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def end_as_first_process() -> None:
    """Let signals end a process that is the first one of a container, as they end any other."""
    if os.getpid() == 1:
        for number in ENDING:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, lambda number, _: os._exit(128 + number))


def _end(*_: object) -> None:
    os._exit(EXIT_CODE)

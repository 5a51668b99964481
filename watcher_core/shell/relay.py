"""A process of its own that passes on what processes in the background write, until they have ended.

`output` runs it as a script, without the rest of Watcher. Its standard input is what is to be passed on to its standard
error; its standard output is read, too, and is what comes before that. Signals that end the others are blocked in it.
"""

from __future__ import annotations

import os
import select
from typing import Final

STDIN: Final = 0
STDOUT: Final = 1
STDERR: Final = 2
CHUNK_BYTES: Final = 65_536


def pass_on() -> None:
    """Read both to their ends; who writes on is to notice where nobody reads any more."""
    for source in (STDOUT, STDIN):
        while read := os.read(source, CHUNK_BYTES):
            if not _write(read):
                return


def _write(written: bytes) -> bool:
    rest = memoryview(written)
    while rest:
        try:
            rest = rest[os.write(STDERR, rest) :]
        except BlockingIOError:
            select.select([], [STDERR], [])
        except OSError:
            return False
    return True


if __name__ == "__main__":
    pass_on()

"""Errors as people read them: the frames in their own code first, those of libraries folded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from watcher_core import masking
from watcher_core.values import ErrorFrame, ReadableError

FRAME = re.compile(
    r"""^[ \t]*File[ ]"(?P<file>[^"\n]{1,1000})",[ ]line[ ](?P<line>\d{1,9}),[ ]in[ ](?P<function>[^\n]{1,500})
        (?:\n(?![ \t]*File[ ]")[ \t]+(?P<code>\S[^\n]*))?""",
    re.MULTILINE | re.VERBOSE,
)

# Where Python keeps what it comes with and what was installed, on all systems.
LIBRARY = re.compile(
    r"(?:^|[\\/])(?:site-packages|dist-packages)[\\/]"
    r"|[\\/]lib[\\/]python3[^\\/]*[\\/]|[\\/]Lib[\\/]|^<frozen "
)

# Ours, wherever it lies: an editable install is beside the code of whoever works on it. A directory of that name that
# holds something else is theirs.
OURS = re.compile(r"(?:^|[\\/])watcher_(?:core|dagster)[\\/](?P<part>[^\\/]+)")
_ROOT = Path(__file__).parents[2]
PARTS = frozenset(part.name for name in ("watcher_core", "watcher_dagster") for part in (_ROOT / name).glob("*"))


def readable_error(error: object) -> ReadableError | None:
    """Return an error that an execution has in its metadata as people read it; `None` where it says nothing.

    Args:
        error: As it is stored: an object with `class`, `message` and `stack`, or whatever somebody wrote there.
    """
    if isinstance(error, str) and error.strip():
        error = {"message": error}
    if not isinstance(error, Mapping):
        return None
    stack = masking.mask_text(_text(error.get("stack")))
    message = masking.mask_text(_text(error.get("message"))).strip()
    error_class = _text(error.get("class")).strip() or None
    if not message and error_class is None and not stack:
        return None
    frames = list(reversed([_frame(found) for found in FRAME.finditer(stack)]))
    return ReadableError(
        error_class=error_class,
        message=message,
        own_frames=tuple(frame for frame in frames if frame.is_own),
        library_frames=tuple(frame for frame in frames if not frame.is_own),
        stack=stack,
    )


def _frame(found: re.Match[str]) -> ErrorFrame:
    code = found["code"]
    return ErrorFrame(
        file=found["file"],
        line=int(found["line"]),
        function=found["function"].strip(),
        code=None if code is None else code.strip(),
        is_own=not _is_library(found["file"]),
    )


def _is_library(file: str) -> bool:
    ours = OURS.search(file)
    return LIBRARY.search(file) is not None or (ours is not None and ours["part"] in PARTS)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)

"""Why executions of a host wait on though the database is there: said once a day, and kept for who asks.

Each job looks at what waits, and cron sends by mail what a job says. What keeps a record from being written stays for
as long as nobody does anything about it, so a note beside what waits says what was said of it, and when.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

logger = logging.getLogger("watcher.spool")

NOTE: Final = "problems.note"
SAID_AGAIN_AFTER: Final = 24 * 3600.0
SHOWN_SUBJECTS: Final = 3
SAID_RARELY: Final = "said once a day, and by: watcher doctor"


class SpoolProblems:
    """What one look at the spool has found, a line for each kind however many records it is about."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[set[str], str]] = {}

    def add(self, kind: str, subjects: Iterable[str], reason: object) -> None:
        """Add what keeps records from being written.

        Args:
            kind: How the line begins, as in `executions of pipelines {} on this host wait on`.
            subjects: What stands there; a line is said again when there are others.
            reason: What is wrong, and what to do. Of a kind, the first one is said.
        """
        known, _ = self._found.setdefault(kind, (set(), str(reason)))
        known |= set(subjects)

    def say(self, directories: Iterable[Path], waiting: Iterable[Path], *, is_all: bool) -> None:
        """Log what was not logged lately, and keep all of it.

        Args:
            directories: Where the executions wait.
            waiting: Those that waited.
            is_all: Whether all of them were looked at, so that what was not found again is mended.
        """
        places = list(directories)
        known = _read(_newest(places))
        if not self._found and not (is_all and known):
            return
        now = time.time()
        noted = {} if is_all else _about(places, waiting)
        for kind, (subjects, reason) in self._found.items():
            key = json.dumps([kind, *sorted(subjects)])
            line = f"{kind.format(_some(subjects))}: {reason}"
            said_at = _said_at(known.get(key))
            if not abs(now - said_at) < SAID_AGAIN_AFTER:
                logger.warning("%s (%s)", line, SAID_RARELY)
                said_at = now
            noted[key] = {"line": line, "said_at": said_at}
        _write(places, noted)


def spool_problems(directories: Iterable[Path], waiting: Iterable[Path]) -> list[str]:
    """Return what kept executions from being recorded when that was last tried, a line each.

    Args:
        directories: Where they wait.
        waiting: Those that wait. A note from before all of them is about what is gone.
    """
    return [str(note.get("line")) for note in _about(list(directories), waiting).values()]


def _about(places: Iterable[Path], waiting: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Return what is noted, where that is about something that waits; what is dated in the future may be older."""
    newest = _newest(places)
    tried_at, now = _changed_at(newest), time.time()
    return _read(newest) if any(not tried_at < _changed_at(path) <= now for path in waiting) else {}


def _newest(places: Iterable[Path]) -> Path:
    """The notes that were written last: a place that takes nothing any more may have older ones."""
    return max((place / NOTE for place in places), key=_changed_at)


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _some(subjects: Iterable[str]) -> str:
    names = sorted(subjects)
    more = f" and {len(names) - SHOWN_SUBJECTS:,} more" if len(names) > SHOWN_SUBJECTS else ""
    return f"{', '.join(names[:SHOWN_SUBJECTS])}{more}"


def _said_at(note: Mapping[str, Any] | None) -> float:
    with suppress(TypeError, ValueError, KeyError, OverflowError):
        return 0.0 if note is None else float(note["said_at"])
    return 0.0


def _read(note: Path) -> dict[str, dict[str, Any]]:
    """Return what is noted there; what cannot be read is as if it were not there."""
    with suppress(OSError, ValueError, RecursionError):
        found = json.loads(note.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return {key: each for key, each in found.items() if isinstance(each, dict)}
    return {}


def _write(directories: Iterable[Path], noted: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep the notes in the first place that takes them. Where none does, all is said again."""
    for directory in directories:
        with suppress(OSError):
            if not noted:
                (directory / NOTE).unlink(missing_ok=True)
                continue
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = directory / f"{NOTE}.{time.time_ns()}"
            try:
                draft.write_text(json.dumps(noted), encoding="utf-8")
                draft.replace(directory / NOTE)
            finally:
                draft.unlink(missing_ok=True)  # on a full disk each try would leave one
            return

"""What a command reports of itself: JSON in the file that `WATCHER_METRICS_FILE` names."""

from __future__ import annotations

import json
import logging
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from watcher_core import arguments
from watcher_core.enclosing import read_report
from watcher_core.errors import InvalidValueError

logger = logging.getLogger("watcher.run")

KEYS: Final = {
    "inserts": arguments.count,
    "updates": arguments.count,
    "soft_deletes": arguments.count,
    "total_rows": arguments.count,
    "next_watermark": arguments.watermark,
    "execution_metadata": arguments.json_object,
}


def make_metrics_file() -> Path | None:
    """Make the file, which nobody else can read; `None`, with a warning, where no file can be made."""
    directory = Path(os.environ.get("TMPDIR") or "/tmp")  # noqa: S108 - the name is new and cannot be guessed
    path = directory / f"watcher-{uuid.uuid4().hex}.json"
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as exc:
        logger.warning("the command gets no WATCHER_METRICS_FILE: %s", exc)
        return None
    return path


def read_metrics(path: Path) -> dict[str, Any]:
    """Return what the command has reported, checked. What cannot be used is left out, with a warning that says why."""
    try:
        written = read_report(path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as exc:
        return _none(str(exc))
    if not written.strip():
        return {}
    try:
        found = json.loads(written, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as exc:  # among them UnicodeDecodeError
        return _none(str(exc) or type(exc).__name__)
    if not isinstance(found, dict):
        return _none(f'it holds {arguments.shown(found)}; it must hold an object, as in {{"inserts": 3}}')
    return _checked(found)


def _checked(found: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in found.items():
        if name not in KEYS:
            logger.warning("metric %s is left out: it may be %s", arguments.shown(name), ", ".join(KEYS))
            continue
        try:
            kept[name] = KEYS[name](value, name)
        except InvalidValueError as exc:
            logger.warning("a metric is left out: %s", exc)
    return {name: value for name, value in kept.items() if value is not None}


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} stands twice in one object")
        found[name] = value
    return found


def _none(reason: str) -> dict[str, Any]:
    logger.warning("the metrics of the command are left out: %s", reason)
    return {}

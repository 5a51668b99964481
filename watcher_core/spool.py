"""Executions that wait for the database, one file each.

A job outside Dagster has no event log from which its execution could be read back. While the database is away, the
execution is kept here whole, and any process on this host that reaches the database again records it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from watcher_core import arguments, values
from watcher_core.errors import DatabaseError, InvalidValueError
from watcher_core.models import ExecutionSource, ExecutionState

logger = logging.getLogger("watcher.spool")

TIMES = ("start_date", "end_date", "logical_date")


def keep(directory: Path, record: values.ExecutionRecord) -> Path:
    """Write the execution down; a later one of the same identity takes its place.

    A crash leaves the old file or the new one, never half of one.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    identity = f"{record.source}/{record.external_id}"
    path = directory / f"{hashlib.sha256(identity.encode()).hexdigest()}.json"
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(arguments.json_text(asdict(record)), encoding="utf-8")
    draft.replace(path)
    return path


def pending(directory: Path) -> list[Path]:
    """Give the files that wait, oldest first."""
    if not directory.is_dir():
        return []
    return sorted(directory.glob("*.json"), key=_age)


def replay(directory: Path, record: Callable[[values.ExecutionRecord], object]) -> int:
    """Record what waits, and drop each file once that is done.

    A file that cannot be read, or that breaks a rule, is set aside as `*.broken`, so that it does not stop the others.

    Returns:
        How many executions were recorded.
    """
    done = 0
    for path in pending(directory):
        try:
            record(_read(path))
        except FileNotFoundError:
            continue  # another process has recorded it
        except DatabaseError:
            break  # away again; the files stay
        except (InvalidValueError, ValueError, KeyError, TypeError) as exc:
            logger.error("%s cannot be recorded and is set aside: %s", path, exc)  # the reason says all
            path.replace(path.with_suffix(".broken"))
            continue
        path.unlink(missing_ok=True)
        done += 1
    if done:
        logger.info("recorded %d execution(s) that had waited for the database", done)
    return done


def _read(path: Path) -> values.ExecutionRecord:
    fields = json.loads(path.read_text(encoding="utf-8"))
    for name in TIMES:
        fields[name] = None if fields[name] is None else dt.datetime.fromisoformat(fields[name])
    fields["source"] = ExecutionSource(fields["source"])
    fields["state"] = ExecutionState(fields["state"])
    return values.ExecutionRecord(**fields)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0

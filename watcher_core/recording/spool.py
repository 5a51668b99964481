"""Executions that wait for the database, one file each time that one could not be written.

A job outside Dagster has no event log from which its execution could be read back. While the database is away, the
execution is kept here whole, and any process on this host that reaches the database again records it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from watcher_core import arguments, values
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import DatabaseError, DatabaseUnavailableError

logger = logging.getLogger("watcher.spool")

TIMES = ("start_date", "end_date", "logical_date")


def keep_in_spool(directory: Path, record: values.ExecutionRecord) -> Path:
    """Write the execution to a new file, as another process may be reading those that exist.

    A crash leaves all of the file or none of it.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / f"{time.time_ns():020}-{uuid.uuid4().hex}.json"
    draft = path.with_suffix(".draft")
    draft.write_text(arguments.json_text(asdict(record)), encoding="utf-8")
    draft.replace(path)
    return path


def spooled_executions(directory: Path) -> list[Path]:
    """Return the files that wait, oldest first."""
    return sorted(directory.glob("*.json"))


def replay_spool(directory: Path, record: Callable[[values.ExecutionRecord], object]) -> int:
    """Record the executions that wait, and delete each file once that is done.

    A file that cannot be read, or that breaks a rule, is set aside as `*.broken`, so that it does not stop the others.

    Returns:
        How many executions were recorded.

    Raises:
        DatabaseUnavailableError: The database is away again; what was not recorded stays.
    """
    done = 0
    for path in spooled_executions(directory):
        try:
            record(_read(path))
        except FileNotFoundError:
            continue  # another process has recorded it
        except DatabaseUnavailableError:
            raise
        except DatabaseError as exc:
            logger.warning("%s waits on: %s", path, exc)
            continue
        except (ValueError, KeyError, TypeError) as exc:  # InvalidValueError is a ValueError
            logger.error("%s cannot be recorded and is set aside: %s", path, exc)  # the traceback would add nothing
            with suppress(FileNotFoundError):  # another process has set it aside
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

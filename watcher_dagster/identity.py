"""The identities of executions and the names of pipelines, for the recorder and the resource alike.

Both record the same executions: the resource from inside the step, the recorder from the event log. They write the same
row because both build its identity here. An identity is a path of components in which `%`, `/` and
control characters are percent-encoded, so that no two executions share one, whatever their keys look like.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

import dagster as dg

from watcher_core import AlertKind
from watcher_dagster import compat

# On the runs of our own jobs, so that the recorder passes over them.
WATCHER_RUN_TAG: Final = "watcher/internal"

_NUMBERED_ASSET_JOB = re.compile(rf"{compat.ASSET_JOB}_\d+")

# Watcher's own asset checks, by what they are about. Their findings have alerts of their own.
CHECK_NAMES: Final[Mapping[AlertKind, str]] = {
    AlertKind.FRESHNESS: "watcher_freshness",
    AlertKind.TIMELINESS: "watcher_timeliness",
    AlertKind.ANOMALY: "watcher_anomalies",
}
OWN_CHECKS: Final = frozenset(CHECK_NAMES.values())

# What the columns hold, see `watcher_core.database.models`.
MAX_IDENTITY_BYTES: Final = 2560
MAX_NAME_BYTES: Final = 2048

_SLASH = re.compile(r"(?<!\\)/")
_RESERVED = re.compile(r"[%/\x00-\x1f\x7f]")


def run_identity(run_id: str) -> str:
    """Identify the execution of a run."""
    return run_id


def materialization_identity(
    run_id: str, step_key: str | None, asset_key: dg.AssetKey, partition: str | None = None
) -> str:
    """Identify the execution of an asset in a step of a run: `run_id/step_key/asset_key[/partition]`."""
    components = [run_id, step_key or "", _key(asset_key)]
    if partition is not None:
        components.append(partition)
    return _fitting("/".join(map(_component, components)), MAX_IDENTITY_BYTES)


def runless_identity(instance_id: str, storage_id: int, timestamp: float, asset_key: dg.AssetKey) -> str:
    """Identify a materialization that was reported without a run, by its place in the event log and its time.

    Each instance has a log of its own, and SQLite gives the id of an event that was deleted to the next one.
    """
    place = f"{storage_id}@{timestamp:.6f}"
    return _fitting(f"runless/{_component(instance_id)}/{place}/{_component(_key(asset_key))}", MAX_IDENTITY_BYTES)


def former_runless_identity(storage_id: int, asset_key: dg.AssetKey) -> str:
    """Return the identity that such a materialization had before it named the instance and the time."""
    return _fitting(f"runless/{storage_id}/{_component(_key(asset_key))}", MAX_IDENTITY_BYTES)


def asset_pipeline_name(asset_key: dg.AssetKey) -> str:
    """Name the pipeline of an asset: its key as `a/b`. A slash inside a part is written `\\/`."""
    return _name("/".join(part.replace("/", "\\/") for part in asset_key.path))


def named_asset_key(pipeline_name: str) -> dg.AssetKey:
    """Return the key of the asset that has such a name for its pipeline."""
    return dg.AssetKey([part.replace("\\/", "/") for part in _SLASH.split(pipeline_name)])


def run_pipeline_name(run: dg.DagsterRun) -> str:
    """Name the pipeline of a run: `location/job`, or the job alone where the run came from no code location."""
    job = compat.ASSET_JOB if _NUMBERED_ASSET_JOB.fullmatch(run.job_name) else run.job_name
    return job_pipeline_name(compat.run_location(run), job)


def job_pipeline_name(location: str | None, job: str) -> str:
    """Name the pipeline of a job as those of its runs are."""
    return _name(job if location is None else f"{location}/{job}")


def _key(asset_key: dg.AssetKey) -> str:
    return "/".join(map(_component, asset_key.path))


def _component(text: str) -> str:
    return _RESERVED.sub(lambda found: f"%{ord(found[0]):02X}", text)


def _name(text: str) -> str:
    return _fitting(text.replace("\x00", "").strip() or "(blank)", MAX_NAME_BYTES)


def _fitting(text: str, limit: int) -> str:
    """The text, or as much of it as fits before a hash that distinguishes it from others with the same beginning."""
    if len(text) <= limit and text.isascii():
        return text
    encoded = text.encode("utf-8", "replace")  # a lone surrogate is no text that PostgreSQL stores
    if len(encoded) <= limit:
        return encoded.decode()
    digest = hashlib.sha256(encoded).hexdigest()
    return f"{encoded[: limit - len(digest) - 1].decode('utf-8', 'ignore').rstrip()}~{digest}"

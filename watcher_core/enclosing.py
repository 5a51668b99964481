"""The execution that this process is part of, which the environment says.

`watcher run` hands its own to its command. Dagster Pipes hands the step on that has started the process: which run and
assets it is about, but not the key of the step. So what such a process records has a provisional identity, and the
recorder, which knows the step, gives the row its own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import stat
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

EXECUTION_ID: Final = "WATCHER_EXECUTION_ID"
EXTERNAL_ID: Final = "WATCHER_EXTERNAL_ID"
PIPELINE: Final = "WATCHER_PIPELINE"
WATERMARK: Final = "WATCHER_WATERMARK"
NEXT_WATERMARK: Final = "WATCHER_NEXT_WATERMARK"
METRICS_FILE: Final = "WATCHER_METRICS_FILE"

MOST_REPORTED_BYTES: Final = 1_048_576

PIPES_CONTEXT: Final = "DAGSTER_PIPES_CONTEXT"

VARIABLES: Final = (EXECUTION_ID, EXTERNAL_ID, PIPELINE, WATERMARK, NEXT_WATERMARK, METRICS_FILE)


@dataclass(frozen=True, kw_only=True)
class EnclosingExecution:
    """An execution that goes on around this process.

    Attributes:
        id: Its id; `None` where the database could not be used when it started.
        external_id: Its identity, as of the source `cli`; `None` where only the id was passed on.
        pipeline: Its pipeline's name, where it was passed on.
        watermark, next_watermark: Its own.
        metrics_file: Where it takes its numbers from; `None` on another host.
    """

    id: int | None
    external_id: str | None
    pipeline: str | None
    watermark: str | None
    next_watermark: str | None
    metrics_file: Path | None

    @property
    def variables(self) -> dict[str, str]:
        """The environment that hands it on."""
        given = {
            EXECUTION_ID: None if self.id is None else str(self.id),
            EXTERNAL_ID: self.external_id,
            PIPELINE: self.pipeline,
            WATERMARK: self.watermark,
            NEXT_WATERMARK: self.next_watermark,
            METRICS_FILE: None if self.metrics_file is None else str(self.metrics_file),
        }
        return {name: value for name, value in given.items() if value is not None}

    def is_of(self, pipeline: str) -> bool:
        """Whether what is recorded of that pipeline here is this execution."""
        return self.pipeline == pipeline and self.metrics_file is not None

    def report(self, facts: Mapping[str, Any]) -> None:
        """Add to what it reports when it ends; the process around this one writes that.

        Raises:
            OSError: The file cannot be written.
        """
        if self.metrics_file is None:
            raise FileNotFoundError(f"{METRICS_FILE} is not set")
        known = _reported(self.metrics_file)
        before = known.get("execution_metadata")
        metadata = {**(before if isinstance(before, dict) else {}), **facts.get("execution_metadata", {})}
        known |= {name: value for name, value in facts.items() if value is not None}
        known |= {"execution_metadata": metadata} if metadata else {}
        draft = self.metrics_file.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(known), encoding="utf-8")
        draft.replace(self.metrics_file)


def without_watermarks(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the watermarks, which are all of ours that may be long."""
    return {name: value for name, value in environment.items() if name not in (WATERMARK, NEXT_WATERMARK)}


def _reported(file: Path) -> dict[str, Any]:
    """What has been reported so far; nothing where that is no JSON object."""
    try:
        known = json.loads(read_report(file))
    except (ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def read_report(file: Path) -> bytes:
    """Read what a command reports of itself: a file, and no pipe, which would wait for whoever writes to it.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no file, or a long one.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError(f"{file} is no file")
        with open(descriptor, "rb", closefd=False) as opened:
            written = opened.read(MOST_REPORTED_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(written) > MOST_REPORTED_BYTES:
        raise ValueError(f"it has more than {MOST_REPORTED_BYTES:,} bytes")
    return written


def enclosing_execution(environment: Mapping[str, str] | None = None) -> EnclosingExecution | None:
    """Return the execution that this process is part of; `None` where there is none, or it has ended."""
    variables = os.environ if environment is None else environment
    written = variables.get(EXECUTION_ID, "")
    execution_id = int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else None
    external_id = variables.get(EXTERNAL_ID) or None
    file = variables.get(METRICS_FILE) or None
    if execution_id is None and external_id is None:
        return None
    if file is not None and not os.access(file, os.F_OK):
        return None  # it has ended, and this process has outlived it
    return EnclosingExecution(
        id=execution_id,
        external_id=external_id,
        pipeline=variables.get(PIPELINE) or None,
        watermark=variables.get(WATERMARK) or None,
        next_watermark=variables.get(NEXT_WATERMARK) or None,
        metrics_file=None if file is None else Path(file),
    )


@dataclass(frozen=True, kw_only=True)
class PipesStep:
    """The step of Dagster that has started this process by Pipes.

    Attributes:
        run_id: Its run.
        pipelines: The pipelines of its assets.
        partition: Its partition.
        attempt: Which try of the step it is, from 1.
    """

    run_id: str
    pipelines: tuple[str, ...]
    partition: str | None
    attempt: int


def pipes_step(environment: Mapping[str, str] | None = None) -> PipesStep | None:
    """Return the step that has started this process; `None` where there is none, or it is over."""
    variables = os.environ if environment is None else environment
    encoded = variables.get(PIPES_CONTEXT)
    if not encoded:
        return None
    try:
        params = json.loads(zlib.decompress(base64.b64decode(encoded)))
        context = params["data"] if "data" in params else json.loads(Path(params["path"]).read_text(encoding="utf-8"))
        return PipesStep(
            run_id=str(context["run_id"]),
            pipelines=tuple(str(name) for name in context["asset_keys"] or ()),
            partition=None if context.get("partition_key") is None else str(context["partition_key"]),
            attempt=int(context.get("retry_number") or 0) + 1,
        )
    except (OSError, ValueError, LookupError, TypeError, zlib.error):
        return None  # of another version, or the process has outlived the step


@dataclass(frozen=True, kw_only=True)
class PartOf:
    """What an execution is part of, by what its process knows of it.

    Attributes:
        source, external_id: Its identity; `None` where only its id was passed on.
        id: Its id, which means something in the database that it was recorded in.
    """

    source: str | None = None
    external_id: str | None = None
    id: int | None = None

    @property
    def identity(self) -> tuple[str, str] | None:
        """Its source and its external id; `None` where only its id was passed on."""
        return None if self.source is None or self.external_id is None else (self.source, self.external_id)


def part_of(environment: Mapping[str, str] | None = None) -> PartOf | None:
    """Return what an execution of this process is part of; `None` where it is none."""
    around = enclosing_execution(environment)
    if around is not None and around.external_id is not None:
        return PartOf(source="cli", external_id=around.external_id)
    if around is not None:
        return PartOf(id=around.id)
    step = pipes_step(environment)
    return None if step is None else PartOf(source="dagster", external_id=step.run_id)


# As much as the column holds behind the id of the run.
MOST_BYTES: Final = 2_400

_RESERVED = re.compile(r"[%/\x00-\x1f\x7f]")


def provisional_identity(run_id: str, pipeline: str, partition: str | None) -> str:
    """Identify the execution of an asset in a run, where its step is not known: `run_id//pipeline[/partition]`."""
    components = [pipeline, *([] if partition is None else [partition])]
    of = "/".join(_RESERVED.sub(lambda found: f"%{ord(found[0]):02X}", component) for component in components)
    encoded = of.encode("utf-8", "replace")
    return f"{run_id}//{of if len(encoded) <= MOST_BYTES else hashlib.sha256(encoded).hexdigest()}"


def provisional_run(external_id: str) -> str | None:
    """Return the run of such an identity; `None` for any other."""
    run_id, slashes, _ = external_id.partition("//")
    return run_id if slashes and "/" not in run_id else None

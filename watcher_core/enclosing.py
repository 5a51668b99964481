"""The execution that this process is part of: `watcher run` hands it to its command in the environment."""

from __future__ import annotations

import json
import os
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
        try:
            known = json.loads(self.metrics_file.read_text(encoding="utf-8"))
        except ValueError:
            known = {}
        known = known if isinstance(known, dict) else {}
        metadata = {**known.get("execution_metadata", {}), **facts.get("execution_metadata", {})}
        known |= {name: value for name, value in facts.items() if value is not None}
        known |= {"execution_metadata": metadata} if metadata else {}
        draft = self.metrics_file.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(known), encoding="utf-8")
        draft.replace(self.metrics_file)


def enclosing_execution(environment: Mapping[str, str] | None = None) -> EnclosingExecution | None:
    """Return the execution that this process is part of; `None` where there is none, or it has ended."""
    variables = os.environ if environment is None else environment
    written = variables.get(EXECUTION_ID, "")
    execution_id = int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else None
    external_id = variables.get(EXTERNAL_ID) or None
    file = variables.get(METRICS_FILE) or None
    if execution_id is None and external_id is None:
        return None
    if file is not None and not Path(file).exists():
        return None  # it has ended, and this process has outlived it
    return EnclosingExecution(
        id=execution_id,
        external_id=external_id,
        pipeline=variables.get(PIPELINE) or None,
        watermark=variables.get(WATERMARK) or None,
        next_watermark=variables.get(NEXT_WATERMARK) or None,
        metrics_file=None if file is None else Path(file),
    )

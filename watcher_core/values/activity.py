"""What a pipeline last did, and what is usual for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from watcher_core.enums import ExecutionState


@dataclass(frozen=True, kw_only=True)
class PipelineActivity:
    """The last execution of a pipeline, and how long its executions usually take.

    Attributes:
        pipeline_id: The pipeline.
        execution_id: The execution that started last; `None` where there is none, and so are its state and dates.
        state: Its state.
        start_date, end_date: When it started, and ended.
        usual_seconds: The median duration of its last successes; `None` where there is none.
    """

    pipeline_id: int
    execution_id: int | None
    state: ExecutionState | None
    start_date: dt.datetime | None
    end_date: dt.datetime | None
    usual_seconds: float | None

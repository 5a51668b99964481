"""How far the successes of outside pipelines are reported to Dagster, as the sensor's cursor keeps it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Final

from watcher_core import Execution, ExecutionsSince, ExecutionState
from watcher_dagster.cursors import read_cursor

# An end may be replaced: a spool comes in, or a job that was given up on reports after all. So long, and for so many
# executions, that is waited for.
REPLACED_WITHIN: Final = dt.timedelta(days=7)
MOST_ENDED: Final = 1_000

# What the clocks of Dagster, of the jobs and of Watcher's database may differ by.
CLOCKS_DIFFER: Final = dt.timedelta(hours=1)


@dataclass
class ExternalCursor:
    """What a tick has to know of the ones before it.

    Attributes:
        since: When the first tick was, in seconds since 1970: what ended before is not reported.
        after: The position behind which executions are new.
        also: Executions at or before the position that have not succeeded yet, or whose success is not reported yet.
        handled: Executions behind the position whose success needs no report any more.
        pipelines: The pipelines that were known.
    """

    since: float
    after: int = 0
    also: list[int] = field(default_factory=list)
    handled: list[int] = field(default_factory=list)
    pipelines: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, kept: str | None) -> ExternalCursor | None:
        """Read the cursor of a sensor; `None` at its first tick."""
        return read_cursor(cls, kept)

    def to_json(self) -> str:
        """The cursor as text, for Dagster to keep."""
        return json.dumps(asdict(self))

    def is_wanted(self, execution: Execution) -> bool:
        """Whether an execution is a success that has to be reported."""
        if execution.state is not ExecutionState.SUCCEEDED or execution.id in self.handled:
            return False
        ended = None if execution.end_date is None else execution.end_date.timestamp()
        if execution.id > self.after or execution.id in self.also:
            # An import brings years of history, which are no news.
            return ended is None or ended >= self.since - CLOCKS_DIFFER.total_seconds()
        # The newest success of a pipeline that was not known: its asset is new, or it is back.
        return ended is not None and ended >= self.since

    def moved(self, found: ExecutionsSince, *, waiting: Iterable[int], now: dt.datetime) -> ExternalCursor:
        """Return the cursor of the next tick.

        Args:
            found: What was found at this one.
            waiting: The successes that are not reported yet.
            now: The time.
        """
        waits = set(waiting)
        ended, also, handled = [], [], []
        for execution in found.executions:
            if execution.id in waits or execution.state is ExecutionState.RUNNING:
                if execution.id <= found.after:
                    also.append(execution.id)
            elif execution.state is ExecutionState.SUCCEEDED:
                if execution.id > found.after:
                    handled.append(execution.id)
            elif execution.id <= found.after and execution.end_date and now - execution.end_date < REPLACED_WITHIN:
                ended.append(execution.id)
        return ExternalCursor(
            since=self.since,
            after=found.after,
            also=sorted([*also, *ended[-MOST_ENDED:]]),
            handled=sorted(handled),
            pipelines=sorted(set(found.pipeline_ids.values())),
        )

"""What is known of the datasets of a job, put together from its runs in whatever order their events come. Pure.

The newest run decides. As long as it has named one side alone, the newest of the runs before it that has named inputs
and outputs is kept beside it: what that one says is the lineage until the newest has named both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from watcher_core.openlineage.datasets import Datasets, merged, without_times

# Where the run before stands in what is stored of a job.
BEFORE: Final = "before"


@dataclass(frozen=True, slots=True)
class Job:
    """What is known of the datasets of a job.

    Attributes:
        at: Since when: the start of the run, or the time of the event of the job.
        run_id: By which run; `None` where an event of the job says so.
        datasets: What it reads and writes.
        before: The newest run before that has named inputs and outputs, where this one has not.
    """

    at: str
    run_id: str | None
    datasets: Datasets
    before: Job | None = None

    @property
    def is_whole(self) -> bool:
        """Whether inputs and outputs are named."""
        return bool(self.datasets["inputs"] and self.datasets["outputs"])

    @property
    def decisive(self) -> Job:
        """What the lineage of the job follows from."""
        return self if self.is_whole or self.before is None else self.before

    @property
    def stored(self) -> dict[str, Any]:
        """The datasets as they are stored, with the run before."""
        if self.before is None:
            return self.datasets
        before = {"at": self.before.at, "run_id": self.before.run_id, "datasets": self.before.datasets}
        return {**self.datasets, BEFORE: before}

    @classmethod
    def of_row(cls, at: str, run_id: str | None, stored: Mapping[str, Any]) -> Job:
        """Return what a row says."""
        before = stored.get(BEFORE)
        datasets = {name: value for name, value in stored.items() if name != BEFORE}
        return cls(at, run_id, datasets, None if before is None else cls(**before))

    def says_the_same(self, other: Job | None) -> bool:
        """Whether the lineage and all addresses are the same."""
        return other is not None and all(
            without_times(one.datasets) == without_times(another.datasets)
            for one, another in ((self, other), (self.decisive, other.decisive))
        )


def newer(known: Job | None, said: Job) -> Job:
    """Return what holds of a job: what its newest run says; of one run, all that its events say together."""
    if known is None:
        return said
    if _is_one_run(known, said):
        both = Job(said.at, said.run_id, merged(known.datasets, said.datasets), known.before)
        return replace(both, before=None) if both.is_whole else both
    if _order(said) >= _order(known):
        return said if said.is_whole else replace(said, before=known if known.is_whole else known.before)
    if known.is_whole or not (said.is_whole or (known.before is not None and _is_one_run(known.before, said))):
        return known
    return replace(known, before=newer(known.before, said))


def _is_one_run(known: Job, said: Job) -> bool:
    return known.run_id is not None and known.run_id == said.run_id


def _order(job: Job) -> tuple[str, str]:
    return job.at, job.run_id or ""

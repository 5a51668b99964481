"""What is known of the datasets of a job, put together from its runs in whatever order their events come. Pure.

The newest run decides: the one that started last. Older ones are kept beside it as long as they may decide after all:

- Where the newest has named one side alone, what the newest of those says that have named inputs and outputs is the
  lineage until it has named both.
- When a run started is known for sure by its START event. Until that has come, the run may turn out to be older.
- A run that has named one side alone may name the other when it ends. Where runs of a job overlap, that is after the
  next run has started.
- A run that names no columns, as most do until they end, leaves those that the newest of the others has named, between
  the datasets that it reads and writes itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from watcher_core.openlineage.datasets import Datasets, merged, without_times

# Where the run before stands in what is stored of a job, and that no START event has come of a run.
BEFORE: Final = "before"
WITHOUT_START: Final = "without_start"

# Of producers that send no START events, each run may turn out to be older than all others, and of jobs that name one
# side alone, no run is ever whole. So many are kept, and the newest of those that are whole.
MOST_RUNS: Final = 4


@dataclass(frozen=True, slots=True)
class Job:
    """What is known of the datasets of a job.

    Attributes:
        at: Since when: the start of the run, or the time of the event of the job.
        run_id: By which run; `None` where an event of the job says so.
        datasets: What it reads and writes.
        before: The next older run that may decide after all.
        without_start: Whether the run's START event has not come, so that it may have started earlier.
    """

    at: str
    run_id: str | None
    datasets: Datasets
    before: Job | None = None
    without_start: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether inputs and outputs are named."""
        return bool(self.datasets["inputs"] and self.datasets["outputs"])

    @property
    def decisive(self) -> Job:
        """What the lineage of the job follows from."""
        return next((run for run in _runs(self) if run.is_whole), self)

    @property
    def lineage(self) -> Datasets:
        """What the decisive run reads and writes, with the columns that the newest run has named of these datasets."""
        named = self.decisive.datasets
        told = next((run for run in _runs(self) if run.datasets["columns"]), None)
        if named["columns"] or told is None:
            return named
        inputs, outputs = ({*map(tuple, named[side])} for side in ("inputs", "outputs"))
        columns = []
        for *output, at, computed in told.datasets["columns"]:
            left = {
                column: known
                for column, sources in computed.items()
                if tuple(output) in outputs and (known := [each for each in sources if tuple(each[:2]) in inputs])
            }
            columns.append([*output, at, left])
        return {**named, "columns": columns}

    @property
    def stored(self) -> dict[str, Any]:
        """The datasets as they are stored, with the runs before."""
        stored = dict(self.datasets)
        if self.without_start:
            stored[WITHOUT_START] = True
        if self.before is not None:
            stored[BEFORE] = {"at": self.before.at, "run_id": self.before.run_id, "datasets": self.before.stored}
        return stored

    @classmethod
    def of_row(cls, at: str, run_id: str | None, stored: Mapping[str, Any]) -> Job:
        """Return what a row says."""
        datasets = dict(stored)
        before = datasets.pop(BEFORE, None)
        without_start = datasets.pop(WITHOUT_START, False)
        older = None if before is None else cls.of_row(before["at"], before["run_id"], before["datasets"])
        return cls(at, run_id, datasets, older, without_start)

    def says_the_same(self, other: Job | None) -> bool:
        """Whether the lineage and all addresses are the same."""
        return other is not None and all(
            without_times(one) == without_times(another)
            for one, another in ((self.datasets, other.datasets), (self.lineage, other.lineage))
        )


def newer(known: Job | None, said: Job) -> Job:
    """Return what holds of a job: what its newest run says; of one run, all that its events say together."""
    if known is None or known == said:
        return said
    decides = said.is_whole and not said.without_start and known.run_id != said.run_id
    decides = decides and bool(said.datasets["columns"] or not known.datasets["columns"])
    if decides and known.before is None and _order(known) < _order(said):
        return said  # as nearly always
    runs = list(_runs(known))
    for place, run in enumerate(runs):
        # An event of a job that comes again is the same one, as an event of a run is of its run.
        if run.run_id == said.run_id and (run.run_id is not None or run.at == said.at):
            runs[place] = replace(said, datasets=merged(run.datasets, said.datasets))
            break
    else:
        runs.append(said)
    return _linked(runs)


def dated(known: Job, run_id: str, *, at: str, without_start: bool) -> Job:
    """Return what holds of a job where more is known of when a run of it started."""
    return _linked(
        replace(run, at=at, without_start=without_start) if run.run_id == run_id else run for run in _runs(known)
    )


def _runs(newest: Job | None) -> Iterator[Job]:
    while newest is not None:
        yield newest
        newest = newest.before


def _linked(runs: Iterable[Job]) -> Job:
    """Put runs in order, the newest first, without those that cannot decide any more."""
    in_order = sorted(runs, key=_order, reverse=True)
    deciding = in_order[:1]
    for run in in_order[1:]:
        if any(one.is_whole and not one.without_start for one in deciding):
            break
        deciding.append(run)
    whole = next((run for run in deciding if run.is_whole), None)
    kept = [run for place, run in enumerate(deciding) if place < MOST_RUNS or run is whole]
    for run in _telling_columns(in_order):
        if all(run is not one for one in kept):
            kept.append(run if any(run is one for one in deciding) else _columns_alone(run))
    kept.sort(key=_order, reverse=True)
    newest = replace(kept[-1], before=None)
    for run in reversed(kept[:-1]):
        newest = replace(run, before=newest)
    return newest


def _telling_columns(in_order: Iterable[Job]) -> Iterator[Job]:
    """The newest run that has named columns, and older ones while it may turn out to be older than these."""
    telling = (run for run in in_order if run.datasets["columns"])
    for run in islice(telling, MOST_RUNS):
        yield run
        if not run.without_start:
            return


def _columns_alone(run: Job) -> Job:
    """A run whose datasets are no lineage any more: its inputs would be other ones if it had sent them earlier."""
    return replace(run, datasets={"inputs": [], "outputs": [], "columns": run.datasets["columns"]})


def _order(job: Job) -> tuple[str, str]:
    return job.at, job.run_id or ""

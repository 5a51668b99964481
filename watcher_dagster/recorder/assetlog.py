"""What the steps of a run were to do for an asset, and what they have reported of it. Pure, as `events`.

An asset that is made by a graph of steps comes out of one of them, which is what Dagster plans. The others may report
parts of it: chunks that they have loaded, say. What they report belongs to the materialization of the one that makes
it, and makes none by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import dagster as dg

from watcher_dagster.counts import Metadata


@dataclass(slots=True)
class Made:
    """What was reported of an asset and partition; an attempt of a step that reports replaces those before it.

    Attributes:
        at: The time of the last event of the step that makes the asset.
        attempts: The attempt of each step that has reported.
        reports: The metadata of the events with the step of each, in the order of the log.
    """

    at: float
    attempts: dict[str, int] = field(default_factory=dict)
    reports: list[tuple[str, Metadata]] = field(default_factory=list)

    @property
    def reported(self) -> list[Metadata]:
        """The metadata of the events, in the order of the log."""
        return [metadata for _, metadata in self.reports]

    def add(self, step_key: str, attempt: int, metadata: Metadata) -> None:
        """Add what an attempt of a step reports."""
        if self.attempts.setdefault(step_key, attempt) != attempt:
            self.attempts[step_key] = attempt
            self.reports = [report for report in self.reports if report[0] != step_key]
        self.reports.append((step_key, metadata))


@dataclass(slots=True)
class AssetLog:
    """What a step was to do for an asset, and has done, by partition; a partition of `None` is the whole asset.

    Attributes:
        planned: The partitions that it was to make, in their order.
        is_range: Whether these are several.
        observed: Whether it was observed; that plans a materialization too.
        is_observation: Whether that is what the step has yielded of it, so that nothing of it is missing.
        materialized: What it has made.
        within: What other steps of its graph have reported, until the step that makes the asset has done so.
    """

    planned: dict[str | None, None] = field(default_factory=dict)
    is_range: bool = False
    observed: bool = False
    is_observation: bool = False
    materialized: dict[str | None, Made] = field(default_factory=dict)
    within: dict[str | None, Made] = field(default_factory=dict)

    def partition_of(self, made: dg.AssetMaterialization) -> str | None:
        """The partition of an event; one that the code logs need not name the partition of the run."""
        if made.partition is None and len(self.planned) == 1:
            (partition,) = self.planned
            return partition
        return made.partition

    def add(
        self, made: dg.AssetMaterialization, at: float, step_key: str, attempt: int, *, is_part: bool = False
    ) -> None:
        """Add an event; with `is_part`, of another step of the graph than the one that makes the asset."""
        partition = self.partition_of(made)
        known = self.materialized.get(partition) or self.within.get(partition) or Made(at)
        known.add(step_key, attempt, made.metadata)
        if not is_part:
            known.at = at
            self.within.pop(partition, None)
            self.materialized[partition] = known
        elif partition not in self.materialized:
            self.within[partition] = known


class Outputs:
    """Which steps have yielded an output whose asset comes with the next event.

    Without it, what a step has yielded of an asset it observes looks like an observation that its code has logged.
    """

    def __init__(self) -> None:
        self._yielding: set[str | None] = set()

    def add(self, kind: str, step_key: str | None) -> bool:
        """Add an event of a step, in the order of the log; return whether it is of what the step has just yielded."""
        is_yielded = step_key in self._yielding
        self._yielding.discard(step_key)
        if kind == "STEP_OUTPUT":
            self._yielding.add(step_key)
        return is_yielded


def graph_name(step_key: str) -> str | None:
    """Return the graph of a step, which stands at the top of its job and begins the keys of its steps: `graph.step`."""
    graph, is_inside, _ = step_key.partition(".")
    return graph if is_inside else None

"""What the events of a run say together, in whatever order and however often they come. Pure.

Facts are JSON, and are merged so that order does not matter: the first time, the last end, and of each other fact what
the latest event says. The execution follows from the facts alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from watcher_core import arguments, masking, values
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import InvalidValueError
from watcher_core.openlineage import naming
from watcher_core.openlineage.reading import Event, EventType, read_object, read_run_id, read_time

# What has ended a run; where two say so at the same time, the worse one counts, which stands first here.
ENDS: Final = {
    EventType.FAIL: ExecutionState.FAILED,
    EventType.ABORT: ExecutionState.CANCELED,
    EventType.COMPLETE: ExecutionState.SUCCEEDED,
}

# What the statistics of an output count, in this order.
STATISTICS: Final = ("rowCount", "size", "fileCount")

# The texts of an error may have megabytes.
MAX_ERROR_CHARACTERS: Final = 50_000

# What of an event could not be used, and why: enough to correct the producer.
MAX_REFUSED: Final = 10

# `first`: the time of the first event. `started`: whether a START event is among them. `ends`: by type, the time of the
# last end. `said`: by subject, the time and what was said then. `written`: by output, the time and its statistics.
# `refused`: what could not be used, and why.
Facts = dict[str, Any]


def facts_of(event: Event) -> Facts:
    """Return what an event of a run says."""
    at = event.at.isoformat(timespec="microseconds")
    refused = dict(event.refused)
    said: dict[str, Any] = {
        "job": [at, {"namespace": event.namespace, "job": event.job, "producer": event.producer}],
    }
    if event.unique_id is not None:
        said["unique_id"] = [at, event.unique_id]
    for facet, (subject, read) in FACETS.items() if event.run_facets else ():
        given = event.run_facets.get(facet)
        if given is None:
            continue
        try:
            said[subject] = [at, read(given)]
        except InvalidValueError as error:
            refused[f"run.facets.{facet}"] = str(error)
    written: dict[str, Any] = {}
    for dataset in event.outputs:
        statistics = dataset.facets.get("outputStatistics")
        if statistics is None:
            continue
        try:
            written[dataset.name.address] = [at, _statistics(statistics)]
        except InvalidValueError as error:
            refused[f"outputStatistics of {dataset.name.name}"] = str(error)
    facts: Facts = {"first": at, "said": said}
    if event.type is EventType.START:
        facts["started"] = True
    if event.type in ENDS:
        facts["ends"] = {event.type.value: at}
    if event.is_test:
        facts["is_test"] = True
    if written:
        facts["written"] = written
    if refused:
        facts["refused"] = refused
    return facts


def merged(known: Facts, new: Facts) -> Facts:
    """Return what two parts of the facts say together; merging them in another order, or again, gives the same."""
    if not known or not new:
        return dict(known or new)
    both: Facts = {"first": min(known["first"], new["first"])}
    for name in ("said", "written"):
        both[name] = _latest(known.get(name, {}), new.get(name, {}))
    ends = {**known.get("ends", {})}
    for kind, at in new.get("ends", {}).items():
        ends[kind] = max(at, ends.get(kind, at))
    both["ends"] = ends
    for name in ("started", "is_test"):
        both[name] = known.get(name, False) or new.get(name, False)
    refused = {**known.get("refused", {})}
    for place, why in new.get("refused", {}).items():
        refused[place] = max(why, refused.get(place, why))
    both["refused"] = dict(sorted(refused.items())[:MAX_REFUSED])
    return {name: value for name, value in both.items() if value}


def _latest(known: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Of each subject what was said last; of two things at the same time, the one that sorts last."""
    found = dict(known)
    for subject, one in new.items():
        before = found.get(subject, one)
        if one[0] > before[0] or (one[0] == before[0] and one != before and _sort_key(one) > _sort_key(before)):
            before = one
        found[subject] = before
    return found


def _sort_key(said: list[Any]) -> str:
    return arguments.json_text(said[1], sort_keys=True)


def parents_in(events: Iterable[Event]) -> set[str]:
    """Return the runs that events name as the parent of theirs."""
    return {parent for event in events if (parent := _parent_in(event)) is not None}


def _parent_in(event: Event) -> str | None:
    """Return the run that an event names as the parent of its own; that one is named wrongly is a fact of the run."""
    if "parent" not in event.run_facets:
        return None
    try:
        return _parent(event.run_facets["parent"])
    except InvalidValueError:
        return None


def parent_of(facts: Facts) -> str | None:
    """Return the id of the run that a run is part of."""
    found = facts.get("said", {}).get("parent")
    return None if found is None else str(found[1])


def is_execution(facts: Facts) -> bool:
    """Whether a run is an execution: something is known of it, and it does not only test."""
    return bool(facts) and not facts.get("is_test")


def pipeline_of(facts: Facts) -> str:
    """Return the name of the pipeline that a run was of."""
    said = facts["said"]
    job = said["job"][1]
    return naming.pipeline_name(job["namespace"], said["unique_id"][1] if "unique_id" in said else job["job"])


def record_of(run_id: str, facts: Facts) -> values.ExecutionRecord:
    """Return the execution that follows from the facts of a run, if it is one."""
    said = {subject: value for subject, (_, value) in facts["said"].items()}
    state, end = _end(facts)
    job = said["job"]
    metadata: dict[str, Any] = {"openlineage": {name: value for name, value in job.items() if value is not None}}
    inserts = None
    if "written" in facts:
        inserts, *others = (sum_of(facts, place) for place in range(len(STATISTICS)))
        named = zip(("bytes_written", "files_written"), others, strict=True)
        metadata |= {name: count for name, count in named if count is not None}
    if "error" in said and state is not ExecutionState.SUCCEEDED:
        metadata["error"] = said["error"]
    if "refused" in facts:
        metadata["refused"] = facts["refused"]
    parent = parent_of(facts)
    nominal = said.get("nominal")
    return values.ExecutionRecord(
        pipeline_name=pipeline_of(facts),
        pipeline_type_name=naming.PIPELINE_TYPE,
        source=ExecutionSource.OPENLINEAGE,
        external_id=run_id,
        parent_external_id=None if parent == run_id else parent,
        state=state,
        start_date=dt.datetime.fromisoformat(facts["first"]),
        end_date=end,
        logical_date=None if nominal is None else dt.datetime.fromisoformat(nominal),
        inserts=inserts,
        execution_metadata=metadata,
    )


def sum_of(facts: Facts, place: int) -> int | None:
    """Return what all outputs have of one statistic; `None` where none says, or they are more than can be stored."""
    known = [statistics[place] for _, statistics in facts.get("written", {}).values() if statistics[place] is not None]
    total = sum(known)
    return total if known and total <= arguments.MAX_BIGINT else None


def _end(facts: Facts) -> tuple[ExecutionState, dt.datetime | None]:
    ends = facts.get("ends")
    if not ends:
        return ExecutionState.RUNNING, None
    last = max(ends.values())
    kind = next(kind for kind in ENDS if ends.get(kind) == last)
    return ENDS[kind], dt.datetime.fromisoformat(last)


# Facets. Each says why it cannot be used; the event counts without it.


def _parent(facet: object) -> str:
    run = read_object(facet, "it").get("run")
    return read_run_id(read_object(run, "run").get("runId"), "run.runId")


def named_parent(event: Event) -> tuple[str, str] | None:
    """Return the run that an event says its own is part of, and the pipeline that this is said to be of.

    Returns:
        The id of the run and a name, which is empty where no job is said; `None` where there is none.
    """
    run_id = _parent_in(event)
    if run_id is None:
        return None
    job = event.run_facets["parent"].get("job")
    parts = [job.get("namespace"), job.get("name")] if isinstance(job, Mapping) else []
    namespace, name = [part if isinstance(part, str) else "" for part in parts] or ("", "")
    return run_id, naming.pipeline_name(namespace, name) if namespace and name else ""


def leave_out_parent(event: Event, why: str) -> None:
    """Let a run be part of no other one, and keep why with its execution."""
    event.run_facets = {name: facet for name, facet in event.run_facets.items() if name != "parent"}
    event.refused = {**event.refused, "run.facets.parent": why}


def _nominal_time(facet: object) -> str:
    return read_time(read_object(facet, "it").get("nominalStartTime"), "nominalStartTime").isoformat()


def _error(facet: object) -> dict[str, str]:
    given = read_object(facet, "it")
    found = {
        "message": arguments.text(given.get("message"), "message"),
        "stack": "" if given.get("stackTrace") is None else arguments.text(given["stackTrace"], "stackTrace"),
    }
    return {name: masking.beginning(text, MAX_ERROR_CHARACTERS) for name, text in found.items() if text}


# What they are facts about.
FACETS: Final[Mapping[str, tuple[str, Callable[[object], Any]]]] = {
    "parent": ("parent", _parent),
    "nominalTime": ("nominal", _nominal_time),
    "errorMessage": ("error", _error),
}


def _statistics(facet: object) -> list[int | None]:
    given = read_object(facet, "it")
    return [_count(given.get(name), name) for name in STATISTICS]


def _count(value: object, argument: str) -> int | None:
    if isinstance(value, float) and value.is_integer():  # a producer whose numbers are all of one kind
        value = int(value)
    return arguments.count(value, argument)

"""Events as they are sent: read strictly where they say what is meant, and leniently in all else.

An event without a usable time, run, job or dataset is refused, and the error names the value and the rule. Facets are
objects that anybody may add: those that we do not know are passed over.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from watcher_core import arguments, masking
from watcher_core.errors import InvalidValueError
from watcher_core.openlineage import naming

# How an id of a run is kept.
CANONICAL: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# So many datasets an event may name on each side. More is a mistake of its producer, and no graph that people can read.
MAX_DATASETS: Final = 10_000


class EventType(StrEnum):
    """What an event says of its run."""

    START = "START"  # it has begun
    RUNNING = "RUNNING"  # it goes on
    COMPLETE = "COMPLETE"  # it has succeeded
    ABORT = "ABORT"  # it was stopped
    FAIL = "FAIL"  # it has failed
    OTHER = "OTHER"  # there is more to know of it


@dataclass(frozen=True, slots=True, order=True)
class DatasetName:
    """A dataset, as OpenLineage names it; without passwords."""

    namespace: str
    name: str

    @property
    def address(self) -> str:
        """The name of its address."""
        return naming.address_name(self.namespace, self.name)


# Events come by the thousand, and what is frozen takes three times as long to make. Nobody changes them.
@dataclass(slots=True, kw_only=True)
class Dataset:
    """A dataset in an event, with its facets: those of the dataset, and those of this use of it."""

    name: DatasetName
    facets: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Event:
    """An event of a run, a job or a dataset.

    Attributes:
        at: When it happened.
        run_id: The run that it is about; `None` for an event of a job or a dataset.
        type: What it says of the run.
        pipeline_name: The pipeline that it is about; `None` for an event of a dataset.
        namespace, job: The job; empty for an event of a dataset.
        unique_id: What dbt calls the job, whichever of dbt's commands has run it.
        is_test: Whether the job is one of dbt that only tests.
        run_facets: The facets of the run.
        refused: What of it is not to be used, by its place, and why; kept with the execution.
        inputs, outputs: What it reads and writes. An event of a dataset has that one as its input.
        producer: The program that has sent it.
    """

    at: dt.datetime
    run_id: str | None = None
    type: EventType = EventType.OTHER
    pipeline_name: str | None = None
    namespace: str = ""
    job: str = ""
    unique_id: str | None = None
    is_test: bool = False
    run_facets: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[Dataset, ...] = ()
    outputs: tuple[Dataset, ...] = ()
    producer: str | None = None


def read_event(given: object) -> Event:
    """Read an event of the specifications 1.x or 2.x.

    Args:
        given: The event, as JSON is read.

    Raises:
        InvalidValueError: It is none; the message names the value and the rule.
    """
    event = read_object(given, "the event")
    at = read_time(event.get("eventTime"), "eventTime")
    producer = event.get("producer")
    read = Event(at=at, producer=producer if isinstance(producer, str) else None)
    if event.get("run") is not None or event.get("job") is not None:
        _read_run(event, read)
        _read_job(event, read)
        read.inputs = _datasets(event, "inputs", "inputFacets")
        read.outputs = _datasets(event, "outputs", "outputFacets")
        return read
    if event.get("dataset") is not None:
        read.inputs = (_dataset(event["dataset"], "dataset"),)
        return read
    raise InvalidValueError(
        f"the event has {arguments.shown(sorted(map(str, event)))}; it must have a run and a job, a job, or a dataset"
    )


def read_object(value: object, argument: str) -> Mapping[str, Any]:
    """Read an object.

    Raises:
        InvalidValueError: It is none.
    """
    if not isinstance(value, dict | Mapping):  # JSON is read as dictionaries; asking for these is a tenth of the time
        raise InvalidValueError(f"{argument} is {arguments.shown(value)}; it must be an object")
    return value


def read_time(value: object, argument: str) -> dt.datetime:
    """Read a time in ISO 8601; one without a time zone is in UTC.

    Raises:
        InvalidValueError: It is none.
    """
    try:
        if not isinstance(value, str) or "t" not in value.lower():
            raise ValueError
        time = dt.datetime.fromisoformat(value.strip().upper())
    except ValueError:
        rule = "it must be a time in ISO 8601, as 2026-01-31T09:30:00Z"
        raise InvalidValueError(f"{argument} is {arguments.shown(value)}; {rule}") from None
    return arguments.instant(time if time.tzinfo else time.replace(tzinfo=dt.UTC), argument)


def read_run_id(value: object, argument: str) -> str:
    """Read the id of a run, which is a UUID.

    Raises:
        InvalidValueError: It is none.
    """
    if isinstance(value, str) and CANONICAL.fullmatch(value):  # as nearly all are; UUID takes five times as long
        return value
    try:
        return str(uuid.UUID(value if isinstance(value, str) else ""))
    except ValueError:
        raise InvalidValueError(f"{argument} is {arguments.shown(value)}; it must be a UUID") from None


def read_dataset_name(given: Mapping[str, Any], argument: str) -> DatasetName:
    """Read how a dataset is named.

    Raises:
        InvalidValueError: It has no namespace or name, or they are too long for an address.
    """
    namespace, name = given.get("namespace"), given.get("name")
    if isinstance(namespace, str) and isinstance(name, str):
        return _checked_name(namespace, name, argument)
    _word(namespace, f"{argument}.namespace")
    _word(name, f"{argument}.name")
    raise AssertionError("one of the two is no text")  # which is refused above


# The same few datasets come with each run, in the same places of an event.
@lru_cache(maxsize=1024)
def _checked_name(namespace: str, name: str, argument: str) -> DatasetName:
    namespace = masking.mask_text(_word(namespace, f"{argument}.namespace"))
    name = masking.mask_text(_word(name, f"{argument}.name"))
    arguments.address_name(naming.address_name(namespace, name), argument)
    return DatasetName(namespace, name)


def _read_run(event: Mapping[str, Any], read: Event) -> None:
    if event.get("run") is None:
        return
    run = read_object(event["run"], "run")
    read.run_id = read_run_id(run.get("runId"), "run.runId")
    read.type = _type(event.get("eventType"))
    read.run_facets = _facets(run, "run")


def _type(value: object) -> EventType:
    if value is None:
        return EventType.OTHER
    try:
        return EventType(value.strip().upper() if isinstance(value, str) else "")
    except ValueError:
        allowed = ", ".join(EventType)
        raise InvalidValueError(f"eventType is {arguments.shown(value)}; it may be {allowed}") from None


def _read_job(event: Mapping[str, Any], read: Event) -> None:
    job = read_object(event.get("job"), "job")
    namespace, name = job.get("namespace"), job.get("name")
    facets = _facets(job, "job")
    unique_id = None
    if "dbt_node" in facets:
        node, kind = facets["dbt_node"], facets.get("jobType")
        unique_id = node.get("unique_id") if isinstance(node, Mapping) else None
        unique_id = unique_id.strip() if isinstance(unique_id, str) and unique_id.strip() else None
        read.is_test = unique_id is not None and isinstance(kind, Mapping) and kind.get("jobType") == "TEST"
    if not isinstance(namespace, str) or not isinstance(name, str):
        namespace, name = _word(namespace, "job.namespace"), _word(name, "job.name")
    read.unique_id = unique_id
    read.namespace, read.job, read.pipeline_name = _names_of_job(namespace, name, unique_id)


# The same jobs come with each run.
@lru_cache(maxsize=1024)
def _names_of_job(namespace: str, name: str, unique_id: str | None) -> tuple[str, str, str]:
    """Return the namespace and the name, checked, and the name of the pipeline."""
    namespace, name = _word(namespace, "job.namespace"), _word(name, "job.name")
    return namespace, name, arguments.name(naming.pipeline_name(namespace, unique_id or name), "job")


def _datasets(event: Mapping[str, Any], side: str, own: str) -> tuple[Dataset, ...]:
    given = event.get(side)
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > MAX_DATASETS:
        what = f"{len(given):,} datasets" if isinstance(given, list) else arguments.shown(given)
        raise InvalidValueError(f"{side} is {what}; it must be a list of at most {MAX_DATASETS:,}")
    return tuple([_dataset(one, f"{side}[{place}]", own) for place, one in enumerate(given)])


def _dataset(given: object, argument: str, own: str | None = None) -> Dataset:
    dataset = read_object(given, argument)
    facets = _facets(dataset, argument)
    if own is not None and own in dataset:
        facets = {**facets, **_facets(dataset, argument, own)}
    return Dataset(name=read_dataset_name(dataset, argument), facets=facets)


def _facets(given: Mapping[str, Any], argument: str, which: str = "facets") -> Mapping[str, Any]:
    found = given.get(which)
    if isinstance(found, dict):
        return found
    return {} if found is None else read_object(found, f"{argument}.{which}")


def _word(value: object, argument: str) -> str:
    return arguments.name(value, argument)

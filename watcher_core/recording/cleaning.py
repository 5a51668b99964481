"""What a record of an execution may say: each of its facts is checked, and made into what is stored."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from watcher_core import arguments, values
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import InvalidValueError
from watcher_core.values import COUNTS

logger = logging.getLogger("watcher.progress")


def all_cleaned(records: Iterable[values.ExecutionRecord], *, drop_refused: bool) -> list[dict[str, Any]]:
    """Return records as rows of what is written.

    Raises:
        InvalidValueError: One breaks a rule, and which.
    """
    clean = cleaned_leniently if drop_refused else cleaned
    rows = []
    for record in records:
        try:
            rows.append(clean(record))
        except InvalidValueError as error:
            which = f"execution {arguments.shown(record.external_id)} of {arguments.shown(record.pipeline_name)}"
            raise InvalidValueError(f"{which}: {error}") from error
    return rows


def cleaned(record: values.ExecutionRecord) -> dict[str, Any]:
    """Return a record as a row of what is written.

    Raises:
        InvalidValueError: It breaks a rule.
    """
    start_date = arguments.instant(record.start_date, "start_date")
    end_date = None if record.end_date is None else arguments.instant(record.end_date, "end_date")
    state = arguments.choice(record.state, ExecutionState, "state")
    if (state is ExecutionState.RUNNING) != (end_date is None):
        raise InvalidValueError(
            f"end_date is {end_date} and state is {state.value!r}; all but running ones have an end"
        )
    source = arguments.choice(record.source, ExecutionSource, "source").value
    external_id = arguments.external_id(record.external_id, "external_id")
    parent_source, parent = _parent(record)
    if (parent_source, parent) == (source, external_id):
        raise InvalidValueError(
            f"parent_external_id is {parent!r}, as external_id is; an execution is not its own parent"
        )
    facts = {name: clean(getattr(record, name), name) for name, clean in FACTS.items()}
    for name, check in MARKED_BY.items():
        check(getattr(record, name), name)
    metadata = facts.pop("execution_metadata")
    return {
        "pipeline_name": arguments.name(record.pipeline_name, "pipeline_name"),
        "pipeline_type_name": None
        if record.pipeline_type_name is None
        else arguments.name(record.pipeline_type_name, "pipeline_type_name"),
        "declared_by": None if record.declared_by is None else arguments.name(record.declared_by, "declared_by"),
        "source": source,
        "external_id": external_id,
        "parent_source": parent_source,
        "parent_external_id": parent,
        "instance_id": None if record.instance_id is None else arguments.text(record.instance_id, "instance_id"),
        "scope": None if record.scope is None else arguments.text(record.scope, "scope"),
        "state": state.value,
        "reported_start": start_date,
        "reported_end": end_date,
        **facts,
        "metadata": metadata | _marks(record, facts, metadata),
    }


def _parent(record: values.ExecutionRecord) -> tuple[str, str] | tuple[None, None]:
    if record.parent_identity is None:
        return None, None
    source, external_id = record.parent_identity
    return (
        arguments.choice(source, ExecutionSource, "parent_source").value,
        arguments.external_id(external_id, "parent_external_id"),
    )


def _optional(check: Callable[[object, str], Any]) -> Callable[[object, str], Any]:
    return lambda value, name: None if value is None else check(value, name)


# What an execution can be recorded without, with the check of each.
FACTS: Mapping[str, Callable[[Any, str], Any]] = {
    "former_external_id": _optional(arguments.external_id),
    "parent_id": _optional(arguments.identifier),
    "logical_date": _optional(arguments.instant),
    "full_load": arguments.flag,
    "next_watermark": arguments.watermark,
    **dict.fromkeys(COUNTS, arguments.count),
    "execution_metadata": arguments.json_object,
}
# What marks its metadata.
MARKED_BY: Mapping[str, Callable[[Any, str], Any]] = {
    "duration_is_shared": _optional(arguments.flag),
    "is_provisional": arguments.flag,
    "may_be_no_change": arguments.flag,
}


def cleaned_leniently(record: values.ExecutionRecord) -> dict[str, Any]:
    """As `cleaned`, without the facts that break a rule. One bad value must not take the rest of a run with it."""
    try:
        return cleaned(record)
    except InvalidValueError:
        left: dict[str, Any] = {}
        refused: dict[str, str] = {}
        for name, clean in {**FACTS, **MARKED_BY}.items():
            try:
                clean(getattr(record, name), name)
            except InvalidValueError as error:
                left[name] = NOTHING.get(name)
                refused[name] = str(error)
        if not refused:
            raise
        logger.warning("execution %s of %s is recorded without %s", record.external_id, record.pipeline_name, refused)
        metadata = left.pop("execution_metadata", record.execution_metadata)
        return cleaned(replace(record, **left, execution_metadata={**metadata, "refused": refused}))


NOTHING: Mapping[str, Any] = {
    "full_load": False,
    "execution_metadata": {},
    "is_provisional": False,
    "may_be_no_change": False,
}


def _marks(record: values.ExecutionRecord, facts: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """What statements and checks look for in the metadata of an execution."""
    marks: dict[str, Any] = {}
    if record.duration_is_shared is not None:
        marks["duration_of"] = "step" if record.duration_is_shared else "execution"
    if record.may_be_no_change:
        marks["may_be_no_change"] = True
    if record.is_provisional:
        read = {name: facts[name] for name in (*COUNTS, "next_watermark") if facts[name] is not None}
        marks["provisional"] = read | {"metadata": metadata}
    return marks


def is_provisional(metadata: str) -> str:
    """The SQL of whether the last record of an execution was provisional, which its mark says.

    A key of that name is in the metadata of others, too: figures are provisional.

    Args:
        metadata: The SQL of the execution's metadata.
    """
    return f"coalesce(jsonb_typeof({metadata} #> '{{provisional,metadata}}') = 'object', false)"

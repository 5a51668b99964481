"""Ids of executions in traces, and how W3C Trace Context hands them on.

The ids follow from the identity of an execution. So an export again gives the same ones, a child can be exported before
what it is part of, and a command knows its span while it runs, long before anything is exported.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from watcher_core.enclosing import PartOf, part_of, provisional_run

TRACEPARENT: Final = "TRACEPARENT"
TRACESTATE: Final = "TRACESTATE"

DAGSTER: Final = "dagster"
# What is reported in Dagster without a run has an identity that begins so.
RUNLESS: Final = "runless/"

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")


@dataclass(frozen=True)
class SpanContext:
    """A span of some trace, by its ids."""

    trace_id: int
    span_id: int

    @property
    def traceparent(self) -> str:
        """The variable that hands it on, as one that is recorded."""
        return f"00-{self.trace_id:032x}-{self.span_id:016x}-01"


def trace_id(source: str, external_id: str) -> int:
    """Return the trace that an execution is the root of: its own UUID, where it has one."""
    try:
        found = uuid.UUID(external_id).int
    except ValueError:
        found = 0
    return found or _digest(f"trace/{source}/{external_id}", 16)


def span_id(source: str, external_id: str) -> int:
    """Return the span of an execution."""
    return _digest(f"span/{source}/{external_id}", 8)


def run_of(source: str, external_id: str) -> str:
    """Return the identity of the run that something in Dagster is part of; whatever else is no part of a run."""
    if source != DAGSTER or external_id.startswith(RUNLESS):
        return external_id
    return external_id.partition("/")[0]


def read_traceparent(text: object) -> SpanContext | None:
    """Return the span that a variable names; `None` where it names none."""
    found = _TRACEPARENT.fullmatch(text) if isinstance(text, str) else None
    return None if found is None else SpanContext(int(found[1], 16), int(found[2], 16))


def own_context(source: str, external_id: str, environment: Mapping[str, str] | None = None) -> SpanContext | None:
    """Return the span of an execution that this process records; `None` where its trace is not known here.

    What has recorded itself within a step of Dagster gets the identity of the step later: its span is that of the run.
    """
    variables = os.environ if environment is None else environment
    run = provisional_run(external_id) if source == DAGSTER else None
    if run is not None:
        return SpanContext(trace_id(DAGSTER, run), span_id(DAGSTER, run))
    span, around = span_id(source, external_id), part_of(variables)
    if around is None:
        return SpanContext(trace_id(source, run_of(source, external_id)), span)
    if around.source is None or around.external_id is None:
        return None
    passed_on = read_traceparent(variables.get(TRACEPARENT))
    if passed_on is not None and _is_of(passed_on, around):
        return SpanContext(passed_on.trace_id, span)
    return SpanContext(trace_id(around.source, run_of(around.source, around.external_id)), span)


def foreign_traceparent(environment: Mapping[str, str] | None = None) -> str | None:
    """Return the variable, where somebody else than Watcher has set it: the trace of a scheduler, or of a build."""
    variables = os.environ if environment is None else environment
    given, around = variables.get(TRACEPARENT), part_of(variables)
    context = read_traceparent(given)
    return None if context is None or (around is not None and _is_of(context, around)) else given


def _is_of(context: SpanContext, around: PartOf) -> bool:
    return (
        around.source is not None
        and around.external_id is not None
        and context.span_id == span_id(around.source, around.external_id)
    )


def _digest(text: str, size: int) -> int:
    # No id may be zero.
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:size]) or 1

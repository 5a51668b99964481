"""What `track` was asked for, and the execution that its block sees."""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from watcher_core import arguments, catalog, lineage, masking, text, values
from watcher_core.enclosing import PartOf
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import InvalidValueError
from watcher_core.recording.processes import Process
from watcher_core.trace_context import own_context
from watcher_core.values import COUNTS, UNSET, Unset

# An error may quote a whole statement, with all of its rows.
MESSAGE_CHARACTERS = 2000
STACK_CHARACTERS = 2000


@dataclass(frozen=True, kw_only=True)
class TrackRequest:
    """What `track` was asked for, checked. `pipeline` to `spool` are its arguments.

    `part_of` is what the process of the block knows that it is part of, which may be another process than this one.
    `process` is the one that promises heartbeats until the block ends.
    """

    pipeline: values.PipelineConfiguration
    external_id: str
    next_watermark: Any = None
    parent_id: int | None = None
    parent: values.ExecutionRecord | None = None
    full_load: bool = False
    execution_metadata: Mapping[str, Any] | None = None
    sources: Iterable[values.Address] = ()
    targets: Iterable[values.Address] = ()
    source: ExecutionSource = ExecutionSource.PYTHON
    logical_date: dt.datetime | None = None
    attempt: int = 1
    instance_id: str | None = None
    scope: str | None = None
    strict: bool = False
    spool: bool = True
    part_of: PartOf | None = None
    process: Process | None = None
    name: str = field(init=False)
    type_name: str | None = field(init=False)
    configuration: Mapping[str, Any] = field(init=False)
    configuration_hash: str | None = field(init=False)
    lineage: values.PipelineLineage | None = field(init=False)

    def __post_init__(self) -> None:
        """Check all of it before the database is used: misuse raises whether the database can be reached or not."""
        pipeline = arguments.value_of(values.PipelineConfiguration, self.pipeline, "pipeline")
        for attribute, kind in (("parent", values.ExecutionRecord), ("part_of", PartOf), ("process", Process)):
            if (given := getattr(self, attribute)) is not None:
                arguments.value_of(kind, given, attribute)
        name = arguments.name(pipeline.name, "pipeline")
        configuration = catalog.clean_configuration(pipeline)
        cleaned = {
            "name": name,
            "type_name": configuration.get("pipeline_type_name"),
            "configuration": configuration,
            "configuration_hash": catalog.configuration_hash(configuration) if configuration else None,
            "next_watermark": arguments.watermark(self.next_watermark, "next_watermark"),
            "execution_metadata": arguments.json_object(self.execution_metadata, "execution_metadata"),
            "lineage": _lineage(
                name, arguments.several(self.sources, "sources"), arguments.several(self.targets, "targets")
            ),
            "parent_id": None if self.parent_id is None else arguments.identifier(self.parent_id, "parent_id"),
            "full_load": arguments.flag(self.full_load, "full_load"),
            "source": arguments.choice(self.source, ExecutionSource, "source"),
            "external_id": arguments.external_id(self.external_id, "external_id"),
            "logical_date": None if self.logical_date is None else arguments.instant(self.logical_date, "logical_date"),
            "instance_id": None if self.instance_id is None else arguments.text(self.instance_id, "instance_id"),
            "scope": None if self.scope is None else arguments.text(self.scope, "scope"),
            "attempt": arguments.positive(self.attempt, "attempt") or 1,
            "strict": arguments.flag(self.strict, "strict"),
            "spool": arguments.flag(self.spool, "spool"),
        }
        for attribute, value in cleaned.items():
            object.__setattr__(self, attribute, value)

    @property
    def parent_identity(self) -> tuple[ExecutionSource, str] | None:
        """The source and the external id of what it is part of; `None` where at most an id of that is known."""
        if self.parent is not None:
            return self.parent.source, self.parent.external_id
        found = None if self.parent_id is not None or self.part_of is None else self.part_of.identity
        return None if found is None else (ExecutionSource(found[0]), found[1])


# The attributes that a block may assign to as well: what each must be, and what is kept where it is not that.
CHECKED: tuple[tuple[str, Callable[[Any, str], Any], Callable[[], Any]], ...] = (
    *((name, arguments.count, lambda: None) for name in COUNTS),
    ("next_watermark", arguments.watermark, lambda: None),
    ("execution_metadata", arguments.json_object, dict),
)


class TrackedExecution:
    """One execution of a pipeline, while it runs.

    Attributes:
        id: The execution's id; `None` while the database cannot be reached.
        pipeline: The pipeline's name.
        watermark: The pipeline's watermark when this execution started; `None` at first, and while the database
            cannot be reached.
        next_watermark: The pipeline's watermark after this execution, if it succeeds.
        execution_metadata: Other facts about the execution, as far as they were recorded.
        start_date: When it started.
        inserts, updates, soft_deletes, total_rows: Rows, as far as they were recorded.
    """

    def __init__(self, request: TrackRequest, *, start_date: dt.datetime | None = None) -> None:
        self.id: int | None = None
        self.pipeline = request.name
        self.watermark: str | None = None
        self.next_watermark: str | None = request.next_watermark
        self.inserts: int | None = None
        self.updates: int | None = None
        self.soft_deletes: int | None = None
        self.total_rows: int | None = None
        self.execution_metadata: dict[str, Any] = dict(request.execution_metadata or {})
        self.start_date = start_date or dt.datetime.now(dt.UTC)
        self._request = request
        # The parent that was not known when this started: it may be when this ends.
        self._missing_parent: tuple[str, str] | None = None

    @property
    def traceparent(self) -> str | None:
        """The execution as a span, in W3C Trace Context: what is handed on as `TRACEPARENT` is part of its trace.

        `None` where the execution was given a parent, of whose trace this process knows nothing.
        """
        request = self._request
        if request.parent_id is not None or request.parent is not None:
            return None
        context = own_context(request.source.value, request.external_id)
        return None if context is None else context.traceparent

    def record(
        self,
        *,
        inserts: int | None = None,
        updates: int | None = None,
        soft_deletes: int | None = None,
        total_rows: int | None = None,
        execution_metadata: Mapping[str, Any] | None = None,
        next_watermark: object = UNSET,
    ) -> None:
        """Record what the execution did; it is written when the block ends. Later calls add to or replace earlier ones.

        Args:
            inserts: Rows inserted.
            updates: Rows updated.
            soft_deletes: Rows marked as deleted.
            total_rows: Rows handled in all.
            execution_metadata: Other facts to keep about the execution.
            next_watermark: The pipeline's new watermark, where it is known only now.

        Raises:
            InvalidValueError: A value breaks a rule; nothing of this call is kept.
        """
        passed = {"inserts": inserts, "updates": updates, "soft_deletes": soft_deletes, "total_rows": total_rows}
        counts = {name: arguments.count(value, name) for name, value in passed.items() if value is not None}
        metadata = arguments.json_object(execution_metadata, "execution_metadata")
        if not isinstance(next_watermark, Unset):
            self.next_watermark = arguments.watermark(next_watermark, "next_watermark")
        for name, value in counts.items():
            setattr(self, name, value)
        self.execution_metadata |= metadata

    def _take_out_misuse(self) -> InvalidValueError | None:
        """Take out what was assigned to an attribute and breaks a rule; return the first error, which names it."""
        found: InvalidValueError | None = None
        for attribute, check, nothing in CHECKED:
            try:
                setattr(self, attribute, check(getattr(self, attribute), attribute))
            except InvalidValueError as exc:
                setattr(self, attribute, nothing())
                found = found or exc
        return found

    def _started(self, execution: values.Execution) -> None:
        """Take over what the database knows of the execution that has started."""
        self.id = execution.id
        self.start_date = execution.start_date  # an earlier record of it was written by another clock
        self.watermark = execution.watermark
        self._missing_parent = self._request.parent_identity if execution.parent_id is None else None
        if self.next_watermark is None:
            self.next_watermark = execution.next_watermark  # the pipeline's

    def _ended(self, error: BaseException | None) -> values.ExecutionRecord:
        """Return the record of the execution, which ends now, with the error that ended it."""
        if error is not None:
            self.execution_metadata |= arguments.json_object({"error": _error_metadata(error)}, "error")
        request = self._request
        parent_source, parent_external_id = request.parent_identity or (None, None)
        around_id = None if request.part_of is None else request.part_of.id
        counts = {name: getattr(self, name) for name in COUNTS}
        attempts = {"attempts": request.attempt} if request.attempt > 1 else {}
        return values.ExecutionRecord(
            pipeline_name=request.name,
            pipeline_type_name=request.type_name,
            source=request.source,
            external_id=request.external_id,
            state=_final_state(error),
            start_date=self.start_date,
            end_date=max(dt.datetime.now(dt.UTC), self.start_date),  # not negative where a clock was set back
            parent_id=around_id if request.parent_id is None else request.parent_id,
            parent_source=parent_source,
            parent_external_id=parent_external_id,
            instance_id=request.instance_id,
            scope=request.scope,
            logical_date=request.logical_date,
            full_load=request.full_load,
            next_watermark=self.next_watermark,
            execution_metadata=self.execution_metadata | attempts,
            **counts,
        )


def _final_state(error: BaseException | None) -> ExecutionState:
    if error is None:
        return ExecutionState.SUCCEEDED
    # Other than an Exception, it is a shutdown or a cancellation: Ctrl-C, sys.exit, Dagster ending the run.
    return ExecutionState.FAILED if isinstance(error, Exception) else ExecutionState.CANCELED


def _lineage(
    pipeline: str, sources: tuple[values.Address, ...], targets: tuple[values.Address, ...]
) -> values.PipelineLineage | None:
    if not sources and not targets:
        return None  # the lineage stays as it is
    return lineage.clean_declaration(values.PipelineLineage(pipeline_name=pipeline, sources=sources, targets=targets))


def _error_metadata(error: BaseException) -> dict[str, str]:
    known = getattr(error, "execution_error", None)  # of a command, which is no exception of Python
    if known is not None:
        return dict(known)
    try:
        message = str(error)
    except Exception as exc:  # an error in __str__ must not hide the error itself
        message = f"(no message: {type(exc).__name__})"
    try:
        stack = "".join(traceback.format_exception(error))
    except Exception as exc:  # nor one in what an error refers to
        stack = f"(no stack: {type(exc).__name__})"
    return {
        "class": type(error).__name__,
        "message": masking.beginning(text.without_colors(message), MESSAGE_CHARACTERS),
        "stack": masking.end(text.without_colors(stack), STACK_CHARACTERS),
    }

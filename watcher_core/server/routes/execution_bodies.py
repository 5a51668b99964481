"""What requests about executions hold, and what they are answered."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, model_validator

from watcher_core import recording, values
from watcher_core.enclosing import PartOf
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.server.fields import (
    Body,
    Count,
    Id,
    Instant,
    LongName,
    Watermark,
)
from watcher_core.server.routes.pipelines import ConfigurationFields

MAX_BATCH = 10_000
MAX_KEY_CHARACTERS = 255

Host = Annotated[str, Field(min_length=1, max_length=255)]


class StartBody(Body):
    """An execution that starts."""

    pipeline_id: Id = Field(examples=[1])
    start_date: Instant | None = Field(None, description="Null: now.", examples=["2026-01-02T06:00:00Z"])
    watermark: Watermark | None = Field(None, description="Where it begins; kept with the execution.")
    next_watermark: Watermark | None = Field(None, description="The pipeline's watermark, if it succeeds.")
    parent_id: Id | None = None
    parent_execution_id: Id | None = Field(None, description="The same as `parent_id`.")
    full_load: bool | None = None
    execution_metadata: dict[str, Any] | None = None


class EndBody(Body):
    """An execution that ends. Of two ends, the first one wins."""

    id: Id = Field(examples=[1])
    end_date: Instant | None = Field(None, description="Null: now.", examples=["2026-01-02T06:05:00Z"])
    completed_successfully: bool = Field(examples=[True])
    inserts: Count | None = Field(None, examples=[3])
    updates: Count | None = None
    soft_deletes: Count | None = None
    total_rows: Count | None = Field(None, examples=[3])
    next_watermark: Watermark | None = None
    execution_metadata: dict[str, Any] | None = None


class CloseBody(Body):
    """How an execution ended whose process was killed."""

    state: Literal["failed", "canceled", "succeeded"] = "failed"
    reason: str | None = Field(None, description="Why, for those who read of it.", examples=["host lost"])


class HeartbeatBody(Body):
    """An execution that lives."""

    id: Id = Field(examples=[1])
    host: Host | None = Field(None, description="Where it runs.")


class HeartbeatAnswer(BaseModel):
    """`running`: whether the execution runs; one that has ended needs no more heartbeats."""

    running: bool


class ExecutionAnswer(BaseModel):
    """An execution, in the form that the API has always had."""

    id: int
    parent_id: int | None
    pipeline_id: int
    start_date: dt.datetime
    end_date: dt.datetime | None
    duration_seconds: int | None
    completed_successfully: bool | None
    inserts: int | None
    updates: int | None
    soft_deletes: int | None
    total_rows: int | None
    watermark: str | None
    next_watermark: str | None
    execution_metadata: dict[str, Any] | None
    anomaly_flags: dict[str, bool] | None
    throughput: float | None
    full_load: bool
    child_executions: list[ExecutionAnswer]


class AddressFields(Body):
    """An address, as the lineage of an execution names it."""

    name: LongName
    address_type_name: LongName
    address_type_group_name: LongName | None = None
    database_name: LongName | None = None
    schema_name: LongName | None = None
    table_name: LongName | None = None
    primary_key: LongName | None = None
    address_metadata: dict[str, Any] | None = None


class DeclarationFields(Body):
    """What code declares of a pipeline: its configuration, and what it reads and writes."""

    configuration: ConfigurationFields | None = None
    sources: list[AddressFields] = Field(default_factory=list, max_length=10_000)
    targets: list[AddressFields] = Field(default_factory=list, max_length=10_000)

    def declared(self, pipeline_name: str) -> dict[str, Any]:
        """Return it as `track` takes it."""
        configuration = {} if self.configuration is None else self.configuration.declared()
        sources, targets = (
            [values.Address(**{**dict(each), "address_metadata": each.address_metadata or {}}) for each in side]
            for side in (self.sources, self.targets)
        )
        pipeline = values.PipelineConfiguration(name=pipeline_name, **configuration)
        return {"pipeline": pipeline, "sources": sources, "targets": targets}


class DeclarationBody(DeclarationFields):
    """What code declares of a pipeline, apart from an execution of it."""

    pipeline_name: LongName = Field(examples=["nightly_export"])
    next_watermark: Watermark | None = Field(None, description="Here `null` takes it away, too.")
    load_lineage: bool | None = None


class RecordFields(Body):
    """An execution that is recorded after the fact. `source` and `external_id` are its identity."""

    pipeline_name: LongName = Field(examples=["nightly_export"])
    external_id: Annotated[str, Field(min_length=1, max_length=2560)] = Field(examples=["export-2026-01-02"])
    source: ExecutionSource = ExecutionSource.HTTP
    state: ExecutionState = Field(examples=["succeeded"])
    start_date: Instant = Field(examples=["2026-01-02T06:00:00Z"])
    end_date: Instant | None = Field(
        None, description="All but running ones have one.", examples=["2026-01-02T06:05:00Z"]
    )
    parent_external_id: Annotated[str, Field(min_length=1, max_length=2560)] | None = Field(
        None, description="What it was part of; passed over where that is not known."
    )
    parent_source: ExecutionSource | None = Field(None, description="The source of that; null: `source`.")
    parent_id: Id | None = None
    instance_id: str | None = None
    scope: str | None = None
    pipeline_type_name: LongName | None = None
    logical_date: Instant | None = None
    full_load: bool = False
    next_watermark: Watermark | None = None
    inserts: Count | None = None
    updates: Count | None = None
    soft_deletes: Count | None = None
    total_rows: Count | None = None
    execution_metadata: dict[str, Any] = Field(default_factory=dict)
    former_external_id: Annotated[str, Field(min_length=1, max_length=2560)] | None = None
    duration_is_shared: bool | None = None
    is_provisional: bool = False
    may_be_no_change: bool = False

    @property
    def parent_identity(self) -> tuple[ExecutionSource, str] | None:
        """The source and the external id of what it was part of."""
        return self.record().parent_identity

    def record(self) -> values.ExecutionRecord:
        """Return it as `Watcher.record` takes it."""
        return values.ExecutionRecord(**vars(self))


class BatchBody(Body):
    """Executions that are recorded in one transaction; the same ones again change nothing."""

    executions: list[RecordFields] = Field(max_length=MAX_BATCH)


class Recorded(BaseModel):
    recorded: int


class PartOfFields(Body):
    """What an execution is part of: by its identity, or by its id."""

    source: ExecutionSource | None = None
    external_id: Annotated[str, Field(min_length=1, max_length=2560)] | None = None
    id: Id | None = None


class TrackBody(DeclarationFields):
    """An execution that starts, of a pipeline that is created where it is not known."""

    pipeline_name: LongName | None = Field(None, examples=["nightly_export"])
    pipeline_id: Id | None = Field(None, description="In place of the name; the pipeline must exist.")
    must_exist: bool = Field(
        False, description="Whether an unknown pipeline is an error; an inactive one is none then."
    )
    external_id: Annotated[str, Field(min_length=1, max_length=2560)] | None = Field(
        None, description="Its identity at the source: the same again is the same execution."
    )
    source: ExecutionSource = ExecutionSource.HTTP
    start_date: Instant | None = None
    next_watermark: Watermark | None = None
    parent_id: Id | None = None
    parent: RecordFields | None = None
    part_of: PartOfFields | None = Field(
        None, description="What the host says that it is part of; passed over where that is not known here."
    )
    full_load: bool = False
    execution_metadata: dict[str, Any] | None = None
    logical_date: Instant | None = None
    attempt: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    instance_id: str | None = None
    scope: str | None = None
    heartbeats_from: Host | None = Field(
        None,
        description="The host that promises `POST /heartbeat` each minute; without them it is reported as stuck.",
    )

    @model_validator(mode="after")
    def _named(self) -> TrackBody:
        if (self.pipeline_name is None) == (self.pipeline_id is None):
            raise ValueError("Either 'pipeline_name' or 'pipeline_id' must be provided")
        return self

    @property
    def enclosing(self) -> PartOf | None:
        """What it is part of, as the host says."""
        return None if self.part_of is None else PartOf(**dict(self.part_of))

    def started(self) -> dict[str, Any]:
        """Return it as `Watcher.start_execution` takes it, without the pipeline."""
        names = (
            *("external_id", "source", "start_date", "next_watermark", "parent_id", "full_load"),
            *("execution_metadata", "logical_date", "attempt", "scope"),
        )
        return {name: getattr(self, name) for name in names}

    def request(self) -> recording.TrackRequest:
        """Return it as `track` takes it."""
        return recording.TrackRequest(
            **self.declared(self.pipeline_name or ""),
            external_id=self.external_id or str(uuid.uuid4()),
            next_watermark=self.next_watermark,
            parent_id=self.parent_id,
            parent=None if self.parent is None else self.parent.record(),
            full_load=self.full_load,
            execution_metadata=self.execution_metadata,
            source=self.source,
            logical_date=self.logical_date,
            attempt=self.attempt,
            instance_id=self.instance_id,
            scope=self.scope,
            part_of=self.enclosing,
            process=None if self.heartbeats_from is None else recording.Process(self.heartbeats_from),
        )


class StoredExecution(BaseModel):
    """An execution, as it is stored."""

    id: int
    pipeline_id: int
    pipeline_name: str
    parent_id: int | None
    source: ExecutionSource
    external_id: str
    instance_id: str | None
    scope: str | None
    state: ExecutionState
    start_date: dt.datetime
    end_date: dt.datetime | None
    duration_seconds: float | None
    logical_date: dt.datetime | None
    full_load: bool
    watermark: str | None
    next_watermark: str | None
    inserts: int | None
    updates: int | None
    soft_deletes: int | None
    total_rows: int | None
    execution_metadata: dict[str, Any]
    created_at: dt.datetime
    updated_at: dt.datetime


class TreeAnswer(BaseModel):
    """An execution, and all that ran as part of it."""

    execution: StoredExecution
    children: list[TreeAnswer]


STORED: TypeAdapter[values.Execution] = TypeAdapter(values.Execution)

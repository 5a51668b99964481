"""Executions as events of OpenLineage, from their queue to whoever is to get them.

Each execution is a run of its own: a start and an end, with what it is part of, the datasets of its pipeline, its rows
and its error. Ids follow from identities, so that an event that is sent twice is one.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from watcher_core import recording, values
from watcher_core.database import Driver
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import ConfigurationError, DeliveryError
from watcher_core.openlineage import naming
from watcher_core.recording import EndedExecution, ExportQueue, Identity

if TYPE_CHECKING:
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import RunEvent

logger = logging.getLogger("watcher.openlineage")

EVENTS: Final = ExportQueue(
    "openlineage_pending", ("queue_openlineage_of_recorded", "queue_openlineage_of_changed"), "events of OpenLineage"
)

# Executions that are read, sent and removed together.
BATCH: Final = 200

PRODUCER: Final = "https://github.com/watcher-dagster/watcher-dagster"

# As OpenLineage's own producers read it.
NAMESPACE: Final = "OPENLINEAGE_NAMESPACE"
DEFAULT_NAMESPACE: Final = "watcher"

# Of the ids of runs, which are UUIDs.
RUNS: Final = uuid.UUID("6f1c6a52-4f5e-5a0b-9c52-0d8a4a2f7f55")

# How a run has ended; executions that did no work are no runs.
ENDS: Final = {
    ExecutionState.SUCCEEDED: "COMPLETE",
    ExecutionState.FAILED: "FAIL",
    ExecutionState.CANCELED: "ABORT",
}

# What is wrong with the request itself, so that the same one is refused again.
REFUSED: Final = (400, 413, 422)

DATASETS = """
    SELECT edge.pipeline_id, used.side, address.name, address.address_metadata
      FROM watcher.address_lineage AS edge
     CROSS JOIN LATERAL (VALUES ('inputs', edge.source_address_id), ('outputs', edge.target_address_id))
        AS used (side, address_id)
      JOIN watcher.address ON address.id = used.address_id
     WHERE edge.pipeline_id = ANY(%(ids)s)
     UNION
    SELECT pipeline.id, 'outputs', address.name, address.address_metadata
      FROM watcher.pipeline
      JOIN watcher.address ON address.id = pipeline.address_id
     WHERE pipeline.id = ANY(%(ids)s)
     ORDER BY 1, 2, 3
"""

COLUMNS = """
    SELECT DISTINCT edge.pipeline_id, target.name, edge.target_column, source.name, edge.source_column,
           source.address_metadata
      FROM watcher.column_lineage AS edge
      JOIN watcher.address AS source ON source.id = edge.source_address_id
      JOIN watcher.address AS target ON target.id = edge.target_address_id
     WHERE edge.pipeline_id = ANY(%(ids)s)
     ORDER BY 1, 2, 3, 4, 5
"""


@dataclass
class PipelineDatasets:
    """What a pipeline reads and writes, as OpenLineage names it.

    Attributes:
        inputs, outputs: Namespace and name, by the name of the address.
        columns: By the name of an output's address and its column, the columns that it is computed from.
    """

    inputs: dict[str, tuple[str, str]] = field(default_factory=dict)
    outputs: dict[str, tuple[str, str]] = field(default_factory=dict)
    columns: dict[str, dict[str, list[tuple[str, str, str]]]] = field(default_factory=dict)


def open_client() -> OpenLineageClient:
    """Return OpenLineage's client, as its own variables and files configure it.

    Raises:
        ConfigurationError: It is not installed, or nothing says where to send events to.
    """
    if importlib.util.find_spec("openlineage") is None:
        raise ConfigurationError(
            "OpenLineage's client is missing; install with: pip install 'watcher-dagster[openlineage]'"
        )
    from openlineage.client import OpenLineageClient

    client = OpenLineageClient()
    kind = client.transport.kind
    stated = (client.config.transport or {}).get("type")
    if kind == "noop" or (kind == "console" and stated != "console"):
        raise ConfigurationError(
            "nothing says where to send OpenLineage's events to; set OPENLINEAGE_URL, or OPENLINEAGE_CONFIG to the name"
            " of a file as OpenLineage's client reads it"
        )
    return client


def send_waiting(
    transaction: Callable[[], AbstractContextManager[Driver]], client: OpenLineageClient
) -> tuple[int, int]:
    """Send the first batch of the queue, in its order.

    No transaction is open while it is sent. What was sent when an error comes is sent again with the next batch.

    Args:
        transaction: Opens one.
        client: From `open_client`.

    Returns:
        How many executions were sent, and how many entries are no longer in the queue.

    Raises:
        DeliveryError: The other side cannot be reached, or takes nothing; the queue is as it was.
    """
    with transaction() as connection:
        entries = EVENTS.waiting(connection, limit=BATCH)
        ended = recording.ended_executions(connection, sorted({entry.execution_id for entry in entries}))
        datasets = pipeline_datasets(connection, sorted({execution.pipeline_id for execution in ended.values()}))
    sent = 0
    for execution_id in dict.fromkeys(entry.execution_id for entry in entries):
        execution = ended.get(execution_id)
        if execution is None or execution.state not in ENDS or execution.path[0].source is ExecutionSource.OPENLINEAGE:
            continue
        sent += _send(
            client, execution_id, events_of(execution, datasets[execution.pipeline_id], namespace=namespace())
        )
    _confirm(client)
    if entries:
        with transaction() as connection:
            EVENTS.remove(connection, entries)
    return sent, len(entries)


def _send(client: OpenLineageClient, execution_id: int, events: Sequence[RunEvent]) -> bool:
    try:
        for event in events:
            client.emit(event)
    except Exception as exc:
        status = getattr(getattr(exc, "response", None), "status_code", None)
        if status not in REFUSED:
            raise DeliveryError(f"OpenLineage's events cannot be sent: {exc}") from exc
        # It would keep all behind it from being sent.
        logger.error("the events of execution %d are refused with %d; they are left out", execution_id, status)
        return False
    return True


def _confirm(client: OpenLineageClient) -> None:
    """Wait for a transport that sends in threads of its own; it says how many events were lost, and not which."""
    transport: Any = client.transport  # only some of them have these methods
    if not hasattr(transport, "wait_for_completion"):
        return
    failed = transport.get_stats().get("failed", 0) if transport.wait_for_completion(timeout=60.0) else "some"
    if failed:
        raise DeliveryError(f"{failed} of OpenLineage's events could not be sent; they are sent again")


def namespace() -> str:
    """Return the namespace of jobs, and of addresses that are no URL."""
    return os.environ.get(NAMESPACE) or DEFAULT_NAMESPACE


def pipeline_datasets(connection: Driver, ids: Sequence[int]) -> Mapping[int, PipelineDatasets]:
    """Return what pipelines read and write, by their ids."""
    found: defaultdict[int, PipelineDatasets] = defaultdict(PipelineDatasets)
    for pipeline_id, side, name, metadata in connection.execute(DATASETS, {"ids": list(ids)}):
        getattr(found[pipeline_id], side)[name] = _dataset(name, metadata)
    for pipeline_id, target, target_column, source, column, metadata in connection.execute(COLUMNS, {"ids": list(ids)}):
        columns = found[pipeline_id].columns.setdefault(target, {})
        columns.setdefault(target_column, []).append((*_dataset(source, metadata), column))
    return found


def _dataset(name: str, metadata: dict[str, Any]) -> tuple[str, str]:
    return naming.dataset_of(values.Address(name, naming.OTHER_TYPE, address_metadata=metadata), namespace())


def run_id(identity: Identity) -> str:
    """Return the id of a run: of a run of Dagster its own, of all else one that follows from its identity."""
    if identity.source is ExecutionSource.DAGSTER:
        try:
            return str(uuid.UUID(identity.external_id))
        except ValueError:
            pass
    if identity.source is ExecutionSource.OPENLINEAGE:
        return identity.external_id
    return str(uuid.uuid5(RUNS, f"{identity.source.value}/{identity.external_id}"))


def events_of(execution: EndedExecution, datasets: PipelineDatasets, *, namespace: str) -> list[RunEvent]:
    """Return the start and the end of an execution."""
    from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
    from openlineage.client.facet_v2 import job_type_job

    row = execution.columns
    job_type = job_type_job.JobTypeJobFacet(
        processingType="BATCH", integration="WATCHER", jobType="RUN" if len(execution.path) == 1 else "TASK"
    )
    inputs = [InputDataset(namespace=place, name=name) for place, name in datasets.inputs.values()]
    facets = dict(_run_facets(execution, namespace))
    outputs = [
        OutputDataset(
            namespace=place,
            name=name,
            facets=dict(_dataset_facets(datasets.columns.get(address, {}))),
            outputFacets=_statistics(row["inserts"]) if len(datasets.outputs) == 1 else {},
        )
        for address, (place, name) in datasets.outputs.items()
    ]
    begun = {name: facet for name, facet in facets.items() if name != "errorMessage"}
    return [
        RunEvent(
            eventTime=row[when].isoformat(),
            eventType=RunState[kind],
            run=Run(runId=run_id(execution.path[0]), facets=said),
            job=Job(namespace=namespace, name=execution.pipeline_name, facets={"jobType": job_type}),
            inputs=inputs,
            outputs=outputs,
            producer=PRODUCER,
        )
        for kind, when, said in (("START", "start_date", begun), (ENDS[execution.state], "end_date", facets))
    ]


def _run_facets(execution: EndedExecution, namespace: str) -> Iterator[tuple[str, Any]]:
    from openlineage.client.facet_v2 import error_message_run, nominal_time_run, parent_run

    row = execution.columns
    if len(execution.path) > 1:
        parent, root = execution.path[1], execution.path[-1]
        yield (
            "parent",
            parent_run.ParentRunFacet(
                run=parent_run.Run(runId=run_id(parent)),
                job=parent_run.Job(namespace=namespace, name=execution.pipeline_names[1]),
                root=parent_run.Root(
                    run=parent_run.RootRun(runId=run_id(root)),
                    job=parent_run.RootJob(namespace=namespace, name=execution.pipeline_names[-1]),
                ),
            ),
        )
    if row["logical_date"] is not None:
        yield "nominalTime", nominal_time_run.NominalTimeRunFacet(nominalStartTime=row["logical_date"].isoformat())
    error = row["execution_metadata"].get("error")
    if execution.state is not ExecutionState.SUCCEEDED and error:
        said = error if isinstance(error, Mapping) else {"message": str(error)}
        message = ": ".join(str(said[part]) for part in ("class", "message") if said.get(part))
        stack = said.get("stack")
        yield (
            "errorMessage",
            error_message_run.ErrorMessageRunFacet(
                message=message or "no message",
                programmingLanguage="python",
                stackTrace="".join(map(str, stack))
                if isinstance(stack, list)
                else None
                if stack is None
                else str(stack),
            ),
        )


def _dataset_facets(columns: Mapping[str, Sequence[tuple[str, str, str]]]) -> Iterator[tuple[str, Any]]:
    from openlineage.client.facet_v2 import column_lineage_dataset

    if columns:
        fields = {
            column: column_lineage_dataset.Fields(
                inputFields=[
                    column_lineage_dataset.InputField(namespace=place, name=name, field=source)
                    for place, name, source in sources
                ]
            )
            for column, sources in columns.items()
        }
        yield "columnLineage", column_lineage_dataset.ColumnLineageDatasetFacet(fields=fields)


def _statistics(rows: int | None) -> dict[str, Any]:
    from openlineage.client.facet_v2 import output_statistics_output_dataset

    if rows is None:
        return {}
    return {"outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=rows)}

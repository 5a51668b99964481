"""Executions as events of OpenLineage: each is a run of its own, with a start and, once it has ended, an end.

A run has what it is part of, the datasets of its pipeline, its rows and its error. Ids follow from identities, so that
an event that is sent twice is one.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from watcher_core import text, values
from watcher_core.database import Driver
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.openlineage import naming
from watcher_core.recording import ExportedExecution, Identity

if TYPE_CHECKING:
    from openlineage.client.event_v2 import InputDataset, OutputDataset, RunEvent
    from openlineage.client.facet_v2 import job_type_job

PRODUCER: Final = "https://github.com/watcher-dagster/watcher-dagster"

# Of the ids of runs, which are UUIDs.
RUNS: Final = uuid.UUID("6f1c6a52-4f5e-5a0b-9c52-0d8a4a2f7f55")

# How a run has ended; executions that did no work are no runs.
ENDS: Final = {
    ExecutionState.SUCCEEDED: "COMPLETE",
    ExecutionState.FAILED: "FAIL",
    ExecutionState.CANCELED: "ABORT",
}

# The end of one that did no work, where its start was sent while that was not known.
NO_WORK: Final = "ABORT"

USED = """
    SELECT edge.pipeline_id, used.side, used.address_id
      FROM watcher.address_lineage AS edge
     CROSS JOIN LATERAL (VALUES ('inputs', edge.source_address_id), ('outputs', edge.target_address_id))
        AS used (side, address_id)
     WHERE edge.pipeline_id = ANY(%(ids)s)
     UNION
    SELECT id, 'outputs', address_id
      FROM watcher.pipeline
     WHERE id = ANY(%(ids)s)
       AND address_id IS NOT NULL
"""

COLUMNS = """
    SELECT DISTINCT pipeline_id, target_address_id, target_column, source_address_id, source_column
      FROM watcher.column_lineage
     WHERE pipeline_id = ANY(%(ids)s)
     ORDER BY 1, 2, 3, 4, 5
"""

ADDRESSES = """
    SELECT address.id, address.name, type.name, type.group_name, address.address_metadata,
           array(SELECT name FROM watcher.address_alias WHERE address_id = address.id ORDER BY name)
      FROM watcher.address
      JOIN watcher.address_type AS type ON type.id = address.address_type_id
     WHERE address.id = ANY(%(ids)s)
     ORDER BY address.name
"""


@dataclass(frozen=True, slots=True)
class NamedDataset:
    """A dataset, as OpenLineage names it.

    Attributes:
        namespace, name: Its name.
        others: Further names of it.
        kind: Whether its names are those of a table or of a place.
    """

    namespace: str
    name: str
    others: tuple[tuple[str, str], ...]
    kind: Literal["TABLE", "LOCATION"]


@dataclass
class PipelineDatasets:
    """What a pipeline reads and writes, in the order of the names: made once for all events of a batch."""

    inputs: list[InputDataset] = field(default_factory=list)
    outputs: list[OutputDataset] = field(default_factory=list)


def pipeline_datasets(connection: Driver, ids: Sequence[int], *, namespace: str) -> Mapping[int, PipelineDatasets]:
    """Return what pipelines read and write, by their ids.

    Args:
        connection: Where to read.
        ids: The pipelines.
        namespace: The one of addresses that do not say where they are.
    """
    from openlineage.client.event_v2 import InputDataset, OutputDataset

    used = connection.execute(USED, {"ids": list(ids)}).fetchall()
    columns = connection.execute(COLUMNS, {"ids": list(ids)}).fetchall()
    wanted = {address for _, _, address in used} | {address for row in columns for address in (row[1], row[3])}
    named = {
        id_: _named(values.Address(name, type_name, group, address_metadata=metadata), former, namespace)
        for id_, name, type_name, group, metadata, former in connection.execute(ADDRESSES, {"ids": list(wanted)})
    }
    place = {id_: number for number, id_ in enumerate(named)}
    computed: defaultdict[tuple[int, int], dict[str, list[tuple[NamedDataset, str]]]] = defaultdict(dict)
    for pipeline_id, target, target_column, source, column in columns:
        computed[pipeline_id, target].setdefault(target_column, []).append((named[source], column))
    found: defaultdict[int, PipelineDatasets] = defaultdict(PipelineDatasets)
    for pipeline_id, side, address in sorted(used, key=lambda row: place[row[2]]):
        dataset, datasets = named[address], found[pipeline_id]
        if side == "inputs":
            facets = dict(_dataset_facets(dataset, {}))
            datasets.inputs.append(InputDataset(dataset.namespace, dataset.name, facets=facets))
        else:
            facets = dict(_dataset_facets(dataset, computed[pipeline_id, address]))
            datasets.outputs.append(OutputDataset(dataset.namespace, dataset.name, facets=facets))
    return found


def _named(address: values.Address, former: Sequence[str], default_namespace: str) -> NamedDataset:
    main = naming.dataset_of(address, default_namespace)
    others = {
        naming.dataset_of(replace(address, name=name, address_metadata={}), default_namespace)
        for name in (address.name, *former)
    }
    return NamedDataset(*main, tuple(sorted(others - {main})), "TABLE" if naming.is_table(address) else "LOCATION")


@lru_cache(maxsize=1024)  # each event names its run, the one that this is part of, and the root
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


def events_of(
    execution: ExportedExecution, datasets: PipelineDatasets, *, namespace: str, is_begun: bool = False
) -> list[RunEvent]:
    """Return the start of an execution, and its end once it has ended; nothing for one that was no run.

    The start comes again with the end: whoever gets both has one run, also where the first one was never sent.

    Args:
        execution: The execution.
        datasets: Of its pipeline.
        namespace: That of jobs.
        is_begun: Whether its start may have been sent already, so that it needs an end even if it did no work.
    """
    from openlineage.client.event_v2 import Job, OutputDataset, Run, RunEvent, RunState

    row = execution.columns
    moments = [("START", "start_date")]
    if execution.state is not ExecutionState.RUNNING:
        end = ENDS.get(execution.state, NO_WORK if is_begun else None)
        if end is None:
            return []
        moments.append((end, "end_date"))
    job_type = _job_type("RUN" if len(execution.path) == 1 else "TASK")
    job = Job(namespace=namespace, name=execution.pipeline_name, facets={"jobType": job_type})
    outputs = datasets.outputs
    if len(outputs) == 1 and row["inserts"] is not None:
        one = outputs[0]
        outputs = [OutputDataset(one.namespace, one.name, facets=one.facets, outputFacets=_statistics(row["inserts"]))]
    facets = dict(_run_facets(execution, namespace))
    begun = ended = Run(runId=run_id(execution.path[0]), facets=facets)
    if error := dict(_error_facet(execution)):
        ended = Run(runId=begun.runId, facets={**facets, **error})
    return [
        RunEvent(
            eventTime=row[when].isoformat(),
            eventType=RunState[kind],
            run=begun if kind == "START" else ended,
            job=job,
            inputs=datasets.inputs,
            outputs=outputs,
            producer=PRODUCER,
        )
        for kind, when in moments
    ]


@cache
def _job_type(name: str) -> job_type_job.JobTypeJobFacet:
    from openlineage.client.facet_v2 import job_type_job

    return job_type_job.JobTypeJobFacet(processingType="BATCH", integration="WATCHER", jobType=name)


def _run_facets(execution: ExportedExecution, namespace: str) -> Iterator[tuple[str, Any]]:
    from openlineage.client.facet_v2 import nominal_time_run, parent_run

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


def _error_facet(execution: ExportedExecution) -> Iterator[tuple[str, Any]]:
    from openlineage.client.facet_v2 import error_message_run

    error = execution.columns["execution_metadata"].get("error")
    if execution.state is not ExecutionState.SUCCEEDED and error:
        said = error if isinstance(error, Mapping) else {"message": str(error)}
        message = text.error(said.get("class"), said.get("message"))
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


def _dataset_facets(
    dataset: NamedDataset, columns: Mapping[str, Sequence[tuple[NamedDataset, str]]]
) -> Iterator[tuple[str, Any]]:
    from openlineage.client.facet_v2 import column_lineage_dataset, symlinks_dataset

    if dataset.others:
        identifiers = [
            symlinks_dataset.Identifier(namespace=namespace, name=name, type=dataset.kind)
            for namespace, name in dataset.others
        ]
        yield "symlinks", symlinks_dataset.SymlinksDatasetFacet(identifiers=identifiers)
    if columns:
        fields = {
            column: column_lineage_dataset.Fields(
                inputFields=[
                    column_lineage_dataset.InputField(namespace=source.namespace, name=source.name, field=source_column)
                    for source, source_column in sources
                ]
            )
            for column, sources in columns.items()
        }
        yield "columnLineage", column_lineage_dataset.ColumnLineageDatasetFacet(fields=fields)


def _statistics(rows: int) -> dict[str, Any]:
    from openlineage.client.facet_v2 import output_statistics_output_dataset

    return {"outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=rows)}

"""What may be said of a pipeline's lineage: it is checked, and its names are cleaned, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from watcher_core import arguments, catalog, values
from watcher_core.errors import InvalidValueError

# Of one pipeline. Nobody can read a graph with more, and in most cases it is a mistake.
MAX_EDGES = 100_000

# Two of them stand in one index, beside three ids.
MAX_COLUMN_BYTES = 1024


def clean_lineage(lineage: values.PipelineLineage) -> values.PipelineLineage:
    """Check the lineage of a pipeline, and return it with clean names and without duplicates.

    Raises:
        InvalidValueError: A value breaks a rule.
    """
    name = arguments.name(lineage.pipeline_name, "pipeline_name")
    given = arguments.several(lineage.sources, "sources"), arguments.several(lineage.targets, "targets")
    _check_size(name, *given)
    sources, targets = map(_unique, given)
    ends = {address.name for address in (*sources, *targets)}
    return values.PipelineLineage(
        pipeline_name=name,
        address=None if lineage.address is None else catalog.clean_address(lineage.address),
        sources=sources,
        targets=targets,
        columns=None
        if lineage.columns is None
        else _clean_columns(name, arguments.several(lineage.columns, "columns"), ends),
        reported_columns=lineage.reported_columns,
        existing_columns=lineage.existing_columns,
        pipeline_type_name=lineage.pipeline_type_name,
    )


def clean_declaration(lineage: values.PipelineLineage) -> values.PipelineLineage:
    """Check the lineage that code declares: it has sources and targets, or neither to remove the declaration.

    Raises:
        InvalidValueError: A value breaks a rule.
    """
    lineage = clean_lineage(lineage)
    if bool(lineage.sources) != bool(lineage.targets):
        empty, other = ("targets", "sources") if lineage.sources else ("sources", "targets")
        raise InvalidValueError(
            f"{empty} of pipeline {lineage.pipeline_name!r} is empty, and {other} is not; an edge has both ends. "
            "Pass both empty to take the declared lineage away"
        )
    return lineage


def _check_size(name: str, sources: Sequence[object], targets: Sequence[object]) -> None:
    edges = len(sources) * len(targets)
    if edges > MAX_EDGES:
        raise InvalidValueError(
            f"pipeline {name!r} declares {len(sources):,} sources × {len(targets):,} targets = {edges:,} edges; "
            f"the limit is {MAX_EDGES:,}. Name the prefix that they share, or the steps between as pipelines"
        )


def _unique(addresses: Iterable[values.Address]) -> tuple[values.Address, ...]:
    by_name: dict[str, values.Address] = {}
    for address in map(catalog.clean_address, addresses):
        known = by_name.setdefault(address.name, address)
        if known.address_type_name != address.address_type_name:
            raise InvalidValueError(
                f"address {address.name!r} is declared twice, as {known.address_type_name!r} and as "
                f"{address.address_type_name!r}; an address has one type"
            )
    return tuple(by_name.values())


def _clean_columns(name: str, edges: Sequence[values.ColumnEdge], ends: set[str]) -> tuple[values.ColumnEdge, ...]:
    if len(edges) > MAX_EDGES:
        raise InvalidValueError(
            f"pipeline {name!r} declares {len(edges):,} edges of columns; the limit is {MAX_EDGES:,}"
        )
    checked = (arguments.value_of(values.ColumnEdge, edge, "columns") for edge in edges)
    return tuple(dict.fromkeys(_clean_column_edge(name, edge, ends) for edge in checked))


def _clean_column_edge(name: str, edge: values.ColumnEdge, ends: set[str]) -> values.ColumnEdge:
    cleaned_edge = values.ColumnEdge(
        source_address=arguments.name(edge.source_address, "source_address"),
        source_column=_column(edge.source_column, "source_column"),
        target_address=arguments.name(edge.target_address, "target_address"),
        target_column=_column(edge.target_column, "target_column"),
    )
    for address in (cleaned_edge.source_address, cleaned_edge.target_address):
        if address not in ends:
            raise InvalidValueError(
                f"columns of pipeline {name!r} name the address {address!r}, which is none of its sources and targets"
            )
    return cleaned_edge


def _column(value: object, argument: str) -> str:
    column = arguments.name(value, argument)
    if len(column.encode()) > MAX_COLUMN_BYTES:
        raise InvalidValueError(
            f"{argument} is {arguments.shown(column)}; a column's name has at most {MAX_COLUMN_BYTES:,} bytes"
        )
    return column

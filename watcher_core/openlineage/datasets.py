"""What a job reads and writes: the datasets that the events of its newest run name, put together. Pure.

As facts, they are JSON and are merged so that order does not matter. Inputs are also those that only the lineage of
columns names: dbt names a model that is no table in place of the seed behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from watcher_core import arguments, values
from watcher_core.errors import InvalidValueError
from watcher_core.openlineage import naming
from watcher_core.openlineage.reading import Dataset, DatasetName, Event, read_dataset_name, read_object

# `inputs` and `outputs`: namespace and name of each, sorted. `columns`: by output (namespace, name) the time at which
# its columns were named, and for each column the columns that it is computed from. `symlinks`, only where there are
# any: namespace and name of each, and of another name that it has.
Datasets = dict[str, Any]

FACETS = frozenset({"columnLineage", "symlinks"})  # those that name datasets
INDIRECT = "INDIRECT"  # a column that decides which rows there are, and is in no value


def datasets_of(event: Event) -> tuple[Datasets, dict[str, str]]:
    """Return what an event says that its job reads and writes, and what of that could not be used, with the reason."""
    if all(FACETS.isdisjoint(dataset.facets) for dataset in (*event.inputs, *event.outputs)):
        return _named(*(tuple(dataset.name for dataset in side) for side in (event.inputs, event.outputs))), {}
    at = event.at.isoformat(timespec="microseconds")
    inputs = {dataset.name for dataset in event.inputs}
    columns: list[list[Any]] = []
    refused: dict[str, str] = {}
    symlinks = _symlinks((*event.inputs, *event.outputs), refused)
    for dataset in event.outputs:
        facet = dataset.facets.get("columnLineage")
        if facet is None:
            continue
        try:
            read, computed = _columns(facet)
        except InvalidValueError as error:
            refused[f"columnLineage of {dataset.name.name}"] = str(error)
            continue
        inputs |= read
        columns.append([dataset.name.namespace, dataset.name.name, at, computed])
    named = _named(tuple(inputs), tuple(dataset.name for dataset in event.outputs))
    return merged(named, {"inputs": [], "outputs": [], "columns": columns, "symlinks": symlinks}), refused


# The same few datasets come with each run of a job. Nobody changes what is returned.
@lru_cache(maxsize=1024)
def _named(inputs: tuple[DatasetName, ...], outputs: tuple[DatasetName, ...]) -> Datasets:
    return {
        "inputs": _unique_names((name.namespace, name.name) for name in inputs),
        "outputs": _unique_names((name.namespace, name.name) for name in outputs),
        "columns": [],
    }


def merged(known: Datasets, new: Datasets) -> Datasets:
    """Return what two parts say together."""
    if known == new:
        return known
    columns: dict[tuple[str, str], list[Any]] = {}
    for namespace, name, *said in (*known["columns"], *new["columns"]):
        columns[namespace, name] = max(said, columns.get((namespace, name), said), key=_sort_key)
    symlinks = _unique_names([*known.get("symlinks", ()), *new.get("symlinks", ())])
    return {
        **{side: _unique_names([*known[side], *new[side]]) for side in ("inputs", "outputs")},
        "columns": [[*output, *said] for output, said in sorted(columns.items())],
        **({"symlinks": symlinks} if symlinks else {}),
    }


def _sort_key(said: Sequence[Any]) -> tuple[str, str]:
    at, computed = said
    return at, arguments.json_text(computed, sort_keys=True)


def without_times(datasets: Datasets) -> Datasets:
    """Return what makes lineage: when it was said does not."""
    return {**datasets, "columns": [[*output, computed] for *output, _, computed in datasets["columns"]]}


def says_anything(datasets: Datasets) -> bool:
    """Whether any dataset is named."""
    return bool(datasets["inputs"] or datasets["outputs"])


def addresses(datasets: Datasets) -> list[values.Address]:
    """Return the addresses of all datasets."""
    return [naming.address_of(*name) for side in ("inputs", "outputs") for name in datasets[side]]


def lineage_of(pipeline_name: str, datasets: Datasets) -> values.PipelineLineage | None:
    """Return the lineage of a job; `None` where one side is not known, so that what is recorded stays."""
    if not datasets["inputs"] or not datasets["outputs"]:
        return None
    edges = [
        values.ColumnEdge(
            source_address=source,
            source_column=source_column,
            target_address=naming.address_name(namespace, name),
            target_column=column,
        )
        for namespace, name, _, computed in datasets["columns"]
        for column, sources in computed.items()
        for source, source_column in (
            (naming.address_name(source_namespace, source_name), field)
            for source_namespace, source_name, field in sources
        )
        if source != naming.address_name(namespace, name)
    ]
    return values.PipelineLineage(
        pipeline_name=pipeline_name,
        sources=_unique(datasets["inputs"]),
        targets=_unique(datasets["outputs"]),
        columns=tuple(edges) if datasets["columns"] else None,
        pipeline_type_name=naming.PIPELINE_TYPE,
    )


def _unique(names: Iterable[Sequence[str]]) -> tuple[values.Address, ...]:
    """The addresses of datasets, each once: the key of an object may be written in two ways."""
    return tuple({address.name: address for address in (naming.address_of(*name) for name in names)}.values())


def _unique_names(names: Iterable[Sequence[str]]) -> list[list[str]]:
    """Names as JSON has them, each once, in their order."""
    return [list(name) for name in sorted(set(map(tuple, names)))]


def _columns(facet: object) -> tuple[set[DatasetName], dict[str, list[list[str]]]]:
    """Return the datasets that a facet of column lineage names, and by column what it is computed from."""
    given = read_object(facet, "it")
    read: set[DatasetName] = set()
    computed: dict[str, list[list[str]]] = {}
    for column, entry in read_object(given.get("fields") or {}, "fields").items():
        sources = set()
        for place, source in enumerate(_list(read_object(entry, f"fields.{column}").get("inputFields"), column)):
            argument = f"fields.{column}.inputFields[{place}]"
            name = read_dataset_name(read_object(source, argument), argument)
            read.add(name)
            if not _is_indirect(source):
                sources.add((name.namespace, name.name, arguments.name(source.get("field"), f"{argument}.field")))
        if sources:
            computed[arguments.name(column, "a column")] = _unique_names(sources)
    for place, source in enumerate(_list(given.get("dataset"), "dataset")):
        argument = f"dataset[{place}]"
        read.add(read_dataset_name(read_object(source, argument), argument))
    return read, dict(sorted(computed.items()))


def _is_indirect(source: Mapping[str, Any]) -> bool:
    given = source.get("transformations")
    transformations = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    return bool(transformations) and all(one.get("type") == INDIRECT for one in transformations)


def _list(value: object, argument: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidValueError(f"{argument} is {arguments.shown(value)}; it must be a list")
    return value


def dataset_addresses(datasets: Iterable[Dataset]) -> list[values.Address]:
    """Return the addresses of datasets that are named outside of any job."""
    return [naming.address_of(dataset.name.namespace, dataset.name.name) for dataset in datasets]


def other_names(datasets: Datasets) -> dict[str, str]:
    """Return the names of addresses by further names that they have."""
    named = [
        (naming.address_name(*other), naming.address_name(namespace, name))
        for namespace, name, *other in datasets.get("symlinks", ())
    ]
    return {other: name for other, name in reversed(named) if other != name}  # of several, the first


def dataset_names(datasets: Sequence[Dataset]) -> dict[str, str]:
    """As `other_names`, of datasets that are named outside of any job; what cannot be read is passed over."""
    return other_names({"symlinks": _unique_names(_symlinks(datasets, {}))})


def _symlinks(datasets: Iterable[Dataset], refused: dict[str, str]) -> list[list[str]]:
    """Namespace and name of datasets, and of another name of each; adds to `refused` what cannot be read, and why."""
    found: list[list[str]] = []
    for dataset in datasets:
        facet = dataset.facets.get("symlinks")
        if facet is None:
            continue
        try:
            for place, given in enumerate(_list(read_object(facet, "it").get("identifiers"), "identifiers")):
                argument = f"identifiers[{place}]"
                other = read_dataset_name(read_object(given, argument), argument)
                if other != dataset.name:
                    found.append([dataset.name.namespace, dataset.name.name, other.namespace, other.name])
        except InvalidValueError as error:
            refused[f"symlinks of {dataset.name.name}"] = str(error)
    return found

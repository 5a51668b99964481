"""Events of OpenLineage for tests: short to write, or as producers have sent them."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent / "openlineage_samples"


def sample(name: str) -> list[dict[str, Any]]:
    """The events of a producer, in the order in which it sent them."""
    return [json.loads(line) for line in (SAMPLES / f"{name}.jsonl").read_text().splitlines()]


def run_id(of: str) -> str:
    """The id of a run, by a word for it."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, of))


def dataset(name: str, *, namespace: str = "postgres://db:5432", **facets: Any) -> dict[str, Any]:
    """A dataset; `rows` are its output statistics, `columns` its lineage of columns, as {column: [dataset.column]}."""
    given: dict[str, Any] = {"namespace": namespace, "name": name}
    if "rows" in facets:
        given["outputFacets"] = {"outputStatistics": {"rowCount": facets.pop("rows")}}
    if "columns" in facets:
        fields = {
            column: {
                "inputFields": [
                    {"namespace": namespace, "name": source.rpartition(".")[0], "field": source.rpartition(".")[2]}
                    for source in sources
                ]
            }
            for column, sources in facets.pop("columns").items()
        }
        facets["columnLineage"] = {"fields": fields}
    return {**given, "facets": facets} if facets else given


def run_event(
    run: str,
    kind: str | None = "START",
    minutes: float = 0,
    *,
    job: str = "load",
    namespace: str = "shop",
    parent: str | None = None,
    inputs: tuple[Any, ...] = (),
    outputs: tuple[Any, ...] = (),
    job_facets: dict[str, Any] | None = None,
    **facets: Any,
) -> dict[str, Any]:
    """An event of a run, so many minutes after noon of a certain day."""
    if parent is not None:
        facets["parent"] = {"run": {"runId": run_id(parent)}, "job": {"namespace": namespace, "name": parent}}
    seconds = int(minutes * 60)
    return {
        "eventTime": f"2026-03-01T{12 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z",
        **({} if kind is None else {"eventType": kind}),
        "producer": "https://example.com/loader",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id(run), "facets": facets},
        "job": {"namespace": namespace, "name": job, "facets": job_facets or {}},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to all that an event has in it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, one in inside for found in places(one, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], other)
    return copy

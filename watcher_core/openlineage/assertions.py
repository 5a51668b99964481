"""Assertions about datasets, and tests of runs, as results of asset checks. Pure.

The tests of a dbt model are checks of that model. All others are checks of the job that has made them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from watcher_core import values
from watcher_core.enums import AlertLevel, AssetCheckStatus
from watcher_core.openlineage import naming
from watcher_core.openlineage.reading import Event

SEVERITIES = {"warn": AlertLevel.WARNING, "warning": AlertLevel.WARNING}

# The facet of a dataset.
ASSERTIONS = "dataQualityAssertions"

# What of an assertion is kept with its result.
KEPT = ("assertion", "type", "column", "expected", "actual")

STATUSES = {
    True: AssetCheckStatus.PASSED,
    False: AssetCheckStatus.FAILED,
    "pass": AssetCheckStatus.PASSED,
    "fail": AssetCheckStatus.FAILED,
}


def results_of(event: Event) -> list[values.AssetCheckRecord]:
    """Return the results that an event of a run reports; one without a name or a verdict is passed over."""
    if event.run_id is None or event.pipeline_name is None:
        return []
    if "test" not in event.run_facets and not any(
        ASSERTIONS in dataset.facets for side in (event.inputs, event.outputs) for dataset in side
    ):
        return []  # as nearly all
    return [record for name, found in _assertions(event) if (record := _record(event, name, found)) is not None]


def _assertions(event: Event) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for dataset in (*event.inputs, *event.outputs):
        for found in _entries(dataset.facets.get(ASSERTIONS), "assertions"):
            column = f" {found['column']}" if found.get("column") else ""
            name = str(found.get("name") or f"{found.get('assertion') or ''}{column}").strip()
            if name:
                about = {"dataset": dataset.name.address}
                yield name if event.is_test else f"{dataset.name.name}: {name}", {**found, **about}
    for found in _entries(event.run_facets.get("test"), "tests"):
        yield str(found.get("name") or ""), found


def _entries(facet: object, name: str) -> Iterator[Mapping[str, Any]]:
    given = facet.get(name) if isinstance(facet, Mapping) else None
    for one in given if isinstance(given, list) else ():
        if isinstance(one, Mapping):
            yield one


def _record(event: Event, name: str, found: Mapping[str, Any]) -> values.AssetCheckRecord | None:
    verdict = found["success"] if isinstance(found.get("success"), bool) else found.get("status")
    status = STATUSES.get(verdict) if isinstance(verdict, bool | str) else None
    if status is None or not name or event.pipeline_name is None or event.run_id is None:
        return None
    expected, actual = found.get("expected"), found.get("actual")
    numbers = f"expected {expected}, got {actual}" if expected is not None and actual is not None else ""
    description = "; ".join(text for text in (str(found.get("description") or ""), numbers) if text)
    kept = {key: found[key] for key in (*KEPT, "dataset") if found.get(key) is not None}
    return values.AssetCheckRecord(
        pipeline_name=event.pipeline_name,
        pipeline_type_name=naming.PIPELINE_TYPE,
        check_name=name,
        external_id=event.run_id,
        status=status,
        severity=SEVERITIES.get(str(found.get("severity")).lower(), AlertLevel.ERROR),
        description=description or None,
        result_metadata=kept,
        evaluated_at=event.at,
    )

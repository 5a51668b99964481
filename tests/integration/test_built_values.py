"""Values that callers build themselves: what their fields hold is checked before anything is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import at
from watcher_core import (
    Address,
    AnomalyRuleConfiguration,
    AssetCheckRecord,
    AutomatedAsset,
    ColumnEdge,
    ExecutionRecord,
    InvalidValueError,
    PipelineConfiguration,
    PipelineLineage,
    Watcher,
)
from watcher_core.recording import TrackRequest, asset_checks

SOURCE, TARGET = Address("s", "postgresql", "database"), Address("t", "postgresql", "database")
EDGE: dict[str, Any] = {"source_address": "s", "source_column": "a", "target_address": "t", "target_column": "b"}
EXECUTION: dict[str, Any] = {
    "pipeline_name": "p",
    "source": "python",
    "external_id": "e",
    "state": "succeeded",
    "start_date": at(0),
}
CHECK: dict[str, Any] = {
    "pipeline_name": "p",
    "check_name": "c",
    "external_id": "e",
    "status": "failed",
    "evaluated_at": at(0),
}


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    module_watcher.get_or_create_pipeline("p")
    return module_watcher


def track(watcher: Watcher, request: TrackRequest) -> None:
    watcher.finish_tracking(watcher.start_tracking(request), None)


# What is enough to make one, and who takes it.
TAKEN: dict[type, tuple[dict[str, Any], Callable[[Watcher, Any], object]]] = {
    Address: (
        {"name": "s", "address_type_name": "postgresql", "address_type_group_name": "database"},
        lambda watcher, value: watcher.create_lineage("p", sources=[value], targets=[TARGET]),
    ),
    AnomalyRuleConfiguration: (
        {"pipeline_name": "p", "metric_field": "inserts"},
        lambda watcher, value: watcher.configure_anomaly_rules([value]),
    ),
    # A recorder leaves out what is refused, and goes on.
    AssetCheckRecord: (
        CHECK | {"severity": "error", "execution_external_id": None},
        lambda _, value: asset_checks._cleaned(value),
    ),
    AutomatedAsset: (
        {"pipeline_name": "p", "condition": "eager"},
        lambda watcher, value: watcher.declare_automation([value], location="l", instance_id="i"),
    ),
    ColumnEdge: (
        EDGE,
        lambda watcher, value: watcher.create_lineage("p", sources=[SOURCE], targets=[TARGET], columns=[value]),
    ),
    ExecutionRecord: (
        EXECUTION | {"end_date": at(1), "parent_external_id": "around"},
        lambda watcher, value: watcher.record([value]),
    ),
    PipelineConfiguration: ({"name": "p"}, lambda watcher, value: watcher.configure_pipelines([value])),
    PipelineLineage: (
        {"pipeline_name": "p", "sources": (SOURCE,), "targets": (TARGET,)},
        lambda watcher, value: watcher.set_lineage([value], origin="declared"),
    ),
    TrackRequest: ({"pipeline": PipelineConfiguration(name="p"), "external_id": "e"}, track),
}
# Of an address, what the database knows of it; of lineage, what a recorder passes on to itself.
NOT_WRITTEN = {
    Address: {"id", "address_type_id", "deprecated", "created_at", "updated_at", "created"},
    PipelineLineage: {"reported_columns", "existing_columns", "pipeline_type_name"},
}
FIELDS = [
    (kind, field.name)
    for kind in TAKEN
    for field in dataclasses.fields(kind)
    if field.init and field.name not in NOT_WRITTEN.get(kind, ())
]


@pytest.mark.parametrize("wrong", [object(), b"bytes", [object()], 1.5j], ids=["object", "bytes", "list", "complex"])
@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=[f"{kind.__name__}-{field}" for kind, field in FIELDS])
def test_a_field_of_a_wrong_type_is_refused(watcher: Watcher, kind: type, field: str, wrong: object) -> None:
    given, call = TAKEN[kind]
    with pytest.raises(InvalidValueError):
        call(watcher, kind(**{**given, field: wrong}))


@pytest.mark.parametrize("kind", TAKEN, ids=lambda kind: kind.__name__)
def test_what_is_right_is_taken(watcher: Watcher, kind: type) -> None:
    given, call = TAKEN[kind]
    call(watcher, kind(**given))


@pytest.mark.parametrize("several", [iter, dict.fromkeys, frozenset], ids=lambda kind: kind.__name__)
def test_whatever_can_be_gone_through_is_a_list(watcher: Watcher, several: Callable[[Any], Any]) -> None:
    request = TrackRequest(
        pipeline=PipelineConfiguration(name="p"),
        external_id="e",
        sources=several([SOURCE]),
        targets=several([TARGET]),
    )
    assert request.lineage is not None
    assert (request.lineage.sources, request.lineage.targets) == ((SOURCE,), (TARGET,))
    with pytest.raises(InvalidValueError, match="'name' is no address"):
        TrackRequest(pipeline=PipelineConfiguration(name="p"), external_id="e", sources=several(["name"]))


@pytest.mark.parametrize("name", ["is_provisional", "may_be_no_change", "duration_is_shared"])
def test_a_text_is_no_yes(watcher: Watcher, name: str) -> None:
    with pytest.raises(InvalidValueError, match=f"{name} is 'no'; it must be True or False"):
        watcher.record([ExecutionRecord(**{**EXECUTION, "end_date": at(1), name: "no"})])

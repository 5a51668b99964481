"""Values have the columns of their tables as attributes: whoever knows the table knows the value."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import pickle
from typing import Any

import pytest

from watcher_core import UNSET, Execution, ExecutionSource, ExecutionState, Unset, values
from watcher_core.alerts.notification import DELIVERY
from watcher_core.database import models

# What a value has beside its table's columns.
EXTRAS = {
    values.PipelineType: {"created"},
    values.Pipeline: {"created", "pipeline_type_name"},
    values.Execution: {"pipeline_name"},
    values.WatermarkEvent: set(),
    values.AddressType: {"created"},
    values.Address: {"created", "address_type_name", "address_type_group_name"},
    values.RecorderState: set(),
    values.AlertAction: {"number"},
    values.Alert: {"pipeline_name", "behind", "noted_by", "noted_at", *DELIVERY},
}
# Columns that are the deliverer's own, or a job's while it runs.
INTERNAL = {values.Alert: {"grew_at", "is_settled"}, values.AlertAction: {"alert_id"}, values.Execution: {"process"}}

TABLES: dict[type, type[models.Base]] = {
    values.PipelineType: models.PipelineType,
    values.Pipeline: models.Pipeline,
    values.Execution: models.PipelineExecution,
    values.WatermarkEvent: models.WatermarkEvent,
    values.AddressType: models.AddressType,
    values.Address: models.Address,
    values.RecorderState: models.Recorder,
    values.Alert: models.Alert,
    values.AlertAction: models.AlertAction,
}


@pytest.mark.parametrize(("value", "model"), TABLES.items(), ids=lambda cls: cls.__name__)
def test_a_value_has_exactly_the_columns_of_its_table(value: Any, model: type[models.Base]) -> None:
    columns = {column.name for column in models.table(model).columns}
    assert {field.name for field in dataclasses.fields(value)} == columns - INTERNAL.get(value, set()) | EXTRAS[value]


@pytest.mark.parametrize(
    "value",
    [*TABLES, values.ExecutionRecord, values.ExecutionTree, values.PipelineConfiguration],
    ids=lambda v: v.__name__,
)
def test_values_are_frozen(value: Any) -> None:
    assert value.__dataclass_params__.frozen


def test_a_configuration_declares_columns_of_the_pipeline() -> None:
    fields = {field.name for field in dataclasses.fields(values.PipelineConfiguration)}
    assert fields <= {field.name for field in dataclasses.fields(values.Pipeline)}
    declared = values.PipelineConfiguration(name="a")
    assert {value for name, value in vars(declared).items() if name != "name"} == {UNSET}


def execution(state: ExecutionState) -> Execution:
    now = dt.datetime.now(dt.UTC)
    fields: dict[str, Any] = {field.name: None for field in dataclasses.fields(Execution)}
    return Execution(**fields | {"id": 1, "source": ExecutionSource.PYTHON, "state": state, "start_date": now})


@pytest.mark.parametrize(
    ("state", "completed_successfully"),
    [
        (ExecutionState.RUNNING, None),
        (ExecutionState.SUCCEEDED, True),
        (ExecutionState.FAILED, False),
        (ExecutionState.CANCELED, False),
        (ExecutionState.SKIPPED, False),
    ],
)
def test_completed_successfully_is_not_known_while_it_runs(
    state: ExecutionState, completed_successfully: bool | None
) -> None:
    assert execution(state).completed_successfully is completed_successfully


def test_unset_is_false_named_and_known_by_its_type_after_a_copy() -> None:
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    assert isinstance(copy.deepcopy(UNSET), Unset)
    assert isinstance(pickle.loads(pickle.dumps(UNSET)), Unset)

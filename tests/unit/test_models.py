"""The tables, as the models declare them: who reads the schema with psql should find it explained."""

from __future__ import annotations

import enum
import inspect

import pytest
import sqlalchemy as sa

from watcher_core import enums
from watcher_core.arguments import MAX_EXTERNAL_ID_BYTES, MAX_NAME_BYTES
from watcher_core.database.models import SCHEMA, Base

TABLES = Base.metadata.sorted_tables

# The tables of the reference, under its names, and those that our design adds.
REFERENCE = {
    "address",
    "address_lineage",
    "address_lineage_closure",
    "address_type",
    "anomaly_detection_result",
    "anomaly_detection_rule",
    "freshness_pipeline_log",
    "pipeline",
    "pipeline_execution",
    "pipeline_type",
    "timeliness_pipeline_execution_log",
}
ADDED = {
    "asset_check",
    "asset_check_result",
    "address_alias",
    "alert",
    "alert_action",
    "alert_delivery",
    "anomaly_pending",
    "api_token",
    "check_state",
    "column_lineage",
    "execution_process",
    "failure_pipeline_execution_log",
    "failure_pending",
    "execution_daily",
    "execution_daily_pending",
    "heartbeat",
    "maintenance_window",
    "observation",
    "openlineage_job",
    "openlineage_pending",
    "openlineage_run",
    "pipeline_alias",
    "pipeline_automation",
    "pipeline_cadence",
    "pipeline_columns",
    "pipeline_type_alias",
    "recorder",
    "recorder_lease",
    "trace_pending",
    "watermark_event",
}

# Columns whose names say all that there is to say.
PLAIN = {
    "acknowledged_at",
    "freshness_datepart",
    "freshness_number",
    "full_load",
    "inserts",
    "kind",
    "level",
    "method",
    "metric_field",
    "name",
    "snoozed_until",
    "soft_deletes",
    "source_column",
    "start_date",
    "state",
    "target_column",
    "timeliness_datepart",
    "timeliness_number",
    "total_rows",
    "updates",
}


def test_the_tables_are_those_of_the_design() -> None:
    assert {table.name for table in TABLES} == REFERENCE | ADDED
    assert {table.schema for table in TABLES} == {SCHEMA}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_is_explained(table: sa.Table) -> None:
    assert table.comment


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_explained_whose_name_does_not_say_it_all(table: sa.Table) -> None:
    unexplained = {
        column.name
        for column in table.columns
        if not column.comment and not column.foreign_keys and column.name not in PLAIN | {"id"}
    }
    assert unexplained == set()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_time_has_a_zone_and_every_text_any_length(table: sa.Table) -> None:
    for column in table.columns:
        if isinstance(column.type, sa.DateTime):
            assert column.type.timezone, column.name
        if isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum):
            assert isinstance(column.type, sa.Text), column.name
            assert column.type.length is None, column.name


@pytest.mark.parametrize("count", ["inserts", "updates", "soft_deletes", "total_rows"])
def test_counts_are_64_bits_wide(count: str) -> None:
    assert isinstance(Base.metadata.tables[f"{SCHEMA}.pipeline_execution"].columns[count].type, sa.BigInteger)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_foreign_key_has_an_index_so_that_a_deletion_does_not_read_whole_tables(table: sa.Table) -> None:
    led = {next(iter(index.columns)).name for index in table.indexes if len(index.columns)}
    led |= {
        next(iter(constraint.columns)).name
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint | sa.PrimaryKeyConstraint) and len(constraint.columns)
    }
    assert {column.name for column in table.columns if column.foreign_keys} <= led


def test_names_of_constraints_follow_the_convention_and_fit() -> None:
    for table in TABLES:
        for constraint in table.constraints:
            name = str(constraint.name)
            assert name.split("_")[0] in ("pk", "uq", "fk", "ck")
            assert name.startswith(f"{name[:2]}_{table.name}")
            assert name.count(f"ck_{table.name}") <= 1, "named once, not ck_x_ck_x_rule"
            assert len(name) <= 63, "PostgreSQL cuts longer ones, and then no rule is found by its name"


def test_names_fit_a_unique_index() -> None:
    largest_entry = 2704
    assert max(MAX_NAME_BYTES, MAX_EXTERNAL_ID_BYTES + 16) < largest_entry


@pytest.mark.parametrize(
    "kind",
    [
        value
        for _, value in inspect.getmembers(enums, inspect.isclass)
        if issubclass(value, enum.StrEnum) and value is not enum.StrEnum
    ],
    ids=lambda kind: kind.__name__,
)
def test_enums_are_explained_and_their_values_are_their_names(kind: type[enum.StrEnum]) -> None:
    assert kind.__doc__
    assert [member.value for member in kind] == [member.name.lower() for member in kind]

"""The schema as PostgreSQL has it: whoever writes to it, its rules hold, and each violation is told in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from watcher_core import DatabaseError, InvalidValueError, database
from watcher_core.database import models
from watcher_core.database.failures import RULES
from watcher_core.database.models import SCHEMA, Base


@pytest.fixture(scope="module")
def engine(module_database_url: str) -> Iterator[sa.Engine]:
    engine = database.create_engine(database.normalize_url(module_database_url))
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO watcher.pipeline_type (name) VALUES ('t')"))
        connection.execute(sa.text("INSERT INTO watcher.pipeline (name, pipeline_type_id) VALUES ('p', 1)"))
        connection.execute(sa.text("INSERT INTO watcher.address_type (name, group_name) VALUES ('t', 'g')"))
        connection.execute(sa.text("INSERT INTO watcher.address (name, address_type_id) VALUES ('a', 1)"))
    yield engine
    engine.dispose()


def write(engine: sa.Engine, table: str, **columns: Any) -> None:
    target = Base.metadata.tables[f"{SCHEMA}.{table}"]
    with database.transaction(engine) as session:
        session.execute(sa.insert(target).values(**columns))
        session.rollback()


EXECUTION: dict[str, Any] = {
    "pipeline_id": 1,
    "source": "python",
    "external_id": "e",
    "state": "succeeded",
    "start_date": sa.text("'2026-01-01Z'"),
    "end_date": sa.text("'2026-01-02Z'"),
}


@pytest.mark.parametrize(
    ("table", "columns", "message"),
    [
        ("pipeline", {"name": "", "pipeline_type_id": 1}, "a name has 1 to 2048 bytes and no blanks around it"),
        ("pipeline", {"name": " a", "pipeline_type_id": 1}, "a name has 1 to 2048 bytes and no blanks around it"),
        ("pipeline", {"name": "x" * 2049, "pipeline_type_id": 1}, "a name has 1 to 2048 bytes"),
        ("pipeline", {"name": "p", "pipeline_type_id": 1}, "another pipeline has that name"),
        ("pipeline", {"name": "q", "pipeline_type_id": 9}, "constraint fk_pipeline_pipeline_type_id is violated"),
        (
            "pipeline",
            {"name": "q", "pipeline_type_id": 1, "freshness_number": 1},
            "freshness_number is a positive number",
        ),
        ("pipeline_type", {"name": "u", "timeliness_datepart": "day"}, "timeliness_number is a positive number"),
        ("pipeline_type", {"name": "t"}, "another pipeline type has that name"),
        ("address_type", {"name": "t", "group_name": "g"}, "another address type has that name"),
        ("address", {"name": "a", "address_type_id": 1}, "another address has that name"),
        ("address", {"name": "\t", "address_type_id": 1}, "a name has 1 to 2048 bytes"),
        ("pipeline_execution", {"external_id": ""}, "an external id has 1 to 2560 bytes"),
        ("pipeline_execution", {"external_id": "x" * 2561}, "an external id has 1 to 2560 bytes"),
        ("pipeline_execution", {"end_date": sa.text("'2025-12-31Z'")}, "an execution ends at or after its start"),
        ("pipeline_execution", {"state": "running"}, "all but running executions have an end"),
        ("pipeline_execution", {"end_date": None}, "all but running executions have an end"),
        ("pipeline_execution", {"inserts": -1}, "inserts is not negative"),
        ("pipeline_execution", {"updates": -1}, "updates is not negative"),
        ("pipeline_execution", {"soft_deletes": -1}, "soft_deletes is not negative"),
        ("pipeline_execution", {"total_rows": -1}, "total_rows is not negative"),
        ("pipeline_execution", {"pipeline_id": 99}, "constraint fk_pipeline_execution_pipeline_id is violated"),
        ("pipeline_execution", {"parent_id": 99}, "constraint fk_pipeline_execution_parent_id is violated"),
        (
            "address_lineage_closure",
            {"source_address_id": 1, "target_address_id": 1, "depth": 1},
            "no_self is violated",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_rule_is_told_in_words(engine: sa.Engine, table: str, columns: dict[str, Any], message: str) -> None:
    complete = EXECUTION | columns if table == "pipeline_execution" else columns
    with pytest.raises(InvalidValueError) as raised:
        write(engine, table, **complete)
    assert message in str(raised.value)


def test_a_value_that_is_none_of_an_enum(engine: sa.Engine) -> None:
    with pytest.raises(InvalidValueError, match="refuses a value"), database.transaction(engine) as session:
        session.execute(sa.text("SELECT CAST('asleep' AS watcher.execution_state)"))


def test_a_value_that_must_be_there(engine: sa.Engine) -> None:
    with pytest.raises(DatabaseError, match='null value in column "group_name"'):
        write(engine, "address_type", name="n")


def test_every_table_and_column_carries_the_comment_of_its_model(engine: sa.Engine) -> None:
    inspector = sa.inspect(engine)
    for table in Base.metadata.sorted_tables:
        assert inspector.get_table_comment(table.name, SCHEMA)["text"] == table.comment
        comments = {column["name"]: column["comment"] for column in inspector.get_columns(table.name, SCHEMA)}
        assert comments == {column.name: column.comment for column in table.columns}


def test_every_constraint_and_index_has_the_name_that_the_model_gives_it(engine: sa.Engine) -> None:
    names = sa.text(
        "SELECT conname FROM pg_constraint JOIN pg_namespace n ON n.oid = connamespace"
        " WHERE nspname = 'watcher' AND contype <> 'n' AND conrelid <> 'watcher.alembic_version'::regclass"
    )
    with engine.connect() as connection:
        found = set(connection.scalars(names))
    assert found == {str(constraint.name) for table in Base.metadata.sorted_tables for constraint in table.constraints}


def test_every_rule_in_words_is_a_constraint_that_there_is() -> None:
    suffixes = {
        str(constraint.name).removeprefix(f"ck_{table.name}_")
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
    }
    assert set(RULES) <= suffixes


def test_an_execution_goes_with_all_that_hangs_on_it(engine: sa.Engine) -> None:
    """Cleanup deletes executions; a child never dangles, and nothing stands in the way."""
    with engine.begin() as connection:
        parent, child = (
            connection.scalar(
                sa.insert(models.table(models.PipelineExecution))
                .values(**EXECUTION | {"external_id": identity})
                .returning(models.table(models.PipelineExecution).c.id)
            )
            for identity in ("parent", "child")
        )
        connection.execute(sa.text(f"UPDATE watcher.pipeline_execution SET parent_id = {parent} WHERE id = {child}"))
        connection.execute(
            sa.text(
                "INSERT INTO watcher.watermark_event (pipeline_id, pipeline_execution_id, kind)"
                f" VALUES (1, {parent}, 'conflict')"
            )
        )
        connection.execute(sa.text(f"DELETE FROM watcher.pipeline_execution WHERE id = {parent}"))
        left = connection.execute(sa.text("SELECT id, parent_id FROM watcher.pipeline_execution")).all()
        assert left == [(child, None)]
        assert connection.scalar(sa.text("SELECT count(*) FROM watcher.watermark_event")) == 0

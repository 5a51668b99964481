#!/usr/bin/env bash
# dagster 1.13.27, dagster-duckdb-pandas 0.29.27, duckdb 2.0.1, pandas 2.3.3
#
# The I/O manager for DuckDB makes the table of a partitioned asset by the types of the partition that is stored first. What a later
# one has is cast to them, without an error: 1.7 is stored as 2 behind a partition of whole numbers, 7 as true behind one of
# booleans, ten o'clock as its day behind one of days, and 7.129 as 7.1 behind a decimal of one digit. So the rows depend on
# which partition ran first. A column more or less is an error.
# Seen: 1.7: 2; 7: True; 2024-01-01 10:00: 2024-01-01; 7.129: 7.1; a column more: BinderException
#
# Most would guess: a wider type, or an error, as there is for another column.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  dagster==1.13.27 dagster-duckdb-pandas==0.29.27 duckdb==2.0.1 pandas==2.3.3

cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import datetime
import decimal
import logging
import tempfile

import dagster as dg
import duckdb
import pandas
from dagster_duckdb_pandas import DuckDBPandasIOManager

logging.disable(logging.CRITICAL)


def second(first: object, then: object, **more: object) -> object:
    """The value of the second partition as it is stored behind the first one."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"{folder}/shop.db"

        @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["north", "south"]), metadata={"partition_expr": "area"})
        def sales(context: dg.AssetExecutionContext) -> pandas.DataFrame:
            if context.partition_key == "north":
                return pandas.DataFrame({"area": ["north"], "x": [first]})
            return pandas.DataFrame({"area": ["south"], "x": [then], **more})

        for key in ("north", "south"):
            resources = {"io_manager": DuckDBPandasIOManager(database=database)}
            dg.materialize([sales], partition_key=key, resources=resources)
        with duckdb.connect(database) as connection:
            (row,) = connection.execute("select x from public.sales where area = 'south'").fetchall()
        return row[0]


seen = (
    second(1, 1.7),
    second(True, 7),
    second(datetime.date(2024, 1, 1), pandas.Timestamp("2024-01-01 10:00")),
    second(decimal.Decimal("1.1"), 7.129),
)
other = second(1.7, 1)
print(seen, other)
assert seen == (2, True, datetime.date(2024, 1, 1), decimal.Decimal("7.1")), seen
assert seen[1] is True and other == 1.0, other
try:
    second(1, 2, y=[3])
except Exception as error:
    print("a column more:", type(error.__cause__ or error).__name__)
else:
    raise AssertionError("a column more was stored")
print("held: 1.7 is stored as 2 behind a partition of whole numbers")
PYTHON

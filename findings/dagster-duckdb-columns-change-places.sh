#!/usr/bin/env bash
# dagster 1.13.27, dagster-duckdb-pandas 0.29.27, duckdb 2.0.1, pandas 2.3.3
#
# The second partition of an asset, stored by the IO manager for DuckDB: a frame whose columns come in another order
# than those of the first one is inserted by its places, not by its names. So where a step names the errors before the
# rows, 20 rows and 1 error are 1 row and 20 errors, in the table and for all that load it. The run is a success.
# Seen: errors 1, rows 20 -> rows 1, errors 20
#
# Most would guess: each value in the column of its name, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  dagster==1.13.27 dagster-duckdb-pandas==0.29.27 duckdb==2.0.1 pandas==2.3.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import os

import dagster as dg
import duckdb
import pandas as pd
from dagster_duckdb_pandas import DuckDBPandasIOManager

os.environ["DAGSTER_HOME"] = ""
FRAMES = {
    "monday": {"day": ["monday"], "rows": [10], "errors": [0]},
    "tuesday": {"day": ["tuesday"], "errors": [1], "rows": [20]},
}
days = dg.StaticPartitionsDefinition(list(FRAMES))


@dg.asset(partitions_def=days, metadata={"partition_expr": "day"})
def counts(context) -> pd.DataFrame:
    return pd.DataFrame(FRAMES[context.partition_key])


resources = {"io_manager": DuckDBPandasIOManager(database="warehouse.duckdb")}
for day in FRAMES:
    assert dg.materialize([counts], partition_key=day, resources=resources).success
with duckdb.connect("warehouse.duckdb") as connection:
    seen = connection.sql("select day, rows, errors from public.counts order by day").fetchall()
print(seen)
assert seen == [("monday", 10, 0), ("tuesday", 1, 20)], seen
print("held: columns in another order change places")
PYTHON

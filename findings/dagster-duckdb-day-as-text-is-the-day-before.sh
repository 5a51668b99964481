#!/usr/bin/env bash
# dagster 1.13.27, dagster-duckdb-pandas 0.29.27, duckdb 2.0.1, pandas 2.3.3
#
# An asset with a partition a day, stored by the IO manager for DuckDB, whose column of the day is a text as 2024-01-02.
# The partition of 1 January is all from "2024-01-01 00:00:00" up to "2024-01-02 00:00:00"; a text without a time sorts
# before the same one with it, so that its own rows are not in there and those of the next day are. So the step behind
# it gets the rows of 2 January for the 1st, and none for the 2nd. When the 1st runs again, the 2nd is deleted and the
# 1st inserted a second time. Where the column holds dates, all is right.
# Seen: stored 1 and 2 January; loaded for the 1st: the 2nd; after the 1st ran again: 1 January twice
#
# Most would guess: that the text of the key is found by the key.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  dagster==1.13.27 dagster-duckdb-pandas==0.29.27 duckdb==2.0.1 pandas==2.3.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import os

import dagster as dg
import duckdb
import pandas as pd
from dagster_duckdb_pandas import DuckDBPandasIOManager

os.environ["DAGSTER_HOME"] = ""
FIRST, SECOND = "2024-01-01", "2024-01-02"
days = dg.DailyPartitionsDefinition(FIRST, end_date="2024-01-03")


def look(name, as_day):
    loaded, stored = {}, []
    resources = {"io_manager": DuckDBPandasIOManager(database=name)}

    @dg.asset(partitions_def=days, metadata={"partition_expr": "day"})
    def orders(context) -> pd.DataFrame:
        return pd.DataFrame({"day": [as_day(context.partition_key)], "number": [int(context.partition_key[-2:])]})

    @dg.asset(partitions_def=days)
    def report(context, orders: pd.DataFrame) -> None:
        loaded[context.partition_key] = orders["number"].tolist()

    def run(*keys, step=orders):
        for key in keys:
            assert dg.materialize([orders, report], selection=[step], partition_key=key, resources=resources).success

    def rows():
        with duckdb.connect(name) as connection:
            stored.append([row[0] for row in connection.sql("select number from public.orders order by 1").fetchall()])

    run(FIRST, SECOND)
    run(FIRST, SECOND, step=report)
    rows()
    run(FIRST)
    rows()
    return loaded, stored


texts = look("texts.duckdb", str)
dates = look("dates.duckdb", datetime.date.fromisoformat)
print(texts, dates)
assert texts == ({FIRST: [2], SECOND: []}, [[1, 2], [1, 1]]), texts
assert dates == ({FIRST: [1], SECOND: [2]}, [[1, 2], [1, 2]]), dates
print("held: a day as a text is the day before")
PYTHON

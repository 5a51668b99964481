#!/usr/bin/env bash
# dagster 1.13.27, dagster-duckdb-pandas 0.29.27, duckdb 2.0.1, pandas 2.3.3, pytz 2026.2
#
# Days of New York in a partition each, with the instants of orders in the column by which they are stored in DuckDB.
# The IO manager writes the limits of the day without its zone, so DuckDB reads them in the zone of the host: on a host
# in UTC the run of 2 January deletes what is after midnight in UTC, which is the evening of 1 January in New York, and
# inserts only its own orders. The evening's order is gone from the table; where the host is in New York it stays.
# Seen: orders 1 (midnight), 2 (8 p.m.) and 3 (next day): 1 and 3 left in UTC, all three in New York
#
# Most would guess: that a day with a zone has its limits in that zone, on all hosts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  dagster==1.13.27 dagster-duckdb-pandas==0.29.27 duckdb==2.0.1 pandas==2.3.3 pytz==2026.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import os
import subprocess
import sys

PROGRAM = """
import datetime, os, zoneinfo
import dagster as dg, duckdb, pandas as pd
from dagster_duckdb_pandas import DuckDBPandasIOManager

os.environ["DAGSTER_HOME"] = ""
zone = zoneinfo.ZoneInfo("America/New_York")
ORDERS = {"2024-01-01": [(0, 1), (20, 2)], "2024-01-02": [(0, 3)]}


@dg.asset(
    partitions_def=dg.DailyPartitionsDefinition("2024-01-01", timezone="America/New_York"),
    metadata={"partition_expr": "moment"},
)
def orders(context) -> pd.DataFrame:
    day = datetime.datetime.fromisoformat(context.partition_key)
    rows = [(day.replace(hour=hour, tzinfo=zone), number) for hour, number in ORDERS[context.partition_key]]
    return pd.DataFrame(rows, columns=["moment", "number"])


name = os.environ["TZ"].replace("/", "-") + ".duckdb"
for key in ORDERS:
    assert dg.materialize([orders], partition_key=key, resources={"io_manager": DuckDBPandasIOManager(database=name)})
with duckdb.connect(name) as connection:
    print([row[0] for row in connection.sql("select number from public.orders order by 1").fetchall()])
"""

seen = {}
for host in ("UTC", "America/New_York"):
    environment = {**os.environ, "TZ": host}
    seen[host] = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()
print(seen)
assert seen == {"UTC": "[1, 3]", "America/New_York": "[1, 2, 3]"}, seen
print("held: an evening is deleted by the next day")
PYTHON

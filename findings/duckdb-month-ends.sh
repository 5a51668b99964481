#!/usr/bin/env bash
# duckdb 2.0.1, polars 2.1.0
#
# A monthly range from 31 January: DuckDB adds the month to the day before, so that after February all are the 29th (31
# Jan, 29 Feb, 29 Mar, 29 Apr). Polars adds to the start (31 Jan, 29 Feb, 31 Mar, 30 Apr). Partitions or expected dates
# made by one are missing in the other.
#
# Most would guess: the ends of months, in both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check duckdb==2.0.1 polars==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import duckdb
import polars

rows = duckdb.sql("SELECT unnest(range(DATE '2024-01-31', DATE '2024-05-01', INTERVAL 1 MONTH))").fetchall()
dates = polars.date_range(datetime.date(2024, 1, 31), datetime.date(2024, 5, 1), "1mo", eager=True)
seen = {"DuckDB": [f"{row[0]:%m-%d}" for row in rows], "Polars": [f"{date:%m-%d}" for date in dates]}
print(seen)
assert seen == {
    "DuckDB": ["01-31", "02-29", "03-29", "04-29"],
    "Polars": ["01-31", "02-29", "03-31", "04-30"],
}, seen
print("held: DuckDB's monthly range stays on the 29th after February")
PYTHON

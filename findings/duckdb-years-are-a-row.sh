#!/usr/bin/env bash
# duckdb 2.0.1, polars 2.1.0
#
# In a CSV file with a column for each year DuckDB takes the header for a row: "country,2022,2023" fits the types of
# the rows below it, texts and integers. The table has a row more, with a country named "country", columns named
# column0 to column2, and the sum of a year is 2,022 too large. With years as dates, 2022-12-31, the header is found.
# Polars takes the first line as the header.
# Seen: columns column0, column1, column2; 3 rows; sum 2034 instead of 12
#
# Most would guess: the first line is the header, or at least there is an error where it is not.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check duckdb==2.0.1 polars==2.1.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

import duckdb
import polars

ROWS = "FR,5,6\nDE,7,8\n"
pathlib.Path("years.csv").write_text(f"country,2022,2023\n{ROWS}")
pathlib.Path("days.csv").write_text(f"country,2022-12-31,2023-12-31\n{ROWS}")

years, days = duckdb.read_csv("years.csv"), duckdb.read_csv("days.csv")
print(years.columns, years.fetchall(), days.columns, len(days))
assert years.columns == ["column0", "column1", "column2"] and len(years) == 3, years
assert years.fetchall()[0] == ("country", 2022, 2023), years
assert years.sum("column1").fetchall() == [(2034,)], years
assert days.columns == ["country", "2022-12-31", "2023-12-31"] and len(days) == 2, days
told = duckdb.read_csv("years.csv", header=True)
assert told.columns == ["country", "2022", "2023"] and len(told) == 2, told
of_polars = polars.read_csv("years.csv")
assert of_polars.columns == ["country", "2022", "2023"] and of_polars.height == 2, of_polars
print("held: a header of years is a row, and its years are in the sum")
PYTHON

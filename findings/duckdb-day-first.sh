#!/usr/bin/env bash
# duckdb 2.0.1, polars 2.1.0
#
# A CSV file with 01/02/2024 and 03/04/2024 could be American or European. DuckDB, and Polars with try_parse_dates, both
# take the day first, without a question: 1 February and 3 April. So an American file of the first twelve days of a month
# loads with day and month swapped. The first 13th turns it: with 01/13/2024 DuckDB reads the same column month first,
# and Polars leaves all of it as text.
#
# Most would guess: text or a refusal for what is ambiguous, or at least the same order every day.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check duckdb==2.0.1 polars==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb
import polars


def read(*days):
    with open("days.csv", "w") as file:
        file.write("\n".join(["day", *days]) + "\n")
    frame = polars.read_csv("days.csv", try_parse_dates=True)
    rows = duckdb.sql("SELECT day FROM 'days.csv'").fetchall()
    return {"DuckDB": [str(row[0]) for row in rows], "Polars": [str(row[0]) for row in frame.rows()]}


seen = read("01/02/2024", "03/04/2024"), read("01/02/2024", "01/13/2024")
print(seen)
assert seen == (
    {"DuckDB": ["2024-02-01", "2024-04-03"], "Polars": ["2024-02-01", "2024-04-03"]},
    {"DuckDB": ["2024-01-02", "2024-01-13"], "Polars": ["01/02/2024", "01/13/2024"]},
), seen
print("held: 01/02/2024 is 1 February until a 13th makes it 2 January, or text")
PYTHON

#!/usr/bin/env bash
# pandasql 0.7.3, pandas 3.1.1, SQLAlchemy 2.1.9, numpy 2.4.6
#
# Tables are copied into SQLite, where a time is a text with six digits of its second. A day is not found by its day,
# and is later than it, so `>` returns the day that it should leave out and `<=` leaves it out. A half of 7 is 3, and
# a duration is a number without a unit. pandas finds the row by the same text.
# Seen: no row for day = '2024-01-15', one for day > '2024-01-15', none for day <= '2024-01-15'
#
# Most would guess: the row of that day, as of pandas and of other databases.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pandasql==0.7.3 pandas==3.1.1 SQLAlchemy==2.1.9 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas
from pandasql import sqldf

runs = pandas.DataFrame({"day": pandas.to_datetime(["2024-01-15"]), "rows": [7]})
seen = {sign: len(sqldf(f"SELECT * FROM runs WHERE day {sign} '2024-01-15'", globals())) for sign in ("=", ">", "<=")}
half = sqldf("SELECT rows / 2 AS half FROM runs", globals())["half"].tolist()
print(seen, half)
assert seen == {"=": 0, ">": 1, "<=": 0}, seen
assert half == [3], half
assert len(runs[runs["day"] == "2024-01-15"]) == 1
print("held: a day is later than itself")
PYTHON

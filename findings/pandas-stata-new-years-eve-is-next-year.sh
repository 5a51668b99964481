#!/usr/bin/env bash
# pandas 3.1.1, numpy 2.4.6
#
# Stata counts weeks from 1 January, and week 52 has the eight or nine days that are left of the year. Written by pandas
# with `convert_dates="tw"`, 31 December is in the first week of the next year, as is 30 December of a leap year. Read
# again by pandas it is 1 January, so a total of the year lacks the day, and the next has it.
# Seen: 2023-12-30 is read as 2023-12-24, 2023-12-31 as 2024-01-01, 2024-12-30 as 2025-01-01
#
# Most would guess: the first day of the last week of its year, as for the day before.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas


def read_back(days):
    table = pandas.DataFrame({"week": pandas.to_datetime(days)})
    table.to_stata("table.dta", write_index=False, convert_dates={"week": "tw"})
    return pandas.read_stata("table.dta")["week"].dt.strftime("%Y-%m-%d").tolist()


EXPECTED = {
    "2024-01-01": "2024-01-01",
    "2024-01-07": "2024-01-01",
    "2024-01-08": "2024-01-08",
    "2023-12-30": "2023-12-24",
    "2023-12-31": "2024-01-01",
    "2024-12-29": "2024-12-23",
    "2024-12-30": "2025-01-01",
    "2024-12-31": "2025-01-01",
}
seen = dict(zip(EXPECTED, read_back(list(EXPECTED))))
print(seen)
assert seen == EXPECTED, seen
print("held: the last day of a year is in the first week of the next")
PYTHON

#!/usr/bin/env bash
# datacompy 1.1.0, pandas 3.0.6
#
# Two empty tables do not match, although all columns match and all rows overlap; a table with a single row matches its copy. So a
# comparison of what changed in the last hour fails in the hours in which nothing did. The other way round, the day 2024-01-02
# matches the text 01/02/2024, as 2024-02-01 does if a row before it has 13/01/2024; the number 5 does not match the text 5.
# Seen: empty: columns True, rows True, matches False; one row True; day and text True, True; number and text False
#
# Most would guess: empty equals empty, and a day is no more a match for a text than a number is.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check datacompy==1.1.0 pandas==3.0.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datacompy
import pandas


def compare(left: list, right: list) -> datacompy.PandasCompare:
    tables = (pandas.DataFrame({"id": range(len(values)), "value": values}) for values in (left, right))
    return datacompy.PandasCompare(*tables, join_columns="id")


def matches(left: list, right: list) -> bool:
    return bool(compare(left, right).matches())


def days(*texts: str) -> list:
    return list(pandas.to_datetime(list(texts)))


empty = compare([], [])
seen = (
    (empty.all_columns_match(), empty.all_rows_overlap(), bool(empty.matches())),
    matches([1.5], [1.5]),
    matches(days("2024-01-02"), ["01/02/2024"]),
    matches(days("2024-01-13", "2024-02-01"), ["13/01/2024", "01/02/2024"]),
    matches([5], ["5"]),
)
print(seen)
assert seen == ((True, True, False), True, True, True, False), seen
print("held: two empty tables do not match, and 01/02/2024 matches 2 January as well as 1 February")
PYTHON

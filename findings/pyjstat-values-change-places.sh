#!/usr/bin/env bash
# pyjstat 2.4.0, pandas 3.1.1
#
# JSON-stat has the values of a table as one list, in the order of its dimensions. pyjstat writes them in the order in
# which the rows happen to stand. A table of two years and two regions whose rows are not sorted in that way gets the
# values of other rows when it is read again: south of 2023 has 3 and had 4. If a row is missing, the list is one value
# short, and all behind it would move up; reading it is an IndexError.
# Seen: {('2024', 'north'): 1, ('2024', 'south'): 2, ('2023', 'north'): 3, ('2023', 'south'): 4} of 1, 3, 4 and 2
#
# Most would guess: a value stays with its year and region, whatever the order of the rows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyjstat==2.4.0 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas
from pyjstat import pyjstat

table = pandas.DataFrame(
    {
        "year": ["2024", "2023", "2024", "2023"],
        "region": ["north", "south", "south", "north"],
        "value": [1, 2, 3, 4],
    }
)


def values(frame):
    return {(year, region): int(value) for year, region, value in frame.itertuples(index=False)}


written = pyjstat.Dataset.read(table).write()
before, after = values(table), values(pyjstat.Dataset.read(written).write("dataframe"))
print(before, after)
assert before == {("2024", "north"): 1, ("2023", "south"): 2, ("2024", "south"): 3, ("2023", "north"): 4}, before
assert after == {("2024", "north"): 1, ("2024", "south"): 2, ("2023", "north"): 3, ("2023", "south"): 4}, after
short = pyjstat.Dataset.read(pyjstat.Dataset.read(table[:3]).write())
print(short["size"], short["value"])
assert (short["size"], short["value"]) == ([2, 2], [1, 2, 3]), short
print("held: the values of a table have changed places")
PYTHON

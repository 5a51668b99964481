#!/usr/bin/env bash
# daft 0.7.26
#
# Least and largest values with a NaN among them. Of 1 and NaN the least is 1 of the whole table and by a window, and
# NaN by a group of the same two rows, in which NaN and 1 have 1: what comes last decides. So it is with the largest,
# which is NaN for the whole table. The sum of 9223372036854775807 and 1 is negative, 300 as eight bits is missing,
# without an error, and weeks begin on Thursdays.
# Seen: 1.0 by the table and nan by the group, of 1 and NaN
#
# Most would guess: one least value, whoever asks for it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check daft==0.7.26

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import datetime
import os

os.environ["DO_NOT_TRACK"] = "true"
import daft
from daft import DataType, col, functions


def holds(text, frame, expected):
    seen = frame.to_pydict()
    print(f"{text}: {seen}")
    assert repr(seen) == repr(expected), text


nan = float("nan")
least, largest = col("x").min().alias("least"), col("x").max().alias("largest")
for values, group in (([1.0, nan], nan), ([nan, 1.0], 1.0)):
    table = daft.from_pydict({"key": ["a", "a"], "x": values})
    holds(f"table of {values}", table.agg(least, largest), {"least": [1.0], "largest": [nan]})
    window = col("x").min().over(daft.Window().partition_by("key")).alias("least")
    holds(f"window of {values}", table.select(window), {"least": [1.0, 1.0]})
    grouped = table.groupby("key").agg(least, largest)
    holds(f"group of {values}", grouped, {"key": ["a"], "least": [group], "largest": [group]})
large = daft.from_pydict({"x": [9223372036854775807, 1]})
holds("sum", large.agg(col("x").sum()), {"x": [-9223372036854775808]})
holds("as eight bits", daft.from_pydict({"x": [5, 300]}).select(col("x").cast(DataType.uint8())), {"x": [5, None]})
days = daft.from_pydict({"x": [datetime.datetime(2024, 1, day) for day in (3, 4)]})
weeks = [datetime.datetime(2023, 12, 28), datetime.datetime(2024, 1, 4)]
holds("weeks", days.select(functions.date_trunc("1 week", col("x"))), {"x": weeks})
print("held: the least of a group is NaN")
PYTHON

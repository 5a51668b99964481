#!/usr/bin/env bash
# pyreadr 0.5.8, pandas 3.1.1
#
# A time goes into a file of R as text, without its zone and its fraction: 12:00 at two hours east is "12:00:00", as is
# 12:00 in UTC. A duration of an hour becomes the text "0 days 01:00:00". And the least integer of 32 bits is missing
# when it is read, as R has no such number.
#
# Most would guess: R's own type of time, which has a zone.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyreadr==0.5.8 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
import pandas
import pyreadr

rows = pandas.DataFrame(
    {
        "east": pandas.to_datetime(["2024-01-01 12:00:00.5+02:00"]),
        "utc": pandas.to_datetime(["2024-01-01 12:00:00Z"]),
        "hour": pandas.to_timedelta(["1h"]),
        "least": numpy.array([-(2**31)], dtype="int32"),
    }
)
pyreadr.write_rds("rows.rds", rows)
seen = pyreadr.read_r("rows.rds")[None].iloc[0].to_dict()
print(seen)
assert seen["east"] == seen["utc"] == "2024-01-01 12:00:00", seen
assert seen["hour"] == "0 days 01:00:00" and pandas.isna(seen["least"]), seen
print("held: two instants are one text")
PYTHON

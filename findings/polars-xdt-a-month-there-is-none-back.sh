#!/usr/bin/env bash
# polars-xdt 0.17.1, polars 2.1.0
#
# month_delta counts the months between two dates. Ahead, the end of a shorter month counts as the same day: from 31
# January to 29 February is one, as it is from 30 January. Back it does not: from 29 February to 31 January are 0, so
# that the sign of a difference is not all that its order changes. A column of how many months a contract is old, and
# one of how many it has still to run, do not add up.
# Seen: 31 January to 29 February: 1; 29 February to 31 January: 0; 29 February to 31 March: 1; back: -1
#
# Most would guess: 1 and -1, as a difference in the other direction is the same with another sign.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check polars-xdt==0.17.1 polars==2.1.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt

import polars as pl
import polars_xdt as xdt

pairs = [("2024-01-31", "2024-02-29"), ("2024-01-30", "2024-02-29"), ("2024-02-29", "2024-03-31")]
days = [[dt.date.fromisoformat(day) for day in pair] for pair in pairs]
dates = pl.DataFrame(days, schema=["first", "last"], orient="row")
ahead = dates.select(xdt.month_delta("first", "last")).to_series().to_list()
back = dates.select(xdt.month_delta("last", "first")).to_series().to_list()
print(ahead, back)
assert ahead == [1, 1, 1], ahead
assert back == [0, 0, -1], back
print("held: a month there is none back")
PYTHON

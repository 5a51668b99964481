#!/usr/bin/env bash
# recordlinkage 0.16, pandas 2.3.3, numpy 2.4.6
#
# How alike two dates are is 1, 0.5 or 0. The day after is 0, as is the same day at another hour. 0.5 is a day whose
# month and day have changed places, and the same day of June and of July, which are taken for a slip of the pen; of May
# and June it is 0. A birth date that is a day off by a time zone finds no partner.
# Seen: next day 0; 2 January and 1 February 0.5; 5 June and 5 July 0.5; 5 May and 5 June 0
#
# Most would guess: the nearer two days are, the more alike; or equal and not.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    recordlinkage==0.16 pandas==2.3.3 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas
import recordlinkage


def alike(one, other):
    tables = [pandas.DataFrame({"born": pandas.to_datetime([day])}) for day in (one, other)]
    comparison = recordlinkage.Compare()
    comparison.date("born", "born", label="born")
    pairs = pandas.MultiIndex.from_tuples([(0, 0)])
    return float(comparison.compute(pairs, *tables)["born"].iloc[0])


EXPECTED = {
    ("2024-01-02", "2024-01-02"): 1.0,
    ("2024-01-02", "2024-01-03"): 0.0,
    ("2024-01-02", "2024-01-02 10:00"): 0.0,
    ("2024-01-02", "2024-02-01"): 0.5,
    ("2024-06-05", "2024-07-05"): 0.5,
    ("2024-05-05", "2024-06-05"): 0.0,
}
seen = {days: alike(*days) for days in EXPECTED}
print(seen)
assert seen == EXPECTED, seen
print("held: the next day is not alike, and a month later is by half")
PYTHON

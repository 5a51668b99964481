#!/usr/bin/env bash
# pypika 0.51.1
#
# `Interval` of PyPika takes the arguments of a timedelta. A fraction is cut: 1.5 days are one. Of weeks or quarters
# with days the days are left out, and a minus is kept for the first part alone, so a day less two hours is 26 hours.
# Microseconds are put behind a point without zeros: 90 seconds and 5 microseconds are 90.5.
# Seen: days=1.5 -> '1' DAY; weeks=2, days=1 -> '2' WEEK; days=1, hours=-2 -> '1 2' DAY_HOUR; seconds=90,
# microseconds=5 -> '90.5'
#
# Most would guess: 36 hours, 15 days, 22 hours and 90.000005 seconds, or errors.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pypika==0.51.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
from pypika import Interval
from pypika.dialects import MySQLQuery
from pypika.terms import PseudoColumn

INTERVALS = [
    {"days": 1.5},
    {"weeks": 2, "days": 1},
    {"days": 1, "hours": -2},
    {"days": 1, "hours": 2},
    {"seconds": 90, "microseconds": 5},
    {"seconds": 90, "microseconds": 500000},
]
seen = [
    MySQLQuery.select(PseudoColumn("NOW()") - Interval(**parts)).get_sql().removeprefix("SELECT NOW()-INTERVAL ")
    for parts in INTERVALS
]
print(seen)
assert seen == [
    "'1' DAY",
    "'2' WEEK",
    "'1 2' DAY_HOUR",
    "'1 2' DAY_HOUR",
    "'90.5' SECOND_MICROSECOND",
    "'90.500000' SECOND_MICROSECOND",
], seen
PYTHON
echo "held: a day and a half is a day"

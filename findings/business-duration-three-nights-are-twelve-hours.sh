#!/usr/bin/env bash
# business-duration 0.68, pandas 3.1.1
#
# Business hours from 21:00 to 03:00 are a night of six hours. From Monday 21:00 to Thursday 01:00 there are sixteen of
# them; business-duration has twelve, for each night in between ends at the hour at which the last one is left. From
# Monday 21:00 to Thursday 00:00 it has nine of fifteen. What is worked behind midnight of one day is nothing, and the
# evening of a last day that ends at 22:00 is left out. The hours of a day, from 09:00 to 17:00, are right.
# Seen: 12 of 16, 9 of 15, 0 of 3, 5 of 6 hours
#
# Most would guess: the nights in between are whole, as days in between are.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check business-duration==0.68 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, time

from business_duration import businessDuration


def count(start, end, opens=time(21), closes=time(3)):
    return businessDuration(start, end, starttime=opens, endtime=closes, unit="hour")


monday = datetime(2024, 1, 1, 21)
seen = [
    count(monday, datetime(2024, 1, 4, 3)),
    count(monday, datetime(2024, 1, 4, 1)),
    count(monday, datetime(2024, 1, 4, 0)),
    count(datetime(2024, 1, 1, 0), datetime(2024, 1, 1, 3)),
    count(datetime(2024, 1, 1, 22), datetime(2024, 1, 2, 22)),
]
print("hours:", *seen)
assert seen == [18.0, 12.0, 9.0, 0, 5.0], seen
day = count(datetime(2024, 1, 1, 9), datetime(2024, 1, 4, 10), time(9), time(17))
assert day == 25.0, day
print("held: three nights that end two hours early are six hours shorter")
PYTHON

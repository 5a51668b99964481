#!/usr/bin/env bash
# astropy 8.0.2, numpy 2.4.6
#
# On a day that ends with a leap second the Unix time of astropy runs slow from its first second on: at noon it is half a
# second behind that of the operating system, and at 23:59:59 a whole one, 1483228798.00002. One second of Unix time is
# 1.0000116 seconds that day. A day after 2016-12-31 is 2016-12-31 23:59:60.
#
# Most would guess: Unix time is the count that each computer has, in which that day has 86,400 seconds like any other.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check astropy==8.0.2 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import astropy.time
import astropy.units

late = {}
for day in (30, 31):
    for clock in ("00:00:00", "12:00:00", "23:59:59"):
        text = f"2016-12-{day}T{clock}"
        posix = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp()
        late[f"{day} {clock}"] = round(posix - float(astropy.time.Time(text, scale="utc").unix), 3)
first, second = (astropy.time.Time(moment, format="unix") for moment in (1483200000, 1483200001))
length = round(float((second - first).sec), 7)
after = (astropy.time.Time("2016-12-31", scale="utc") + 1 * astropy.units.day).iso
print(late, length, after)
assert late == {
    "30 00:00:00": 0,
    "30 12:00:00": 0,
    "30 23:59:59": 0,
    "31 00:00:00": 0,
    "31 12:00:00": 0.5,
    "31 23:59:59": 1,
}, late
assert length == 1.0000116, length
assert after == "2016-12-31 23:59:60.000", after
print("held: Unix time is up to a second behind on the day of a leap second")
PYTHON

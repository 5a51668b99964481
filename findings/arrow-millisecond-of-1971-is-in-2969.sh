#!/usr/bin/env bash
# arrow 1.4.0
#
# `arrow.get` takes a number for seconds unless that is after the year 9999, then for milliseconds, then for
# microseconds. So milliseconds before 1978 are seconds: 31536000000, the first of 1971, is in the year 2969, and
# 252460800000, the first of 1978, is in 9970. From 253402318799 on, in the evening of 11 January 1978, they are
# right. Birthdays and old contracts are hit, and all of them become years that exist.
# Seen: 2969-05-03 of 31536000000, 9970-03-02 of 252460800000
#
# Most would guess: seconds always, or an error; not a unit for each number.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check arrow==1.4.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import arrow

START = datetime.datetime(1970, 1, 1)
DAYS = ["1971-01-01", "1978-01-01", "1978-01-13", "2024-01-15"]


def read(day):
    milliseconds = (datetime.datetime.fromisoformat(day) - START) // datetime.timedelta(milliseconds=1)
    return arrow.get(milliseconds).date().isoformat()


seen = {day: read(day) for day in DAYS}
print(seen)
assert seen == {
    "1971-01-01": "2969-05-03",
    "1978-01-01": "9970-03-02",
    "1978-01-13": "1978-01-13",
    "2024-01-15": "2024-01-15",
}, seen
print("held: the first of 1971 in milliseconds is in the year 2969")
PYTHON

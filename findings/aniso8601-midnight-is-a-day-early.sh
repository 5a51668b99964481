#!/usr/bin/env bash
# aniso8601 10.0.1, ciso8601 2.4.1, python-dateutil 4.0.0
#
# ISO 8601 has two names for midnight: 24:00 is the end of a day, and the beginning of the next. aniso8601 reads 24:00
# as a time of 00:00 and keeps the day, so the end of 2 January is its beginning, 24 hours early. An interval of a
# whole day has no length, and one from 20:00 to 24:00 ends before it begins. ciso8601 and dateutil have the next day.
# Seen: 2024-01-02T24:00 is 2024-01-02 00:00, or 2024-01-03 00:00 for the two others; 20:00 to 24:00 are -20 hours
#
# Most would guess: midnight of the next day, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  aniso8601==10.0.1 ciso8601==2.4.1 python-dateutil==4.0.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import aniso8601
import ciso8601
from dateutil.parser import isoparse

TEXT = "2024-01-02T24:00"

seen = {"aniso8601": aniso8601.parse_datetime(TEXT).isoformat(), "ciso8601": ciso8601.parse_datetime(TEXT).isoformat()}
seen["dateutil"] = isoparse(TEXT).isoformat()
start, end = aniso8601.parse_interval("2024-01-02T20:00/2024-01-02T24:00")
seen["evening in hours"] = (end - start).total_seconds() / 3600
print(seen)
assert seen == {
    "aniso8601": "2024-01-02T00:00:00",
    "ciso8601": "2024-01-03T00:00:00",
    "dateutil": "2024-01-03T00:00:00",
    "evening in hours": -20.0,
}, seen
print("held: the end of a day is its beginning")
PYTHON

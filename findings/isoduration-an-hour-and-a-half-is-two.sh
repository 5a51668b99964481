#!/usr/bin/env bash
# isoduration 20.11.0
#
# A duration is parsed exactly, and written exactly again. When it is added to a date, the sum of each part is rounded
# to a whole number, half up: an hour and a half later is two hours later, half an hour an hour, and an hour and a half
# before is one hour before. In minutes the same time is right, PT90M is 1:30; it is not equal to PT1.5H.
# Seen: 2024-01-01 10:00 + PT1.5H -> 12:00; + PT0.5H -> 11:00; - PT1.5H -> 09:00; + PT90M -> 11:30
#
# Most would guess: 11:30, 10:30 and 08:30, as the standard allows a fraction in the last part.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check isoduration==20.11.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt

from isoduration import format_duration, parse_duration

start = dt.datetime(2024, 1, 1, 10)
seen = {text: f"{parse_duration(text) + start:%H:%M:%S}" for text in ("PT1.5H", "PT0.5H", "PT1.5S", "PT90M")}
print(seen)
assert seen == {"PT1.5H": "12:00:00", "PT0.5H": "11:00:00", "PT1.5S": "10:00:02", "PT90M": "11:30:00"}, seen
assert f"{start - parse_duration('PT1.5H'):%H:%M}" == "09:00"
assert format_duration(parse_duration("PT1.5H")) == "PT1.5H"
assert parse_duration("PT90M") != parse_duration("PT1.5H")
print("held: an hour and a half is two hours")
PYTHON

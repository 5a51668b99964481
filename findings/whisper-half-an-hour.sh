#!/usr/bin/env bash
# whisper 1.1.10
#
# A Graphite file that adds up what it is given, by the minute and by the hour, knows only the last of two values of one
# minute: 3 and 4 are 4. An hour with a value in each of its first 29 minutes is nothing by the hour, one of 30 minutes
# is 30: less than half of an hour (xFilesFactor 0.5) is dropped, for sums, too.
#
# Most would guess: sum adds up: 7 for the minute, and 29 for the hour.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check whisper==1.1.10

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import time

import whisper

HOUR = int(time.time()) // 3600 * 3600 - 4 * 3600


def file(name, *archives):
    whisper.create(name, list(archives), aggregationMethod="sum")
    return name


def values(name, seconds):
    return [value for value in whisper.fetch(name, int(time.time()) - seconds)[1] if value is not None]


minutes = file("minutes.wsp", (60, 1440))
for second, value in ((5, 3), (50, 4)):
    whisper.update(minutes, value, HOUR + second)
hours = file("hours.wsp", (60, 1440), (3600, 240))
for hour, count in ((0, 29), (1, 30)):
    whisper.update_many(hours, [(HOUR + 3600 * hour + 60 * minute, 1) for minute in range(count)])
seen = {"minute": values(minutes, 6 * 3600), "minutes": sum(values(hours, 6 * 3600)), "hours": values(hours, 9 * 86400)}
print(seen)
assert seen == {"minute": [4.0], "minutes": 59.0, "hours": [30.0]}, seen
print("held: a sum is the last value of its minute, and 29 minutes are no hour")
PYTHON

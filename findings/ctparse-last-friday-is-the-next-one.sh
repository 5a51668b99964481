#!/usr/bin/env bash
# ctparse 0.3.6
#
# ctparse reads times from the texts of people. Its word last is the late part of a day, so "last friday" is the Friday
# to come. What it does not know is left out: of 1h30m the hour, of 1.5 hours all but the five, of an ISO time behind
# its T the clock, and "the day after tomorrow" is tomorrow. 12am is noon, and "3-4 pm" begins at three in the night.
# The short "90 min" is a day of next week.
# Seen: on Wednesday, 10 January 2024: last friday -> 12 January, 1h30m -> 30 minutes, 1.5 hours -> 5 hours, 12am ->
# 12:00
#
# Most would guess: 5 January, 90 minutes, 90 minutes and midnight, or no result.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ctparse==0.3.6
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import logging

from ctparse import ctparse

logging.disable(logging.CRITICAL)
NOW = datetime.datetime(2024, 1, 10, 12)
RESULTS = {
    "last friday": "2024-01-12 X:X (X/last)",
    "1h30m": "30 minutes",
    "1h 30m": "90 minutes",
    "1.5 hours": "5 hours",
    "12am": "2024-01-11 12:00 (X/X)",
    "day after tomorrow": "2024-01-11 X:X (X/X) - None",
    "3-4 pm": "2024-01-11 03:00 (X/X) - 2024-01-11 16:00 (X/X)",
    "2024-01-02T10:00": "2024-01-02 X:X (X/X)",
    "90 minutes": "90 minutes",
    "90 min": "2024-01-17 X:X (X/X)",
}
seen = {text: str(ctparse(text, ts=NOW, timeout=0).resolution) for text in RESULTS}
print(seen)
assert seen == RESULTS, seen
PYTHON
echo "held: last Friday is the next one"

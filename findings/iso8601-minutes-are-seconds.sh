#!/usr/bin/env bash
# iso8601 2.1.0, isodate 0.7.2
#
# A fraction of the last part of a time is valid in ISO 8601: 10:30.5 is half past ten and half a minute, which
# isodate reads as 10:30:30. This reader takes the minutes for seconds where they have a fraction: 10:30.5 is
# 10:00:30.5, half an hour early. A fraction of seconds is right, and one of hours refused.
# Seen: 10:00:30.500000 for 10:30.5, and 10:00:59.900000 for 10:59,9
#
# Most would guess: 10:30:30, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check iso8601==2.1.0 isodate==0.7.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import iso8601
import isodate

TEXTS = ["2024-01-15T10:30.5Z", "2024-01-15T10:59,9Z", "2024-01-15T10:30:00.5Z"]
seen = [
    (iso8601.parse_date(text).time().isoformat(), isodate.parse_datetime(text).time().isoformat()) for text in TEXTS
]
print(seen)
assert seen == [
    ("10:00:30.500000", "10:30:30"),
    ("10:00:59.900000", "10:59:54"),
    ("10:30:00.500000", "10:30:00.500000"),
], seen
print("held: half past ten and half a minute is half a minute past ten")
PYTHON

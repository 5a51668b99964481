#!/usr/bin/env bash
# jdatetime 6.1.1
#
# In the text of a time of the Persian calendar the microseconds have no leading zeros: five of them are ".5", which is
# read as half a second, by jdatetime, too. 0.05 seconds are ".50000", too, so times whose microseconds begin with a
# zero are another time when they are read, and as texts they are not in order. isoformat() is right.
# Seen: 1402-11-11 12:00:00.5, read with 500000 microseconds
#
# Most would guess: .000005, as in Python's datetime, whose names it has.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check jdatetime==6.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import jdatetime


def text_and_back(microseconds):
    text = str(jdatetime.datetime(1402, 11, 11, 12, 0, 0, microseconds))
    return text, jdatetime.datetime.fromisoformat(text).microsecond


seen = [text_and_back(microseconds) for microseconds in (5, 50000, 123456)]
iso = jdatetime.datetime(1402, 11, 11, 12, 0, 0, 5).isoformat()
print(seen, iso)
assert seen == [
    ("1402-11-11 12:00:00.5", 500000),
    ("1402-11-11 12:00:00.50000", 500000),
    ("1402-11-11 12:00:00.123456", 123456),
], seen
assert iso == "1402-11-11T12:00:00.000005", iso
print("held: five microseconds are half a second")
PYTHON

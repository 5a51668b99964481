#!/usr/bin/env bash
# dlms-cosem 25.1.0
#
# The time of an electricity meter in UTC has no zone when it is read: an offset of 0 counts as none, those of other
# zones are kept. On a host in Berlin noon in UTC is noon in Berlin then, an hour early. A time of day of which nothing
# is known, all four bytes "not specified", is midnight, and unknown seconds are 0.
# Seen: 2024-01-31 12:00:00 of 2024-01-31 12:00:00+00:00, which dlms-cosem itself has written
#
# Most would guess: UTC is a zone, and what is not specified is None.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dlms-cosem==25.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from dlms_cosem import time


def again(hours):
    zone = datetime.timezone(datetime.timedelta(hours=hours))
    written = time.datetime_to_bytes(datetime.datetime(2024, 1, 31, 12, tzinfo=zone))
    return time.datetime_from_bytes(written)[0]


seen = {hours: str(again(hours)) for hours in (1, 0, -5)}
nothing = str(time.time_from_bytes(bytes.fromhex("ffffffff")))
print(seen, nothing)
assert seen == {1: "2024-01-31 12:00:00+01:00", 0: "2024-01-31 12:00:00", -5: "2024-01-31 12:00:00-05:00"}, seen
assert nothing == "00:00:00"
print("held: UTC is no zone, and an unknown time is midnight")
PYTHON

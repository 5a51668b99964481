#!/usr/bin/env bash
# warcio 1.8.1
#
# Times of web archives. A time of two hours east is the same hour in UTC, with a Z behind it, in the date of a record,
# and with microseconds it is a text of both offsets, 03:04:05+02:00Z. As a date of HTTP it is converted. A date of
# HTTP at +0200 or in EST is read without its zone. A day that is not in its month is its last one: 31 February 2024 is
# the end of 29 February, and 20241, a month of one digit, the end of the year.
# Seen: 2024-01-02T03:04:05Z and 01:04:05 GMT of one time
#
# Most would guess: 01:04:05 from both, and an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check warcio==1.8.1

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, timedelta, timezone

from warcio import timeutils


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert str(seen) == expected, text


east = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))
holds("as HTTP", timeutils.datetime_to_http_date(east), "Tue, 02 Jan 2024 01:04:05 GMT")
holds("of a record", timeutils.datetime_to_iso_date(east), "2024-01-02T03:04:05Z")
holds("with micros", timeutils.datetime_to_iso_date(east, use_micros=True), "2024-01-02T03:04:05+02:00Z")
holds("timestamp", timeutils.datetime_to_timestamp(east), "20240102030405")
for zone in ("GMT", "+0200", "EST"):
    seen = timeutils.http_date_to_datetime("Tue, 02 Jan 2024 03:04:05 " + zone)
    holds("HTTP " + zone, seen, "2024-01-02 03:04:05")
holds("20240231", timeutils.timestamp_to_datetime("20240231"), "2024-02-29 23:59:59")
holds("20241", timeutils.timestamp_to_datetime("20241"), "2024-12-31 23:59:59")
print("held: two hours east is in UTC")
PYTHON

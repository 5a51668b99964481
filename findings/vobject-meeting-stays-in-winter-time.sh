#!/usr/bin/env bash
# vobject 0.9.9, pytz 2026.2, python-dateutil 2.9.0.post0
#
# A meeting at 9 o'clock in Berlin, each day from 30 March 2024 on, takes place at 8:00 in UTC on 30 March and also on
# 31 March and 1 April, when clocks have been put forward and 9 o'clock is 7:00 in UTC: each date of a rule keeps the
# offset of the first, and still says that it is in Berlin. Comparing it with a time in UTC is an hour wrong.
# Seen: 2024-04-01 09:00:00+01:00, which is 08:00 in UTC; 07:00 is right
#
# Most would guess: a date in a zone has the offset of its day.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  vobject==0.9.9 pytz==2026.2 python-dateutil==2.9.0.post0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import vobject

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:findings
BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20240330T090000
RRULE:FREQ=DAILY;COUNT=3
SUMMARY:Meeting
END:VEVENT
END:VCALENDAR
"""
event = vobject.readOne(CALENDAR).vevent
dates = list(event.getrruleset())
seen = [(str(date), date.astimezone(datetime.timezone.utc).hour) for date in dates]
print(seen, dates[2].tzinfo)
assert seen == [
    ("2024-03-30 09:00:00+01:00", 8),
    ("2024-03-31 09:00:00+01:00", 8),
    ("2024-04-01 09:00:00+01:00", 8),
], seen
print("held: a meeting in Berlin is an hour late in summer")
PYTHON

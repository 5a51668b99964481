#!/usr/bin/env bash
# icalendar 7.3.2, recurring-ical-events 3.8.2
#
# A nightly maintenance window from 02:30, one hour long, takes no time at all in the night in which clocks are put forward:
# 02:30+01:00 to 03:30+02:00 is one instant. One of 24 hours from noon takes 23, as one of a day (P1D) does; RFC 5545
# has hours as exact time and days as days of the clock.
#
# Most would guess: an hour is an hour, and 24 hours are 24 hours, whatever clocks do.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check icalendar==7.3.2 recurring-ical-events==3.8.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import icalendar
import recurring_ical_events

EVENT = "BEGIN:VEVENT\nUID:{0}\nSUMMARY:{0}\nDTSTART;TZID=Europe/Berlin:{1}\nDURATION:{2}\n{3}END:VEVENT\n"
lines = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:windows\n" + "".join(
    [
        EVENT.format("nightly", "20240330T023000", "PT1H", "RRULE:FREQ=DAILY;COUNT=3\n"),
        EVENT.format("24 hours", "20240330T120000", "PT24H", ""),
        EVENT.format("a day", "20240330T120000", "P1D", ""),
    ]
)
calendar = icalendar.Calendar.from_ical((lines + "END:VCALENDAR\n").replace("\n", "\r\n"))
seen = {}
for event in recurring_ical_events.of(calendar).between((2024, 3, 29), (2024, 4, 3)):
    took = event.end.astimezone(datetime.UTC) - event.start.astimezone(datetime.UTC)
    seen.setdefault(str(event["SUMMARY"]), []).append(took.total_seconds() / 3600)
print(seen)
assert seen == {"nightly": [1, 0, 1], "24 hours": [23], "a day": [23]}, seen
print("held: an hour takes no time, and 24 hours take 23")
PYTHON

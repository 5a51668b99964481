#!/usr/bin/env bash
# icalevents 0.3.1
#
# A series at 8:00 on two days with one more date, RDATE, at 20:00 has two events: the added one is left out, without a
# word, while a date that is taken out, EXDATE, is. The events from 31 March to 31 March are none of that day, unless
# they last all day, and a time without a zone is one in UTC.
# Seen: ['2024-03-30 08:00', '2024-03-31 08:00'] of 08:00, 08:00 and 20:00
#
# Most would guess: an added date is an event, as in each calendar, and a window of one day has the events of the day.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check icalevents==0.3.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from icalevents.icalevents import events

EVENT = """BEGIN:VEVENT
UID:{}
DTSTART{}
DURATION:PT1H
SUMMARY:{}
{}
END:VEVENT
"""
CALENDAR = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:findings\n{}END:VCALENDAR\n"


def found(text, start, end):
    return [f"{event.start:%Y-%m-%d %H:%M %Z}" for event in sorted(events(string_content=text, start=start, end=end))]


added = CALENDAR.format(
    EVENT.format(1, ":20240330T080000Z", "added", "RRULE:FREQ=DAILY;COUNT=2\nRDATE:20240331T200000Z")
)
removed = CALENDAR.format(
    EVENT.format(1, ":20240330T080000Z", "removed", "RRULE:FREQ=DAILY;COUNT=2\nEXDATE:20240331T080000Z")
)
local = CALENDAR.format(EVENT.format(1, ":20240331T080000", "local", "STATUS:CONFIRMED"))
march, april = datetime.date(2024, 3, 29), datetime.date(2024, 4, 5)
day = datetime.date(2024, 3, 31)
seen = {
    "added": found(added, march, april),
    "removed": found(removed, march, april),
    "local": found(local, march, april),
    "of the day": found(added, day, day),
}
print(seen)
assert seen == {
    "added": ["2024-03-30 08:00 UTC", "2024-03-31 08:00 UTC"],
    "removed": ["2024-03-30 08:00 UTC"],
    "local": ["2024-03-31 08:00 UTC"],
    "of the day": [],
}, seen
print("held: a date that is added to a series is no event")
PYTHON

#!/usr/bin/env bash
# ics 0.7.3
#
# An event from midnight to midnight that is made one for all day is a day longer: 1 January 00:00 to 2 January 00:00, a
# day, becomes all of 1 and 2 January, two days. 2 days become 3. An event of one hour becomes one day.
#
# Most would guess: one day stays one, as the end of an event is not part of it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ics==0.7.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import ics


def days(begin, end):
    event = ics.Event(begin=begin, end=end)
    before = event.duration
    event.make_all_day()
    assert "DTSTART;VALUE=DATE:20240101" in event.serialize(), event.serialize()
    return str(before), event.duration.days


seen = [days("2024-01-01 00:00", end) for end in ("2024-01-02 00:00", "2024-01-03 00:00", "2024-01-01 01:00")]
print(seen)
assert seen == [("1 day, 0:00:00", 2), ("2 days, 0:00:00", 3), ("1:00:00", 1)], seen
print("held: a day from midnight to midnight becomes two days")
PYTHON

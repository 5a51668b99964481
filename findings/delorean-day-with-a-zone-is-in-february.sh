#!/usr/bin/env bash
# delorean 2.0.0
#
# "2024-01-02 10:00" is 2 January. With the name of a zone or "PM" behind it, the same day is 1 February: delorean
# reads as ISO 8601 what dateutil's reader of that takes, and anything else with the day first, though the year stands
# first. The zone itself is dropped, so 10:00 EST is 10:00 in UTC. From the 13th on the day is right. Where a default
# zone is given, it takes the place of the one that the text has: 10:00 at two hours east is 10:00 in New York, seven
# hours later.
#
# Most would guess: the day of ISO 8601 whatever follows it, and the zone of the text before that of an argument.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check delorean==2.0.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import delorean


def read(text, **zone):
    return delorean.parse(text, **zone).datetime.isoformat()


seen = {
    "2024-01-02 10:00": read("2024-01-02 10:00"),
    "2024-01-02 10:00 EST": read("2024-01-02 10:00 EST"),
    "2024-01-02 10:00 PM": read("2024-01-02 10:00 PM"),
    "2024-01-13 10:00 EST": read("2024-01-13 10:00 EST"),
    "east": read("2024-01-02T10:00:00+02:00", timezone="US/Eastern"),
}
print(seen)
assert seen == {
    "2024-01-02 10:00": "2024-01-02T10:00:00+00:00",
    "2024-01-02 10:00 EST": "2024-02-01T10:00:00+00:00",
    "2024-01-02 10:00 PM": "2024-02-01T22:00:00+00:00",
    "2024-01-13 10:00 EST": "2024-01-13T10:00:00+00:00",
    "east": "2024-01-02T10:00:00-05:00",
}, seen
print("held: a day with the name of a zone is in another month")
PYTHON

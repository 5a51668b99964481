#!/usr/bin/env bash
# pendulum 3.3.0, CPython's datetime and zoneinfo
#
# Across the change of clocks, pendulum's "+ timedelta(days=1)" moves 24 hours, so noon becomes 13:00. The same expression
# with a plain datetime of the same zone stays at 12:00, and so does pendulum's own duration(days=1), which equals that
# timedelta and is a subclass of it.
# Seen from 2024-03-30 12:00 in Berlin: pendulum + timedelta 13:00, pendulum + duration 12:00, datetime + timedelta 12:00
#
# Most would guess: pendulum.DateTime, a subclass of datetime, adds as datetime does; equal operands give equal sums.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pendulum==3.3.0 tzdata==2026.6

"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import zoneinfo

import pendulum

noon = pendulum.datetime(2024, 3, 30, 12, tz="Europe/Berlin")
plain = datetime.datetime(2024, 3, 30, 12, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
day, duration = datetime.timedelta(days=1), pendulum.duration(days=1)
assert duration == day and isinstance(duration, datetime.timedelta)
assert noon == plain and isinstance(noon, datetime.datetime)
seen = [(noon + day).isoformat(), (noon + duration).isoformat(), (plain + day).isoformat()]
print(seen)
assert seen == ["2024-03-31T13:00:00+02:00", "2024-03-31T12:00:00+02:00", "2024-03-31T12:00:00+02:00"], seen
print("held: pendulum adds timedelta(days=1) as 24 hours and its own duration(days=1) as a day")
PYTHON

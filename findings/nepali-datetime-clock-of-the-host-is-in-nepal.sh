#!/usr/bin/env bash
# nepali-datetime 1.0.8.5
#
# `datetime.fromtimestamp()` takes the clock of the host and says that it is Nepal's: a Unix time is 10:00+05:45 on a
# host in UTC, 05:00+05:45 in New York, and 15:45+05:45, which is right, in Kathmandu alone. Its `timestamp()` is
# another one. `utcnow()` has +05:45, too, so that it is five hours and three quarters back. Half past noon is written
# as 00:30 PM, which the same format does not read, and Monday is day 1 where it is 0 in the day that it is made from.
# Seen: 1704103200 -> 10:00, 05:00, 15:45 (+05:45); timestamp() 1704082500 in UTC; "00:30 PM"; weekday 1 and 0
#
# Most would guess: 15:45+05:45 on all hosts, and 12:30 PM.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check nepali-datetime==1.0.8.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import os
import time

import nepali_datetime

MOMENT = 1704103200
seen = {}
for zone in ("UTC", "America/New_York", "Asia/Kathmandu"):
    os.environ["TZ"] = zone
    time.tzset()
    clock = nepali_datetime.datetime.fromtimestamp(MOMENT)
    seen[zone] = (clock.isoformat()[-14:], int(clock.timestamp()) - MOMENT)
print(seen)
assert seen == {
    "UTC": ("10:00:00+05:45", -20700),
    "America/New_York": ("05:00:00+05:45", -38700),
    "Asia/Kathmandu": ("15:45:00+05:45", 0),
}, seen

behind = datetime.datetime.now(datetime.timezone.utc).timestamp() - nepali_datetime.datetime.utcnow().timestamp()
noon = nepali_datetime.datetime(2080, 9, 16, 12, 30).strftime("%I:%M %p")
day = nepali_datetime.date(2080, 9, 16)
days = (day.weekday(), day.to_datetime_date().weekday())
print(round(behind), noon, days)
assert abs(behind - 20700) < 60 and noon == "00:30 PM" and days == (1, 0)
try:
    nepali_datetime.datetime.strptime(noon, "%I:%M %p")
except ValueError:
    pass
else:
    raise SystemExit("it reads what it wrote")
print("held: the clock of the host is in Nepal")
PYTHON

#!/usr/bin/env bash
# python-dateutil 4.0.0, CPython's zoneinfo
#
# str() of a rule of dateutil is the text of RFC 5545, which rrulestr() reads. A rule that starts at noon in Berlin,
# up to noon in UTC, is written without either zone: read again its times have none, and its end is another. Half a
# month is nothing and half of three months is one: a relativedelta times 0.5 cuts months. A start with half a second
# is cut to the second, so it is not in the rule that begins with it. An hourly rule in Berlin has one instant twice
# in spring, and two hours between two times in autumn.
# Seen: 12:00+01:00 -> 12:00; 31 March 02:30+01:00 and 03:30+02:00
#
# Most would guess: what is written can be read, and an hour lies between the times of an hourly rule.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-dateutil==4.0.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, HOURLY, rrule, rrulestr

BERLIN = ZoneInfo("Europe/Berlin")


def hours(start):
    times = [time.astimezone(timezone.utc) for time in rrule(HOURLY, count=4, dtstart=start)]
    return [(after - before).total_seconds() / 3600 for before, after in zip(times, times[1:], strict=False)]


end = datetime(2024, 1, 3, 12, tzinfo=timezone.utc)
rule = rrule(DAILY, dtstart=datetime(2024, 1, 2, 12, tzinfo=BERLIN), until=end)
exact = datetime(2024, 1, 2, 12, 0, 0, 500000)
seen = {
    "rule": [time.isoformat() for time in rule],
    "read": [time.isoformat() for time in rrulestr(str(rule))],
    "start in it": exact in rrule(DAILY, count=2, dtstart=exact),
    "half": [str(relativedelta(months=1) * 0.5), str(relativedelta(months=3) / 2)],
    "spring": hours(datetime(2024, 3, 31, 0, 30, tzinfo=BERLIN)),
    "autumn": hours(datetime(2024, 10, 27, 1, 30, tzinfo=BERLIN)),
}
print(seen)
assert seen == {
    "rule": ["2024-01-02T12:00:00+01:00", "2024-01-03T12:00:00+01:00"],
    "read": ["2024-01-02T12:00:00", "2024-01-03T12:00:00"],
    "start in it": False,
    "half": ["relativedelta()", "relativedelta(months=+1)"],
    "spring": [1.0, 1.0, 0.0],
    "autumn": [1.0, 2.0, 1.0],
}, seen
print("held: a rule is another one when it is read again")
PYTHON

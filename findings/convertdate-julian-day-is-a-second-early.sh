#!/usr/bin/env bash
# convertdate 2.5.1
#
# A time that is turned into a Julian day and back is up to a second off: the fraction of the day is rounded to five
# digits, and the fraction of the second, in thousandths, is put into the millionths. 06:30:15 becomes 06:30:14.000399,
# and 23:59:59 is 23:59:58. A Julian day of full precision has its seconds.
# Seen: 06:30:15: 06:30:14.000399; more than half a second off: 50 percent
#
# Most would guess: the same time, or at least the same second: a float has 40 microseconds at this size.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check convertdate==2.5.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, timedelta, timezone

from convertdate import julianday

DAY = datetime(2024, 1, 1, tzinfo=timezone.utc)


def there_and_back(time):
    return julianday.to_datetime(julianday.from_datetime(time))


times = [DAY + timedelta(seconds=second) for second in range(0, 86400, 37)]
off = [abs((there_and_back(time) - time).total_seconds()) for time in times]
half_past_six = there_and_back(DAY.replace(hour=6, minute=30, second=15))
seen = {"half past six": str(half_past_six.time()), "share": round(sum(each > 0.5 for each in off) / len(off), 2)}
print(seen, "largest:", max(off))
assert seen == {"half past six": "06:30:14.000399", "share": 0.5}, seen
assert 0.9 < max(off) < 1.0
print("held: half of all times are more than half a second off")
PYTHON

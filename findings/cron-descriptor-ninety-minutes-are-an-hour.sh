#!/usr/bin/env bash
# cron-descriptor 2.2.1, croniter 7.0.0, cronsim 2.8
#
# */90 * * * * is "Every 90 minutes" in words, and runs each hour, by croniter and by cronsim alike. 0 */25 * * * is
# "Every 25 hours" and runs each day, and 0 0 */20 * * is "every 20 days" and runs on the 1st and the 21st, so once
# after ten or eleven days. The words are said without a doubt.
#
# Most would guess: words that are made of a schedule say when it runs.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check cron-descriptor==2.2.1 \
    croniter==7.0.0 cronsim==2.8

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from cron_descriptor import get_description
from croniter import croniter
from cronsim import CronSim

begin = datetime.datetime(2024, 1, 1, 0, 0, 30)
seen = {}
for schedule in ("*/90 * * * *", "0 */25 * * *", "0 0 */20 * *"):
    by_croniter = croniter(schedule, begin)
    times = [by_croniter.get_next(datetime.datetime) for _ in range(4)]
    by_cronsim = CronSim(schedule, begin)
    assert times == [next(by_cronsim) for _ in range(4)], schedule
    hours = [(later - earlier).total_seconds() / 3600 for earlier, later in zip(times, times[1:])]
    seen[get_description(schedule)] = hours
print(seen)
assert seen == {
    "Every 90 minutes": [1, 1, 1],
    "Every 25 hours": [24, 24, 24],
    "At 12:00 AM, every 20 days": [264, 480, 216],
}, seen
print("held: every 90 minutes is each hour")
PYTHON

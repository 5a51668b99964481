#!/usr/bin/env bash
# APScheduler 3.11.3, croniter 7.0.0, crontab 1.0.5
#
# `0 0 1 * 1` names a day of the month and a weekday. croniter follows cron: each Monday and each first of a month (8,
# 15, 22, 29 January, 1 February ...). crontab wants both at once: a first of the month that is a Monday (1 April, 1
# July ...). APScheduler's from_crontab wants both too and counts weekdays from Monday as 0: a first of the month that
# is a Tuesday (1 October ...). One line, three calendars, no instant in common in half a year.
#
# Most would guess: cron's meaning (either of the two fields, 1 is Monday) in every library that reads a crontab line.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check APScheduler==3.11.3 croniter==7.0.0 crontab==1.0.5 tzdata==2026.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import croniter
import crontab
from apscheduler.triggers.cron import CronTrigger

START = datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)
LINE = "0 0 1 * 1"


def four(following):
    found, moment = [], START
    for _ in range(4):
        moment = following(moment)
        found.append(moment.strftime("%a %d %b"))
        moment += datetime.timedelta(minutes=1)
    return found


trigger = CronTrigger.from_crontab(LINE, timezone="UTC")
tab = crontab.CronTab(LINE)
seen = {
    "croniter": four(lambda moment: croniter.croniter(LINE, moment, ret_type=datetime.datetime).get_next()),
    "crontab": four(lambda moment: moment + datetime.timedelta(seconds=tab.next(now=moment, default_utc=True))),
    "APScheduler": four(lambda moment: trigger.get_next_fire_time(None, moment)),
}
print(seen)
assert seen == {
    "croniter": ["Mon 08 Jan", "Mon 15 Jan", "Mon 22 Jan", "Mon 29 Jan"],
    "crontab": ["Mon 01 Apr", "Mon 01 Jul", "Mon 01 Sep", "Mon 01 Dec"],
    "APScheduler": ["Tue 01 Oct", "Tue 01 Apr", "Tue 01 Jul", "Tue 01 Sep"],
}, seen
print("held: day of the month and weekday are either, both, or both with the weekday moved by one")
PYTHON

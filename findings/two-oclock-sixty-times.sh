#!/usr/bin/env bash
# APScheduler 3.11.3, arq 0.28.0, celery 5.7.0, huey 3.5.4, node-schedule 2.1.1 (npm)
#
# A schedule that says hour=2 and no more is once a day for APScheduler, at two o'clock, and sixty times a day for arq,
# celery, huey and node-schedule: each minute from 02:00 to 02:59. For the first what is smaller than what was said is
# its least, for the others it is every. All five are written the same way.
#
# Most would guess: once, and the same by all that take an hour by its name.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  APScheduler==3.11.3 arq==0.28.0 celery==5.7.0 huey==3.5.4
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund node-schedule@2.1.1

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import apscheduler.triggers.cron
import celery.schedules
import huey
from arq.cron import next_cron

DAY = datetime.datetime(2024, 1, 1)
MINUTES = [DAY + datetime.timedelta(minutes=minute) for minute in range(24 * 60)]


def count(next_time):
    """How many times `next_time`, which is given a moment and returns the next, has on the day."""
    times, moment = 0, DAY - datetime.timedelta(seconds=1)
    while (moment := next_time(moment)) < DAY + datetime.timedelta(days=1):
        times += 1
    return times


def in_utc(moment):
    return moment.replace(tzinfo=datetime.timezone.utc)


trigger = apscheduler.triggers.cron.CronTrigger(hour=2, timezone="UTC")
second = datetime.timedelta(seconds=1)
of_huey = huey.crontab(hour=2)
of_celery = celery.schedules.crontab(hour=2)
seen = {
    "APScheduler": count(lambda at: trigger.get_next_fire_time(None, in_utc(at + second)).replace(tzinfo=None)),
    "arq": count(lambda at: next_cron(at, hour=2)),
    "huey": sum(of_huey(minute) for minute in MINUTES),
    "celery": sum(minute.hour in of_celery.hour and minute.minute in of_celery.minute for minute in MINUTES),
}
print(seen)
assert seen == {"APScheduler": 1, "arq": 60, "huey": 60, "celery": 60}, seen
PYTHON
node - <<'NODE'
const assert = require("assert");
const { RecurrenceRule } = require("node-schedule");

const rule = new RecurrenceRule();
rule.hour = 2;
rule.tz = "Etc/UTC";
let moment = new Date("2023-12-31T23:59:59Z");
let times = 0;
while ((moment = new Date(rule.nextInvocationDate(moment))) < new Date("2024-01-02T00:00:00Z")) times += 1;
console.log("node-schedule", times);
assert.strictEqual(times, 60);
console.log("held: an hour alone is once a day, or sixty times");
NODE

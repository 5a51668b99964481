#!/usr/bin/env bash
# prefect 3.9.1
#
# On the day that has 25 hours in Berlin a schedule for every hour has 24 runs: two hours lie between 02:00 summer time
# and 03:00 winter time, for an interval of an hour, for cron and for a rule of iCalendar. In UTC the same interval has
# 25. In spring a rule for 02:30 runs at 01:30, before the hour that is left out, where cron runs at 03:30.
# Seen: interval 24, cron 24, rule 24, interval in UTC 25; spring: rule 01:30+0100, cron 03:30+0200
#
# Most would guess: an interval of an hour is an hour, in any zone, and data of each hour gets its run.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check prefect==3.9.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import datetime
from zoneinfo import ZoneInfo

from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule

BERLIN = ZoneInfo("Europe/Berlin")
ZONE = {"timezone": "Europe/Berlin"}
AUTUMN, SPRING = datetime.datetime(2024, 10, 27, tzinfo=BERLIN), datetime.datetime(2024, 3, 31, tzinfo=BERLIN)
HOUR = datetime.timedelta(hours=1)


def times(schedule, midnight):
    """When it runs on a day, by the clocks of Berlin."""
    dates = [date.astimezone(BERLIN) for date in asyncio.run(schedule.get_dates(40, start=midnight))]
    return [f"{date:%H:%M%z}" for date in dates if date.date() == midnight.date()]


hourly = {
    "interval": IntervalSchedule(interval=HOUR, anchor_date=datetime.datetime(2024, 1, 1, tzinfo=BERLIN), **ZONE),
    "cron": CronSchedule(cron="0 * * * *", **ZONE),
    "rule": RRuleSchedule(rrule="FREQ=HOURLY", **ZONE),
    "interval in UTC": IntervalSchedule(
        interval=HOUR, anchor_date=datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc), timezone="UTC"
    ),
}
autumn = {name: (len(runs), runs[2:4]) for name, runs in ((name, times(each, AUTUMN)) for name, each in hourly.items())}
spring = [
    times(RRuleSchedule(rrule="FREQ=DAILY;BYHOUR=2;BYMINUTE=30", **ZONE), SPRING),
    times(CronSchedule(cron="30 2 * * *", **ZONE), SPRING),
]
print(autumn, spring)
TWO_HOURS = (24, ["02:00+0200", "03:00+0100"])
assert autumn == {
    "interval": TWO_HOURS,
    "cron": TWO_HOURS,
    "rule": TWO_HOURS,
    "interval in UTC": (25, ["02:00+0200", "02:00+0100"]),
}, autumn
assert spring == [["01:30+0100"], ["03:30+0200"]], spring
print("held: for two hours in autumn a schedule for every hour has no run")
PYTHON

#!/usr/bin/env bash
# apache-airflow-core 3.3.2, pendulum 3.3.0
#
# A DAG whose schedule is a `timedelta` of a day, from noon in Berlin, runs 24 hours later each time: from the change of
# clocks on it is at 13:00 all summer, though the start has its zone. A `relativedelta` of a day does the same, which of
# itself keeps the clock, as each step is made in UTC; so the zone of the start counts for the first run alone. With one
# of a month from 31 January each step begins at the one before it: 29 February, 29 March, and never on a last day
# again.
# Seen: 29 and 30 March at 12:00, 31 March and 1 April at 13:00; 2024-02-29, 2024-03-29, 2024-04-29
#
# Most would guess: noon, as `0 12 * * *` in Berlin is, and the last day of each month.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  apache-airflow-core==3.3.2 pendulum==3.3.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import os

os.environ["AIRFLOW_HOME"] = os.getcwd()
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"

import pendulum  # noqa: E402
from airflow.timetables.base import TimeRestriction  # noqa: E402
from airflow.timetables.interval import DeltaDataIntervalTimetable  # noqa: E402
from airflow.timetables.trigger import CronTriggerTimetable, DeltaTriggerTimetable  # noqa: E402
from dateutil.relativedelta import relativedelta  # noqa: E402

ZONE = "Europe/Berlin"


def runs(timetable, start, count=4):
    last, seen = None, []
    for _ in range(count):
        info = timetable.next_dagrun_info(
            last_automated_data_interval=last,
            restriction=TimeRestriction(earliest=start, latest=None, catchup=True),
        )
        last = info.data_interval
        seen.append(info.run_after.in_timezone(ZONE).strftime("%m-%d %H:%M"))
    return seen


noon = pendulum.datetime(2024, 3, 29, 12, tz=ZONE)
seen = {
    "timedelta": runs(DeltaTriggerTimetable(datetime.timedelta(days=1)), noon),
    "relativedelta": runs(DeltaTriggerTimetable(relativedelta(days=1)), noon),
    "cron": runs(CronTriggerTimetable("0 12 * * *", timezone=ZONE), noon),
    "month": runs(DeltaDataIntervalTimetable(relativedelta(months=1)), pendulum.datetime(2024, 1, 31, 12), 3),
}
print(seen)
moved = ["03-29 12:00", "03-30 12:00", "03-31 13:00", "04-01 13:00"]
assert seen["timedelta"] == seen["relativedelta"] == moved, seen
assert seen["cron"] == [text.replace("13:00", "12:00") for text in moved], seen
assert [text[:5] for text in seen["month"]] == ["02-29", "03-29", "04-29"], seen
print("held: noon is at one in summer")
PYTHON

#!/usr/bin/env bash
# dagster 1.13.27
#
# An asset with `AutomationCondition.on_cron("0 * * * *")` whose conditions are evaluated once an hour, as a sensor with
# a minimum interval of an hour does: it is requested at each second hour. A request counts as handled until an
# evaluation in which no tick is new; where each evaluation finds a new tick there is none, and that tick is used up.
# The same is true of a daily condition and one evaluation a day, whether the requested run was done or not. With a
# second evaluation in each hour no tick is lost.
# Seen: requests of six evaluations an hour apart: 0, 1, 0, 1, 0, 1
#
# Most would guess: one request for each evaluation that has a new tick.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import warnings

import dagster as dg

warnings.simplefilter("ignore")
START = datetime.datetime(2024, 1, 1, 0, 30, tzinfo=datetime.timezone.utc)


def requests(minutes, run=False):
    @dg.asset(automation_condition=dg.AutomationCondition.on_cron("0 * * * *"))
    def orders():
        return None

    instance, cursor, seen = dg.DagsterInstance.ephemeral(), None, []
    for minute in minutes:
        now = START + datetime.timedelta(minutes=minute)
        result = dg.evaluate_automation_conditions([orders], instance, evaluation_time=now, cursor=cursor)
        cursor = result.cursor
        seen.append(result.total_requested)
        if run and result.total_requested:
            assert dg.materialize([orders], instance=instance).success
    return seen


hourly = requests(range(0, 360, 60))
done = requests(range(0, 360, 60), run=True)
each_half_hour = requests(range(0, 360, 30))
print(hourly, done, each_half_hour)
assert hourly == done == [0, 1, 0, 1, 0, 1], (hourly, done)
assert each_half_hour == [0, 1] * 6, each_half_hour
print("held: each second hour is left out")
PYTHON

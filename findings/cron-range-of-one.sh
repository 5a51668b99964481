#!/usr/bin/env bash
# croniter 7.0.0, cronsim 2.8, dagster 1.13.27
#
# A range with one member is no range for croniter and Dagster: "0 5-5 * * *" runs at every hour, "0 0 * * 1-1" on every
# day. cronsim runs them at 05:00 and on Mondays. Two members are read alike by all three.
# Seen from 12:00: 5-5 croniter 13, 14, 15; dagster 12, 13, 14; cronsim 5, 5, 5. 5-6: 5, 6, 5 by all
#
# Most would guess: a range from 5 to 5 is 5. A schedule that a program writes as first-last is right until first = last.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check croniter==7.0.0 cronsim==2.8 dagster==1.13.27

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import cronsim
import croniter
import dagster as dg

START = datetime.datetime(2024, 1, 1, 12)


def by_croniter(cron: str) -> list[int]:
    ticks = croniter.croniter(cron, START, ret_type=datetime.datetime)
    return [ticks.get_next().hour for _ in range(3)]


def by_cronsim(cron: str) -> list[int]:
    ticks = cronsim.CronSim(cron, START)
    return [next(ticks).hour for _ in range(3)]


def by_dagster(cron: str) -> list[int]:
    end = START + datetime.timedelta(days=60)
    times = dg.TimeWindowPartitionsDefinition(start=START, end=end, fmt="%Y-%m-%d-%H", cron_schedule=cron)
    return [times.time_window_for_partition_key(key).start.hour for key in times.get_partition_keys()[:3]]


one = {read.__name__: read("0 5-5 * * *") for read in (by_croniter, by_dagster, by_cronsim)}
two = {read.__name__: read("0 5-6 * * *") for read in (by_croniter, by_dagster, by_cronsim)}
print(one, two)
assert one == {"by_croniter": [13, 14, 15], "by_dagster": [12, 13, 14], "by_cronsim": [5, 5, 5]}, one
assert all(hours == [5, 6, 5] for hours in two.values()), two
print("held: 5-5 is every hour for croniter and Dagster, and 5 for cronsim")
PYTHON

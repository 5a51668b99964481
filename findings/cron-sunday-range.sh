#!/usr/bin/env bash
# croniter 7.0.0, cronsim 2.8, dagster 1.13.27
#
# "0 0 * * 0-0" is a range of one day, Sunday. croniter and Dagster run it on every day; cronsim runs it on Sundays.
# "0 0 * * 1-1" is Mondays only in all three.
# Seen from Monday 2024-01-01: croniter 2, 3, 4 January; dagster 1, 2, 3 January; cronsim 7, 14, 21 January
#
# Most would guess: Sundays; a range from a to a is a.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check croniter==7.0.0 cronsim==2.8 dagster==1.13.27

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import cronsim
import croniter
import dagster as dg

START = datetime.datetime(2024, 1, 1, 12)


def by_croniter(cron: str) -> list[int]:
    ticks = croniter.croniter(cron, START, ret_type=datetime.datetime)
    return [ticks.get_next().isoweekday() for _ in range(7)]


def by_cronsim(cron: str) -> list[int]:
    ticks = cronsim.CronSim(cron, START)
    return [next(ticks).isoweekday() for _ in range(7)]


def by_dagster(cron: str) -> list[int]:
    end = START + datetime.timedelta(days=60)
    days = dg.TimeWindowPartitionsDefinition(start=START, end=end, fmt="%Y-%m-%d", cron_schedule=cron)
    return [days.time_window_for_partition_key(key).start.isoweekday() for key in days.get_partition_keys()[:7]]


sunday = {read.__name__: read("0 0 * * 0-0") for read in (by_croniter, by_dagster, by_cronsim)}
monday = {read.__name__: read("0 0 * * 1-1") for read in (by_croniter, by_dagster, by_cronsim)}
print(sunday, monday)
assert sunday["by_croniter"] == sunday["by_dagster"] == [2, 3, 4, 5, 6, 7, 1], sunday
assert sunday["by_cronsim"] == [7] * 7, sunday
assert all(days == [1] * 7 for days in monday.values()), monday
print("held: 0-0 is every day for croniter and Dagster, and Sundays for cronsim")
PYTHON

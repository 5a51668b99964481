#!/usr/bin/env bash
# croniter 7.0.0, cronsim 2.8, dagster 1.13.27
#
# "30 2 * * *" in Europe/Berlin on 2024-10-27, where 02:30 comes twice: three libraries, three answers. croniter runs it
# twice (02:30+02:00 and 02:30+01:00), cronsim in the first pass only (02:30+02:00), Dagster in the second (02:30+01:00).
# Two of them agree on no instant, so "the run is late" by one schedule is "not due for an hour" by the other.
#
# Most would guess: once, and at the same instant by all, or at least once by all.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check croniter==7.0.0 cronsim==2.8 tzdata==2026.6 dagster==1.13.27

"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import zoneinfo

import cronsim
import croniter
import dagster as dg

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
START = datetime.datetime(2024, 10, 26, 12, tzinfo=BERLIN)
CRON = "30 2 * * *"

ticks = croniter.croniter(CRON, START, ret_type=datetime.datetime)
runs = {"croniter": [ticks.get_next() for _ in range(4)]}
ticks = cronsim.CronSim(CRON, START)
runs["cronsim"] = [next(ticks) for _ in range(4)]
days = dg.TimeWindowPartitionsDefinition(
    start=START.replace(tzinfo=None), end=datetime.datetime(2024, 10, 31), fmt="%Y-%m-%d",
    timezone="Europe/Berlin", cron_schedule=CRON,
)
runs["dagster"] = [days.time_window_for_partition_key(key).start for key in days.get_partition_keys()]

seen = {name: [t.strftime("%H:%M%z") for t in times if t.day == 27] for name, times in runs.items()}
print(seen)
assert seen == {"croniter": ["02:30+0200", "02:30+0100"], "cronsim": ["02:30+0200"], "dagster": ["02:30+0100"]}, seen
print("held: in the hour that comes twice croniter runs twice, cronsim in the first pass, Dagster in the second")
PYTHON

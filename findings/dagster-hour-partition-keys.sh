#!/usr/bin/env bash
# dagster 1.13.27
#
# In the hour that comes twice when clocks are set back, HourlyPartitionsDefinition names the second one with an offset
# that its own format does not have: "2024-11-03-01:00" and then "2024-11-03-01:00-0500". strptime with the definition's
# format refuses the second key. Two 30-minute partitions of a cron schedule that falls into that hour fare worse: both
# windows start at 02:00, of the second pass, and 02:30 has no partition.
# Seen: ['2024-11-03-00:00', '2024-11-03-01:00', '2024-11-03-01:00-0500', '2024-11-03-02:00']
#       ['02:00+01:00', '02:00+01:00', '02:00+01:00', '02:30+01:00'] for */30 2 * * * in Berlin, 27 and 28 October
#
# Most would guess: every key has the definition's format, and a half-hourly cron gives 02:00 and 02:30 on each day.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dagster==1.13.27

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import dagster as dg

hours = dg.HourlyPartitionsDefinition("2024-11-03-00:00", end_date="2024-11-03-03:00", timezone="America/New_York")
keys = hours.get_partition_keys()
print(hours.fmt, keys)
assert keys == ["2024-11-03-00:00", "2024-11-03-01:00", "2024-11-03-01:00-0500", "2024-11-03-02:00"], keys
try:
    datetime.datetime.strptime(keys[2], hours.fmt)
except ValueError as error:
    print(error)
else:
    raise SystemExit("the key has the definition's format now")

halves = dg.TimeWindowPartitionsDefinition(
    start=datetime.datetime(2024, 10, 27), end=datetime.datetime(2024, 10, 29), fmt="%Y-%m-%d-%H:%M",
    timezone="Europe/Berlin", cron_schedule="*/30 2 * * *",
)
keys = halves.get_partition_keys()
starts = [halves.time_window_for_partition_key(key).start.isoformat()[8:] for key in keys]
print(keys, starts)
PYTHON

#!/usr/bin/env bash
# dagster 1.13.27
#
# In the hour that comes twice when clocks are set back, HourlyPartitionsDefinition names the second one with an offset
# that its own format does not have: "2024-11-03-01:00" and then "2024-11-03-01:00-0500". strptime with the definition's
# format refuses the second key. The half-hourly cron "*/30 2 * * *" in Berlin fares worse: on the day that has 02:00 and 02:30
# twice, both keys have one and the same window, 02:00 to 02:30 of the second pass; no partition covers 02:30.
# Seen: ['2024-11-03-00:00', '2024-11-03-01:00', '2024-11-03-01:00-0500', '2024-11-03-02:00']
#       2024-10-27-02:00 -> 02:00+01:00 to 02:30+01:00, 2024-10-27-02:30 -> 02:00+01:00 to 02:30+01:00
#
# Most would guess: every key has the definition's format, and two keys never share a window.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

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
windows = [halves.time_window_for_partition_key(key) for key in ("2024-10-27-02:00", "2024-10-27-02:30")]
seen = [(window.start.isoformat()[11:], window.end.isoformat()[11:]) for window in windows]
print(halves.get_partition_keys(), seen)
assert halves.get_partition_keys()[:3] == ["2024-10-27-02:00", "2024-10-27-02:30", "2024-10-28-02:00"]
assert seen == [("02:00:00+01:00", "02:30:00+01:00")] * 2, seen
print("held: a key of the repeated hour has an offset that its format lacks; two half-hour keys share one window")
PYTHON

#!/usr/bin/env bash
# dagster 1.13.27
#
# Weekly partitions with keys as 2024-W03 have a key for each week and one window for all: that of the first week. Python writes
# the number of a week by %W or %V, and leaves it out of account on reading where no day of the week comes with it, and Dagster
# reads the key to find the window. In the same way two windows a day with a key of the day alone are one: that of the morning, so
# no key leads to the data of the afternoon. All keys are listed, and nothing is raised.
# Seen: 2024-W01, 2024-W02 and 2024-W03 begin on 2024-01-07; keys of two days: 2024-01-01 twice and 2024-01-02 twice, with
#       windows from 00:00 to 12:00
#
# Most would guess: a window for each key, or an error for a format whose keys do not lead back to their windows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime

import dagster as dg

weeks = dg.WeeklyPartitionsDefinition(datetime(2024, 1, 1), end_date=datetime(2024, 1, 29), fmt="%Y-W%W")
begins = {key: str(weeks.time_window_for_partition_key(key).start.date()) for key in weeks.get_partition_keys()}
with_day = dg.WeeklyPartitionsDefinition(datetime(2024, 1, 1), end_date=datetime(2024, 1, 29), fmt="%G-W%V-%u")
distinct = {with_day.time_window_for_partition_key(key).start for key in with_day.get_partition_keys()}
halves = dg.TimeWindowPartitionsDefinition(
    start="2024-01-01", end=datetime(2024, 1, 3), cron_schedule="0 0,12 * * *", fmt="%Y-%m-%d"
)
keys = halves.get_partition_keys()
hours = {(window.start.hour, window.end.hour) for window in map(halves.time_window_for_partition_key, keys)}
print(begins, keys, hours)
assert begins == {"2024-W01": "2024-01-07", "2024-W02": "2024-01-07", "2024-W03": "2024-01-07"}, begins
assert len(distinct) == 3, distinct
assert keys == ["2024-01-01", "2024-01-01", "2024-01-02", "2024-01-02"], keys
assert hours == {(0, 12)}, hours
print("held: all weeks have the window of the first")
PYTHON

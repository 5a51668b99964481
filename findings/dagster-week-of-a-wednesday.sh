#!/usr/bin/env bash
# dagster 1.13.27
#
# The partitions of a week are named by their first day. For any other day, time_window_for_partition_key gives the week that
# begins after it, without an error: the window does not contain the day asked for, and its start is the key of another partition.
# It is the same for a weekend in partitions of working days, which is read as the following Monday, while Friday's window
# lasts until that Monday.
# Seen: 2024-01-10 -> 2024-01-14 to 2024-01-21, has_partition_key False; Saturday 2024-01-06 -> 2024-01-08 to 2024-01-09
#
# Most would guess: an error, or the week in which the day lies.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import dagster as dg

weekly = dg.WeeklyPartitionsDefinition("2024-01-01")
working_days = dg.TimeWindowPartitionsDefinition(start="2024-01-01", fmt="%Y-%m-%d", cron_schedule="0 0 * * 1-5")


def window(partitions: dg.TimeWindowPartitionsDefinition, key: str) -> tuple[bool, str, str]:
    found = partitions.time_window_for_partition_key(key)
    return partitions.has_partition_key(key), str(found.start.date()), str(found.end.date())


seen = (
    window(weekly, "2024-01-07"),
    window(weekly, "2024-01-10"),
    window(working_days, "2024-01-05"),
    window(working_days, "2024-01-06"),
)
print(seen)
assert seen == (
    (True, "2024-01-07", "2024-01-14"),
    (False, "2024-01-14", "2024-01-21"),
    (True, "2024-01-05", "2024-01-08"),
    (False, "2024-01-08", "2024-01-09"),
), seen
print("held: the window of a Wednesday is the week after it")
PYTHON

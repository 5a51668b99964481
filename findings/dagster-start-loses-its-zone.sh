#!/usr/bin/env bash
# dagster 1.13.27
#
# A definition of partitions takes an instant with a zone for its start or end, and drops the zone: hours from 10:00 at
# five hours east, 05:00 in UTC, begin at 10:00 in UTC, so five hours have no partition; the same instant as an end is
# five hours too late. Days that start at noon begin at the next midnight, and months that start on the 15th on the next
# first, so what is between is in no partition.
# Seen: 2024-01-01-10:00 as the first hour; 2024-01-02 as the first day; 2024-02-01 as the first month
#
# Most would guess: 2024-01-01-05:00, as in a datetime with a zone, and a first partition that holds the start.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import dagster as dg

east = datetime.timezone(datetime.timedelta(hours=5))
instant = datetime.datetime(2024, 1, 1, 10, tzinfo=east)
assert instant == datetime.datetime(2024, 1, 1, 5, tzinfo=datetime.timezone.utc)
seen = {
    "hour": dg.HourlyPartitionsDefinition(instant).get_first_partition_key(),
    "day": dg.DailyPartitionsDefinition(datetime.datetime(2024, 1, 1, 12)).get_first_partition_key(),
    "month": dg.MonthlyPartitionsDefinition("2024-01-15").get_first_partition_key(),
    "last": dg.HourlyPartitionsDefinition("2024-01-01-00:00", end_date=instant).get_last_partition_key(),
}
print(seen)
assert seen == {
    "hour": "2024-01-01-10:00",
    "day": "2024-01-02",
    "month": "2024-02-01",
    "last": "2024-01-01-09:00",
}, seen
print("held: a start loses its zone")
PYTHON

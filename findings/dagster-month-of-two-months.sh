#!/usr/bin/env bash
# dagster 1.13.27
#
# Monthly partitions with a day offset of 31 leave out each month that has no 31st. The partition of 31 January lasts
# until 31 March, and the next one is that of 31 March: a year has seven partitions. With 29 February is missing in
# three years of four.
# Seen: 2024-01-31, 2024-03-31, 2024-05-31, 2024-07-31, 2024-08-31, 2024-10-31, 2024-12-31
#
# Most would guess: twelve a year, with the last day of a shorter month; or an error for a day that is not in each
# month.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import dagster as dg

months = dg.MonthlyPartitionsDefinition("2024-01-01", end_date="2025-02-28", day_offset=31)
keys = [key for key in months.get_partition_keys() if key < "2025"]
window = months.time_window_for_partition_key("2024-01-31")
print(keys, window)
assert keys == [f"2024-{month:02}-31" for month in (1, 3, 5, 7, 8, 10, 12)], keys
assert (window.start.month, window.end.month) == (1, 3), window
on_29 = dg.MonthlyPartitionsDefinition("2023-01-01", end_date="2023-05-01", day_offset=29).get_partition_keys()
assert on_29 == ["2023-01-29", "2023-03-29"], on_29
print("held: the month of 31 January lasts until 31 March")
PYTHON

#!/usr/bin/env bash
# pandas 3.1.1, polars 2.1.0
#
# Hours in Europe/Berlin, summed by half days. From the night on in which clocks are set back, resample("12h") has them
# begin at 11:00 and 23:00, for as long as the data goes on; one that begins the day after has 00:00 and 12:00 for the same
# hours. So the half days of a winter depend on whether summer is in the data. dt.floor("12h") keeps 00:00 and 12:00.
# Polars' group_by_dynamic moves as resample does, and its dt.truncate stays as floor does.
# Seen for 28 October: resample 11:00 and 23:00; data from the 28th on: 00:00 and 12:00; floor 00:00 and 12:00
#
# Most would guess: 00:00 and 12:00 each day, as days begin at midnight also after a change of clocks (resample("D") does).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1 polars==2.1.0 tzdata==2026.6

"$folder/venv/bin/python" - <<'PYTHON'
import pandas as pd
import polars as pl

hours = pd.date_range("2024-10-26", "2024-10-30", freq="h", inclusive="left", tz="Europe/Berlin")
rows = pd.Series(1, index=hours)
frame = pl.DataFrame({"t": hours.tz_convert("UTC").to_pydatetime().tolist()}).with_columns(
    pl.col("t").dt.convert_time_zone("Europe/Berlin")
)


def starts(index, day="2024-10-28"):
    """When the half days of a day begin."""
    return sorted({f"{start:%H:%M}" for start in index if f"{start:%F}" == day})


found = {
    "resample": starts(rows.resample("12h").sum().index),
    "resample, from the 28th on": starts(rows["2024-10-28":].resample("12h").sum().index),
    "floor": starts(rows.groupby(hours.floor("12h")).sum().index),
    "polars, dynamic": starts(frame.group_by_dynamic("t", every="12h").agg(pl.len())["t"].to_list()),
    "polars, truncate": starts(frame.select(pl.col("t").dt.truncate("12h"))["t"].to_list()),
    "resample, before": starts(rows.resample("12h").sum().index, "2024-10-26"),
}
print(found)
moved, kept = ["11:00", "23:00"], ["00:00", "12:00"]
assert [name for name, times in found.items() if times == moved] == ["resample", "polars, dynamic"], found
assert all(times in (moved, kept) for times in found.values()), found
assert [f"{day:%H:%M}" for day in rows.resample("D").sum().index] == ["00:00"] * 4
print("held: half days begin an hour earlier after clocks were set back, where the data begins before")
PYTHON

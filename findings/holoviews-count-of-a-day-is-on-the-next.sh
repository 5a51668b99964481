#!/usr/bin/env bash
# holoviews 1.23.2, pandas 3.1.1, numpy 2.4.6
#
# `resample()` by day names a day by its end, so that the mean of 1 January is drawn at the 2nd, and that of the last
# day on one after the data; by month the label is the last day, which is right. pandas, which it calls, names a day by
# its beginning. The smoothed value of a day, by `rolling()`, needs the days after it: of five days with a window of
# three the spike is there a day before it, and the order is that of the rows, not of the days.
# Seen: 1.0 at 2024-01-02 of 1.0 at 2024-01-01
#
# Most would guess: 1 January, as with pandas, and a mean of the days so far.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    holoviews==1.23.2 pandas==3.1.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import holoviews
import pandas
from holoviews.operation.timeseries import resample, rolling

frame = pandas.DataFrame(
    {"day": pandas.date_range("2024-01-01", periods=5).as_unit("ns"), "rows": [1.0, 2.0, 3.0, 99.0, 5.0]}
)
curve = holoviews.Curve(frame, "day", "rows")


def values(curve):
    rows = curve.dframe()
    return {str(day)[:10]: value for day, value in zip(rows["day"], rows["rows"]) if value == value}


seen = {
    "days": values(resample(curve, rule="D")),
    "months": values(resample(curve, rule="ME")),
    "smoothed": values(rolling(curve, rolling_window=3)),
}
first = str(frame.set_index("day").resample("D").mean().index[0])[:10]
print(seen, first)
assert seen == {
    "days": {"2024-01-02": 1, "2024-01-03": 2, "2024-01-04": 3, "2024-01-05": 99, "2024-01-06": 5},
    "months": {"2024-01-31": 22},
    "smoothed": {"2024-01-02": 2, "2024-01-03": 104 / 3, "2024-01-04": 107 / 3},
}, seen
assert first == "2024-01-01", first
print("held: the count of a day is on the next")
PYTHON

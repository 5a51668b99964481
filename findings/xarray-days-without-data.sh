#!/usr/bin/env bash
# xarray 2026.9.0, pandas 3.1.1, numpy 2.4.6
#
# Three runs on the 1st, 2nd and 5th, by day: how many there were on the 3rd and 4th is nan for xarray, and 0 for pandas.
# The sum of their rows is nan there too, where the sum of no rows at all is 0 for both. `any` makes floats of true.
# Seen: count [1, 1, nan, nan, 1] and [1, 1, 0, 0, 1]; any [1, 1, nan, nan, 1]
#
# Most would guess: a count is never nan, and `resample(t="1D")` counts as that of pandas, on which it is built.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  xarray==2026.9.0 pandas==3.1.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas
import xarray

DAYS, ROWS = pandas.to_datetime(["2024-01-01", "2024-01-02", "2024-01-05"]), [10, 20, 30]
array = xarray.DataArray(ROWS, dims="t", coords={"t": DAYS})
series = pandas.Series(ROWS, DAYS)
seen = {}
for name in ("count", "sum", "any"):
    seen[name] = [str(value) for value in getattr(array.resample(t="1D"), name)().values.tolist()]
    if name != "any":
        seen[f"{name} of pandas"] = [str(value) for value in getattr(series.resample("1D"), name)().tolist()]
seen["sum of nothing"] = [array[:0].sum().item(), int(series[:0].sum())]
print(seen)
assert seen == {
    "count": ["1.0", "1.0", "nan", "nan", "1.0"],
    "count of pandas": ["1", "1", "0", "0", "1"],
    "sum": ["10.0", "20.0", "nan", "nan", "30.0"],
    "sum of pandas": ["10", "20", "0", "0", "30"],
    "any": ["1.0", "1.0", "nan", "nan", "1.0"],
    "sum of nothing": [0, 0],
}, seen
print("held: the count of a day without data is nan")
PYTHON

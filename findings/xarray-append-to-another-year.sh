#!/usr/bin/env bash
# xarray 2026.9.0, zarr 3.1.6, numpy 2.4.6, pandas 3.1.1
#
# A Zarr store begins with the midnight of 1 January. What is appended for 06:00 of that day is read back as 7 January,
# and the hour of 2024-01-03 12:00, behind two midnights, as 1 March. The new times are stored in hours, while the store
# goes on saying that they are days. A warning says that hours are used "instead", and sounds like a matter of speed.
# Where the first times had hours, 02:30 becomes 7 January in the same way.
# Seen: 2024-01-01, then 06:00: 2024-01-07T00:00; then 2024-01-03T12:00: 2024-03-01T00:00; 00:00, 01:00, then 02:30:
#       2024-01-07T06:00
#
# Most would guess: times that were appended are read as they were; or an error, as the units of a store are written
# once.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  xarray==2026.9.0 zarr==3.1.6 numpy==2.4.6 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy
import pandas
import xarray

warnings.simplefilter("ignore")


def at(*times):
    return xarray.Dataset({"rows": ("time", numpy.arange(len(times)))}, coords={"time": pandas.to_datetime(times)})


def appended(name, first, then):
    at(*first).to_zarr(name)
    at(then).to_zarr(name, append_dim="time")
    with xarray.open_zarr(name) as store:
        return str(store.time.values[-1].astype("datetime64[m]"))


seen = [
    appended("day", ["2024-01-01"], "2024-01-01 06:00"),
    appended("days", ["2024-01-01", "2024-01-02"], "2024-01-03 12:00"),
    appended("hours", ["2024-01-01 00:00", "2024-01-01 01:00"], "2024-01-01 02:30"),
    appended("whole", ["2024-01-01", "2024-01-02"], "2024-01-03"),
]
print(seen)
assert seen == ["2024-01-07T00:00", "2024-03-01T00:00", "2024-01-07T06:00", "2024-01-03T00:00"], seen
print("held: an hour behind a midnight is appended as another day")
PYTHON

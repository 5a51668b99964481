#!/usr/bin/env bash
# xarray 2026.9.0, netCDF4 1.7.5.1.post1, numpy 2.4.6
#
# What does not fit the integers that a netCDF variable is packed in comes back as another number: 40000 as -25536, and
# 4000 in tenths as -2553.6. The writer warns of nothing where a fill value is given. A missing value becomes 0 where
# none is given, and a measured -9.9 is missing where it is the fill value in tenths.
# Seen: int16: 2, -25536, 0; int16 in tenths, fill value -99: 1.7, -2553.6, nan, nan
#
# Most would guess: an error, or the largest value that the packing can hold; and the missing value as missing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  xarray==2026.9.0 netCDF4==1.7.5.1.post1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy
import xarray


def stored(values, **encoding):
    """What is read of values that were written as 16-bit integers, and how many warnings the writer gave."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        xarray.Dataset({"level": ("x", values)}).to_netcdf("levels.nc", encoding={"level": {"dtype": "int16"} | encoding})
    with xarray.open_dataset("levels.nc") as file:
        return [round(float(value), 3) for value in file["level"].values], len(warned)


integers, _ = stored([1.7, 40000.0, numpy.nan])
tenths, warned = stored([1.7, 4000.0, -9.9, numpy.nan], scale_factor=0.1, _FillValue=-99)
print(integers, tenths, warned)
assert integers == [2.0, -25536.0, 0.0], integers
assert str(tenths) == "[1.7, -2553.6, nan, nan]" and warned == 0, (tenths, warned)
print("held: 4000 in tenths is read as -2553.6, without a warning")
PYTHON

#!/usr/bin/env bash
# netCDF4 1.7.5.1.post1, xarray 2026.9.0, numpy 2.4.6
#
# One file, two readers. Of four places two were never written: netCDF4 masks them, for xarray each is -2147483647, and
# the sum of the column is 16 or -4294967278. Of three values one is below the `valid_min` of its column: netCDF4 leaves
# it out, xarray counts it, and the means are 6.5 and 4.67. xarray reads with netCDF4 itself.
#
# Most would guess: the same numbers, or nan where netCDF4 masks, since xarray decodes by the same conventions.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  netCDF4==1.7.5.1.post1 xarray==2026.9.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import netCDF4
import numpy
import xarray

with netCDF4.Dataset("a.nc", "w") as file:
    file.createDimension("run", 4)
    file.createDimension("check", 3)
    rows = file.createVariable("rows", "i4", ("run",))
    rows[0], rows[2] = 7, 9
    scores = file.createVariable("scores", "i2", ("check",))
    scores.valid_min = numpy.int16(5)
    scores[:] = [1, 6, 7]

with netCDF4.Dataset("a.nc") as file:
    seen = {"netCDF4": (int(file["rows"][:].sum()), round(float(file["scores"][:].mean()), 2))}
with xarray.open_dataset("a.nc", engine="netcdf4") as file:
    seen["xarray"] = (int(file["rows"].sum()), round(float(file["scores"].mean()), 2))
    print(file["rows"].values.tolist())
print(seen)
assert seen == {"netCDF4": (16, 6.5), "xarray": (-4294967278, 4.67)}, seen
print("held: what was never written is masked by one reader, and a number for the other")
PYTHON

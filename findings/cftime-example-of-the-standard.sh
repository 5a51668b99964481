#!/usr/bin/env bash
# cftime 1.6.6.1, xarray 2026.9.0, netCDF4 1.7.5.1.post1
#
# The CF conventions, by which climate data is written, explain the unit of a time with the example `seconds since
# 1992-10-8 15:15:42.5 -6:00`. cftime, and with it netCDF4, drops that offset: the first instant is 15:15:42.5 in UTC,
# without an error. Written `-06:00` it is 21:15:42.5. xarray reads both as 21:15:42.5.
#
# Most would guess: the library made for this format reads the example of its standard, or refuses an offset of one digit.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  cftime==1.6.6.1 xarray==2026.9.0 netCDF4==1.7.5.1.post1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import cftime
import netCDF4
import xarray

seen = {}
for offset in ("-6:00", "-06:00", "-6"):
    unit = f"seconds since 1992-10-8 15:15:42.5 {offset}"
    decoded = xarray.decode_cf(xarray.Dataset({"time": ("time", [0], {"units": unit})})).time.values[0]
    seen[offset] = [str(library.num2date(0, unit))[11:21] for library in (cftime, netCDF4)] + [str(decoded)[11:21]]
print(seen)
assert seen == {
    "-6:00": ["15:15:42.5", "15:15:42.5", "21:15:42.5"],
    "-06:00": ["21:15:42.5", "21:15:42.5", "21:15:42.5"],
    "-6": ["15:15:42.5", "15:15:42.5", "21:15:42.5"],
}, seen
print("held: an offset of one digit is dropped by cftime, and read by xarray")
PYTHON

#!/usr/bin/env bash
# unyt 3.2.0, numpy 2.4.6
#
# A column of small integers is turned into a float of the same size when its unit changes: 8 and 16 bits into 16, whose
# largest number is 65,504. So 100 km are infinite in metres, 20 hours in seconds, and 2,049 g are 2.05 kg. numpy warns
# of the first two. With `.in_mks()` they are right. The numbers fit a 16-bit integer well, which is how a file of
# readings has them.
# Seen: 100 km: inf m; 20 hr: inf s; 30 km: 30000 m
#
# Most would guess: 100,000 m: a float that can hold it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check unyt==3.2.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
import unyt


def turned(value, kind, unit, other):
    return float(unyt.unyt_array(numpy.array([value], dtype=kind), unit).to(other)[0])


seen = {
    "100 km of int8": turned(100, "int8", "km", "m"),
    "100 km of int16": turned(100, "int16", "km", "m"),
    "20 hr of int16": turned(20, "int16", "hr", "s"),
    "100 km of int32": turned(100, "int32", "km", "m"),
}
print(seen)
assert seen == {
    "100 km of int8": float("inf"),
    "100 km of int16": float("inf"),
    "20 hr of int16": float("inf"),
    "100 km of int32": 100000.0,
}, seen
exact = unyt.unyt_array(numpy.array([100], dtype="int16"), "km").in_mks()
assert float(exact[0]) == 100000.0 and str(exact.units) == "m", exact
print("held: 100 km are infinitely many metres")
PYTHON

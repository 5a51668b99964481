#!/usr/bin/env bash
# unyt 3.2.0, numpy 2.4.6
#
# A value that is put into an array by `fill` loses its unit: an array of metres that is filled with 1 km has 1 m. An
# assignment to an item turns it into 1000 m, and `numpy.put` refuses. A sum that begins with 2 m and adds 1 km is 3 km,
# and a maximum that begins with 2 m is 2 km. A length of 1 km is equal to the number 1.
# Seen: fill: [1, 1] m; item: 1000 m; sum: 3 km; maximum: 2 km
#
# Most would guess: 1000 m in each, and 1002 m; a package for units is there to see to it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check unyt==3.2.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
import unyt

kilometre, two_metres = unyt.unyt_quantity(1.0, "km"), unyt.unyt_quantity(2.0, "m")
filled, assigned = unyt.unyt_array([5.0, 5.0], "m"), unyt.unyt_array([5.0, 5.0], "m")
filled.fill(kilometre)
assigned[0] = kilometre
lengths = unyt.unyt_array([1.0], "km")
seen = {
    "filled": str(filled[0]),
    "assigned": str(assigned[0]),
    "sum": str(numpy.sum(lengths, initial=two_metres)),
    "maximum": str(numpy.max(lengths, initial=two_metres)),
    "is one": bool(kilometre == 1),
}
print(seen)
assert seen == {"filled": "1.0 m", "assigned": "1000.0 m", "sum": "3.0 km", "maximum": "2.0 km", "is one": True}, seen
assert kilometre + two_metres == unyt.unyt_quantity(1002, "m")
print("held: an array of metres that is filled with a kilometre has one metre")
PYTHON

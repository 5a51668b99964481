#!/usr/bin/env bash
# h3 4.5.0
#
# A cell is given for any latitude. Of San Francisco with latitude and longitude in the wrong order the latitude is
# -122, which is led over the pole to 58 degrees south, so the cell is in the ocean off Antarctica. A latitude of 1000
# has a cell, too, and only NaN is an error. Sydney is off Japan. What was swapped in Europe is swapped still, at a
# place that exists.
# Seen: (-122.42, 37.77): -57.59, -142.23; (151.2, -33.9): 28.80, 146.11; (1000, 5): -80.01, 4.98
#
# Most would guess: an error, since no place has a latitude beyond 90.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check h3==4.5.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import h3


def place(latitude, longitude):
    return tuple(round(degrees, 1) for degrees in h3.cell_to_latlng(h3.latlng_to_cell(latitude, longitude, 7)))


seen = {swapped: place(*swapped) for swapped in ((-122.42, 37.77), (151.2, -33.9), (1000, 5))}
print(seen)
assert seen == {(-122.42, 37.77): (-57.6, -142.2), (151.2, -33.9): (28.8, 146.1), (1000, 5): (-80.0, 5.0)}, seen
try:
    h3.latlng_to_cell(float("nan"), 5, 7)
except h3.H3BaseException as error:
    print("NaN:", type(error).__name__)
else:
    raise AssertionError("NaN has a cell")
print("held: a latitude of -122 has a cell off Antarctica")
PYTHON

#!/usr/bin/env bash
# utm 0.9.0, numpy 2.4.6
#
# A whole column of places gets the zone of its first row. Berlin alone is in zone 33 at 392,000 m east; in a column
# that begins with Brussels it is in zone 31 at 1,205,000 m. The table sorted in another order has other coordinates,
# and a zone for each row cannot be had. A row in the other half of the world is an error.
# Seen: Berlin 392000 in zone 33; behind Brussels 1205000 in zone 31; Brussels behind Berlin -249000
#
# Most would guess: each place in its own zone, or an error for a column that has several.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check utm==0.9.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
import utm

BRUSSELS, BERLIN = (50.85, 4.35), (52.52, 13.405)


def east(*places):
    latitudes, longitudes = numpy.array(places).T
    return *utm.from_latlon(latitudes, longitudes)[0].round(-3).tolist(), utm.from_latlon(latitudes, longitudes)[2]


seen = {"Berlin": east(BERLIN), "Brussels first": east(BRUSSELS, BERLIN), "Berlin first": east(BERLIN, BRUSSELS)}
print(seen)
assert seen["Berlin"] == (392000.0, 33), seen
assert seen["Brussels first"] == (595000.0, 1205000.0, 31), seen
assert seen["Berlin first"] == (392000.0, -249000.0, 33), seen
print("held: the first row decides where all others are")
PYTHON

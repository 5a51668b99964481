#!/usr/bin/env bash
# shapely 2.2.0, numpy 2.4.6
#
# A line can have a measure at each point, as the kilometre of a pipe or a road. shapely knows it, and gives it as the
# third number to each program that asks for the interface of GeoJSON, where the third number is a height: kilometre 7
# is 7 m above the sea, and in shapely's own reading of it, too. Its other function for GeoJSON leaves the measure out.
# Of a point with both, one reading has four numbers. A line with measures is equal to one without, to equals_exact.
# Seen: LINESTRING M (1 2 7, 4 5 9) is read again as LINESTRING Z (1 2 7, 4 5 9)
#
# Most would guess: both functions leave the measure out, or keep it as one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check shapely==2.2.0 numpy==2.4.6
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import json

import shapely
from shapely.geometry import mapping, shape

pipe = shapely.from_wkt("LINESTRING M (1 2 7, 4 5 9)")
both = shapely.from_wkt("POINT ZM (1 2 3 7)")
seen = {
    "interface": mapping(pipe)["coordinates"],
    "text": json.loads(shapely.to_geojson(pipe))["coordinates"],
    "again": shape(mapping(pipe)).wkt,
    "both": (mapping(both)["coordinates"], json.loads(shapely.to_geojson(both))["coordinates"]),
    "equal": pipe.equals_exact(shapely.from_wkt("LINESTRING (1 2, 4 5)")),
}
print(seen)
assert seen == {
    "interface": ((1, 2, 7), (4, 5, 9)),
    "text": [[1, 2], [4, 5]],
    "again": "LINESTRING Z (1 2 7, 4 5 9)",
    "both": ((1, 2, 3, 7), [1, 2, 3]),
    "equal": True,
}, seen
print("held: kilometre 7 of a line is a height of 7 m")
PYTHON

#!/usr/bin/env bash
# fastkml 1.4.0, pygeoif 1.6.0
#
# Places in KML, where each point may have a height or none. A line of which one point has a height and another one
# none is no geometry at all, without an error or a warning, and no line is left when the file is written. A polygon
# loses its hole by it, so that a lake is land, and of a collection the other parts are left. With a height of 0 in its
# place all are right.
# Seen: None of the line 1,2,5 3,4
#
# Most would guess: a line of two points, or an error, as a point that ends with a comma is one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fastkml==1.4.0 pygeoif==1.6.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from fastkml import KML

SPACE = 'xmlns="http://www.opengis.net/kml/2.2"'


def place(text):
    return KML.from_string(f"<kml {SPACE}><Placemark>{text}</Placemark></kml>").features[0]


def line(points):
    return f"<LineString><coordinates>{points}</coordinates></LineString>"


def polygon(hole):
    def ring(side, points):
        return f"<{side}><LinearRing><coordinates>{points}</coordinates></LinearRing></{side}>"

    edge = ring("outerBoundaryIs", "0,0 9,0 9,9 0,0")
    return f"<Polygon>{edge}{ring('innerBoundaryIs', hole)}</Polygon>"


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert str(seen) == expected, text


holds("heights of all", place(line("1,2,5 3,4,0")).geometry, "LINESTRING Z (1.0 2.0 5.0, 3.0 4.0 0.0)")
holds("heights of none", place(line("1,2 3,4")).geometry, "LINESTRING (1.0 2.0, 3.0 4.0)")
holds("height of one", place(line("1,2,5 3,4")).geometry, "None")
holds("written", "LineString" in place(line("1,2,5 3,4")).to_string(), "False")
whole = place(polygon("5,1 6,1 6,2 5,1")).geometry
holds("hole", len(list(whole.interiors)), "1")
filled = place(polygon("5,1 6,1,5 6,2 5,1")).geometry
holds("hole with one height", len(list(filled.interiors)), "0")
parts = place(f"<MultiGeometry>{line('1,2,5 3,4')}<Point><coordinates>1,2</coordinates></Point></MultiGeometry>")
holds("collection", parts.geometry, "MULTIPOINT ((1.0 2.0))")
print("held: a line without one height is nothing")
PYTHON

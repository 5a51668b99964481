#!/usr/bin/env bash
# mapbox-vector-tile 2.2.0
#
# Features of a map tile that are written and read. A feature without an id has the id 0 when it is read, as has the
# one whose id is 0, and so have those with -1 and "12": who joins by id has them all as one. A property that is a list
# or an object is left out, as is a height, and a polygon that crosses itself has no points left. A number 5.0 is the
# integer 5 where an earlier feature has 5, and -0.0 is 0.0.
# Seen: ids [0, 0, 0, 0, 7] of none, 0, -1, "12" and 7
#
# Most would guess: no id where there was none, and an error for "12".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check mapbox-vector-tile==2.2.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import mapbox_vector_tile


def copies(*features):
    layer = {"name": "layer", "features": [{"geometry": "POINT(1 2)", "properties": {}, **each} for each in features]}
    return mapbox_vector_tile.decode(mapbox_vector_tile.encode([layer]))["layer"]["features"]


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert repr(seen) == repr(expected), text


ids = [copy.get("id") for copy in copies({}, {"id": 0}, {"id": -1}, {"id": "12"}, {"id": 7})]
holds("ids", ids, [0, 0, 0, 0, 7])
lists = copies({"properties": {"tags": ["a"], "size": {"x": 1}, "name": "b"}})[0]["properties"]
holds("properties", lists, {"name": "b"})
holds("height", copies({"geometry": "POINT Z(1 2 300)"})[0]["geometry"]["coordinates"], [1, 2])
crossed = copies({"geometry": "POLYGON((0 0,10 10,10 0,0 10,0 0))"})[0]["geometry"]
holds("crossed", crossed, {"type": "MultiPolygon", "coordinates": []})
numbers = [copy["properties"]["n"] for copy in copies(*({"properties": {"n": n}} for n in (5, 5.0, 0.0, -0.0)))]
holds("numbers", numbers, [5, 5, 0.0, 0.0])
print("held: no id is the id 0")
PYTHON

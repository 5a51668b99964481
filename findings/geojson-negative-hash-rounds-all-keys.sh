#!/usr/bin/env bash
# pyogrio 0.13.0, geopandas 1.2.0, pandas 3.1.1, numpy 2.4.6, shapely 2.2.0
#
# A hash of 64 bits as a key is written to GeoJSON with all its digits. Read again, 9007199254740993 is itself as long
# as all keys are positive. With one large negative key in the file the column is one of floats, and each large key is
# rounded to a neighbour, so that two become one and a join by them finds another row. A GeoPackage keeps them.
# Seen: [9007199254740993, 1] as int64; with -4611686018427387905: 9007199254740992.0 twice
#
# Most would guess: integers, as they stand in the file and fit 64 bits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pyogrio==0.13.0 geopandas==1.2.0 pandas==3.1.1 numpy==2.4.6 shapely==2.2.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import geopandas
from shapely.geometry import Point


def read_back(file, keys):
    points = [Point(number, number) for number in range(len(keys))]
    geopandas.GeoDataFrame({"key": keys}, geometry=points, crs=4326).to_file(file)
    column = geopandas.read_file(file)["key"]
    return str(column.dtype), column.tolist()


positive = [9007199254740993, 9007199254740992, 1]
with_negative = [*positive, -4611686018427387905]
seen = read_back("positive.geojson", positive)
assert seen == ("int64", positive), seen
seen = read_back("negative.geojson", with_negative)
print(seen)
with open("negative.geojson") as file:
    text = file.read()
assert all(str(key) in text for key in with_negative), text
assert seen[0] == "float64" and len(set(seen[1])) == 3, seen
assert seen[1][0] == seen[1][1] == 9007199254740992.0, seen
assert read_back("negative.gpkg", with_negative) == ("int64", with_negative)
print("held: one large negative key makes two others one")
PYTHON

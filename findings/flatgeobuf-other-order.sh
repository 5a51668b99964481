#!/usr/bin/env bash
# geopandas 1.2.0, pyogrio 0.13.0, shapely 2.2.0
#
# Six rows written to a FlatGeobuf file and read back come in another order, 2 4 3 1 5 0: they are sorted by where they
# lie, for the index that is written by default. GeoPackage, GeoJSON and shapefiles keep the order, though the first and
# the last have an index on request too. A row without a place cannot be written.
#
# Most would guess: an index stands beside the rows, and a file gives them back as they were written.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  geopandas==1.2.0 pyogrio==0.13.0 shapely==2.2.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import geopandas
import shapely

PLACES = [(0, 0), (2, 3), (4, 6), (1, 2), (3, 5), (0, 1)]
rows = geopandas.GeoDataFrame({"row": range(6)}, geometry=[shapely.Point(place) for place in PLACES], crs=4326)


def back(name, rows=rows, **options):
    rows.to_file(name, **options)
    return geopandas.read_file(name)["row"].tolist()


seen = {kind: back(f"rows.{kind}") for kind in ("fgb", "gpkg", "geojson", "shp")}
seen["gpkg with index"] = back("index.gpkg", SPATIAL_INDEX="YES")
seen["shp with index"] = back("index.shp", SPATIAL_INDEX="YES")
seen["fgb without index"] = back("plain.fgb", SPATIAL_INDEX="NO")
print(seen)
assert seen.pop("fgb") == [2, 4, 3, 1, 5, 0], seen
assert all(order == list(range(6)) for order in seen.values()), seen
try:
    back("none.fgb", rows.set_geometry([None] * 6, crs=4326))
except Exception as error:
    print(type(error).__name__, error)
else:
    raise SystemExit("a row without a place can be written now")
print("held: a FlatGeobuf file gives its rows back in another order")
PYTHON

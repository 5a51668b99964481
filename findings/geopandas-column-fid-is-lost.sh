#!/usr/bin/env bash
# geopandas 1.2.0, pyogrio 0.13.0, pandas 3.1.1, shapely 2.2.0
#
# A column `fid` of a table that is written to a GeoPackage is not there when the file is read, and the rows are in its
# order, not in the one written. `FID` is lost, too. GeoJSON and shapefiles keep the column and the order. Its numbers
# can be had with `fid_as_index=True` of `read_file`.
# Seen: columns v and geometry; rows b, c, a for a, b, c with 7, 5, 6
#
# Most would guess: a column as any other.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    geopandas==1.2.0 pyogrio==0.13.0 pandas==3.1.1 shapely==2.2.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import geopandas
from shapely.geometry import Point


def read_back(file, name):
    points = [Point(number, number) for number in range(3)]
    columns = {name: [7, 5, 6], "v": ["a", "b", "c"]}
    geopandas.GeoDataFrame(columns, geometry=points, crs=4326).to_file(file)
    return geopandas.read_file(file).drop(columns="geometry").to_dict("list")


kept = {"fid": [7, 5, 6], "v": ["a", "b", "c"]}
assert read_back("table.geojson", "fid") == kept
assert read_back("table.shp", "fid") == kept
for name in ("FID", "fid"):
    seen = read_back(f"{name}.gpkg", name)
    print(seen)
    assert seen == {"v": ["b", "c", "a"]}, seen
indexed = geopandas.read_file("fid.gpkg", fid_as_index=True)
assert indexed.index.tolist() == [5, 6, 7], indexed.index
other = read_back("other.gpkg", "id")
assert other == {"id": [7, 5, 6], "v": ["a", "b", "c"]}, other
print("held: a column of the name fid is gone, and the rows have another order")
PYTHON

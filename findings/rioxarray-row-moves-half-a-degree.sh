#!/usr/bin/env bash
# rioxarray 0.19.0, rasterio 1.4.4, xarray 2026.9.0, numpy 2.3.5
#
# A GeoTIFF has one distance between its rows. A grid whose rows are not evenly far from each other is written all the
# same, with their mean distance: of rows at 3, 2 and 0 degrees the middle one is at 1.5, without an error or a warning.
# A value for missing cells that is set by `write_nodata(-9999)` is written into the file as what is missing, while the
# cells themselves stay NaN, unless `encoded=True`.
# Seen: latitudes 3, 2, 0 -> 3, 1.5, 0; nodata -9999, cells [1.5, nan]
#
# Most would guess: an error, and -9999 in the cells of a file that says so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  rioxarray==0.19.0 rasterio==1.4.4 xarray==2026.9.0 numpy==2.3.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
import rasterio
import rioxarray
import xarray as xr

warnings.simplefilter("error", UserWarning)


def grid(latitudes, cells):
    places = {"y": latitudes, "x": [0.0, 1.0]}
    return xr.DataArray(np.asarray(cells, dtype=float), dims=("y", "x"), coords=places).rio.write_crs(4326)


grid([3.0, 2.0, 0.0], [[1, 2], [3, 4], [5, 6]]).rio.to_raster("rows.tif")
with rioxarray.open_rasterio("rows.tif") as back:
    rows = back.y.values.tolist()

grid([1.0, 0.0], [[1.5, np.nan], [3, 4]]).rio.write_nodata(-9999).rio.to_raster("missing.tif")
with rasterio.open("missing.tif") as file:
    missing, cells = file.nodata, file.read(1)[0].tolist()
print(rows, missing, cells)
assert rows == [3.0, 1.5, 0.0], rows
assert missing == -9999 and cells[0] == 1.5 and np.isnan(cells[1]), (missing, cells)
print("held: a row moves half a degree")
PYTHON

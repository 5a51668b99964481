#!/usr/bin/env bash
# rioxarray 0.19.0, rasterio 1.4.4, xarray 2026.9.0, numpy 2.3.5
#
# `merge_arrays()` takes each cell from the first map that has it. A map without a value for missing cells has none
# missing, but a 0 counts as missing then: where the first map has 0 the result has the value of the second. The result
# has the type of the first map, so a height of 0.5 in a second one is 0. After a sum the value for missing cells stays
# what it was: with 0 for missing, plus 1, all that was missing is a valid 1.
# Seen: [[1, 0], [3, 4]] over all 9 -> [[1, 9], [3, 4]]; beside 0.5 -> 0
#
# Most would guess: the first map where both have cells, and 0.5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  rioxarray==0.19.0 rasterio==1.4.4 xarray==2026.9.0 numpy==2.3.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import rioxarray  # noqa: F401
import xarray as xr
from rioxarray.merge import merge_arrays


def grid(cells, first=0.0):
    cells = np.asarray(cells)
    places = {"y": np.arange(cells.shape[0], 0, -1.0), "x": first + np.arange(cells.shape[1])}
    return xr.DataArray(cells, dims=("y", "x"), coords=places).rio.write_crs(4326)


first = grid(np.array([[1, 0], [3, 4]]))
nines = grid(np.full((2, 2), 9))
beside = grid(np.full((2, 2), 0.5), first=2.0)
assert first.rio.nodata is None
over = merge_arrays([first, nines]).values.tolist()
halves = merge_arrays([first, beside])
print(over, halves.dtype, halves.values.tolist())
assert over == [[1, 9], [3, 4]], over
assert halves.values.tolist() == [[1, 0, 0, 0], [3, 4, 0, 0]], halves.values

marked = first.rio.write_nodata(0) + 1
assert (marked.rio.nodata, marked.values.tolist()) == (0, [[2, 1], [4, 5]])
print("held: a zero of the first map is taken for missing")
PYTHON

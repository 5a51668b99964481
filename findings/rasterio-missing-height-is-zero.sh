#!/usr/bin/env bash
# rasterio 1.4.4, numpy 2.4.6
#
# What does not fit the type of a raster is wrapped around when it is written: a height of 40,000 becomes -25,536. A
# missing height becomes 0, which is one at the sea, though the file has a number for missing ones, -9999; and 1.9 is
# cut to 1. A point outside the raster has a height, too: -9999, or 0 where no such number is set. NumPy warns of the
# missing one, and of no other.
#
# Most would guess: an error, or the nearest number that fits, and the file's own number for what is missing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy
import rasterio

warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
HEIGHTS = numpy.array([[1.9, 40000, numpy.nan, -9999]])
OUTSIDE = [(90, 90)]

seen, outside = {}, {}
for missing in (-9999, None):
    kind = {"driver": "GTiff", "width": 4, "height": 1, "count": 1, "dtype": "int16", "nodata": missing}
    with rasterio.open("heights.tif", "w", **kind) as raster:
        raster.write(HEIGHTS, 1)
    with rasterio.open("heights.tif") as raster:
        seen[missing] = raster.read(1).tolist()[0]
        outside[missing] = int(next(raster.sample(OUTSIDE))[0])
        if missing:
            masked = raster.read(1, masked=True).tolist()[0]
print(seen, masked, outside)
assert seen[-9999] == seen[None] == [1, -25536, 0, -9999], seen
assert masked == [1, -25536, 0, None] and outside == {-9999: -9999, None: 0}, outside
print("held: 40,000 is -25,536, and a missing height is 0")
PYTHON

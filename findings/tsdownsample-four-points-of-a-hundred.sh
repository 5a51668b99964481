#!/usr/bin/env bash
# tsdownsample 0.1.5.1, numpy 2.4.6
#
# Ten thousand readings, one a second, are reduced to 100 points by minimum and maximum: 100 points. Where the device
# was silent for eleven days before the last thousand, 4 points are left of all, 8 by M4 or by MinMaxLTTB, though all
# 10,000 values are the same. The bins are of equal time, so the gap takes 48 of 50 of them, and a peak of 49 is lost
# beside one of 50.
#
# Most would guess: 100 points that show what was measured, as the values have not changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check tsdownsample==0.1.5.1 numpy==2.4.6

"$folder/venv/bin/python" - <<'PYTHON'
import numpy
import tsdownsample

values = numpy.sin(numpy.arange(10_000) / 500)
values[1234], values[7777] = 50, 49
steady = numpy.arange(10_000).astype(float)
silent = numpy.concatenate([steady[:9_000], steady[9_000:] + 1_000_000])

seen = {}
for kind in ("MinMaxDownsampler", "M4Downsampler", "MinMaxLTTBDownsampler"):
    downsample = getattr(tsdownsample, kind)().downsample
    seen[kind] = [
        (len(kept), 7777 in kept) for kept in (downsample(times, values, n_out=100) for times in (steady, silent))
    ]
print(seen)
assert seen == {
    "MinMaxDownsampler": [(100, True), (4, False)],
    "M4Downsampler": [(100, True), (8, False)],
    "MinMaxLTTBDownsampler": [(100, True), (8, True)],
}, seen
print("held: after a gap four points are left of a hundred")
PYTHON

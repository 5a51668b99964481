#!/usr/bin/env bash
# aeon 1.6.0, numpy 2.3.5
#
# The distances that compare two series point by point look at as many points as the shorter one has: a series that goes
# on at a hundred has a distance of 0 to the one that ended before, by four measures. In a table of all pairs the cut
# series is the nearest neighbour of all that begin alike, so a run that broke off is as good as all of them; dynamic
# time warping sees it.
# Seen: euclidean, squared, manhattan and minkowski 0, dtw 18818
#
# Most would guess: an error, as the library says of other functions that all series must have one length.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check aeon==1.6.0 numpy==2.3.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from aeon.distances import distance, pairwise_distance

short = np.array([1.0, 2, 3])
long = np.array([1.0, 2, 3, 100, 100])
near = np.array([1.0, 2, 3.1, 100, 100])
seen = {name: float(distance(short, long, name)) for name in ("euclidean", "squared", "manhattan", "minkowski", "dtw")}
print(seen)
assert seen == {"euclidean": 0, "squared": 0, "manhattan": 0, "minkowski": 0, "dtw": 18818}, seen
pairs = pairwise_distance([short[None], long[None], near[None]], method="euclidean").round(3)
print(pairs.tolist())
assert pairs[0][1] == 0 and pairs[0][2] == pairs[1][2] == 0.1, pairs
print("held: a longer series is the same")
PYTHON

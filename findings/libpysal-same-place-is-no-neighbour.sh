#!/usr/bin/env bash
# libpysal 4.14.1, geopandas 1.2.0, numpy 2.4.6, pandas 3.1.1, scikit-learn 1.9.1, shapely 2.2.0
#
# Of three shops, two at one address and a third two kilometres off, all are within three kilometres of each other.
# `DistanceBand` says that the two at one address are no neighbours: a distance of zero counts as none.
# `Graph.build_distance_band` of the same library says that they are, with an infinite weight for inverse distances. The
# mean of the neighbours is another one by each.
# Seen: DistanceBand {0: [2], 1: [2], 2: [0, 1]}; Graph has 0 and 1 as well
#
# Most would guess: the nearest are neighbours, and both ways say so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    libpysal==4.14.1 geopandas==1.2.0 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 shapely==2.2.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import geopandas
import numpy
from libpysal.graph import Graph
from libpysal.weights import DistanceBand

warnings.filterwarnings("ignore")
PLACES = numpy.array([[0.0, 0.0], [0.0, 0.0], [2.0, 0.0]])
for binary in (True, False):
    band = DistanceBand.from_array(PLACES, threshold=3.0, binary=binary, silence_warnings=True)
    neighbours = {int(place): sorted(int(other) for other in band.neighbors[place]) for place in band.neighbors}
    print(neighbours)
    assert neighbours == {0: [2], 1: [2], 2: [0, 1]}, neighbours
points = geopandas.GeoSeries(geopandas.points_from_xy(PLACES[:, 0], PLACES[:, 1]))
pairs = sorted(Graph.build_distance_band(points, 3.0).adjacency.index.tolist())
print(pairs)
assert pairs == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)], pairs
weights = Graph.build_distance_band(points, 3.0, binary=False).adjacency.to_dict()
assert weights[0, 1] == numpy.inf and weights[0, 2] == 0.5, weights
print("held: two shops at one address are no neighbours")
PYTHON

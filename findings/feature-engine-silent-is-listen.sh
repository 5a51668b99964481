#!/usr/bin/env bash
# feature-engine 1.9.4, pandas 3.1.1, numpy 2.4.6, scikit-learn 1.9.1
#
# Two texts whose likeness is 1 are said to be the same. It is computed from the letters, without their order: silent
# is listen, 2024-01-12 is 12-01-2024, and job-12 is job-21. In the features of a cycle hour 23 is hour 0, as the
# largest value that was seen is the end of the cycle. Two islands of Fiji are 111 or 39849 km apart, by the method.
# Seen: 1.0, 1.0, 1.0; hour 23: 0 and 1, as hour 0; 39849 km and 111 km
#
# Most would guess: 0.5 or so as difflib has, an hour between 23 and 0, and 111 km.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    feature-engine==1.9.4 pandas==3.1.1 numpy==2.4.6 scikit-learn==1.9.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import difflib

import pandas
from feature_engine.creation import CyclicalFeatures, GeoDistanceFeatures
from feature_engine.encoding import StringSimilarityEncoder

pairs = (("listen", "silent"), ("12-01-2024", "2024-01-12"), ("job-12", "job-21"))
for name, other in pairs:
    encoder = StringSimilarityEncoder(keywords={"name": [name]})
    like = encoder.fit_transform(pandas.DataFrame({"name": [other, name]})).iloc[:, 0].tolist()
    order = round(difflib.SequenceMatcher(None, name, other).ratio(), 2)
    print(name, other, like, order)
    assert like == [1.0, 1.0] and order < 0.9, like

hours = CyclicalFeatures().fit_transform(pandas.DataFrame({"hour": range(24)})).round(9)
first, last = (hours.iloc[row, 1:].abs().tolist() for row in (0, 23))
print(first, last)
assert first == last == [0, 1], last

places = pandas.DataFrame({"lat": [0.0], "lon": [179.5], "to_lat": [0.0], "to_lon": [-179.5]})
far = {}
for method in ("haversine", "euclidean", "manhattan"):
    distance = GeoDistanceFeatures("lat", "lon", "to_lat", "to_lon", method=method)
    far[method] = round(float(distance.fit_transform(places).iloc[0, -1]))
print(far)
assert far == {"haversine": 111, "euclidean": 39849, "manhattan": 39849}, far
print("held: silent is listen")
PYTHON

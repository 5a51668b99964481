#!/usr/bin/env bash
# featuretools 1.31.0, pandas 2.3.3, numpy 1.26.4
#
# The middle of two islands of Fiji, one at 179 degrees east and one at 179 degrees west, is at 0 degrees, south of
# Africa: latitudes and longitudes are averaged. A box from 170 degrees east to 170 degrees west has Greenwich in it,
# and not Fiji. The distance between the same islands is right, 208 km.
#
# Most would guess: what is 208 km apart has its middle between, as the primitive is said to find the geographic centre.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check featuretools==1.31.0 pandas==2.3.3 \
    numpy==1.26.4 'setuptools<81'

"$folder/venv/bin/python" - <<'PYTHON'
import warnings

warnings.filterwarnings("ignore")
import pandas
from featuretools.primitives import GeoMidpoint, Haversine, IsInGeoBox

first, second = pandas.Series([(-17.0, 179.0)]), pandas.Series([(-17.0, -179.0)])
middle = list(GeoMidpoint()(first, second))
kilometres = round(float(Haversine(unit="kilometers")(first, second)[0]))
places = pandas.Series([(-17.0, 179.0), (-17.0, 0.0)])
inside = [bool(value) for value in IsInGeoBox((-20, 170), (-10, -170))(places)]
print(middle, kilometres, inside)
assert middle == [(-17.0, 0.0)], middle
assert 210 < kilometres < 215, kilometres
assert inside == [False, True], inside
print("held: the middle of Fiji is at Greenwich's longitude")
PYTHON

#!/usr/bin/env bash
# proj4 2.22.0 (npm), pyproj 3.7.2
#
# JavaScript's proj4 knows the datum NAD27 by name, but not the grids that it is made of, and leaves them out: a place
# in Kansas has the same coordinates in WGS 84. pyproj, without grids too, moves it by 35 m, the width of a street. A
# unit that proj4 does not know is a metre.
# Seen: -100, 40 stays -100, 40; by pyproj -100.000416, 39.999997; furlongs: 391390.7, the metres
#
# Most would guess: an error that the grid or the unit is missing; a grid that is given by its name gives NaN.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyproj==3.7.2
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional proj4@2.22.0

node - <<'NODE'
const assert = require("assert");
const proj4 = require("proj4");

const place = proj4("+proj=longlat +datum=NAD27", "EPSG:4326", [-100, 40]);
const inUnits = (unit) => proj4("EPSG:4326", `+proj=utm +zone=33 +units=${unit}`, [13.4, 52.5])[0];
console.log(place, inUnits("furlong"), inUnits("us-mi"));
assert.deepStrictEqual(place, [-100, 40]);
assert.strictEqual(inUnits("furlong"), inUnits("m"));
assert(Math.abs(inUnits("us-mi") * 1609.347 - inUnits("m")) < 1);
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import pyproj

latitude, longitude = pyproj.Transformer.from_crs("EPSG:4267", "EPSG:4326").transform(40, -100)
metres = pyproj.Geod(ellps="WGS84").inv(-100, 40, longitude, latitude)[2]
print(latitude, longitude, "moved by", round(metres, 1))
assert 30 < metres < 50, metres
print("held: a datum without its grids is WGS 84 for proj4 in JavaScript")
PYTHON

#!/usr/bin/env bash
# latlon-geohash 2.0.0 (npm), pygeohash 3.5.1
#
# The neighbours of a cell at the North Pole are to the north cells at the South Pole, on the other side of the earth:
# of zzz in Geohash it is pbp. A search around a place in the far north has three of nine cells in Antarctica. In Python
# there is no such cell, and an error. A latitude of 95 degrees has a cell in JavaScript, that of 90.
# Seen: pbp to the north of zzz
#
# Most would guess: no cell, or one on the other side of the pole.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional latlon-geohash@2.0.0
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pygeohash==3.5.1

node --input-type=module - <<'NODE'
import assert from "node:assert";
import Geohash from "latlon-geohash";

const around = Geohash.neighbours("zzz");
const latitudes = Object.fromEntries(Object.entries(around).map(([side, cell]) => [side, Geohash.decode(cell).lat]));
console.log(around, latitudes, Geohash.encode(95, 13.4, 4), Geohash.encode(90, 13.4, 4));
assert.strictEqual(around.n, "pbp");
assert.deepStrictEqual(
  Object.keys(latitudes).filter((side) => latitudes[side] < -85),
  ["n", "ne", "nw"],
);
assert.strictEqual(Geohash.encode(95, 13.4, 4), Geohash.encode(90, 13.4, 4));
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import pygeohash

try:
    pygeohash.get_adjacent("zzz", "top")
except ValueError:
    print("held: to the north of the North Pole are cells of Antarctica")
else:
    raise SystemExit("Python has a cell to the north of the pole now")
PYTHON

#!/usr/bin/env bash
# utm 1.1.1 (npm), utm 0.9.0 (Python)
#
# A place at 180 degrees east, a valid longitude, is in zone 61 in JavaScript, of 60 zones, and its way back is an error
# that says that there are 60. In Python it is in zone 1. With texts for the numbers, as from a CSV, Berlin is in zone
# 3, with an easting of -22,265 km.
# Seen: zone 61 of 52.5, 180; zone 3 and an easting of -22265475 of "52.5" and "13.4"
#
# Most would guess: zone 1, as 180 degrees east and west are one line, and an error for texts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional utm@1.1.1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check utm==0.9.0

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";

const utm = createRequire(import.meta.url)("utm");

const edge = utm.fromLatLon(52.5, 180);
const texts = utm.fromLatLon("52.5", "13.4");
console.log(edge, texts);
assert.strictEqual(edge.zoneNum, 61);
assert.throws(() => utm.toLatLon(edge.easting, edge.northing, edge.zoneNum, edge.zoneLetter), /zone number/);
assert.deepStrictEqual([texts.zoneNum, Math.round(texts.easting)], [3, -22265475]);
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import utm

zone = utm.from_latlon(52.5, 180)[2]
assert zone == 1, zone
print("held: 180 degrees east are in zone 61 of 60")
PYTHON

#!/usr/bin/env bash
# pyshp 3.1.6, shapefile 0.6.6 (npm)
#
# A missing day in a shapefile of pyshp is 30 November 1899 in JavaScript, and a missing name is the text "None" for
# each reader. A missing number is null. East of Greenwich each day that is there is the day before, once it is written
# as GeoJSON: the library makes it midnight of local time.
# Seen: {"at": "1899-11-29T23:00:00.000Z", "name": "None"} and 2024-01-14 for 15 January, in Berlin
#
# Most would guess: null for what is missing, in all columns alike, and a day without a zone.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyshp==3.1.6
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts shapefile@0.6.6

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import shapefile

with shapefile.Writer("sites") as file:
    file.field("at", "D")
    file.field("name", "C", 10)
    file.field("rows", "N", 10)
    for row in ((datetime.date(2024, 1, 15), "north", 5), (None, None, None)):
        file.point(1, 2)
        file.record(*row)
with shapefile.Reader("sites") as file:
    seen = [list(row) for row in file.records()]
print(seen)
assert seen == [[datetime.date(2024, 1, 15), "north", 5], [None, "None", None]], seen
PYTHON
TZ=Europe/Berlin node - <<'NODE'
const assert = require("assert");

require("shapefile")
  .read("sites.shp", "sites.dbf")
  .then((sites) => {
    const seen = JSON.parse(JSON.stringify(sites)).features.map((site) => site.properties);
    console.log(seen);
    assert.deepStrictEqual(seen[0], { at: "2024-01-14T23:00:00.000Z", name: "north", rows: 5 });
    assert.strictEqual(sites.features[1].properties.at.toDateString(), "Thu Nov 30 1899");
    assert.deepStrictEqual([seen[1].name, seen[1].rows], ["None", null]);
    console.log("held: a missing day is in 1899, and a missing name is None");
  });
NODE

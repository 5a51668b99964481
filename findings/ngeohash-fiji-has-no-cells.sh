#!/usr/bin/env bash
# ngeohash 0.6.4 (npm)
#
# The cells of a box that crosses 180 degrees, as Fiji does, are none, without an error; those of a box as large on one
# side of it are many. A place whose coordinates are null has the cell of 0, 0, and one of NaN that of the south pole at
# 180 degrees west. All places of America whose coordinates are swapped have cells at the south pole. A text with a
# letter that no cell has, as "a", is decoded all the same.
# Seen: Fiji: 0 cells; null: 7zz; NaN: 000; San Francisco swapped: latitude -90.0; aaaa: -89.9, -179.8
#
# Most would guess: the cells on both sides, and an error for what is no place.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional ngeohash@0.6.4

node - <<'NODE'
const assert = require("assert");
const geohash = require("ngeohash");

const cells = (west, east) => geohash.bboxes(-19, west, -16, east, 4).length;
const swapped = geohash.decode(geohash.encode(-122.4, 37.8, 6));
const seen = {
  fiji: cells(177, -178),
  westOfIt: cells(172, 177) > 100,
  missing: [geohash.encode(null, null, 3), geohash.encode(NaN, NaN, 3)],
  swapped: swapped.latitude.toFixed(1),
  letters: geohash.decode("aaaa").latitude.toFixed(1),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  fiji: 0,
  westOfIt: true,
  missing: ["7zz", "000"],
  swapped: "-90.0",
  letters: "-89.9",
});
console.log("held: Fiji has no cells, and what is missing has one");
NODE

#!/usr/bin/env bash
# @turf/turf 7.4.0 (npm)
#
# `cleanCoords` removes the points of a line that are redundant. A point at a height of 500 m between two at 1 m is one,
# if the three are in a row on the map: the track is flat after it. `simplify` does the same. `length` does not see
# heights: 111 m are 111 m with a climb of 1,000. The points at its ends keep their heights, and `booleanEqual` does see
# that two heights differ.
# Seen: [[0,0,1],[1,0,500],[2,0,1]] becomes [[0,0,1],[2,0,1]]
#
# Most would guess: a point with another height is not redundant.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional @turf/turf@7.4.0

node - <<'NODE'
const assert = require("assert");
const turf = require("@turf/turf");

const track = turf.lineString([[0, 0, 1], [1, 0, 500], [2, 0, 1]]);
const cleaned = turf.cleanCoords(track).geometry.coordinates;
const simple = turf.simplify(track, { tolerance: 0.000001 }).geometry.coordinates;
const climb = turf.length(turf.lineString([[0, 0, 0], [0, 0.001, 1000]]), { units: "meters" });
console.log(cleaned, simple, climb);
assert.deepStrictEqual(cleaned, [[0, 0, 1], [2, 0, 1]]);
assert.deepStrictEqual(simple, cleaned);
assert(Math.round(climb) === 111);
assert(!turf.booleanEqual(turf.point([1, 2, 1]), turf.point([1, 2, 500])));
console.log("held: a mountain between two points is redundant");
NODE

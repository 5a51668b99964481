#!/usr/bin/env bash
# topojson-server 3.0.1, topojson-client 3.1.0 (npm)
#
# With a quantization, the usual way to make a file small, the coordinates lose all behind the second number: heights
# and measures are gone without a word. Without one they stay. The grid is laid over the whole of the data, so one
# point far away moves all others: at 10,000 steps two points of a town fall onto one place 400 m off.
# Seen: [[0, 0], [1, 1]] of [[0, 0, 5], [1, 1, 6]]; [13.408, 52.517] of [13.405, 52.520]
#
# Most would guess: fewer digits of each number, and all three numbers.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional topojson-server@3.0.1 topojson-client@3.1.0

node - <<'NODE'
const assert = require("assert");
const { topology } = require("topojson-server");
const { feature } = require("topojson-client");

const written = (geometry, steps) => {
  const file = JSON.parse(JSON.stringify(topology({ data: geometry }, steps)));
  return feature(file, file.objects.data).geometry.coordinates;
};
const line = { type: "LineString", coordinates: [[0, 0, 5], [1, 1, 6]] };
const points = { type: "MultiPoint", coordinates: [[0, 0], [13.405, 52.52], [13.406, 52.521], [179, 80]] };
const seen = [written(line), written(line, 1e4), written(points, 1e4)];
console.log(JSON.stringify(seen));
assert.deepStrictEqual(seen.slice(0, 2), [line.coordinates, [[0, 0], [1, 1]]]);
const [, town, neighbour] = seen[2].map((place) => place.map((degrees) => degrees.toFixed(3)));
assert.deepStrictEqual([town, neighbour], [["13.408", "52.517"], ["13.408", "52.517"]]);
console.log("held: heights are lost by a quantization");
NODE

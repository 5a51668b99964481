#!/usr/bin/env bash
# csv2geojson 5.1.2 (npm)
#
# Without names of columns the latitude is the one whose name begins with "lat", and the longitude the one with "lon".
# A table of pipelines with "latency" and "longest_run" becomes points on the map, and those columns are gone from its
# properties. "latest" and "longest" do, too. A value with a decimal comma is cut: 52,5 is 52.
# Seen: the columns pipeline,latency,longest_run and the row load,3,4 are the point [4, 3] with {"pipeline": "load"}
#
# Most would guess: an error that says that there is no latitude.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional csv2geojson@5.1.2

node - <<'NODE'
const assert = require("assert");
const { csv2geojson } = require("csv2geojson");

const places = (table) => {
  let features;
  csv2geojson(table, (errors, points) => {
    assert.strictEqual(errors, null);
    features = points.features.map(({ geometry, properties }) => [geometry.coordinates, properties]);
  });
  return features;
};
const seen = ["pipeline,latency,longest_run\nload,3,4\n", 'name,lat,lon\nBerlin,"52,5","13,4"\n'].map(places);
console.log(JSON.stringify(seen));
assert.deepStrictEqual(seen, [[[[4, 3], { pipeline: "load" }]], [[[13, 52], { name: "Berlin" }]]]);
console.log("held: a latency and a longest run are a place");
NODE

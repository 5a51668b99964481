#!/usr/bin/env bash
# wkx 0.5.0 (npm)
#
# A place in metres is another one in TWKB: Berlin at 389,901 m and 5,820,091 m of its zone is read back at 3,354 m and
# 411 m, off the coast of Africa, as more than 21 km does not fit. A line with measures that is written as EWKB and read
# again has one of them for a place: (1 2 3, 4 5 6) is (1 2, 3 4). A height makes what was written unreadable for wkx;
# GEOS reads it.
# Seen: POINT(3354.44336 410.56392) of POINT(389901.5 5820091.25)
#
# Most would guess: what is written is what is read, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional wkx@0.5.0

node - <<'NODE'
const assert = require("assert");
const { Geometry } = require("wkx");

const berlin = Geometry.parse("POINT(389901.5 5820091.25)");
const line = Geometry.parse("LINESTRING M(1 2 3,4 5 6)");
const seen = [
  Geometry.parseTwkb(berlin.toTwkb()).toWkt(),
  Geometry.parse(berlin.toWkb()).toWkt(),
  Geometry.parse(line.toEwkb()).toWkt(),
  Geometry.parse(line.toWkb()).toWkt(),
];
console.log(seen);
assert.deepStrictEqual(seen, [
  "POINT(3354.44336 410.56392)",
  "POINT(389901.5 5820091.25)",
  "LINESTRING(1 2,3 4)",
  "LINESTRING M (1 2 3,4 5 6)",
]);
assert.throws(() => Geometry.parse(Geometry.parse("POINT Z(1 2 3)").toEwkb()), /not supported/);
console.log("held: Berlin is off the coast of Africa");
NODE

#!/usr/bin/env bash
# msgpack5 6.1.0, @msgpack/msgpack 3.1.3 (npm)
#
# The end of a run that has none, an invalid date in JavaScript, is written as the first instant of 1970, a valid one,
# by both packages. By msgpack5 a Set of three runs is an empty map, an array of 32-bit numbers a map of its places,
# and a boxed number an empty map.
# Seen: 1970-01-01T00:00:00.000Z; {}; { '0': 1.5 }; {}
#
# Most would guess: null or an error, and lists.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional msgpack5@6.1.0 @msgpack/msgpack@3.1.3

TZ=UTC node - <<'NODE'
const assert = require("assert");
const pack = require("msgpack5")();
const other = require("@msgpack/msgpack");

const again = (value) => pack.decode(pack.encode(value));
const seen = {
  date: again(new Date("")),
  set: again(new Set(["a", "b", "c"])),
  floats: again(new Float32Array([1.5])),
  boxed: again(Object(5)),
};
const second = other.decode(other.encode(new Date("")));
console.log(seen, second);
assert.deepStrictEqual(seen, { date: new Date(0), set: {}, floats: { 0: 1.5 }, boxed: {} });
assert.deepStrictEqual(second, new Date(0));
console.log("held: no date is the first of 1970");
NODE

#!/usr/bin/env bash
# object-hash 3.0.0 (npm)
#
# A hash of a value, as a key of a cache. What is in a value twice is hashed by its number when it is the same object:
# two runs that share their settings have another hash than the same two after a way through JSON, which are deeply
# equal, and so has a list with one date twice. The order of keys does not change the hash, but that of the same objects
# does.
# Seen: two hashes of {a: {x: 1}, b: {x: 1}}
#
# Most would guess: one hash, as assert says that both are deeply equal.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional object-hash@3.0.0

cat >script.cjs <<'NODE'
const assert = require("node:assert");
const hash = require("object-hash");

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}
function same(text, first, second, expected) {
  assert.deepStrictEqual(first, second);
  holds(text, hash(first) === hash(second), expected);
}
const settings = { x: 1 };
const runs = { a: settings, b: settings };
same("a copy", runs, JSON.parse(JSON.stringify(runs)), false);
same("a copy without sharing", { a: { x: 1 }, b: { x: 1 } }, { b: { x: 1 }, a: { x: 1 } }, true);
const day = new Date(0);
same("a date twice", [day, day], [new Date(0), new Date(0)], false);
same("a number twice", [1, 1], [1, 1], true);
const list = [1, 2];
same("a list twice", { a: list, b: list }, { a: [1, 2], b: [1, 2] }, false);
console.log("held: a copy has another hash");
NODE
node script.cjs

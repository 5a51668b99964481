#!/usr/bin/env bash
# hash-sum 2.0.0 (npm)
#
# A short hash of a value, by which build tools name what they have cached. What is in a set or a map is not part of
# it: the set of a and that of b, and an empty one, have one hash, as have the settings that hold them, and all
# promises. The keys of an object, its lists, days and byte arrays do count, also where they are undefined.
# Seen: one hash of the sets of a and of b
#
# Most would guess: two, as of the lists of a and of b.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional hash-sum@2.0.0

cat >script.mjs <<'NODE'
import assert from "node:assert";
import hash from "hash-sum";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function same(first, second) {
  return hash(first) === hash(second);
}

holds("lists", same(["a"], ["b"]), false);
holds("sets", same(new Set(["a"]), new Set(["b"])), true);
holds("empty set", same(new Set(["a"]), new Set()), true);
holds("maps", same(new Map([["a", 1]]), new Map([["b", 2]])), true);
holds("settings", same({ columns: new Set(["a"]) }, { columns: new Set(["b"]) }), true);
holds("undefined", same({ a: undefined }, {}), false);
holds("days", same(new Date(0), new Date(1)), false);
NODE
TZ=UTC node script.mjs
echo "held: two sets have one hash"

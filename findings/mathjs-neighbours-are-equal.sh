#!/usr/bin/env bash
# mathjs 15.2.0 (npm)
#
# Two numbers are equal for mathjs where they differ by less than a part in a million million, integers too. So the ids
# 1000000000001 and 1000000000002 are equal, neither is larger, and a time in milliseconds equals the next one. And what
# a percent sign means depends on its place: 200 + 10% is 220, but 10% + 200 is the rest of 10 divided by 200, which is
# 10.
#
# Most would guess: integers are equal if they are, as in JavaScript, and a sum does not depend on the order of its
# terms.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund mathjs@15.2.0

node - <<'NODE'
const assert = require("assert");
const { evaluate } = require("mathjs");

const texts = [
  "1000000000001 == 1000000000002",
  "1000000000002 > 1000000000001",
  "1700000000001 - 1700000000000",
  "1700000000001 == 1700000000000",
  "1001 == 1002",
  "200 + 10%",
  "10% + 200",
];
const seen = Object.fromEntries(texts.map((text) => [text, evaluate(text)]));
console.log(seen);
assert.deepStrictEqual(Object.values(seen), [true, false, 1, true, false, 220, 10]);
console.log("held: two integers side by side are equal");
NODE

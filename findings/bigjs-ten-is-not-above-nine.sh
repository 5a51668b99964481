#!/usr/bin/env bash
# big.js 7.0.1, decimal.js 10.6.0, bignumber.js 11.1.5 (npm)
#
# The three usual packages for exact numbers give JavaScript a text as the value of a number. So `>` compares texts: 10
# is not above 9, the largest of 9, 10 and 100 is 9, and `+` joins the two: 1 and 2 are 12. `-` turns the texts into
# numbers, so a difference is right, and code that was tried with 2 and 3 works. A limit of 200 is exceeded by 9, and
# not by 1000.
# Seen: 10 above 9: false; 9 above 100: true; largest of 9, 10, 100: 9; 1 + 2: 12; 3 - 1: 2
#
# Most would guess: a number compares as a number, or an operator that does not work raises.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
    big.js@7.0.1 decimal.js@10.6.0 bignumber.js@11.1.5

node - <<'NODE'
const assert = require("assert");

const packages = {
  "big.js": require("big.js"),
  "decimal.js": require("decimal.js"),
  "bignumber.js": require("bignumber.js"),
};
for (const [name, Exact] of Object.entries(packages)) {
  const of = (value) => new Exact(value);
  const seen = {
    tenAboveNine: of(10) > of(9),
    nineAboveHundred: of(9) > of(100),
    largest: String([9, 10, 100].map(of).reduce((one, other) => (other > one ? other : one))),
    sum: of(1) + of(2),
    difference: of(3) - of(1),
  };
  console.log(name, seen);
  assert.deepStrictEqual(seen, {
    tenAboveNine: false,
    nineAboveHundred: true,
    largest: "9",
    sum: "12",
    difference: 2,
  });
  assert(of(10).gt(of(9)));
}
console.log("held: 10 is not above 9, and 9 is above 100");
NODE

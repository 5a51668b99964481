#!/usr/bin/env bash
# big-rational 0.10.9 (npm)
#
# An exact number of NaN is 0, and so is an empty text. As a decimal a number is cut off instead of rounded: 999/1000
# with two digits is 0.99, two thirds are 0.66, and -1/20 with one digit is -0.0. 2.5 is rounded to 3, and -2.5 to -2.
# Seen: 0/1 of NaN; 0.99 of 999/1000
#
# Most would guess: an error or NaN, and 1.00 and 0.67.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional big-rational@0.10.9

node --input-type=module - <<'NODE'
import assert from "node:assert";
import bigRat from "big-rational";

const none = [bigRat(NaN), bigRat("")].map(String);
const decimals = [bigRat(999, 1000), bigRat(2, 3), bigRat(-2, 3)].map((number) => number.toDecimal(2));
const small = bigRat(-1, 20).toDecimal(1);
const rounded = [bigRat(5, 2), bigRat(-5, 2)].map((number) => number.round().toString());
console.log(none, decimals, small, rounded);
assert.deepStrictEqual(none, ["0/1", "0/1"]);
assert.deepStrictEqual(decimals, ["0.99", "0.66", "-0.66"]);
assert.deepStrictEqual([small, rounded], ["-0.0", ["3/1", "-2/1"]]);
console.log("held: not a number is nothing");
NODE

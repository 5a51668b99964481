#!/usr/bin/env bash
# currency.js 2.0.4, accounting 0.4.1, numeral 2.0.6 (npm)
#
# Three libraries read amounts of money from text by leaving away what is no digit. "1e5" is 15 for all of them, and
# "1e+16", as Python writes a large float, is 116 for two. With a decimal comma "1 000,50" is 100,050 for all, and
# "1.234,56" is 1.23 or 1.23456. None of it is an error.
#
# Most would guess: the number as JavaScript itself reads it, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund currency.js@2.0.4 accounting@0.4.1 numeral@2.0.6

node - <<'NODE'
const assert = require("assert");
const accounting = require("accounting");
const currency = require("currency.js");
const numeral = require("numeral");

const texts = ["1e5", "1e+16", "1 000,50", "1.234,56", "1234.5"];
const seen = Object.fromEntries(
  texts.map((text) => [text, [currency(text).value, accounting.unformat(text), numeral(text).value()]]),
);
console.log(seen);
assert.deepStrictEqual(seen, {
  "1e5": [15, 15, 15],
  "1e+16": [116, 116, 1e16],
  "1 000,50": [100050, 100050, 100050],
  "1.234,56": [1.23, 1.23456, 1.23456],
  "1234.5": [1234.5, 1234.5, 1234.5],
});
console.log("held: 1e5 is 15");
NODE

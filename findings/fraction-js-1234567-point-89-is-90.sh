#!/usr/bin/env bash
# fraction.js 5.3.4 (npm)
#
# A number becomes the nearest fraction whose denominator has up to seven digits, less those of its whole part:
# 1234567.89 is 1234567.9012, 12345678.91 is 12345679.01, and 123456789.123456789 one more. The product of 19.99 and
# 1000000.01 is 19990000. Small ones are nothing: 1e-8 is 0, and so are undefined and null. Texts are exact.
# Seen: 1234567.9012345679 of 1234567.89
#
# Most would guess: 1234567.89, as "exact" is the purpose of it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional fraction.js@5.3.4

node --input-type=module - <<'NODE'
import assert from "node:assert";
import Fraction from "fraction.js";

const numbers = [1234567.89, 12345678.91, 123456789.123456789, 1e-8];
const seen = numbers.map((number) => new Fraction(number).valueOf());
const product = new Fraction(19.99).mul(1000000.01).valueOf();
const none = [new Fraction(undefined), new Fraction(null)].map(String);
const texts = ["1234567.89", "0.00000001"].map((text) => new Fraction(text).valueOf());
console.log(seen, product, none, texts);
assert.deepStrictEqual(seen, [1234567.9012345679, 12345679.012345679, 123456790.12345679, 0]);
assert.deepStrictEqual([product, none, texts], [19990000, ["0", "0"], [1234567.89, 1e-8]]);
console.log("held: 1234567.89 is 1234567.90");
NODE

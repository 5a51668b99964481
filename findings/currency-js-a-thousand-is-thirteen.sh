#!/usr/bin/env bash
# currency.js 2.0.4 (npm)
#
# Amounts are read from texts by leaving out what is no digit, point or sign: the e of 1e3, the decimal comma of 1,5,
# what stands between two numbers, and all of a word, which is 0. No error tells so: errorOnInvalid speaks of null, and
# of none of these. Half a cent is rounded up, also below zero: 1.005 is 1.01 and -1.005 is -1.00, so that a price and
# its refund leave a cent.
# Seen: '1e3' -> 13; '1,5' -> 15; '(1) item 5' -> -15; 1.005 + -1.005 -> 0.01
#
# Most would guess: 1000, an error or 1.5, an error, and 0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional currency.js@2.0.4

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import currency from "currency.js";

const seen = Object.fromEntries(["1e3", "1,5", "(1) item 5", "none"].map((text) => [text, currency(text).value]));
console.log(seen);
assert.deepStrictEqual(seen, { "1e3": 13, "1,5": 15, "(1) item 5": -15, none: 0 });
const strict = { errorOnInvalid: true };
assert.deepStrictEqual([currency("1e3", strict).value, currency("none", strict).value], [13, 0]);
assert.throws(() => currency(null, strict));
const left = currency(1.005).add(currency(-1.005)).value;
console.log(currency(1.005).value, currency(-1.005).value, left);
assert.deepStrictEqual([currency(1.005).value, currency(-1.005).value, left], [1.01, -1, 0.01]);
console.log("held: a thousand is thirteen");
NODE

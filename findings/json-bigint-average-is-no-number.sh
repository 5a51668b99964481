#!/usr/bin/env bash
# json-bigint 1.0.0 (npm)
#
# A number of more than 15 characters is no number, even if it is small and has a fraction: the mean
# 0.30000000000000004 becomes an object, and plus one a text, 0.300000000000000041. JSON.stringify writes it as a text.
# With `storeAsString` it is a text from the beginning, with `useNativeBigInt` the whole document is refused. A mean of
# 0.3 is a number in all three.
# Seen: "0.300000000000000041" of 0.30000000000000004 + 1
#
# Most would guess: only integers beyond 2 to the power of 53 are special.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional json-bigint@1.0.0

node - <<'NODE'
const assert = require("assert");
const jsonBigint = require("json-bigint");

const text = JSON.stringify({ mean: 0.1 + 0.2, share: 0.3 });
const read = jsonBigint.parse(text);
const seen = [
  read.mean + 1,
  read.share + 1,
  JSON.stringify(read),
  typeof jsonBigint({ storeAsString: true }).parse(text).mean,
];
console.log(seen);
assert.deepStrictEqual(seen, [
  "0.300000000000000041",
  1.3,
  '{"mean":"0.30000000000000004","share":0.3}',
  "string",
]);
assert.throws(() => jsonBigint({ useNativeBigInt: true }).parse(text), /to a BigInt/);
console.log("held: a mean plus one is a text");
NODE

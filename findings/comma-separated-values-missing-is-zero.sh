#!/usr/bin/env bash
# comma-separated-values 3.6.4 (npm)
#
# The first row says which columns have numbers. A number that is missing in a later row is then 0, and "n/a" is NaN, so
# the mean of 4, nothing and 8 is 4. The code 007 is 7 where the first code is 101. On writing, the first row says what
# needs quotes: a text with a comma in a column that began with a number has none, and is two columns when read.
# Seen: [4, 0, 8] of "4", "" and "8"; 1\n1,5 kg of the texts
#
# Most would guess: what is missing is missing, and a text with a comma has quotes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional comma-separated-values@3.6.4

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";

const CSV = createRequire(import.meta.url)("comma-separated-values");

const read = CSV.parse('run,rows\n101,4\n007,""\n102,8\n', { header: true });
const written = CSV.encode([{ weight: 1 }, { weight: "1,5 kg" }], { header: true }).replaceAll("\r", "");
const again = CSV.parse(written, { header: true, cast: false });
console.log(read, JSON.stringify(written), again);
assert.deepStrictEqual(
  read.map((row) => [row.run, row.rows]),
  [
    [101, 4],
    [7, 0],
    [102, 8],
  ],
);
assert.strictEqual(written, '"weight"\n1\n1,5 kg');
assert.deepStrictEqual(again.map((row) => row.weight), ["1", "1"]);
console.log("held: a number that is missing is 0, and 1,5 kg are two columns");
NODE

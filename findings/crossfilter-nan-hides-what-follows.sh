#!/usr/bin/env bash
# crossfilter2 1.5.4 (npm)
#
# The rows are sorted by comparisons that all fail for a NaN, and a filter takes a part of the sorted rows. So behind
# one NaN others are out of order, and a filter for 1 up to 4 finds the 1 and not the 3. The largest of 9, NaN and 5 is
# 5. A missing value as null is like 0.
# Seen: 1 of 1, NaN and 3 between 1 and 4
#
# Most would guess: 1 and 3.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional crossfilter2@1.5.4

node --input-type=module - <<'NODE'
import assert from "node:assert";
import crossfilter from "crossfilter2";

const found = (values, range) => {
  const rows = crossfilter(values.map((value) => ({ value }))).dimension((row) => row.value);
  return rows.filterRange(range).bottom(9).map((row) => row.value);
};
const behind = found([1, NaN, 3], [1, 4]);
const largest = crossfilter([9, NaN, 5].map((value) => ({ value }))).dimension((row) => row.value).top(1)[0].value;
const without = found([1, 3], [1, 4]);
const missing = found([1, null, -3], [-1, 2]);
console.log(behind, largest, without, missing);
assert.deepStrictEqual([behind, without, missing, largest], [[1], [1, 3], [null, 1], 5]);
console.log("held: a NaN hides what follows");
NODE

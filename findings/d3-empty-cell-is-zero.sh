#!/usr/bin/env bash
# d3-array 3.2.5 (npm)
#
# An empty cell of a CSV file counts as 0 in a mean, a median and a count, while a null and a text as "n/a" are left
# out. Minimum and maximum compare texts as texts: of "9", "10" and "100" the largest is "9" and the smallest "10", and
# the sum and the median are those of numbers. The four functions stand side by side, and take the same list.
# Seen: mean 1.33, of 1, null and 3 it is 2; smallest "10", largest "9", median 10, sum 119
#
# Most would guess: an empty cell is missing, as null is; and one way to read a text for all.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional d3-array@3.2.5

node - <<'NODE'
const assert = require("assert");

import("d3-array").then((d3) => {
  const texts = ["9", "10", "100"];
  const seen = {
    empty: d3.mean(["1", "", "3"]).toFixed(2),
    missing: [d3.mean(["1", null, "3"]), d3.mean(["1", "n/a", "3"])],
    count: d3.count(["1", "", "3"]),
    range: d3.extent(texts),
    median: d3.median(texts),
    sum: d3.sum(texts),
  };
  console.log(seen);
  assert.deepStrictEqual(seen, {
    empty: "1.33",
    missing: [2, 2],
    count: 3,
    range: ["10", "9"],
    median: 10,
    sum: 119,
  });
  console.log("held: an empty cell is zero, and values go from 10 to 9");
});
NODE

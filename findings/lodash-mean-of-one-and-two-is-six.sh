#!/usr/bin/env bash
# lodash 4.18.1 (npm)
#
# Numbers that are texts, as they come from a CSV file, are joined and then divided: the sum of "1" and "2" is "12", and
# their mean 6, a number. The largest of "9" and "10" is "9". The mean by a field counts the objects that do not have
# it, as 0 would: of one object with 1 and one without it is 0.5.
# Seen: sum "12", mean 6, largest "9", mean of 1 and nothing 0.5
#
# Most would guess: 1.5, or NaN; a mean that is a number looks like one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional lodash@4.18.1

node - <<'NODE'
const assert = require("assert");
const _ = require("lodash");

const seen = {
  sum: _.sum(["1", "2"]),
  mean: _.mean(["1", "2"]),
  largest: _.max(["9", "10"]),
  meanBy: _.meanBy([{ rows: 1 }, {}], "rows"),
};
console.log(seen);
assert.deepStrictEqual(seen, { sum: "12", mean: 6, largest: "9", meanBy: 0.5 });
console.log("held: the mean of 1 and 2 is 6");
NODE

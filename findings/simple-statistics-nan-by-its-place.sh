#!/usr/bin/env bash
# simple-statistics 7.12.1 (npm)
#
# What a NaN does depends on where it stands. The minimum and the maximum are NaN if it comes first, and those of the
# numbers if it comes later. The median sorts by a comparison that NaN breaks: with 1 and 2 it is 1 or 2, with 1, 2
# and 3 it is 2.5 where the NaN is second, and 1.5 where it is first. A mean is always NaN.
# Seen: minimum and maximum NaN, NaN of [NaN, 1, 2] and 1, 2 of [1, NaN, 2]; medians 1 and 2
#
# Most would guess: NaN for all, or the statistics of the numbers for all.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional simple-statistics@7.12.1

node - <<'NODE'
const assert = require("assert");
const { max, mean, median, min } = require("simple-statistics");

const columns = [[NaN, 1, 2], [1, NaN, 2], [NaN, 1, 2, 3], [3, NaN, 1, 2]];
const seen = columns.map((values) => [min(values), max(values), median(values), mean(values)]);
console.log(seen);
assert.deepStrictEqual(seen, [[NaN, NaN, 1, NaN], [1, 2, 2, NaN], [NaN, NaN, 1.5, NaN], [1, 3, 2.5, NaN]]);
console.log("held: minimum, maximum and median depend on the place of a NaN");
NODE

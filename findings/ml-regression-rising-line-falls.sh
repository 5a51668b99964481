#!/usr/bin/env bash
# ml-regression-simple-linear 3.0.1 (npm)
#
# The sums of a line are not centred, so times are too large for them. A value that rises by one each second falls by
# 0.000001 where the seconds are milliseconds since 1970; where they are seconds the slope is infinite, and all
# predictions are NaN. Of the same points counted from the first one it is right.
# Seen: -0.0000013969838619232178 for a slope of 0.001
#
# Most would guess: 0.001.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional ml-regression-simple-linear@3.0.1

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { SimpleLinearRegression } from "ml-regression-simple-linear";

const start = 1_700_000_000;
const line = (times) => new SimpleLinearRegression(times, [1, 2, 3]);
const milliseconds = line([0, 1, 2].map((second) => (start + second) * 1000)).slope;
const seconds = line([0, 1, 2].map((second) => start + second));
const moved = line([0, 1, 2]).slope;
console.log(milliseconds, seconds.slope, seconds.predict(start), moved);
assert.ok(milliseconds < 0);
assert.deepStrictEqual([seconds.slope, seconds.predict(start), moved], [Infinity, NaN, 1]);
console.log("held: a rising line falls");
NODE

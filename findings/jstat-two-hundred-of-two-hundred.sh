#!/usr/bin/env bash
# jstat 1.9.6 (npm)
#
# The Poisson probability of 140 events where 140 are expected is 0.034. Of 150 where 150 are expected it is infinity,
# of 200 where 200 are expected it is NaN, and so is that of up to 200. A histogram of equal values is NaN: of three
# ones none is counted. The lowest value of a normal distribution is -141 instead of minus infinity.
#
# Most would guess: 0.033 and 0.028, as for the binomial distribution of 500 in 1,000, and a bin with three values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional jstat@1.9.6

node --input-type=module - <<'NODE'
import assert from "node:assert";
import jstat from "jstat";

const { jStat } = jstat;
const seen = [140, 150, 200].map((events) => jStat.poisson.pdf(events, events));
const upTo = jStat.poisson.cdf(200, 200);
const bins = jStat.histogram([1, 1, 1], 2);
const lowest = jStat.normal.inv(0, 0, 1);
console.log(seen, upTo, bins, lowest, jStat.binomial.pdf(500, 1000, 0.5));
assert.deepStrictEqual([seen[0].toFixed(3), seen[1], seen[2], upTo], ["0.034", Infinity, NaN, NaN]);
assert.deepStrictEqual([bins[0], bins[1], bins.NaN], [0, 0, NaN]);
assert.strictEqual(lowest.toFixed(1), "-141.4");
assert.strictEqual(jStat.binomial.pdf(500, 1000, 0.5).toFixed(3), "0.025");
console.log("held: 150 events of 150 are infinitely likely, and 200 of 200 are not a number");
NODE

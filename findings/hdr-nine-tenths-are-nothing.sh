#!/usr/bin/env bash
# hdr-histogram-js 3.0.1 (npm), hdrhistogram 0.10.8
#
# A histogram of latencies takes fractions, and counts them as the whole number below. Three requests of 0.9 ms have a
# mean and a 99th percentile of 0, in Python a maximum of 0, too, in JavaScript one of 0.9, beside a percentile of 0.
# Three of 1.9 are 1. Nothing is raised, as it is for a negative value.
# Seen: JavaScript: mean 0, 99 percent 0, maximum 0.9; Python: 0.0, 0, 0
#
# Most would guess: 0.9, or an error that the values are to be whole.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check hdrhistogram==0.10.8
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional hdr-histogram-js@3.0.1

node - <<'NODE'
const assert = require("assert");
const { build } = require("hdr-histogram-js");

const latencies = build();
[0.9, 0.9, 0.9].forEach((latency) => latencies.recordValue(latency));
const seen = [latencies.totalCount, latencies.mean, latencies.getValueAtPercentile(99), latencies.maxValue];
console.log(seen);
assert.deepStrictEqual(seen, [3, 0, 0, 0.9]);
assert.throws(() => latencies.recordValue(-1));
NODE
"$folder/venv/bin/python" - <<'PYTHON'
from hdrh.histogram import HdrHistogram

latencies = HdrHistogram(1, 10**9, 3)
assert all([latencies.record_value(latency) for latency in (0.9, 0.9, 0.9)])
seen = (latencies.total_count, latencies.get_mean_value(), latencies.get_value_at_percentile(99))
print(seen, latencies.get_max_value())
assert seen == (3, 0.0, 0) and latencies.get_max_value() == 0, seen
print("held: three requests of 0.9 ms took no time")
PYTHON

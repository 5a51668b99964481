#!/usr/bin/env bash
# timezonecomplete 5.15.1, luxon 3.7.2 (npm)
#
# An hour is written in ISO 8601 as P1H, and five seconds as P5S, which that standard does not have; only minutes get
# their T, and a month is P1M. luxon has no time for the first two. One and a half hours with a decimal comma are one.
# Seen: P1H, P5S, PT5M; 3600000 ms of "1,5 hours"
#
# Most would guess: PT1H and PT5S, and an hour and a half or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
  timezonecomplete@5.15.1 tzdata@1.0.49 luxon@3.7.2

node - <<'NODE'
const assert = require("assert");
const tc = require("timezonecomplete");
const { Duration } = require("luxon");

const durations = [tc.hours(1), tc.seconds(5), tc.minutes(5), tc.months(1)];
const written = durations.map((duration) => duration.toIsoString());
const read = written.map((text) => Duration.fromISO(text).isValid);
const spoken = ["1.5 hours", "1,5 hours"].map((text) => new tc.Duration(text).milliseconds());
console.log(written, read, spoken);
assert.deepStrictEqual(written, ["P1H", "P5S", "PT5M", "P1M"]);
assert.deepStrictEqual(read, [false, false, true, true]);
assert.deepStrictEqual(spoken, [5_400_000, 3_600_000]);
console.log("held: an hour that is written in ISO form is none");
NODE

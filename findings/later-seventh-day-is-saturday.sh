#!/usr/bin/env bash
# @breejs/later 4.2.0 (npm)
#
# For this scheduler of Bree `0 0 * * 7` is each Saturday, `0` and `SUN` are Sunday, and `5-7` is Friday and Saturday:
# it numbers the days from 1 and moves all but the 7. "every 90 minutes" is each hour, and each 36 hours is each
# midnight: only the 0 of a cycle is left when the step is longer than the cycle. None of it is an error.
# Seen: 2024-02-03 and 2024-02-10 for `0 0 * * 7`; 13:00, 14:00, 15:00 for "every 90 minutes"
#
# Most would guess: Sunday; 12:00, 13:30, 15:00.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TZ=UTC
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional @breejs/later@4.2.0

node - <<'NODE'
const assert = require("assert");
const later = require("@breejs/later");

const next = (schedule, part) =>
  later.schedule(schedule).next(3, new Date("2024-01-30T12:30:00Z")).map((time) => time.toISOString().slice(...part));
const days = (expression) => next(later.parse.cron(expression), [0, 10]);
const seen = {
  seventh: days("0 0 * * 7"),
  zeroth: days("0 0 * * 0"),
  range: days("0 0 * * 5-7"),
  ninety: next(later.parse.text("every 90 minutes"), [11, 16]),
  hours: next(later.parse.recur().every(36).hour(), [0, 16]),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  seventh: ["2024-02-03", "2024-02-10", "2024-02-17"],
  zeroth: ["2024-02-04", "2024-02-11", "2024-02-18"],
  range: ["2024-02-02", "2024-02-03", "2024-02-09"],
  ninety: ["13:00", "14:00", "15:00"],
  hours: ["2024-01-31T00:00", "2024-02-01T00:00", "2024-02-02T00:00"],
});
assert.strictEqual(new Date("2024-02-03").getUTCDay(), 6);
console.log("held: day 7 is Saturday, and every 90 minutes is each hour");
NODE

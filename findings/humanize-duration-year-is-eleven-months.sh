#!/usr/bin/env bash
# humanize-duration 3.35.1 (npm)
#
# A month is a twelfth of a year of 365.25 days, which is 30 days, 10 hours and a half, and what is left is put into the
# smaller units. 30 days are "4 weeks, 2 days", 31 days "1 month, 13 hours, 30 minutes", and a year of 365 days is
# eleven months and more, down to the half hour. What was never measured, NaN, is "0 seconds".
# Seen: 365 days: 11 months, 4 weeks, 2 days, 4 hours, 30 minutes; 31 days: 1 month, 13 hours, 30 minutes
#
# Most would guess: "1 year", and "1 month" or "30 days".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional humanize-duration@3.35.1

node - <<'NODE'
const assert = require("assert");
const humanizeDuration = require("humanize-duration");

const seen = [30, 31, 365].map((days) => humanizeDuration(days * 86400 * 1000));
console.log(seen, humanizeDuration(NaN));
assert.deepStrictEqual(seen, [
  "4 weeks, 2 days",
  "1 month, 13 hours, 30 minutes",
  "11 months, 4 weeks, 2 days, 4 hours, 30 minutes",
]);
assert.strictEqual(humanizeDuration(NaN), "0 seconds");
console.log("held: 365 days are eleven months and a half hour more");
NODE

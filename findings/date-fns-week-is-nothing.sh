#!/usr/bin/env bash
# date-fns 4.4.0 (npm)
#
# A duration of one week is written in ISO 8601 as no time at all, `P0Y0M0DT0H0M0S`, where `formatDuration` says "1 week"
# and `milliseconds` counts 7 days. And from 31 January to 30 April are 2 months, though from 31 March to 30 April is 1.
#
# Most would guess: `P7D` or `P1W`; and 3 months, one more for each month that ends.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund date-fns@4.4.0

TZ=UTC node - <<'NODE'
const { add, differenceInMonths, formatDuration, formatISODuration, milliseconds } = require("date-fns");
const assert = require("assert");

const week = { weeks: 1 };
const months = ["01-31", "02-29", "03-31"].map((start) =>
  differenceInMonths(new Date("2024-04-30"), new Date(`2024-${start}`)),
);
const seen = {
  iso: [formatISODuration(week), formatISODuration({ weeks: 1, hours: 2 })],
  words: formatDuration(week),
  days: milliseconds(week) / 86400000,
  added: add(new Date("2024-01-01"), week).toISOString().slice(0, 10),
  months,
};
console.log(seen);
assert.deepStrictEqual(seen, {
  iso: ["P0Y0M0DT0H0M0S", "P0Y0M0DT2H0M0S"],
  words: "1 week",
  days: 7,
  added: "2024-01-08",
  months: [2, 2, 1],
});
console.log("held: a week in ISO 8601 is no time at all");
NODE

#!/usr/bin/env bash
# dayjs 1.11.23 (npm)
#
# A unit that dayjs does not know is a millisecond: so are a fortnight, a decade, `hrs`, `mins` and `sec`. A limit of
# "now and 48 hrs" has passed 48 milliseconds later. Of days and weeks it adds whole days, rounded: half a day is a day,
# minus half a day is none, half a week is four days. Of months and years it adds whole ones, cut: 1.9 months are one.
# Hours have fractions.
# Seen: 48 hrs: 00:00:00.048; 0.5 day: the next day; -0.5 day: the same; 1.9 month: a month later
#
# Most would guess: a unit that is not known is an error; half a day is twelve hours, as half an hour is thirty minutes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional dayjs@1.11.23

node - <<'NODE'
const assert = require("assert");
const dayjs = require("dayjs");
dayjs.extend(require("dayjs/plugin/utc"));

const after = (count, unit) => dayjs.utc("2024-01-15T00:00:00Z").add(count, unit).toISOString();
for (const unit of ["fortnight", "decade", "hrs", "mins", "sec"]) {
  console.log(unit, after(48, unit));
  assert.strictEqual(after(48, unit), "2024-01-15T00:00:00.048Z");
}
const seen = [[0.5, "day"], [-0.5, "day"], [0.5, "week"], [1.9, "month"], [0.5, "hour"]].map(([count, unit]) => [
  `${count} ${unit}`,
  after(count, unit).slice(0, 16),
]);
console.log(seen);
assert.deepStrictEqual(seen, [
  ["0.5 day", "2024-01-16T00:00"],
  ["-0.5 day", "2024-01-15T00:00"],
  ["0.5 week", "2024-01-19T00:00"],
  ["1.9 month", "2024-02-15T00:00"],
  ["0.5 hour", "2024-01-15T00:30"],
]);
console.log("held: 48 hrs are 48 milliseconds, and half a day is a day");
NODE

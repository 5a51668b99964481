#!/usr/bin/env bash
# cron 4.4.0 (npm)
#
# In the night in which clocks are put back, `0 3 * * *` in Berlin is due at 2 o'clock, in the second of the two hours
# that begin with 2, and again at 3. In New York it is the job of 2 o'clock that is also due at 1. `0 2 * * *` itself is
# due once in Berlin, in the first of the two hours, and in the night in which clocks are put forward at 3.
# Seen: 2024-10-27T02:00:00.000+01:00, then 2024-10-27T03:00:00.000+01:00
#
# Most would guess: a job of 3 o'clock is due at 3 o'clock, once a day.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional cron@4.4.0

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { CronTime } from "cron";

function due(schedule, zone, from, count) {
  const time = new CronTime(schedule, zone);
  let date = new Date(from);
  return Array.from({ length: count }, () => (date = time.getNextDateFrom(date, zone)).toISO().replace(":00.000", ""));
}

const seen = {
  three: due("0 3 * * *", "Europe/Berlin", "2024-10-26T12:00:00Z", 3),
  two: due("0 2 * * *", "Europe/Berlin", "2024-10-26T12:00:00Z", 2),
  forward: due("0 2 * * *", "Europe/Berlin", "2024-03-30T12:00:00Z", 1),
  newYork: due("0 2 * * *", "America/New_York", "2024-11-02T12:00:00Z", 3),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  three: ["2024-10-27T02:00+01:00", "2024-10-27T03:00+01:00", "2024-10-28T03:00+01:00"],
  two: ["2024-10-27T02:00+02:00", "2024-10-28T02:00+01:00"],
  forward: ["2024-03-31T03:00+02:00"],
  newYork: ["2024-11-03T01:00-05:00", "2024-11-03T02:00-05:00", "2024-11-04T02:00-05:00"],
});
console.log("held: a job of 3 o'clock is also due at 2");
NODE

#!/usr/bin/env bash
# cron-validate 1.5.3, croner 11.0.1 (npm)
#
# A schedule for day 0 of the month is valid, and so is one for month 0, and for minutes 0x5, 1e1 and +5. JAN and the
# range 22-2 are not. croner refuses the first five, and takes the name of a month.
# Seen: true for "0 0 0 * *" and for "0 0 * 0 *"
#
# Most would guess: what is valid can be run, and days and months begin with 1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional cron-validate@1.5.3 croner@11.0.1

node --input-type=module - <<'NODE'
import assert from "node:assert";
import cronValidate from "cron-validate";
import { Cron } from "croner";

const validate = cronValidate.default ?? cronValidate;
const runs = (schedule) => {
  try {
    return new Cron(schedule, { paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
};
const schedules = ["0 0 0 * *", "0 0 * 0 *", "0x5 0 * * *", "1e1 0 * * *", "+5 0 * * *", "0 0 1 JAN *"];
const seen = schedules.map((schedule) => validate(schedule).isValid());
const run = schedules.map(runs);
console.log(seen, run);
assert.deepStrictEqual(seen, [true, true, true, true, true, false]);
assert.deepStrictEqual(run, [false, false, false, false, false, true]);
console.log("held: day 0 is valid, and January is not");
NODE

#!/usr/bin/env bash
# rrule 2.8.1 (npm)
#
# A rule for Mondays at 9:30 is in words "every week on Monday at 9", one for the last Monday of each month "every month
# on Monday", and `isFullyConvertibleToText` is true for both. The other way, "every day at 9:30" becomes a rule for 9,
# and "daily at 9" an empty rule, without an error.
#
# Most would guess: the half hour and the last Monday are in the words, or the words are said to be incomplete.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund rrule@2.8.1

node - <<'NODE'
const { RRule, rrulestr } = require("rrule");
const assert = require("assert");

const words = ["FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=30", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1"].map((text) => {
  const rule = rrulestr(text);
  return [rule.toText(), rule.isFullyConvertibleToText()];
});
const rules = ["every day at 9:30", "daily at 9"].map((text) => RRule.fromText(text).toString());
const mondays = rrulestr("DTSTART:20240101T000000Z\nRRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1;COUNT=2").all();
console.log(words, rules, mondays);
assert.deepStrictEqual(words, [
  ["every week on Monday at 9", true],
  ["every month on Monday", true],
]);
assert.deepStrictEqual(rules, ["RRULE:FREQ=DAILY;BYHOUR=9", ""]);
assert.deepStrictEqual(
  mondays.map((day) => day.toISOString().slice(0, 10)),
  ["2024-01-29", "2024-02-26"],
);
console.log("held: half past nine is nine in words, said to be complete");
NODE

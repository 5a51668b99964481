#!/usr/bin/env bash
# sherlockjs 1.4.2 (npm)
#
# Of a number with a point in a sentence the part behind it is taken: in 0.5 hours and in 1.5 hours are both in five
# hours, in 2.5 days is in five days, and the 2 stays in the title of the event. The 31st, said in June, is 1 July. No
# error and no doubt is given along.
# Seen: 'call in 0.5 hours' at 10:00 -> 15:00; 'in 2.5 days pay' -> five days, title '2.pay'
#
# Most would guess: 10:30 and two and a half days.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional sherlockjs@1.4.2

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import sherlock from "sherlockjs";

sherlock._setNow(new Date("2024-06-15T10:00:00"));
const read = (text) => {
  const { startDate, eventTitle } = sherlock.parse(text);
  return [startDate.toISOString().slice(0, 16), eventTitle];
};
const seen = ["call in 0.5 hours", "call in 1.5 hours", "call in 90 minutes", "on the 31st"].map(read);
console.log(seen);
assert.deepStrictEqual(seen, [
  ["2024-06-15T15:00", "call"],
  ["2024-06-15T15:00", "call"],
  ["2024-06-15T11:30", "call"],
  ["2024-07-01T00:00", null],
]);
assert(read("in 2.5 days pay")[0].startsWith("2024-06-20"));
console.log("held: half an hour is five");
NODE

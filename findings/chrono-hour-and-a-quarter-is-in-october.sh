#!/usr/bin/env bash
# chrono-node 2.10.3 (npm)
#
# Of a time in words the part that is understood is taken, without a sign of the rest. An hour and a quarter ago is an
# hour and a quarter of a year ago; 2 and a half hours are half an hour, 2 1/2 hours two, and three quarters of an hour
# an hour; 1,500 hours are 500, and 1,5 hours five. Tonight at 1 is at 13:00 of today. All are valid.
# Seen: at noon of 17 January: an hour and a quarter ago 2023-10-17 11:00; 2 and a half hours ago 11:30
#
# Most would guess: 75 minutes, and two and a half hours; or nothing, as for half past five.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional chrono-node@2.10.3

TZ=UTC node - <<'NODE'
const assert = require("assert");
const chrono = require("chrono-node");

const noon = new Date("2024-01-17T12:00:00Z");
const seen = Object.fromEntries(
  [
    "an hour and a quarter ago",
    "2 and a half hours ago",
    "2 1/2 hours ago",
    "three quarters of an hour ago",
    "1,500 hours ago",
    "tonight at 1",
  ].map((text) => [text, chrono.parseDate(text, noon).toISOString().slice(0, 16)]),
);
console.log(seen);
assert.deepStrictEqual(seen, {
  "an hour and a quarter ago": "2023-10-17T11:00",
  "2 and a half hours ago": "2024-01-17T11:30",
  "2 1/2 hours ago": "2024-01-17T10:00",
  "three quarters of an hour ago": "2024-01-17T11:00",
  "1,500 hours ago": "2023-12-27T16:00",
  "tonight at 1": "2024-01-17T13:00",
});
console.log("held: an hour and a quarter ago is three months ago");
NODE

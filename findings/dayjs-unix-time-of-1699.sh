#!/usr/bin/env bash
# dayjs 1.11.23 (npm)
#
# A text of digits is read as year, month and day without checking them: "1700000000", a Unix time of November 2023, is
# day 0 of month 0 of the year 1700, which is 30 November 1699, and valid. With milliseconds it is the same day. As a
# number the same value is in January 1970, since numbers are milliseconds. 25:61 is a minute after two on the next day.
# JavaScript's own Date calls the texts invalid.
# Seen: "1700000000" 1699-11-30; "1700000000123" 1699-11-30; 1700000000 1970-01-20
#
# Most would guess: an invalid date, as from JavaScript, or the time of 2023.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional dayjs@1.11.23

TZ=UTC node - <<'NODE'
const assert = require("assert");
const dayjs = require("dayjs");

const texts = ["1700000000", "1700000000123", "2024-01-15 25:61"];
const seen = texts.map((text) => [text, dayjs(text).isValid(), dayjs(text).format(), String(new Date(text))]);
console.log(seen);
assert.deepStrictEqual(seen, [
  ["1700000000", true, "1699-11-30T00:00:00+00:00", "Invalid Date"],
  ["1700000000123", true, "1699-11-30T00:12:03+00:00", "Invalid Date"],
  ["2024-01-15 25:61", true, "2024-01-16T02:01:00+00:00", "Invalid Date"],
]);
assert.strictEqual(dayjs(1700000000).format(), "1970-01-20T16:13:20+00:00");
console.log("held: a Unix time of 2023 is in 1699");
NODE

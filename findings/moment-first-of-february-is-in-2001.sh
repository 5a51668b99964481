#!/usr/bin/env bash
# moment 2.31.0 (npm)
#
# A text that does not have the form of its format is read as far as it goes, and is valid. By `YYYY-MM-DD` 01-02-2024
# is 20 February 2001: year 01, month 02, day 20, and the rest is left. 15-01-2024 is 20 January 2015, 5 Jan is a day of
# the year 5, and "Marsh 2024" by `MMM YYYY` is March. By `HH:mm` 2024 is 24 minutes past 20. Only a third argument of
# true makes them invalid.
# Seen: 01-02-2024: 2001-02-20; 15-01-2024: 2015-01-20; 5 Jan: 0005-01-01
#
# Most would guess: an invalid date, since 01 is no year of four digits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional moment@2.31.0

node - <<'NODE'
const assert = require("assert");
const moment = require("moment");

const texts = ["01-02-2024", "15-01-2024", "5 Jan"];
const read = (text) => moment.utc(text, "YYYY-MM-DD");
const seen = texts.map((text) => [text, read(text).isValid(), read(text).format()]);
console.log(seen);
assert.deepStrictEqual(seen, [
  ["01-02-2024", true, "2001-02-20T00:00:00Z"],
  ["15-01-2024", true, "2015-01-20T00:00:00Z"],
  ["5 Jan", true, "0005-01-01T00:00:00Z"],
]);
assert.strictEqual(moment.utc("2024", "HH:mm").format("HH:mm"), "20:24");
assert.strictEqual(moment.utc("Marsh 2024", "MMM YYYY").format("YYYY-MM"), "2024-03");
assert(!moment.utc("01-02-2024", "YYYY-MM-DD", true).isValid());
console.log("held: 1 February 2024 is 20 February 2001");
NODE

#!/usr/bin/env bash
# ssf 0.11.2 (npm)
#
# Times are formatted as a spreadsheet shows them. In the last half second of a minute the seconds are rounded to 60
# and shown as 00, but the minute stays: 12:34:59.7 is shown as 12:34:00, nearly a minute early, by hh:mm:ss and mm:ss.
# By a format without seconds the last instant of a day is 24:00 of that day, which is no time. A column of times with
# fractions, as a device logs them, goes back once a minute.
# Seen: 12:34:59.7 -> 12:34:00; 2024-01-01 23:59:59.99 -> 2024-01-01 24:00
#
# Most would guess: 12:35:00, as spreadsheets have it, and 2024-01-02 00:00.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional ssf@0.11.2

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import ssf from "ssf";

const clock = (hours, minutes, seconds) => (hours * 3600 + minutes * 60 + seconds) / 86400;
const times = [59.2, 59.7, 60.2].map((seconds) => ssf.format("hh:mm:ss", clock(12, 34, seconds)));
console.log(times);
assert.deepStrictEqual(times, ["12:34:59", "12:34:00", "12:35:00"]);
const midnight = ssf.format("yyyy-mm-dd hh:mm", 45292 + clock(23, 59, 59.99));
console.log(midnight);
assert.strictEqual(midnight, "2024-01-01 24:00");
console.log("held: a minute early");
NODE

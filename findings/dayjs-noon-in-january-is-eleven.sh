#!/usr/bin/env bash
# dayjs 1.11.23, luxon 3.7.2 (npm)
#
# A time in a zone keeps the offset that it had when days or months are added: six months after noon of 15 July in New
# York is 12:00 at -04:00 of 15 January, where the offset is -05:00. It is shown as noon, and its instant is eleven. A
# day added on the eve of a change of clocks is wrong by an hour, too, and so is a month that is set. luxon has noon.
# Seen: 2025-01-15T12:00:00-04:00, 16:00 in UTC; by luxon 2025-01-15T12:00:00-05:00, 17:00
#
# Most would guess: noon by the clock of the zone, and its instant: 17:00 in UTC.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional dayjs@1.11.23 luxon@3.7.2

TZ=UTC node - <<'NODE'
const assert = require("assert");
const dayjs = require("dayjs");
const { DateTime } = require("luxon");
dayjs.extend(require("dayjs/plugin/utc"));
dayjs.extend(require("dayjs/plugin/timezone"));

const zone = "America/New_York";
const noon = (day) => dayjs.tz(`${day} 12:00`, zone);
const times = [
  noon("2024-07-15").add(6, "month"),
  noon("2024-03-09").add(1, "day"),
  noon("2024-01-15").set("month", 6),
];
const seen = times.map((time) => [time.format(), time.toISOString()]);
console.log(seen);
assert.deepStrictEqual(seen, [
  ["2025-01-15T12:00:00-04:00", "2025-01-15T16:00:00.000Z"],
  ["2024-03-10T12:00:00-05:00", "2024-03-10T17:00:00.000Z"],
  ["2024-07-15T12:00:00-05:00", "2024-07-15T17:00:00.000Z"],
]);
const right = DateTime.fromISO("2024-07-15T12:00", { zone }).plus({ months: 6 });
assert.strictEqual(right.toUTC().toISO(), "2025-01-15T17:00:00.000Z");
console.log("held: half a year after noon is eleven o'clock");
NODE

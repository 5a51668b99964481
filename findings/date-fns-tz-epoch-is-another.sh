#!/usr/bin/env bash
# date-fns-tz 3.2.0, date-fns 4.4.0 (npm)
#
# The Unix time of an instant (token t), formatted in a time zone, is off by the distance of that zone from the one of
# the host: two hours in summer in Berlin, on a host in UTC. 24:00 on 31 December is the beginning of that day, a whole
# day early. fromZonedTime() ignores the offset of a text, so 10:00Z in Berlin is 09:00Z; toDate() uses it.
# Seen: 1729996200 for 1729989000; 2024-12-31T00:00Z; 09:00Z
#
# Most would guess: a Unix time has no zone, 24:00 is the midnight behind a day, and 10:00Z is 10:00Z.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional date-fns-tz@3.2.0 date-fns@4.4.0

TZ=UTC node - <<'NODE'
const assert = require("assert");
const { formatInTimeZone, fromZonedTime, toDate } = require("date-fns-tz");

const INSTANT = new Date("2024-10-27T00:30:00Z");
const short = (date) => date.toISOString().slice(0, 16);
const seen = {
  unix: ["UTC", "Europe/Berlin", "Asia/Kolkata"].map((zone) => Number(formatInTimeZone(INSTANT, zone, "t"))),
  end: [toDate("2024-12-31T24:00:00Z"), fromZonedTime("2024-12-31T24:00:00", "UTC")].map(short),
  javascript: short(new Date("2024-12-31T24:00:00Z")),
  offset: [fromZonedTime, (text, zone) => toDate(text, { timeZone: zone })].map((read) =>
    short(read("2024-01-01T10:00:00Z", "Europe/Berlin")),
  ),
};
console.log(seen, "of", INSTANT.getTime() / 1000);
assert.strictEqual(INSTANT.getTime(), 1729989000000);
assert.deepStrictEqual(seen, {
  unix: [1729989000, 1729989000 + 2 * 3600, 1729989000 + 5.5 * 3600],
  end: ["2024-12-31T00:00", "2024-12-31T00:00"],
  javascript: "2025-01-01T00:00",
  offset: ["2024-01-01T09:00", "2024-01-01T10:00"],
});
console.log("held: a Unix time depends on the zone that it is formatted in");
NODE

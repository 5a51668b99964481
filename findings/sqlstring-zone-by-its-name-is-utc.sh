#!/usr/bin/env bash
# sqlstring 2.3.3 (npm)
#
# Values in SQL for Node's mysql. The zone of a time is +05:30, +0530 or +05: what is none of these is UTC, without an
# error. With the zone Asia/Kolkata, IST or +5 noon in Greenwich is 12:00:00, and by +05:30 it is 17:30:00. A space is a
# plus, as in " 05:30". The year 44 before our era has a minus in its middle, 0-44.
# Seen: 12:00:00 of Asia/Kolkata
#
# Most would guess: 17:30:00, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional sqlstring@2.3.3

cat >script.mjs <<'NODE'
import assert from "node:assert";
import sqlstring from "sqlstring";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

const noon = new Date("2024-01-02T12:00:00Z");
const zones = {
  "Z": "12:00:00",
  "+05:30": "17:30:00",
  "+0530": "17:30:00",
  " 05:30": "17:30:00",
  "+05": "17:00:00",
  "+5": "12:00:00",
  "IST": "12:00:00",
  "Asia/Kolkata": "12:00:00",
};
for (const [zone, time] of Object.entries(zones)) {
  holds(zone, sqlstring.escape(noon, false, zone), `'2024-01-02 ${time}.000'`);
}
holds("year", sqlstring.escape(new Date(Date.UTC(-44, 0, 1)), false, "Z"), "'0-44-01-01 00:00:00.000'");
NODE
TZ=UTC node script.mjs
echo "held: a zone by its name is UTC"

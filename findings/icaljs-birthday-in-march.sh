#!/usr/bin/env bash
# ical.js 2.2.1 (npm), python-dateutil 4.0.0
#
# A rule of a calendar for each year from 29 February, `FREQ=YEARLY`, is each 1 March in other years for ical.js, even
# with `BYMONTH=2`; for dateutil it is only each 29 February. Each five hours, at nine or ten,
# `FREQ=HOURLY;INTERVAL=5;BYHOUR=9,10`, is at 9 and at 10 of each day, an hour apart, and `BYWEEKNO=1` never is. RFC
# 5545 says that a day that does not exist is left out.
#
# Most would guess: the same days from both, and no month or hour that a rule rules out.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional ical.js@2.2.1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-dateutil==4.0.0

node --input-type=module - <<'NODE'
import assert from "node:assert";
import ICAL from "ical.js";

const times = (rule, start) => {
  const iterator = ICAL.Recur.fromString(`${rule};COUNT=3`).iterator(ICAL.Time.fromString(start));
  return [1, 2, 3].map(() => String(iterator.next()));
};
const seen = [
  times("FREQ=YEARLY", "2024-02-29"),
  times("FREQ=YEARLY;BYMONTH=2", "2024-02-29"),
  times("FREQ=HOURLY;INTERVAL=5;BYHOUR=9,10", "2024-01-01T09:00:00"),
  times("FREQ=YEARLY;BYWEEKNO=1", "2024-01-03"),
];
console.log(seen);
assert.deepStrictEqual(seen, [
  ["2024-02-29", "2025-03-01", "2026-03-01"],
  ["2024-02-29", "2025-03-01", "2026-03-01"],
  ["2024-01-01T09:00:00", "2024-01-01T10:00:00", "2024-01-02T09:00:00"],
  ["null", "null", "null"],
]);
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from dateutil import rrule

RULES = (
    ("FREQ=YEARLY", "2024-02-29"),
    ("FREQ=YEARLY;BYMONTH=2", "2024-02-29"),
    ("FREQ=HOURLY;INTERVAL=5;BYHOUR=9,10", "2024-01-01T09:00:00"),
    ("FREQ=YEARLY;BYWEEKNO=1", "2024-01-03"),
)
seen = []
for rule, start in RULES:
    times = rrule.rrulestr(rule + ";COUNT=3", dtstart=datetime.datetime.fromisoformat(start))
    seen.append([str(time)[:13] for time in times])
print(seen)
assert seen == [
    ["2024-02-29 00", "2028-02-29 00", "2032-02-29 00"],
    ["2024-02-29 00", "2028-02-29 00", "2032-02-29 00"],
    ["2024-01-01 09", "2024-01-02 10", "2024-01-06 09"],
    ["2024-01-03 00", "2024-01-04 00", "2024-01-05 00"],
], seen
print("held: a rule for February is in March for ical.js, and each five hours are one hour apart")
PYTHON

#!/usr/bin/env bash
# ics 3.12.0, ical.js 2.2.1, node-ical 0.26.1 (npm), icalendar 7.3.2
#
# A meeting of an hour and a half is written as PT1.5H, which the format does not have, without an error. One reader
# takes it for one hour, another for five, and a third refuses it; half a day is nothing, or five days. The category
# "a,b" is two categories for all of them, while a comma in the title is escaped.
# Seen: an end at 13:00 and at 17:00 of a meeting at 12:00 of 1.5 hours
#
# Most would guess: PT1H30M, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional ics@3.12.0 ical.js@2.2.1 node-ical@0.26.1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check icalendar==7.3.2

node --input-type=module - <<'NODE'
import assert from "node:assert";
import fs from "node:fs";
import { createRequire } from "node:module";
import ICAL from "ical.js";

const require = createRequire(import.meta.url);
const ics = require("ics");
const nodeIcal = require("node-ical");

function ends(name, duration) {
  const start = [2024, 1, 31, 12, 0];
  const text = ics.createEvent({ start, startInputType: "utc", duration, title: "x", categories: ["a,b"] }).value;
  fs.writeFileSync(`${name}.ics`, text);
  const first = new ICAL.Event(new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent("vevent"));
  const second = Object.values(nodeIcal.parseICS(text)).find((entry) => entry.type === "VEVENT");
  const line = text.match(/DURATION:(\S+)/)[1];
  return [line, first.endDate.toString(), second.end.toISOString().replace(".000", ""), second.categories.length];
}

const seen = { hours: ends("hours", { hours: 1.5 }), days: ends("days", { days: 0.5 }) };
console.log(seen);
assert.deepStrictEqual(seen, {
  hours: ["PT1.5H", "2024-01-31T13:00:00Z", "2024-01-31T17:00:00Z", 2],
  days: ["P0.5DT", "2024-01-31T12:00:00Z", "2024-02-05T12:00:00Z", 2],
});
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

import icalendar

event = icalendar.Calendar.from_ical(pathlib.Path("hours.ics").read_bytes()).walk("VEVENT")[0]
try:
    event["DURATION"].dt
except ValueError as problem:
    assert "PT1.5H" in str(problem), problem
    print("held: an hour and a half is one hour, five hours or an error")
else:
    raise SystemExit("icalendar reads PT1.5H now")
PYTHON

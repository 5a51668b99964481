#!/usr/bin/env bash
# node-ical 0.26.1, ical.js 2.2.1 (npm)
#
# The name of a folder in an event, C:\new\daily, is C:\, a line break and ew\\daily, as the second half of an escaped
# backslash is taken for the first of a line break. A category with a comma that is escaped, "Load, daily", becomes two,
# "Load\" and "daily". ical.js reads both as they were meant.
# Seen: "C:\\\new\\daily" as JSON, and [ 'Load\\', 'daily', 'Report' ]
#
# Most would guess: C:\new\daily, and two categories.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional node-ical@0.26.1 ical.js@2.2.1

cat >events.txt <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//Loads//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20240101T000000Z
DTSTART:20240115T100000Z
SUMMARY:C:\\new\\daily
CATEGORIES:Load\, daily,Report
END:VEVENT
END:VCALENDAR
ICS
sed 's/$/\r/' events.txt >events.ics
node --input-type=module - <<'NODE'
import assert from "node:assert";
import fs from "node:fs";
import ICAL from "ical.js";
import nodeIcal from "node-ical";

const text = fs.readFileSync("events.ics", "utf8");
const event = nodeIcal.sync.parseICS(text)["1"];
const other = new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent("vevent");
const seen = [event.summary, event.categories];
const right = [other.getFirstPropertyValue("summary"), other.getFirstProperty("categories").getValues()];
console.log(seen, right);
assert.deepStrictEqual(seen, ["C:\\\new\\daily", ["Load\\", "daily", "Report"]]);
assert.deepStrictEqual(right, ["C:\\new\\daily", ["Load, daily", "Report"]]);
console.log("held: a folder has a line break, and one category is two");
NODE

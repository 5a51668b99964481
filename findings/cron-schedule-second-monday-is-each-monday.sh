#!/usr/bin/env bash
# cron-schedule 6.0.0, croner 11.0.1, cronosjs 1.7.1 (npm)
#
# cron-schedule reads the digits at the start of an entry and drops what follows, without an error: the second Monday,
# 1#2, is each Monday, the last Friday, 5L, is each Friday, and the working day nearest to the 15 is the 15, a Saturday
# in June. 9:30 for the hour is 9, and 5/15 is 5. croner and cronosjs know the second Monday. They differ in the working
# day nearest to the 31: in June there is none with croner, and it is the 28 with cronosjs.
# Seen: 2024-04-01, 2024-04-08 and 2024-04-15 of 0 9 * * 1#2
#
# Most would guess: 8 April, 13 May and 10 June, or an error, as for L alone.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts cron-schedule@6.0.0 croner@11.0.1 cronosjs@1.7.1

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import { parseCronExpression } from "cron-schedule";
import { Cron } from "croner";
import cronos from "cronosjs";

const start = new Date("2024-03-31T14:00:00Z");
const days = (dates) => dates.map((date) => date.toISOString().slice(5, 16)).join(" ");
const schedule = (entry) => days(parseCronExpression(entry).getNextDates(3, start));
const croner = (entry) => days(new Cron(entry, { timezone: "UTC", paused: true }).nextRuns(3, start));
const cronosjs = (entry) => days(cronos.CronosExpression.parse(entry, { timezone: "UTC" }).nextNDates(start, 3));

const seen = {
  secondMonday: [schedule, croner, cronosjs].map((library) => library("0 9 * * 1#2")),
  lastFriday: schedule("0 9 * * 5L"),
  nearFifteenth: schedule("0 9 15W * *"),
  halfPastNine: schedule("0 9:30 * * *"),
  fromFive: schedule("5/15 * * * *"),
  nearLast: [croner, cronosjs].map((library) => library("0 9 31W * *")),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  secondMonday: [
    "04-01T09:00 04-08T09:00 04-15T09:00",
    "04-08T09:00 05-13T09:00 06-10T09:00",
    "04-08T09:00 05-13T09:00 06-10T09:00",
  ],
  lastFriday: "04-05T09:00 04-12T09:00 04-19T09:00",
  nearFifteenth: "04-15T09:00 05-15T09:00 06-15T09:00",
  halfPastNine: "04-01T09:00 04-02T09:00 04-03T09:00",
  fromFive: "03-31T14:05 03-31T15:05 03-31T16:05",
  nearLast: ["05-31T09:00 07-31T09:00 08-30T09:00", "04-30T09:00 05-31T09:00 06-28T09:00"],
});
console.log("held: the second Monday is each Monday");
NODE

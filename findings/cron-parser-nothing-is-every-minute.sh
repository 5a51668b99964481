#!/usr/bin/env bash
# cron-parser 5.10.6, croner 11.0.1, cronstrue 3.39.0 (npm)
#
# An empty text is a schedule for cron-parser: every minute. For croner and cronstrue it is an error. `*/90 * * * *` is
# every 90 minutes in the words of cronstrue, and on each full hour for cron-parser; croner refuses it.
#
# Most would guess: an empty schedule is an error, or never; and what the words say is what runs.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund cron-parser@5.10.6 croner@11.0.1 cronstrue@3.39.0

node - <<'NODE'
const { CronExpressionParser } = require("cron-parser");
const { Cron } = require("croner");
const cronstrue = require("cronstrue");
const assert = require("assert");

const start = new Date("2024-01-01T00:00:00Z");
const times = (dates) => dates.map((date) => date.toISOString().slice(11, 16)).join(" ");
const libraries = {
  "cron-parser": (text) =>
    times(CronExpressionParser.parse(text, { tz: "UTC", currentDate: start }).take(3).map((date) => date.toDate())),
  croner: (text) => times(new Cron(text, { timezone: "UTC" }).nextRuns(3, start)),
  cronstrue: (text) => cronstrue.toString(text),
};
const seen = {};
for (const text of ["", "*/90 * * * *"]) {
  seen[text] = Object.values(libraries).map((library) => {
    try {
      return library(text);
    } catch {
      return "error";
    }
  });
}
console.log(seen);
assert.deepStrictEqual(seen, {
  "": ["00:01 00:02 00:03", "error", "error"],
  "*/90 * * * *": ["01:00 02:00 03:00", "error", "Every 90 minutes"],
});
console.log("held: for cron-parser nothing is every minute");
NODE

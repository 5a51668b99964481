#!/usr/bin/env bash
# spacetime 7.15.0 (npm)
#
# 24:00 on 31 December, the end of that day in ISO 8601, is 23:00, and 23:60 its beginning. A year alone is the day of
# today in that year, though a month alone is its first day. Month 13 is January. A day and a half is a day, and half an
# hour nothing, without an error.
# Seen: 2024-12-31T23:00; 2024-12-31T00:00; 2024-11-30 on a 30 November; 2024-01-13; 1 day; 0 minutes
#
# Most would guess: midnight of 1 January 2025, the first day of 2024, an invalid day, and 36 hours.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional spacetime@7.15.0

TZ=UTC node - <<'NODE'
const assert = require("assert");
const spacetime = require("spacetime");

const read = (text) => new Date(spacetime(text, "UTC").epoch).toISOString().slice(0, 16);
const later = (...span) => spacetime("2024-01-31T00:00:00", "UTC").add(...span).format("iso").slice(0, 16);
const seen = {
  end: [read("2024-12-31T24:00:00"), read("2024-12-31T23:60:00")],
  month: read("2024-06"),
  thirteen: [read("2024-13-01"), spacetime("2024-02-30", "UTC").isValid()],
  later: [later(1.5, "days"), later(0.5, "hours"), later(36, "hours")],
};
const before = new Date().getUTCDate();
const year = Number(read("2023").slice(8, 10));
const after = new Date().getUTCDate();
console.log(seen, "day of 2023:", year);
assert.deepStrictEqual(seen, {
  end: ["2024-12-31T23:00", "2024-12-31T00:00"],
  month: "2024-06-01T00:00",
  thirteen: ["2024-01-13T00:00", false],
  later: ["2024-02-01T00:00", "2024-01-31T00:00", "2024-02-01T12:00"],
});
assert([before, after].includes(year) || before === 29, String(year));
console.log("held: the end of a day is 23:00, and a day and a half is a day");
NODE

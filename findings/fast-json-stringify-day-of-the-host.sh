#!/usr/bin/env bash
# fast-json-stringify 7.3.10 (npm)
#
# One instant is written in UTC where the schema says date-time, and by the clock of the host where it says date or
# time: a run that ended at 23:30 UTC on 1 January is of 2 January on a host in Berlin. Where the schema has a boolean
# the text "false" is true; where it has an object a text and a Map are empty objects; and [7] is the number 7, though
# "abc" is refused as one.
# Seen: {"at":"2024-01-01T23:30:00.000Z","day":"2024-01-02","time":"00:30:00"}; true; {}; 7
#
# Most would guess: one instant has one day in one object, and what does not fit the schema is an error, as "abc" is.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional fast-json-stringify@7.3.10

TZ=Europe/Berlin node - <<'NODE'
const assert = require("assert");
const build = require("fast-json-stringify");

const text = (format) => ({ type: "string", format });
const typed = (type) => ({ type });
const stringify = build({
  type: "object",
  properties: {
    at: text("date-time"),
    day: text("date"),
    time: text("time"),
    done: typed("boolean"),
    tags: typed("object"),
    rows: typed("number"),
  },
});
const end = new Date("2024-01-01T23:30:00Z");
const seen = [
  { at: end, day: end, time: end },
  { done: "false" },
  { tags: "daily" },
  { tags: new Map([["team", "data"]]) },
  { rows: [7] },
].map((value) => stringify(value));
console.log(seen);
assert.deepStrictEqual(seen, [
  '{"at":"2024-01-01T23:30:00.000Z","day":"2024-01-02","time":"00:30:00"}',
  '{"done":true}',
  '{"tags":{}}',
  '{"tags":{}}',
  '{"rows":7}',
]);
assert.throws(() => stringify({ rows: "abc" }), /cannot be converted/);
console.log("held: an instant is of 1 January and of 2 January in one object");
NODE

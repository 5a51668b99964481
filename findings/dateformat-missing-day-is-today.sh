#!/usr/bin/env bash
# dateformat 5.0.4 (npm)
#
# A day that is missing, null or an empty text, is written as today, so each event without an end has ended today. 0 is
# the first of 1970, and a text that is no date is an error.
# Seen: the date of today for null and for ""
#
# Most would guess: an empty text, or the error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional dateformat@5.0.4

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import dateFormat from "dateformat";

const write = (day) => dateFormat(day, "yyyy-mm-dd");
const before = new Date().toISOString().slice(0, 10);
const missing = [write(null), write(""), write(undefined)];
const after = new Date().toISOString().slice(0, 10);
console.log(missing, write(0));
for (const day of missing) assert.ok(day === before || day === after, day);
assert.strictEqual(write(0), "1970-01-01");
assert.throws(() => write("soon"), TypeError);
console.log("held: a missing day is today");
NODE

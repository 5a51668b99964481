#!/usr/bin/env bash
# @influxdata/influxdb-client 1.35.0 (npm)
#
# Fields that come as texts, as from a CSV, are written as other values: "false" is true, 1,5 is 1, "12 of 40" is 12.
# A whole number of 1.9 is 1. An invalid date is the time NaN000000 in the line that is sent. An empty text and Infinity
# are refused.
# Seen: load late=1,ok=T,rows=12i
#
# Most would guess: an error, as for an empty text.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional @influxdata/influxdb-client@1.35.0

node - <<'NODE'
const assert = require("assert");
const { Point } = require("@influxdata/influxdb-client");

const line = new Point("load")
  .booleanField("ok", "false")
  .floatField("late", "1,5")
  .intField("rows", "12 of 40")
  .intField("tries", 1.9)
  .timestamp(new Date("no day"))
  .toLineProtocol();
console.log(line);
assert.strictEqual(line, "load late=1,ok=T,rows=12i,tries=1i NaN000000");
assert.throws(() => new Point("load").floatField("late", ""), /invalid float/);
assert.throws(() => new Point("load").floatField("late", Infinity), /invalid float/);
console.log("held: false is true, and one and a half is one");
NODE

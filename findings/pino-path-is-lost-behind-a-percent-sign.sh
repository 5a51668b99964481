#!/usr/bin/env bash
# pino 10.4.0 (npm)
#
# A log line with values, written as for printf. Behind a percent sign that stands for itself nothing is put in, and
# the values are lost: of "disk 91% full: %s" and /data the line is without the path, where console.log of Node has it,
# and of "50% of %d" and 5 without the 5; "at 50%: %d rows" has NaN. A missing count leaves %d where it is and its
# value goes nowhere, and a second text without a %s is dropped. The field run of a child and of the line are written
# twice, and an error as the field error is {}.
# Seen: disk 91% full: %s
#
# Most would guess: disk 91% full: /data, and 50% of 5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional pino@10.4.0

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { format } from "node:util";
import pino from "pino";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function logged(...values) {
  let line = "";
  pino({ base: null, timestamp: false }, { write: (text) => (line += text) }).info(...values);
  return line.trim();
}
function message(...values) {
  return JSON.parse(logged(...values)).msg;
}

holds("disk", message("disk 91% full: %s", "/data"), "disk 91% full: %s");
holds("disk of Node", format("disk 91% full: %s", "/data"), "disk 91% full: /data");
holds("disk at the end", message("disk %s is 91% full", "/data"), "disk /data is 91% full");
holds("5", message("50% of %d", 5), "50% of %d");
holds("5 of Node", format("50% of %d", 5), "50% of 5");
holds("rows", message("at 50%: %d rows, %s", 5, "a"), "at 50%: NaN rows, %s");
holds("missing count", message("%d rows of %s", null, "a"), "%d rows of a");
holds("second text", message("failed:", "disk full"), "failed:");
let lines = "";
const log = pino({ base: null, timestamp: false }, { write: (text) => (lines += text) }).child({ run: 1 });
log.info({ run: 2 }, "a");
holds("run", lines.trim(), '{"level":30,"run":1,"run":2,"msg":"a"}');
holds("error", JSON.parse(logged({ error: new Error("disk full") }, "a")).error, {});
NODE
TZ=UTC node script.mjs
echo "held: a path is lost behind a percent sign"

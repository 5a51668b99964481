#!/usr/bin/env bash
# timestring 7.0.0, enhanced-ms 5.0.0, duration-js 4.0.0 (npm)
#
# Minus an hour is an hour for timestring and enhanced-ms, and minus an hour and a half is written as "1 hour 30
# minutes" by the second. A microsecond is a second for timestring, as a letter that it does not know is left out. One
# and a half hours with a decimal comma are fifteen hours for it, and five for duration-js. Nothing is said.
# Seen: 3600 seconds of -1h, 1 of 1µs and 54000 of 1,5h
#
# Most would guess: -3600, and an error for a unit that is not known and for a comma.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
  timestring@7.0.0 enhanced-ms@5.0.0 duration-js@4.0.0

node --input-type=module - <<'NODE'
import assert from "node:assert";
import Duration from "duration-js";
import * as enhanced from "enhanced-ms";
import timestring from "timestring";

const parse = enhanced.parseMs ?? enhanced.ms ?? enhanced.default;
const format = enhanced.formatMs ?? enhanced.ms ?? enhanced.default;
const seen = {
  timestring: ["-1h", "1\u00b5s", "1,5h", "1.5h"].map((text) => timestring(text)),
  enhanced: [parse("-1h"), format(-5_400_000)],
  duration: [Duration.parse("-1h").milliseconds(), Duration.parse("1,5h").milliseconds()],
};
console.log(seen);
assert.deepStrictEqual(seen, {
  timestring: [3600, 1, 54_000, 5400],
  enhanced: [3_600_000, "1 hour 30 minutes"],
  duration: [-3_600_000, 18_000_000],
});
console.log("held: minus an hour is an hour, and a microsecond a second");
NODE

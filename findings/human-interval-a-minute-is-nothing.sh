#!/usr/bin/env bash
# human-interval 2.0.1, juration 0.1.1 (npm)
#
# human-interval reads the intervals of the scheduler Agenda: "one minute" is 60 seconds, "a minute", "an hour", "half
# an hour" and "every 5 minutes" are 0. "An hour and 30 minutes" is half an hour, "1/2 hour" an hour, "1,000 seconds"
# one second, and "weekday" eight days. For juration `1:30` is 31 seconds, `1,5 h` five hours and one second, and `-5m`
# five minutes.
#
# Most would guess: a minute, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional human-interval@2.0.1 juration@0.1.1

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const [humanInterval, juration] = [require("human-interval"), require("juration")];
const seconds = (...texts) => Object.fromEntries(texts.map((text) => [text, humanInterval(text) / 1000]));
const seen = seconds("one minute", "a minute", "half an hour", "every 5 minutes");
const wrong = seconds("an hour and 30 minutes", "1/2 hour", "1,000 seconds", "weekday");
const other = ["1:30", "1,5 h", "-5m"].map((text) => juration.parse(text));
console.log(seen, wrong, other);
assert.deepStrictEqual(seen, { "one minute": 60, "a minute": 0, "half an hour": 0, "every 5 minutes": 0 });
assert.deepStrictEqual(wrong, {
  "an hour and 30 minutes": 1800,
  "1/2 hour": 3600,
  "1,000 seconds": 1,
  weekday: 8 * 24 * 3600,
});
assert.deepStrictEqual(other, [31, 18001, 300]);
console.log("held: a minute is nothing, and a weekday eight days");
NODE

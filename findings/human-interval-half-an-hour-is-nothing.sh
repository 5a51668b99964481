#!/usr/bin/env bash
# human-interval 2.0.1 (npm)
#
# A text is turned into milliseconds, as schedulers do that are told how often to run a job. It knows digits and the
# words one, two, three and so on. A word that it does not know counts for nothing, without an error: a day, an hour
# and half an hour are 0, so that a job is due again at once, and of three and a half days the half is left out.
# Seen: 'half an hour' -> 0, 'a day' -> 0, 'three and a half days' -> 259200000
#
# Most would guess: 1800000, 86400000 and 302400000, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional human-interval@2.0.1

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import interval from "human-interval";

const texts = ["half an hour", "a day", "three and a half days", "one day", "1.5 hours"];
const seen = Object.fromEntries(texts.map((text) => [text, interval(text) / 3600000]));
console.log("hours", seen);
assert.deepStrictEqual(seen, {
  "half an hour": 0,
  "a day": 0,
  "three and a half days": 72,
  "one day": 24,
  "1.5 hours": 1.5,
});
console.log("held: half an hour is nothing");
NODE

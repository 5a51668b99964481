#!/usr/bin/env bash
# iso8601-duration 2.1.4 (npm)
#
# The sign of a duration is left out, since the pattern is looked for anywhere in the text: -P1D, as calendars write a
# reminder of the day before, is one day, and its end is a day after the start. So is what stands before and behind: a
# text with a duration in its midst is that duration. A month is added to 31 January as 2 March.
# Seen: 2024-03-31 and -P1D -> 2024-04-01; seconds of -PT1H -> 3600
#
# Most would guess: 2024-03-30 and -3600, or an error, as the sign is of the newer edition of the standard.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional iso8601-duration@2.1.4

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import { end, parse, toSeconds } from "iso8601-duration";

const day = (text, start) => end(parse(text), new Date(`${start}T00:00:00Z`)).toISOString().slice(0, 10);
const seen = [day("-P1D", "2024-03-31"), day("P1D", "2024-03-31"), toSeconds(parse("-PT1H"))];
console.log(seen);
assert.deepStrictEqual(seen, ["2024-04-01", "2024-04-01", 3600]);
assert.strictEqual(day("P1M", "2024-01-31"), "2024-03-02");
console.log("held: a day back is a day ahead");
NODE

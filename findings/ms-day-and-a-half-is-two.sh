#!/usr/bin/env bash
# ms 2.1.3 (npm)
#
# As a text a duration is rounded to the largest unit that fits: an hour and a half is 2h, a day and a half 2d, and -90
# s are -1m where 90 s are 2m. 59.999 s are 60s, and a millisecond more is 1m. A duration that is written so and read
# again is up to a third longer or shorter. What it cannot read, as "1h 30m", is undefined.
# Seen: 2h of 5,400,000 ms
#
# Most would guess: 1.5h, which it reads, or 90m.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional ms@2.1.3

node --input-type=module - <<'NODE'
import assert from "node:assert";
import ms from "ms";

const durations = [5_400_000, 129_600_000, 90_000, -90_000, 59_999, 60_000];
const written = durations.map((duration) => ms(duration));
const again = ms(ms(5_400_000));
const read = [ms("1.5h"), ms("1h 30m")];
console.log(written, again, read);
assert.deepStrictEqual(written, ["2h", "2d", "2m", "-1m", "60s", "1m"]);
assert.deepStrictEqual([again, read], [7_200_000, [5_400_000, undefined]]);
console.log("held: a day and a half is two");
NODE

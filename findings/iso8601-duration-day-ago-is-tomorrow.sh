#!/usr/bin/env bash
# iso8601-duration 2.1.4 (npm), isodate 0.7.2
#
# The sign of a duration is dropped: `-P1D` is one day ahead, where isodate has one day back. What follows a duration
# that could be read is dropped, too: `PT1H30` is an hour. Half a day, `P0.5D`, is valid in ISO 8601 and refused.
# Seen: 2024-02-01 for -P1D from 2024-01-31; 3600 seconds for PT1H30
#
# Most would guess: 2024-01-30, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check isodate==0.7.2
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional iso8601-duration@2.1.4

"$folder/venv/bin/python" -c 'import isodate; assert isodate.parse_duration("-P1D").days == -1'
node --input-type=module - <<'NODE'
import assert from "node:assert";
import { end, parse, toSeconds } from "iso8601-duration";

const seen = {
  back: end(parse("-P1D"), new Date("2024-01-31T00:00:00Z")).toISOString().slice(0, 10),
  seconds: toSeconds(parse("-PT90S")),
  rest: toSeconds(parse("PT1H30")),
};
console.log(seen);
assert.deepStrictEqual(seen, { back: "2024-02-01", seconds: 90, rest: 3600 });
assert.throws(() => parse("P0.5D"));
console.log("held: a day back is tomorrow");
NODE

#!/usr/bin/env bash
# durations-nlp 1.0.1, pytimeparse2 1.7.1, parse-duration 2.1.9 (npm)
#
# "1:30" is 90 seconds for one of three parsers of durations, 0 seconds for the second, and 1.03 milliseconds for the
# third. "1M" is a minute, a month of 30.5 days, and a minute; "1h30" is none, an hour, and an hour and a half.
# For the third "1h -30m" is an hour and a half too. None of it is an error.
#
# Most would guess: what a parser does not read is an error or nothing, and not the part that it did read.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  durations-nlp==1.0.1 pytimeparse2==1.7.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund parse-duration@2.1.9

"$folder/venv/bin/python" - <<'PYTHON'
import durations_nlp
import pytimeparse2

seen = [(pytimeparse2.parse(text), durations_nlp.Duration(text).to_seconds()) for text in ("1:30", "1M", "1h30")]
print(seen)
assert seen == [(90, 0), (60, 2635200), (None, 3600)], seen
PYTHON
node --input-type=module - <<'NODE'
import assert from "assert";
import parse from "parse-duration";

const seen = ["1:30", "1M", "1h30", "1h -30m"].map((text) => parse(text));
console.log(seen);
assert.deepStrictEqual(seen, [1.03, 60000, 5400000, 5400000]);
console.log("held: three parsers of durations read three times in 1:30, one of them none");
NODE

#!/usr/bin/env bash
# ini 6.0.0 (npm)
#
# In a file of settings a 5 without quotes is a text, and one in single quotes is a number, as JSON reads what is in
# them. A text of "true" or "null" is written without quotes, and read again as true or null, and an empty list is lost.
# NaN becomes null.
# Seen: a='5' 5; a=5 "5"; {flag: "true"} becomes {flag: true}
#
# Most would guess: quotes make a text; what was a text is one after it was written and read.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional ini@6.0.0

node - <<'NODE'
const assert = require("assert");

import("ini").then(({ default: ini }) => {
  const seen = { ...ini.parse("single='5'\ndouble=\"5\"\nplain=5") };
  const again = { ...ini.parse(ini.stringify({ flag: "true", name: "null", steps: [], mean: NaN, rows: "5" })) };
  console.log(seen, again);
  assert.deepStrictEqual(seen, { single: 5, double: "5", plain: "5" });
  assert.deepStrictEqual(again, { flag: true, name: null, mean: null, rows: "5" });
  console.log("held: quotes make a number, and a text of true is true");
});
NODE

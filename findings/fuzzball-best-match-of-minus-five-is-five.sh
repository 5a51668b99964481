#!/usr/bin/env bash
# fuzzball 2.2.6 (npm)
#
# How alike two texts are, from 0 to 100. All signs are dropped first, so -5 and 5, C++ and C, and 5.1 and '5 1' are
# equal, 100, and of the choices 5 and -5 the best for -5 is 5, the first of the equals. A text of signs only, ---, is
# not like itself, 0. With full_process: false C++ and C are 50.
# Seen: ['5', 100] as the best of -5
#
# Most would guess: -5, the same text.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional fuzzball@2.2.6

cat >script.mjs <<'NODE'
import assert from "node:assert";
import * as fuzzball from "fuzzball";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

holds("-5", fuzzball.extract("-5", ["5", "-5"])[0], ["5", 100, 0]);
holds("C", fuzzball.extract("C", ["C++", "C#", "C"])[0], ["C++", 100, 0]);
holds("5.1", fuzzball.ratio("5.1", "5 1"), 100);
holds("---", fuzzball.ratio("---", "---"), 0);
holds("C++ and C as they are", fuzzball.ratio("C++", "C", { full_process: false }), 50);
NODE
TZ=UTC node script.mjs
echo "held: the best match of minus five is five"

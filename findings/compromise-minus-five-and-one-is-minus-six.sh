#!/usr/bin/env bash
# compromise 14.17.0 (npm)
#
# Numbers in sentences. The sign of -300 is taken for a prefix: get() is 300, numbers greater than 0 are -300, too,
# and one more is -301, while one more than minus five is minus four. Two and a half million are 2,000,000, three and
# a half thousand 3000, and point five is 5, where zero point five is a half. 3/4 is 3, and 1,5 is 15.
# Seen: it lost -6 points, of -5 and one more
#
# Most would guess: -4; 2,500,000, and a half.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional compromise@14.17.0

cat >script.mjs <<'NODE'
import assert from "node:assert";
import nlp from "compromise";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function numbers(text) {
  return nlp(text).numbers().get();
}
function more(text) {
  return nlp(text).numbers().add(1).all().text();
}

holds("-300", numbers("a loss of -300"), [300]);
holds("above 0", nlp("from -300 to 5").numbers().greaterThan(0).out("array"), ["-300", "5"]);
holds("one more", more("it lost -5 points"), "it lost -6 points");
holds("one more, in words", more("profit of minus five"), "profit of minus four");
holds("2.5 million", numbers("two and a half million"), [2000000]);
holds("3.5 thousand", numbers("three and a half thousand"), [3000]);
holds("one and a half", numbers("one and a half"), [1.5]);
holds("point five", numbers("point five"), [5]);
holds("zero point five", numbers("zero point five"), [0.5]);
holds("3/4", numbers("3/4 of it"), [3]);
holds("1,5", numbers("1,5 hours"), [15]);
NODE
TZ=UTC node script.mjs
echo "held: minus five and one is minus six"

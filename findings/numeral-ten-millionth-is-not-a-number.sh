#!/usr/bin/env bash
# numeral 2.0.6 (npm)
#
# Numbers for people. A very small number is written as NaN, 0.0000001 as 0.00 and as 0.0000000, and so is -1e-9 as
# 0.0 and 1e21 as 0, while NaN itself, null and undefined are written as 0.00, as a text that is no number is. As
# texts 1e3 is 13 and 1e-7 right, 1.5KB is 1500 and 1.5kb is 1.5, and 2b is two billion.
# Seen: NaN of 0.0000001, and 0.00 of NaN
#
# Most would guess: 0.00, and NaN or an empty text.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional numeral@2.0.6

cat >script.mjs <<'NODE'
import assert from "node:assert";
import numeral from "numeral";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

holds("0.0000001", numeral(0.0000001).format("0.00"), "NaN");
holds("with seven digits", numeral(0.0000001).format("0.0000000"), "NaN");
holds("-1e-9", numeral(-1e-9).format("0.0"), "NaN");
holds("1e21", numeral(1e21).format("0"), "NaN");
holds("0.000001", numeral(0.000001).format("0.00"), "0.00");
for (const missing of [NaN, null, undefined, "n/a"]) {
  holds(String(missing), numeral(missing).format("0.00"), "0.00");
}
holds("text 1e3", numeral("1e3").value(), 13);
holds("text 1e-7", numeral("1e-7").value(), 0.0000001);
holds("text 1.5KB", numeral("1.5KB").value(), 1500);
holds("text 1.5kb", numeral("1.5kb").value(), 1.5);
holds("text 2b", numeral("2b").value(), 2000000000);
NODE
TZ=UTC node script.mjs
echo "held: a number is NaN, and NaN is zero"

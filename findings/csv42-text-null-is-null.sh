#!/usr/bin/env bash
# csv42 5.0.3 (npm)
#
# A CSV that was written from rows is read as other rows. Texts have no quotes in it and are read as values: the texts
# true, null and 007 are true, null and 7, 1e3 is 1000, 0x10 is 16, .5 is a half, and the key 12345678901234567890 is
# 12345678901234567000. A value in quotes, "5", is a number too, and " 5" and +5 stay texts.
# Seen: null of the text null
#
# Most would guess: the texts, as they were texts when they were written.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional csv42@5.0.3

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { csv2json, json2csv } from "csv42";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function again(value) {
  return csv2json(json2csv([{ value }]))[0].value;
}

holds("null", again("null"), null);
holds("true", again("true"), true);
holds("007", again("007"), 7);
holds("1e3", again("1e3"), 1000);
holds("0x10", again("0x10"), 16);
holds(".5", again(".5"), 0.5);
holds("key", again("12345678901234567890"), 12345678901234567000);
holds("in quotes", csv2json('value\n"5"\n'), [{ value: 5 }]);
holds("space", again(" 5"), " 5");
holds("plus", again("+5"), "+5");
NODE
TZ=UTC node script.mjs
echo "held: the text null is null"

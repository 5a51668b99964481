#!/usr/bin/env bash
# xml2js 0.6.2 (npm)
#
# An object whose only key has a list is written as one empty element: two runs are `<run/>`. A list within another
# object, and a list alone, are written whole. On the way back the processor of numbers that the package has reads 1e5
# as 1 and 0x1F as 0, since it takes a whole number for one that is written in digits.
# Seen: <run/>; within an object <runs><run>1</run><run>2</run></runs>; 1e5: 1; 0x1F: 0
#
# Most would guess: two elements, or an error that a document has one root; 100000 and 31, or texts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional xml2js@0.6.2

node - <<'NODE'
const assert = require("assert");
const { Builder, parseString, processors } = require("xml2js");

const written = (data) => new Builder({ headless: true, renderOpts: { pretty: false } }).buildObject(data);
const seen = [{ run: [1, 2] }, { runs: { run: [1, 2] } }, [{ run: 1 }, { run: 2 }]].map(written);
console.log(seen);
assert.deepStrictEqual(seen, [
  "<run/>",
  "<runs><run>1</run><run>2</run></runs>",
  "<root><run>1</run><run>2</run></root>",
]);

const options = { explicitArray: false, valueProcessors: [processors.parseNumbers] };
parseString("<run><rows>1e5</rows><mask>0x1F</mask><cost>1.5</cost></run>", options, (error, data) => {
  assert.ifError(error);
  console.log(data.run);
  assert.deepStrictEqual({ ...data.run }, { rows: 1, mask: 0, cost: 1.5 });
});
console.log("held: two runs are written as an empty element, and 100,000 rows are one");
NODE

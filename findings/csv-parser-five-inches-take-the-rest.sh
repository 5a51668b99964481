#!/usr/bin/env bash
# csv-parser 3.2.1, fast-csv 5.0.8 (npm)
#
# A quote within a cell that does not begin with one, as that of five inches in 5",a, opens a quoted text: of four rows
# two are left, and the last one has all that follows in one cell, without an error. The other reader has four. An empty
# line is a row without cells, a short row lacks its last column, and what is too long is in a column _2.
# Seen: 2 rows of 4
#
# Most would guess: four rows, as the quote does not begin a cell, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional csv-parser@3.2.1 fast-csv@5.0.8

cat >script.cjs <<'NODE'
const assert = require("node:assert");
const { Readable } = require("node:stream");
const csv = require("csv-parser");
const fast = require("fast-csv");

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}
const plain = (row) => ({ ...row });
async function read(stream) {
  return (await stream.toArray()).map(plain);
}
const first = (text) => read(Readable.from([text]).pipe(csv()));
const second = (text) => read(fast.parseString(text, { headers: true }));

(async () => {
  const screens = 'size,name\n4,a\n5",b\n6,c\n7,d\n';
  holds("rows", await first(screens), [{ size: "4", name: "a" }, { size: '5",b\n6,c\n7,d\n' }]);
  holds("rows of the other", (await second(screens)).length, 4);
  holds("empty line", await first("a,b\n\n1,2\n"), [{}, { a: "1", b: "2" }]);
  holds("short and long", await first("a,b\n1\n1,2,3\n"), [{ a: "1" }, { a: "1", b: "2", _2: "3" }]);
  console.log("held: five inches take the rest");
})();
NODE
node script.cjs

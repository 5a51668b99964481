#!/usr/bin/env bash
# csv-string 4.1.1 (npm)
#
# A file with semicolons in which the name of a column has a comma, within quotes, has no rows, without an error: the
# separator is guessed from the first that comes, inside of quotes, too, and with the wrong one nothing is left. The
# same file is read with the separator given. An empty line in the middle of a file is a row of one empty text.
# Seen: [] of "price, net";sold and 1;2
#
# Most would guess: a comma within quotes is no separator, and a file that cannot be read is an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional csv-string@4.1.1

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";

const CSV = createRequire(import.meta.url)("csv-string");

const text = '"price, net";sold\n1;2\n';
const seen = {
  detected: CSV.detect(text),
  guessed: CSV.parse(text),
  given: CSV.parse(text, ";"),
  emptyLine: CSV.parse("a,b\n\n1,2\n", { output: "objects" }).map((row) => ({ ...row })),
};
console.log(JSON.stringify(seen));
assert.deepStrictEqual(seen, {
  detected: ",",
  guessed: [],
  given: [
    ["price, net", "sold"],
    ["1", "2"],
  ],
  emptyLine: [{ a: "", b: undefined }, { a: "1", b: "2" }],
});
console.log("held: a comma in a name leaves no rows");
NODE

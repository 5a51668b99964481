#!/usr/bin/env bash
# convert-csv-to-json 4.72.0 (npm)
#
# Quotes are letters, unless they are asked for. Of a row with the name "Miller, Ann" the name is half of it, its other
# half is under the postal code, and the code is lost, as there is no column left. The next rows are right. If the
# header has semicolons each row is one value under one name.
# Seen: {"id":"1","name":"\"Miller","zip":" Ann\""}
#
# Most would guess: a quoted comma is part of a value, as in each CSV file that Excel writes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional convert-csv-to-json@4.72.0

node - <<'NODE'
const assert = require("assert");
const fs = require("fs");
const converter = require("convert-csv-to-json");

fs.writeFileSync("people.csv", 'id,name,zip\n1,"Miller, Ann",00501\n2,Smith,10001\n');
const rows = converter.fieldDelimiter(",").getJsonFromCsv("people.csv");
console.log(rows);
assert.deepStrictEqual(rows, [
  { id: "1", name: '"Miller', zip: ' Ann"' },
  { id: "2", name: "Smith", zip: "10001" },
]);
const quoted = converter.fieldDelimiter(",").supportQuotedField(true).getJsonFromCsv("people.csv");
assert.deepStrictEqual(quoted[0], { id: "1", name: "Miller, Ann", zip: "00501" });
console.log("held: half of a name is a postal code");
NODE

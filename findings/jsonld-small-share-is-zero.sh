#!/usr/bin/env bash
# jsonld 9.0.0 (npm)
#
# A share of 0.0000001 is the integer 0 in RDF, and 5e-9, too, while 0.00000015 is the double that it is: what
# JavaScript writes without a point counts as an integer. An amount of 12.5 that is declared as a decimal is written as
# 1.25E1, which is no decimal in XML Schema. Read with native types, the integer "007" is a text without a type.
# Seen: "0"^^xsd:integer of 1e-7
#
# Most would guess: 1.0E-7 as a double, as for its neighbours.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional jsonld@9.0.0

node --input-type=module - <<'NODE'
import assert from "node:assert";
import jsonld from "jsonld";

const XSD = "http://www.w3.org/2001/XMLSchema#";

async function written(value) {
  const document = { "@context": { "@vocab": "http://example.org/" }, "@id": "http://example.org/run", share: value };
  const quads = await jsonld.toRDF(document, { format: "application/n-quads" });
  return quads.match(/("[^"]*")\^\^<.*#(\w+)>/).slice(1).join(" ");
}

const seen = [];
for (const value of [1e-6, 1.5e-7, 1e-7, 5e-9, { "@value": 12.5, "@type": `${XSD}decimal` }]) {
  seen.push(await written(value));
}
const quad = `<http://example.org/run> <http://example.org/id> "007"^^<${XSD}integer> .\n`;
const [read] = await jsonld.fromRDF(quad, { useNativeTypes: true });
console.log(seen, read["http://example.org/id"]);
assert.deepStrictEqual(seen, [
  '"1.0E-6" double',
  '"1.5E-7" double',
  '"0" integer',
  '"0" integer',
  '"1.25E1" decimal',
]);
assert.deepStrictEqual(read["http://example.org/id"], [{ "@value": "007" }]);
console.log("held: a share of 0.0000001 is the integer 0");
NODE

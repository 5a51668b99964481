#!/usr/bin/env bash
# fast-xml-parser 5.12.1 (npm)
#
# The texts of an element are joined without a space: `1 <b>2</b> 3` has the text 13, and 1 and 2 on both sides of a
# comment are the number 12. Read and written again, children of one name are put together, all attributes are gone,
# 00501 is 501, and an attribute that was true has no value, which is no XML.
# Seen: #text "13"; 12; <r x="1" ok no="false">
#
# Most would guess: spaces as they were, and a value for each attribute.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional fast-xml-parser@5.12.1

node - <<'NODE'
const assert = require("assert");
const { XMLBuilder, XMLParser } = require("fast-xml-parser");

const read = (text) => new XMLParser().parse(text);
const written = new XMLBuilder({ ignoreAttributes: false }).build({ r: { "@_x": 1, "@_ok": true, "@_no": false } });
const seen = [read("<a>1 <b>2</b> 3</a>"), read("<a>1<!-- and -->2</a>"), written];
console.log(seen);
assert.deepStrictEqual(seen, [{ a: { b: 2, "#text": "13" } }, { a: 12 }, '<r x="1" ok no="false"></r>']);
const again = new XMLBuilder().build(read('<r id="5"><zip>00501</zip><n>1</n><zip>00502</zip></r>'));
assert.strictEqual(again, "<r><zip>501</zip><zip>502</zip><n>1</n></r>");
console.log("held: 1 and 3 around an element are 13");
NODE

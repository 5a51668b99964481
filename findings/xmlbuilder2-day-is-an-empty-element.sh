#!/usr/bin/env bash
# xmlbuilder2 4.0.3 (npm)
#
# An object as XML and back. A Date is an empty element, without an error, and as an attribute the long text of its
# host's zone. A missing value of a list is left out, so the third of 1, null and 3 is the second, and lists in a list
# are one list. What is read into an object keeps its escapes: 5 &lt; 6 is the text '5 &lt; 6', and the parsed tree
# has 5 < 6. An element between two of one name makes a list of objects of all three.
# Seen: <day/> of a Date
#
# Most would guess: the time in ISO 8601, or an error; 5 < 6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional xmlbuilder2@4.0.3

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { convert, create } from "xmlbuilder2";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function xml(value) {
  return convert({ run: value }).replace('<?xml version="1.0"?>', "");
}
function read(text) {
  return convert(text, { format: "object" });
}

const day = new Date(0);
holds("day", xml({ day }), "<run><day/></run>");
const zone = "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)";
holds("attribute", xml({ "@day": day }), `<run day="${zone}"/>`);
holds("list", xml({ rows: [1, null, 3] }), "<run><rows>1</rows><rows>3</rows></run>");
holds("lists", xml({ rows: [[1, 2], [3]] }), "<run><rows>1</rows><rows>2</rows><rows>3</rows></run>");
holds("read", read("<run>5 &lt; 6</run>"), { run: "5 &lt; 6" });
holds("tree", create("<run>5 &lt; 6</run>").root().node.textContent, "5 < 6");
holds("values", read("<r><v>1</v><v>2</v></r>"), { r: { v: ["1", "2"] } });
holds("with one between", read("<r><v>1</v><n/><v>2</v></r>"), { r: { "#": [{ v: "1" }, { n: {} }, { v: "2" }] } });
NODE
TZ=UTC node script.mjs
echo "held: a day is an empty element"

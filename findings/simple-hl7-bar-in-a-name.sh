#!/usr/bin/env bash
# simple-hl7 3.3.0 (npm)
#
# A bar in a value is written as it is, so it ends the field, and all behind it move by one: with the name "Miller |
# Sons" the date of birth is the sex. The escape that HL7 has for it, \F\, is not made, and one that another system has
# written is not read. Of a field that is repeated, as two numbers of one patient, each component is an empty text.
# Seen: "1970" as the sex of a patient, and "" for a patient's number
#
# Most would guess: escapes on writing and on reading, and the first of two numbers.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional simple-hl7@3.3.0

node - <<'NODE'
const assert = require("assert");
const { Message, Parser } = require("simple-hl7");

const parser = new Parser();
const message = new Message("LAB", "A");
message.addSegment("PID", "1", "", "77", "", "Miller | Sons", "", "1970", "F");
const written = parser.parse(message.toString()).getSegment("PID");
const received = parser.parse(
  "MSH|^~\\&|LAB|A|B|C|20240101||ADT^A01|1|P|2.3\rPID|1||77^^^X~88^^^Y||Miller \\F\\ Sons\r",
).getSegment("PID");
const seen = {
  name: written.getField(5),
  birth: written.getField(7),
  sex: written.getField(8),
  receivedName: received.getField(5),
  number: received.getComponent(3, 1),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  name: "Miller ",
  birth: "",
  sex: "1970",
  receivedName: "Miller \\F\\ Sons",
  number: "",
});
console.log("held: a bar in a name moves all fields behind it");
NODE

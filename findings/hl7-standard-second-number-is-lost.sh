#!/usr/bin/env bash
# hl7-standard 1.0.4 (npm)
#
# Messages of HL7. Of a field that has two values, 123~456, get() has the first alone. Characters that HL7 escapes stay
# escaped: J&K, which is sent as J\T\K, is J\T\K. A message that is built again has one empty field more at the end of
# each segment, and one more with each further copy.
# Seen: 123 of 123~456
#
# Most would guess: both numbers, J&K, and the message that was read.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional hl7-standard@1.0.4

cat >script.mjs <<'NODE'
import assert from "node:assert";
import HL7 from "hl7-standard";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function read(message) {
  const hl7 = new HL7(message);
  hl7.transform((error) => assert.ok(!error));
  return hl7;
}

const message = [
  "MSH|^~\\&|A|B|C|D|20240102||ORU^R01|1|P|2.5",
  "PID|1||123~456||Doe^J\\T\\K",
].join("\r");
const hl7 = read(message);
holds("numbers", hl7.get("PID.3"), { "PID.3.1": "123" });
holds("first", hl7.get("PID.3.1"), "123");
holds("name", hl7.get("PID.5.2"), "J\\T\\K");
const built = hl7.build();
holds("built", built.split("\r\n")[1], "PID|1||123~456||Doe^J\\T\\K|");
holds("built again", read(built).build().split("\r\n")[1], "PID|1||123~456||Doe^J\\T\\K||");
NODE
TZ=UTC node script.mjs
echo "held: the second number is lost"

#!/usr/bin/env bash
# convict 6.2.5 (npm)
#
# A configuration with types and a check, that takes values from the environment. A switch is true unless it is "false":
# "0", "no" and "off" are true. A number is what its text begins with: "1e3" is 1 for an integer, "1,5" is 1, "0x10" is
# 0, "80.9" is the port 80, and "12d" is 12. An empty text is NaN, which passes the check of a number, and as a list it
# is a list of one empty text.
# Seen: true of "0", 1 of "1e3"
#
# Most would guess: false, 1000, and an error where a text is no number.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional convict@6.2.5

cat >script.cjs <<'NODE'
const assert = require("node:assert");
const convict = require("convict");

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}
function read(format, text, nothing = null) {
  const schema = { value: { format, default: nothing, nullable: true, env: "VALUE" } };
  const config = convict(schema, { env: { VALUE: text } });
  config.validate({ allowed: "strict" });
  return config.get("value");
}
for (const text of ["0", "no", "off"]) {
  holds(`switch ${text}`, read(Boolean, text, false), true);
}
holds("switch false", read(Boolean, "false", false), false);
holds("integer 1e3", read("int", "1e3"), 1);
holds("integer 1.9", read("int", "1.9"), 1);
holds("number 1e3", read(Number, "1e3"), 1000);
holds("number 1,5", read(Number, "1,5"), 1);
holds("number 0x10", read(Number, "0x10"), 0);
holds("port 80.9", read("port", "80.9"), 80);
holds("number 12d", read(Number, "12d"), 12);
assert.deepStrictEqual(read(Number, ""), NaN);
holds("empty list", read(Array, "", []), [""]);
console.log("held: zero is true");
NODE
node script.cjs

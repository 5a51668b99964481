#!/usr/bin/env bash
# json-rules-engine 7.3.1 (npm)
#
# contains and doesNotContain are for lists. Of a text, and of null, both are false, without an error: a rule that is
# to fire where a message does not contain "ok" never fires. A value that is missing is refused, but not what is
# missing inside a fact by a path. Larger and smaller take numbers in texts, "10" is above 9, while equal does not:
# "10" is not equal to 10.
# Seen: "disk full" contains "disk": no; does not contain "ok": no
#
# Most would guess: yes and yes, or an error, as a text is no list.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional json-rules-engine@7.3.1

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import rules from "json-rules-engine";

async function fires(operator, value, fact) {
  const engine = new rules.Engine();
  engine.addRule({ conditions: { all: [{ fact: "given", operator, value }] }, event: { type: "found" } });
  return (await engine.run({ given: fact })).events.length === 1;
}
const seen = [
  await fires("contains", "disk", "disk full"),
  await fires("doesNotContain", "ok", "disk full"),
  await fires("doesNotContain", "ok", null),
];
console.log(seen);
assert.deepStrictEqual(seen, [false, false, false]);
assert.deepStrictEqual([await fires("contains", "a", ["a"]), await fires("doesNotContain", "a", ["b"])], [true, true]);
assert.deepStrictEqual([await fires("greaterThan", 9, "10"), await fires("equal", 10, "10")], [true, false]);
console.log("held: neither contains nor does not");
NODE

#!/usr/bin/env bash
# yaml 2.9.1 (npm)
#
# A file that is read as a document, which keeps its comments, and of which one value is set, has other values changed,
# too: an id of twenty digits is rounded, 00501 is 501, and twenty digits of a fraction are seventeen and three zeros.
# Nothing is said. With `intAsBigInt` the id stays, and 00501 is still 501.
# Seen: id: 12345678901234567000 of id: 12345678901234567890
#
# Most would guess: what was not set is written as it was.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional yaml@2.9.1

node - <<'NODE'
const assert = require("assert");
const YAML = require("yaml");

const text = [
  "# settings of the load",
  "account: 12345678901234567890",
  "zip: 00501",
  "share: 0.12345678901234567890",
  "retries: 3",
  "",
].join("\n");
const document = YAML.parseDocument(text);
document.set("retries", 5);
const seen = String(document).split("\n");
console.log(seen);
assert.deepStrictEqual(seen, [
  "# settings of the load",
  "account: 12345678901234567000",
  "zip: 501",
  "share: 0.12345678901234568000",
  "retries: 5",
  "",
]);
const large = YAML.parseDocument(text, { intAsBigInt: true });
large.set("retries", 5);
assert.deepStrictEqual(String(large).split("\n").slice(1, 3), ["account: 12345678901234567890", "zip: 501"]);
console.log("held: setting one value changes another");
NODE

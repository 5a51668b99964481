#!/usr/bin/env bash
# csv-parse 7.0.3 (npm)
#
# With cast set, numbers of a CSV come as numbers. A hexadecimal text is one, too, and its value is 0: what stands
# before the "x". So each address of a blockchain, each hash and each identifier of a device with a 0x is the same 0,
# and rows that are grouped or joined by it are one. The same is true of 0b101 and 0o17; a minus before it keeps the
# text.
#
# Most would guess: the text, or 31 for 0x1F.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts csv-parse@7.0.3

node - <<'NODE'
const assert = require("assert");
const { parse } = require("csv-parse/sync");

const texts = [
  "0x00000000000000000000000000000000000000a1",
  "0xb200000000000000000000000000000000000000",
  "0x1F",
  "0b101",
  "0o17",
  "-0x1F",
  "1F",
];
const seen = parse(texts.join("\n"), { cast: true }).map(([value]) => value);
console.log(seen);
assert.deepStrictEqual(seen, [0, 0, 0, 0, 0, "-0x1F", "1F"]);
console.log("held: all addresses are 0");
NODE

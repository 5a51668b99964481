#!/usr/bin/env bash
# bytes 3.1.2 (npm)
#
# What bytes does not know as a unit it leaves away, and counts the number before it in bytes: "1GiB" is one byte, "5
# gigabytes" are five, "10k" is ten, and "1e3MB" is one. "1,5GB" is one byte, too. None of it is an error, nor null as
# it is for "GB". Web servers read their limits of a body with it.
#
# Most would guess: null, as for other text that is no size, and that the unit of a limit counts in all its spellings.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund bytes@3.1.2

node - <<'NODE'
const assert = require("assert");
const bytes = require("bytes");

const texts = ["1GB", "1.5GB", "1,5GB", "1GiB", "5 gigabytes", "10k", "1e3MB", "GB"];
const seen = Object.fromEntries(texts.map((text) => [text, bytes(text)]));
console.log(seen);
assert.deepStrictEqual(seen, {
  "1GB": 2 ** 30,
  "1.5GB": 1.5 * 2 ** 30,
  "1,5GB": 1,
  "1GiB": 1,
  "5 gigabytes": 5,
  "10k": 10,
  "1e3MB": 1,
  GB: null,
});
console.log("held: 1GiB is one byte");
NODE

#!/usr/bin/env bash
# @sinclair/typebox 0.34.52 (npm)
#
# Value.Convert makes values of the texts of a form or a file. For an integer the text "1e3" is 1, for a number it is
# 1000, and "0x10" is 0. "1.9" is 1 and 9007199254740993 another number. For a number or a boolean "true" is 1, and for
# a boolean or a number "1" is true. As a date the year "2024" is two seconds after the beginning of 1970.
# Seen: 1 of "1e3"; 1970-01-01T00:00:02.024Z of "2024"
#
# Most would guess: a text is converted to the number that it says, or left as it is, as "1,5" and "abc" are.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional @sinclair/typebox@0.34.52

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

const seen = {
  integers: ["1e3", "1.9", "9007199254740993", "1,5"].map((text) => Value.Convert(Type.Integer(), text)),
  numbers: ["1e3", "0x10", "abc"].map((text) => Value.Convert(Type.Number(), text)),
  unions: [
    Value.Convert(Type.Union([Type.Number(), Type.Boolean()]), "true"),
    Value.Convert(Type.Union([Type.Boolean(), Type.Number()]), "1"),
  ],
  year: Value.Convert(Type.Date(), "2024").toISOString(),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  integers: [1, 1, 9007199254740992, "1,5"],
  numbers: [1000, 0, "abc"],
  unions: [1, true],
  year: "1970-01-01T00:00:02.024Z",
});
console.log('held: as an integer "1e3" is 1, and as a date the year 2024 is in 1970');
NODE

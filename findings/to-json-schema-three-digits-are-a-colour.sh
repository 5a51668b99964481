#!/usr/bin/env bash
# to-json-schema 0.2.5, jsonschema 1.5.0 (npm)
#
# In a schema that is made of a sample the text "123" has the format of a colour, and so have "abc" and "red"; a year
# as a text has the format of milliseconds since 1970, and 12:30 that of a style. jsonschema checks the first two by
# that: the next code, "0123", and a year of "n/a" are refused, and the code "blue" is valid.
# Seen: { code: color, year: utc-millisec, start: style }
#
# Most would guess: three texts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional to-json-schema@0.2.5 jsonschema@1.5.0

node - <<'NODE'
const assert = require("assert");
const toJsonSchema = require("to-json-schema");
const { validate } = require("jsonschema");

const sample = { code: "123", year: "2024", start: "12:30" };
const schema = toJsonSchema(sample);
const formats = Object.values(schema.properties).map((property) => property.format);
const next = [sample, { ...sample, code: "0123" }, { ...sample, year: "n/a" }, { ...sample, code: "blue" }];
const valid = next.map((row) => validate(row, schema).valid);
console.log(formats, valid);
assert.deepStrictEqual(formats, ["color", "utc-millisec", "style"]);
assert.deepStrictEqual(valid, [true, false, false, true]);
console.log("held: a code of three digits is a colour");
NODE

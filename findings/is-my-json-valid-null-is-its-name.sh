#!/usr/bin/env bash
# is-my-json-valid 2.20.6, ajv 8.20.0 (npm)
#
# A list of null and the text "null" is refused, as its items are not unique, and so is a list of a table and its text
# in JSON. Two objects that are equal are unique when their keys come in another order, and one of an enum is not found
# in it then. A time with its zone, 10:00:00Z, is refused as a time; 10:00:00 is one.
# Seen: false for [null, "null"], true for [{"a":1,"b":2}, {"b":2,"a":1}]
#
# Most would guess: the other verdict in each, which ajv has, too.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
  is-my-json-valid@2.20.6 ajv@8.20.0 ajv-formats@3.0.1

node - <<'NODE'
const assert = require("assert");
const validator = require("is-my-json-valid");
const Ajv = require("ajv").default;

const ajv = new Ajv();
require("ajv-formats").default(ajv);
const cases = [
  [{ type: "array", uniqueItems: true }, [null, "null"]],
  [{ type: "array", uniqueItems: true }, [{ a: 1 }, '{"a":1}']],
  [{ type: "array", uniqueItems: true }, [{ a: 1, b: 2 }, { b: 2, a: 1 }]],
  [{ enum: [{ a: 1, b: 2 }] }, { b: 2, a: 1 }],
  [{ type: "string", format: "time" }, "10:00:00Z"],
  [{ type: "string", format: "time" }, "10:00:00"],
];
const seen = cases.map(([schema, value]) => validator(schema)(value));
const right = cases.map(([schema, value]) => ajv.validate(schema, value));
console.log(seen, right);
assert.deepStrictEqual(seen, [false, false, true, false, false, true]);
assert.deepStrictEqual(right, [true, true, false, true, true, false]);
console.log("held: null is its name, and two that are equal are not");
NODE

#!/usr/bin/env bash
# yamljs 0.3.0, yaml 2.9.1 (npm)
#
# Of a key that is there twice the first value stays, in silence, and of two documents of a file one is made. 1,5 is
# fifteen and 1,000 a thousand; 0o10 and 0b1 are 0, and 0899 is 0, while 00501 is 321. Month 13 is January of the next
# year. As a key a day is a text of 60 letters with the zone of the host. yaml refuses the key that is there twice.
# Seen: 15 of 1,5
#
# Most would guess: an error or the last value, and the text "1,5".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TZ=UTC
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional yamljs@0.3.0 yaml@2.9.1

node --input-type=module - <<'NODE'
import assert from "node:assert";
import YAML from "yamljs";
import { parse } from "yaml";

const twice = YAML.parse("timeout: 1\ntimeout: 2");
const documents = YAML.parse("a: 1\n---\nb: 2");
const texts = ["1,5", "1,000", "0o10", "0b1", "0899", "00501"];
const numbers = texts.map((text) => YAML.parse(`x: ${text}`).x);
const month = YAML.parse("x: 2024-13-05").x.toISOString();
const [key] = Object.keys(YAML.parse("2024-01-02: x"));
console.log(twice, documents, numbers, month, key, parse("x: 1,5"));
assert.deepStrictEqual([twice, documents], [{ timeout: 1 }, { a: 1, b: 2 }]);
assert.deepStrictEqual(numbers, [15, 1000, 0, 0, 0, 321]);
assert.deepStrictEqual([month, key.slice(0, 15)], ["2025-01-05T00:00:00.000Z", "Tue Jan 02 2024"]);
assert.throws(() => parse("timeout: 1\ntimeout: 2"));
assert.deepStrictEqual(parse("x: 1,5"), { x: "1,5" });
console.log("held: the first timeout stays");
NODE

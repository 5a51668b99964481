#!/usr/bin/env bash
# edn-data 1.2.2, jsedn 0.4.1 (npm)
#
# EDN, the data format of Clojure and Datomic, has ##NaN and ##Inf. One reader takes it for a tag of the next value: of
# 1, infinity and 3 two are left, and in a map the next key becomes a part of the value, and its own is lost. It writes
# NaN as a symbol and the key "a b" as a key and a symbol. For the other reader an \n in a text, as the first one writes
# a line break, is a backslash and an n, \u00e9 is u00e9, and a large integer is a text, but 1N the number 1.
# Seen: {load: {tag: "#Inf", val: "rows"}} of {:load ##Inf :rows 5}
#
# Most would guess: the values, with infinity, or an error, and a line break.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional edn-data@1.2.2 jsedn@0.4.1

cat >script.cjs <<'NODE'
const assert = require("node:assert");
const edn = require("edn-data");
const jsedn = require("jsedn");

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}
const options = { mapAs: "object", keywordAs: "string" };
const second = (text) => jsedn.toJS(jsedn.parse(text));

holds("a list", edn.parseEDNString("[1 2 3]", options), [1, 2, 3]);
holds("with infinity", edn.parseEDNString("[1 ##Inf 3]", options), [1, { tag: "#Inf", val: 3 }]);
const map = edn.parseEDNString("{:load ##Inf :rows 5}", options);
holds("a map", map, { load: { tag: "#Inf", val: "rows" } });
holds("written", edn.toEDNStringFromSimpleObject({ load: NaN }), "{:load NaN}");
holds("a key", edn.toEDNStringFromSimpleObject({ "a b": 1 }), "{:a b 1}");
const written = edn.toEDNStringFromSimpleObject("a\nb");
holds("line break", second(written), "a\\nb");
holds("letter", second('"\\u00e9"'), "u00e9");
holds("large integers", second("[9007199254740991 1N]"), ["9007199254740991", 1]);
console.log("held: infinity takes the next value");
NODE
node script.cjs

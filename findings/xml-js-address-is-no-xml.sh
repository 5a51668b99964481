#!/usr/bin/env bash
# xml-js 1.6.11 (npm), CPython's xml.etree
#
# A file that is read and written again is no XML any more if an attribute has an ampersand, as the address of a page
# with two parameters, or a "less than": both are written as they are. A text is XML, and has another meaning: AT&amp;T
# that is meant letter by letter, as in an example, is AT&T after it.
# Seen: <u href="https://example.org/?a=1&b=2"/> of <u href="https://example.org/?a=1&amp;b=2"/>
#
# Most would guess: the file that was read.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional xml-js@1.6.11

cat >read.xml <<'XML'
<page href="https://example.org/?a=1&amp;b=2" rule="rows &lt; 5"/>
XML
node - <<'NODE'
const assert = require("assert");
const fs = require("fs");
const { js2xml, xml2js } = require("xml-js");

const copy = (text) => js2xml(xml2js(text));
const written = copy(fs.readFileSync("read.xml", "utf8"));
fs.writeFileSync("written.xml", written);
const example = copy("<example>write AT&amp;amp;T</example>");
console.log(written, example);
assert.strictEqual(written, '<page href="https://example.org/?a=1&b=2" rule="rows < 5"/>');
assert.strictEqual(example, "<example>write AT&amp;T</example>");
NODE
python3 - <<'PYTHON'
from xml.etree import ElementTree

assert ElementTree.parse("read.xml").getroot().get("rule") == "rows < 5"
try:
    ElementTree.parse("written.xml")
except ElementTree.ParseError as error:
    print(error)
else:
    raise SystemExit("what was written is XML")
print("held: an address with two parameters is no XML")
PYTHON

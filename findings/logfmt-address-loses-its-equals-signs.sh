#!/usr/bin/env bash
# logfmt 1.4.0 (npm)
#
# Lines of the kind at=info status=200, as Heroku and Go's loggers write them. An equals sign within a value is lost: of
# path=/a?b=c&d=e the path is /a?bc&de. A backslash is lost, so "a\nb" in quotes is anb and a folder C:\new is C:new.
# The text "true" in quotes is true, and a value in single quotes is cut at its blank, with the rest as a key. A text
# with a line break is written as two lines.
# Seen: /a?bc&de of path=/a?b=c&d=e
#
# Most would guess: the path, a line break, and one line.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional logfmt@1.4.0

cat >script.cjs <<'NODE'
const assert = require("node:assert");
const logfmt = require("logfmt");

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}
const read = (text) => ({ ...logfmt.parse(text) });
holds("path", read("path=/a?b=c&d=e rows=5"), { path: "/a?bc&de", rows: "5" });
holds("line break", read('msg="a\\nb"'), { msg: "anb" });
holds("folder", read('folder="C:\\new"'), { folder: "C:new" });
holds("quoted", read('name="true" rows="5"'), { name: true, rows: "5" });
holds("single quotes", read("msg='not found' rows=5"), { msg: "'not", "found'": true, rows: "5" });
holds("written", logfmt.stringify({ msg: "a\nb" }), "msg=a\nb");
console.log("held: an address loses its equals signs");
NODE
node script.cjs

#!/usr/bin/env bash
# fflate 0.8.3, pako 3.0.3 (npm)
#
# A gzip file may be of several members, one behind the other: what appends to a compressed log makes such a file.
# Node's zlib and pako read all of it. fflate reads the first member only, and no more bytes of it than the last one
# has, since it takes the length at the end of the file for the whole. So a log whose last part is small loses nearly
# all, in the middle of a line, without an error.
# Seen: zlib and pako: 100 lines; fflate: 2, the second cut short
#
# Most would guess: all members, or an error where only one is read.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund fflate@0.8.3 pako@3.0.3

node --input-type=module - <<'NODE'
import assert from "assert";
import zlib from "zlib";
import * as fflate from "fflate";
import * as pako from "pako";

const lines = (first, count) => Array.from({ length: count }, (_, index) => `line ${first + index}\n`).join("");
const file = Buffer.concat([lines(10, 89), lines(99, 1) + "end"].map((text) => zlib.gzipSync(text)));
const seen = {
  zlib: zlib.gunzipSync(file).toString(),
  pako: Buffer.from(pako.ungzip(file)).toString(),
  fflate: Buffer.from(fflate.gunzipSync(file)).toString(),
  decompress: Buffer.from(fflate.decompressSync(file)).toString(),
};
console.log(Object.fromEntries(Object.entries(seen).map(([name, text]) => [name, [text.length, text.slice(-8)]])));
assert.strictEqual(seen.zlib, lines(10, 90) + "end");
assert.strictEqual(seen.pako, seen.zlib);
assert.strictEqual(seen.fflate, "line 10\nlin");
assert.strictEqual(seen.decompress, seen.fflate);
console.log("held: of two members fflate reads the first, and no further than the second is long");
NODE

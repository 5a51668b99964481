#!/usr/bin/env bash
# geotiff 3.0.5 (npm)
#
# `writeArrayBuffer()` writes a list of numbers as bytes, without an error or a warning: heights of 300, -1, 1.5 and NaN
# are 44, 255, 1 and 0 when they are read. A typed array of 16 bits without a sign, or of floats, is right, but one with
# a sign, Int16Array, is written as its bytes: -1, 2, 3 and 4 are -254, 772, 0 and 0.
# Seen: [44, 255, 1, 0] of [300, -1, 1.5, NaN]
#
# Most would guess: the numbers, as floats, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional geotiff@3.0.5

cat >script.cjs <<'NODE'
const assert = require("node:assert");
function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

async function copy(values) {
  const { fromArrayBuffer, writeArrayBuffer } = await import("geotiff");
  const file = await fromArrayBuffer(await writeArrayBuffer(values, { height: 2, width: 2 }));
  const [band] = await (await file.getImage()).readRasters();
  return Array.from(band);
}

(async () => {
  holds("small", await copy([1, 2, 3, 4]), [1, 2, 3, 4]);
  holds("heights", await copy([300, -1, 1.5, NaN]), [44, 255, 1, 0]);
  holds("without a sign", await copy(new Uint16Array([300, 2, 3, 4])), [300, 2, 3, 4]);
  holds("with a sign", await copy(new Int16Array([-1, 2, 3, 4])), [-254, 772, 0, 0]);
  holds("floats", await copy(new Float32Array([300, -1, 1.5, 4])), [300, -1, 1.5, 4]);
  console.log("held: a height of 300 is 44");
})();
NODE
node script.cjs

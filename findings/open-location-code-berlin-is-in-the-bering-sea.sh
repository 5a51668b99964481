#!/usr/bin/env bash
# open-location-code 1.0.3 (npm)
#
# A place whose numbers are texts, as they come from a form or a CSV, has the code of another one, without an error:
# Berlin is in the Bering Sea, and Sydney in the Atlantic. The latitude stays, and the longitude moves by 180 degrees. A
# latitude of NaN is the South Pole.
# Seen: 924MGC29+25 of "52.5" and "13.4", 9F4MGC22+22 of the numbers
#
# Most would guess: the same code, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional open-location-code@1.0.3

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";

const { OpenLocationCode } = createRequire(import.meta.url)("open-location-code");
const codes = new OpenLocationCode();

function place(latitude, longitude) {
  const area = codes.decode(codes.encode(latitude, longitude));
  return [Math.round(area.latitudeCenter), Math.round(area.longitudeCenter)];
}

const seen = {
  codes: [codes.encode(52.5, 13.4), codes.encode("52.5", "13.4")],
  berlin: place("52.5", "13.4"),
  sydney: place("-33.9", "151.2"),
  nowhere: place(NaN, 1),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  codes: ["9F4MGC22+22", "924MGC29+25"],
  berlin: [53, -167],
  sydney: [-34, -29],
  nowhere: [-90, 1],
});
console.log("held: Berlin as texts is in the Bering Sea");
NODE

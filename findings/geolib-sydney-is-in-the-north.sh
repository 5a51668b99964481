#!/usr/bin/env bash
# geolib 3.3.14 (npm)
#
# The latitude of Sydney, -33.8688 degrees, is written as 33° 52' 07.68", and read back by the same library as 33.8688,
# in the north. A latitude of 0.00000015, two centimetres from the equator, is written as 1 degree, 111 km from it, and
# 1.99999999 as 1° 59' 60.0". A latitude with S behind it is read as one of the south.
#
# Most would guess: 33° 52' 07.68" S or with a minus, and the same place when it is read.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional geolib@3.3.14

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";

const { decimalToSexagesimal, sexagesimalToDecimal } = createRequire(import.meta.url)("geolib");
const seen = [-33.8688, 1.5e-7, 1.99999999].map((degrees) => decimalToSexagesimal(degrees));
const read = [sexagesimalToDecimal(seen[0]), sexagesimalToDecimal(`${seen[0]} S`)];
console.log(seen, read);
assert.deepStrictEqual(seen, [`33° 52' 07.68"`, `1° 00' 00.0002"`, `1° 59' 60.0"`]);
assert.deepStrictEqual(read, [33.8688, -33.8688]);
console.log("held: Sydney is in the north, and almost zero is a degree");
NODE

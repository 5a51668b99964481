#!/usr/bin/env bash
# js-quantities 1.8.0, mathjs 15.2.0 (npm), Pint 0.25.3
#
# 20 degC are 36 degF for js-quantities: for it degC is the size of a step on the scale, and a temperature is written
# tempC. mathjs and pint have 68 degrees, from the same words. And 0 degC is 0 kelvin, so a frost is absolute zero.
#
# Most would guess: 68 degrees for 20, or an error where a unit is not one of temperatures.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check Pint==0.25.3
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund js-quantities@1.8.0 mathjs@15.2.0

"$folder/venv/bin/python" - <<'PYTHON'
import pint

seen = round(pint.UnitRegistry().Quantity(20, "degC").to("degF").magnitude, 6)
print("pint", seen)
assert seen == 68, seen
PYTHON
node - <<'NODE'
const assert = require("assert");
const { unit } = require("mathjs");
const Quantity = require("js-quantities");

const seen = {
  mathjs: unit("20 degC").toNumber("degF"),
  "js-quantities": Quantity("20 degC").to("degF").scalar,
  frost: Quantity("0 degC").to("degK").scalar,
  tempC: Quantity("20 tempC").to("tempF").scalar,
};
console.log(seen);
assert.deepStrictEqual(Object.values(seen).map((value) => Math.round(value * 1e6) / 1e6), [68, 36, 0, 68]);
console.log("held: 20 degC are 36 degF for one of three");
NODE

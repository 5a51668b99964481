#!/usr/bin/env bash
# Pint 0.25.3, convert-units 2.3.4 (npm)
#
# Pint writes units in short, convert-units reads them on a web page. A tonne is "t" for Pint, and "t" is the short ton
# of the United States for convert-units: 907 kg. A metre an hour, the speed of a drill or of a glacier, is "m/h", which
# is a mile an hour there: 1,609 times as fast. And a megabyte, "MB" for both, has 1,048,576 bytes there.
#
# Most would guess: an error for a unit that is not known, and the same unit for the same symbol.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check Pint==0.25.3
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts convert-units@2.3.4

"$folder/venv/bin/python" - <<'PYTHON'
import json
import pathlib

import pint

registry = pint.UnitRegistry()
written = {}
for unit, other in (("tonne", "kg"), ("metre / hour", "km/h"), ("megabyte", "byte")):
    quantity = registry.Quantity(1, unit)
    written[f"{quantity.u:~P}"] = round(quantity.m_as(other), 6)
print(written)
pathlib.Path("written.json").write_text(json.dumps(written))
PYTHON
node - <<'NODE'
const assert = require("assert");
const convert = require("convert-units");

const written = require("./written.json");
const others = { t: "kg", "m/h": "km/h", MB: "B" };
const read = Object.fromEntries(Object.keys(written).map((unit) => [unit, convert(1).from(unit).to(others[unit])]));
console.log(read);
assert.deepStrictEqual(written, { t: 1000, "m/h": 0.001, MB: 1000000 });
assert.deepStrictEqual(read, { t: 907.184, "m/h": 1.609344, MB: 1048576 });
console.log("held: a tonne is 907 kg, and a metre an hour a mile an hour");
NODE

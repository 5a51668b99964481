#!/usr/bin/env bash
# metar 2.0.2, metar-taf-parser 9.1.3 (npm)
#
# Reports of the weather at airports. A visibility that was not measured, "////", is 10,000 m for metar, as good as any;
# for metar-taf-parser it is not there. A storm of more than 99 knots, "P99KT", has no wind for metar-taf-parser, while
# metar says "greater than 99 knots"; a wind in km/h is one in knots, nearly twice as fast; and where the dew point is
# missing, the temperature is, too.
#
# Most would guess: what was not measured is missing, and what was is there, with its own unit.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check metar==2.0.2
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts metar-taf-parser@9.1.3

cat >reports.json <<'JSON'
["EDDF 151220Z 240P99KT //// 05/03 Q1013", "EDDF 151220Z 24010KMH 9999 M05/// Q1013"]
JSON
"$folder/venv/bin/python" - <<'PYTHON'
import json
import pathlib

from metar.Metar import Metar

seen = []
for text in json.loads(pathlib.Path("reports.json").read_text()):
    report = Metar(f"METAR {text}", month=1, year=2024, strict=False)
    seen.append((report.vis.value("M"), str(report.wind_speed), report.temp.value()))
print(seen)
assert seen == [(10000, "greater than 99 knots", 5), (10000, "10 km/h", -5)], seen
PYTHON
node - <<'NODE'
const assert = require("assert");
const { parseMetar } = require("metar-taf-parser");

const [storm, calm] = require("./reports.json").map((text) => parseMetar(text, { issued: new Date("2024-01-15") }));
console.log(storm.wind, storm.visibility, calm.wind, calm.temperature);
assert.deepStrictEqual([storm.wind, storm.visibility, storm.temperature], [undefined, undefined, 5]);
assert.deepStrictEqual([calm.wind.speed, calm.wind.unit, calm.temperature], [10, "KT", undefined]);
console.log("held: an unknown visibility is 10 km, and a storm has no wind");
NODE

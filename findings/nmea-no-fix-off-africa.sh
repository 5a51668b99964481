#!/usr/bin/env bash
# pynmea2 1.19.0, nmea-simple 3.3.0, gps 0.9.0 (npm)
#
# A GPS receiver that has no fix sends empty fields. For pynmea2 and nmea-simple it is at 0 degrees north and 0 east, in
# the sea off Africa, and for the second at a height of 0 m; only gps has null. A sentence of the kind GGA, the usual
# one for positions, carries a time without a day: it is of today for both libraries of JavaScript, in a log of any
# year.
# Seen: (0.0, 0.0), (0, 0) and (null, null); the day on which it was run
#
# Most would guess: a place that is not known is None, and so is a day.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pynmea2==1.19.0
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts nmea-simple@3.3.0 gps@0.9.0

"$folder/venv/bin/python" - <<'PYTHON'
import functools
import operator
import pathlib

import pynmea2

text = "GPGGA,120000.00,,,,,0,00,99.99,,,,,,"
sentence = f"${text}*{functools.reduce(operator.xor, text.encode()):02X}"
pathlib.Path("sentence").write_text(sentence)
message = pynmea2.parse(sentence, check=True)
print(sentence, message.latitude, message.longitude, message.altitude)
assert (message.lat, message.latitude, message.longitude, message.altitude) == ("", 0.0, 0.0, None), message
PYTHON
node - <<'NODE'
const assert = require("assert");
const sentence = require("fs").readFileSync("sentence", "utf8");
const gps = require("gps");
const { parseNmeaSentence } = require("nmea-simple");

const day = (time) => time.toISOString().slice(0, 10);
const before = day(new Date());
const one = parseNmeaSentence(sentence);
const other = (gps.Parse ?? gps.default.Parse)(sentence);
const days = [before, day(new Date())];
console.log([one.latitude, one.longitude, one.altitudeMeters, one.time], [other.lat, other.lon, other.time]);
assert.ok([one.latitude, one.longitude, one.altitudeMeters].every((value) => value === 0), JSON.stringify(one));
assert.deepStrictEqual([other.lat, other.lon], [null, null]);
assert.ok(days.includes(day(one.time)) && days.includes(day(other.time)), `${one.time} ${other.time}`);
console.log("held: a receiver without a fix is off Africa, and its time is of today");
NODE

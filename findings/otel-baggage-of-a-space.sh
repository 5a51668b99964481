#!/usr/bin/env bash
# opentelemetry-api 1.45.2 (Python), @opentelemetry/core 2.12.1, @opentelemetry/api 1.9.1 (npm)
#
# Baggage takes the name of a pipeline from one service to the next, in a header. Python writes "daily load" as
# "daily+load", the way of a form, and JavaScript reads "daily+load". The other way, a plus is allowed in the header
# as it is, and Python reads the version "1.0+build" as "1.0 build". Python to Python, and JavaScript to JavaScript,
# both texts arrive.
#
# Most would guess: one standard header is read by each SDK as the other has written it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check opentelemetry-api==1.45.2
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @opentelemetry/core@2.12.1 @opentelemetry/api@1.9.1

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

from opentelemetry import baggage
from opentelemetry.baggage.propagation import W3CBaggagePropagator

propagator, header = W3CBaggagePropagator(), {}
propagator.inject(header, baggage.set_baggage("pipeline", "daily load"))
back = baggage.get_all(propagator.extract(header))
plus = baggage.get_all(propagator.extract({"baggage": "version=1.0+build"}))
print(header, dict(back), dict(plus))
assert header == {"baggage": "pipeline=daily+load"} and back == {"pipeline": "daily load"}, (header, back)
assert plus == {"version": "1.0 build"}, plus
pathlib.Path("header").write_text(header["baggage"])
PYTHON

node - <<'NODE'
const assert = require("node:assert");
const fs = require("node:fs");
const {W3CBaggagePropagator} = require("@opentelemetry/core");
const {ROOT_CONTEXT, defaultTextMapGetter, defaultTextMapSetter, propagation} = require("@opentelemetry/api");
const propagator = new W3CBaggagePropagator();
const read = header => {
  const context = propagator.extract(ROOT_CONTEXT, {baggage: header}, defaultTextMapGetter);
  return propagation.getBaggage(context).getAllEntries().map(([key, {value}]) => [key, value]);
};
const written = {};
const entries = propagation.createBaggage({pipeline: {value: "daily load"}});
propagator.inject(propagation.setBaggage(ROOT_CONTEXT, entries), written, defaultTextMapSetter);
const seen = {
  fromPython: read(fs.readFileSync("header", "utf8")),
  own: read(written.baggage),
  plus: read("version=1.0+build"),
};
console.log(written, seen);
assert.deepStrictEqual(seen, {
  fromPython: [["pipeline", "daily+load"]],
  own: [["pipeline", "daily load"]],
  plus: [["version", "1.0+build"]],
});
console.log("held: a space in baggage from Python is a plus in JavaScript, and a plus is a space in Python");
NODE

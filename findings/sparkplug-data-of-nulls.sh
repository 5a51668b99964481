#!/usr/bin/env bash
# pysparkplug 0.6.1, sparkplug-payload 1.0.3 (npm)
#
# A device that speaks Sparkplug names the types of its values once, when it is born; what it sends later should leave
# them out, and pysparkplug does. The library of JavaScript reads each such value as null: a temperature of 21 degrees
# is one that is not there, without an error. With the types in each message it is 21.
# Seen: null from NDATA, 21 from the same message with types
#
# Most would guess: an error, or the number that is in the message.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pysparkplug==0.6.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts sparkplug-payload@1.0.3

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

import pysparkplug

values = (("temperature", pysparkplug.DataType.DOUBLE, 21.0), ("rows", pysparkplug.DataType.INT32, 7))
metrics = tuple(
    pysparkplug.Metric(timestamp=1_704_110_400_000, name=name, datatype=kind, value=value)
    for name, kind, value in values
)
for name, kind in (("birth", pysparkplug.NBirth), ("data", pysparkplug.NData)):
    payload = kind(timestamp=1_704_110_400_000, seq=0, metrics=metrics)
    pathlib.Path(name).write_bytes(payload.encode())
pathlib.Path("typed").write_bytes(payload.encode(include_dtypes=True))
PYTHON
node - <<'NODE'
const assert = require("assert");
const { readFileSync } = require("fs");
const sparkplug = require("sparkplug-payload").get("spBv1.0");

const seen = {};
for (const name of ["birth", "data", "typed"]) {
  seen[name] = sparkplug.decodePayload(readFileSync(name)).metrics.map((metric) => metric.value);
}
console.log(seen);
assert.deepStrictEqual(seen, { birth: [21, 7], data: [null, null], typed: [21, 7] });
console.log("held: all values of a data message are null");
NODE

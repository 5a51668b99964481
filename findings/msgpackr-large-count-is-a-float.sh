#!/usr/bin/env bash
# msgpackr 2.1.4, cbor-x 1.6.9, @msgpack/msgpack 3.1.3 (npm), msgpack 1.2.4, cbor2 6.3.0
#
# A count of rows of 4,294,967,295 arrives in Python as an integer, one more row as a float: msgpackr and cbor-x write
# whole numbers from 2 to the power of 32 on as floats, below -2 to the power of 31 msgpackr, too. As a key or in a
# message it is then "4294967296.0". @msgpack/msgpack writes integers.
#
# Most would guess: an integer stays one, since both formats have 64 bits for it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
  msgpackr@2.1.4 cbor-x@1.6.9 @msgpack/msgpack@3.1.3
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check msgpack==1.2.4 cbor2==6.3.0

node --input-type=module - <<'NODE'
import fs from "node:fs";
import * as msgpack from "@msgpack/msgpack";
import * as cbor from "cbor-x";
import * as msgpackr from "msgpackr";

const counts = [2 ** 32 - 1, 2 ** 32, -(2 ** 31) - 1];
fs.writeFileSync("msgpackr", msgpackr.pack(counts));
fs.writeFileSync("cbor-x", cbor.encode(counts));
fs.writeFileSync("msgpack", msgpack.encode(counts));
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

import cbor2
import msgpack

seen = {
    "msgpackr": msgpack.unpackb(pathlib.Path("msgpackr").read_bytes()),
    "cbor-x": cbor2.loads(pathlib.Path("cbor-x").read_bytes()),
    "msgpack": msgpack.unpackb(pathlib.Path("msgpack").read_bytes()),
}
print(seen)
assert {name: str(counts) for name, counts in seen.items()} == {
    "msgpackr": "[4294967295, 4294967296.0, -2147483649.0]",
    "cbor-x": "[4294967295, 4294967296.0, -2147483649]",
    "msgpack": "[4294967295, 4294967296, -2147483649]",
}, seen
print("held: 4,294,967,296 rows are a float in Python")
PYTHON

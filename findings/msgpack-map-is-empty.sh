#!/usr/bin/env bash
# @msgpack/msgpack 3.1.3, @shelacek/ubjson 1.1.1, ion-js 5.2.1, msgpackr 2.1.4, cbor-x 1.6.9 (npm)
#
# A Map of JavaScript with the row counts of three tables is written as an empty map to MessagePack by the library of
# the MessagePack project, to UBJSON and to Ion, without an error. msgpackr and cbor-x write the three.
#
# Most would guess: the three counts, as these formats have maps, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
  @msgpack/msgpack@3.1.3 @shelacek/ubjson@1.1.1 ion-js@5.2.1 msgpackr@2.1.4 cbor-x@1.6.9

node --input-type=module - <<'NODE'
import assert from "node:assert";
import * as msgpack from "@msgpack/msgpack";
import * as ubjson from "@shelacek/ubjson";
import * as cbor from "cbor-x";
import * as ion from "ion-js";
import * as msgpackr from "msgpackr";

const counts = new Map([["orders", 5], ["items", 7], ["prices", 0]]);
const size = (read) => (read instanceof Map ? read.size : Object.keys(read).length);
const seen = {
  msgpack: size(msgpack.decode(msgpack.encode(counts))),
  ubjson: size(ubjson.decode(ubjson.encode(counts))),
  ion: size(ion.load(ion.dumpText(counts)).fields()),
  msgpackr: size(msgpackr.unpack(msgpackr.pack(counts))),
  cbor: size(cbor.decode(cbor.encode(counts))),
};
console.log(seen, ion.dumpText(counts));
assert.deepStrictEqual(seen, { msgpack: 0, ubjson: 0, ion: 0, msgpackr: 3, cbor: 3 });
console.log("held: a Map of three row counts is written as none by three of five");
NODE

#!/usr/bin/env bash
# borc 3.0.0, cbor 10.0.12, cborg 6.1.5 (npm)
#
# An instant is rounded to the second: 1.5 s after 1970 are 2 s, and 23:59:59.7 is the next day. cbor has milliseconds
# for the same format. A Set is written as a list, -0 as 0. cborg writes the bytes of an array of floats: [1.5] is read
# as [0, 0, 192, 63], where cbor reads what it wrote.
# Seen: 1970-01-01T00:00:02.000Z of 1.5 s
#
# Most would guess: 1970-01-01T00:00:01.500Z.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional borc@3.0.0 cbor@10.0.12 cborg@6.1.5

node --input-type=module - <<'NODE'
import assert from "node:assert";
import borc from "borc";
import cbor from "cbor";
import * as cborg from "cborg";

const again = (library, value) => library.decode(library.encode(value));
const late = new Date("2024-01-01T23:59:59.700Z");
const instants = [again(borc, new Date(1500)), again(borc, late), again(cbor, late)].map((date) => date.toISOString());
const floats = [cborg, cbor].map((library) => [...again(library, new Float32Array([1.5]))]);
const set = again(borc, new Set([1]));
console.log(instants, floats, set);
assert.deepStrictEqual(instants, ["1970-01-01T00:00:02.000Z", "2024-01-02T00:00:00.000Z", "2024-01-01T23:59:59.700Z"]);
assert.deepStrictEqual([floats, set], [[[0, 0, 192, 63], [1.5]], [1]]);
console.log("held: an instant is half a second later");
NODE

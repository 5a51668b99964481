#!/usr/bin/env bash
# ml-stat 1.3.3 (npm)
#
# The correlation of two columns is their covariance: of 0, 4 and 0, 8 it is not 1, and above 1. standardize() of one
# array divides, and does not subtract the mean.
# Seen: 16 of two columns that go together
#
# Most would guess: 1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional ml-stat@1.3.3

node --input-type=module - <<'NODE'
import assert from "node:assert";
import stat from "ml-stat";

const rows = [[0, 0], [4, 8]];
const correlation = stat.matrix.correlation(rows)[0][1];
const covariance = stat.matrix.covariance(rows)[0][1];
const standard = stat.array.standardize([1, 2, 3]);
console.log(correlation, covariance, standard);
assert.deepStrictEqual([correlation, covariance], [16, 16]);
assert.deepStrictEqual(standard, [1, 2, 3]);
console.log("held: a correlation is sixteen");
NODE

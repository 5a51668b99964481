#!/usr/bin/env bash
# big.js 7.0.1, decimal.js 10.6.0, bignumber.js 11.1.5 (npm)
#
# A quotient of big.js and bignumber.js has 20 digits behind the point, however small it is. So 1e-21 divided by 1 is 0,
# 1e-25 doubled and halved is 0, and of 3 to the power of -30 six digits are left. What is multiplied is exact.
# decimal.js counts digits from the first that is not 0, and has all of them.
# Seen: 1e-21 / 1: 0, 0 and 1e-21; 3^-30: 4.85694e-15 twice, and 4.8569357496188611379e-15
#
# Most would guess: a package for exact numbers gives back a number that is divided by 1; its precision is a number of
# digits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
    big.js@7.0.1 decimal.js@10.6.0 bignumber.js@11.1.5

node - <<'NODE'
const assert = require("assert");

const packages = {
  "big.js": require("big.js"),
  "bignumber.js": require("bignumber.js"),
  "decimal.js": require("decimal.js"),
};
const seen = Object.entries(packages).map(([name, Exact]) => [
  name,
  String(new Exact("1e-21").div(1)),
  String(new Exact("1e-25").times(2).div(2)),
  String(new Exact(3).pow(-30)),
]);
console.log(seen);
assert.deepStrictEqual(seen, [
  ["big.js", "0", "0", "4.85694e-15"],
  ["bignumber.js", "0", "0", "4.85694e-15"],
  ["decimal.js", "1e-21", "1e-25", "4.8569357496188611379e-15"],
]);
console.log("held: an exact number that is divided by 1 is 0");
NODE

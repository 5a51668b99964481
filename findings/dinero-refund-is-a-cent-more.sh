#!/usr/bin/env bash
# dinero.js 2.0.2 (npm)
#
# An amount that is brought to cents is rounded towards minus infinity, if nothing else is said. A fee of 1.4545 EUR is
# 1.45, and the refund of the same fee is -1.46; a hundredth of a cent is nothing to one side and a whole cent to the
# other. So what is paid and paid back leaves a cent, and the sum over all rows drifts to one side.
# Seen: 1.45 and -1.46; 0.00 and -0.01
#
# Most would guess: half up, or cut to both sides: what is paid back is what was paid.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional dinero.js@2.0.2

node - <<'NODE'
const assert = require("assert");
const { EUR, add, dinero, toDecimal, transformScale } = require("dinero.js");

const inCents = (amount) => transformScale(dinero({ amount, scale: 4, currency: EUR }), 2);
const seen = [14545, -14545, 1, -1].map((amount) => toDecimal(inCents(amount)));
console.log(seen);
assert.deepStrictEqual(seen, ["1.45", "-1.46", "0.00", "-0.01"]);
assert.strictEqual(toDecimal(add(inCents(14545), inCents(-14545))), "-0.01");
console.log("held: what is paid and paid back leaves a cent");
NODE

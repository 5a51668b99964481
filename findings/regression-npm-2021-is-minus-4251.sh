#!/usr/bin/env bash
# regression 2.0.1 (npm)
#
# The coefficients are rounded to two digits before anything is computed with them. A parabola through 1, 2 and 4 of the
# years 2020 to 2022 is at -4248, -4252 and -4254, and a slope of 0.001 is 0, with an r squared of -6. The option for
# it, precision, is in its name for the digits of the result.
# Seen: -4251.67 for 2021, where the value is 2
#
# Most would guess: 2, as the curve goes through all three points.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional regression@2.0.1

node --input-type=module - <<'NODE'
import assert from "node:assert";
import regression from "regression";

const years = [[2020, 1], [2021, 2], [2022, 4]];
const values = (curve) => curve.points.map(([, value]) => value);
const parabola = values(regression.polynomial(years, { order: 2 }));
const slow = regression.linear([[1, 0.001], [2, 0.002], [3, 0.003]]);
const precise = values(regression.polynomial(years, { order: 2, precision: 10 })).map(Math.round);
console.log(parabola, slow.equation, slow.r2, precise);
assert.deepStrictEqual(parabola, [-4248.47, -4251.67, -4253.89]);
assert.deepStrictEqual([slow.equation, Math.round(slow.r2)], [[0, 0], -6]);
assert.deepStrictEqual(precise, [1, 2, 4]);
console.log("held: the value of 2021 is minus 4251");
NODE

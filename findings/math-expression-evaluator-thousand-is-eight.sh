#!/usr/bin/env bash
# math-expression-evaluator 2.0.7 (npm)
#
# The formula 1e3 is 8.15, as it is read as 1 times e, the base of logarithms, times 3, and 1e-7 is -4.28. So a number
# that JavaScript itself has put into a formula is another one: 1e-7 + 1, from a small share, is -3.28. 2^3^2 is 64
# where most languages have 512, the sine of 30 is a half, and the factorial of -1 is 1.
# Seen: 8.154845485377136 of 1e3
#
# Most would guess: 1000, or an error, as for 1E3.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional math-expression-evaluator@2.0.7

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";

const Mexp = createRequire(import.meta.url)("math-expression-evaluator");
const evaluator = new Mexp();

const share = 0.0000001;
const formulas = ["1e3", "1e-7", `${share}+1`, "2^3^2", "sin(30)", "(-1)!"];
const seen = Object.fromEntries(formulas.map((formula) => [formula, Number(evaluator.eval(formula).toFixed(3))]));
console.log(seen);
assert.deepStrictEqual(seen, {
  "1e3": 8.155,
  "1e-7": -4.282,
  "1e-7+1": -3.282,
  "2^3^2": 64,
  "sin(30)": 0.5,
  "(-1)!": 1,
});
assert.throws(() => evaluator.eval("1E3"));
console.log("held: the formula 1e3 is 8.15");
NODE

#!/usr/bin/env bash
# money-math 2.6.3 (npm)
#
# A third of a refund of 2 is 0.65, of a payment 0.67, and an eighth of a refund of 1 is 0.11. Rounded to five cents a
# refund of 1.03 is one of 0.95, and rounded "up" one of 0.97, no multiple of five at all. Half of 0.05 is 0.03 for a
# payment and 0.01 for its refund.
# Seen: -0.65 of -2.00 divided by 3.00
#
# Most would guess: the amounts of the payment with a minus, -0.67 and -1.05, or half a cent to the other side.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional money-math@2.6.3

node - <<'NODE'
const assert = require("assert");
const money = require("money-math");

const seen = {
  third: [money.div("2.00", "3.00"), money.div("-2.00", "3.00")],
  eighth: [money.div("1.00", "8.00"), money.div("-1.00", "8.00")],
  half: [money.mul("0.05", "0.50"), money.mul("-0.05", "0.50")],
  nearest: [money.roundTo5Cents("1.03"), money.roundTo5Cents("-1.03")],
  up: [money.roundUpTo5Cents("1.01"), money.roundUpTo5Cents("-1.01")],
};
console.log(seen);
assert.deepStrictEqual(seen, {
  third: ["0.67", "-0.65"],
  eighth: ["0.13", "-0.11"],
  half: ["0.03", "-0.01"],
  nearest: ["1.05", "-0.95"],
  up: ["1.05", "-0.97"],
});
console.log("held: a third of a refund is two cents less");
NODE

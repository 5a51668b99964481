#!/usr/bin/env bash
# qif2json 0.4.0 (npm)
#
# A payment of 31 January 2024 whose date is written as 2024-01-31 is one of 24 January 2031, without an error. -5,50 is
# -550, a debit of 5.00- is a credit of 5, and 1.234,50 is 1.2345, while 1,234.50 is 1234.5.
# Seen: 2031-01-24T00:00:00 of 2024-01-31
#
# Most would guess: 31 January 2024, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional qif2json@0.4.0

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";

const qif = createRequire(import.meta.url)("qif2json");

function payment(date, amount) {
  return qif.parse(`!Type:Bank\nD${date}\nT${amount}\nPRent\n^\n`).transactions[0];
}

const seen = {
  dates: ["31/01/2024", "2024-01-31"].map((date) => payment(date, "5.00").date.slice(0, 10)),
  amounts: ["1,234.50", "-5,50", "5.00-", "1.234,50"].map((amount) => payment("31/01/2024", amount).amount),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  dates: ["2024-01-31", "2031-01-24"],
  amounts: [1234.5, -550, 5, 1.2345],
});
console.log("held: 2024-01-31 is 24 January 2031");
NODE

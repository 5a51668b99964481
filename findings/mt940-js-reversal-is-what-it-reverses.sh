#!/usr/bin/env bash
# mt940-js 1.0.0, tslib 2.9.1 (npm)
#
# A debit of 1234,56 and its reversal, RD, by which the money comes back, are one entry: both are no credit, and have
# the same id, so a store by id keeps one. The reversal of a credit is a credit. A payment with the value of 31 December
# 2023 that was booked on 2 January is booked on 2 January 2023, a year early.
# Seen: isCredit false and one id for D and RD; entryDate 2023-01-02 of 2312310102
#
# Most would guess: a reversal is the opposite of what it reverses, and its own entry, and a day after the value's.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional mt940-js@1.0.0 tslib@2.9.1

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";

const mt940 = createRequire(import.meta.url)("mt940-js");

async function entry(line) {
  const text = [
    ":20:X",
    ":25:123/456",
    ":28C:1/1",
    ":60F:C240130EUR1000,00",
    `:61:${line}`,
    ":86:rent",
    ":62F:C240131EUR1000,00",
    "-",
    "",
  ].join("\r\n");
  return (await mt940.read(Buffer.from(text)))[0].transactions[0];
}

const debit = await entry("2401310131D1234,56NTRFREF//BANK");
const reversal = await entry("2401310131RD1234,56NTRFREF//BANK");
const credit = await entry("2401310131RC1234,56NTRFREF//BANK");
const january = await entry("2312310102C5,NTRFNONREF");
console.log(debit, reversal, credit.isCredit, january.entryDate);
assert.deepStrictEqual(reversal, debit);
assert.deepStrictEqual([debit.isCredit, credit.isCredit], [false, true]);
assert.deepStrictEqual([january.valueDate, january.entryDate], ["2023-12-31", "2023-01-02"]);
console.log("held: a debit and its reversal are one entry");
NODE

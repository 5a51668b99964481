#!/usr/bin/env bash
# apache-arrow 21.2.0, hyparquet 1.33.0 (npm), pyarrow 26.0.1
#
# Of a decimal of 12.50 in a file of Arrow, the library of JavaScript gives 1250: the digits without their scale, so
# -0.01 is -1. From Parquet, hyparquet has 12.5, but as a float: of 12345678901234567.89 the cents and a digit before
# them are gone. A time in nanoseconds is rounded by the first, and cut to milliseconds by the second. Integers of 64
# bits are exact in both.
# Seen: Arrow 1250 and 1234567890123456789, Parquet 12.5 and 12345678901234568
#
# Most would guess: the value, or a text or an object where a number of JavaScript cannot hold it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyarrow==26.0.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund apache-arrow@21.2.0 hyparquet@1.33.0

"$folder/venv/bin/python" - <<'PYTHON'
import decimal

import pyarrow
import pyarrow.feather
import pyarrow.parquet

AMOUNTS = [decimal.Decimal(text) for text in ("12.50", "-0.01", "12345678901234567.89")]
table = pyarrow.table(
    {
        "amount": pyarrow.array(AMOUNTS, pyarrow.decimal128(38, 2)),
        "time": pyarrow.array([1_700_000_000_123_456_789] * 3, pyarrow.timestamp("ns")),
        "id": [2**53 + 1] * 3,
    }
)
pyarrow.feather.write_feather(table, "rows.arrow", compression="uncompressed")
pyarrow.parquet.write_table(table, "rows.parquet")
assert pyarrow.feather.read_table("rows.arrow")["amount"].to_pylist() == AMOUNTS
PYTHON
node --input-type=module - <<'NODE'
import assert from "assert";
import { readFileSync } from "fs";
import { tableFromIPC } from "apache-arrow";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";

const arrow = tableFromIPC(readFileSync("rows.arrow")).toArray();
const parquet = await parquetReadObjects({ file: await asyncBufferFromFile("rows.parquet") });
const seen = {
  arrow: arrow.map((row) => String(row.amount)),
  parquet: parquet.map((row) => row.amount),
  times: [arrow[0].time, parquet[0].time.toISOString()],
  ids: [arrow[0].id, parquet[0].id],
};
console.log(seen);
assert.deepStrictEqual(seen.arrow, ["1250", "-1", "1234567890123456789"]);
assert.deepStrictEqual(seen.parquet, [12.5, -0.01, 12345678901234568]);
assert.deepStrictEqual(seen.times, [1700000000123.4568, "2023-11-14T22:13:20.123Z"]);
assert.deepStrictEqual(seen.ids, [9007199254740993n, 9007199254740993n]);
console.log("held: an amount of 12.50 is 1250 in JavaScript");
NODE

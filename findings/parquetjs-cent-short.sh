#!/usr/bin/env bash
# @dsnp/parquetjs 1.8.8 (npm), pyarrow 26.0.1
#
# An amount of 0.29 that JavaScript writes as a decimal with two places is 0.28 in the file: it is cut, not rounded, and
# 0.29 times 100 is a little below 29. Of the amounts from 0.01 to 10.00 this takes a cent from 69. The text "false" is
# written as true, the text "1,5" into a column of floats as 1, and NaN into one of integers as 0. In the other
# direction 4,000,000,000 in an unsigned column of pyarrow is read as -294,967,296.
# Seen: 0.29 is 0.28, and the sum of the 1,000 amounts is 5004.31 for 5005
#
# Most would guess: the nearest decimal, and an error for what does not fit.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyarrow==26.0.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @dsnp/parquetjs@1.8.8

"$folder/venv/bin/python" - <<'PYTHON'
import pyarrow
import pyarrow.parquet

pyarrow.parquet.write_table(pyarrow.table({"rows": pyarrow.array([4_000_000_000], pyarrow.uint32())}), "rows.parquet")
PYTHON
node - <<'NODE'
const assert = require("assert");
const { ParquetReader, ParquetSchema, ParquetWriter } = require("@dsnp/parquetjs");

async function write(name, type, values) {
  const writer = await ParquetWriter.openFile(new ParquetSchema({ value: type }), `${name}.parquet`);
  for (const value of values) await writer.appendRow({ value });
  await writer.close();
}

(async () => {
  const amounts = Array.from({ length: 1000 }, (_, index) => (index + 1) / 100);
  await write("amounts", { type: "DECIMAL", precision: 10, scale: 2 }, amounts);
  await write("flags", { type: "BOOLEAN" }, ["false"]);
  await write("floats", { type: "DOUBLE" }, ["1,5"]);
  await write("integers", { type: "INT32" }, [NaN]);
  const reader = await ParquetReader.openFile("rows.parquet");
  const row = await reader.getCursor().next();
  console.log(row);
  assert.strictEqual(row.rows, -294967296);
})();
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import decimal

import pyarrow.parquet


def read(name):
    return pyarrow.parquet.read_table(f"{name}.parquet")["value"].to_pylist()


amounts, written = [decimal.Decimal(cents) / 100 for cents in range(1, 1001)], read("amounts")
short = [amount for amount, cut in zip(amounts, written, strict=True) if cut == amount - decimal.Decimal("0.01")]
others = {name: read(name) for name in ("flags", "floats", "integers")}
print(str(written[28]), len(short), str(sum(written)), str(sum(amounts)), others)
assert written[28] == decimal.Decimal("0.28"), written[28]
assert len(short) == 69 and sum(amounts) - sum(written) == decimal.Decimal("0.69"), short
assert others == {"flags": [True], "floats": [1.0], "integers": [0]}, others
print("held: an amount of 0.29 is 0.28")
PYTHON

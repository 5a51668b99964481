#!/usr/bin/env bash
# avro 1.12.2, fastavro 1.13.1
#
# Into a decimal column of two digits behind the point the package of Avro itself writes 10 as 0.10, 1.2 as 0.12 and
# 12.34 as it is: it takes the digits, and not how many of them stand behind the point. 12345.67, of seven digits where
# four are allowed, is read as 12350 by both packages. None is an error; a third digit behind the point is one. fastavro
# writes 10.00 and 1.20, and refuses 12345.67.
#
# Most would guess: 10.00 and 1.20, and an error for what does not fit, as a third digit behind the point gives.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check avro==1.12.2 fastavro==1.13.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import decimal
import io
import json

import avro.datafile
import avro.io
import avro.schema
import fastavro

AMOUNT = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}
SCHEMA = {"type": "record", "name": "order", "fields": [{"name": "amount", "type": AMOUNT}]}


def by_avro(amount):
    file = io.BytesIO()
    schema = avro.schema.parse(json.dumps(SCHEMA))
    with avro.datafile.DataFileWriter(file, avro.io.DatumWriter(), schema) as writer:
        writer.append({"amount": amount})
        writer.flush()
        return file.getvalue()


def by_fastavro(amount):
    file = io.BytesIO()
    fastavro.writer(file, SCHEMA, [{"amount": amount}])
    return file.getvalue()


seen = {}
for write in (by_avro, by_fastavro):
    for text in ("10", "1.2", "12.34", "12345.67", "1.239"):
        try:
            data = write(decimal.Decimal(text))
            amount = next(fastavro.reader(io.BytesIO(data)))["amount"]
            assert amount == next(avro.datafile.DataFileReader(io.BytesIO(data), avro.io.DatumReader()))["amount"]
        except Exception as error:
            amount = f"error {type(error).__name__}"
        seen[write.__name__, text] = str(amount)
print(seen)
assert list(seen.values()) == [
    *("0.10", "0.12", "12.34", "1.235E+4", "error AvroOutOfScaleException"),
    *("10.00", "1.20", "12.34", "error ValueError", "error ValueError"),
], seen
print("held: 10 is written as 0.10")
PYTHON

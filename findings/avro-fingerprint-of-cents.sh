#!/usr/bin/env bash
# fastavro 1.13.1, avro 1.12.2
#
# The fingerprint of an Avro schema stays the same when a decimal changes its scale from 2 to 4, a time its unit from
# milliseconds to microseconds, and a field its default: the canonical form, of which it is made, leaves out what Avro
# reads as an attribute. So a store of schemas that looks for a change by fingerprint sees none, though 1.00 is now
# read as 0.01. The two packages agree on a plain schema, and have two fingerprints for one with a logical type.
#
# Most would guess: a schema by which the same bytes are another number has another fingerprint.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fastavro==1.13.1 avro==1.12.2

"$folder/venv/bin/python" - <<'PYTHON'
import decimal
import io
import json

import avro.schema
import fastavro
import fastavro.schema


def schema(scale, unit, default):
    fields = [
        {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": scale}},
        {"name": "at", "type": {"type": "long", "logicalType": f"timestamp-{unit}"}},
        {"name": "rows", "type": "int", "default": default},
    ]
    return {"type": "record", "name": "load", "fields": fields}


def fingerprints(one):
    canonical = fastavro.schema.to_parsing_canonical_form(one)
    of_fastavro = fastavro.schema.fingerprint(canonical, "CRC-64-AVRO")
    return of_fastavro, avro.schema.parse(json.dumps(one)).fingerprint("CRC-64-AVRO").hex()


old, new = schema(2, "millis", 0), schema(4, "micros", 5)
file = io.BytesIO()
fastavro.schemaless_writer(file, old, {"amount": decimal.Decimal("1.00"), "at": 0, "rows": 1})
file.seek(0)
read = fastavro.schemaless_reader(file, new, None)["amount"]
plain = fingerprints({"type": "record", "name": "load", "fields": [{"name": "rows", "type": "int"}]})
print(fingerprints(old), fingerprints(new), plain, read)
assert fingerprints(old) == fingerprints(new), (fingerprints(old), fingerprints(new))
assert read == decimal.Decimal("0.01"), read
assert len(set(fingerprints(old))) == 2 and len(set(plain)) == 1, (fingerprints(old), plain)
print("held: the fingerprint does not see the scale of a decimal, the unit of a time and a default")
PYTHON

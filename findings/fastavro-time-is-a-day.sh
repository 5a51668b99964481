#!/usr/bin/env bash
# fastavro 1.13.1, avro 1.12.2
#
# In a union of a date and a timestamp fastavro writes a datetime as the date: 12:30 on 1 January is read back as the
# day, its time is lost. With the timestamp first the time stays. An integer in a union of double and long becomes a
# double where the double comes first: 2**53 + 1 is read back as 2**53. Python's avro keeps both, in this order.
# Seen: fastavro: date(2024, 1, 1), 9007199254740992.0; avro: datetime(2024, 1, 1, 12, 30), 9007199254740993
#
# Most would guess: of the types of a union the one that can hold the value, as avro does.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fastavro==1.13.1 avro==1.12.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import io
import json

import avro.datafile
import avro.io
import avro.schema
import fastavro

DATE = {"type": "int", "logicalType": "date"}
TIME = {"type": "long", "logicalType": "timestamp-micros"}
NOON = datetime.datetime(2024, 1, 1, 12, 30, tzinfo=datetime.timezone.utc)
LARGE = 2**53 + 1


def schema(types):
    return {"type": "record", "name": "run", "fields": [{"name": "value", "type": types}]}


def by_fastavro(types, value):
    file = io.BytesIO()
    fastavro.writer(file, schema(types), [{"value": value}])
    return next(fastavro.reader(io.BytesIO(file.getvalue())))["value"]


def by_avro(types, value):
    parsed = avro.schema.parse(json.dumps(schema(types)))
    with avro.datafile.DataFileWriter(open("run.avro", "wb"), avro.io.DatumWriter(), parsed) as writer:
        writer.append({"value": value})
    with avro.datafile.DataFileReader(open("run.avro", "rb"), avro.io.DatumReader()) as reader:
        return next(iter(reader))["value"]


CASES = ((["null", DATE, TIME], NOON), (["null", "double", "long"], LARGE))
seen = {name: [read(*case) for case in CASES] for name, read in (("fastavro", by_fastavro), ("avro", by_avro))}
seen["time first"] = by_fastavro(["null", TIME, DATE], NOON)
print(seen)
assert seen == {"fastavro": [NOON.date(), 2.0**53], "avro": [NOON, LARGE], "time first": NOON}, seen
print("held: in a union with a date a datetime loses its time")
PYTHON

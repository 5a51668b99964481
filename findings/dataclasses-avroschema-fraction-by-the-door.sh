#!/usr/bin/env bash
# dataclasses-avroschema 0.71.1
#
# A record of a model has three doors: Avro's bytes, Avro's JSON and to_json(). 1.9 rows are 1 in bytes and 1.9 in both
# kinds of JSON, and are read as such. "false" as a truth value is True in bytes and the text "false" in JSON, which is
# true, too. A time with microseconds, whose type has them, loses them by to_json() alone, and without a zone it is
# naive there and in UTC by the others. 2 to the power of 31 is written as an Int32 by all three.
# Seen: 1, 1.9 and 1.9 of 1.9
#
# Most would guess: an error, or the same by each door.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dataclasses-avroschema==0.71.1

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import json
from dataclasses import dataclass
from datetime import datetime

from dataclasses_avroschema import AvroModel, types


@dataclass
class Run(AvroModel):
    at: types.DateTimeMicro
    rows: int
    failed: bool
    count: types.Int32


run = Run(at=datetime(2024, 1, 2, 3, 4, 5, 678901), rows=1.9, failed="false", count=2**31)
in_bytes = Run.deserialize(run.serialize())
in_json = Run.deserialize(run.serialize(serialization_type="avro-json"), serialization_type="avro-json")
plain = json.loads(run.to_json())


def holds(field, *expected):
    seen = (str(getattr(in_bytes, field)), str(getattr(in_json, field)), str(plain[field]))
    print(f"{field}: {seen}")
    assert seen == expected, field


holds("rows", "1", "1.9", "1.9")
holds("failed", "True", "false", "false")
zoned = "2024-01-02 03:04:05.678901+00:00"
holds("at", zoned, zoned, "2024-01-02T03:04:05")
holds("count", "2147483648", "2147483648", "2147483648")
print("held: 1.9 rows are 1 or 1.9 by the door")
PYTHON

#!/usr/bin/env bash
# fastavro 1.13.1
#
# A naive datetime in a timestamp-millis field is taken for the local time of the host: midnight of 2024-01-01 is
# stored as 00:00 UTC where TZ is UTC and as 05:00 UTC where it is America/New_York. The same code writes other data on
# another machine, and both read back with a time zone of UTC, so that nothing shows it.
#
# Most would guess: an error, or UTC on every host, as the reader gives UTC.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fastavro==1.13.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import io
import os
import time

import fastavro

SCHEMA = fastavro.parse_schema(
    {"type": "record", "name": "r", "fields": [{"name": "t", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}
)
seen = []
for zone in ("UTC", "America/New_York"):
    os.environ["TZ"] = zone
    time.tzset()
    file = io.BytesIO()
    fastavro.schemaless_writer(file, SCHEMA, {"t": datetime.datetime(2024, 1, 1)})
    file.seek(0)
    seen.append(str(fastavro.schemaless_reader(file, SCHEMA)["t"]))
print(seen)
assert seen == ["2024-01-01 00:00:00+00:00", "2024-01-01 05:00:00+00:00"], seen
print("held: a naive time is stored by the clock of the host")
PYTHON

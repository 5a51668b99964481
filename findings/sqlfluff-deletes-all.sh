#!/usr/bin/env bash
# sqlfluff 4.5.0, CPython's sqlite3
#
# A DELETE with "<> NULL" deletes nothing, as nothing differs from NULL in SQL. `sqlfluff fix` writes "IS NOT NULL"
# for it, by a rule about style, and the statement then deletes each row that has a value. In the same way an UPDATE
# with "= NULL" gets rows that it did not have, and a query, too.
# Seen: DELETE FROM t WHERE a <> NULL, 0 of 3 rows; DELETE FROM t WHERE a IS NOT NULL, 2 of 3 rows
#
# Most would guess: what a formatter of SQL mends by itself leaves the rows as they are.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqlfluff==4.5.0

"$folder/venv/bin/python" - <<'PYTHON'
import sqlite3

import sqlfluff


def rows_changed(statement):
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a INTEGER)")
        connection.execute("INSERT INTO t VALUES (1), (2), (NULL)")
        return connection.execute(statement).rowcount


for statement, before, after in (
    ("DELETE FROM t WHERE a <> NULL\n", 0, 2),
    ("UPDATE t SET a = 0 WHERE a = NULL\n", 0, 1),
):
    fixed = sqlfluff.fix(statement, dialect="sqlite")
    seen = rows_changed(statement), rows_changed(fixed)
    print(" ".join(fixed.split()), seen)
    assert seen == (before, after), (fixed, seen)
rules = {one["code"] for one in sqlfluff.lint("DELETE FROM t\nWHERE a <> NULL\n", dialect="sqlite")}
assert "CV05" in rules, rules
print("held: a statement that deleted nothing deletes all values after sqlfluff has fixed it")
PYTHON

#!/usr/bin/env bash
# simple-ddl-parser 1.13.0
#
# Of two tables whose statements stand on one line simple-ddl-parser has the first only; on two lines it has both. A
# column that is added by ADD COLUMN is named "column" and has the type "rows int", and without the word COLUMN it is
# right. A time "with time zone" and one without have one type, "timestamp". None of it is an error, also not with the
# option that raises errors, which is off by default.
#
# Most would guess: a line break in SQL is a space, and what a parser returns for a statement that it takes is right.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check simple-ddl-parser==1.13.0

"$folder/venv/bin/python" - <<'PYTHON'
from simple_ddl_parser import DDLParser

ORDERS = "create table orders (id int);"
SALES = "create table sales (id int);"


def tables(text):
    found, strict = (DDLParser(text, silent=silent).run() for silent in (True, False))
    assert found == strict, (found, strict)
    return {table["table_name"]: [(one["name"], one["type"]) for one in table["columns"]] for table in found}


seen = {
    "two lines": tables(f"{ORDERS}\n{SALES}\n"),
    "one line": tables(f"{ORDERS} {SALES}\n"),
    "added": tables(f"{ORDERS}\nalter table orders add column rows int;\n"),
    "added, shorter": tables(f"{ORDERS}\nalter table orders add rows int;\n"),
    "times": tables("create table load (a timestamp with time zone, b timestamp without time zone);\n"),
}
for name, found in seen.items():
    print(name, found)
ID = ("id", "int")
assert seen == {
    "two lines": {"orders": [ID], "sales": [ID]},
    "one line": {"orders": [ID]},
    "added": {"orders": [ID, ("column", "rows int")]},
    "added, shorter": {"orders": [ID, ("rows", "int")]},
    "times": {"load": [("a", "timestamp"), ("b", "timestamp")]},
}, seen
print("held: the second table of a line is lost, and an added column is named column")
PYTHON

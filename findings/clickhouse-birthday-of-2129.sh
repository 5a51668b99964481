#!/usr/bin/env bash
# chdb 4.4.0 (ClickHouse 26.9)
#
# A birthday in 1950, in a column of dates that has room for it (Date32), is in 2129 as a Date, in 2086 as a time, and
# in 1970 where its text is read as a Date; its month and its year begin in 1970, too. A day before 1 January 1970 is
# 6 June 2149. And 30 February is 1 March, also for the function that returns null for what is no date.
# Seen: 2129-10-09; 2086-06-10 06:28:16; 1970-01-01; toStartOfMonth 1970-01-01; toDateOrNull 2024-03-01
#
# Most would guess: an error, or the nearest date that there is, but one and the same; and null for 30 February.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check chdb==4.4.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import chdb

BORN = "toDate32('1950-05-05')"


def value(expression):
    return str(chdb.query(f"SELECT {expression}", "TabSeparated")).strip()


seen = {
    expression: value(expression)
    for expression in (
        f"toYear({BORN})",
        f"toDate({BORN})",
        f"toDateTime({BORN}, 'UTC')",
        "toDate('1950-05-05')",
        f"toStartOfMonth({BORN})",
        f"toStartOfYear({BORN})",
        "toDate('1970-01-01') - 1",
        "toDateOrNull('2024-02-30')",
    )
}
print(seen)
assert list(seen.values()) == [
    "1950",
    "2129-10-09",
    "2086-06-10 06:28:16",
    "1970-01-01",
    "1970-01-01",
    "1970-01-01",
    "2149-06-06",
    "2024-03-01",
], seen
print("held: a birthday of 1950 is in 2129, in 2086 or in 1970")
PYTHON

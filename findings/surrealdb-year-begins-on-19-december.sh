#!/usr/bin/env bash
# surrealdb 2.0.0 (embedded)
#
# `time::floor(time, 1y)` is no beginning of a year: 10 June 2024 is rounded down to 19 December 2023, as a year is 365
# days from 1970 on; each leap year moves it by a day more. A week begins on a Thursday. So a sum by
# `time::floor(day, 1y)` has the end of December in the next year; `time::group(day, 'year')` is right. An integer from
# 2^63 on is another one, without an error: 2^64 - 1 is stored as -1, and 2^63 as the lowest integer.
# Seen: 2023-12-19; 10 January 2024, a Wednesday -> Thursday 4 January; 18446744073709551615 -> -1
#
# Most would guess: 1 January and a Monday (or Sunday), and an error for what is too large.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check surrealdb==2.0.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from surrealdb import Surreal

database = Surreal("mem://")
database.use("test", "test")


def day(expression):
    return f"{database.query(f'return {expression}'):%Y-%m-%d %a}"


seen = {
    "year": day("time::floor(d'2024-06-10T12:00:00Z', 1y)"),
    "next": day("time::floor(d'2024-12-20T12:00:00Z', 1y)"),
    "group": day("time::group(d'2024-06-10T12:00:00Z', 'year')"),
    "week": day("time::floor(d'2024-01-10T12:00:00Z', 1w)"),
    "stored": [
        database.query("create file set hash = $hash return hash", {"hash": number})[0]["hash"]
        for number in (2**63 - 1, 2**63, 2**64 - 1)
    ],
}
print(seen)
assert seen == {
    "year": "2023-12-19 Tue",
    "next": "2024-12-18 Wed",
    "group": "2024-01-01 Mon",
    "week": "2024-01-04 Thu",
    "stored": [2**63 - 1, -(2**63), -1],
}, seen
print("held: the year 2024 begins on 19 December")
PYTHON

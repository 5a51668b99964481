#!/usr/bin/env bash
# chdb 4.4.0 (ClickHouse 26.9)
#
# The newest date of an empty table is 1970-01-01, not NULL, so a watermark that is read from it goes back to the start.
# toDate(65535) is in 2149, toDate(65536) is 1970-01-01: larger numbers are seconds. Dates after the range become its
# last day, and times its last second, without an error.
#
# Most would guess: NULL; the day after; an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check chdb==4.4.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import chdb


def asked(question: str) -> str:
    return chdb.query(f"SELECT {question}").bytes().decode().strip()


seen = {
    "empty": asked("max(toDate('2024-01-01')), count() FROM numbers(0)"),
    "days": asked("toDate(65535), toDate(65536)"),
    "late": asked("toDate('2150-01-01'), toDateTime('2107-01-01 00:00:00', 'UTC')"),
}
print(seen)
assert seen == {
    "empty": '"1970-01-01",0',
    "days": '"2149-06-06","1970-01-01"',
    "late": '"2149-06-06","2106-02-07 06:28:15"',
}, seen
print("held: the maximum of nothing is 1970, and one day after 2149 is, too")
PYTHON

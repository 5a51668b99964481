#!/usr/bin/env bash
# sqlmesh 0.236.4, dateparser 1.2.1
#
# Dates of SQLMesh, as of the start of a model or of a run, go through one function. A text of digits that is no day is
# a count of milliseconds since 1970: the start "2024" is two seconds after midnight of 1 January 1970, so that a model
# is filled from there, and "202401" three minutes; seconds since 1970 of January 2024 are 20 January 1970. A month 13
# is the day: 2024-13-01 is 13 January. From midnight of a day up to the same midnight as "2024-01-01 00:00:00" the end
# is a microsecond before the start.
# Seen: "2024" -> 1970-01-01T00:00:02.024, 1704189600 -> 1970-01-20T17:23:09.6, "2024-13-01" -> 2024-01-13
#
# Most would guess: 1 January 2024, and an error for month 13.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqlmesh==0.236.4 dateparser==1.2.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from sqlmesh.utils.date import make_inclusive, to_datetime

seen = {
    str(value): to_datetime(value).strftime("%Y-%m-%d %H:%M:%S")
    for value in ("20240102", "2024", "202401", "1704189600", 1704189601, "2024-13-01")
}
start, end = (moment.strftime("%Y-%m-%d %H:%M:%S") for moment in make_inclusive("2024-01-01", "2024-01-01 00:00:00"))
print(seen, start, end)
assert seen == {
    "20240102": "2024-01-02 00:00:00",
    "2024": "1970-01-01 00:00:02",
    "202401": "1970-01-01 00:03:22",
    "1704189600": "1970-01-20 17:23:09",
    "1704189601": "1970-01-20 17:23:09",
    "2024-13-01": "2024-01-13 00:00:00",
}, seen
assert (start, end) == ("2024-01-01 00:00:00", "2023-12-31 23:59:59")
print("held: the start of 2024 is in 1970")
PYTHON

#!/usr/bin/env bash
# skyfield 1.55
#
# utc_strftime rounds a time to the smallest unit that its pattern has, where strftime of Python, of C and of pandas
# cut it: 23:59:45 is 00:00 of the next day by %Y-%m-%d %H:%M, and of the next month or year likewise. By a pattern
# without a clock nothing is rounded, so that a date by itself and one with a clock are of two days. utc_iso rounds to
# seconds, its datetime keeps all.
# Seen: 2023-12-31 23:59:45 -> 2024-01-01 00:00 by %Y-%m-%d %H:%M, 2023-12-31 by %Y-%m-%d
#
# Most would guess: 2023-12-31 23:59, as strftime has it everywhere.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check skyfield==1.55

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from skyfield.api import load

time = load.timescale(builtin=True).utc(2023, 12, 31, 23, 59, 45.6)
seen = {pattern: time.utc_strftime(pattern) for pattern in ("%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y")}
print(seen)
assert seen == {"%Y-%m-%d %H:%M": "2024-01-01 00:00", "%Y-%m-%d": "2023-12-31", "%Y": "2023"}, seen
assert time.utc_iso() == "2023-12-31T23:59:46Z", time.utc_iso()
assert time.utc_datetime().strftime("%Y-%m-%d %H:%M") == "2023-12-31 23:59"
print("held: before midnight is tomorrow")
PYTHON

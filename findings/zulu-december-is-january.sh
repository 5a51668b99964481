#!/usr/bin/env bash
# zulu 2.0.1
#
# In the patterns of zulu YYYY and yyyy are both the year, and so is MM the month, but DD is the day of the year and
# dd the day of the month. A text that is read by `YYYY-MM-DD` takes its last number for the day of the year, which
# wins over the month: all days are in January, each without an error. In the first month all looks right. Written by
# the same pattern 30 December is 2024-12-365.
# Seen: 2024-12-30 -> 2024-01-30, 2024-02-29 -> 2024-01-29
#
# Most would guess: 30 December, as YYYY is the year; or an error, as day 30 is not in month 12.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check zulu==2.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import zulu

PATTERN = "YYYY-MM-DD"
seen = {text: zulu.parse(text, PATTERN).date().isoformat() for text in ("2024-01-05", "2024-02-29", "2024-12-30")}
written = zulu.Zulu(2024, 12, 30).format(PATTERN)
print(seen, written, zulu.parse("2024-12-30", "YYYY-MM-dd").date())
assert seen == {"2024-01-05": "2024-01-05", "2024-02-29": "2024-01-29", "2024-12-30": "2024-01-30"}, seen
assert written == "2024-12-365", written
assert zulu.parse("2024-12-30", "YYYY-MM-dd").date().isoformat() == "2024-12-30"
print("held: all days of a year are in January")
PYTHON

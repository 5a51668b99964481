#!/usr/bin/env bash
# ephem 4.2.1
#
# A date as text is year, month and day, with any of "/" and "-", and each may be too large: the rest is added. So a
# day written first is a year, and the year 2024 that many days: 03/04/2024 is 8/10/14, 31/12/2023 is 37/6/14 and
# 1/1/2024 is 6/7/17. 30 February is 1 March, month 13 the next January, and day 0 the first of the month, where the
# tuple (2024, 1, 0) is the last day of December. A text without separators is a year.
# Seen: 31/12/2023 is 37/6/14 00:00:00
#
# Most would guess: an error, since no month has 2024 days.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ephem==4.2.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import ephem

EXPECTED = {
    "2024/3/4": "2024/3/4",
    "03/04/2024": "8/10/14",
    "31/12/2023": "37/6/14",
    "12/31/2023": "20/1/18",
    "1/1/2024": "6/7/17",
    "2024/2/30": "2024/3/1",
    "2024/13/1": "2025/1/1",
    "2024/1/0": "2024/1/1",
    "2024/3/1 25:00": "2024/3/2 01:00:00",
    "20240301": "20240301/1/1",
}
seen = {text: str(ephem.Date(text)).removesuffix(" 00:00:00") for text in EXPECTED}
print(seen)
assert seen == EXPECTED, seen
assert str(ephem.Date((2024, 1, 0))) == "2023/12/31 00:00:00"
PYTHON
echo "held: 03/04/2024 is in the year 8"

#!/usr/bin/env bash
# sqlite-utils 4.2.1, python-dateutil 2.9.0.post0
#
# With dayfirst=True, for 13/02/2024, sqlite-utils makes 2024-01-02 of 2024-02-01, and of 20240201, too, while
# 2024-02-13 stays. So a column of mixed dates has its ISO days turned round up to the 12th. 2024 alone is today's day
# in that year, and 10:00 today.
#
# Most would guess: day first is about 01/02/2024, and a date in ISO 8601 has one meaning.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqlite-utils==4.2.1 \
    python-dateutil==2.9.0.post0

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import sqlite_utils
from sqlite_utils.recipes import parsedate

database = sqlite_utils.Database(memory=True)
texts = ["01/02/2024", "2024-02-01", "20240201", "2024-02-13", "2024-02-01T10:00:00+02:00"]
table = database["runs"].insert_all([{"day": text} for text in texts])
table.convert("day", lambda text: parsedate(text, dayfirst=True))
seen = [row["day"] for row in table.rows]
before = datetime.date.today()
alone = parsedate("2024"), parsedate("10:00")
print(seen, alone)
assert seen == ["2024-02-01", "2024-01-02", "2024-01-02", "2024-02-13", "2024-01-02"], seen
today = datetime.date.today()
assert alone[1] in (str(before), str(today)) and alone[0][:4] == "2024", alone
if (today.month, today.day) != (2, 29):
    assert alone[0][5:] in (str(before)[5:], str(today)[5:]), alone
print("held: with the day first 2024-02-01 is 2 January")
PYTHON

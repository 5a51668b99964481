#!/usr/bin/env bash
# csvkit 2.2.0 (agate 1.14.2)
#
# csvjson makes twelve days of the seat 12D and four hours of 4H, 4 March 2001 of the section 3-4, the 7th of January in
# the year 1 of "sun", and false of the code 0 where a column holds 0 and 1 only. A rate of 1,5 is fifteen. csvsql gives
# the same columns the types INTERVAL, DATE and BOOLEAN. There is no error and no warning.
#
# Most would guess: texts, and the number 0; 1.5, or a text, of 1,5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check csvkit==2.2.0 agate==1.14.2

cd "$folder"
cat >seats.csv <<'CSV'
seat,section,day,code,rate
12D,3-4,sun,0,"1,5"
4H,5-6,mon,1,"2,5"
CSV
"$folder/venv/bin/csvjson" seats.csv >seats.json
"$folder/venv/bin/csvsql" --dialect postgresql seats.csv >seats.sql
"$folder/venv/bin/python" - <<'PYTHON'
import json
import re

rows = [list(row.values()) for row in json.load(open("seats.json"))]
types = re.findall(r"^\s(\w+ \w+)", open("seats.sql").read(), re.MULTILINE)
print(rows, types)
assert rows == [
    ["12 days, 0:00:00", "2001-03-04", "0001-01-07", False, 15.0],
    ["4:00:00", "2001-05-06", "0001-01-08", True, 25.0],
], rows
assert types == ["seat INTERVAL", "section DATE", "day DATE", "code BOOLEAN", "rate DECIMAL"], types
print("held: the seats 12D and 4H are twelve days and four hours")
PYTHON

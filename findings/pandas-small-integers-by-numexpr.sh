#!/usr/bin/env bash
# pandas 3.1.1, numexpr 2.14.2, numpy 2.4.6
#
# `DataFrame.eval` and `query` compute with numexpr where it is installed, and with numpy where it is not. numexpr
# widens small integers, numpy does not: 100 + 100 of a column of 8-bit integers is 200 or -56, and 200 less 201 is -1
# or 255. A query finds other rows as soon as somebody installs a package. Parquet and databases have such columns.
# Seen: "i + i > 0" finds no row of 100 and 120 without numexpr, and both with it
#
# Most would guess: an expression has one result, and a package makes it faster.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1 numpy==2.4.6
cd "$folder"
cat >sums.py <<'PYTHON'
import json

import pandas

rows = pandas.DataFrame({"i": pandas.array([100, 120], "int8"), "u": pandas.array([200, 250], "uint8")})
print(json.dumps([rows.eval("i + i").tolist(), rows.eval("u - 201").tolist(), len(rows.query("i + i > 0"))]))
PYTHON
before=$("$folder/venv/bin/python" sums.py)
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check numexpr==2.14.2
after=$("$folder/venv/bin/python" sums.py)
echo "$before $after"
test "$before" = "[[-56, -16], [255, 49], 0]"
test "$after" = "[[200, 240], [-1, 49], 2]"
echo "held: 100 + 100 is -56 until numexpr is installed"

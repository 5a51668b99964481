#!/usr/bin/env bash
# petl 1.7.30
#
# A table has two columns named amount, with 10 and 20. Concatenated with another table both are 10, and in a file of
# JSON there is 20 alone; stack, which adds rows by their place, keeps both, and cutout takes the first away and leaves
# the second. Nothing is said of it.
#
# Most would guess: the rows of a table are the same after rows of another were added.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check petl==1.7.30
export TMPDIR="$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import json
import pathlib
import tempfile

import petl

table = [("amount", "amount"), (10, 20)]
file = pathlib.Path(tempfile.mkdtemp()) / "rows.json"
petl.tojson(table, str(file))
seen = {
    "cat": list(map(tuple, petl.cat(table, [("amount",), (30,)]))),
    "stack": list(map(tuple, petl.stack(table, [("amount", "amount"), (30, 40)]))),
    "json": json.loads(file.read_text()),
    "cutout": list(map(tuple, petl.cutout(table, "amount"))),
    "cut": list(map(tuple, petl.cut(table, "amount"))),
}
print(seen)
assert seen == {
    "cat": [("amount", "amount"), (10, 10), (30, 30)],
    "stack": [("amount", "amount"), (10, 20), (30, 40)],
    "json": [{"amount": 20}],
    "cutout": [("amount",), (20,)],
    "cut": [("amount",), (10,)],
}, seen
print("held: the second of two columns of one name has the values of the first")
PYTHON

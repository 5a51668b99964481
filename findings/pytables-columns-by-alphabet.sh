#!/usr/bin/env bash
# tables 3.11.1, numpy 2.4.6
#
# The columns of a table that a class describes are in the order of the alphabet, not in that of the class. A row that
# is appended as a tuple goes into them by position, so with "rows" before "errors" in the class, 5 rows and no error
# become 5 errors and no row. Texts that are too long are cut: two keys become one. A condition on a 32-bit float
# compares it with a 64-bit number, and 0.1 is not found.
# Seen: errors 5, rows 0 for (5, 0, ...); b'abcd' for "abcdef"; 0 rows for ratio == 0.1
#
# Most would guess: the order in which the columns were declared, as everywhere in Python.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check tables==3.11.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" -W error - <<'PYTHON'
import tables


class Run(tables.IsDescription):
    rows = tables.Int32Col()
    errors = tables.Int32Col()


class Key(tables.IsDescription):
    key = tables.StringCol(4)
    ratio = tables.Float32Col()


with tables.open_file("runs.h5", "w") as file:
    runs, keys = file.create_table("/", "runs", Run), file.create_table("/", "keys", Key)
    runs.append([(5, 0)])
    keys.append([("abcdef", 0.1), ("abcdxy", 0.5)])
    run = {name: int(runs[0][name]) for name in runs.colnames}
    seen = keys.read()["key"].tolist(), len(keys.read_where("ratio == 0.1")), len(keys.read_where("ratio == 0.5"))
print(run, seen)
assert run == {"errors": 5, "rows": 0}, run
assert seen == ([b"abcd", b"abcd"], 0, 1), seen
print("held: 5 rows and no error are 5 errors and no row")
PYTHON

#!/usr/bin/env bash
# dbf 0.99.11, dbfread 2.0.7
#
# A DBF file keeps a number of up to twenty digits as text. An integer of 17 digits is written by way of a float, so
# that 12345678901234567 is 12345678901234568 in the file, and two ids become one. A text loses the spaces at its
# beginning: " x" and "x" are one key. Neither is warned of; dbfread reads the same, so it is in the file.
# Seen: 12345678901234568 and 9007199254740992 for 12345678901234567 and 9007199254740993
#
# Most would guess: the digits that were given, since the field has room for them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dbf==0.99.11 dbfread==2.0.7

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import dbf
import dbfread


def written(field, values):
    table = dbf.Table("table.dbf", field, dbf_type="db3")
    table.open(mode=dbf.READ_WRITE)
    for value in values:
        table.append((value,))
    table.close()
    return [row["A"] for row in dbfread.DBF("table.dbf")]


ids = written("a N(20,0)", [12345678901234567, 9007199254740993, 9007199254740992, 42])
print(ids)
assert ids == [12345678901234568, 9007199254740992, 9007199254740992, 42], ids
texts = written("a C(5)", [" x", "x", "  x"])
print(texts)
assert texts == ["x", "x", "x"], texts
print("held: two ids are one in the file")
PYTHON

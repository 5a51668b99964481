#!/usr/bin/env bash
# petl 1.7.30
#
# The amounts of a CSV are 5, 50 and 500. selectgt(table, "amount", 100) has all three rows, without an error, and
# selectlt has none: what was read is text, and petl has any text above any number. A missing amount is below each
# number, so selectlt(table, "amount", 0) finds it, and the date 2024-01-01 is above 100.
#
# Most would guess: one row, or an error as Python has it for "5" > 100.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check petl==1.7.30
export TMPDIR="$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import pathlib
import tempfile

import petl

file = pathlib.Path(tempfile.mkdtemp()) / "amounts.csv"
file.write_text("amount\n5\n50\n500\n")
table = petl.fromcsv(str(file))


def amounts(rows):
    return list(petl.values(rows, "amount"))


mixed = [("amount",), (-1,), (None,), (datetime.date(2024, 1, 1),), (7,)]
seen = [
    amounts(petl.selectgt(table, "amount", 100)),
    amounts(petl.selectlt(table, "amount", 100)),
    amounts(petl.selectlt(mixed, "amount", 0)),
    amounts(petl.selectgt(mixed, "amount", 100)),
]
print(seen)
assert seen == [["5", "50", "500"], [], [-1, None], [datetime.date(2024, 1, 1)]], seen
print("held: all amounts of a CSV are above 100")
PYTHON

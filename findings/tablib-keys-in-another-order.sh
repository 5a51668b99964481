#!/usr/bin/env bash
# tablib 3.10.0
#
# Of a list of JSON objects tablib takes the names of the columns from the first, and from all others their values by
# position. An object with the same keys in another order is read with its values in each other's columns, and one that
# lacks a key and has another instead puts its values under names that are not its own. Nothing is said of it.
# Seen: {"credit": 4, "debit": 3} after {"debit": 1, "credit": 2} is a debit of 4 and a credit of 3
#
# Most would guess: a value goes to the column of its key, as the keys of a JSON object have no order.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check tablib==3.10.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import tablib


def read(text):
    return tablib.Dataset().load(text, format="json").export("csv").split()


swapped = read('[{"debit": 1, "credit": 2}, {"credit": 4, "debit": 3}]')
other = read('[{"rows": 1, "errors": 2}, {"errors": 4, "seconds": 3}]')
print(swapped, other)
assert swapped == ["debit,credit", "1,2", "4,3"], swapped
assert other == ["rows,errors", "1,2", "4,3"], other
print("held: keys in another order swap their values")
PYTHON

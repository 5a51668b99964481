#!/usr/bin/env bash
# python-benedict 0.40.1
#
# A getter of benedict says which type a value shall have. What cannot be read by it is not an error but the type's
# empty value: an amount with a comma is 0, so a sum of prices is too small, and a missing key is the same. Of the
# texts for true yes, on and 1 count, but not y, t and enabled. Of a list of numbers a text is None. A tree that is
# made of rows leaves out those whose parent is not among them.
# Seen: get_decimal: 12.5 -> 12.5, 12,5 -> 0.0, 1,234.56 -> 0.0; get_bool: yes -> True, y -> False
#
# Most would guess: an error, or at least None.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-benedict==0.40.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

from benedict import benedict


def decimal(text):
    return benedict({"price": text}).get_decimal("price")


amounts = {text: decimal(text) for text in ["12.5", "12,5", "1,234.56", "1 000", "missing"]}
print(amounts)
assert amounts == {
    "12.5": Decimal("12.5"),
    "12,5": Decimal("0.0"),
    "1,234.56": Decimal("0.0"),
    "1 000": Decimal("0.0"),
    "missing": Decimal("0.0"),
}, amounts
assert benedict({}).get_decimal("price") == Decimal("0.0")

flags = {text: benedict({"valid": text}).get_bool("valid") for text in ["yes", "on", "1", "y", "t", "enabled"]}
print(flags)
assert flags == {"yes": True, "on": True, "1": True, "y": False, "t": False, "enabled": False}, flags
assert benedict({"counts": "1,n/a,3"}).get_int_list("counts") == [1, None, 3]

rows = [{"id": 1, "parent": None}, {"id": 2, "parent": 1}, {"id": 3, "parent": 99}]
tree = benedict({"rows": rows}).nest("rows", "id", "parent")
print(tree)
assert [one["id"] for one in tree] == [1] and [one["id"] for one in tree[0]["children"]] == [2], tree
PYTHON
echo "held: 12,5 is 0"

#!/usr/bin/env bash
# bai2 0.15.0
#
# A payment without a kind of funds is written with one comma too many. When its statement is read again, the reference
# of the bank is that of the customer, and that of the customer is the beginning of the text. Each further round moves
# them by one more column, and of a payment without a text the text is "," and then ",,".
# Seen: ('7', '8', 'rent'), then (None, '7', '8,rent'), then (None, None, '7,8,rent')
#
# Most would guess: what was written is read as it was.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check bai2==0.15.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from bai2 import bai2

STATEMENT = """01,122099999,123456789,240131,0200,1,80,,2/
02,031001234,122099999,1,240131,1200,USD,2/
03,0975312468,USD,010,500000,,/
16,115,1000,,7,8,rent
16,495,150000,,,,/
49,651000,4/
98,651000,1,6/
99,651000,1,8/
"""


def payments(file):
    entries = file.children[0].children[0].children
    return [(entry.bank_reference, entry.customer_reference, entry.text) for entry in entries]


file = bai2.parse_from_string(STATEMENT)
seen = [payments(file)]
for _ in range(2):
    file = bai2.parse_from_string(bai2.write(file))
    seen.append(payments(file))
print(seen)
assert seen == [
    [("7", "8", "rent"), (None, None, None)],
    [(None, "7", "8,rent"), (None, None, ",")],
    [(None, None, "7,8,rent"), (None, None, ",,")],
], seen
print("held: the references of a payment have moved by a column")
PYTHON

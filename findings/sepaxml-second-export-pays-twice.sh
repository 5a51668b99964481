#!/usr/bin/env bash
# sepaxml 2.7.0
#
# A file of two payments, exported once to look at it and once more to send it, has each payment twice in the second
# file, which is valid by the schema of banks. Its control sum at the top is 0.90 and its count 6, for four payments
# of 0.60, as each export adds to the last one. Direct debits do the same.
# Seen: first ('2', '0.30', 2 payments), second ('6', '0.90', 4 payments)
#
# Most would guess: an export changes nothing, and two of them are equal.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sepaxml==2.7.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt
import re

from sepaxml import SepaDD, SepaTransfer

PARTY = {"name": "Test", "IBAN": "NL50BANK1234567890", "BIC": "BANKNL2A"}
CONFIG = PARTY | {"batch": True, "currency": "EUR"}
DAY = dt.date(2024, 1, 2)


def exported(file):
    text = file.export().decode()
    count, total = (re.search(f"<{tag}>([^<]*)", text)[1] for tag in ("NbOfTxs", "CtrlSum"))
    return count, total, len(re.findall("<InstdAmt", text))


transfer = SepaTransfer(CONFIG, clean=True)
debit = SepaDD(CONFIG | {"creditor_id": "DE26ZZZ00000000000", "instrument": "CORE"}, clean=True)
for amount in (10, 20):
    transfer.add_payment(PARTY | {"amount": amount, "execution_date": DAY, "description": "invoice"})
    mandate = {"type": "RCUR", "collection_date": DAY, "mandate_id": "1", "mandate_date": DAY}
    debit.add_payment(PARTY | mandate | {"amount": amount, "description": "invoice"})
seen = {type(file).__name__: [exported(file), exported(file)] for file in (transfer, debit)}
print(seen)
assert list(seen.values()) == [[("2", "0.30", 2), ("6", "0.90", 4)]] * 2, seen
print("held: each payment is in the second export twice")
PYTHON

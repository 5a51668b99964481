#!/usr/bin/env bash
# beancount 3.2.3
#
# `D` makes the amounts of an importer. It drops each comma, wherever it is: `1,5` is 15, `-1,50` is -150, and
# `1.234,56` is 1.23456; an empty text and None are 0. In a ledger the same `1,5` is an error, so what the importer
# wrote is valid and what it read was not.
# Seen: D("1,5") is 15; D("1.234,56") is 1.23456
#
# Most would guess: an error, as in the ledger.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check beancount==3.2.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

from beancount.core.number import D
from beancount.loader import load_string

EXPECTED = {"1,234.50": "1234.50", "1,5": "15", "-1,50": "-150", "1.234,56": "1.23456", "": "0"}
seen = {text: str(D(text)) for text in EXPECTED}
print(seen)
assert seen == EXPECTED, seen
assert D(None) == Decimal(0)
LEDGER = """2024-01-01 open Assets:Bank
2024-01-01 open Expenses:Food
2024-01-02 * "lunch"
  Assets:Bank  -1,5 EUR
  Expenses:Food
"""
_, errors, _ = load_string(LEDGER)
print(errors[0].message)
assert "1,5" in errors[0].message
print("held: one and a half is fifteen for an importer")
PYTHON

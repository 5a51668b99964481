#!/usr/bin/env bash
# stockholm 0.5.7
#
# 10 EUR and 10.00 EUR are equal amounts, and have different hashes. A set of the two has two members, a dictionary
# with one as its key does not find the other, and so a grouping by amount has two groups of one amount. Which of them
# an amount is depends on how it was made: 10, 10.0 and "10.00" are three. Decimal of CPython has one hash for all.
# Seen: equal: True; members of the set: 3; found in the dictionary: none
#
# Most would guess: what is equal is one key, as Python asks of all hashes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check stockholm==0.5.7

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

from stockholm import Money

amounts = [Money(10, "EUR"), Money(10.0, "EUR"), Money("10.00 EUR")]
equal = all(one == other for one in amounts for other in amounts)
paid = {amounts[0]: "paid"}
seen = equal, len(set(amounts)), [paid.get(amount) for amount in amounts]
print("equal, members of the set, found:", *seen)
assert seen == (True, 3, ["paid", None, None]), seen
assert len({Decimal("10"), Decimal("10.0"), Decimal("10.00")}) == 1
print("held: an amount of 10 is not found by 10.00, to which it is equal")
PYTHON

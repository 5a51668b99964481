#!/usr/bin/env bash
# prices 1.1.1
#
# A price of 10.00 net and 12.30 gross, with a tax of 23 percent, is reduced by half. The gross is 6.15, and the net
# 3.85, so the tax is still 2.30, which is 60 percent of the net. The discount is computed from the gross and taken
# from both. At 90 percent nothing is left of the net, and the gross is 1.23, all of it tax.
# Seen: at 50 percent: net 3.85, gross 6.15, tax 2.30; at 90 percent: net 0, gross 1.23
#
# Most would guess: half of each: 5.00 net and 6.15 gross.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check prices==1.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

from prices import Money, TaxedMoney, flat_tax, percentage_discount

price = flat_tax(Money(Decimal("10.00"), "EUR"), Decimal("0.23"))
assert price == TaxedMoney(net=Money(Decimal("10.00"), "EUR"), gross=Money(Decimal("12.30"), "EUR")), price


def reduce(percent):
    reduced = percentage_discount(price, percent)
    return [float(part.amount) for part in (reduced.net, reduced.gross, reduced.tax)]


seen = {percent: reduce(percent) for percent in (10, 50, 90)}
print("net, gross, tax:", seen)
assert seen == {10: [8.77, 11.07, 2.3], 50: [3.85, 6.15, 2.3], 90: [0, 1.23, 1.23]}, seen
print("held: at half the price the tax is as high as it was")
PYTHON
